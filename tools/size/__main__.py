"""`make size`: prints the servers and resources for a load, and the settings to paste."""

import argparse
import sys

from tools.size.model import Load, LoadError
from tools.size.report import lines


def main() -> int:
    """Print the report; the exit status is 1 for an impossible load."""
    parser = argparse.ArgumentParser(prog="python -m tools.size", description=__doc__)
    parser.add_argument("--events-per-second", type=float, required=True, help="mean over the busiest hour")
    parser.add_argument("--event-bytes", type=int, default=271, help="size of an event")
    parser.add_argument("--sources", type=int, default=1000, help="clients that publish")
    parser.add_argument("--retention-months", type=int, default=13, help="months for which rows are kept")
    options = parser.parse_args()
    try:
        load = Load(options.events_per_second, options.event_bytes, options.sources, options.retention_months)
    except LoadError as error:
        print(error, file=sys.stderr)
        return 1
    for line in lines(load):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
