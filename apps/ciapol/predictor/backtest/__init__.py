"""Compares predictions with what came, on files of measurements; runs in a checkout, with its environment."""
