"""What does the paper print, and what does this package derive in its place?

Read `claim` (one record), `limit`, `finite`, `appendix` and `networks` (the records, by the system that measures them),
`derived` (the derived sides) and `catalogue` (all records, and the families that follow from them).

The records need no SymPy: help and a mistyped name are answered at once.
"""
