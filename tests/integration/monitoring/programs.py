"""Programs of Prometheus and Alertmanager that check configurations."""

import subprocess
from pathlib import Path

from infra.distributions import alertmanager, assemble, prometheus


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `promtool`."""
    return _run(assemble(prometheus(), lambda _line: None) / "bin" / "promtool", *arguments)


def amtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `amtool`."""
    return _run(assemble(alertmanager(), lambda _line: None) / "bin" / "amtool", *arguments)


def _run(program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program), *map(str, arguments)],
        # Alertmanager's templates are in its distribution.
        cwd=program.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
