"""Running Pulumi on a stack: making sure that it exists, and clearing up after runs that died."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, JsonValue

from infra.settings import PROJECT, ROOT
from infra.state import StackState, state_folder
from tools.stack import environment

_SALT = re.compile(r"^encryptionsalt:.*\n?", re.MULTILINE)


class StackError(Exception):
    """A stack that cannot be worked on; the message says what to do."""


class _Lock(BaseModel):
    model_config = ConfigDict(extra="ignore")

    pid: int
    hostname: str


class Stack:
    """One stack of this checkout."""

    def __init__(self, name: str) -> None:
        """Checks that its configuration exists.

        Raises:
            StackError: there is no `Pulumi.<name>.yaml`.
        """
        self.name = name
        self.file = ROOT / f"Pulumi.{name}.yaml"
        self.state = StackState(name)
        self._environment = environment.whole(name)
        if not self.file.is_file():
            known = sorted(
                path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in ROOT.glob("Pulumi.*.yaml")
            )
            raise StackError(f"stack {name!r}: there is no {self.file.name}; there are {', '.join(known)}")

    @property
    def suffix(self) -> str:
        """What a `make` command for this stack ends with: nothing for the default stack."""
        return "" if self.name == "local" else f" STACK={self.name}"

    def run(self, *arguments: str, quiet: bool = False) -> int:
        """Run a Pulumi command on the stack and hand on its exit status; `quiet` shows its output only on failure."""
        command = ["pulumi", *arguments, "--stack", self.name]
        if not quiet:
            process = subprocess.Popen(command, cwd=ROOT, env=self._environment)
            begun: set[psutil.Process] = set()
            while True:
                try:
                    status = process.wait()
                    break
                except KeyboardInterrupt:
                    # Pulumi has the signal too, and finishes what it has begun; killing it would leave its lock.
                    begun |= _descendants(process.pid)
            # A second signal ends Pulumi at once, and its plugins would wait for it for ever.
            for each in begun:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.terminate()
            return status
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=False, text=True, capture_output=True)
        if done.returncode != 0:
            sys.stderr.write(done.stdout + done.stderr)
        return done.returncode

    def ensure(self) -> None:
        """Create the stack where it is not there, and mend what a dead run left.

        Raises:
            StackError: Pulumi could not create it.
        """
        self._keep_salt_out_of_git()
        self._restore_salt()
        if not self._exists():
            self._salt_file().unlink(missing_ok=True)
            self._strip_salt()
            command = ["pulumi", "stack", "select", "--create", self.name]
            done = subprocess.run(command, cwd=ROOT, env=self._environment, check=False, text=True, capture_output=True)
            if done.returncode != 0:
                raise StackError(f"stack {self.name} could not be created: {done.stderr.strip()}")
        self._save_salt()
        self._settle_index()
        self._break_dead_lock()
        self._upgrade_state()
        self._clear_pending()

    def _upgrade_state(self) -> None:
        # Imported here: it loads the classes of all resources, which commands without a deployment do not need.
        from tools.stack.state import upgrade  # noqa: PLC0415

        if upgraded := upgrade(self.name, self._checkpoint(), self._environment):
            print(f"The state of {upgraded} resources was written by an older revision: upgraded.")

    def outputs(self) -> dict[str, JsonValue]:
        """The stack's outputs, secrets included.

        Raises:
            StackError: the stack has none.
        """
        command = ["pulumi", "stack", "output", "--json", "--show-secrets", "--stack", self.name]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=False, text=True, capture_output=True)
        if done.returncode != 0:
            raise StackError(f"stack {self.name} has no outputs: {done.stderr.strip()}")
        found: dict[str, JsonValue] = json.loads(done.stdout)
        return found

    def forget(self) -> None:
        """Remove the emptied stack from the backend, keep its configuration, take its salt out of that."""
        if self._exists():
            self.run("stack", "rm", "--yes", "--preserve-config", quiet=True)
        self._strip_salt()
        self._settle_index()
        self._salt_file().unlink(missing_ok=True)

    def exists(self) -> bool:
        """Whether the stack was created."""
        return self._exists()

    def _own_backend(self) -> Path | None:
        """The folder of the file backend below the state folder, None where the user chose another."""
        folder = state_folder() / "pulumi"
        return folder if self._environment.get("PULUMI_BACKEND_URL") == f"file://{folder}" else None

    def _checkpoint(self) -> Path | None:
        backend = self._own_backend()
        return backend / ".pulumi" / "stacks" / PROJECT / f"{self.name}.json" if backend else None

    def _exists(self) -> bool:
        checkpoint = self._checkpoint()
        if checkpoint is not None:
            return checkpoint.is_file()
        return self.run("stack", quiet=True) == 0

    def _keep_salt_out_of_git(self) -> None:
        """The salt belongs to this checkout's passphrase; with the filter, git does not see it in the stack file."""
        self._git("config", "filter.kappastack-salt.clean", "sed -e /^encryptionsalt:/d")

    def _settle_index(self) -> None:
        """`git status` takes another size for a change, whatever the filter says, until the index has the new size."""
        if self._git("diff", "--quiet", "--", self.file.name):
            self._git("update-index", "--", self.file.name)

    @staticmethod
    def _git(*arguments: str) -> bool:
        if not (ROOT / ".git").exists() or shutil.which("git") is None:
            return False
        return subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True).returncode == 0

    def _salt_file(self) -> Path:
        return state_folder() / f"{self.name}.encryptionsalt"

    def _save_salt(self) -> None:
        match = _SALT.search(self.file.read_text())
        if match is not None:
            self._salt_file().write_text(match[0].rstrip("\n") + "\n")

    def _restore_salt(self) -> None:
        """A `git checkout` may have taken it out of the stack file, which would lock the secrets of the state."""
        text = self.file.read_text()
        if self._salt_file().is_file() and _SALT.search(text) is None:
            self.file.write_text(text.rstrip("\n") + "\n" + self._salt_file().read_text())

    def _strip_salt(self) -> None:
        text = self.file.read_text()
        if _SALT.search(text):
            self.file.write_text(_SALT.sub("", text))

    def _break_dead_lock(self) -> None:
        backend = self._own_backend()
        if backend is None:
            return
        for path in (backend / ".pulumi" / "locks").glob(f"**/{self.name}/*.json"):
            lock = _Lock.model_validate_json(path.read_text())
            if lock.hostname == os.uname().nodename and not _is_alive(lock.pid):
                print(f"The run {lock.pid} died and left its lock on stack {self.name}: removed.")
                path.unlink(missing_ok=True)

    def _clear_pending(self) -> None:
        checkpoint = self._checkpoint()
        if checkpoint is None:
            return
        deployment = json.loads(checkpoint.read_text()).get("checkpoint", {}).get("latest") or {}
        if deployment.get("pending_operations"):
            print("An earlier run was interrupted: looking at what it had begun.")
            self.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates", quiet=True)


def _descendants(pid: int) -> set[psutil.Process]:
    """What a process started; a daemon has a session of its own, and stays."""
    try:
        found = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return set()
    return {each for each in found if _session(each.pid) == os.getsid(0)}


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def _is_alive(pid: int) -> bool:
    """A process that died and was not waited for by its parent is dead all the same."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
