"""A preview of a changed copy of the repository names exactly the changed parts."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from infra.settings import ROOT


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the working tree in a separate repository with one commit."""
    folder = tmp_path_factory.mktemp("copy")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Start")
    return folder


def preview(folder: Path, stack: str) -> str:
    """The text of a preview without a state folder, secrets or access to a service."""
    hidden = ("PULUMI_", "KAPPASTACK_", "DOCKER_", "KUBECONFIG")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    command = [sys.executable, "-m", "tools.preview", "--stack", stack, "--base", "HEAD"]
    done = subprocess.run(
        command, cwd=folder, env={**variables, "PYTHONPATH": str(folder)}, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def named(text: str) -> set[str]:
    """Everything that a preview names in bold or as a key of the table of settings, without its first two lines."""
    found = re.findall(r"^(?:- )?\*\*(.+?)\*\*|^\| `(.+?)`", text.split("compared with", 1)[1], re.MULTILINE)
    return {bold or key for bold, key in found}


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path}: {old}"
    path.write_text(text.replace(old, new))


def change_setting(file: Path) -> None:
    """Change `demonstration`, which affects no service and no resource."""
    document = yaml.safe_load(file.read_text())
    settings = document["config"]
    settings["kappastack:demonstration"] = "false" if settings.get("kappastack:demonstration") == "true" else "true"
    file.write_text(yaml.safe_dump(document))


@pytest.mark.parametrize("stack", ["local", "dev", "prod"])
def test_a_preview_names_a_migration_a_job_a_workflow_an_image_and_a_setting(copy: Path, stack: str) -> None:
    git(copy, "checkout", "--quiet", "--force", "main")
    git(copy, "clean", "--quiet", "--force")
    assert "**No change**" in preview(copy, stack)
    (copy / "sql/ciapol/V999__longer_names.sql").write_text("ALTER TABLE stations MODIFY COLUMN name VARCHAR(999);\n")
    replace(copy / "seatunnel/ciapol/ingest.conf", '"${ingest.flush_interval_ms}"', '"321"')
    replace(copy / "dolphinscheduler/ciapol/quality_hourly.yaml", "retries: ", "retries: 1")
    (copy / "images/parts/python.dockerfile").open("a").write("RUN true\n")
    change_setting(copy / f"Pulumi.{stack}.yaml")
    text = preview(copy, stack)
    # Images with Python: the target `host` has none.
    expected = {
        "sql/ciapol/V999__longer_names.sql",
        "ciapol-ingest",
        "ciapol-quality-hourly",
        "kappastack:demonstration",
    }
    services = named(text) - expected
    assert expected <= named(text), text
    if stack == "local":
        assert services == set()
    else:
        assert {"platform-api", "ciapol-api", "frontend"} <= services
        assert all(re.search(rf"^- \*\*{each}\*\* replaced.*\n  - image ", text, re.MULTILINE) for each in services)
    assert "batch_interval_ms" in text
    assert "ALTER TABLE stations MODIFY COLUMN name VARCHAR(999);" in text


def test_a_preview_names_the_task_whose_statement_changed(copy: Path) -> None:
    git(copy, "checkout", "--quiet", "--force", "main")
    git(copy, "clean", "--quiet", "--force")
    statement = copy / "sql/ciapol/queries/quality_hourly.sql"
    statement.write_text(statement.read_text() + "-- changed\n")
    text = preview(copy, "local")
    line = "  - task quality: sql/ciapol/queries/quality_hourly.sql: `+ -- changed`"
    assert f"- **ciapol-quality-hourly** changed\n{line}\n" in text
    # Programs of the product contain its queries.
    assert named(text) == {"ciapol-quality-hourly", "dolphinscheduler", "ciapol-api"}


def test_an_invalid_file_is_named_without_a_traceback(copy: Path) -> None:
    git(copy, "checkout", "--quiet", "--force", "main")
    git(copy, "clean", "--quiet", "--force")
    replace(copy / "dolphinscheduler/ciapol/quality_hourly.yaml", "type: sql", "type: nothing")
    command = [sys.executable, "-m", "tools.preview", "--stack", "local", "--base", "HEAD"]
    done = subprocess.run(
        command, cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "quality_hourly.yaml" in done.stderr
    assert "Traceback" not in done.stderr
