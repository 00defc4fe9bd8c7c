"""Predicts the air quality index and each pollutant 24 hours ahead, from StarRocks to StarRocks."""

VERSION = "2"
"""Version of the method. Stored models of other versions are replaced by newly trained ones."""

MODEL = f"gradient-boosting-{VERSION}"
FALLBACK = f"simple-rules-{VERSION}"
