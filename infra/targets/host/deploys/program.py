"""pyinfra's command line, in a process forked from one that has imported pyinfra."""

import os
import sys
from typing import NoReturn

from pyinfra_cli.main import main

from infra.settings import ROOT
from infra.targets.host import description, paths

# `service.py` imports these modules. They are imported here so that forked processes inherit them.
PRELOADED = (description, paths)


def run(deploy: str, document: str, output: str) -> NoReturn:
    """Run a deploy on this machine, and end the process with pyinfra's exit status.

    The process ends without the interpreter's finalization, in which threads that gevent patched can crash.

    Args:
        deploy: path of the deploy's file.
        document: path of the file with the deploy's JSON input.
        output: path of the file that receives pyinfra's output; created, mode 600.
    """
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, descriptor in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(source, descriptor)
    os.chdir(ROOT)
    sys.argv = ["pyinfra", "--yes", "@local", deploy, "--data", f"document={document}"]
    status: object = 0
    try:
        main()
    except SystemExit as ended:
        status = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))
