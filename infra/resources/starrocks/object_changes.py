"""Manual changes of tables and views: differences between the recorded and the present SHOW CREATE statement."""

import re
from collections.abc import Iterator
from itertools import takewhile

_PART = re.compile(r"^  (?:INDEX `?(?P<index>[^`\s]+)`?|`(?P<column>[^`]+)`) (?P<definition>.*?),?$", re.MULTILINE)
"""A column or an index. StarRocks prints each on a line of its own, with two spaces in front of it."""
_PROPERTIES = re.compile(r"\bPROPERTIES\s*\((?P<listed>.*?)\)(?=\s*(?:;|AS\b|$))", re.DOTALL)
_PROPERTY = re.compile(r'"(?P<name>[^"]+)"\s*=\s*"(?P<value>[^"]*)"')
_OPTIONAL = ("bloom_filter_columns", "colocate_with", "dynamic_partition.", "partition_", "storage_", "write_quorum")
"""Properties that no table has by default.

Other properties count only if their value changes: a new version of StarRocks may print further ones, or fewer.
"""
_WORDS = 8
"""Words that a message quotes from each of two different queries."""


def changes(kind: str, recorded: str, present: str) -> list[str]:
    """Differences between two SHOW CREATE statements of an object, one line each.

    Partitions and numbers of buckets are not compared, because StarRocks changes them itself.

    Args:
        kind: TABLE, VIEW or MATERIALIZED VIEW.
        recorded: the statement after the migrations.
        present: the statement now.
    """
    if recorded == present:
        return []
    lines = [*_different_properties(_properties(recorded), _properties(present))]
    if kind == "TABLE":
        return [*_different_parts(_parts(recorded), _parts(present)), *lines]
    words, found = (_PROPERTIES.sub("", text).rstrip("; \n").split() for text in (recorded, present))
    if words != found:
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(words, found, strict=False)))
        excerpts = (" ".join(each[same : same + _WORDS]) for each in (found, words))
        lines.append("its definition has `{}` instead of `{}`".format(*excerpts))
    return lines


def _parts(statement: str) -> dict[str, str]:
    """The definitions of a table's columns and indexes, by kind and name."""
    return {
        f"index {each['index']}" if each["index"] else f"column {each['column']}": " ".join(each["definition"].split())
        for each in _PART.finditer(statement)
    }


def _different_parts(recorded: dict[str, str], present: dict[str, str]) -> Iterator[str]:
    for name in {**recorded, **present}:
        if name not in present:
            yield f"{name} is missing ({recorded[name]})"
        elif name not in recorded:
            yield f"{name} was added ({present[name]})"
        elif recorded[name] != present[name]:
            yield f"{name} is `{present[name]}` instead of `{recorded[name]}`"


def _properties(statement: str) -> dict[str, str]:
    listed = _PROPERTIES.search(statement)
    return {each["name"]: each["value"] for each in _PROPERTY.finditer(listed["listed"])} if listed else {}


def _different_properties(recorded: dict[str, str], present: dict[str, str]) -> Iterator[str]:
    for name in sorted({*recorded, *present}):
        before, after = recorded.get(name), present.get(name)
        if before != after and (None not in (before, after) or name.startswith(_OPTIONAL)):
            yield f"property {name} is {after or 'not set'} instead of {before or 'not set'}"
