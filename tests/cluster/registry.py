"""An image registry on the loopback interface, for the duration of a test."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import PATIENCE

_CONFIGURATION = """\
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: FOLDER}}
http: {addr: "ADDRESS"}
"""
_START_SECONDS = PATIENCE


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
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(port):
            assert process.poll() is None, "the registry does not start"
            assert time.monotonic() < deadline, "the registry does not respond"
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
