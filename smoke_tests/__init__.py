"""Tests of a deployed stack: the platform's in this folder, those of each product in a subfolder with its name."""
