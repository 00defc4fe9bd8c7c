"""An emulator of StarRocks for local use and tests; see README.md."""
