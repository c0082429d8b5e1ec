"""What is printed: tables, points, diagrams and plans, and how formulas are written."""
