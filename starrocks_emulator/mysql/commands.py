"""The responses to a client's commands: blocking code, which runs in the connection's own thread."""

import logging
from collections.abc import Callable, Iterator

from starrocks_emulator.mysql.binary import binary_rows
from starrocks_emulator.mysql.charsets import codec_of_charset
from starrocks_emulator.mysql.constants import BINARY_COLLATION, Capability, Command, Status
from starrocks_emulator.mysql.encode import text_rows
from starrocks_emulator.mysql.errors import ProtocolError
from starrocks_emulator.mysql.packets import PacketReader, PacketWriter
from starrocks_emulator.mysql.prepared import Cursor, Statements
from starrocks_emulator.mysql.responses import column_definition, end_of_rows, error, like_pattern, ok, prepare_ok
from starrocks_emulator.mysql.resultset import CHUNK_BYTES, Conversation, ResultWriter, closing
from starrocks_emulator.mysql.sqltext import charset_change, is_multiple
from starrocks_emulator.results import Column, ColumnType, Ok, ResultSet, Session, SqlError

_log = logging.getLogger(__name__)

_DESCRIPTIONS: dict[int, str] = {command.value: f"COM_{command.name}" for command in Command}


class Commands:
    """Responds to the commands of one session. A response is a lazy iterator of framed packets."""

    def __init__(
        self,
        session: Session,
        conversation: Conversation,
        statistics: Callable[[], str],
        max_packet: int,
        max_statements: int,
    ) -> None:
        """`statistics` is the text of COM_STATISTICS; `max_packet` bounds long data, in bytes."""
        self.session = session
        self.conversation = conversation
        self._writer = ResultWriter(conversation)
        self.statements = Statements(max_statements)
        self._statistics = statistics
        self._max_packet = max_packet
        self._handlers: dict[int, Callable[[bytes, PacketWriter], Iterator[bytes]]] = {
            Command.QUERY: self._query,
            Command.INIT_DB: self._init_db,
            Command.FIELD_LIST: self._field_list,
            Command.PROCESS_INFO: self._process_info,
            Command.PROCESS_KILL: self._process_kill,
            Command.STMT_PREPARE: self._prepare,
            Command.STMT_EXECUTE: self._execute,
            Command.STMT_FETCH: self._fetch,
            Command.RESET_CONNECTION: self._reset_connection,
        }
        self._quick: dict[int, Callable[[bytes, PacketWriter], None]] = {
            Command.PING: self._ping,
            Command.STATISTICS: self._send_statistics,
            Command.SET_OPTION: self._set_option,
            Command.STMT_SEND_LONG_DATA: self._long_data,
            Command.STMT_CLOSE: self._close_statement,
            Command.STMT_RESET: self._reset_statement,
        }

    def answer_at_once(self, payload: bytes, sequence: int) -> bytes | None:
        """The response to a command that needs no session; None for a command that must run in the session's thread.

        Args:
            payload: the command.
            sequence: id of the response's first packet.

        Raises:
            ProtocolError: a malformed packet.
        """
        handler = self._quick.get(payload[0])
        if handler is None:
            return None
        out = PacketWriter(sequence)
        try:
            handler(payload[1:], out)
        except SqlError as failed:
            out.add(self._writer.error(failed))
        return out.take()

    def answer(self, payload: bytes, sequence: int) -> Iterator[bytes]:
        """The response to any other command, in chunks of packets.

        Args:
            payload: the command.
            sequence: id of the response's first packet.

        Raises:
            ProtocolError: a malformed packet.
        """
        out = PacketWriter(sequence)
        try:
            handler = self._handlers.get(payload[0])
            if handler is None:
                name = _DESCRIPTIONS.get(payload[0], f"command {payload[0]:#04x}")
                raise SqlError(1047, f"Unknown command: {name} is not supported", "08S01")  # noqa: TRY301
            yield from handler(payload[1:], out)
        except SqlError as failed:
            out.add(self._writer.error(failed))
        except ProtocolError:
            raise
        except Exception as failed:
            _log.exception("a statement failed because of a defect of the server")
            out.add(error(1105, "HY000", f"Unknown error: {type(failed).__name__}: {failed}"))
        yield out.take()

    # Commands that do not use the session.

    def _ping(self, _body: bytes, out: PacketWriter) -> None:
        out.add(ok(Status.AUTOCOMMIT))

    def _send_statistics(self, _body: bytes, out: PacketWriter) -> None:
        out.add(self._statistics().encode())

    def _set_option(self, body: bytes, out: PacketWriter) -> None:
        option = PacketReader(body, "COM_SET_OPTION").integer(2, "option")
        if option not in (0, 1):
            raise SqlError(1047, f"Unknown command: COM_SET_OPTION has options 0 and 1, not {option}", "08S01")
        if option == 0:
            self.conversation.capabilities |= Capability.MULTI_STATEMENTS
        else:
            self.conversation.capabilities &= ~Capability.MULTI_STATEMENTS
        out.add(end_of_rows(Status.AUTOCOMMIT, self.conversation.capabilities))

    def _long_data(self, body: bytes, _out: PacketWriter) -> None:
        reader = PacketReader(body, "COM_STMT_SEND_LONG_DATA")
        statement = self.statements.get(reader.integer(4, "statement id"))
        parameter = reader.integer(2, "parameter number")
        if statement is not None:  # this command has no response, not even an error
            statement.append_long_data(parameter, reader.rest(), self._max_packet)

    def _close_statement(self, body: bytes, _out: PacketWriter) -> None:
        self.statements.close(PacketReader(body, "COM_STMT_CLOSE").integer(4, "statement id"))

    def _reset_statement(self, body: bytes, out: PacketWriter) -> None:
        statement_id = PacketReader(body, "COM_STMT_RESET").integer(4, "statement id")
        self.statements.find(statement_id, "mysql_stmt_reset").reset()
        out.add(ok(Status.AUTOCOMMIT))

    # Commands that run in the session.

    def _query(self, body: bytes, out: PacketWriter) -> Iterator[bytes]:
        sql = self._text(body.rstrip(b"\0"), "statement")
        if not self.conversation.capabilities & Capability.MULTI_STATEMENTS and is_multiple(sql):
            raise SqlError(
                1064,
                "You have an error in your SQL syntax: several statements in one query require a client with "
                "the flag CLIENT_MULTI_STATEMENTS",
                "42000",
            )
        change = charset_change(sql)
        codec = codec_of_charset(change[2]) if change else ""
        yield from self._writer.results(self.session.execute(sql), out, text_rows)
        if change:
            self.conversation.decode = codec if change[0] else self.conversation.decode
            self.conversation.encode = codec if change[1] else self.conversation.encode

    def _init_db(self, body: bytes, out: PacketWriter) -> Iterator[bytes]:
        self.session.use(self._text(body.rstrip(b"\0"), "database"))
        out.add(ok(Status.AUTOCOMMIT))
        yield from ()

    def _field_list(self, body: bytes, out: PacketWriter) -> Iterator[bytes]:
        reader = PacketReader(body, "COM_FIELD_LIST")
        table = self._text(reader.until_nul("table"), "table").replace("`", "``")
        wanted = like_pattern(self._text(reader.rest().rstrip(b"\0"), "wildcard"))
        with closing(self.session.execute(f"SELECT * FROM `{table}` LIMIT 0")) as results:
            result = next(results)
            columns = result.columns if isinstance(result, ResultSet) else ()
        for column in columns:
            if wanted.match(column.name):
                out.add(self._writer.definition(column) + b"\xfb")  # the default value: not known
        out.add(end_of_rows(Status.AUTOCOMMIT, self.conversation.capabilities))
        yield from ()

    def _process_info(self, _body: bytes, out: PacketWriter) -> Iterator[bytes]:
        yield from self._writer.results(self.session.execute("SHOW PROCESSLIST"), out, text_rows)

    def _process_kill(self, body: bytes, out: PacketWriter) -> Iterator[bytes]:
        # Run as a statement, so that the privileges are checked in one place.
        connection_id = PacketReader(body, "COM_PROCESS_KILL").integer(4, "connection id")
        yield from self._writer.results(self.session.execute(f"KILL CONNECTION {connection_id}"), out, text_rows)

    def _reset_connection(self, _body: bytes, out: PacketWriter) -> Iterator[bytes]:
        self.session.reset()
        self.statements.close_all()
        out.add(ok(Status.AUTOCOMMIT))
        yield from ()

    def _prepare(self, body: bytes, out: PacketWriter) -> Iterator[bytes]:
        sql = self._text(body.rstrip(b"\0"), "statement")
        prepared = self.session.prepare(sql)
        if prepared.parameters > 0xFFFF:
            raise SqlError(1390, f"Prepared statement contains too many placeholders: {prepared.parameters} > 65535")
        statement_id = self.statements.add(prepared)
        out.add(prepare_ok(statement_id, len(prepared.columns), prepared.parameters))
        parameter = column_definition(Column("?", ColumnType.VAR_STRING, length=0), collation=BINARY_COLLATION)
        for definitions in ([parameter] * prepared.parameters, [self._writer.definition(c) for c in prepared.columns]):
            if definitions:
                out.add_all(definitions)
                self._writer.end_of_definitions(out)
        yield from ()

    def _execute(self, body: bytes, out: PacketWriter) -> Iterator[bytes]:
        reader = PacketReader(body, "COM_STMT_EXECUTE")
        statement = self.statements.find(reader.integer(4, "statement id"), "mysql_stmt_execute")
        parameters, wants_cursor = statement.read_execution(reader, self.conversation.decode)
        if statement.cursor is not None:
            statement.cursor.close()
            statement.cursor = None
        result = self.session.execute_prepared(statement.prepared, parameters)
        if isinstance(result, Ok) or not wants_cursor:
            yield from self._writer.results(iter((result,)), out, binary_rows)
            return
        statement.cursor = cursor = Cursor(result.columns)
        with closing(result.batches) as batches:
            for batch in batches:
                cursor.store(binary_rows(result.columns, batch, self.conversation.encode))
        cursor.rewind()
        self._writer.announce(result.columns, out)
        status = Status.AUTOCOMMIT | Status.CURSOR_EXISTS
        out.add(end_of_rows(status, self.conversation.capabilities))

    def _fetch(self, body: bytes, out: PacketWriter) -> Iterator[bytes]:
        reader = PacketReader(body, "COM_STMT_FETCH")
        statement_id, count = reader.integer(4, "statement id"), reader.integer(4, "number of rows")
        cursor = self.statements.find(statement_id, "mysql_stmt_fetch").cursor
        if cursor is None:
            raise SqlError(1421, f"The statement ({statement_id}) has no open cursor.")
        for row in cursor.fetch(count):
            out.add(row)
            if out.size > CHUNK_BYTES:
                yield out.take()
        status = Status.AUTOCOMMIT | (Status.LAST_ROW_SENT if cursor.exhausted else Status.CURSOR_EXISTS)
        out.add(end_of_rows(status, self.conversation.capabilities))

    def _text(self, data: bytes, what: str) -> str:
        codec = self.conversation.decode
        try:
            return data.decode(codec)
        except UnicodeDecodeError as invalid:
            near = data[max(0, invalid.start - 16) : invalid.end + 16]
            raise SqlError(1300, f"Invalid {codec} character string: {near!r} in the {what}") from invalid
