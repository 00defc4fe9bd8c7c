"""Selection of the unit tests that `make check` runs."""

from pathlib import Path

from tools.checks import changes
from tools.checks.changes import Selection, affected_tests, measured, within_budget

SOURCES = {
    "apps/web/__init__.py": "",
    "apps/web/routes.py": "from apps.web import rows\n",
    "apps/web/rows.py": "import json\nQUERY = 'sql/demo/rows.sql'\n",
    "infra/settings.py": "",
    "tests/unit/web/conftest.py": "from infra.settings import ROOT\n",
    "tests/unit/web/helper.py": "",
    "tests/unit/web/test_routes.py": "from apps.web.routes import route\n",
    "tests/unit/web/test_rows.py": "import helper\nfrom apps.web.rows import rows\n",
    "tests/unit/other/test_alone.py": "",
    "tests/unit/setup/test_repository.py": "",
    "tests/integration/web/test_server.py": "from apps.web.routes import route\n",
}
REPOSITORY = "tests/unit/setup/test_repository.py"


def affected(*changed: str) -> list[str]:
    return affected_tests(changed, SOURCES)


def test_changed_tests_and_tests_of_changed_imports_are_selected_nearest_first() -> None:
    assert affected("apps/web/rows.py") == [
        REPOSITORY,
        "tests/unit/web/test_rows.py",
        "tests/unit/web/test_routes.py",
    ]
    assert affected("tests/unit/other/test_alone.py") == ["tests/unit/other/test_alone.py", REPOSITORY]


def test_package_conftest_and_neighbouring_files_count_as_imported() -> None:
    both = {"tests/unit/web/test_routes.py", "tests/unit/web/test_rows.py", REPOSITORY}
    assert set(affected("apps/web/__init__.py")) == both
    assert set(affected("infra/settings.py")) == both
    assert set(affected("tests/unit/web/helper.py")) == {"tests/unit/web/test_rows.py", REPOSITORY}


def test_a_deleted_module_affects_its_importers() -> None:
    sources = {path: text for path, text in SOURCES.items() if path != "apps/web/rows.py"}
    assert "tests/unit/web/test_rows.py" in affected_tests(["apps/web/rows.py"], sources)


def test_other_files_affect_tests_that_name_their_folder() -> None:
    assert "tests/unit/web/test_routes.py" in affected("sql/demo/V001__rows.sql")
    assert affected("docs/page.md") == [REPOSITORY]


def test_a_changed_lock_selects_all_tests_and_no_change_selects_none() -> None:
    assert len(affected("requirements/dev.txt")) == 4
    assert affected() == []


def test_tests_over_the_time_budget_are_named_and_the_first_always_runs() -> None:
    seconds = {"a": changes.BUDGET + 1, "b": 3.0}
    assert within_budget(["a", "b"], seconds) == (["a"], ["b"])
    assert within_budget(["b", "a", "unknown"], seconds) == (["b", "unknown"], ["a"])
    lines = list(Selection(("x",), ("a",), ("tests/unit/web/test_rows.py",)).lines())
    assert lines[0] == "1 changed files affect 2 files of unit tests"
    assert "tests/unit/web" in lines[-1]


def test_times_of_files_are_read_from_a_report(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(
        '<testsuites><testsuite tests="3" failures="0" errors="0" skipped="0">'
        '<testcase classname="tests.unit.web.test_rows" name="test_a" time="1.5"/>'
        '<testcase classname="tests.unit.web.test_rows.TestB" name="test_b" time="0.5"/>'
        '<testcase classname="tests.unit.other.test_alone" name="test_c" time="0.25"/>'
        "</testsuite></testsuites>"
    )
    found = measured(tmp_path / "unit.xml")
    assert found == {"tests/unit/web/test_rows.py": 2.0, "tests/unit/other/test_alone.py": 0.25}
    assert measured(tmp_path / "none.xml") == {}


def test_imports_in_the_repository_are_found() -> None:
    sources = changes.tracked_python()
    assert "tests/unit/setup/test_changes.py" in affected_tests(["tools/checks/changes.py"], sources)
    assert "tests/unit/sql/test_migrations.py" in affected_tests(["sql/platform/V001__x.sql"], sources)
