"""Users, roles and grants."""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from starrocks_emulator import errors
from starrocks_emulator.results import SqlError
from starrocks_emulator.schema import Table
from starrocks_emulator.storage import Storage, Transaction

TABLE_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "ALTER", "DROP", "EXPORT", "REFRESH")
DATABASE_PRIVILEGES = ("ALTER", "DROP", "CREATE TABLE", "CREATE VIEW", "CREATE MATERIALIZED VIEW", "CREATE FUNCTION")
PRIVILEGES: dict[str, tuple[str, ...]] = {
    "TABLE": ("SELECT", "INSERT", "UPDATE", "DELETE", "ALTER", "DROP", "EXPORT"),
    "VIEW": ("SELECT", "ALTER", "DROP"),
    "MATERIALIZED VIEW": ("SELECT", "ALTER", "REFRESH", "DROP"),
    "DATABASE": DATABASE_PRIVILEGES,
    "CATALOG": ("USAGE", "CREATE DATABASE"),
    "SYSTEM": ("GRANT", "NODE", "OPERATE", "REPOSITORY"),
}
"""Privileges that can be granted on each kind of object."""

KINDS = {"table": "TABLE", "view": "VIEW", "mv": "MATERIALIZED VIEW"}
BUILT_IN_ROLES = {
    "root": "built-in root role which has all privileges on all objects",
    "db_admin": "built-in database administration role",
    "user_admin": "built-in user administration role",
    "cluster_admin": "built-in cluster administration role",
    "public": "built-in public role which is owned by any user",
}
"""The roles that StarRocks creates, with their comments."""


@dataclass(frozen=True, order=True)
class Grant:
    """A privilege on objects of a kind; the scope is `*` (all), `db:<id>` (all of a database) or an object's id."""

    privilege: str
    kind: str
    scope: str


@dataclass(frozen=True)
class Principal:
    """A user or a role. `secret` is the user's SHA1(SHA1(password)) in hex, empty for an empty password."""

    name: str
    secret: str = ""
    roles: tuple[str, ...] = ()
    default_roles: tuple[str, ...] = ()
    grants: frozenset[Grant] = field(default_factory=frozenset)
    comment: str = ""

    def to_json(self) -> str:
        """The JSON form that `_principal` reads."""
        return json.dumps({**asdict(self), "grants": [asdict(grant) for grant in sorted(self.grants)]})


def _principal(document: str) -> Principal:
    values = json.loads(document)
    return Principal(
        values["name"], values["secret"], tuple(values["roles"]), tuple(values["default_roles"]),
        frozenset(Grant(**grant) for grant in values["grants"]), values.get("comment", ""),
    )  # fmt: skip


def password_secret(password: str) -> str:
    """`mysql_native_password`'s stored form: SHA1(SHA1(password)) in hex; empty for an empty password."""
    if not password:
        return ""
    return hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest()  # noqa: S324  the protocol's own hash


def _remove(principals: dict[str, Principal], name: str) -> None:
    principals.pop(name, None)


class Users:
    """The users with their passwords, roles and privileges."""

    def __init__(self, storage: Storage) -> None:
        """Read the users of `storage`. In a new folder, `root` has an empty password, as in StarRocks."""
        self.users = {key: _principal(document) for key, document in storage.documents("user")}
        self.roles = {key: _principal(document) for key, document in storage.documents("role")}
        if "root" not in self.users:
            with storage.transaction() as change:
                self.put_user(change, Principal("root", "", ("root",), ("root",)))
                for name in BUILT_IN_ROLES:
                    self.put_role(change, Principal(name))

    def put_user(self, change: Transaction, user: Principal) -> None:
        """Add or replace a user."""
        change.put("user", user.name, user.to_json())
        change.after(lambda: self.users.__setitem__(user.name, user))

    def put_role(self, change: Transaction, role: Principal) -> None:
        """Add or replace a role."""
        change.put("role", role.name, role.to_json())
        change.after(lambda: self.roles.__setitem__(role.name, role))

    def drop_user(self, change: Transaction, name: str) -> None:
        """Remove a user."""
        change.delete("user", name)
        change.after(partial(_remove, self.users, name))

    def drop_role(self, change: Transaction, name: str) -> None:
        """Remove a role, also from the users and roles to which it is granted."""
        change.delete("role", name)
        change.after(partial(_remove, self.roles, name))
        for principals, put in ((self.users, self.put_user), (self.roles, self.put_role)):
            for principal in list(principals.values()):
                if name in principal.roles:
                    put(change, replace(
                        principal,
                        roles=tuple(role for role in principal.roles if role != name),
                        default_roles=tuple(role for role in principal.default_roles if role != name),
                    ))  # fmt: skip

    def remove_object(self, change: Transaction, scopes: set[str]) -> None:
        """Remove the grants on dropped objects; a new object of the same name starts without grants."""
        for principals, put in ((self.users, self.put_user), (self.roles, self.put_role)):
            for principal in list(principals.values()):
                kept = frozenset(grant for grant in principal.grants if grant.scope not in scopes)
                if kept != principal.grants:
                    put(change, replace(principal, grants=kept))

    def user(self, name: str) -> Principal:
        """The user of that name.

        Raises:
            SqlError: 1064 if it does not exist.
        """
        found = self.users.get(name)
        if found is None:
            raise errors.analysis(f"cannot find user '{name}'@'%'")
        return found

    def role(self, name: str) -> Principal:
        """The role of that name.

        Raises:
            SqlError: 1064 if it does not exist.
        """
        found = self.roles.get(name)
        if found is None:
            raise errors.analysis(f"cannot find role {name}")
        return found

    def verify_scramble(self, name: str, scramble: bytes, salt: bytes) -> bool:
        """`mysql_native_password`: SHA1(password) XOR SHA1(salt + SHA1(SHA1(password))) equals `scramble`."""
        user = self.users.get(name)
        stored = bytes.fromhex(user.secret) if user and user.secret else b""
        if len(scramble) != 20:
            return bool(user) and not stored and not scramble
        mask = hashlib.sha1(salt + stored).digest()  # noqa: S324
        candidate = bytes(left ^ right for left, right in zip(scramble, mask, strict=True))
        matches = hmac.compare_digest(hashlib.sha1(candidate).digest(), stored or bytes(20))  # noqa: S324
        return matches and bool(stored)

    def verify_password(self, name: str, password: str) -> bool:
        """Whether `password` is the user's (HTTP basic authentication)."""
        user = self.users.get(name)
        given = password_secret(password)
        return hmac.compare_digest(given, user.secret if user else "none") and user is not None

    def active(self, roles: tuple[str, ...]) -> set[str]:
        """These roles, `public`, and all roles granted to them, directly or not."""
        found: set[str] = set()
        wanted = [*roles, "public"]
        while wanted:
            name = wanted.pop()
            role = self.roles.get(name)
            if role and name not in found:
                found.add(name)
                wanted.extend(role.roles)
        return found

    def may(  # noqa: PLR0917
        self, user: str, roles: tuple[str, ...], privilege: str, kind: str, database: int | None, number: int | None
    ) -> bool:
        """Whether a user with these active roles has a privilege on an object (None: on any object)."""
        active = self.active(roles)
        if "root" in active or ("db_admin" in active and kind != "SYSTEM"):
            return True
        if kind == "SYSTEM" and {"GRANT": "user_admin", "NODE": "cluster_admin"}.get(privilege) in active:
            return True
        scopes = {"*", f"db:{database}", str(number if number is not None else database)}
        holders = [self.users.get(user), *(self.roles.get(role) for role in active)]
        return any(
            grant.kind == kind and grant.scope in scopes and privilege in ("ANY", grant.privilege)
            for holder in holders
            if holder
            for grant in holder.grants
        )


@dataclass
class Access:
    """The privileges of one session: those of a user with active roles."""

    users: Users
    databases: dict[str, int]
    user: str
    roles: tuple[str, ...]

    def may(self, privilege: str, table: Table) -> bool:
        """Whether the session has a privilege on a table or view."""
        return self.users.may(
            self.user, self.roles, privilege, KINDS[table.kind], self.databases.get(table.database), table.id
        )

    def require(self, privilege: str, table: Table) -> None:
        """Refuse unless the session has a privilege on a table or view.

        Raises:
            SqlError: 5203.
        """
        if not self.may(privilege, table):
            raise self.denied(privilege, KINDS[table.kind], table.name)

    def require_database(self, privilege: str, database: str) -> None:
        """Refuse unless the session has a privilege on a database.

        Raises:
            SqlError: 5203.
        """
        if not self.users.may(self.user, self.roles, privilege, "DATABASE", self.databases.get(database), None):
            raise self.denied(privilege, "DATABASE", database)

    def require_global(self, privilege: str, kind: str) -> None:
        """Refuse unless the session has a privilege of the system or the catalog.

        Raises:
            SqlError: 5203.
        """
        if not self.users.may(self.user, self.roles, privilege, kind, None, None):
            raise self.denied(privilege, kind, "default_catalog" if kind == "CATALOG" else "")

    def may_see(self, table: Table) -> bool:
        """Whether SHOW TABLES and information_schema list a table: the session has any privilege on it."""
        return self.may("ANY", table)

    def may_see_database(self, database: str, tables: list[Table]) -> bool:
        """Whether SHOW DATABASES lists a database: the session has any privilege on it or on an object in it."""
        number = self.databases.get(database)
        if any(
            self.users.may(self.user, self.roles, "ANY", kind, number, None) for kind in ("DATABASE", *KINDS.values())
        ):
            return True
        return any(self.may_see(table) for table in tables)

    def hint(self) -> str:
        """The end of an error about a missing privilege, with the active and the inactive roles."""
        user = self.users.users.get(self.user)
        return errors.grants_hint(self.roles, [role for role in (user.roles if user else ()) if role not in self.roles])

    def denied(self, privilege: str, kind: str, name: str) -> SqlError:
        """The error for a missing privilege."""
        return errors.access_denied(privilege, kind, name, self.hint())
