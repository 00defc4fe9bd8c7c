"""Runs Pulumi on a stack: creates the stack, and repairs the state after killed runs."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import psutil
from pydantic import JsonValue

from infra.settings import ROOT
from infra.state import StackState, state_folder
from tools.stack import environment
from tools.stack.backend import Backend, StateResource, exported
from tools.stack.configuration import encrypted_keys, stacks, suffix
from tools.stack.processes import descendants
from tools.stack.stack_file import StackFile
from tools.stack.state_folder import BACKEND, RESERVED, SALT_SUFFIX

_NO_STACK = "no stack named"


class StackError(Exception):
    """Pulumi cannot use the stack; the message contains the remedy."""


class Stack:
    """One stack of this checkout."""

    def __init__(self, name: str) -> None:
        """Check that the stack's configuration exists.

        Raises:
            StackError: there is no `Pulumi.<name>.yaml`, or the name is reserved.
        """
        self.name = name
        self.file = ROOT / f"Pulumi.{name}.yaml"
        self.state = StackState(name)
        self._file = StackFile(name)
        if name in RESERVED:
            raise StackError(f"no stack can be named {name!r}: the state folder has an entry of that name")
        if not self.file.is_file():
            raise StackError(
                f"stack {name!r} has no file {self.file.name}; the stacks with a file are {', '.join(stacks())}"
            )
        self._environment = environment.whole(name)

    @property
    def suffix(self) -> str:
        """The suffix of a `make` command that selects this stack; empty for the default stack."""
        return suffix(self.name)

    def run(self, *arguments: str, quiet: bool = False, variables: Mapping[str, str] = MappingProxyType({})) -> int:
        """Run a Pulumi command on the stack and return its exit status.

        Args:
            arguments: command and its arguments.
            quiet: whether its output is shown only on failure.
            variables: further environment variables.
        """
        command = ["pulumi", *arguments, "--stack", self.name]
        environment = {**self._environment, **variables}
        if not quiet:
            process = subprocess.Popen(command, cwd=ROOT, env=environment)
            begun: set[psutil.Process] = set()
            while True:
                try:
                    status = process.wait()
                    break
                except KeyboardInterrupt:
                    # Pulumi gets the signal too and finishes running operations. Killing Pulumi would leave its lock
                    # behind.
                    begun |= descendants(process.pid)
            # After a second signal Pulumi ends immediately, but its plugins wait for it forever. They are ended here.
            for each in begun:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.terminate()
            return status
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, text=True, capture_output=True)
        if done.returncode != 0:
            sys.stderr.write(done.stdout + done.stderr)
        return done.returncode

    def ensure(self) -> None:
        """Create the stack if it is missing, and repair its state after a killed run.

        Raises:
            StackError: Pulumi could not create it.
            StackLocked: a run uses the stack.
            BackendError: its state is damaged.
        """
        self._file.hide_salt_from_git()
        backend = self.backend
        if backend is not None:
            backend.repair()
            backend.check_lock()
        if self.exists():
            self._use_own_salt()
        else:
            self._create()
        self._file.settle_index()
        self._upgrade_state()
        if backend is not None and backend.interrupted():
            print("An earlier run was interrupted: comparing the state with what exists.")
            self.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates", quiet=True)

    def _create(self) -> None:
        self._salt_file().unlink(missing_ok=True)
        self._file.set_salt("")
        command = ["pulumi", "stack", "select", "--create", self.name]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=False, text=True, capture_output=True)
        if done.returncode != 0:
            raise StackError(f"stack {self.name} could not be created: {done.stderr.strip()}")
        self._save_salt(self._file.salt())

    def _use_own_salt(self) -> None:
        """Write the salt of this state folder into the stack file, which may contain the salt of another state folder.

        The checkpoint contains the salt of its secrets. Other backends do not expose the checkpoint; for them the first
        salt of the stack is used.
        """
        in_state = self.backend.salt() if self.backend else ""
        salt = in_state or self._saved_salt() or self._file.salt()
        self._save_salt(salt)
        self._file.set_salt(salt)

    def _saved_salt(self) -> str:
        path = self._salt_file()
        return path.read_text().strip().removeprefix("encryptionsalt:").strip() if path.is_file() else ""

    def _save_salt(self, salt: str) -> None:
        if salt and salt != self._saved_salt():
            self._salt_file().write_text(f"encryptionsalt: {salt}\n")

    def _upgrade_state(self) -> None:
        # Imported here, because it loads the classes of all resources, which other commands do not need.
        from tools.stack.state import upgrade  # noqa: PLC0415

        if upgraded := upgrade(self.name, self._checkpoint(), self._environment):
            print(f"The state of {upgraded} resources was written by an older revision: upgraded.")

    def outputs(self) -> dict[str, JsonValue]:
        """The stack's outputs, including secrets.

        Raises:
            StackError: the stack has none.
        """
        command = ["pulumi", "stack", "output", "--json", "--show-secrets", "--stack", self.name]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=False, text=True, capture_output=True)
        if done.returncode != 0:
            raise StackError(f"stack {self.name} has no outputs: {done.stderr.strip()}")
        found: dict[str, JsonValue] = json.loads(done.stdout)
        return found

    def check_secrets(self) -> None:
        """Check that the encrypted settings of the stack's file can be decrypted.

        Raises:
            StackError: they were encrypted for another state; the message contains the remedy.
        """
        encrypted = encrypted_keys(self.name)
        if not encrypted:
            return
        command = ["pulumi", "config", "--show-secrets", "--json", "--stack", self.name]
        # The output contains the secrets, so it is never shown.
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=False, capture_output=True)
        if done.returncode != 0:
            raise StackError(
                f"{self.file.name}: {', '.join(encrypted)} cannot be decrypted, because another state has their key. "
                f'Set them again: eval "$(make -s env{self.suffix})", then pulumi config set --secret KEY … '
                f"-s {self.name}"
            )

    def forget(self) -> None:
        """Remove the empty stack from the backend. Its configuration file stays, without the salt."""
        if self.exists():
            self.run("stack", "rm", "--yes", "--preserve-config", quiet=True)
        self._file.set_salt("")
        self._file.settle_index()
        self._salt_file().unlink(missing_ok=True)

    def exists(self) -> bool:
        """Whether the stack was created.

        Raises:
            StackError: the backend does not respond.
        """
        if self.backend is not None:
            return self.backend.checkpoint.is_file()
        command = ["pulumi", "stack", "--stack", self.name]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=False, text=True, capture_output=True)
        if done.returncode != 0 and _NO_STACK not in done.stderr:
            raise StackError(f"the backend does not report whether stack {self.name} exists: {done.stderr.strip()}")
        return done.returncode == 0

    @property
    def backend(self) -> Backend | None:
        """The stack's files in the backend of the state folder, None if the user chose another backend."""
        folder = state_folder() / BACKEND
        own = self._environment.get("PULUMI_BACKEND_URL") == f"file://{folder}"
        return Backend(folder, self.name) if own else None

    def managed_ids(self) -> frozenset[str]:
        """The ids of the resources in the state."""
        return frozenset(each.id for each in self.resources())

    def has_former_secrets(self) -> bool:
        """Whether a rotation of secrets did not end: predecessors of some may still be valid."""
        return any(each.has_former_secret for each in self.resources())

    def resources(self) -> list[StateResource]:
        """The resources in the state.

        Raises:
            StackError: the backend does not respond.
        """
        if self.backend is not None:
            return self.backend.resources()
        command = ["pulumi", "stack", "export", "--stack", self.name]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=False, text=True, capture_output=True)
        if done.returncode != 0:
            raise StackError(f"the state of stack {self.name} could not be read: {done.stderr.strip()}")
        return exported(done.stdout)

    def _checkpoint(self) -> Path | None:
        return self.backend.checkpoint if self.backend else None

    def _salt_file(self) -> Path:
        return state_folder() / f"{self.name}{SALT_SUFFIX}"
