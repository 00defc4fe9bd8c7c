"""Tests of a deployed stack: marked events go in at one end and are looked for everywhere behind it."""
