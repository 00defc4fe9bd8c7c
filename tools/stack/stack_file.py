"""The file `Pulumi.<stack>.yaml`: the salt that Pulumi writes into it, and git's view of it.

The salt belongs to the passphrase of one state folder, but every state folder of a checkout uses the same file. The
salt of the state folder in use is therefore written into the file before each command.
"""

import re
import shutil
import subprocess
from pathlib import Path

from apps.shared.files import write_file
from infra.settings import ROOT

_SALT = re.compile(r"^encryptionsalt:[ \t]*(?P<salt>.*?)[ \t]*$\n?", re.MULTILINE)


class StackFile:
    """The configuration file of a stack."""

    def __init__(self, stack: str) -> None:
        """Create the object without reading the file."""
        self.path: Path = ROOT / f"Pulumi.{stack}.yaml"

    def salt(self) -> str:
        """The salt in the file, empty if there is none."""
        match = _SALT.search(self.path.read_text())
        return match["salt"].strip("\"'") if match else ""

    def set_salt(self, salt: str) -> None:
        """Replace the salt in the file; an empty salt removes it."""
        text = self.path.read_text()
        without = _SALT.sub("", text)
        changed = f"{without.rstrip()}\nencryptionsalt: {salt}\n" if salt else without
        if self.salt() != salt or len(_SALT.findall(text)) > 1:
            write_file(self.path, changed, mode=self.path.stat().st_mode & 0o777)

    def hide_salt_from_git(self) -> None:
        """Configure the filter that `.gitattributes` names, so that git does not see the salt."""
        self._git("config", "filter.kappastack-salt.clean", "sed -e /^encryptionsalt:/d")

    def settle_index(self) -> None:
        """Refresh git's index; otherwise `git status` reports the file as changed, because its size differs."""
        if self._git("diff", "--quiet", "--", self.path.name):
            self._git("update-index", "--", self.path.name)

    @staticmethod
    def _git(*arguments: str) -> bool:
        if not (ROOT / ".git").exists() or shutil.which("git") is None:
            return False
        return subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True).returncode == 0
