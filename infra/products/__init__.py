"""Data products: the model of a declaration, and the declarations of this checkout."""
