"""The fields of a topic's events, `topics/<product>/<topic>.fields.yaml`, and what is generated from them."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

_AVRO = {"string": "string", "double": "double", "bigint": "long", "boolean": "boolean", "timestamp": "string"}
_AVRO_JSON: JsonValue = ["null", {"type": "map", "values": ["null", "boolean", "long", "double", "string"]}]
"""An object with members of any name. Avro has no type for arbitrary objects, so members are simple values."""
_OPTIONS = {
    "string": {"max_bytes", "pattern"},
    "double": {"min", "max"},
    "bigint": {"min", "max"},
    "boolean": set[str](),
    "json": {"max_bytes"},
    "timestamp": {"not_before", "not_later_than", "clock_reset_dates"},
}
_LATEST = re.compile(r"\s*(now|publish_time)\s*\+\s*\d+\s*[smhd]\s*", re.ASCII)
"""A latest time, as the `Validate` transform accepts it."""
_LIMITS = ("min", "max", "max_bytes", "pattern", "not_before", "not_later_than", "clock_reset_dates")

Form = Literal["validation", "columns", "measurements"]
"""`validation`: the columns of the `Validate` transform; `columns`: names of all fields; `measurements`: names of the
fields with measurements."""


class FieldsError(ValueError):
    """An invalid fields file. The message names the file, the field, the value and what is expected."""


class EventField(BaseModel):
    """One field of an event.

    Args:
        name: name of the field in the event and of the table's column.
        type: JSON type; a timestamp is ISO 8601 text with an offset, json is an object that is stored as text.
        description: meaning of the field, for readers.
        unit: unit of a number.
        required: an event without it is rejected.
        measurement: a wrong value becomes NULL and the event's other values are stored; an event needs at least one
            measurement. Problems of other fields reject the whole event.
        min, max: limits of a number, inclusive, in `unit`.
        max_bytes: maximum length of a text or JSON in UTF-8 bytes, which VARCHAR counts too.
        pattern: regular expression that the whole text matches, in the syntax that Python and Java share.
        not_before: earliest time.
        not_later_than: latest times: `now+10m`, or after the message was published, such as `publish_time+10m`.
        clock_reset_dates: dates (UTC) that a clock shows after a power loss; a time on one of them is wrong.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    type: Literal["string", "double", "bigint", "boolean", "timestamp", "json"]
    description: Annotated[str, Field(min_length=1)]
    unit: str | None = None
    required: bool = False
    measurement: bool = False
    min: float | None = None
    max: float | None = None
    max_bytes: Annotated[int | None, Field(ge=1)] = None
    pattern: str | None = None
    not_before: AwareDatetime | None = None
    not_later_than: tuple[str, ...] = ()
    clock_reset_dates: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        for option in _LIMITS:
            if getattr(self, option) not in (None, ()) and option not in _OPTIONS[self.type]:
                permitted = ", ".join(sorted(_OPTIONS[self.type])) or "no limits"
                raise ValueError(f"{option} does not fit type {self.type}, which permits {permitted}")
        if self.type in {"string", "json"} and self.max_bytes is None:
            raise ValueError(f"type {self.type} needs max_bytes, because its column is a VARCHAR")
        if self.measurement and self.required:
            raise ValueError("a measurement cannot be required, because a wrong value becomes NULL")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        if self.unit is not None and self.type not in {"double", "bigint"}:
            raise ValueError(f"unit {self.unit!r} does not fit type {self.type}; only double and bigint have a unit")
        for latest in self.not_later_than:
            if not _LATEST.fullmatch(latest):
                raise ValueError(
                    f"not_later_than {latest!r} is not a time; write now or publish_time, +, a whole number and s, m, "
                    "h or d, such as now+10m"
                )
        if self.pattern is not None:
            if "(?P" in self.pattern:
                raise ValueError(f"pattern {self.pattern!r} has a group of Python's (?P…), which Java does not support")
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"pattern {self.pattern!r} is not a regular expression: {error}") from None
        return self


class EventFields(BaseModel):
    """The fields of a topic's events.

    Args:
        record: name of the record in Pulsar's schema.
        fields: the fields, in the order of the schema and of the columns.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    record: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    fields: Annotated[tuple[EventField, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [field.name for field in self.fields]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"field {', '.join(repeated)} is declared more than once")
        return self

    @property
    def names(self) -> list[str]:
        """Names of all fields."""
        return [field.name for field in self.fields]

    @property
    def measurements(self) -> list[str]:
        """Names of the fields with measurements."""
        return [field.name for field in self.fields if field.measurement]


def read_fields(path: Path) -> EventFields:
    """Read a fields file.

    Raises:
        FieldsError: the file does not exist, is not YAML, or has invalid content.
    """
    try:
        document = yaml.safe_load(path.read_text())
    except OSError as error:
        raise FieldsError(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FieldsError(f"{path}: not YAML: {error}") from None
    try:
        return EventFields.model_validate(document)
    except ValidationError as error:
        raise FieldsError("\n".join(f"{path}: {problem}" for problem in _problems(error, document))) from None


def pulsar_schema(fields: EventFields) -> str:
    """Pulsar's definition of a JSON or Avro schema: an Avro record, as JSON text.

    A measurement may be null and defaults to null.
    """
    record = {"type": "record", "name": fields.record, "fields": [_avro(field) for field in fields.fields]}
    return json.dumps(record, indent=1)


def validation_columns(fields: EventFields) -> list[JsonValue]:
    """The option `columns` of the `Validate` transform."""
    return [_validation(field) for field in fields.fields]


@dataclass(frozen=True)
class JobFields:
    """Fills `{"$fields": TOPIC, "as": FORM}` in the job files of a product.

    Args:
        folder: folder of the product's `<topic>.fields.yaml` files.
    """

    folder: Path

    def __call__(self, topic: str, form: str) -> Sequence[JsonValue]:
        """The items that replace the include.

        Raises:
            FieldsError: the file does not exist or is invalid, or the form is unknown.
        """
        fields = read_fields(self.folder / f"{topic}.fields.yaml")
        match form:
            case "validation":
                return validation_columns(fields)
            case "columns":
                return [*fields.names]
            case "measurements":
                return [*fields.measurements]
            case _:
                raise FieldsError(f'"as" is {form!r}; expected: validation, columns or measurements')


def _avro(field: EventField) -> dict[str, JsonValue]:
    if field.type == "json":
        return {"name": field.name, "type": _AVRO_JSON, "default": None}
    kind = _AVRO[field.type]
    if field.measurement:
        return {"name": field.name, "type": ["null", kind], "default": None}
    return {"name": field.name, "type": kind}


def _validation(field: EventField) -> dict[str, JsonValue]:
    limits = field.model_dump(mode="json", include=set(_LIMITS), exclude_defaults=True)
    column: dict[str, JsonValue] = {"name": field.name, "type": field.type}
    if field.required:
        column["required"] = True
    if field.measurement:
        column["on_error"] = "set_null"
    return column | limits


def _problems(error: ValidationError, document: object) -> list[str]:
    problems = []
    for problem in error.errors(include_url=False):
        place = ".".join(str(part) for part in problem["loc"])
        match problem["loc"], document:
            case ("fields", int(index), *_), {"fields": list(entries)} if isinstance(entries[index], dict):
                place += f" ({entries[index].get('name', 'without a name')})"
        found = "" if isinstance(problem["input"], dict | list) else f"found {problem['input']!r}; "
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{place}: {found}{message}" if place else message)
    return problems
