"""Tests of a deployed stack: the platform's own here, those of each product in a folder with its name."""
