"""The arguments of the command line."""

import argparse
import re

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")


def parser() -> argparse.ArgumentParser:
    """The parser of `python -m apps.tasks`."""
    whole = argparse.ArgumentParser(
        prog="python -m apps.tasks", description="Programs of DolphinScheduler's tasks; each task runs one command."
    )
    commands = whole.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text)
        for option in ("product", "workflow", "task"):
            added.add_argument(f"--{option}", required=True, type=_name)
        added.add_argument("--run", required=True, type=_name, help="workflow instance of DolphinScheduler")
        added.add_argument("--manual", default="", help="not empty if a person started the run")
        added.add_argument(
            "--try-timeout", type=int, default=0, help="time limit of one attempt in seconds; 0: no limit"
        )
        added.add_argument("--retries", type=int, default=0, help="number of retries after a failure")
        added.add_argument(
            "--retry-interval", type=int, default=60, help="seconds between a failure and the next attempt"
        )
        added.add_argument("--every", type=int, help="longest pause between two scheduled runs, in seconds")
        return added

    def divided(name: str, text: str, default: str) -> argparse.ArgumentParser:
        added = windowed(name, text, default)
        added.add_argument(
            "--chunk", default="", help="maximum length of the pieces that a range is divided into, such as 31d"
        )
        return added

    def windowed(name: str, text: str, default: str) -> argparse.ArgumentParser:
        added = command(name, text)
        added.add_argument("--window", default=default, help="hours or days up to the next full hour, such as 48h")
        added.add_argument(
            "--from", dest="begin", default="", help="ISO 8601; empty: the window's length before the end"
        )
        added.add_argument("--to", dest="end", default="", help="ISO 8601; empty: the next full hour")
        return added

    job = divided("zeta-job", "run a batch job of SeaTunnel and wait for its end", "48h")
    job.add_argument("--job", required=True, type=_name, help="file seatunnel/<product>/<job>.conf")
    sql = divided("sql", "run a statement", "24h")
    sql.add_argument("--statement", required=True, type=_name, help="file sql/<product>/queries/<statement>.sql")
    check = windowed("check", "run a query and send an alert for its rows", "24h")
    check.add_argument("--query", required=True, type=_name, help="file sql/<product>/queries/<query>.sql")
    old = command("archive", "move months that are older than the product's retention_months to the archive")
    old.add_argument("--table", required=True, type=_name)
    old.add_argument("--archive", required=True, type=_name)
    old.add_argument("--time-column", required=True, type=_name)
    old.add_argument("--version-column", required=True, type=_name)
    keeper = command("keep-running", "restart streaming jobs that do not run")
    keeper.add_argument("--watch", type=float, default=0, help="seconds for which checks are repeated")
    program = windowed("program", "run a program of the product", "")
    program.add_argument("--program", required=True, type=_name)
    program.add_argument("arguments", nargs="*", help="arguments of the program, after --")
    return whole


def _name(text: str) -> str:
    if not _NAME.match(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a name: at most 64 letters, digits and _ . : -, first a letter or digit"
        )
    return text
