"""Reads files of measurements in two formats, row by row."""

from apps.ciapol.sensors.files.merge import in_time_order
from apps.ciapol.sensors.files.reader import read_measurements
from apps.ciapol.sensors.files.rows import BadRowError, UnreadableFileError

__all__ = ["BadRowError", "UnreadableFileError", "in_time_order", "read_measurements"]
