"""The resources of a host: the machine with its supervisor, and a process for each service."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from apps.shared.files import write_private
from apps.shared.polling import wait_until
from infra.distributions import assemble, every
from infra.distributions.model import DIST
from infra.resources.health import HealthInputs, HealthProvider
from infra.resources.provider import Inputs, Properties, Provider
from infra.settings import ROOT
from infra.state import StackState
from infra.targets.host import starts
from infra.targets.host.description import Description
from infra.targets.host.free_ports import refuse_taken
from infra.targets.host.paths import ServicePaths
from infra.targets.host.supervisor import ALIVE, Supervisor, SupervisorDown

_DEPLOYS = Path(__file__).parent / "deploys"


class DeployFailed(Exception):
    """pyinfra could not lay something down; the message holds its last lines."""


def run_deploy(name: str, stack: str, document: str) -> None:
    """Run one of the deploys with pyinfra, in a process of its own: it patches its process with gevent.

    Args:
        name: a file of `deploys/`.
        stack: the stack.
        document: JSON for the deploy, handed over in a file that only its owner can read.

    Raises:
        DeployFailed: with pyinfra's last lines.
    """
    state = StackState(stack)
    handover = state.runtime / f"{name}-{hashlib.sha256(document.encode()).hexdigest()[:12]}.json"
    state.runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(handover, document)
    pyinfra = Path(sys.executable).with_name("pyinfra")
    try:
        done = subprocess.run(
            [pyinfra, "--yes", "@local", str(_DEPLOYS / f"{name}.py"), "--data", f"document={handover}"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        handover.unlink(missing_ok=True)
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise DeployFailed(f"pyinfra could not carry out {name}:\n" + "\n".join(lines[-15:]))


class MachineInputs(Inputs):
    """The machine, as far as a stack needs it."""

    stack: str


class MachineProvider(Provider[MachineInputs]):
    """Folders and a supervisor that outlives the command that started it."""

    model = MachineInputs
    replace_on = ("stack",)

    def identity(self, inputs: MachineInputs) -> str:
        """One a stack."""
        return f"{inputs.stack}/machine"

    def apply(self, inputs: MachineInputs, previous: MachineInputs | None) -> None:
        """Start the supervisor unless it runs."""
        supervisor = Supervisor(inputs.stack)
        if supervisor.alive():
            return
        state = StackState(inputs.stack)
        document = {
            "folders": [
                str(state.folder),
                str(state.logs),
                str(state.supervisor / "programs"),
                str(state.runtime),
            ],
            "configuration": str(state.supervisor / "supervisord.conf"),
            "text": _supervisord(state),
            "supervisord": str(Path(sys.executable).with_name("supervisord")),
        }
        run_deploy("machine", inputs.stack, json.dumps(document))
        wait_until(
            lambda: "" if supervisor.alive() else f"see {state.supervisor / 'supervisord.log'}",
            within=20,
            what="the supervisor",
        )

    def find_drift(self, inputs: MachineInputs) -> list[str]:
        """Whether the supervisor answers."""
        return [] if Supervisor(inputs.stack).alive() else ["the supervisor is stopped"]

    def remove(self, inputs: MachineInputs) -> None:
        """Stop everything that is left, and clear up."""
        state = StackState(inputs.stack)
        supervisor = Supervisor(inputs.stack)
        process = _supervisor_process(state)
        with contextlib.suppress(SupervisorDown):
            supervisor.shutdown()
        wait_until(lambda: "still running" if supervisor.alive() else "", within=90, what="the supervisor's end")
        if process is not None:
            # Also one that no longer answers at its socket: its services would run on, and nobody would know of them.
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
            wait_until(
                lambda: "" if _supervisor_process(state) is None else "its process runs",
                within=90,
                what="the supervisor's end",
            )
        shutil.rmtree(state.runtime, ignore_errors=True)
        for folder in (state.supervisor, state.logs, state.folder / "services"):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in (state.folder / "data", state.folder):
            # What shall be kept is still in there.
            with contextlib.suppress(OSError):
                folder.rmdir()


def _supervisor_process(state: StackState) -> psutil.Process | None:
    """The process of the stack's supervisor, if it runs."""
    try:
        process = psutil.Process(int((state.supervisor / "supervisord.pid").read_text()))
        ours = any(str(state.supervisor) in word for word in process.cmdline())
    except (OSError, ValueError, psutil.Error):
        return None
    return process if ours and process.status() != psutil.STATUS_ZOMBIE else None


def _supervisord(state: StackState) -> str:
    def escaped(path: Path) -> str:
        return str(path).replace("%", "%%")

    identity = ["user=root"] if os.getuid() == 0 else []
    return "\n".join(
        [
            "[supervisord]",
            f"logfile={escaped(state.supervisor / 'supervisord.log')}",
            f"pidfile={escaped(state.supervisor / 'supervisord.pid')}",
            f"childlogdir={escaped(state.logs)}",
            f"directory={escaped(state.folder)}",
            "minfds=4096",
            *identity,
            "[unix_http_server]",
            f"file={escaped(state.supervisor_socket)}",
            "chmod=0600",
            "[rpcinterface:supervisor]",
            "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
            "[supervisorctl]",
            f"serverurl=unix://{escaped(state.supervisor_socket)}",
            "[include]",
            f"files = {escaped(state.supervisor / 'programs')}/*.conf",
            "",
        ]
    )


class HostServiceProvider(Provider[Description]):
    """A service's files, laid down by pyinfra, and its process, kept alive by the supervisor."""

    model = Description
    replace_on = ("stack", "service")

    def identity(self, inputs: Description) -> str:
        """Stack and service."""
        return f"{inputs.stack}/{inputs.service}"

    def state(self, props: Properties) -> Properties:
        """Secrets are recorded as digests: 192 random bits do not come back from those."""
        secrets = props.get("secrets")
        digests = secrets
        if isinstance(secrets, dict):
            digests = {name: _digest(value) for name, value in secrets.items() if isinstance(value, str)}
        return {**super().state(props), "secrets": digests}

    def _inputs(self, props: Properties) -> Description:
        return Description.model_validate({k: v for k, v in props.items() if k not in ("__provider", "drift")})

    def apply(self, inputs: Description, previous: Description | None) -> None:
        """Lay down what changed, then start or restart; a process that runs what is wanted is left alone.

        Raises:
            PortTaken: somebody else listens where the service shall.
            DeployFailed: its files could not be laid down.
        """
        paths = ServicePaths(inputs)
        _ensure_assembled([inputs.distribution, *inputs.distributions.values()])
        supervisor = Supervisor(inputs.stack)
        process = supervisor.process(inputs.service)
        changed = self._changed_files(paths) or self._changed_secrets(paths)
        if process is not None and process.state in ALIVE and not changed:
            return
        if process is not None:
            supervisor.stop(inputs.service)
        refuse_taken(inputs.ports)
        run_deploy("service", inputs.stack, inputs.model_dump_json())
        starts.watch(inputs)
        supervisor.start(inputs.service)

    def find_drift(self, inputs: Description) -> list[str]:
        """Files that were edited, a process that is gone."""
        paths = ServicePaths(inputs)
        drift = [f"{path.relative_to(paths.state.folder)} was changed by hand" for path in self._changed_files(paths)]
        drift += [
            f"the distribution {folder.name} is gone"
            for folder in (paths.distribution, *paths.distributions.values())
            if not folder.is_dir()
        ]
        try:
            process = Supervisor(inputs.stack).process(inputs.service)
        except SupervisorDown:
            return [*drift, "stopped"]
        if process is None:
            return [*drift, "the supervisor does not know it"]
        if process.state not in ALIVE:
            drift.append(f"not running: {process.state} {process.description}".rstrip())
        return drift

    def remove(self, inputs: Description) -> None:
        """Stop it; its data go unless they shall be kept."""
        paths = ServicePaths(inputs)
        with contextlib.suppress(SupervisorDown):
            supervisor = Supervisor(inputs.stack)
            supervisor.stop(inputs.service)
            paths.program.unlink(missing_ok=True)
            supervisor.remove(inputs.service)
        paths.program.unlink(missing_ok=True)
        shutil.rmtree(paths.folder, ignore_errors=True)
        if not inputs.keep_data:
            shutil.rmtree(paths.state.folder / "data" / inputs.service, ignore_errors=True)

    @staticmethod
    def _changed_files(paths: ServicePaths) -> list[Path]:
        rendered = paths.rendered_files()
        return [path for path, text in rendered.items() if not path.is_file() or path.read_text() != text]

    @staticmethod
    def _changed_secrets(paths: ServicePaths) -> bool:
        return any(
            not (paths.secrets / name).is_file() or (paths.secrets / name).read_text() != value
            for name, value in paths.description.secrets.items()
        )


class HostHealthProvider(HealthProvider):
    """Waits for the services of a host, and reports how long each took."""

    def healthy(self, inputs: HealthInputs) -> None:
        """Write the report."""
        starts.report(inputs.stack, list(inputs.services))


def _ensure_assembled(directories: Sequence[str]) -> None:
    missing = {directory for directory in directories if not (DIST / directory).is_dir()}
    if not missing:
        return
    for distribution in every():
        if distribution.path.name in missing:
            assemble(distribution, lambda _line: None)
            missing.remove(distribution.path.name)
    if missing:
        names = ", ".join(sorted(missing))
        raise DeployFailed(f"no distribution {names} can be made of the sources as they are: run `make up`")


def _digest(value: str) -> str:
    already = value.startswith("sha256:")
    return value if already else "sha256:" + hashlib.sha256(value.encode()).hexdigest()
