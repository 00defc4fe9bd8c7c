"""The state file of a replay, with which another run continues."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from apps.ciapol.sensors.local_clock import ClockChange


class StateError(Exception):
    """A state file is damaged or belongs to another replay; the message names it and the remedy."""


class File(BaseModel):
    """A replayed file, identified by its content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str


class Replay(BaseModel):
    """Identity of a replay. Runs with equal values publish the same measurements in the same order to one topic."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: tuple[File, ...]
    topic: str
    zone: str | None
    shift_to_now: bool
    skip_bad: bool
    clock_change: ClockChange | None = None


class State(BaseModel):
    """Progress of a replay.

    Args:
        replay: identity of the replay.
        shift_seconds: seconds that are added to all times; equal in all runs, because it changes the events' ids.
        acknowledged: number of measurements before the first unacknowledged one.
    """

    model_config = ConfigDict(extra="forbid")

    replay: Replay
    shift_seconds: int
    acknowledged: NonNegativeInt = 0

    def save(self, path: Path) -> None:
        """Write the file atomically, so that a crash leaves the previous file."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with temporary.open("w") as file:
            file.write(self.model_dump_json(indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)


def describe(paths: Sequence[Path]) -> tuple[File, ...]:
    """Compute the checksums of files.

    Raises:
        OSError: a file cannot be read.
    """
    files = []
    for path in paths:
        with path.open("rb") as content:
            files.append(File(name=path.name, sha256=hashlib.file_digest(content, "sha256").hexdigest()))
    return tuple(files)


def load(path: Path, replay: Replay) -> State | None:
    """The state of an earlier run of `replay`; None if there was none.

    Raises:
        StateError: the file is damaged or belongs to another replay.
    """
    try:
        state = State.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise StateError(f"state file {path} cannot be used: {error}; delete it to start from the beginning") from error
    for name in Replay.model_fields:
        before, now = getattr(state.replay, name), getattr(replay, name)
        if before != now:
            raise StateError(
                f"state file {path} belongs to another replay: {name} was {_short(before)}, now it is {_short(now)}; "
                "name another state file, or delete this one to start from the beginning"
            )
    return state


def _short(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(f"{file.name} {file.sha256[:12]}" for file in value) + "]"
    return repr(value)
