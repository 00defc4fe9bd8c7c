"""Sessions on a stack's StarRocks for the resources inside it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from apps.shared.polling import Pending
from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_address import Address
from apps.shared.starrocks_errors import ACCESS_DENIED, StarRocksError, StarRocksUnreachable
from infra.resources import connections
from infra.starting import wait_for_service

_ANSWER_SECONDS = 300


@contextmanager
def session(
    stack: str, service: str, user: str, *, timeout: float = 5, busy_seconds: float = 60
) -> Iterator[StarRocks]:
    """Open a session as one of the stack's users.

    In a new StarRocks, root has no password; the first session as root sets the generated one. After a rotation it
    replaces root's previous password.

    Args:
        stack: name of the stack.
        service: name of the service.
        user: `root`, or another user whose password is the secret `starrocks-<user>`.
        timeout: time limit of the connection, in seconds.
        busy_seconds: time for which a statement is retried while StarRocks returns a retryable error.

    Raises:
        StarRocksUnreachable: StarRocks does not respond.
        StarRocksError: access denied, or the stack has no such user.
        ConnectionsMissing: the stack is not deployed on this machine.
    """
    known = connections.load(stack)
    endpoint = known.endpoint(service, "query")
    secret = f"starrocks-{user}"
    if secret not in known.secrets:
        raise StarRocksError(f"stack {stack} has no StarRocks user {user}, so its password is unknown")
    address = Address(endpoint.host, endpoint.port, user, known.secrets[secret])
    with StarRocks(
        address, connect_seconds=timeout, answer_seconds=_ANSWER_SECONDS, busy_seconds=busy_seconds
    ) as opened:
        try:
            opened.connect()
        except StarRocksError as error:
            if user != "root" or error.code != ACCESS_DENIED:
                raise
            _set_password_of_root(address, known.previous.get(secret, ""), timeout)
            opened.connect()
        yield opened


def _set_password_of_root(address: Address, previous: str, timeout: float) -> None:
    """Set root's password with its previous one. In a new StarRocks it is empty."""
    for password in dict.fromkeys((previous, "")):
        with StarRocks(replace(address, password=password), connect_seconds=timeout) as former:
            try:
                former.execute("SET PASSWORD = PASSWORD(%s)", (address.password,))
            except StarRocksUnreachable:
                raise
            except StarRocksError:
                continue
            else:
                return
    # Another session as root may have set the password just now.
    with suppress(StarRocksError), StarRocks(address, connect_seconds=timeout) as again:
        again.connect()
        return
    raise StarRocksError(
        f"StarRocks at {address.host}:{address.port} refuses root with and without the stack's password: "
        "the password was changed by hand, or the data belong to another stack",
        code=ACCESS_DENIED,
    )


def wait_for(stack: str, service: str, *, within: float = 600) -> None:
    """Wait until root can log in.

    Args:
        stack: name of the stack.
        service: name of the service.
        within: time limit in seconds.

    Raises:
        TimeoutError: root cannot log in before the time limit; the message contains the last error.
        NeverReady: StarRocks refuses the stack's password of root.
    """

    def problem() -> str | Pending:
        try:
            with session(stack, service, "root") as root:
                root.execute("SELECT 1")
        except StarRocksError as error:
            return Pending(str(error), final=error.code == ACCESS_DENIED)
        return ""

    wait_for_service(problem, stack=stack, service=service, within=within, what="StarRocks")
