"""Sessions of a stack's StarRocks for the resources inside it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from apps.shared.polling import Pending
from apps.shared.starrocks import ACCESS_DENIED, Address, StarRocks, StarRocksError, StarRocksUnreachable
from infra.resources import connections
from infra.starting import wait_for_service

_ANSWER_SECONDS = 300


@contextmanager
def session(
    stack: str, service: str, user: str, *, timeout: float = 5, busy_seconds: float = 60
) -> Iterator[StarRocks]:
    """A session of one of the stack's users.

    A new StarRocks has a root without a password: the first session of root sets the generated one.

    Args:
        stack: name of the stack.
        service: name of the service.
        user: `root`, or another user whose password is the secret `starrocks-<user>`.
        timeout: seconds to connect in.
        busy_seconds: how long a statement is repeated where StarRocks asks to try again.

    Raises:
        StarRocksUnreachable: no answer.
        StarRocksError: access denied, or the stack has no such user.
        ConnectionsMissing: the stack is not deployed on this machine.
    """
    known = connections.load(stack)
    endpoint = known.endpoint(service, "query")
    secret = f"starrocks-{user}"
    if secret not in known.secrets:
        raise StarRocksError(f"stack {stack} has no StarRocks user {user}, so that its password is not known")
    address = Address(endpoint.host, endpoint.port, user, known.secrets[secret])
    with StarRocks(
        address, connect_seconds=timeout, answer_seconds=_ANSWER_SECONDS, busy_seconds=busy_seconds
    ) as opened:
        try:
            opened.connect()
        except StarRocksError as error:
            if user != "root" or error.code != ACCESS_DENIED:
                raise
            _set_password_of_root(address, timeout)
            opened.connect()
        yield opened


def _set_password_of_root(address: Address, timeout: float) -> None:
    with StarRocks(replace(address, password=""), connect_seconds=timeout) as new:
        try:
            new.execute("SET PASSWORD = PASSWORD(%s)", (address.password,))
        except StarRocksUnreachable:
            raise
        except StarRocksError:
            # Another session of root may have set it a moment ago.
            with suppress(StarRocksError), StarRocks(address, connect_seconds=timeout) as again:
                again.connect()
                return
            raise StarRocksError(
                f"StarRocks at {address.host}:{address.port} refuses root with the stack's password and without one: "
                "its password was changed by hand, or its data belong to another stack",
                code=ACCESS_DENIED,
            ) from None


def wait_for(stack: str, service: str, *, within: float = 600) -> None:
    """Wait until root can log in.

    Args:
        stack: name of the stack.
        service: name of the service.
        within: time limit in seconds.

    Raises:
        TimeoutError: with the last error.
        NeverReady: root's password is another one.
    """

    def complaint() -> str | Pending:
        try:
            with session(stack, service, "root") as root:
                root.execute("SELECT 1")
        except StarRocksError as error:
            return Pending(str(error), final=error.code == ACCESS_DENIED)
        return ""

    wait_for_service(complaint, stack=stack, service=service, within=within, what="StarRocks")
