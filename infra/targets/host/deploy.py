"""Runs pyinfra deploys."""

import hashlib
import multiprocessing
from pathlib import Path

from apps.shared.files import write_private
from infra.state import StackState

_DEPLOYS = Path(__file__).parent / "deploys"
# pyinfra patches its process with gevent, so it runs in a separate process. Importing it takes longer than a deploy.
# Therefore a fork server imports it once, and each deploy is a fork.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([f"{__package__}.deploys.program", __name__])


class DeployFailed(Exception):
    """A pyinfra deploy failed; the message contains the last lines of its output."""


def run_deploy(name: str, stack: str, document: str) -> None:
    """Run a pyinfra deploy in a separate process.

    Args:
        name: name of a file in `deploys/`, without extension.
        stack: name of the stack.
        document: JSON input of the deploy, passed in a file that only its owner can read.

    Raises:
        DeployFailed: pyinfra failed.
    """
    runtime = StackState(stack).runtime
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    handover = runtime / f"{name}-{hashlib.sha256(document.encode()).hexdigest()[:12]}.json"
    output = handover.with_suffix(".log")
    write_private(handover, document)
    try:
        process = _PROCESSES.Process(
            target=_run, args=(str(_DEPLOYS / f"{name}.py"), str(handover), str(output)), daemon=True
        )
        process.start()
        process.join()
        if process.exitcode != 0:
            lines = output.read_text().strip().splitlines() if output.exists() else ["its process ended immediately"]
            how = f"the pyinfra deploy {name} ended with exit code {process.exitcode}"
            raise DeployFailed("\n".join([f"{how}:", *lines[-15:]]))
    finally:
        handover.unlink(missing_ok=True)
        output.unlink(missing_ok=True)


def _run(deploy: str, document: str, output: str) -> None:
    # Imported in the forked process only: the import patches the process.
    from infra.targets.host.deploys import program  # noqa: PLC0415

    program.run(deploy, document, output)
