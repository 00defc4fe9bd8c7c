"""The MySQL wire protocol, as a server: what lets MySQL clients talk to a backend of `starrocks_emulator.results`."""

from starrocks_emulator.mysql.server import Limits, MysqlServer, serve

__all__ = ["Limits", "MysqlServer", "serve"]
