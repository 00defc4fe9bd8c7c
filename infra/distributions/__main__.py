"""`python -m infra.distributions [name …]` assembles the named distributions; without names, all."""

import sys
import time

from infra.distributions.assembly import assemble_all
from infra.distributions.model import AssemblyError
from infra.distributions.registry import recipes
from infra.settings import SettingsError


def main(names: list[str]) -> int:
    """Assemble distributions. Return the exit status: 0 after success, 1 if one failed, 2 if a name is unknown."""
    if unknown := [name for name in names if name not in recipes()]:
        print(f"unknown distribution {', '.join(unknown)}; choose from {', '.join(recipes())}", file=sys.stderr)
        return 2
    started = time.monotonic()
    built = False

    def report(line: str) -> None:
        nonlocal built
        built = True
        print(f"Distributions: {line}", flush=True)

    results = assemble_all(names or list(recipes()), report)
    failures = {name: result for name, result in results.items() if isinstance(result, AssemblyError)}
    for name, error in failures.items():
        print(f"{name} could not be assembled: {error}", file=sys.stderr)
    if built and not failures:
        print(f"Distributions: all {len(results)} ready after {time.monotonic() - started:.0f} s", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SettingsError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
