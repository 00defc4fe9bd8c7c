"""SET, USE, KILL and ADMIN SHOW."""

from dataclasses import replace

from starrocks_emulator import errors
from starrocks_emulator.context import Context
from starrocks_emulator.results import Ok, ResultSet, SqlError
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.sql.principals import identity, role_list, user_admin, with_defaults
from starrocks_emulator.sql.show import frontend_config
from starrocks_emulator.users import password_secret
from starrocks_emulator.variables import checked


def set_(context: Context, words: Words) -> Ok:
    """SET of variables, PASSWORD, ROLE, DEFAULT ROLE, NAMES."""
    words.expect("SET")
    if words.accept("PASSWORD"):
        return _set_password(context, words)
    if words.accept("DEFAULT", "ROLE"):
        return _set_default_role(context, words)
    if words.accept("ROLE"):
        return _set_role(context, words)
    if words.accept("CATALOG"):
        if words.word_or_string() != "default_catalog":
            raise errors.unsupported("other catalogs than default_catalog")
        words.finish()
        return Ok()
    if words.peek("PROPERTY"):
        raise errors.unsupported("SET PROPERTY")
    if _transaction_characteristics(words):
        return Ok()
    while True:
        _set_variable(context, words)
        if not words.accept(","):
            break
    words.finish()
    return Ok()


def _transaction_characteristics(words: Words) -> bool:
    """`[GLOBAL | SESSION | LOCAL] TRANSACTION …`, which StarRocks reads and ignores."""
    begin = words.position
    _ = words.accept("GLOBAL") or words.accept("SESSION") or words.accept("LOCAL")
    if not words.accept("TRANSACTION"):
        words.position = begin
        return False
    while True:
        if words.accept("ISOLATION", "LEVEL"):
            words.one_of("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
        else:
            words.one_of("READ ONLY", "READ WRITE")
        if not words.accept(","):
            break
    words.finish()
    return True


def _set_password(context: Context, words: Words) -> Ok:
    name = identity(words) if words.accept("FOR") else context.user
    words.expect("=")
    hashed = not words.accept("PASSWORD")
    if hashed:
        secret = words.string().lstrip("*").lower()
    else:
        words.expect("(")
        secret = password_secret(words.string())
        words.expect(")")
    words.finish()
    if name != context.user:
        user_admin(context)
    with context.services.storage.transaction() as change:
        context.services.users.put_user(change, replace(context.services.users.user(name), secret=secret))
    return Ok()


def _set_default_role(context: Context, words: Words) -> Ok:
    probe = Words(words.sql)
    probe.position = words.position
    while not probe.at_end and not probe.peek("TO"):
        probe.position += 1
    probe.expect("TO")
    probe.accept("USER")
    name = identity(probe)
    probe.finish()
    if name != context.user:
        user_admin(context)
    users = context.services.users
    with context.services.storage.transaction() as change:
        users.put_user(change, with_defaults(users.user(name), words))
    return Ok()


def _set_role(context: Context, words: Words) -> Ok:
    user = context.services.users.user(context.user)
    if words.accept("DEFAULT"):
        context.roles = user.default_roles
    elif words.accept("ALL"):
        context.roles = user.roles
    elif words.accept("NONE"):
        context.roles = ()
    else:
        roles = role_list(words)
        for role in roles:
            if role not in user.roles:
                raise errors.analysis(f"Role {role} is not granted to '{user.name}'@'%'")
        context.roles = roles
    words.finish()
    return Ok()


def _set_variable(context: Context, words: Words) -> None:
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
    words.expect("=")
    value = _value(context, words)
    value = checked(name, value)
    context.set_variable(name, value)
    if glob:
        context.access.require_global("OPERATE", "SYSTEM")
        context.services.global_variables[name] = value


def _value(context: Context, words: Words) -> str:
    if words.accept("@@"):
        name = words.identifier().lower()
        while words.accept("."):
            name = words.identifier().lower()
        return context.variables.get(name, "")
    return words.value()


def use(context: Context, words: Words) -> Ok:
    """USE database."""
    words.expect("USE")
    catalog, name = words.qualified() if not words.peek("'") else (None, words.string())
    words.finish()
    if catalog not in {None, "default_catalog"}:
        raise SqlError(5078, f"Unknown catalog '{catalog}'", "42000")
    context.use(name)
    return Ok()


def kill(context: Context, words: Words) -> Ok:
    """KILL [QUERY | CONNECTION] id: the user's own connection, or any with OPERATE."""
    words.expect("KILL")
    query_only = words.accept("QUERY")
    if not query_only:
        words.accept("CONNECTION")
    number = words.integer()
    words.finish()
    target = context.services.connections.get(number)
    if target and target.user != context.user:
        context.access.require_global("OPERATE", "SYSTEM")
    context.services.kill(number, query_only)
    return Ok()


def admin(context: Context, words: Words) -> Ok | ResultSet:
    """`ADMIN SHOW FRONTEND CONFIG [LIKE 'pattern']`."""
    words.expect("ADMIN")
    words.expect("SHOW", "FRONTEND", "CONFIG")
    return frontend_config(context, words)


def transaction(context: Context, words: Words) -> Ok:
    """BEGIN, START TRANSACTION, COMMIT, ROLLBACK: accepted without effect, as each statement commits separately."""
    word = words.identifier().upper()
    if word == "START":
        words.expect("TRANSACTION")
        words.accept("WITH", "CONSISTENT", "SNAPSHOT")
    else:
        words.accept("WORK")
    words.finish()
    context.in_transaction = word in {"BEGIN", "START"}
    return Ok()
