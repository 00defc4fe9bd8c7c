"""The Pulumi CLI with its Python language host: from PATH if they suffice, else built from pinned Go modules.

The language host is the last version in the SDK's module. It ignores `options.virtualenv`, so the virtual environment
must be first on PATH; `make env` ensures that.
"""

import os
import shutil
from functools import partial
from hashlib import sha256
from pathlib import Path

from infra.checkout.paths import ROOT, cache, locked
from infra.checkout.process import Report, SetupError, Version, dotted, output_of, run, version_in
from infra.versions import GO_OLDEST, PULUMI, PULUMI_LANGUAGE_PYTHON, PULUMI_OLDEST
from tools.setup.python_environment import install_tool

CLI_MODULE = ROOT / "tools" / "pulumi-cli"
HOST_MODULE = ROOT / "tools" / "pulumi-language-python"
_GO = Path("go") / "bin" / "go"
PROGRAMS = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)


def on_path() -> tuple[Path, Version] | None:
    """Path and version of the CLI on PATH; None if it is missing, too old or without the Python language host."""
    found = [shutil.which(name) for name in PROGRAMS]
    if not all(found):
        return None
    version = version_in(output_of([str(found[0]), "version"]))
    if version is None or version < PULUMI_OLDEST or version[0] != PULUMI_OLDEST[0]:
        return None
    return Path(str(found[0])), version


def folder() -> Path:
    """Folder of the built programs; its path contains the digest of the modules' locks."""
    digest = sha256()
    for module in (CLI_MODULE, HOST_MODULE):
        for name in ("go.mod", "go.sum"):
            digest.update((module / name).read_bytes())
    return cache() / "pulumi" / f"{PULUMI}-{digest.hexdigest()[:16]}" / "bin"


def ready() -> bool:
    """Whether a suitable CLI is installed."""
    return (folder() / "pulumi").exists() or on_path() is not None


def go_on_path() -> Path | None:
    """Path of Go on PATH; None if it is missing or too old."""
    found = shutil.which("go")
    version = version_in(output_of([found, "version"])) if found else None
    return Path(found) if found and version and version >= GO_OLDEST else None


def go(report: Report) -> Path:
    """Path of a Go that builds the CLI: the one on PATH if it is new enough, else a pinned one in the cache."""
    if found := go_on_path():
        return found
    report(f"installing a pinned Go into the cache: PATH has none of version {dotted(GO_OLDEST)} or newer")
    return install_tool("go", report, _finish_go) / _GO


def _finish_go(unpacked: Path) -> None:
    """Make the unpacked programs executable, because Python packages do not preserve file modes.

    Raises:
        SetupError: Go does not run on this machine.
    """
    root = unpacked / "go"
    for program in [*(root / "bin").iterdir(), *(root / "pkg" / "tool").glob("*/*")]:
        program.chmod(0o755)
    if output_of([unpacked / _GO, "version"]) is None:
        raise SetupError(
            f"the pinned Go does not run on this machine: install Go {dotted(GO_OLDEST)} or newer and run again"
        )


def build_variables(compiler: Path, folder: Path) -> dict[str, str]:
    """Environment variables of `go build`.

    Args:
        compiler: path of Go.
        folder: folder of the caches of modules and compiled packages.
    """
    variables = {
        "GOMODCACHE": str(folder / "mod"),
        "GOCACHE": str(folder / "build"),
        # -modcacherw makes the module cache writable, so that it can be deleted afterwards.
        "GOFLAGS": "-buildvcs=false -modcacherw -mod=readonly",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    if compiler != Path(shutil.which("go") or ""):
        variables["GOROOT"] = str(compiler.parent.parent)
    return variables


def prepare(report: Report) -> None:
    """Build the CLI and its language host into the cache."""
    with locked(cache() / "pulumi.lock", lambda: report("waiting for another checkout that builds it")):
        if ready():
            return
        report("building from pinned Go modules (about 4 min the first time)")
        target = folder()
        draft = target.parent.with_name(f".{target.parent.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        try:
            _build(draft / "bin", report)
            shutil.rmtree(target.parent, ignore_errors=True)
            draft.replace(target.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        # These 2.5 GB are useful only for the build of another version, which reuses little of them.
        if not os.environ.get("KAPPASTACK_KEEP_GO_CACHE"):
            shutil.rmtree(_go_cache(), ignore_errors=True)


def _go_cache() -> Path:
    return cache() / "go"


def _build(folder: Path, report: Report) -> None:
    compiler = go(report)
    environment = build_variables(compiler, _go_cache())
    host = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
    # The last number is the approximate number of packages that a build from empty caches compiles.
    for module, package, version, packages in (
        (CLI_MODULE, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", PULUMI, 1450),
        (HOST_MODULE, host, PULUMI_LANGUAGE_PYTHON, 280),
    ):
        stamp = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{version}"
        program = folder / package.rsplit("/", 1)[1]
        run(
            [compiler, "build", "-v", "-trimpath", "-ldflags", stamp, "-o", program, package],
            report,
            log=f"{program.name}.log",
            cwd=module,
            env=environment,
            progress=partial(progress, program.name, packages),
        )
    sdk = _sdk_folder(environment)
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        copy = folder / script.rsplit("/", 1)[1]
        shutil.copyfile(sdk / "python" / script, copy)
        copy.chmod(0o755)
    printed = version_in(output_of([folder / "pulumi", "version"]))
    if printed is None or dotted(printed) != PULUMI:
        raise SetupError(f"the built Pulumi CLI does not run: it should print version {PULUMI}")


def _sdk_folder(environment: dict[str, str]) -> Path:
    """Folder of the SDK's module in Go's module cache, whose layout Go documents."""
    return Path(environment["GOMODCACHE"]) / "github.com" / "pulumi" / "pulumi" / "sdk" / f"v3@v{PULUMI}"


def progress(program: str, packages: int, log: str) -> str:
    """Progress of `go build -v` as text.

    Args:
        program: name of the program.
        packages: approximate number of packages to compile.
        log: output of the command so far.
    """
    lines = log.splitlines()
    fetched = sum(line.startswith("go: downloading ") for line in lines)
    compiled = sum(not line.startswith("go: ") for line in lines)
    return f"{program}: {fetched} modules downloaded, {compiled} of about {packages} packages compiled"
