"""actionlint, which checks the workflows of GitHub: built from pinned Go modules into the cache."""

import shutil
from hashlib import sha256
from pathlib import Path

from infra.checkout.paths import ROOT, cache, locked
from infra.checkout.process import Report, run
from tools.setup.pulumi_cli import go

MODULE = ROOT / "tools" / "actionlint"
_PACKAGE = "github.com/rhysd/actionlint/cmd/actionlint"


def prepare(report: Report) -> Path:
    """The path of the program; it is built if the cache does not contain it.

    Raises:
        SetupError: the build failed.
    """
    digest = sha256(b"".join((MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))).hexdigest()[:16]
    program = cache() / "actionlint" / digest / "actionlint"
    with locked(cache() / "actionlint.lock", lambda: report("waiting for another checkout that builds it")):
        if program.exists():
            return program
        compiler = go(report)
        modules = cache() / "actionlint" / "modules"
        environment = {
            "GOMODCACHE": str(modules / "mod"),
            "GOCACHE": str(modules / "build"),
            "GOFLAGS": "-buildvcs=false -modcacherw -mod=readonly",
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "0",
        }
        if compiler != Path(shutil.which("go") or ""):
            environment["GOROOT"] = str(compiler.parent.parent)
        draft = program.with_name("draft")
        run(
            [compiler, "build", "-trimpath", "-ldflags", "-s -w", "-o", draft, _PACKAGE],
            report,
            log="actionlint.log",
            cwd=MODULE,
            env=environment,
        )
        draft.replace(program)
        shutil.rmtree(modules, ignore_errors=True)
    return program
