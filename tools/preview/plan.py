"""What a revision declares for a stack, as `tools/preview/record.py` prints it."""

from pydantic import BaseModel, ConfigDict, JsonValue


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PlannedService(_Part):
    """A service.

    Args:
        image: of another project, with its tag; empty if the service runs an image or folder of this repository.
        own_image: name of that.
        software: version by name of the distributions that it runs from.
        volumes: names of the folders that outlive its process.
        streaming: whether streaming jobs stop before it is replaced.
        description: everything else about it, by name.
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
        stack: its name.
        target: where it runs.
        keep_data: whether deleted services and schemas keep their data.
        settings: value by dotted key, as in the stack's file.
        services: by name.
        images: tag by name of the repository's images; empty on a target without images.
        resources: inside the services.
        migrations: text by version, by database.
        folders: of the migrations, by database.
        replication_num: what that placeholder stands for in migrations.
    """

    stack: str
    target: str
    keep_data: bool
    settings: dict[str, str]
    services: dict[str, PlannedService]
    images: dict[str, str]
    resources: list[PlannedResource]
    migrations: dict[str, dict[str, str]]
    folders: dict[str, str]
    replication_num: int

    def of_type(self, kind: str) -> dict[str, PlannedResource]:
        """Its resources of a type, by name."""
        return {each.name: each for each in self.resources if each.type == kind}


def differences(before: JsonValue, after: JsonValue, path: str = "") -> list[tuple[str, str, str]]:
    """Dotted path, old and new text of each value that differs; an empty text stands for a missing value."""
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
