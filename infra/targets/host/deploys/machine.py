"""pyinfra deploy: the folders of a stack and its supervisor."""

import json
import shlex
from io import StringIO
from pathlib import Path

from pyinfra.context import host
from pyinfra.operations import files, server

document = json.loads(Path(host.data.document).read_text())

for folder in document["folders"]:
    files.directory(name=f"folder {folder}", path=folder, mode="700")
files.put(
    name="supervisor's configuration",
    src=StringIO(document["text"]),
    dest=document["configuration"],
    mode="600",
)
supervisord, configuration = shlex.quote(document["supervisord"]), shlex.quote(document["configuration"])
server.shell(
    name="start the supervisor",
    commands=[
        # The environment is clean, because that of the shell may contain secrets such as a passphrase. A new session
        # and no inherited pipes, so that the supervisor outlives the command that started it.
        'env -i PATH="$PATH" HOME="$HOME" LANG=C.UTF-8 '
        f"setsid {supervisord} -c {configuration} </dev/null >/dev/null 2>&1"
    ],
)
