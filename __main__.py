"""The Pulumi program: reads the settings and declares the environment's resources."""

import signal

# Ctrl-C is sent to this process too. It ends without a traceback, and Pulumi reports the interruption.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import pulumi  # noqa: E402
from pulumi.runtime import config  # noqa: E402

from infra.configuration import load_settings  # noqa: E402
from stacks.environment import environment  # noqa: E402
from stacks.file_errors import FILE_ERRORS  # noqa: E402

try:
    environment(load_settings(config.get_config_env()), pulumi.get_stack())
except FILE_ERRORS as error:
    # An error in a file, not in the program: users need the message, not the traceback.
    raise pulumi.RunError(str(error)) from None
