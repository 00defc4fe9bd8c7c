"""An image registry on the loopback interface, for the duration of a test."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import PATIENCE, wait_until

_CONFIGURATION = """\
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: FOLDER}}
http: {addr: "ADDRESS"}
"""


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Run a registry and yield its address, `host:port`.

    Args:
        folder: storage for pushed images.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"127.0.0.1:{port}"
    configuration = folder / "registry.yaml"
    configuration.write_text(_CONFIGURATION.replace("FOLDER", str(folder / "registry")).replace("ADDRESS", address))
    program = shutil.which("docker-registry")
    assert program is not None, "docker-registry is missing: make setup-tests"
    process = subprocess.Popen([program, "serve", str(configuration)], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(port) or process.poll() is not None, "the registry")
        assert process.poll() is None, "the registry does not start"
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
