"""Predicts the air quality index and each pollutant 24 hours ahead, from StarRocks to StarRocks."""

VERSION = "1"
"""Of the method: models of another version are trained again."""

MODEL = f"gradient-boosting-{VERSION}"
FALLBACK = f"simple-rules-{VERSION}"
