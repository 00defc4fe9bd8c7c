"""The MySQL wire protocol, as a server: it connects MySQL clients to a backend of `starrocks_emulator.results`."""

from starrocks_emulator.mysql.server import Limits, MysqlServer, serve

__all__ = ["Limits", "MysqlServer", "serve"]
