"""One module for each distribution, with `distribution()` for its identity and `build(target, report)`."""
