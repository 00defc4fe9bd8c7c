"""Users, roles, grants, session settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starrocks_emulator import errors
from starrocks_emulator.catalog import SYSTEM_DATABASES
from starrocks_emulator.results import Ok, ResultSet, SqlError
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.storage import Transaction
from starrocks_emulator.users import BUILT_IN_ROLES, PRIVILEGES, Grant, Principal, password_secret
from starrocks_emulator.variables import READ_ONLY, UTC_NAMES

if TYPE_CHECKING:
    from starrocks_emulator.session import Session


def identity(words: Words) -> str:
    """A user's name; of hosts only '%' is known."""
    name = words.word_or_string()
    if words.accept("@"):
        host = words.word_or_string()
        if host != "%":
            raise errors.unsupported(f"the host '{host}' of a user; use '%'")
    return name


def _secret(words: Words) -> str:
    if words.accept("WITH"):
        plugin = words.word_or_string()
        if plugin.lower() != "mysql_native_password":
            raise SqlError(1524, f"Plugin '{plugin}' is not loaded")
        if not (words.accept("BY") or words.accept("AS")):
            return ""
        return password_secret(words.string())
    hashed = words.accept("BY", "PASSWORD")
    if not hashed:
        words.expect("BY")
    text = words.string()
    if not hashed:
        return password_secret(text)
    if len(text) != 41 or text[0] != "*":
        raise errors.analysis("Password hash should be a 41-digit hexadecimal number that begins with '*'")
    return text[1:].lower()


def _user_admin(session: Session) -> None:
    session.access.require_global("GRANT", "SYSTEM")


def create_user(session: Session, words: Words) -> Ok:
    """`CREATE USER [IF NOT EXISTS] user [IDENTIFIED BY 'password'] [DEFAULT ROLE role, …]`."""
    lenient = words.accept("IF", "NOT", "EXISTS")
    name = identity(words)
    secret = _secret(words) if words.accept("IDENTIFIED") else ""
    roles = _role_list(words) if words.accept("DEFAULT", "ROLE") else ()
    words.finish()
    _user_admin(session)
    users = session.engine.users
    with session.engine.storage.transaction() as change:
        if name in users.users:
            if lenient:
                return Ok()
            raise SqlError(1396, f"Operation CREATE USER failed for '{name}'@'%' : user already exists")
        for role in roles:
            users.role(role)
        users.put_user(change, Principal(name, secret, roles, roles))
    return Ok()


def alter_user(session: Session, words: Words) -> Ok:
    """`ALTER USER user IDENTIFIED BY 'password'` or `ALTER USER user DEFAULT ROLE …`."""
    lenient = words.accept("IF", "EXISTS")
    name = identity(words)
    if name != session.user:
        _user_admin(session)
    users = session.engine.users
    if lenient and name not in users.users:
        words.rest()
        return Ok()
    with session.engine.storage.transaction() as change:
        user = users.user(name)
        if words.accept("DEFAULT", "ROLE"):
            user = _with_defaults(user, words)
        else:
            words.expect("IDENTIFIED")
            user = replace(user, secret=_secret(words))
        words.finish()
        users.put_user(change, user)
    return Ok()


def drop_user(session: Session, words: Words) -> Ok:
    """DROP USER."""
    lenient = words.accept("IF", "EXISTS")
    name = identity(words)
    words.finish()
    _user_admin(session)
    if name == "root":
        raise errors.analysis("cannot drop root")
    with session.engine.storage.transaction() as change:
        if name not in session.engine.users.users and not lenient:
            raise SqlError(1396, f"Operation DROP USER failed for '{name}'@'%' : user not exists")
        session.engine.users.drop_user(change, name)
    return Ok()


def create_role(session: Session, words: Words) -> Ok:
    """CREATE ROLE."""
    lenient = words.accept("IF", "NOT", "EXISTS")
    names = _role_list(words)
    if words.accept("COMMENT"):
        words.string()
    words.finish()
    _user_admin(session)
    with session.engine.storage.transaction() as change:
        for name in names:
            if name in session.engine.users.roles:
                if not lenient:
                    raise errors.analysis(f"Role {name} already exists")
            else:
                session.engine.users.put_role(change, Principal(name))
    return Ok()


def drop_role(session: Session, words: Words) -> Ok:
    """DROP ROLE."""
    lenient = words.accept("IF", "EXISTS")
    names = _role_list(words)
    words.finish()
    _user_admin(session)
    with session.engine.storage.transaction() as change:
        for name in names:
            if name in BUILT_IN_ROLES:
                raise errors.analysis(f"role {name} is not mutable")
            if name not in session.engine.users.roles and not lenient:
                raise errors.analysis(f"cannot find role {name}")
            session.engine.users.drop_role(change, name)
    return Ok()


def _role_list(words: Words) -> tuple[str, ...]:
    found = [words.word_or_string()]
    while words.accept(","):
        found.append(words.word_or_string())
    return tuple(found)


def _with_defaults(user: Principal, words: Words) -> Principal:
    if words.accept("ALL"):
        return replace(user, default_roles=user.roles)
    if words.accept("NONE"):
        return replace(user, default_roles=())
    wanted = _role_list(words)
    for role in wanted:
        if role not in user.roles:
            raise errors.analysis(f"Role {role} is not granted to '{user.name}'@'%'")
    return replace(user, default_roles=wanted)


def grant(session: Session, words: Words) -> Ok:
    """`GRANT privileges ON objects TO USER|ROLE name` and `GRANT roles TO USER|ROLE name`."""
    words.expect("GRANT")
    return _grant_or_revoke(session, words, "TO")


def revoke(session: Session, words: Words) -> Ok:
    """The opposite of GRANT."""
    words.expect("REVOKE")
    return _grant_or_revoke(session, words, "FROM")


def _grant_or_revoke(session: Session, words: Words, direction: str) -> Ok:
    _user_admin(session)
    items = [_item(words)]
    while words.accept(","):
        items.append(_item(words))
    roles: tuple[str, ...] = ()
    grants: frozenset[Grant] = frozenset()
    if words.accept("ON"):
        grants = frozenset(_grants(session, words, [" ".join(item).upper() for item in items]))
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
    users = session.engine.users
    with session.engine.storage.transaction() as change:
        for role in roles:
            users.role(role)
        principal = users.role(name) if to_role else users.user(name)
        _change_principal(session, change, principal, roles, grants, to_role, direction == "TO")
    return Ok()


def _change_principal(  # noqa: PLR0917
    session: Session, change: Transaction, principal: Principal, roles: tuple[str, ...], grants: frozenset[Grant],
    to_role: bool, add: bool,
) -> None:  # fmt: skip
    users = session.engine.users
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


def _grants(session: Session, words: Words, privileges: list[str]) -> list[Grant]:
    kind, scopes = _objects(session, words)
    known = PRIVILEGES[kind]
    if privileges in (["ALL"], ["ALL PRIVILEGES"]):
        privileges = list(known)
    for privilege in privileges:
        if privilege not in known:
            raise errors.analysis(f"cant grant/revoke {privilege} on object type {kind}")
    return [Grant(privilege, kind, scope) for privilege in privileges for scope in scopes]


_PLURALS = {"TABLES": "TABLE", "VIEWS": "VIEW", "MATERIALIZED VIEWS": "MATERIALIZED VIEW", "DATABASES": "DATABASE",
            "CATALOGS": "CATALOG"}  # fmt: skip


def _objects(session: Session, words: Words) -> tuple[str, list[str]]:  # noqa: PLR0911, PLR0912
    catalog = session.engine.catalog
    if words.accept("ALL"):
        kind = _PLURALS[words.one_of(*_PLURALS)]
        if kind in {"DATABASE", "CATALOG"}:
            return kind, ["*"]
        words.expect("IN")
        if words.accept("ALL", "DATABASES"):
            return kind, ["*"]
        words.expect("DATABASE")
        return kind, [f"db:{_database_id(session, words.identifier())}"]
    if words.accept("SYSTEM"):
        return "SYSTEM", ["*"]
    if words.accept("CATALOG"):
        name = words.identifier()
        if name != "default_catalog":
            raise SqlError(5078, f"Unknown catalog '{name}'", "42000")
        return "CATALOG", ["*"]
    if words.accept("DATABASE"):
        scopes = [str(_database_id(session, words.identifier()))]
        while words.accept(","):
            scopes.append(str(_database_id(session, words.identifier())))
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
            scopes.append("*" if database == "*" else f"db:{_database_id(session, database or session.database)}")
        else:
            table = catalog.table(catalog.database(database or session.database), name)
            actual = {"table": "TABLE", "view": "VIEW", "mv": "MATERIALIZED VIEW"}[table.kind]
            if actual != kind:
                raise errors.analysis(f"cannot find {kind.lower()} {name} in db {table.database}")
            scopes.append(str(table.id))
        if not words.accept(","):
            return kind, scopes


def _dotted(words: Words) -> tuple[str | None, str]:
    first = "*" if words.accept("*") else words.identifier()
    if not words.accept("."):
        return None, first
    return first, "*" if words.accept("*") else words.identifier()


def _database_id(session: Session, name: str | None) -> int:
    found = session.engine.catalog.database(name)
    if found in SYSTEM_DATABASES:
        raise errors.unsupported(f"grants on {found}")
    return session.engine.catalog.databases[found]


def set_(session: Session, words: Words) -> Ok:
    """SET of variables, PASSWORD, ROLE, DEFAULT ROLE, NAMES."""
    words.expect("SET")
    if words.accept("PASSWORD"):
        return _set_password(session, words)
    if words.accept("DEFAULT", "ROLE"):
        return _set_default_role(session, words)
    if words.accept("ROLE"):
        return _set_role(session, words)
    if words.accept("CATALOG"):
        if words.word_or_string() != "default_catalog":
            raise errors.unsupported("other catalogs than default_catalog")
        words.finish()
        return Ok()
    if words.peek("PROPERTY") or words.peek("TRANSACTION"):
        raise errors.unsupported(f"SET {words.identifier().upper()}")
    while True:
        _set_variable(session, words)
        if not words.accept(","):
            break
    words.finish()
    return Ok()


def _set_password(session: Session, words: Words) -> Ok:
    name = identity(words) if words.accept("FOR") else session.user
    words.expect("=")
    hashed = not words.accept("PASSWORD")
    if hashed:
        secret = words.string().lstrip("*").lower()
    else:
        words.expect("(")
        secret = password_secret(words.string())
        words.expect(")")
    words.finish()
    if name != session.user:
        _user_admin(session)
    with session.engine.storage.transaction() as change:
        session.engine.users.put_user(change, replace(session.engine.users.user(name), secret=secret))
    return Ok()


def _set_default_role(session: Session, words: Words) -> Ok:
    probe = Words(words.sql)
    probe.position = words.position
    while not probe.at_end and not probe.peek("TO"):
        probe.position += 1
    probe.expect("TO")
    probe.accept("USER")
    name = identity(probe)
    probe.finish()
    if name != session.user:
        _user_admin(session)
    users = session.engine.users
    with session.engine.storage.transaction() as change:
        users.put_user(change, _with_defaults(users.user(name), words))
    return Ok()


def _set_role(session: Session, words: Words) -> Ok:
    user = session.engine.users.user(session.user)
    if words.accept("DEFAULT"):
        session.roles = user.default_roles
    elif words.accept("ALL"):
        session.roles = user.roles
    elif words.accept("NONE"):
        session.roles = ()
    else:
        roles = _role_list(words)
        for role in roles:
            if role not in user.roles:
                raise errors.analysis(f"Role {role} is not granted to '{user.name}'@'%'")
        session.roles = roles
    words.finish()
    return Ok()


def _set_variable(session: Session, words: Words) -> None:  # noqa: PLR0912
    if words.accept("NAMES"):
        charset = words.word_or_string()
        if words.accept("COLLATE"):
            words.word_or_string()
        if charset.lower() not in {"utf8", "utf8mb4", "utf8mb3", "default"}:
            raise SqlError(1115, f"Unknown character set: '{charset}'", "42000")
        return
    if words.accept("CHARSET") or words.accept("CHARACTER", "SET"):
        words.word_or_string()
        return
    glob = False
    if words.accept("@@"):
        if words.peek("SESSION", ".") or words.peek("GLOBAL", "."):
            glob = words.identifier().upper() == "GLOBAL"
            words.expect(".")
    else:
        glob = words.accept("GLOBAL")
        if not glob:
            _ = words.accept("SESSION") or words.accept("LOCAL")
    if words.peek("@"):
        raise errors.unsupported("user variables (@name)")
    name = words.identifier().lower()
    if not words.accept("="):
        words.expect(":=")
    value = _value(session, words)
    if name not in session.variables:
        raise SqlError(1193, f"Unknown system variable '{name}'")
    if name in READ_ONLY:
        raise SqlError(1621, f"Variable '{name}' is a read only variable")
    if name == "time_zone" and value not in UTC_NAMES:
        raise errors.unsupported(f"the session time zone '{value}'; DATETIME values are UTC here")
    session.variables[name] = value
    if glob:
        session.access.require_global("OPERATE", "SYSTEM")
        session.engine.global_variables[name] = value


def _value(session: Session, words: Words) -> str:
    if words.accept("@@"):
        name = words.identifier().lower()
        while words.accept("."):
            name = words.identifier().lower()
        return session.variables.get(name, "")
    negative = words.accept("-")
    token = words.current
    if token is None or token.kind not in {"word", "string", "number", "quoted"}:
        raise words.unexpected("a value")
    words.position += 1
    text = token.text if token.kind in {"word", "number"} else Words(token.text).word_or_string()
    plain = {"ON": "1", "TRUE": "true", "OFF": "0", "FALSE": "false", "NULL": ""}
    text = plain.get(text.upper(), text) if token.kind == "word" else text
    return f"-{text}" if negative else text


def use(session: Session, words: Words) -> Ok:
    """USE database."""
    words.expect("USE")
    catalog, name = words.qualified() if not words.peek("'") else (None, words.string())
    words.finish()
    if catalog not in {None, "default_catalog"}:
        raise SqlError(5078, f"Unknown catalog '{catalog}'", "42000")
    session.use(name)
    return Ok()


def kill(session: Session, words: Words) -> Ok:
    """KILL [QUERY | CONNECTION] id: one's own connections, or with OPERATE any."""
    words.expect("KILL")
    query_only = words.accept("QUERY")
    if not query_only:
        words.accept("CONNECTION")
    number = words.integer()
    words.finish()
    target = session.engine.sessions.get(number)
    if target and target.user != session.user:
        session.access.require_global("OPERATE", "SYSTEM")
    session.engine.kill(number, query_only)
    return Ok()


def admin(session: Session, words: Words) -> Ok | ResultSet:
    """`ADMIN SHOW FRONTEND CONFIG [LIKE 'pattern']`."""
    from starrocks_emulator.sql.show import frontend_config  # noqa: PLC0415  show imports the session's helpers

    words.expect("ADMIN")
    words.expect("SHOW", "FRONTEND", "CONFIG")
    return frontend_config(session, words)
