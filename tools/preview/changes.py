"""Finds the changes between two plans of a stack."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from os.path import commonprefix

from pydantic import JsonValue

from infra.resources.starrocks.migration_review import Review, review
from infra.resources.starrocks.migrations import Migration
from infra.settings import ROOT
from infra.targets.traits import TRAITS
from tools.preview.plan import Plan, PlannedResource, PlannedService, differences

MOST = 12
"""Maximum number of differences of one item that are listed; further ones are only counted."""
_MOST_LINES = 3
_WIDTH = 100
"""Lines of a text that are shown, and characters of each."""


@dataclass(frozen=True)
class Item:
    """A changed service, job or workflow.

    Args:
        name: name of the service, job or workflow.
        verb: added, changed, replaced or removed.
        details: the individual differences, one line each.
        effect: effect on data and jobs; empty for none.
    """

    name: str
    verb: str
    details: tuple[str, ...] = ()
    effect: str = ""


@dataclass(frozen=True)
class NewMigration:
    """A migration that would run."""

    file: str
    database: str
    sql: str
    review: Review


@dataclass
class Changes:
    """All changes of a stack, with lost data and interruptions."""

    services: list[Item] = field(default_factory=list)
    migrations: list[NewMigration] = field(default_factory=list)
    jobs: list[Item] = field(default_factory=list)
    workflows: list[Item] = field(default_factory=list)
    others: list[Item] = field(default_factory=list)
    settings: list[tuple[str, str, str]] = field(default_factory=list)
    loses: list[str] = field(default_factory=list)
    interrupts: list[str] = field(default_factory=list)
    fails: list[str] = field(default_factory=list)


def compare(before: Plan, after: Plan) -> Changes:
    """The changes from one plan to another.

    Raises:
        MigrationError: a migration has an error.
    """
    found = Changes(settings=differences(dict(before.settings), dict(after.settings)))
    _services(before, after, found)
    _migrations(before, after, found)
    _jobs(before, after, found)
    _workflows(before, after, found)
    _others(before, after, found)
    return found


def _services(before: Plan, after: Plan, found: Changes) -> None:
    for name in {**before.services, **after.services}:
        old, new = before.services.get(name), after.services.get(name)
        if old is None and new is not None:
            found.services.append(Item(name, "added", effect=_volumes(new, "gets")))
        elif old is not None and new is None:
            kept = "keeps" if before.keep_data else "loses"
            found.services.append(Item(name, "removed", effect=_volumes(old, kept)))
            if old.volumes and not before.keep_data:
                found.loses.append(f"service {name} is removed with its volumes ({', '.join(old.volumes)})")
            if old.streaming:
                found.interrupts.append(f"service {name} is removed")
        elif old is not None and new is not None and (details := _details(old, new, before, after)):
            verb = "changed" if after.target == before.target and not after.images else "replaced"
            gone = sorted(set(old.volumes) - set(new.volumes))
            if gone and not before.keep_data:
                found.loses.append(f"service {name} loses its volumes {', '.join(gone)}")
            effect = _volumes(new, "keeps")
            if new.streaming:
                effect = f"{effect}; streaming jobs stop with a savepoint and resume".removeprefix("; ")
                found.interrupts.append(f"service {name} restarts; events wait in Pulsar until the jobs resume")
            found.services.append(Item(name, verb, tuple(details), effect))


def _volumes(service: PlannedService, verb: str) -> str:
    return f"{verb} its data ({', '.join(service.volumes)})" if service.volumes else ""


def _details(old: PlannedService, new: PlannedService, before: Plan, after: Plan) -> list[str]:
    """The differences of a service. The image comes first, because a changed image alone restarts the process."""
    lines = []
    image = before.images.get(old.own_image, old.image), after.images.get(new.own_image, new.image)
    if image[0] != image[1]:
        lines.append(f"image {new.own_image or 'reference'}: `{image[0]}` → `{image[1]}`")
    if not after.images:
        lines += [
            f"software {name}: {_arrow(old.software.get(name, ''), new.software.get(name, ''))}"
            for name in {**old.software, **new.software}
            if old.software.get(name) != new.software.get(name)
        ]
    return lines + _moved_ports(new, before, after) + _lines(differences(old.description, new.description))


def _moved_ports(service: PlannedService, before: Plan, after: Plan) -> list[str]:
    """The effect of a changed `portOffset`, if the target moves a port of the service by it."""
    offsets = [plan.settings.get("kappastack:portOffset", "0") for plan in (before, after)]
    ports = service.description.get("ports")
    numbers = ports.values() if isinstance(ports, dict) else ()
    published = any(isinstance(port, dict) and not port.get("internal") for port in numbers)
    moved = {"all": bool(numbers), "published": published, "none": False}[TRAITS[after.target].moved_ports]
    return [f"port offset: {_arrow(*offsets)}"] if moved and offsets[0] != offsets[1] else []


def _lines(found: list[tuple[str, str, str]]) -> list[str]:
    lines = [f"{path}: {_arrow(old, new)}" for path, old, new in found[:MOST]]
    return lines + ([f"and {len(found) - MOST} more"] if len(found) > MOST else [])


def _arrow(old: str, new: str) -> str:
    """The old and the new value; of long texts only the lines that differ."""
    if "\n" in old or "\n" in new or len(old) > 80 or len(new) > 80:
        removed = [line for line in old.splitlines() if line not in new.splitlines()]
        added = [line for line in new.splitlines() if line not in old.splitlines()]
        shown = [*_excerpts("-", removed, added), *_excerpts("+", added, removed)]
        return " ".join(shown) or "only the order of lines"
    return f"{_value(old)} → {_value(new)}"


def _value(text: str) -> str:
    return f"`{text}`" if text else "nothing"


def _excerpts(sign: str, lines: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    """The first lines, each cut around its first difference from the line at the same place of `others`."""
    for line, other in islice(zip_longest(lines, others, fillvalue=""), min(_MOST_LINES, len(lines))):
        yield f"`{sign} {_cut(line, other)}`"
    if len(lines) > _MOST_LINES:
        yield f"and {len(lines) - _MOST_LINES} more `{sign}`"


def _cut(line: str, other: str) -> str:
    text = line.strip().replace("`", "'")
    if len(text) <= _WIDTH:
        return text
    same = len(commonprefix([text, other.strip().replace("`", "'")]))  # noqa: RUF071 # characters are compared
    begin = max(0, min(same - _WIDTH // 2, len(text) - _WIDTH))
    return f"{'…' if begin else ''}{text[begin : begin + _WIDTH]}{'…' if begin + _WIDTH < len(text) else ''}"


def _migrations(before: Plan, after: Plan, found: Changes) -> None:
    for database, files in after.migrations.items():
        known = before.migrations.get(database)
        folder = ROOT / after.folders[database]
        migrations = [Migration(version, folder / f"{version}.sql", text) for version, text in files.items()]
        whole = review(migrations, {"replication_num": str(after.replication_num)})
        if known is None:
            number = f"{len(files)} migration{'' if len(files) == 1 else 's'}"
            found.others.append(Item(f"database {database}", "added", effect=f"created by {number}"))
            found.fails += whole.problems
            continue
        for migration in migrations:
            file = f"{after.folders[database]}/{migration.version}.sql"
            if migration.version not in known:
                part = whole.of(migration)
                found.migrations.append(NewMigration(file, database, migration.text, part))
                found.loses += [f"{each.place} {each.what}" for each in part.losses]
                found.fails += part.problems
            elif known[migration.version] != migration.text:
                found.fails.append(
                    f"{file} was edited: stacks that have applied it refuse the deployment. Restore it and write a "
                    "new migration"
                )
        found.fails += [
            f"{after.folders[database]}/{version}.sql was removed: stacks that have applied it refuse the deployment"
            for version in known
            if version not in files
        ]
    for database in before.migrations.keys() - after.migrations.keys():
        verb = "is no longer managed, and its data are kept" if before.keep_data else "is dropped"
        found.others.append(Item(f"database {database}", "removed", effect=verb))
        if not before.keep_data:
            found.loses.append(f"database {database} is dropped with all tables")


def _both(
    before: Mapping[str, PlannedResource], after: Mapping[str, PlannedResource]
) -> Iterator[tuple[str, PlannedResource | None, PlannedResource | None]]:
    for name in {**before, **after}:
        yield name, before.get(name), after.get(name)


def _verb(old: PlannedResource | None, new: PlannedResource | None) -> str:
    return "added" if old is None else "removed" if new is None else "changed"


def _inputs(resource: PlannedResource | None) -> dict[str, JsonValue]:
    return resource.inputs if resource else {}


def _jobs(before: Plan, after: Plan, found: Changes) -> None:
    replaced = [each.name for each in found.services if each.verb != "added" and _is_streaming(each.name, after)]
    for name, old, new in _both(before.of_type("SeaTunnelJob"), after.of_type("SeaTunnelJob")):
        if old is None or new is None:
            found.jobs.append(Item(name, _verb(old, new)))
            if new is None:
                found.interrupts.append(f"job {name} is removed: its events are no longer stored")
            continue
        if details := _lines(differences(old.inputs, new.inputs)):
            effect = "stops with a savepoint and resumes from it"
            found.jobs.append(Item(name, "restarts", tuple(details), effect))
            found.interrupts.append(f"job {name} restarts; events wait in Pulsar until it resumes")
        elif replaced:
            found.jobs.append(Item(name, "restarts", (f"because of {', '.join(replaced)}",)))


def _is_streaming(name: str, plan: Plan) -> bool:
    service = plan.services.get(name)
    return service is not None and service.streaming


def _workflows(before: Plan, after: Plan, found: Changes) -> None:
    kind = "DolphinSchedulerWorkflow"
    for name, old, new in _both(before.of_type(kind), after.of_type(kind)):
        if old is None or new is None:
            tasks = _tasks(new or old)
            found.workflows.append(Item(name, _verb(old, new), tuple(f"task {task}" for task in tasks)))
            continue
        details = []
        for task in {**_tasks(old), **_tasks(new)}:
            changed = differences(_tasks(old).get(task), _tasks(new).get(task))
            if task not in _tasks(old) or task not in _tasks(new):
                details.append(f"task {task}: {'added' if task in _tasks(new) else 'removed'}")
            else:
                changed += differences(_files_of(before, old, task), _files_of(after, new, task))
                details += [f"task {task}: {line}" for line in _lines(changed)]
        details += _lines(differences(_without_tasks(old), _without_tasks(new)))
        if details:
            found.workflows.append(Item(name, "changed", tuple(details)))


def _files_of(plan: Plan, workflow: PlannedResource, task: str) -> dict[str, JsonValue]:
    """The texts of the files that a task runs, by path."""
    project, name = str(workflow.inputs.get("project")), str(workflow.inputs.get("name"))
    return dict(plan.task_files.get(project, {}).get(name, {}).get(task, {}))


def _meaning(resource: PlannedResource | None) -> dict[str, JsonValue]:
    meaning = _inputs(resource).get("workflow")
    return meaning if isinstance(meaning, dict) else {}


def _tasks(resource: PlannedResource | None) -> dict[str, JsonValue]:
    tasks = _meaning(resource).get("tasks")
    return tasks if isinstance(tasks, dict) else {}


def _without_tasks(resource: PlannedResource) -> dict[str, JsonValue]:
    meaning = {name: value for name, value in _meaning(resource).items() if name != "tasks"}
    return {**meaning, **{name: value for name, value in resource.inputs.items() if name != "workflow"}}


_DERIVED = {
    "StarRocksSchema": ("migrations",),
    "StarRocksUsers": ("all_users", "password_ids"),
    "DolphinSchedulerProject": ("workflows",),
}
"""Inputs of each type that follow from others, or from resources whose changes are listed themselves."""
_OTHERS = {
    "PulsarTopics": "topics",
    "StarRocksUsers": "users",
    "StarRocksRows": "reference rows",
    "DolphinSchedulerProject": "project",
    "DolphinSchedulerAlerts": "alerts",
    "StarRocksSchema": "schema",
}


def _others(before: Plan, after: Plan, found: Changes) -> None:
    for kind, title in _OTHERS.items():
        for name, old, new in _both(before.of_type(kind), after.of_type(kind)):
            changed = [
                each
                for each in differences(_inputs(old), _inputs(new))
                if not each[0].startswith(_DERIVED.get(kind, ()))
            ]
            if old is None or new is None:
                found.others.append(Item(f"{title} {name}", _verb(old, new)))
            elif changed:
                found.others.append(Item(f"{title} {name}", "changed", tuple(_lines(changed))))
            if kind == "PulsarTopics" and not before.keep_data:
                gone = _names(old) - _names(new)
                found.loses += [f"topic {topic} is deleted with its events" for topic in sorted(gone)]


def _names(resource: PlannedResource | None) -> set[str]:
    topics = _inputs(resource).get("topics")
    return set(topics) if isinstance(topics, dict) else set()
