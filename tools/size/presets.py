"""The loads for which the presets of `infra/presets.py` are sized."""

from collections.abc import Mapping

from tools.size.model import Load

LOADS: Mapping[str, Load] = {
    "medium": Load(events_per_second=15, event_bytes=271, sources=1_000, retention_months=13),
    "large": Load(events_per_second=60, event_bytes=271, sources=5_000, retention_months=13),
}
"""Load by preset.

No load is given for `small`: it has one instance of each service, tolerates no failure, and is for rehearsals.
"""
