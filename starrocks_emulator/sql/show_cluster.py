"""SHOW FRONTENDS, BACKENDS, PROCESSLIST, GRANTS, ROLES and USERS."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from starrocks_emulator import version
from starrocks_emulator.context import Context
from starrocks_emulator.results import Column, ColumnType, ResultSet, Value
from starrocks_emulator.sql.lexer import Words
from starrocks_emulator.users import BUILT_IN_ROLES


def texts(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> ResultSet:
    """A result of text columns."""
    return ResultSet([Column(name, ColumnType.VAR_STRING) for name in names], iter([rows] if rows else []))


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def frontends(context: Context, words: Words) -> ResultSet:
    """SHOW FRONTENDS."""
    words.finish()
    ports, started = context.services.ports, _stamp(context.services.started)
    names = ["Id", "Name", "IP", "EditLogPort", "HttpPort", "QueryPort", "RpcPort", "Role", "ClusterId", "Join",
             "Alive", "ReplayedJournalId", "LastHeartbeat", "IsHelper", "ErrMsg", "StartTime", "Version"]  # fmt: skip
    row: list[Value] = [
        "1", "127.0.0.1_9010_emulator", "127.0.0.1", "9010", str(ports["fe_http"]), str(ports["mysql"]), "9020",
        "LEADER", "1", "true", "true", str(context.services.storage.version), _stamp(time.time()), "true", "", started,
        version.CURRENT_VERSION,
    ]  # fmt: skip
    return texts(names, [row])


def backends(context: Context, words: Words) -> ResultSet:
    """SHOW BACKENDS."""
    words.finish()
    ports, started = context.services.ports, _stamp(context.services.started)
    names = ["BackendId", "IP", "HeartbeatPort", "BePort", "HttpPort", "BrpcPort", "LastStartTime", "LastHeartbeat",
             "Alive", "SystemDecommissioned", "ClusterDecommissioned", "TabletNum", "DataUsedCapacity",
             "AvailCapacity", "TotalCapacity", "UsedPct", "MaxDiskUsedPct", "ErrMsg", "Version", "Status",
             "NumRunningQueries"]  # fmt: skip
    running = sum(one.running is not None for one in list(context.services.connections.values()))
    row: list[Value] = [
        "10001", "127.0.0.1", "9050", "9060", str(ports["be_http"]), "8060", started, _stamp(time.time()), "true",
        "false", "false", str(len(context.services.catalog.tables())), "", "", "", "", "", "", version.CURRENT_VERSION,
        "{}", str(running),
    ]  # fmt: skip
    return texts(names, [row])


def compute_nodes(_: Context, words: Words) -> ResultSet:
    """SHOW COMPUTE NODES."""
    words.finish()
    return texts(["ComputeNodeId", "IP", "HeartbeatPort", "BePort", "HttpPort", "BrpcPort", "Alive"], [])


def processes(context: Context, words: Words) -> ResultSet:
    """SHOW PROCESSLIST."""
    words.finish()
    names = ["ServerName", "Id", "User", "Host", "Db", "Command", "ConnectionStartTime", "Time", "State", "Info",
             "IsPending", "Warehouse"]  # fmt: skip
    rows: list[Sequence[Value]] = []
    for number, other in list(context.services.connections.items()):
        if other.user != context.user and "root" not in context.services.users.active(context.roles):
            continue
        running = other.running
        rows.append([
            "emulator", str(number), other.user, other.host, other.database or "", "Query" if running else "Sleep",
            _stamp(other.opened), str(int(time.time() - running[1])) if running else "0", "OK",
            running[0] if running else "", "false", "default_warehouse",
        ])  # fmt: skip
    return texts(names, rows)


def grants(context: Context, words: Words) -> ResultSet:
    """SHOW GRANTS."""
    users = context.services.users
    name, is_role = context.user, False
    if words.accept("FOR"):
        is_role = words.accept("ROLE")
        if not is_role:
            words.accept("USER")
        name = words.word_or_string()
        if words.accept("@"):
            words.word_or_string()
    words.finish()
    if name != context.user or is_role:
        context.access.require_global("GRANT", "SYSTEM")
    principal = users.role(name) if is_role else users.user(name)
    shown = name if is_role else f"'{name}'@'%'"
    target = f"ROLE '{name}'" if is_role else f"USER {shown}"
    rows: list[Sequence[Value]] = []
    if principal.roles:
        names = ", ".join(f"'{role}'" for role in principal.roles)
        rows.append([shown, None, f"GRANT {names} TO {target if is_role else shown}"])
    objects: dict[tuple[str, str], list[str]] = {}
    for one in sorted(principal.grants):
        objects.setdefault((one.kind, one.scope), []).append(one.privilege)
    for (kind, scope), privileges in objects.items():
        catalog = None if kind == "SYSTEM" else "default_catalog"
        line = f"GRANT {', '.join(privileges)} ON {_object(context, kind, scope)} TO {target}"
        rows.append([shown, catalog, line])
    return texts(["RoleName" if is_role else "UserIdentity", "Catalog", "Grants"], rows)


def _object(context: Context, kind: str, scope: str) -> str:
    catalog = context.services.catalog
    names = {str(number): name for name, number in catalog.databases.items()}
    plural = f"{kind}S"
    if kind == "SYSTEM":
        return "SYSTEM"
    if kind == "CATALOG":
        return "CATALOG default_catalog"
    if scope == "*":
        return f"ALL {plural}" if kind == "DATABASE" else f"ALL {plural} IN ALL DATABASES"
    if scope.startswith("db:"):
        return f"ALL {plural} IN DATABASE {names.get(scope[3:], scope)}"
    if kind == "DATABASE":
        return f"DATABASE {names.get(scope, scope)}"
    table = catalog.by_id(int(scope))
    return f"{kind} {table.full_name if table else scope}"


def roles(context: Context, words: Words) -> ResultSet:
    """SHOW ROLES."""
    words.finish()
    rows = [
        [name, "true" if name in BUILT_IN_ROLES else "false", BUILT_IN_ROLES.get(name, role.comment or None)]
        for name, role in sorted(context.services.users.roles.items())
    ]
    return texts(["Name", "Builtin", "Comment"], rows)


def users(context: Context, words: Words) -> ResultSet:
    """SHOW USERS."""
    words.finish()
    context.access.require_global("GRANT", "SYSTEM")
    return texts(["User"], [[f"'{name}'@'%'"] for name in sorted(context.services.users.users)])
