import subprocess
import sys
import threading
from pathlib import Path

import pytest

from infra.checkout.paths import ROOT
from tools.checks import summary
from tools.checks.__main__ import run_all
from tools.checks.layers import Layer, Queue
from tools.checks.outcome import Duration, Failure, Outcome, from_reports, judged
from tools.checks.summary import Result


def test_counts_are_read_from_the_reports_of_all_runners(tmp_path: Path) -> None:
    (tmp_path / "pytest.xml").write_text(
        '<testsuites><testsuite tests="5" failures="1" errors="1" skipped="1"/></testsuites>'
    )
    (tmp_path / "TEST-surefire.xml").write_text('<testsuite tests="3" failures="0" errors="0" skipped="0"/>')
    total = from_reports(sorted(tmp_path.iterdir()))
    assert (total.passed, total.failed, total.skipped) == (5, 2, 1)
    assert total.line == "5 passed, 2 failed, 1 skipped"


def test_a_layer_without_a_test_has_failed() -> None:
    assert judged(True, Outcome(), "").failed == 1
    assert judged(True, Outcome(skipped=3), "").failed == 1
    assert judged(False, Outcome(), "no such folder").details == "no such folder\nfailed before any test ran"


def test_a_runner_that_fails_without_a_failed_test_has_failed() -> None:
    outcome = judged(False, Outcome(passed=4), "unexpected skips")
    assert (outcome.passed, outcome.failed, outcome.details) == (4, 1, "unexpected skips")


def test_a_layer_that_passed_has_no_details() -> None:
    assert judged(True, Outcome(passed=4), "output") == Outcome(passed=4)


def test_durations_are_read_from_the_reports(tmp_path: Path) -> None:
    (tmp_path / "vitest.xml").write_text(
        '<testsuites><testsuite tests="1" failures="0" errors="0" skipped="0">'
        '<testcase classname="src/page.test.tsx" name="shows a station" time="0.25"/></testsuite></testsuites>'
    )
    assert from_reports([tmp_path / "vitest.xml"]).durations == (Duration("src/page.test.tsx shows a station", 0.25),)


def test_failures_are_read_from_the_reports(tmp_path: Path) -> None:
    (tmp_path / "pytest.xml").write_text(
        '<testsuites><testsuite tests="3" failures="1" errors="1" skipped="0">'
        '<testcase classname="tests.unit.test_it" name="test_one">'
        '<failure message="assert 1 == 2&#10;more'
        '&#10;  error: port 80 is taken&#10;  error: port 80 is taken"/></testcase>'
        '<testcase classname="tests.unit.test_it" name="test_two"><error>\nno port</error></testcase>'
        '<testcase classname="tests.unit.test_it" name="test_three"/>'
        "</testsuite></testsuites>"
    )
    assert from_reports([tmp_path / "pytest.xml"]).failures == (
        Failure("tests.unit.test_it test_one", "assert 1 == 2 … error: port 80 is taken"),
        Failure("tests.unit.test_it test_two", "no port"),
    )


def test_a_run_lists_failed_tests_after_the_layers() -> None:
    failed = Outcome(1, 1, failures=(Failure("tests.unit.test_it test_one", "assert 1 == 2"),))
    printed = "\n".join(summary.lines([Result("unit", failed, 12.0)], 13.0)).splitlines()
    assert printed[-3:] == [
        "━━━ Failed tests ━━━",
        "unit  tests.unit.test_it test_one: assert 1 == 2",
        "1 passed, 1 failed",
    ]
    assert "━━━ Failed tests ━━━" not in "\n".join(summary.lines([Result("unit", Outcome(1), 1.0)], 1.0))


def test_a_run_ends_with_the_layers_the_slowest_tests_and_the_counts() -> None:
    quick = Result("unit", Outcome(30, durations=tuple(Duration(f"test {n}", n / 10) for n in range(30))), 12.0)
    slow = Result("e2e", Outcome(1, 1, 1, durations=(Duration("test of a stack", 99.5),)), 100.0)
    printed = "\n".join(summary.lines([quick, slow], 113.0)).splitlines()
    listed = [line for line in printed if " test " in line]
    assert listed[0].split() == ["99.5", "s", "e2e", "test", "of", "a", "stack"]
    assert listed[1].split() == ["2.9", "s", "unit", "test", "29"]
    assert len(listed) == 20
    assert [line.split()[:4] for line in printed[-4:-1]] == [
        ["passed", "12", "s", "unit"],
        ["FAILED", "100", "s", "e2e"],
        ["all", "113", "s"],
    ]
    assert printed[-1] == "31 passed, 1 failed, 1 skipped"


def test_queues_run_at_the_same_time_and_their_layers_one_after_the_other_even_after_a_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended: list[str] = []
    side_by_side = threading.Barrier(2, timeout=120)

    def layer(name: str, queue: Queue, *, after: set[str]) -> Layer:
        def run() -> Outcome:
            if queue != "first":
                side_by_side.wait()
            assert after <= set(ended)
            ended.append(name)
            return Outcome(failed=1)

        return Layer(name, name, run, queue=queue)

    chosen = [
        layer("distributions", "first", after=set()),
        layer("unit", "parts", after={"distributions"}),
        layer("java", "parts", after={"distributions", "unit"}),
        layer("e2e", "stacks", after={"distributions"}),
        layer("integration", "stacks", after={"distributions", "e2e"}),
    ]
    assert run_all(chosen) == 1
    assert len(ended) == 5
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[3] for line in printed if line.startswith("FAILED ")] == [each.name for each in chosen]
    assert printed[-1] == "0 passed, 5 failed"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    long: full counts\n")
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_runs(): assert True\n"
        "@pytest.mark.skip(reason='the moon is full')\n"
        "def test_skipped(): assert False\n"
        "@pytest.mark.xfail(strict=True)\n"
        "def test_expected_to_fail(): assert False\n"
        "@pytest.mark.long\n"
        "def test_long(): assert False\n"
    )
    return tmp_path


def pytest_in(folder: Path, *options: str, long: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "xdist", *options],
        cwd=folder,
        env={"PATH": "", "KAPPASTACK_LONG": long, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


SIDE_BY_SIDE = pytest.mark.parametrize("workers", [[], ["--numprocesses=2", "--dist=loadfile"]], ids=["one", "two"])


@SIDE_BY_SIDE
def test_an_unexpected_skip_fails_the_run_with_its_name(project: Path, workers: list[str]) -> None:
    done = pytest_in(project, "--no-unexpected-skips", *workers)
    assert done.returncode == 1
    assert "test_it.py::test_skipped: the moon is full" in done.stdout
    assert "test_expected_to_fail:" not in done.stdout


@SIDE_BY_SIDE
def test_a_module_level_skip_is_an_unexpected_skip(project: Path, workers: list[str]) -> None:
    (project / "test_it.py").write_text("import pytest\npytest.skip('no engine', allow_module_level=True)\n")
    done = pytest_in(project, "--no-unexpected-skips", *workers)
    assert done.returncode == 1
    assert "test_it.py: no engine" in done.stdout


def test_without_the_option_skips_are_allowed_and_long_tests_deselected(project: Path) -> None:
    done = pytest_in(project)
    assert done.returncode == 0
    assert "1 passed, 1 skipped, 1 deselected, 1 xfailed" in done.stdout


def test_long_tests_run_on_request(project: Path) -> None:
    done = pytest_in(project, long="1")
    assert "test_it.py::test_long" in done.stdout
    assert done.returncode == 1


def test_an_empty_queue_takes_movable_layers_of_other_queues(capsys: pytest.CaptureFixture[str]) -> None:
    ended: list[str] = []
    moved = threading.Event()

    def layer(name: str, queue: Queue, *, movable: bool = False) -> Layer:
        def run() -> Outcome:
            if name == "e2e":
                assert moved.wait(120)
            ended.append(name)
            if name == "emulator":
                moved.set()
            return Outcome(1)

        return Layer(name, name, run, queue=queue, movable=movable)

    chosen = [
        layer("unit", "parts"),
        layer("e2e", "stacks"),
        layer("fixed", "stacks"),
        layer("emulator", "stacks", movable=True),
    ]
    assert run_all(chosen) == 0
    assert ended == ["unit", "emulator", "e2e", "fixed"]
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[3] for line in printed if line.startswith("passed ")] == [each.name for each in chosen]
