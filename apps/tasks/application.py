"""`app`: run one of the product's applications, whose packages are its own."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from apps.tasks.context import Context
from apps.tasks.errors import TaskError
from apps.tasks.log import say

_LAST_LINES = 20
_STOP_SECONDS = 10


def run_app(context: Context, app: str, arguments: Sequence[str]) -> str:
    """Run `python -m apps.<product>.<app>`; what was done, in words.

    Its addresses are in the environment, as those of the API are: STARROCKS_HOST, STARROCKS_PORT, STARROCKS_DATABASE,
    STARROCKS_USER (the application's name) and STARROCKS_PASSWORD_FILE.

    Raises:
        TaskError: no such application, or it failed; the message has its last lines.
    """
    settings, product = context.settings, context.product
    if app not in product.apps:
        raise TaskError(
            f"product {context.step.product} has no app {app!r}; there are {', '.join(sorted(product.apps))}"
        )
    library = Path(product.apps[app])
    package = f"apps.{context.step.product}.{app}"
    if not library.joinpath(*package.split(".")).is_dir():
        raise TaskError(f"{library} holds no {package}")
    settings.password(app)
    environment = os.environ | {
        "PYTHONPATH": str(library),
        "PYTHONUNBUFFERED": "1",
        "STARROCKS_HOST": settings.starrocks.host,
        "STARROCKS_PORT": str(settings.starrocks.port),
        "STARROCKS_DATABASE": product.database,
        "STARROCKS_USER": app,
        "STARROCKS_PASSWORD_FILE": settings.users[app],
    }
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
                say(line.rstrip("\n"))
                last.append(line.strip())
            code = process.wait()
        except BaseException:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
    said = "\n".join(line for line in last if line)
    if code != 0:
        raise TaskError(f"{app} ended with {code}: {said or 'it said nothing'}")
    return said.splitlines()[-1] if said else f"{app} ended well"
