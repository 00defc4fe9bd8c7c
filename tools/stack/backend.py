"""Pulumi's file backend in the state folder: checkpoint and locks of a stack, and repair of damaged files.

A full disk or a power failure leaves empty or truncated files, with which every Pulumi command fails.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from infra.settings import PROJECT
from tools.stack.configuration import suffix
from tools.stack.processes import is_alive, pulumi_commands

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_METADATA = "version: 1\n"
_CLOCK_SECONDS = 60


class BackendError(Exception):
    """A file of the backend is damaged; the message contains its path and the remedy."""


class StackLocked(Exception):
    """Another run uses the stack; the message names the run."""


class Lock(BaseModel):
    """Content of a lock file."""

    model_config = ConfigDict(extra="ignore")

    pid: int
    username: str = ""
    hostname: str
    timestamp: AwareDatetime


class _SecretsState(BaseModel):
    model_config = ConfigDict(extra="ignore")

    salt: str = ""


class _SecretsProvider(BaseModel):
    model_config = ConfigDict(extra="ignore")

    state: _SecretsState = _SecretsState()


class _Inputs(BaseModel):
    model_config = ConfigDict(extra="ignore")

    keep_data: bool = False


class _Outputs(BaseModel):
    model_config = ConfigDict(extra="ignore")

    overlaps: bool = False


class StateResource(BaseModel):
    """A resource in a checkpoint."""

    model_config = ConfigDict(extra="ignore", validate_by_name=True)

    urn: str
    type: str
    id: str = ""
    retained: bool = Field(alias="retainOnDelete", default=False)
    inputs: _Inputs = _Inputs()
    outputs: _Outputs = _Outputs()

    @property
    def has_former_secret(self) -> bool:
        """Whether the resource is a secret that is being rotated, and its predecessor may still be valid."""
        return self.type.endswith(":RandomSecret") and self.outputs.overlaps

    @property
    def deletes_data(self) -> bool:
        """Whether deletion of the resource deletes data of a service."""
        if self.type.endswith(":HostService"):
            return not self.inputs.keep_data
        return self.type.endswith(":Volume") and not self.retained and not self.urn.endswith("-configuration")


class _Latest(BaseModel):
    model_config = ConfigDict(extra="ignore")

    secrets_providers: _SecretsProvider = _SecretsProvider()
    pending_operations: list[JsonValue] | None = None
    resources: list[StateResource] | None = None


class _Checkpoint(BaseModel):
    model_config = ConfigDict(extra="ignore")

    latest: _Latest | None = None


class _CheckpointFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    checkpoint: _Checkpoint = _Checkpoint()


class _Export(BaseModel):
    model_config = ConfigDict(extra="ignore")

    deployment: _Latest = _Latest()


class Backend:
    """The files of one stack in a file backend."""

    def __init__(self, folder: Path, stack: str, report: Callable[[str], None] = print) -> None:
        """Create the object without reading a file.

        Args:
            folder: folder of the backend.
            stack: name of the stack.
            report: called with a line for each repair.
        """
        self._stack = stack
        self._report = report
        self._root = folder / ".pulumi"
        self.checkpoint = self._root / "stacks" / PROJECT / f"{stack}.json"

    def salt(self) -> str:
        """The salt with which the secrets of the stack are encrypted; empty if the checkpoint has none."""
        return self._latest().secrets_providers.state.salt

    def interrupted(self) -> bool:
        """Whether an interrupted run left operations without a result."""
        return bool(self._latest().pending_operations)

    def resources(self) -> list[StateResource]:
        """The resources of the stack."""
        return self._latest().resources or []

    def repair(self) -> None:
        """Remove or restore empty and truncated files.

        Raises:
            BackendError: the checkpoint is damaged and has no usable backup.
        """
        for path in [*self._root.glob("*.attrs"), *self.checkpoint.parent.glob(f"{self._stack}.json*.attrs")]:
            # These files contain content types, which Pulumi does not need.
            self._remove_damaged(path)
        metadata = self._root / "meta.yaml"
        if metadata.is_file() and not metadata.read_text().strip():
            self._report(f"{metadata} was empty: written again.")
            metadata.write_text(_METADATA)
        self._repair_checkpoint()

    def check_lock(self) -> None:
        """Remove the locks of runs whose processes have ended.

        Raises:
            StackLocked: a run uses the stack.
        """
        for path in sorted((self._root / "locks").glob(f"**/{self._stack}/*.json")):
            lock = _lock(path)
            if lock is None:
                self._remove_incomplete_lock(path)
            elif lock.hostname != os.uname().nodename:
                raise StackLocked(
                    f"stack {self._stack} has been locked by run {lock.pid} of {lock.username}@{lock.hostname} since "
                    f"{lock.timestamp:%Y-%m-%d %H:%M:%S %Z}: wait until it ends. If it is dead, remove {path}"
                )
            elif _holds(lock):
                raise StackLocked(
                    f"run {lock.pid} has used stack {self._stack} since {lock.timestamp:%H:%M:%S %Z}: "
                    "wait until it ends, then repeat this command"
                )
            else:
                self._report(
                    f"Run {lock.pid} ended without removing its lock on stack {self._stack}. The lock is removed."
                )
                self._remove_lock(path)

    def _remove_incomplete_lock(self, path: Path) -> None:
        if running := pulumi_commands(self._stack):
            raise StackLocked(
                f"{path} is not a complete lock file, and run {running[0].pid} may hold it: wait until that run ends, "
                "then repeat this command"
            )
        self._report(f"{path} was not a complete lock file, and no run holds the lock. The file is removed.")
        self._remove_lock(path)

    @staticmethod
    def _remove_lock(path: Path) -> None:
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.attrs").unlink(missing_ok=True)

    def _repair_checkpoint(self) -> None:
        path, backup = self.checkpoint, self.checkpoint.with_name(f"{self.checkpoint.name}.bak")
        if not path.is_file() or _is_json(path):
            return
        if not _is_json(backup):
            raise BackendError(
                f"{path} is {_damage(path)} and has no usable backup: restore it from {self._root / 'backups'} or from "
                f"your own backup. Without a backup, run `make down{suffix(self._stack)}` and remove the state folder"
            )
        damaged = path.with_name(f"{path.name}.damaged")
        self._report(
            f"{path} is {_damage(path)}. Its backup {backup.name} replaces it, and the damaged file is kept as "
            f"{damaged.name}. The backup lacks the last change, so deploy again to complete the state."
        )
        path.replace(damaged)
        path.write_bytes(backup.read_bytes())

    def _remove_damaged(self, path: Path) -> None:
        if not _is_json(path):
            self._report(f"{path} is {_damage(path)}, so it is removed.")
            path.unlink(missing_ok=True)

    def _latest(self) -> _Latest:
        try:
            text = self.checkpoint.read_text()
        except FileNotFoundError:
            return _Latest()
        return _CheckpointFile.model_validate_json(text).checkpoint.latest or _Latest()


def exported(text: str) -> list[StateResource]:
    """The resources in the output of `pulumi stack export`."""
    return _Export.model_validate_json(text).deployment.resources or []


def _lock(path: Path) -> Lock | None:
    try:
        return Lock.model_validate_json(path.read_text())
    except (ValidationError, FileNotFoundError):
        return None


def _holds(lock: Lock) -> bool:
    """Whether the process that took the lock still runs. A later process may have the same process id."""
    if not is_alive(lock.pid):
        return False
    try:
        started = datetime.fromtimestamp(psutil.Process(lock.pid).create_time(), UTC)
    except psutil.NoSuchProcess:
        return False
    return started.timestamp() <= lock.timestamp.timestamp() + _CLOCK_SECONDS


def _is_json(path: Path) -> bool:
    try:
        _JSON.validate_json(path.read_text())
    except (ValidationError, FileNotFoundError, UnicodeDecodeError):
        return False
    return True


def _damage(path: Path) -> str:
    return "incomplete" if path.stat().st_size else "empty"
