"""Reads workflow files. Every error is reported with file and line before anything is applied."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import ValidationError

from infra.resources.dolphinscheduler.workflow_definition import (
    Check,
    KeepRunning,
    Program,
    Sql,
    Task,
    WaitFor,
    WorkflowDefinition,
    ZetaJob,
)
from infra.settings import ROOT

PLATFORM = "platform"
"""The folder of the workflows that belong to no product."""

_Place = tuple[str | int, ...]


class WorkflowError(Exception):
    """Workflow files have errors; the message has one line for each, with file and line number."""


@dataclass(frozen=True)
class WorkflowFile:
    """A workflow file without errors."""

    path: Path
    definition: WorkflowDefinition
    lines: Mapping[_Place, int]

    @property
    def product(self) -> str:
        """Name of the product, which is the folder's name; `platform` for the platform's workflows."""
        return self.path.parent.name


def read_workflow(path: Path, root: Path = ROOT) -> WorkflowFile:
    """Read one file.

    Args:
        path: path of `dolphinscheduler/<product>/<name>.yaml`.
        root: folder that contains `seatunnel/`, `sql/` and `apps/`.

    Raises:
        WorkflowError: the file has errors; the message lists all of them.
    """
    document = _load(path)
    try:
        definition = WorkflowDefinition.model_validate(document.value)
    except ValidationError as error:
        raise WorkflowError(
            "\n".join(
                document.at(_without_tag(each["loc"]), _sentence(each["msg"], each["input"])) for each in error.errors()
            )
        ) from None
    problems = [
        *_own_problems(document, definition),
        *_misplaced(document, definition),
        *_missing_files(document, definition, root),
    ]
    if problems:
        raise WorkflowError("\n".join(problems))
    return WorkflowFile(path, definition, document.lines)


def read_workflows(folder: Path, root: Path = ROOT) -> list[WorkflowFile]:
    """Read the workflows of a folder, sorted so that each follows those that it waits for.

    Args:
        folder: `dolphinscheduler/<product>`, or `dolphinscheduler/platform`.
        root: see `read_workflow`.

    Raises:
        WorkflowError: files have errors; the message lists all of them.
    """
    files: dict[str, WorkflowFile] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            files[path.stem] = read_workflow(path, root)
        except WorkflowError as error:
            problems.append(str(error))
    names = {path.stem for path in folder.glob("*.yaml")}
    for file in files.values():
        for index, task in enumerate(file.definition.tasks):
            if isinstance(task, WaitFor) and task.workflow not in names:
                line = file.lines["tasks", index, "workflow"]
                problems.append(
                    f"{_shown(file.path)}:{line}: tasks.{task.name}.workflow: there is no workflow {task.workflow!r}; "
                    f"there are {', '.join(sorted(names))}"
                )
    waits = {name: [each for each in file.definition.waits_for if each in files] for name, file in files.items()}
    order, cycle = _sorted(waits)
    if cycle:
        file = files[cycle[0]]
        problems.append(f"{_shown(file.path)}:{file.lines['name',]}: workflows wait for each other: {_circle(cycle)}")
    if problems:
        raise WorkflowError("\n".join(problems))
    return [files[name] for name in order]


@dataclass
class _Document:
    path: Path
    value: object = None
    lines: dict[_Place, int] = field(default_factory=dict)

    def at(self, place: Iterable[str | int], message: str) -> str:
        """An error message with file, line and key. If the key is missing, the line is that of its parent."""
        known: _Place = ()
        names: list[str] = []
        for part in place:
            if (*known, part) in self.lines:
                known = (*known, part)
                names.append(str(part))
            else:
                names.append(str(part))
        return f"{_shown(self.path)}:{self.lines.get(known, 1)}: {'.'.join(names) or 'workflow'}: {message}"


# The tags that pydantic adds to the location of an error within a union.
_TYPES = frozenset({"zeta_job", "sql", "check", "archive", "keep_running", "program", "wait_for"})


def _without_tag(place: _Place) -> _Place:
    """The location of an error of pydantic without the tag of a task's type, which may also be the name of a key."""
    return place[:2] + place[3:] if len(place) > 2 and place[0] == "tasks" and place[2] in _TYPES else place


def _load(path: Path) -> _Document:
    document = _Document(path)
    try:
        loader = yaml.SafeLoader(path.read_text())
        node = loader.get_single_node()
        document.value = _plain(loader, node, (), document) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise WorkflowError(f"{_shown(path)}:{line}: not YAML: {error.problem or error.context}") from None
    except OSError as error:
        raise WorkflowError(f"{_shown(path)}: {error.strerror}") from None
    return document


def _plain(loader: yaml.SafeLoader, node: yaml.Node, place: _Place, document: _Document) -> object:
    """The value of a node; records the line numbers of all keys and items in it."""
    document.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                raise yaml.MarkedYAMLError(problem=f"{key!r} is given twice", problem_mark=key_node.start_mark)
            document.lines[*place, key] = key_node.start_mark.line + 1
            found[key] = _plain(loader, value_node, (*place, key), document)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, each, (*place, index), document) for index, each in enumerate(node.value)]
    value: Hashable = loader.construct_object(node)
    return value


def _sentence(message: str, value: object) -> str:
    text = message.removeprefix("Value error, ")
    if text == "Extra inputs are not permitted":
        return "unknown key"
    if text == "Field required":
        return "missing"
    return text if isinstance(value, dict | list) or repr(value) in text else f"{text}; it is {value!r}"


def _own_problems(document: _Document, definition: WorkflowDefinition) -> list[str]:
    problems = []
    if definition.name != document.path.stem:
        problems.append(document.at(("name",), f"must be the file's name, {document.path.stem!r}"))
    if "from" in definition.parameters and not definition.uses_range:
        text = "no task uses from and to; tasks of type zeta_job and sql do, and programs with a window"
        problems.append(document.at(("parameters",), text))
    names = [task.name for task in definition.tasks]
    for index, task in enumerate(definition.tasks):
        if task.name in names[:index]:
            problems.append(document.at(("tasks", index, "name"), f"another task is named {task.name!r}"))
        problems += [
            document.at(
                ("tasks", index, "needs", position),
                f"there is no task {need!r}; there are {', '.join(names)}",
            )
            for position, need in enumerate(task.needs)
            if need not in names
        ]
    _, cycle = _sorted({task.name: [need for need in task.needs if need in names] for task in definition.tasks})
    if cycle:
        first = names.index(cycle[0])
        problems.append(document.at(("tasks", first, "needs"), f"tasks depend on each other: {_circle(cycle)}"))
    return problems


def _misplaced(document: _Document, definition: WorkflowDefinition) -> list[str]:
    """Report tasks in the wrong folder: the keeper belongs to the platform, all other tasks to a product."""
    problems = []
    of_platform = document.path.parent.name == PLATFORM
    for index, task in enumerate(definition.tasks):
        if isinstance(task, KeepRunning) and not of_platform:
            problems.append(
                document.at(("tasks", index, "type"), f"{task.type} belongs in dolphinscheduler/{PLATFORM}")
            )
        elif of_platform and not isinstance(task, KeepRunning | WaitFor):
            problems.append(
                document.at(("tasks", index, "type"), f"{task.type} must belong to a product, not to {PLATFORM}")
            )
    return problems


def _missing_files(document: _Document, definition: WorkflowDefinition, root: Path) -> list[str]:
    product = document.path.parent.name
    problems = []
    for index, task in enumerate(definition.tasks):
        key, needed = _needed_file(task, product)
        if needed and not (root / needed).exists():
            problems.append(document.at(("tasks", index, key), f"there is no {needed}"))
    return problems


def _needed_file(task: Task, product: str) -> tuple[str, str]:
    """The key of a task that names a file, and the path of that file."""
    match task:
        case ZetaJob():
            return "job", f"seatunnel/{product}/{task.job}.conf"
        case Sql():
            return "statement", f"sql/{product}/queries/{task.statement}.sql"
        case Check():
            return "query", f"sql/{product}/queries/{task.query}.sql"
        case Program():
            return "program", f"apps/{product}/{task.program}"
        case _:
            return "", ""


def _sorted(needs: Mapping[str, list[str]]) -> tuple[list[str], list[str]]:
    """Names in topological order, and a cycle if there is one."""
    order: list[str] = []
    path: list[str] = []

    def visit(name: str) -> list[str]:
        if name in order:
            return []
        if name in path:
            return path[path.index(name) :]
        path.append(name)
        for need in needs[name]:
            if cycle := visit(need):
                return cycle
        path.pop()
        order.append(name)
        return []

    for name in needs:
        if cycle := visit(name):
            return order, cycle
    return order, []


def _circle(names: list[str]) -> str:
    return " → ".join([*names, names[0]])


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
