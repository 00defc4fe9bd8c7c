"""`backup` and `restore`: copy the data of a stack into a folder, and from a folder into a stack."""
