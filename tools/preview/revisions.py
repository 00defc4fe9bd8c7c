"""The plans of the working tree and of the revision that it is compared with."""

import io
import os
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.settings import ROOT
from tools.preview.plan import Plan

_PROGRAM = Path(__file__).with_name("record.py")
_MAIN = ("origin/main", "main")


class RevisionError(Exception):
    """The plan of a revision cannot be created; the message contains the reason."""


@dataclass(frozen=True)
class Revision:
    """A revision of this repository: its commit, and its name in messages; both empty without git."""

    commit: str
    name: str

    @property
    def shown(self) -> str:
        """The revision's name in messages."""
        return f"{self.name} (`{self.commit[:10]}`)" if self.commit else "nothing"


def base(wanted: str = "") -> Revision:
    """The revision to compare with.

    Args:
        wanted: a commit, branch or tag; by default the commit at which the branch left main.

    Raises:
        RevisionError: the repository has no such revision.
    """
    if wanted:
        commit = _git("rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}")
        if not commit:
            raise RevisionError(f"BASE={wanted}: this repository has no such revision; fetch it, or name another one")
        return Revision(commit, f"revision {wanted}")
    for main in _MAIN:
        if commit := _git("merge-base", "HEAD", main):
            return Revision(commit, f"the commit at which this branch left {main}")
    if commit := _git("rev-parse", "--verify", "--quiet", "HEAD"):
        return Revision(commit, "the last commit")
    return Revision("", "")


def plans(stack: str, revision: Revision) -> tuple[Plan, Plan, list[str]]:
    """The plans of a revision and of the working tree, and the reasons why the first one is empty, if it is.

    Raises:
        RevisionError: the working tree has no valid plan.
    """
    with TemporaryDirectory(prefix="kappastack-preview-") as folder, ThreadPoolExecutor() as pool:
        root = Path(folder)
        _extract(revision, root)
        before, after = pool.submit(_record, stack, root), pool.submit(_record, stack, ROOT)
        plan = after.result()
        nothing = Plan(
            stack=stack,
            target=plan.target,
            keep_data=plan.keep_data,
            settings={},
            services={},
            images=dict.fromkeys(plan.images, ""),
            resources=[],
            migrations={},
            folders={},
            replication_num=plan.replication_num,
        )
        if not revision.commit:
            return nothing, plan, ["Any earlier revision, because there is no git repository: everything is new."]
        if not (root / f"Pulumi.{stack}.yaml").is_file():
            return nothing, plan, [f"Any earlier revision, because {revision.shown} has no stack {stack}."]
        try:
            return before.result(), plan, []
        except RevisionError as error:
            reason = str(error).splitlines()[-1]
            return nothing, plan, [f"The services and definitions of {revision.shown}, which have no plan: {reason}"]


def _extract(revision: Revision, folder: Path) -> None:
    if not revision.commit:
        return
    command = ["git", "archive", "--format=tar", revision.commit]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    if done.returncode != 0:
        raise RevisionError(f"git archive {revision.commit}: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


def _record(stack: str, root: Path) -> Plan:
    """Run `record.py` on a checkout, with that checkout's packages first on the path."""
    hidden = ("PULUMI_", "KAPPASTACK_", "DOCKER_", "KUBECONFIG")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    variables |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-W", "ignore", str(_PROGRAM), stack]
    done = subprocess.run(command, cwd=root, env=variables, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RevisionError(done.stderr.strip() or f"record.py ended with status {done.returncode}")
    return Plan.model_validate_json(done.stdout)


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
