"""`backup` and `restore`: the data of a stack in a folder, and back."""
