"""Data products: what a declaration holds, and which declarations there are."""
