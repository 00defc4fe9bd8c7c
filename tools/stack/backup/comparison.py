"""Compares a stack with the manifest of a backup."""

from collections.abc import Collection, Mapping

from tools.stack.backup.manifest import Manifest, TableContent

Contents = Mapping[tuple[str, str], TableContent]
"""Content by database and table."""


def difference(wanted: Mapping[str, str], found: Mapping[str, str]) -> str:
    """How the migrations of a backup differ from those of the stack; empty if they are the same."""
    if newer := sorted(wanted.keys() - found.keys()):
        return f"the backup has a newer schema, with the migrations {', '.join(newer)}"
    if older := sorted(found.keys() - wanted.keys()):
        return f"the backup has an older schema, without the migrations {', '.join(older)}"
    edited = sorted(name for name in wanted if wanted[name] != found[name])
    return f"the backup has another text of the migrations {', '.join(edited)}" if edited else ""


def overwritten(manifest: Manifest, found: Contents, *, filled: Collection[tuple[str, str]]) -> list[str]:
    """Tables with rows that are not those of a backup.

    Args:
        manifest: manifest of the backup.
        found: content of the stack's tables.
        filled: tables that a deployment fills by itself.
    """
    return [
        f"{database}.{name} ({each.rows:,} rows)"
        for (database, name), each in found.items()
        if each.rows and (database, name) not in filled and not equal(manifest, database, name, each)
    ]


def equal(manifest: Manifest, database: str, name: str, found: TableContent) -> bool:
    """Whether a table has the content of the backup; False if the checksum in the backup is not exact."""
    wanted = manifest.databases[database].tables[name]
    return wanted.exact and (wanted.rows, wanted.checksum) == (found.rows, found.checksum)
