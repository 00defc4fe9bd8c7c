"""The expiry of certificates, read from a server as users of a host reach it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.platform_api.app import API
from apps.platform_api.certificates import CertificateMetrics, expires
from apps.platform_api.settings import Settings

HOST = "page.example"
EXPIRY = "kappastack_ingress_certificate_expiry_timestamp_seconds"
READ = "kappastack_ingress_certificate_read"
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
PAST = SOON - timedelta(days=30)
FAR = datetime(2051, 1, 2, 3, 4, 5, tzinfo=UTC)
"""From 2050 on, certificates contain times in another form."""


def certificate(name: str, end: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate that no authority has signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=90))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made, key


@contextmanager
def server(folder: Path, name: str, end: datetime) -> Iterator[int]:
    """A TLS server with a certificate. Yields its port."""
    made, key = certificate(name, end)
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, context.wrap_socket(connection, server_side=True) as session:
                        session.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def collected(metrics: CertificateMetrics) -> dict[str, dict[str, float]]:
    return {each.name: {one.labels["host"]: one.value for one in each.samples} for each in metrics.collect()}


@pytest.mark.parametrize("end", [SOON, PAST], ids=["valid", "expired"])
@pytest.mark.parametrize("name", [HOST, "*.example"])
def test_the_end_of_a_hosts_certificate(tmp_path: Path, name: str, end: datetime) -> None:
    with server(tmp_path, name, end) as port:
        found = collected(CertificateMetrics([HOST], "127.0.0.1", port=port))
    assert found == {EXPIRY: {HOST: end.timestamp()}, READ: {HOST: 1}}


@pytest.mark.parametrize("name", ["ingress.local", f"*.{HOST}", f"www.{HOST}", f"x{HOST}"])
def test_a_certificate_for_other_names_is_unknown(tmp_path: Path, name: str) -> None:
    with server(tmp_path, name, SOON) as port:
        found = collected(CertificateMetrics([HOST], "127.0.0.1", port=port))
    assert found == {EXPIRY: {}, READ: {HOST: 0}}


def test_a_host_that_does_not_respond_is_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert collected(CertificateMetrics([HOST], "127.0.0.1", port=port)) == {EXPIRY: {}, READ: {HOST: 0}}


@pytest.mark.parametrize("end", [SOON, FAR])
def test_times_of_both_forms(end: datetime) -> None:
    made, _ = certificate(HOST, end)
    assert expires(made.public_bytes(serialization.Encoding.DER), HOST) == end


def test_an_invalid_certificate_is_an_error() -> None:
    with pytest.raises(ValueError, match="the certificate is invalid"):
        expires(b"\x30\x82\x82\x0cpage.example", HOST)


def test_a_second_collection_does_not_connect_again(tmp_path: Path) -> None:
    with server(tmp_path, HOST, SOON) as port:
        metrics = CertificateMetrics([HOST], "127.0.0.1", port=port)
        first = collected(metrics)
    assert collected(metrics) == first


def test_only_an_api_with_hosts_reads_certificates(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("x")
    settings = Settings(
        starrocks_host="127.0.0.1",
        starrocks_port=9,
        starrocks_database="kappastack",
        starrocks_user="reader",
        starrocks_password_file=tmp_path / "password",
        zeta_url="http://127.0.0.1:9",
    )
    assert API.collectors is not None
    assert len(API.collectors(settings)) == 1
    with_hosts = settings.model_copy(update={"ingress_hosts": "a.example,b.example"})
    assert [type(each) for each in API.collectors(with_hosts)][1:] == [CertificateMetrics]
