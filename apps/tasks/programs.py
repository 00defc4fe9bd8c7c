"""`program`: runs one of the product's programs, with the program's own packages."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from apps.tasks.context import Context
from apps.tasks.errors import InvalidInput, TaskError
from apps.tasks.log import print_line
from apps.tasks.windows import Window

_LAST_LINES = 20
_STOP_SECONDS = 10


def run_program(context: Context, program: str, arguments: Sequence[str], window: Window | None = None) -> str:
    """Run `python -m apps.<product>.<program>` and return a description of the work done.

    The program's addresses are in the environment: STARROCKS_HOST, STARROCKS_PORT, STARROCKS_DATABASE, STARROCKS_USER
    (the program's own), STARROCKS_PASSWORD_FILE and PULSAR_ADMIN_URL. KAPPASTACK_RUN is the same in every attempt of a
    run. KAPPASTACK_LAST_ATTEMPT is 1 if a failure is final, and 0 if the task is tried again. A task with a range also
    has KAPPASTACK_FROM and KAPPASTACK_TO (UTC, on the hour, written YYYY-MM-DD HH:MM:SS).

    Raises:
        InvalidInput: the program does not exist.
        TaskError: the program failed; the message contains its last lines.
    """
    settings, product = context.settings, context.product
    if program not in product.programs:
        known = ", ".join(sorted(product.programs)) or "none"
        raise InvalidInput(f"product {context.step.product} has no program {program!r}; it has {known}")
    library = Path(product.programs[program])
    package = f"apps.{context.step.product}.{program}"
    if not library.joinpath(*package.split(".")).is_dir():
        raise InvalidInput(f"{library} does not contain {package}")
    user = product.user(program)
    user.passwords()
    environment = os.environ | {
        "PYTHONPATH": str(library),
        "PYTHONUNBUFFERED": "1",
        "STARROCKS_HOST": settings.starrocks.host,
        "STARROCKS_PORT": str(settings.starrocks.port),
        "STARROCKS_DATABASE": product.database,
        "STARROCKS_USER": user.user,
        "STARROCKS_PASSWORD_FILE": user.password_file,
        "PULSAR_ADMIN_URL": settings.placeholders["pulsar.admin_url"],
        "KAPPASTACK_RUN": context.step.run,
        "KAPPASTACK_LAST_ATTEMPT": str(int(context.last_attempt)),
    }
    if window is not None:
        environment |= {f"KAPPASTACK_{name.upper()}": value for name, value in window.placeholders.items()}
    last: deque[str] = deque(maxlen=_LAST_LINES)
    command = [sys.executable, "-m", package, *arguments]
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                print_line(line.rstrip("\n"))
                last.append(line.strip())
            code = process.wait()
        except BaseException:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
    output = "\n".join(line for line in last if line)
    if code != 0:
        raise TaskError(f"{program} ended with {code}: {output or 'it printed nothing'}")
    return output.splitlines()[-1] if output else f"{program} ended well"
