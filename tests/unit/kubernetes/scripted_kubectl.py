"""A script in place of `kubectl`, for forwarded ports."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import JsonValue

# Like the real program, `get --watch` prints events and `port-forward` accepts connections after its pod is gone.
_KUBECTL = """#!{python}
import pathlib, socket, sys, time
folder = pathlib.Path({folder!r})
with (folder / "started").open("a") as file:
    file.write(" ".join(sys.argv[1:]) + "\\n")
if "deployments,statefulsets" in sys.argv:
    print((folder / "workloads").read_text())
    sys.exit()
if "get" in sys.argv:
    with (folder / "events").open() as events:
        while not (folder / "watch-ends").exists():
            print(events.readline(), end="", flush=True)
            time.sleep(0.01)
    (folder / "watch-ends").unlink()
    sys.exit("the watch ended")
pod, remote = sys.argv[-2].removeprefix("pod/"), int(sys.argv[-1].removeprefix(":"))
gone = folder / "gone"
before = sorted(gone.iterdir())
server = socket.create_server(("127.0.0.1", 0))
print(f"Forwarding from 127.0.0.1:{{server.getsockname()[1]}} -> {{remote}}", flush=True)
while True:
    connection, _ = server.accept()
    data = connection.recv(100)
    if data == b"die":
        sys.exit(1)
    if sorted(gone.iterdir()) == before:
        connection.sendall(pod.encode() + b": " + data)
    connection.close()
"""


@dataclass(frozen=True)
class ScriptedCluster:
    """A cluster, as the script in place of `kubectl` reports it."""

    folder: Path

    def install(self) -> None:
        """Write the script."""
        program = self.folder / "kubectl"
        program.write_text(_KUBECTL.format(python=sys.executable, folder=str(self.folder)))
        program.chmod(0o755)
        (self.folder / "events").touch()
        (self.folder / "started").touch()
        self.scales(1)
        (self.folder / "gone").mkdir()

    def lists(self, *endpoints: JsonValue, name: str = "pulsar-1", kind: str = "MODIFIED") -> None:
        """Add an event about a slice of the Service `pulsar`."""
        labels: JsonValue = {"kubernetes.io/service-name": name.rpartition("-")[0]}
        found: JsonValue = {"metadata": {"name": name, "labels": labels}, "endpoints": [*endpoints]}
        with (self.folder / "events").open("a") as file:
            file.write(json.dumps({"type": kind, "object": found}) + "\n")

    def scales(self, *replicas: int) -> None:
        """Set the workloads named like the Service `pulsar`, each with its number of pods."""
        items: JsonValue = [{"metadata": {}, "spec": {"replicas": each}} for each in replicas]
        (self.folder / "workloads").write_text(json.dumps({"items": items}))

    def replace_pods(self) -> None:
        """Let all current forwards close each connection without a response."""
        with NamedTemporaryFile(dir=self.folder / "gone", delete=False):
            pass

    def end_watch(self) -> None:
        """End the watch. The next one prints later events only."""
        (self.folder / "events").write_text("")
        (self.folder / "watch-ends").touch()

    def started(self, argument: str) -> list[str]:
        """The command lines with an argument, in the order of their start."""
        return [line for line in (self.folder / "started").read_text().splitlines() if argument in line.split()]


def endpoint(pod: str, uid: str = "1", address: str = "10.0.0.1", **conditions: bool) -> dict[str, JsonValue]:
    """An endpoint of a slice, which is a pod."""
    target: JsonValue = {"kind": "Pod", "name": pod, "uid": uid}
    return {"addresses": [address], "conditions": {**conditions}, "targetRef": target}
