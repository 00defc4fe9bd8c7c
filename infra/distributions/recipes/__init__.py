"""How each distribution is identified and built: `distribution()` and `build(target, report)`."""
