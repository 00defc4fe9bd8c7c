"""GRANT and REVOKE."""

from dataclasses import replace

from starrocks_emulator import errors
from starrocks_emulator.catalog import SYSTEM_DATABASES
from starrocks_emulator.context import Context
from starrocks_emulator.results import Ok, SqlError
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.principals import identity, user_admin
from starrocks_emulator.storage import Transaction
from starrocks_emulator.users import BUILT_IN_ROLES, KINDS, PRIVILEGES, Grant, Principal


def grant(context: Context, words: Words) -> Ok:
    """`GRANT privileges ON objects TO USER|ROLE name` and `GRANT roles TO USER|ROLE name`."""
    words.expect("GRANT")
    return _grant_or_revoke(context, words, "TO")


def revoke(context: Context, words: Words) -> Ok:
    """`REVOKE privileges ON objects FROM USER|ROLE name` and `REVOKE roles FROM USER|ROLE name`."""
    words.expect("REVOKE")
    return _grant_or_revoke(context, words, "FROM")


def _grant_or_revoke(context: Context, words: Words, direction: str) -> Ok:
    user_admin(context)
    items = [_item(words)]
    while words.accept(","):
        items.append(_item(words))
    roles: tuple[str, ...] = ()
    grants: frozenset[Grant] = frozenset()
    if words.accept("ON"):
        grants = frozenset(_grants(context, words, [" ".join(item).upper() for item in items]))
    else:
        roles = tuple(item[0] for item in items)
        if any(len(item) != 1 for item in items):
            raise words.unexpected("ON")
    words.expect(direction)
    to_role = words.accept("ROLE")
    if not to_role:
        words.accept("USER")
    name = words.word_or_string() if to_role else identity(words)
    if words.accept("WITH", "GRANT", "OPTION"):
        raise errors.unsupported("WITH GRANT OPTION")
    words.finish()
    users = context.services.users
    with context.services.storage.transaction() as change:
        for role in roles:
            users.role(role)
        principal = users.role(name) if to_role else users.user(name)
        _change_principal(context, change, principal, roles, grants, to_role, direction == "TO")
    return Ok()


def _change_principal(  # noqa: PLR0917
    context: Context, change: Transaction, principal: Principal, roles: tuple[str, ...], grants: frozenset[Grant],
    to_role: bool, add: bool,
) -> None:  # fmt: skip
    users = context.services.users
    if to_role and principal.name in BUILT_IN_ROLES and principal.name != "public":
        raise errors.analysis(f"role {principal.name} is not mutable")
    if add:
        if to_role and any(principal.name in users.active((role,)) for role in roles):
            raise errors.analysis(f"role {principal.name} would be granted to itself")
        merged = tuple(dict.fromkeys((*principal.roles, *roles)))
        principal = replace(principal, roles=merged, grants=principal.grants | grants)
    else:
        principal = replace(
            principal,
            roles=tuple(role for role in principal.roles if role not in roles),
            default_roles=tuple(role for role in principal.default_roles if role not in roles),
            grants=principal.grants - grants,
        )
    (users.put_role if to_role else users.put_user)(change, principal)


def _item(words: Words) -> list[str]:
    item = [words.word_or_string()]
    while not (words.peek(",") or words.peek("ON") or words.peek("TO") or words.peek("FROM")):
        item.append(words.identifier())
    return item


def _grants(context: Context, words: Words, privileges: list[str]) -> list[Grant]:
    kind, scopes = _objects(context, words)
    known = PRIVILEGES[kind]
    if privileges in (["ALL"], ["ALL PRIVILEGES"]):
        privileges = list(known)
    for privilege in privileges:
        if privilege not in known:
            raise errors.analysis(f"cant grant/revoke {privilege} on object type {kind}")
    return [Grant(privilege, kind, scope) for privilege in privileges for scope in scopes]


_PLURALS = {"TABLES": "TABLE", "VIEWS": "VIEW", "MATERIALIZED VIEWS": "MATERIALIZED VIEW", "DATABASES": "DATABASE",
            "CATALOGS": "CATALOG"}  # fmt: skip


def _objects(context: Context, words: Words) -> tuple[str, list[str]]:  # noqa: PLR0911, PLR0912
    catalog = context.services.catalog
    if words.accept("ALL"):
        kind = _PLURALS[words.one_of(*_PLURALS)]
        if kind in {"DATABASE", "CATALOG"}:
            return kind, ["*"]
        words.expect("IN")
        if words.accept("ALL", "DATABASES"):
            return kind, ["*"]
        words.expect("DATABASE")
        return kind, [f"db:{_database_id(context, words.identifier())}"]
    if words.accept("SYSTEM"):
        return "SYSTEM", ["*"]
    if words.accept("CATALOG"):
        name = words.identifier()
        if name != "default_catalog":
            raise SqlError(5078, f"Unknown catalog '{name}'", "42000")
        return "CATALOG", ["*"]
    if words.accept("DATABASE"):
        scopes = [str(_database_id(context, words.identifier()))]
        while words.accept(","):
            scopes.append(str(_database_id(context, words.identifier())))
        return "DATABASE", scopes
    kind = "TABLE"
    for word in ("MATERIALIZED VIEW", "VIEW", "TABLE"):
        if words.accept(*word.split()):
            kind = word
            break
    scopes = []
    while True:
        database, name = _dotted(words)
        if name == "*":
            scopes.append("*" if database == "*" else f"db:{_database_id(context, database or context.database)}")
        else:
            database = catalog.database(database or context.database)
            table = catalog.find(database, name)
            if table is None or KINDS[table.kind] != kind:
                raise errors.analysis(f"cannot find {kind.lower()} {name} in db {database}")
            scopes.append(str(table.id))
        if not words.accept(","):
            return kind, scopes


def _dotted(words: Words) -> tuple[str | None, str]:
    first = "*" if words.accept("*") else words.identifier()
    if not words.accept("."):
        return None, first
    return first, "*" if words.accept("*") else words.identifier()


def _database_id(context: Context, name: str | None) -> int:
    found = context.services.catalog.database(name)
    if found in SYSTEM_DATABASES:
        raise errors.unsupported(f"grants on {found}")
    return context.services.catalog.databases[found]
