"""Providers of the host's resources: the machine with its supervisor, and one process for each service."""

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from apps.shared.files import write_private
from apps.shared.polling import wait_until
from infra.distributions import assemble, every
from infra.distributions.model import DIST
from infra.hardening import hardened
from infra.resources.health import HealthInputs, HealthProvider
from infra.resources.provider import Inputs, Properties, Provider
from infra.state import StackState
from infra.targets.free_ports import refuse_taken
from infra.targets.host import planned_starts, starts
from infra.targets.host.deploy import DeployFailed, run_deploy
from infra.targets.host.description import Description
from infra.targets.host.paths import ServicePaths
from infra.targets.host.supervisor import ALIVE, Supervisor, SupervisorDown


class MachineInputs(Inputs):
    """The inputs of the machine's resource."""

    stack: str


class MachineProvider(Provider[MachineInputs]):
    """The stack's folders and its supervisor, which outlives the command that started it."""

    model = MachineInputs
    replace_on = ("stack",)

    def identity(self, inputs: MachineInputs) -> str:
        """One machine for each stack."""
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
        for program in (state.supervisor / "programs").glob("*.conf"):
            # The supervisor starts the programs of its existing configuration, such as after `make down`.
            planned_starts.record(inputs.stack, program.stem)
        run_deploy("machine", inputs.stack, json.dumps(document))
        wait_until(
            lambda: "" if supervisor.alive() else f"see {state.supervisor / 'supervisord.log'}",
            within=20,
            what="the supervisor",
        )

    def find_drift(self, inputs: MachineInputs) -> list[str]:
        """Report a supervisor that does not respond."""
        return [] if Supervisor(inputs.stack).alive() else ["the supervisor is stopped"]

    def remove(self, inputs: MachineInputs) -> None:
        """Stop the supervisor with all remaining services, and delete the stack's folders except kept data."""
        state = StackState(inputs.stack)
        supervisor = Supervisor(inputs.stack)
        process = _supervisor_process(state)
        with contextlib.suppress(SupervisorDown):
            supervisor.shutdown()
        wait_until(lambda: "still running" if supervisor.alive() else "", within=90, what="the supervisor's end")
        if process is not None:
            # A supervisor that does not respond at its socket may still run with its services, so its process is ended.
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
            wait_until(
                lambda: "" if _supervisor_process(state) is None else "its process runs",
                within=90,
                what="the supervisor's end",
            )
        shutil.rmtree(state.runtime, ignore_errors=True)
        for folder in (state.supervisor, state.logs, state.planned_starts, state.folder / "services"):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in (state.folder / "data", state.folder):
            # A folder with kept data is not empty, so `rmdir` fails and the folder stays.
            with contextlib.suppress(OSError):
                folder.rmdir()


def _supervisor_process(state: StackState) -> psutil.Process | None:
    """The process of the stack's supervisor; None if it does not run."""
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
    """A service's files, which pyinfra writes, and its process, which the supervisor restarts after an exit."""

    model = Description
    replace_on = ("stack", "service")

    def identity(self, inputs: Description) -> str:
        """The names of stack and service."""
        return f"{inputs.stack}/{inputs.service}"

    def state(self, props: Properties) -> Properties:
        """The state to record, with digests of the secrets, from which no secret can be guessed."""
        secrets = props.get("secrets")
        digests = secrets
        if isinstance(secrets, dict):
            stack = str(props.get("stack"))
            digests = {name: _digest(value, stack) for name, value in secrets.items() if isinstance(value, str)}
        return {**super().state(props), "secrets": digests}

    def _inputs(self, props: Properties) -> Description:
        return Description.model_validate({k: v for k, v in props.items() if k not in ("__provider", "drift")})

    def apply(self, inputs: Description, previous: Description | None) -> None:
        """Write changed files and delete obsolete ones, then start or restart the process.

        A running process is not restarted without changes, nor for secrets that it reads again.

        Raises:
            PortTaken: another process listens on a port of the service.
            DeployFailed: the files could not be written.
        """
        paths = ServicePaths(inputs)
        _ensure_assembled([inputs.distribution, *inputs.distributions.values()])
        supervisor = Supervisor(inputs.stack)
        process = supervisor.process(inputs.service)
        secrets = self._changed_secrets(paths)
        obsolete = paths.obsolete_files()
        changed = [*self._changed_files(paths), *(path for path in obsolete if path.is_relative_to(paths.files))]
        stays = process is not None and process.state in ALIVE and not changed and secrets <= set(inputs.rereads)
        if process is not None and not stays:
            supervisor.stop(inputs.service)
        for path in obsolete:
            path.unlink()
        if stays:
            for name in sorted(secrets):
                write_private(paths.secrets / name, inputs.secrets[name])
            return
        refuse_taken(inputs.ports)
        run_deploy("service", inputs.stack, inputs.model_dump_json())
        starts.watch(inputs)
        supervisor.start(inputs.service)

    def find_drift(self, inputs: Description) -> list[str]:
        """Report edited and added files and secrets, missing distributions, and a process that does not run."""
        paths = ServicePaths(inputs)
        edited = [*self._changed_files(paths), *self._edited_secrets(paths)]
        drift = [f"{path.relative_to(paths.state.folder)} was changed by hand" for path in edited]
        drift += [f"{path.relative_to(paths.state.folder)} was added by hand" for path in paths.obsolete_files()]
        drift += [
            f"the distribution {folder.name} is missing"
            for folder in (paths.distribution, *paths.distributions.values())
            if not folder.is_dir()
        ]
        try:
            process = Supervisor(inputs.stack).process(inputs.service)
        except SupervisorDown:
            return [*drift, "stopped"]
        if process is None:
            return [*drift, "the supervisor has no such program"]
        if process.state not in ALIVE:
            drift.append(f"not running: {process.state} {process.description}".rstrip())
        return drift

    def remove(self, inputs: Description) -> None:
        """Stop the process and delete its files, and its data unless `keep_data` is set."""
        paths = ServicePaths(inputs)
        with contextlib.suppress(SupervisorDown):
            supervisor = Supervisor(inputs.stack)
            supervisor.stop(inputs.service)
            paths.program.unlink(missing_ok=True)
            supervisor.remove(inputs.service)
        paths.program.unlink(missing_ok=True)
        shutil.rmtree(paths.folder, ignore_errors=True)
        planned_starts.delete(inputs.stack, inputs.service)
        if not inputs.keep_data:
            shutil.rmtree(paths.state.folder / "data" / inputs.service, ignore_errors=True)

    @staticmethod
    def _changed_files(paths: ServicePaths) -> list[Path]:
        rendered = paths.rendered_files()
        return [path for path, text in rendered.items() if not path.is_file() or path.read_text() != text]

    @staticmethod
    def _edited_secrets(paths: ServicePaths) -> list[Path]:
        """Files that differ from the digests of the recorded state."""
        stack = paths.description.stack
        files = {paths.secrets / name: digest for name, digest in paths.description.secrets.items()}
        return [
            path for path, digest in files.items() if not path.is_file() or _digest(path.read_text(), stack) != digest
        ]

    @staticmethod
    def _changed_secrets(paths: ServicePaths) -> set[str]:
        return {
            name
            for name, value in paths.description.secrets.items()
            if not (paths.secrets / name).is_file() or (paths.secrets / name).read_text() != value
        }


class HostHealthProvider(HealthProvider):
    """Waits for the services of a host, and records how long each took to start."""

    def healthy(self, inputs: HealthInputs) -> None:
        """Write the report of the start times."""
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
        raise DeployFailed(f"distribution {names} does not match the current sources: run `make up`")


def _digest(value: str, stack: str) -> str:
    already = value.startswith("sha256:")
    return value if already else "sha256:" + hashlib.sha256(hardened(value, stack).encode()).hexdigest()
