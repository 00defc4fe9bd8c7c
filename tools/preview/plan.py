"""The model of the JSON that `tools/preview/record.py` prints: the declarations of a revision for a stack."""

from pydantic import BaseModel, ConfigDict, JsonValue


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PlannedService(_Part):
    """A service.

    Args:
        image: published image of another project with its tag; empty if the service runs this repository's files.
        own_image: name of this repository's image or distribution.
        software: version of each distribution that it runs from, by name.
        volumes: names of its volumes.
        streaming: whether streaming jobs stop before it is replaced.
        description: all other properties by name.
    """

    image: str
    own_image: str
    software: dict[str, str]
    volumes: list[str]
    streaming: bool
    description: dict[str, JsonValue]


class PlannedResource(_Part):
    """A resource inside a service."""

    type: str
    name: str
    inputs: dict[str, JsonValue]


class Plan(_Part):
    """Everything that a revision declares for a stack.

    Args:
        stack: name of the stack.
        target: target of the stack.
        keep_data: whether deleted services and schemas keep their data.
        settings: value of each setting, by dotted key as in the stack's file.
        services: services by name.
        images: tag of each image of this repository, by name; empty on a target without images.
        resources: resources inside the services.
        task_files: texts of the files that tasks run, by project, workflow, task and path.
        migrations: text of each migration by version, by database.
        folders: folder of the migrations, by database.
        replication_num: value of this placeholder in migrations.
    """

    stack: str
    target: str
    keep_data: bool
    settings: dict[str, str]
    services: dict[str, PlannedService]
    images: dict[str, str]
    resources: list[PlannedResource]
    task_files: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    migrations: dict[str, dict[str, str]]
    folders: dict[str, str]
    replication_num: int

    def of_type(self, kind: str) -> dict[str, PlannedResource]:
        """The plan's resources of a type, by name."""
        return {each.name: each for each in self.resources if each.type == kind}


def differences(before: JsonValue, after: JsonValue, path: str = "") -> list[tuple[str, str, str]]:
    """Dotted path, old and new text of each value that differs; a missing value is an empty text."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = []
        for name in {**before, **after}:
            below = f"{path}.{name}" if path else name
            found += differences(before.get(name), after.get(name), below)
        return found
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            each
            for number, (old, new) in enumerate(zip(before, after, strict=True))
            for each in differences(old, new, f"{path}[{number}]")
        ]
    return [] if before == after else [(path, _text(before), _text(after))]


def _text(value: JsonValue) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
