"""The commands of `python -m tools.stack`; expected errors are printed as messages without tracebacks."""

import argparse
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from apps.shared.polling import NeverReady
from apps.shared.starrocks_errors import StarRocksError
from infra import disks
from infra.checkout.machine import MachineError
from infra.checkout.process import SetupError
from infra.configuration import load_settings
from infra.images import ImageError
from infra.resources.connections import ConnectionsMissing
from infra.resources.http import ServiceError
from infra.rotation import RotationError
from infra.settings import ROOT, SettingsError
from infra.state import state_folder
from infra.targets.operations import OperationsError
from seatunnel.client.rest import ZetaError
from tools.stack import access, addresses, environment, workflow
from tools.stack.backend import BackendError, StackLocked
from tools.stack.backup.create import backup
from tools.stack.backup.manifest import BackupError
from tools.stack.backup.restore import restore
from tools.stack.configuration import stack_configuration
from tools.stack.down import destroy, down
from tools.stack.logs import LogsRefused, logs
from tools.stack.operating import operations_of
from tools.stack.processes import end_orphans
from tools.stack.pulumi import Stack, StackError
from tools.stack.rotate import rotate
from tools.stack.state import StateError
from tools.stack.state_folder import StateFolderError
from tools.stack.status import restart, status
from tools.stack.up import up
from tools.stack.workflow import RunRefused

_PROBLEMS = (
    BackendError,
    BackupError,
    ConnectionsMissing,
    ImageError,
    LogsRefused,
    MachineError,
    NeverReady,
    OperationsError,
    RotationError,
    RunRefused,
    ServiceError,
    SettingsError,
    SetupError,
    StackError,
    StackLocked,
    StarRocksError,
    StateError,
    StateFolderError,
    TimeoutError,
    ZetaError,
    psycopg.Error,
)
"""Errors that are printed without a traceback."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return exit status 0 if it succeeded."""
    try:
        return _run(parser().parse_args(arguments))
    except _PROBLEMS as problem:
        print(problem, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader, such as `head`, has ended. Python would report the same error when it flushes the output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(_full(error), file=sys.stderr)
        return 1
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        return 130


def _full(error: OSError) -> str:
    full = disks.problems([state_folder(), ROOT, Path(tempfile.gettempdir())])
    return f"{error.strerror}: {error.filename or ''}".rstrip(": ") + "".join(f"\n{line}" for line in full)


def _run(options: argparse.Namespace) -> int:
    stack_configuration(options.stack)
    environment.variables(options.stack)
    if ended := end_orphans():
        print(f"Ended {ended} processes that a killed run had left.", file=sys.stderr)
    if options.command == "env":
        return _env(options.stack)
    os.environ |= environment.variables(options.stack)
    commands: dict[str, Callable[[], int]] = {
        "up": lambda: up(Stack(options.stack), smoke=not options.no_smoke),
        "down": lambda: down(options.stack),
        "destroy": lambda: destroy(Stack(options.stack)),
        "status": lambda: status(options.stack),
        "logs": lambda: logs(
            options.stack, options.service, begin=options.since, level=options.level, follow=not options.no_follow
        ),
        "rotate": lambda: rotate(Stack(options.stack), options.secret, keep_old=options.keep_old),
        "restart": lambda: restart(options.stack, options.service),
        "backup": lambda: backup(options.stack, to=options.to),
        "restore": lambda: restore(options.stack, source=options.source, overwrite=options.overwrite),
        "preview": lambda: _preview(Stack(options.stack)),
        "drift": lambda: _drift(Stack(options.stack)),
        "policies": lambda: _policies(Stack(options.stack)),
        "credentials": lambda: access.credentials(options.stack, user=options.user, show=options.show),
        "token": lambda: access.token(options.stack, options.role),
        "sql": lambda: access.sql(options.stack, user=options.user, database=options.database, query=options.query),
        "unlock": lambda: access.unlock(options.stack, options.database),
        "run": lambda: workflow.run(
            options.stack, *workflow.find(options.stack, options.workflow), _parameters(options.begin, options.end)
        ),
    }
    return commands[options.command]()


def _env(stack: str) -> int:
    """Print export lines, and prepare the stack for a bare `pulumi`."""
    settings = load_settings(stack_configuration(stack))
    found = environment.variables(stack)
    lines = environment.exports({**found, **addresses.variables(stack, settings), **environment.marked(found)})
    os.environ |= found
    try:
        Stack(stack).ensure()
    except StackLocked as problem:
        # The exported variables are valid even so.
        print(problem, file=sys.stderr)
    print(lines)
    return 0


def _preview(stack: Stack) -> int:
    place = operations_of(stack.name)
    fresh = not stack.exists()
    stack.ensure()
    stack.check_secrets()
    if fresh:
        print("This stack was never deployed from this checkout: the preview shows everything as new.")
    arguments = ["--diff"] if os.environ.get("DIFF") else []
    with tempfile.TemporaryDirectory() as folder:
        offline = place.preview_variables(Path(folder))
        if offline:
            print("No cluster responds: the preview compares only with the state of the last deployment.")
            arguments.append("--refresh=false")
        return stack.run("preview", *arguments, variables=offline)


def _drift(stack: Stack) -> int:
    """Compare the running stack with the state and the files; the exit status is 0 if nothing differs."""
    load_settings(stack_configuration(stack.name))
    if not stack.exists():
        raise StackError(f"stack {stack.name} was never deployed from this state folder: there is nothing to compare")
    stack.ensure()
    stack.check_secrets()
    return stack.run("preview", "--diff", "--expect-no-changes")


def _policies(stack: Stack) -> int:
    """Apply the policies to everything that `up` would deploy, without reading the running stack."""
    load_settings(stack_configuration(stack.name))
    stack.ensure()
    stack.check_secrets()
    return stack.run("preview", "--policy-pack", "infra/policies", "--refresh=false", "--suppress-outputs")


def _parameters(begin: str, end: str) -> dict[str, str]:
    return {name: value for name, value in (("from", begin), ("to", end)) if value}


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    root = argparse.ArgumentParser(prog="python -m tools.stack", description="Work on a stack.")
    root.add_argument(
        "--stack", default=os.environ.get("STACK") or "local", help="name of the stack; by default $STACK, or local"
    )
    commands = root.add_subparsers(dest="command", required=True)
    deploy = commands.add_parser("up", help="deploy, publish demonstration data, run the smoke tests")
    deploy.add_argument("--no-smoke", action="store_true", help="skip the smoke tests")
    commands.add_parser("down", help="stop all services, keep their data")
    commands.add_parser("destroy", help="remove the stack, and its data unless keepData is true")
    commands.add_parser("status", help="print a table of the services")
    log = commands.add_parser("logs", help="print the merged logs of the services")
    log.add_argument("service", nargs="?", default="", help="names separated by commas; by default all")
    log.add_argument("--since", default="", help="a duration such as 10m, or a time in ISO 8601")
    log.add_argument("--level", default="", help="lowest level: DEBUG, INFO, WARN, ERROR or FATAL")
    log.add_argument("--no-follow", action="store_true", help="show the end of the log and stop")
    again = commands.add_parser("restart", help="stop a service and start it again")
    again.add_argument("service", nargs="?", default="")
    new = commands.add_parser("rotate", help="replace secrets while the stack runs")
    new.add_argument("secret", nargs="?", default="", help="name of a secret, or all")
    new.add_argument("--keep-old", action="store_true", help="the old ones stay valid until the next rotate")
    copy = commands.add_parser("backup", help="copy the data of the stack into a folder")
    copy.add_argument("--to", default="", help="a new folder; by default one below backups/")
    back = commands.add_parser("restore", help="restore the data of a backup")
    back.add_argument("--from", dest="source", default="", help="the folder of a backup")
    back.add_argument("--overwrite", action="store_true", help="overwrite the data of the stack")
    commands.add_parser("preview", help="what `up` would change")
    commands.add_parser(
        "drift", help="print the differences between the running stack and the files; fail if there are any"
    )
    commands.add_parser("policies", help="apply the policies to what `up` would deploy")
    commands.add_parser("env", help="print export lines for eval, so that a bare pulumi works")
    who = commands.add_parser("credentials", help="print users and addresses, and with --show passwords")
    who.add_argument("--show", action="store_true", help="with the passwords")
    who.add_argument("--user", default="", help="print only this user; with --show only its password")
    token = commands.add_parser("token", help="print the path of the file with the token of a Pulsar role")
    token.add_argument("role", nargs="?", default="")
    query = commands.add_parser("sql", help="a client on StarRocks")
    query.add_argument("--user", default="root")
    query.add_argument("--database", default="", help="database to use; by default that of the stack's first product")
    query.add_argument("query", nargs="?", default="")
    lock = commands.add_parser("unlock", help="remove the lock of a migration run whose process has ended")
    lock.add_argument("--database", default="", help="by default every database of the stack")
    manual = commands.add_parser("run", help="run a workflow once and wait for its end")
    manual.add_argument("workflow", help="PRODUCT/NAME, or NAME if only one product has such a workflow")
    manual.add_argument(
        "--from", dest="begin", default="", help="start of the range in ISO 8601; UTC if it has no zone"
    )
    manual.add_argument("--to", dest="end", default="", help="end of the range, exclusive")
    return root
