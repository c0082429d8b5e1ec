"""What is a loss? `terms` has the power law, the sum of power laws, and how both are read from SymPy expressions."""
