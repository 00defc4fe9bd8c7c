"""The text of a preview, from two plans."""

import pytest
from pydantic import JsonValue

from tools.preview.changes import Changes, compare
from tools.preview.plan import Plan, PlannedResource, PlannedService, differences
from tools.preview.text import markdown, summary


def service(
    *, image: str = "pulsar:4", volumes: tuple[str, ...] = (), streaming: bool = False, **more: JsonValue
) -> PlannedService:
    return PlannedService(
        image=image, own_image="", software={}, volumes=list(volumes), streaming=streaming, description=more
    )


def job(name: str, **definition: JsonValue) -> PlannedResource:
    return PlannedResource(type="SeaTunnelJob", name=name, inputs={"definition": definition})


def workflow(name: str, **tasks: JsonValue) -> PlannedResource:
    return PlannedResource(
        type="DolphinSchedulerWorkflow", name=name, inputs={"workflow": {"timeout": 5, "tasks": tasks}}
    )


def topics(*names: str) -> PlannedResource:
    return PlannedResource(
        type="PulsarTopics", name="t", inputs={"topics": {name: {"partitions": 1} for name in names}}
    )


def plan(**changed: object) -> Plan:
    empty: dict[str, object] = {
        "stack": "dev",
        "target": "docker",
        "keep_data": False,
        "settings": {},
        "services": {},
        "images": {"web": "1"},
        "resources": [],
        "migrations": {"db": {"V001__a": "CREATE TABLE t (a BIGINT) PRIMARY KEY (a);\n"}},
        "folders": {"db": "sql/none"},
        "replication_num": 1,
    }
    return Plan.model_validate({**empty, **changed})


def text(changes: Changes) -> str:
    return markdown("dev", changes, baseline="main", not_compared=["drift"], refused=[])


def test_equal_plans_have_no_change() -> None:
    shown = text(compare(plan(), plan()))
    assert "**No change**, compared with main." in shown
    assert "####" not in shown.split("#### Not compared")[0]


def test_a_changed_service_says_what_happens_to_data_and_jobs() -> None:
    before = plan(
        services={"pulsar": service(volumes=("data",), streaming=True, memory="1Gi")}, resources=[job("ingest")]
    )
    after = plan(
        services={"pulsar": service(volumes=("data",), streaming=True, memory="2Gi")}, resources=[job("ingest")]
    )
    changes = compare(before, after)
    assert summary(changes) == "1 service replaced, 1 job restarts"
    shown = text(changes)
    assert "- **pulsar** replaced: keeps its data (data); streaming jobs stop with a savepoint and resume" in shown
    assert "  - memory: `1Gi` → `2Gi`" in shown
    assert "> **⚠ Interrupts ingestion**\n> - service pulsar restarts" in shown
    assert "- **ingest** restarts\n  - because of pulsar" in shown


def test_a_removed_service_loses_its_data_unless_they_are_kept() -> None:
    lost = compare(plan(services={"db": service(volumes=("data",))}), plan())
    assert lost.loses == ["service db is removed with its volumes (data)"]
    assert compare(plan(services={"db": service(volumes=("data",))}, keep_data=True), plan()).loses == []


def test_a_new_image_replaces_every_service_that_runs_it() -> None:
    web = PlannedService(image="", own_image="web", software={"web": "1"}, volumes=[], streaming=False, description={})
    changes = compare(plan(services={"web": web}), plan(services={"web": web}, images={"web": "2"}))
    assert [(each.name, each.details) for each in changes.services] == [("web", ("image web: `1` → `2`",))]


def test_a_new_migration_is_shown_with_its_sql_and_what_it_loses() -> None:
    first = plan().migrations["db"]
    sql = "-- destructive: nobody reads it\nALTER TABLE t DROP COLUMN a;\nALTER TABLE t ORDER BY (a);\n"
    shown = text(compare(plan(), plan(migrations={"db": {**first, "V002__b": sql}})))
    assert f"**sql/none/V002__b.sql**, in database `db`:" in shown  # noqa: F541
    assert f"```sql\n{sql.strip()}\n```" in shown
    assert "> **⚠ Loses data**\n> - sql/none/V002__b.sql:2 drops column a of t" in shown
    assert "sql/none/V002__b.sql:3 rewrites table t: the duration grows with the number of rows" in shown


def test_an_unmarked_edited_or_removed_migration_fails() -> None:
    first = plan().migrations["db"]
    unmarked = compare(plan(), plan(migrations={"db": {**first, "V002__b": "DROP TABLE t;\n"}}))
    assert "needs" not in unmarked.fails[0]
    assert "sql/none/V002__b.sql:1: `DROP TABLE t`" in unmarked.fails[0]
    edited = compare(plan(), plan(migrations={"db": {"V001__a": "CREATE TABLE t (a INT) PRIMARY KEY (a);\n"}}))
    assert edited.fails[0].startswith("sql/none/V001__a.sql was edited")
    assert compare(plan(), plan(migrations={"db": {}})).fails[0].startswith("sql/none/V001__a.sql was removed")


def test_a_new_database_is_named_without_its_sql() -> None:
    changes = compare(plan(migrations={}, folders={}), plan())
    assert changes.migrations == []
    assert [(each.name, each.effect) for each in changes.others] == [("database db", "created by 1 migration")]


def test_workflows_are_compared_task_by_task() -> None:
    before = plan(resources=[workflow("hourly", load={"retries": 1}, check={"retries": 1})])
    after = plan(resources=[workflow("hourly", load={"retries": 3}, send={"retries": 1})])
    [changed] = compare(before, after).workflows
    assert changed.details == ("task load: retries: `1` → `3`", "task check: removed", "task send: added")


def test_a_list_of_names_is_not_a_change_of_its_own() -> None:
    def project(*names: str) -> PlannedResource:
        return PlannedResource(type="DolphinSchedulerProject", name="p", inputs={"workflows": list(names)})

    def users(*names: str) -> PlannedResource:
        return PlannedResource(
            type="StarRocksUsers",
            name="u",
            inputs={"roles": {}, "all_users": list(names), "password_ids": dict.fromkeys(names, "1")},
        )

    before = plan(resources=[project("hourly"), users("reader"), workflow("hourly")])
    after = plan(
        resources=[project("hourly", "daily"), users("reader", "writer"), workflow("hourly"), workflow("daily")]
    )
    assert summary(compare(before, after)) == "1 workflow added"


def test_a_removed_topic_loses_its_events() -> None:
    assert compare(plan(resources=[topics("a", "b")]), plan(resources=[topics("a")])).loses == [
        "topic b is deleted with its events"
    ]


def test_settings_are_a_table() -> None:
    shown = text(compare(plan(settings={"k:heap": "1Gi"}), plan(settings={"k:heap": "2Gi", "k:x": "1"})))
    assert "| `k:heap` | 1Gi | 2Gi |\n| `k:x` | unset | 1 |" in shown


def test_differences_name_the_deepest_path() -> None:
    assert differences({"a": [{"b": 1}], "c": 2}, {"a": [{"b": 3}]}) == [("a[0].b", "1", "3"), ("c", "2", "")]


def test_of_a_long_line_the_difference_is_shown() -> None:
    line = " ".join(["word"] * 50)
    before, after = (
        plan(services={"s": service(run=f"{line} 43m {line}")}),
        plan(services={"s": service(run=f"{line} 83m {line}")}),
    )
    [changed] = compare(before, after).services
    old, new = changed.details[0].split("` `")
    assert "43m" in old
    assert "83m" in new
    assert len(old) < 130


def test_further_lines_are_counted() -> None:
    before = plan(services={"s": service(files={"conf": "".join(f"{n}\n" for n in range(5))})})
    after = plan(services={"s": service(files={"conf": "a\n"})})
    [changed] = compare(before, after).services
    assert changed.details == ("files.conf: `- 0` `- 1` `- 2` and 2 more `-` `+ a`",)


def test_the_text_of_a_statement_belongs_to_its_task() -> None:
    resource = workflow("w", load={"retries": 1}, check={"retries": 1})
    named = resource.model_copy(update={"inputs": {**resource.inputs, "project": "p", "name": "w"}})
    files = {"p": {"w": {"load": {"sql/p/queries/load.sql": "SELECT 1"}}}}
    changed_files = {"p": {"w": {"load": {"sql/p/queries/load.sql": "SELECT 2"}}}}
    [changed] = compare(
        plan(resources=[named], task_files=files), plan(resources=[named], task_files=changed_files)
    ).workflows
    assert changed.details == ("task load: sql/p/queries/load.sql: `SELECT 1` → `SELECT 2`",)


@pytest.mark.parametrize(
    ("target", "moved"), [("host", {"outer", "inner"}), ("docker", {"outer"}), ("kubernetes", set())]
)
def test_a_port_offset_changes_the_services_whose_ports_it_moves(target: str, moved: set[str]) -> None:
    services = {
        "outer": service(ports={"http": {"internal": False}, "rpc": {"internal": True}}),
        "inner": service(ports={"rpc": {"internal": True}}),
        "none": service(ports={}),
    }
    before, after = (
        plan(target=target, services=services, settings=settings) for settings in ({}, {"kappastack:portOffset": "7"})
    )
    changes = compare(before, after)
    assert {each.name for each in changes.services} == moved
    assert all(each.details == ("port offset: `0` → `7`",) for each in changes.services)


def test_long_texts_are_compared_line_by_line() -> None:
    before = plan(services={"s": service(files={"conf": "one\ntwo\nthree"})})
    after = plan(services={"s": service(files={"conf": "one\n2\nthree"})})
    [changed] = compare(before, after).services
    assert changed.details == ("files.conf: `- two` `+ 2`",)
