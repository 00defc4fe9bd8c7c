"""Files of measurements: what they may look like, and how they are read, one row at a time."""

from apps.ciapol.sensors.files.merge import in_time_order
from apps.ciapol.sensors.files.reader import read_measurements
from apps.ciapol.sensors.files.rows import BadRowError, UnreadableFileError

__all__ = ["BadRowError", "UnreadableFileError", "in_time_order", "read_measurements"]
