"""How are results shown: as tables and derivations in text, Markdown, LaTeX and CSV, and as JSON objects?

Read `render` (what a table is, and its formats) and `columns`, then `tables` and `data_tables` (the tables with names),
`point` (one point), `diagram` and `budget_split` (a user's own loss), `measured` and `verdict_tables` (numbers).
"""
