"""Pulumi's processes: those of a running command, and those that a killed command left behind."""

import contextlib
import os

import psutil

from infra.settings import ROOT
from infra.state import state_folder
from tools.stack.state_folder import BACKEND, HOME

_CLI = "pulumi"
_PROGRAMS = ("pulumi-language-", "pulumi-resource-", "pulumi-analyzer-")
_INTERPRETERS = ("python", "sh", "bash", "dash")
_DYNAMIC = "pulumi.dynamic"
_SECONDS = 5


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def descendants(pid: int) -> set[psutil.Process]:
    """Processes that a process started in the same session. Daemons have separate sessions."""
    try:
        found = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return set()
    return {each for each in found if _session(each.pid) == os.getsid(0)}


def pulumi_commands(stack: str) -> list[psutil.Process]:
    """Running `pulumi` commands of this checkout that may work on a stack."""
    found = []
    for each in psutil.process_iter(["name", "cmdline"]):
        if each.info["name"] != _CLI:
            continue
        words = each.info["cmdline"] or []
        named = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("--stack", "-s")]
        with contextlib.suppress(psutil.Error):
            if (stack in named or not named) and each.cwd() == str(ROOT) and is_alive(each.pid):
                found.append(each)
    return found


def end_orphans() -> int:
    """End language hosts, plugins and dynamic providers of this state folder whose `pulumi` process has ended.

    Returns:
        The number of ended processes.
    """
    orphans = [each for each in psutil.process_iter(["name", "cmdline"]) if _is_orphan(each)]
    for each in orphans:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.terminate()
    _, remaining = psutil.wait_procs(orphans, timeout=_SECONDS)
    for each in remaining:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    return len(orphans)


def _is_orphan(process: psutil.Process) -> bool:
    if not _is_plugin(process.info["cmdline"] or []):
        return False
    folder = state_folder()
    own = {"PULUMI_BACKEND_URL": f"file://{folder / BACKEND}", "PULUMI_HOME": str(folder / HOME)}
    try:
        if not process.environ().items() & own.items():
            return False
        return not any(parent.name() == _CLI for parent in process.parents())
    except psutil.Error:
        return False


def _is_plugin(command: list[str]) -> bool:
    program, *arguments = [word.rsplit("/", 1)[-1] for word in command[:4]] or [""]
    if program.startswith(_PROGRAMS):
        return True
    interpreted = program.startswith(_INTERPRETERS)
    return interpreted and any(each.startswith(_PROGRAMS) or each == _DYNAMIC for each in arguments)


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None
