"""Losses, costs and conditions read from text, exactly and without running anything."""
