"""The GitHub workflows: their commands, their permissions, and the results of actionlint and zizmor."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from infra.settings import ROOT
from tools.setup import actionlint

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def jobs(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """The jobs of a workflow by name."""
    yield from yaml.safe_load(path.read_text())["jobs"].items()


def steps(path: Path) -> Iterator[dict[str, object]]:
    for _, job in jobs(path):
        listed = job["steps"]
        assert isinstance(listed, list)
        yield from listed


def test_there_are_workflows() -> None:
    assert [path.name for path in FILES] == ["checks.yml", "deploy.yml", "drift.yml", "preview.yml"]


@every_file
def test_every_command_is_a_make_target(path: Path) -> None:
    targets = set(re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = [str(step["run"]) for step in steps(path) if "run" in step]
    assert commands
    for command in commands:
        match = re.fullmatch(r"make ([a-z-]+)(?: STACK=[a-z]+)?", command)
        assert match, command
        assert match[1] in targets, command


@every_file
def test_every_action_is_pinned_to_a_commit_with_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text())
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@every_file
def test_a_job_may_only_read_unless_it_comments(path: Path) -> None:
    document = yaml.safe_load(path.read_text())
    assert document["permissions"] == {}
    for name, job in jobs(path):
        writes = {"pull-requests": "write"} if name == "comment" else {}
        assert job["permissions"] == {"contents": "read", **writes}, name


@every_file
def test_no_secret_is_where_the_code_of_a_pull_request_runs(path: Path) -> None:
    # YAML 1.1 reads the key `on` as true.
    triggers = yaml.safe_load(path.read_text())[True]
    assert "pull_request_target" not in triggers
    assert "workflow_run" not in triggers
    for name, job in jobs(path):
        text = yaml.safe_dump(job)
        if "pull_request" in triggers and re.search(r"secrets\.|github\.token", text):
            assert name == "comment"
            # This workflow runs the code of the base branch.
            assert "ref: ${{ github.event.pull_request.base.sha }}" in text


def test_deployments_of_a_stack_run_one_at_a_time() -> None:
    groups = {name: job["concurrency"] for name, job in jobs(FOLDER / "deploy.yml")}
    assert groups == {name: {"group": f"deploy-{name}", "cancel-in-progress": False} for name in ("dev", "prod")}
    # GitHub cancels a waiting job when another one of its group arrives.
    [(_, drift)] = jobs(FOLDER / "drift.yml")
    assert drift["concurrency"] == {"group": "drift-${{ matrix.stack }}", "cancel-in-progress": False}
    deploy = dict(jobs(FOLDER / "deploy.yml"))
    assert (deploy["prod"]["needs"], deploy["prod"]["environment"]) == ("dev", "prod")


def test_zizmor_finds_nothing() -> None:
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [str(zizmor), "--offline", "--no-progress", str(FOLDER)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    program = actionlint.prepare(lambda _line: None)
    variables = {**os.environ, "HOME": str(tmp_path)}
    # The labels of the team's own runners are not in actionlint's list.
    options = ["-shellcheck=", "-pyflakes=", "-ignore", 'label "kappastack-.*" is unknown']
    done = subprocess.run(
        [str(program), *options, *map(str, FILES)],
        cwd=ROOT, env=variables, check=False, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_and_zizmor_find_mistakes(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    text = (FOLDER / "checks.yml").read_text()
    bad.write_text(re.sub(r"@[0-9a-f]{40} # v[\d.]+", "@v7", text).replace("runs-on:", "runs-onn:"))
    program = actionlint.prepare(lambda _line: None)
    linted = subprocess.run(
        [str(program), str(bad)], cwd=ROOT, check=False, capture_output=True, text=True, timeout=600
    )
    assert (linted.returncode, 'unexpected key "runs-onn"' in linted.stdout) == (1, True), linted.stdout
    zizmor = Path(sys.executable).with_name("zizmor")
    bad.write_text(re.sub(r"@[0-9a-f]{40} # v[\d.]+", "@v7", text))
    command = [str(zizmor), "--offline", "--no-progress", str(bad)]
    audited = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=600)
    assert audited.returncode != 0
    assert "unpinned-uses" in audited.stdout
