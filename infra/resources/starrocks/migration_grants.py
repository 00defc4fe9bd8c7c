"""The privileges that migrations grant to roles.

A privilege on a table disappears with the table, even if the migrations of another database granted it. Therefore the
desired privileges are compared with the actual ones.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from apps.shared.starrocks_errors import StarRocksError

_GRANT = re.compile(
    r"^\s*(?P<verb>GRANT|REVOKE)\s+(?P<privileges>[A-Z ,]+?)\s+ON\s+(?P<object>.+?)\s+(?:TO|FROM)\s+ROLE\s+['\"`]?"
    r"(?P<role>\w+)['\"`]?\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_GRANT_ROLE = re.compile(
    r"^\s*(?P<verb>GRANT|REVOKE)\s+(?P<privileges>[\w'\"`, ]+?)\s+(?:TO|FROM)\s+ROLE\s+['\"`]?"
    r"(?P<role>\w+)['\"`]?\s*;?\s*$",
    re.IGNORECASE,
)
_OBJECT_OF_DATABASE = re.compile(r"^DATABASE | IN DATABASE |\.")
_DROP_ROLE = re.compile(r"^\s*DROP\s+ROLE\s+(?:IF\s+EXISTS\s+)?['\"`]?(?P<role>\w+)", re.IGNORECASE)
_DROP = re.compile(
    r"^\s*DROP\s+(?P<kind>TABLE|VIEW|MATERIALIZED\s+VIEW)\s+(?:IF\s+EXISTS\s+)?(?P<name>[\w`.]+)", re.IGNORECASE
)


class Statements(Protocol):
    """A session as root."""

    def execute(self, statement: str) -> Sequence[Sequence[object]]:
        """Run a statement and return its rows."""


@dataclass(frozen=True, order=True)
class Grant:
    """One privilege of a role, such as SELECT on TABLE db.t. If `object` is empty, `privilege` is a granted role."""

    role: str
    privilege: str
    object: str

    def __str__(self) -> str:
        """The privilege without the role that has it."""
        return f"{self.privilege} on {self.object}" if self.object else f"the role {self.privilege}"

    @property
    def statement(self) -> str:
        """The statement that grants the privilege."""
        return f"GRANT {self._subject} TO ROLE {self.role}"

    @property
    def revocation(self) -> str:
        """The statement that revokes the privilege."""
        return f"REVOKE {self._subject} FROM ROLE {self.role}"

    @property
    def _subject(self) -> str:
        return f"{self.privilege} ON {self.object}" if self.object else self.privilege

    @property
    def database(self) -> str:
        """The database of the object, such as `d` for TABLE d.t or ALL TABLES IN DATABASE d.

        Empty for a privilege that is not limited to one database, such as OPERATE on SYSTEM.
        """
        return self.object.split()[-1].split(".")[0] if _OBJECT_OF_DATABASE.search(self.object) else ""


def desired_grants(statements: Iterable[str], database: str) -> set[Grant]:
    """The privileges that are in effect after all statements of a database's migrations."""
    desired: set[Grant] = set()
    for statement in statements:
        if match := _match(statement):
            grants = _grants(match)
            desired = desired | grants if match["verb"].upper() == "GRANT" else desired - grants
        elif match := _DROP_ROLE.match(statement):
            desired = {each for each in desired if each.role != match["role"]}
        elif match := _DROP.match(statement):
            name = match["name"].replace("`", "")
            gone = f"{' '.join(match['kind'].upper().split())} {name if '.' in name else f'{database}.{name}'}"
            desired = {each for each in desired if each.object != gone}
    return desired


def missing_grants(root: Statements, desired: Iterable[Grant]) -> list[Grant]:
    """The desired privileges that are not in effect.

    Raises:
        StarRocksError: StarRocks refused a statement or did not respond.
    """
    desired = set(desired)
    return sorted(desired - _actual_grants(root, {each.role for each in desired}))


def added_grants(root: Statements, desired: Iterable[Grant], roles: Iterable[str], database: str) -> list[Grant]:
    """Privileges in effect that are not desired: on this database, on its objects, or not limited to one database.

    Privileges on other databases are ignored, because the migrations of those databases may grant them. Privileges that
    are not limited to one database, and roles of roles, are granted by the migrations that create the role.

    Raises:
        StarRocksError: StarRocks refused a statement or did not respond.
    """
    actual = {each for each in _actual_grants(root, set(roles)) if each.database in {database, ""}}
    return sorted(actual - set(desired))


def _actual_grants(root: Statements, roles: set[str]) -> set[Grant]:
    existing = {str(row[0]) for row in root.execute("SHOW ROLES")} | {"public"}
    return {
        grant
        for role in sorted(roles & existing)
        for row in root.execute(f"SHOW GRANTS FOR ROLE {role}")
        for value in row
        if (match := _match(str(value)))
        for grant in _grants(match)
    }


def grant_missing(root: Statements, desired: Iterable[Grant]) -> list[str]:
    """Grant missing privileges; return the errors of refused ones, such as those on an object that does not exist."""
    refused = []
    for grant in missing_grants(root, desired):
        try:
            root.execute(grant.statement)
        except StarRocksError as error:
            refused.append(str(error))
    return refused


def _match(statement: str) -> re.Match[str] | None:
    """Match a statement that grants or revokes privileges or roles."""
    return _GRANT.match(statement) or _GRANT_ROLE.match(statement)


def _grants(match: re.Match[str]) -> set[Grant]:
    if "object" not in match.groupdict():
        roles = [each.strip(" '\"`") for each in match["privileges"].split(",")]
        return {Grant(match["role"], each, "") for each in roles}
    privileges = [" ".join(each.upper().split()) for each in match["privileges"].split(",")]
    words = match["object"].replace("`", "").split()
    # Normal form: keywords in capitals, names unchanged, such as TABLE db.t or ALL TABLES IN DATABASE db.
    last = words[-1].upper() if words[-1].upper() in {"SYSTEM", "DATABASES"} else words[-1]
    target = " ".join([*(word.upper() for word in words[:-1]), last])
    return {Grant(match["role"], each, target) for each in privileges}
