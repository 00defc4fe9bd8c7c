"""Runs a server of the MySQL protocol in a thread of the test process."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from starrocks_emulator.mysql import Limits, MysqlServer, serve
from starrocks_emulator.results import Backend
from tests.waiting import PATIENCE

T = TypeVar("T")


@dataclass
class Served:
    """A server and its event loop."""

    server: MysqlServer
    loop: asyncio.AbstractEventLoop

    @property
    def port(self) -> int:
        return self.server.port

    def run(self, work: Callable[[], Coroutine[None, None, T]]) -> T:
        """Run a coroutine in the server's event loop."""
        return asyncio.run_coroutine_threadsafe(work(), self.loop).result(PATIENCE)


@contextmanager
def serving(
    backend: Backend, *, context: ssl.SSLContext | None = None, limits: Limits | None = None
) -> Iterator[Served]:
    """Serve the backend on a free port of the loopback interface inside the `with` block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mysql-server")
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(
            serve(backend, "127.0.0.1", 0, ssl=context, limits=limits), loop
        ).result(PATIENCE)
        try:
            yield Served(server, loop)
        finally:
            asyncio.run_coroutine_threadsafe(server.close(), loop).result(PATIENCE)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(300)
        loop.close()


def server_context(folder: Path) -> ssl.SSLContext:
    """Create a certificate for 127.0.0.1 in `folder`, and return a TLS context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
