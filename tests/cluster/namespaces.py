"""Linux namespaces for the processes of the tests' Kubernetes: own processes, mounts, interfaces and packet filters.

When they end, the kernel removes everything that the processes left in them: other processes, mounts, bridges, rules of
iptables and sets of addresses. A pair of virtual interfaces connects them with this machine, and nothing else.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from infra.targets.kubernetes import node_settings
from tests.waiting import PATIENCE, wait_until


@dataclass(frozen=True)
class Machine:
    """A simulated machine, which is one node of the cluster.

    Args:
        node: name of the node in Kubernetes.
        interface: name of the interface at the other end of its connection: on this machine for the first node, in the
            namespaces of the first node for the second one.
        gateway: address of that interface.
        address: address of the node.
        pods: addresses of its pods.
        cgroup: name of the control group of its pods.
    """

    node: str
    interface: str
    gateway: str
    address: str
    pods: str
    cgroup: str


FIRST = Machine("node", "kappastack-test", "10.245.0.1", "10.245.0.2", "10.244.0.0/24", "kubepods")
SECOND = Machine("node-2", "node-2", "10.245.0.5", "10.245.0.6", "10.244.1.0/24", "k8s.io")
_PREFIX = 30
_CGROUPS = Path("/sys/fs/cgroup")
# kubelet and the pods of the node settings set these kernel parameters, which no namespace contains.
_PARAMETERS = (
    *("kernel/panic", "kernel/panic_on_oops", "kernel/keys/root_maxbytes"),
    *(name.replace(".", "/") for name in (*node_settings.EXACT, *node_settings.AT_LEAST)),
)
_SYSTEM = Path("/proc/sys")
_HUGE_PAGES = Path(node_settings.HUGE_PAGES)


class Namespaces:
    """Linux namespaces for network, mounts and processes. They exist from the start of the first process until `stop`.

    Args:
        folder: folder for logs and mounted folders; `stop` removes it.
        first: program of the first process, which waits for a signal and collects the exit statuses of orphans.
        search: value of PATH for the commands.
        machine: the machine that they simulate.
        neighbor: namespaces that they are connected with; None for this machine.
    """

    def __init__(
        self, folder: Path, first: Path, search: str, machine: Machine = FIRST, neighbor: "Namespaces | None" = None
    ) -> None:
        """Start the first process, and connect the interfaces."""
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.machine = machine
        self._environment = os.environ | {"PATH": search}
        self._made: list[Path] = []
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._parameters = _parameters()
        self._shell = subprocess.Popen(
            [
                # The kernel ends the namespaces with the process of the tests, even if that is killed.
                *("setpriv", "--pdeathsig", "KILL"),
                *("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
                str(first),
            ],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(lambda: self._first() is not None, "the first process of the namespaces")
        first_process = self._first()
        assert first_process is not None
        self._pid = first_process.pid
        self._enter = ["nsenter", "--target", str(self._pid), "--net", "--mount", "--pid"]
        # The process ids of `ip` are those of this machine, so the commands enter only the network of the neighbor.
        self._neighbor = [] if neighbor is None else ["nsenter", "--target", str(neighbor._pid), "--net"]
        self.run("mount", "--make-rshared", "/")
        self._connect()

    def _first(self) -> psutil.Process | None:
        assert self._shell.poll() is None, "the namespaces cannot be created"
        children = psutil.Process(self._shell.pid).children()
        with suppress(psutil.NoSuchProcess):
            return next((each for each in children if each.name() != "unshare"), None)
        return None

    def _connect(self) -> None:
        machine = self.machine
        if self._is_connected():
            # After a killed run, the kernel keeps its namespace while sockets close.
            self._run_outside("ip", "link", "delete", machine.interface)
        pair = ("type", "veth", "peer", "name", "eth0", "netns", str(self._pid))
        self._run_outside("ip", "link", "add", machine.interface, *pair)
        self._run_outside("ip", "address", "add", f"{machine.gateway}/{_PREFIX}", "dev", machine.interface)
        self._run_outside("ip", "link", "set", machine.interface, "up")
        self.run("ip", "address", "add", f"{machine.address}/{_PREFIX}", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")
        self.run("ip", "link", "set", "lo", "up")
        # Connections to other networks fail at once instead of after a time limit.
        self.run("ip", "route", "add", "unreachable", "default")
        self.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        if self._neighbor:
            self.run("ip", "route", "add", f"{FIRST.address}/32", "via", machine.gateway)
            self.run("ip", "route", "add", FIRST.pods, "via", machine.gateway)
            self._run_outside("ip", "route", "add", machine.pods, "via", machine.address)

    def _is_connected(self) -> bool:
        command = [*self._neighbor, "ip", "link", "show", self.machine.interface]
        return subprocess.run(command, env=self._environment, capture_output=True, check=False).returncode == 0

    def _run_outside(self, *command: str) -> None:
        subprocess.run([*self._neighbor, *command], env=self._environment, check=True)

    def mount(self, path: str) -> None:
        """Mount an empty folder of these namespaces over a path, which is created if it is missing."""
        target = Path(path)
        if not target.is_dir():
            target.mkdir(parents=True)
            self._made.append(target)
        source = self.folder / "mounts" / path.strip("/").replace("/", "-")
        source.mkdir(parents=True)
        self.run("mount", "--bind", str(source), path)

    def run(self, *command: str) -> str:
        """Run a command in the namespaces and return its output."""
        done = self._try(*command)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}{done.stdout}"
        return done.stdout

    def succeeds(self, *command: str) -> bool:
        """Whether a command in the namespaces succeeds."""
        return self._try(*command).returncode == 0

    def _try(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*self._enter, *command], env=self._environment, capture_output=True, text=True, check=False
        )

    def start(self, name: str, command: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
        """Start a process that runs until `stop`; its log is in the folder."""
        with self.log(name).open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [*self._enter, *command],
                env=self._environment | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, name: str) -> Path:
        """Path of the log of a process."""
        path = self.folder / "log" / f"{name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def check(self) -> None:
        """Check that no process ended; the error has the end of its log."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                end = "\n".join(self.log(name).read_text(errors="replace").splitlines()[-20:])
                raise AssertionError(f"{name} ended with status {process.returncode}:\n{end}")

    def cut_power(self) -> None:
        """Disconnect the interfaces, then kill all processes, so that none of them can close a connection."""
        self.run("ip", "link", "set", "eth0", "down")
        self._kill()

    def stop(self) -> None:
        """End all processes, and remove what is outside the namespaces."""
        self._kill()
        wait_until(lambda: not self._is_connected(), f"the end of interface {self.machine.interface}")
        _remove_cgroups(self.machine)
        for path, value in self._parameters.items():
            path.write_text(value)
        for path in self._made:
            # A Docker Engine that started meanwhile may use the folder.
            with suppress(OSError):
                path.rmdir()
        shutil.rmtree(self.folder)

    def _kill(self) -> None:
        self._shell.kill()
        for process in (self._shell, *self._processes.values()):
            process.wait(PATIENCE)


def _parameters() -> dict[Path, str]:
    """The values of the kernel parameters by path."""
    paths = (_SYSTEM / name for name in _PARAMETERS)
    values = {path: path.read_text() for path in paths if path.exists()}
    if _HUGE_PAGES.exists():
        # The file lists all values, with the chosen one in brackets.
        values[_HUGE_PAGES] = _HUGE_PAGES.read_text().split("[")[1].split("]")[0]
    return values


def leftovers() -> list[str]:
    """What `stop` failed to remove from this machine."""
    found = [f"interface {FIRST.interface}"] if (Path("/sys/class/net") / FIRST.interface).exists() else []
    return found + [f"control group {path}" for machine in (FIRST, SECOND) for path in _pod_groups(machine)]


def _pod_groups(machine: Machine) -> list[Path]:
    return [*_CGROUPS.glob(machine.cgroup), *_CGROUPS.glob(f"*/{machine.cgroup}")]


def _remove_cgroups(machine: Machine) -> None:
    """Remove the groups of the pods. The kernel empties them shortly after the end of the processes."""
    for top in _pod_groups(machine):
        below = sorted((path for path in top.rglob("*") if path.is_dir()), reverse=True)
        for group in [*below, top]:
            wait_until(partial(_is_removed, group), f"the removal of {group}")


def _is_removed(group: Path) -> bool:
    try:
        group.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
