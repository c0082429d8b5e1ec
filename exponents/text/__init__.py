"""How does a text become an exact expression or comparison, without running anything?

Read `tokens` (numbers, names and signs), `bounded` (sums, products and powers that stay small), then `parsing` (the
grammar).
"""
