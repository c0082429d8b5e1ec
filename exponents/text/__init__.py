"""How does a text become an exact loss, cost or condition, without running anything?

Read `tokens` (numbers, names and signs), `bounded` (sums, products and powers that stay small), `parsing` (the
grammar), then `question` (the loss, costs and conditions of a user, made into a programme).
"""
