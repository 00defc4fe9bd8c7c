"""The command line: `python -m tools.stack COMMAND`; `--help` lists them."""

import signal
import sys

# Importing takes a second. Until the commands handle Ctrl-C, it ends the process without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from tools.stack.commands import main  # noqa: E402

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
