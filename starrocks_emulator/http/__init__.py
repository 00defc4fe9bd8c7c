"""The HTTP sides of the emulator: FE and BE."""
