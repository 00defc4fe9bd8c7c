"""A job of SeaTunnel with the engine's built-in source and sink."""

from seatunnel.client.definition import Definition


def generated(mode: str, seconds: int, plugin_name: str = "Console") -> Definition:
    """A job that generates ten rows per second for this many seconds. `mode` is BATCH or STREAMING."""
    return {
        "env": {"job.mode": mode, "parallelism": 1, "checkpoint.interval": "1000", "job.retry.times": "0"},
        "source": [
            {
                "plugin_name": "FakeSource",
                "result_table_name": "numbers",
                "row.num": 10 * seconds,
                "split.num": seconds,
                "split.read-interval": 1000,
                "schema": {"fields": {"number": "int"}},
            }
        ],
        "sink": [{"plugin_name": plugin_name, "source_table_name": ["numbers"], "log.print.data": False}],
    }
