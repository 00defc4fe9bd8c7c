"""Compares predictions with later measurements from files. It requires the environment of a checkout."""
