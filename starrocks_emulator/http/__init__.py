"""The HTTP servers of the emulator: FE and BE."""
