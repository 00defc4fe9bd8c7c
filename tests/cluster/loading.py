"""Numbered events that flow as long as a test needs them."""

import threading
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from measurements import Measurement, differences, from_sample, raw_counts, write_csv
from replaying import Replay, counted, wait_for_count

from tests.cluster.kubernetes_stack import KubernetesStack
from tests.waiting import PATIENCE

_MOST = 1_000_000
_FURTHER = 20_000
"""Number of events of each further file."""
_SPEED = 1_800
"""Multiple of real time. Ten stations with one measurement a minute send 300 events per second."""


class Load:
    """Publishes measurements in the background, one file after the other, until the end of the context.

    Args:
        stack: receives the measurements.
        folder: folder for the files.
        prefix: prefix of the stations' names.
        least: number of measurements of the first file.
    """

    def __init__(self, stack: KubernetesStack, folder: Path, *, prefix: str, least: int) -> None:
        """Prepare the measurements."""
        self._stack, self._folder, self._prefix, self._least = stack, folder, prefix, least
        self._source = from_sample(_MOST, prefix=prefix)
        self._sent: list[Measurement] = []
        self._error: Exception | None = None
        self._ending = threading.Event()
        self._replay: Replay | None = None
        self._thread = threading.Thread(target=self._publish)

    def __enter__(self) -> Self:
        """Start, and wait for the first rows."""
        self._thread.start()
        wait_for_count(self._stack, self._prefix, 500, at_least=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the load at once if the test failed."""
        self._ending.set()
        if kind is not None and self._replay is not None:
            self._replay.terminate()
        self._thread.join()

    def _publish(self) -> None:
        try:
            while not self._ending.is_set():
                chunk = list(islice(self._source, _FURTHER if self._sent else self._least))
                path = self._folder / f"{self._prefix}-{len(self._sent)}.csv"
                write_csv(path, chunk)
                self._replay = Replay(self._stack, path, speed=_SPEED)
                acknowledged = self._replay.finish(6 * PATIENCE)
                assert acknowledged == len(chunk), f"{acknowledged} of {len(chunk)} events were acknowledged"
                self._sent += chunk
        except Exception as error:  # `finish` raises it in the thread of the test
            self._error = error

    def rows(self) -> int:
        """The number of stored rows."""
        found = counted(self._stack, self._prefix)
        assert found >= 0, "StarRocks is unreachable"
        return found

    def wait_until_more(self, rows: int) -> None:
        """Wait until more rows than this number are stored."""
        wait_for_count(self._stack, self._prefix, rows + 1, at_least=True, within=2 * PATIENCE)

    def finish(self) -> int:
        """End the load, check that each measurement is one clean row, and return the number of measurements."""
        self._ending.set()
        self._thread.join()
        if self._error is not None:
            raise self._error
        count = len(self._sent)
        wait_for_count(self._stack, self._prefix, count, within=2 * PATIENCE)
        assert differences(self._stack.name, self._sent, self._prefix) == []
        # The publisher sends events again whose acknowledgement a killed broker did not send. Such an event may be two
        # messages with two raw rows, but it is one clean row.
        _, different = raw_counts(self._stack.name, self._prefix)
        assert different == count
        return count
