"""What is printed: tables, points, diagrams and plans, in five formats."""
