"""A separate stack for the tests. Its name, ports, state folder and backend differ from those of a running stack."""

import contextlib
import os
import re
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import yaml

from infra.products.registry import declared
from infra.resources import connections
from infra.services import ports
from infra.services.pages import unreachable_pages
from infra.settings import ROOT
from infra.state import StackState
from infra.targets.host.supervisor import Process, Supervisor
from tests.claimed_ports import CLAIMS, is_free

PORTS = [
    *(number for name, number in vars(ports).items() if name.isupper() and isinstance(number, int)),
    *(product.api.port for product in declared().values() if product.api is not None),
]
_SUMMARY = re.compile(r"^Resources:\n((?:\s+.+\n)+)", re.MULTILINE)


def free_offset(begin: int = 1_000, end: int = 14_900) -> int:
    """A port offset with which browsers open all pages and all ports are free. This process claims the ports."""
    offsets = (begin + 97 * secrets.randbelow((end - begin) // 97) for _ in range(1000))
    return next(
        offset
        for offset in offsets
        if not unreachable_pages(offset) and CLAIMS.claim({port + offset for port in PORTS})
    )


@dataclass
class Outcome:
    """Exit status and output of a command."""

    status: int
    output: str

    @property
    def resources(self) -> dict[str, int]:
        """Pulumi's summary of resources, such as `{"updated": 2, "unchanged": 20}`."""
        match = _SUMMARY.search(self.output)
        assert match is not None, self.output[-3000:]
        counts = re.findall(r"(\d+) (created|updated|deleted|replaced|unchanged|to \w+)", match[1])
        return {word: int(number) for number, word in counts}


def read_until(run: "subprocess.Popen[str]", *words: str) -> str:
    """The output of a running command until a line that contains all `words`."""
    lines: list[str] = []
    for line in run.stdout or ():
        lines.append(line)
        if all(word in line for word in words):
            return "".join(lines)
    raise AssertionError("the command ended without the expected output:\n" + "".join(lines[-40:]))


@dataclass
class TestStack:
    """A stack of the tests."""

    __test__ = False

    folder: Path
    offset: int = field(default_factory=free_offset)
    name: str = field(default_factory=lambda: f"test-{secrets.token_hex(4)}")
    products: tuple[str, ...] = ("ciapol",)
    root: Path = ROOT
    """Checkout whose commands manage the stack."""

    def __post_init__(self) -> None:
        """Write the configuration file of the stack."""
        self.configure()
        os.environ["KAPPASTACK_STATE"] = str(self.folder)

    @property
    def file(self) -> Path:
        """Path of the configuration file."""
        return self.root / f"Pulumi.{self.name}.yaml"

    def configure(self, **settings: object) -> None:
        """Set settings by their names in the configuration file."""
        document = yaml.safe_load(self.file.read_text()) if self.file.exists() else {"config": {}}
        products: dict[str, object] = {name: {} for name in self.products}
        usual = {"target": "host", "keepData": False, "portOffset": self.offset, "products": products}
        wanted = {**usual, **settings}
        document["config"] |= {f"kappastack:{key}": value for key, value in wanted.items()}
        self.file.write_text(yaml.safe_dump(document))

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the stack's commands, without the user's own Pulumi variables."""
        own = {"KAPPASTACK_STATE": str(self.folder)}
        return {
            name: value
            for name, value in {**os.environ, **own}.items()
            if not name.startswith("PULUMI_") and name != "KAPPASTACK_PORT_OFFSET"
        }

    def _run(self, command: list[str], timeout: float) -> Outcome:
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Outcome(done.returncode, done.stdout)

    def command(self, *arguments: str, timeout: float = 1800) -> Outcome:
        """Run `python -m tools.stack …`."""
        return self._run([sys.executable, "-m", "tools.stack", "--stack", self.name, *arguments], timeout)

    def up_until(self, *words: str) -> tuple["subprocess.Popen[str]", str]:
        """Start a deployment; see `until`."""
        return self.until("up", "--no-smoke", words=words)

    def until(self, *arguments: str, words: tuple[str, ...]) -> tuple["subprocess.Popen[str]", str]:
        """Start a command in a separate process group, until an output line contains all `words`.

        Returns:
            The running process, and its output so far.
        """
        run = subprocess.Popen(
            [sys.executable, "-m", "tools.stack", "--stack", self.name, *arguments],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return run, read_until(run, *words)

    def up(self) -> Outcome:
        """Deploy, without the smoke tests."""
        outcome = self.command("up", "--no-smoke")
        assert outcome.status == 0, outcome.output[-6000:]
        return outcome

    def pulumi(self, *arguments: str, timeout: float = 1800) -> Outcome:
        """Run a bare `pulumi`, as a shell does after `eval "$(make -s env)"`."""
        words = " ".join(arguments)
        script = f'eval "$({sys.executable} -m tools.stack --stack {self.name} env)"; pulumi {words} -s {self.name}'
        outcome = self._run(["bash", "-c", script], timeout)
        assert outcome.status == 0, outcome.output[-6000:]
        return outcome

    @property
    def connections(self) -> connections.Connections:
        """Addresses and secrets."""
        return connections.load(self.name, wait=0)

    def url(self, service: str, port: str) -> str:
        """A URL of a service."""
        return self.connections.endpoint(service, port).url

    def secret_file(self, service: str, file: str) -> str:
        """The text of a secret's file of a service."""
        return (StackState(self.name).service(service) / "secrets" / file).read_text()

    def processes(self) -> dict[str, Process]:
        """The supervised processes by name."""
        return Supervisor(self.name).processes()

    def kill(self, service: str) -> None:
        """`kill -9` of a service's process and of its children."""
        process = psutil.Process(self.processes()[service].pid)
        # Kill the parent first: it would otherwise log that its children were killed. A child may have ended already.
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()

    def kill_without_children(self, service: str) -> None:
        """`kill -9` of a service's process alone."""
        psutil.Process(self.processes()[service].pid).kill()

    def processes_alive(self) -> list[str]:
        """Processes whose command line contains the stack's folder. Zombies have no command line and do not count."""
        return [
            f"process {each.pid} {each.info['cmdline'][:3]}"
            for each in psutil.process_iter(["cmdline"])
            if any(str(self.folder) in word for word in each.info["cmdline"] or []) and each.pid != os.getpid()
        ]

    def leftovers(self) -> list[str]:
        """Remaining processes, listening ports and files of the stack."""
        found = self.processes_alive()
        found += [f"port {port + self.offset}" for port in PORTS if not is_free(port + self.offset)]
        found += [str(path) for path in self.folder.rglob("*")] if self.folder.exists() else []
        return found

    def last_warnings(self, lines: int = 30) -> dict[str, str]:
        """The last warnings and errors of each log, by the name of the log file."""
        problem = re.compile(r"\b(WARN|WARNING|ERROR|FATAL|Exception)\b")
        found = {
            path.name: [line[:400] for line in path.read_text(errors="replace").splitlines() if problem.search(line)]
            for path in sorted((self.folder / self.name / "logs").glob("*.log"))
        }
        return {name: "\n".join(matching[-lines:]) for name, matching in found.items() if matching}

    def destroy(self) -> Outcome:
        """Destroy the stack and delete its configuration file. A second call does nothing."""
        if not self.file.exists():
            return Outcome(0, "destroyed already")
        outcome = self.command("destroy")
        self.file.unlink(missing_ok=True)
        return outcome
