"""CREATE, ALTER and DROP of users and roles."""

from dataclasses import replace

from starrocks_emulator import errors
from starrocks_emulator.context import Context
from starrocks_emulator.results import Ok, SqlError
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.users import BUILT_IN_ROLES, Principal, password_secret


def identity(words: Words) -> str:
    """A user's name; the only supported host is '%'."""
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


def user_admin(context: Context) -> None:
    """Refuse unless the session may manage users."""
    context.access.require_global("GRANT", "SYSTEM")


def create_user(context: Context, words: Words) -> Ok:
    """`CREATE USER [IF NOT EXISTS] user [IDENTIFIED BY 'password'] [DEFAULT ROLE role, …]`."""
    lenient = words.accept("IF", "NOT", "EXISTS")
    name = identity(words)
    secret = _secret(words) if words.accept("IDENTIFIED") else ""
    roles = role_list(words) if words.accept("DEFAULT", "ROLE") else ()
    words.finish()
    user_admin(context)
    users = context.services.users
    with context.services.storage.transaction() as change:
        if name in users.users:
            if lenient:
                return Ok()
            raise errors.analysis(f"Operation CREATE USER failed for '{name}'@'%' : user already exists")
        for role in roles:
            users.role(role)
        users.put_user(change, Principal(name, secret, roles, roles))
    return Ok()


def alter_user(context: Context, words: Words) -> Ok:
    """`ALTER USER user IDENTIFIED BY 'password'` or `ALTER USER user DEFAULT ROLE …`."""
    lenient = words.accept("IF", "EXISTS")
    name = identity(words)
    if name != context.user:
        user_admin(context)
    users = context.services.users
    if lenient and name not in users.users:
        words.rest()
        return Ok()
    with context.services.storage.transaction() as change:
        user = users.user(name)
        if words.accept("DEFAULT", "ROLE"):
            user = with_defaults(user, words)
        else:
            words.expect("IDENTIFIED")
            user = replace(user, secret=_secret(words))
        words.finish()
        users.put_user(change, user)
    return Ok()


def drop_user(context: Context, words: Words) -> Ok:
    """DROP USER."""
    lenient = words.accept("IF", "EXISTS")
    name = identity(words)
    words.finish()
    user_admin(context)
    if name == "root":
        raise errors.analysis("cannot drop root")
    with context.services.storage.transaction() as change:
        if name not in context.services.users.users and not lenient:
            raise errors.analysis(f"Operation DROP USER failed for '{name}'@'%' : user not exists")
        context.services.users.drop_user(change, name)
    return Ok()


def create_role(context: Context, words: Words) -> Ok:
    """CREATE ROLE."""
    lenient = words.accept("IF", "NOT", "EXISTS")
    names = role_list(words)
    comment = words.string() if words.accept("COMMENT") else ""
    words.finish()
    user_admin(context)
    with context.services.storage.transaction() as change:
        for name in names:
            if name in context.services.users.roles:
                if not lenient:
                    raise errors.analysis(f"Role {name} already exists")
            else:
                context.services.users.put_role(change, Principal(name, comment=comment))
    return Ok()


def drop_role(context: Context, words: Words) -> Ok:
    """DROP ROLE."""
    lenient = words.accept("IF", "EXISTS")
    names = role_list(words)
    words.finish()
    user_admin(context)
    with context.services.storage.transaction() as change:
        for name in names:
            if name in BUILT_IN_ROLES:
                raise errors.analysis(f"role {name} is not mutable")
            if name not in context.services.users.roles and not lenient:
                raise errors.analysis(f"cannot find role {name}")
            context.services.users.drop_role(change, name)
    return Ok()


def role_list(words: Words) -> tuple[str, ...]:
    """Names of roles, separated by commas."""
    found = [words.word_or_string()]
    while words.accept(","):
        found.append(words.word_or_string())
    return tuple(found)


def with_defaults(user: Principal, words: Words) -> Principal:
    """The user with the default roles that follow in the statement."""
    if words.accept("ALL"):
        return replace(user, default_roles=user.roles)
    if words.accept("NONE"):
        return replace(user, default_roles=())
    wanted = role_list(words)
    for role in wanted:
        if role not in user.roles:
            raise errors.analysis(f"Role {role} is not granted to '{user.name}'@'%'")
    return replace(user, default_roles=wanted)
