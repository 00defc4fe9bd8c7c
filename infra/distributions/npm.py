"""Runs npm for the page: installs the locked packages and runs scripts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from infra.checkout import environment
from infra.checkout.paths import NOTES, ROOT, locked, write_atomically
from infra.distributions import programs
from infra.distributions.model import Report

FRONTEND = ROOT / "apps" / "frontend"
_STAMP = FRONTEND / "node_modules" / ".kappastack-lock"


def run(arguments: Sequence[str]) -> None:
    """Run npm in the page's folder.

    Raises:
        AssemblyError: npm failed; the message contains the end of its output.
    """
    # Without CI, some of the page's tools watch files and never end. NO_COLOR keeps colour codes out of error messages,
    # which contain the output.
    variables = environment.variables() | {"CI": "true", "NO_COLOR": "1"}
    programs.run(["npm", *arguments], f"npm {' '.join(arguments)} failed", folder=FRONTEND, variables=variables)


@contextmanager
def modules(report: Report) -> Iterator[None]:
    """Lock `node_modules` during the block, after an installation if it differs from `package-lock.json`."""
    with locked(NOTES / "npm.lock", lambda: report("waiting for another run of npm")):
        lock = sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
        if not _STAMP.is_file() or _STAMP.read_text() != lock:
            report("installing npm packages")
            run(["ci", "--no-audit", "--no-fund", "--prefer-offline"])
            write_atomically(_STAMP, lock)
        yield
