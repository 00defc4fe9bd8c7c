"""Compares the start of a container stack by `pulumi up` with a plain start of the same containers.

Both start the same stopped containers with the same data in parallel, and end when all health checks pass. Run it on
an idle machine: `python -m tests.benchmarks.docker_start [RUNS]`.
"""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.resources.health import Check
from infra.settings import ROOT
from tests.cluster import engine as engines

sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from tests.cluster.docker_stack import DockerStack  # It imports `machine` of the end-to-end tests.
from tests.waiting import wait_until

_WITHIN_SECONDS = 300


def main(runs: int) -> int:
    """Print the table. The exit status is 1 if no engine is available."""
    if reason := engines.reason_to_skip():
        print(reason)
        return 1
    with engines.engine() as host, tempfile.TemporaryDirectory() as folder:
        stack = DockerStack(Path(folder) / "state", engine=host, base_image=engines.base_image(host))
        try:
            stack.up()
            rows = [(*plain(stack), *by_pulumi(stack)) for _ in range(runs)]
            unchanged = timed(stack)
        finally:
            stack.destroy()
    print("plain start  healthy by `pulumi up`  ratio  whole `pulumi up`")
    for plain_seconds, healthy, whole in rows:
        print(f"{plain_seconds:9.1f} s  {healthy:20.1f} s  {healthy / plain_seconds:5.2f}  {whole:15.1f} s")
    print(f"a `pulumi up` that changes nothing: {unchanged:.1f} s")
    return 0


def plain(stack: DockerStack) -> tuple[float]:
    """Seconds from starting all stopped containers until all are healthy."""
    stopped(stack)
    begin = time.monotonic()
    with ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(lambda container: container.start(), stack.containers().values()))
    healthy(stack)
    return (time.monotonic() - begin,)


def by_pulumi(stack: DockerStack) -> tuple[float, float]:
    """Seconds from the first start of a container by Pulumi until all are healthy, and of the whole command."""
    stopped(stack)
    begin = time.monotonic()
    with ThreadPoolExecutor(max_workers=2) as pool:
        up = pool.submit(stack.up)
        wait_until(lambda: any(each.status == "running" for each in stack.containers().values()), "a running container")
        started = time.monotonic()
        healthy(stack)
        seconds = time.monotonic() - started
        up.result()
    return seconds, time.monotonic() - begin


def timed(stack: DockerStack) -> float:
    """Seconds of an `up` without changes."""
    begin = time.monotonic()
    stack.up()
    return time.monotonic() - begin


def stopped(stack: DockerStack) -> None:
    """Stop all containers."""
    assert stack.command("down").status == 0


def healthy(stack: DockerStack) -> None:
    """Wait until all health checks pass."""
    with ThreadPoolExecutor(max_workers=16) as pool:
        problems = pool.map(
            lambda name, health: Check(
                url=health.url,
                contains=health.contains,
                send=health.send,
                start_within=_WITHIN_SECONDS,
                description="",
            ).wait(stack.name, name),
            stack.connections.health.keys(),
            stack.connections.health.values(),
        )
    assert not [text for text in problems if text]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
