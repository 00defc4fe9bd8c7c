"""The command line: `python -m tools.stack COMMAND`; `--help` lists them."""

import signal
import sys

# The imports take a second. Until the commands handle Ctrl-C, it must end the process without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from tools.stack.commands import main  # noqa: E402

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
