"""Expiry of the certificates of the stack's Ingress hosts, as users get them."""

import logging
import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from apps.web.background import Background

log = logging.getLogger(__name__)

_PORT = 443
_SECONDS = 5.0
"""Time limit of a connection and of a handshake."""
_FRESH_SECONDS = 900.0
_WAIT_SECONDS = 1.0
"""Time for which a collection waits for new results, less than Prometheus' time limit."""
_VERSION = 0xA0
_TIMES = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}
"""Formats of times by their tag in ASN.1: UTCTime and GeneralizedTime, as RFC 5280 requires them."""


class CertificateMetrics(Collector):
    """Time at which each host's certificate expires. Certificates are read at most every 15 minutes, in a thread."""

    def __init__(self, hosts: Sequence[str], address: str = "", *, port: int = _PORT) -> None:
        """Read nothing yet.

        Args:
            hosts: host names.
            address: where the Ingress controller listens; the host names themselves if empty.
            port: its port.
        """
        self._hosts = tuple(hosts)
        self._address = address
        self._port = port
        self._expiry: dict[str, datetime] = {}
        self._failed: dict[str, bool] = {}
        self._latest = Background(self._read, fresh_seconds=_FRESH_SECONDS)

    def describe(self) -> list[Metric]:
        """Return nothing; otherwise the registry would collect the metrics at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The newest results. While certificates are read, these are the previous ones."""
        try:
            self._latest.get(_WAIT_SECONDS)
        except TimeoutError:
            log.info("certificates are being read")
        expiry = GaugeMetricFamily(
            "kappastack_ingress_certificate_expiry_timestamp_seconds",
            "Time at which the host's certificate expires, as last read",
            labels=["host"],
        )
        read = GaugeMetricFamily(
            "kappastack_ingress_certificate_read", "1 if the host's certificate could be read", labels=["host"]
        )
        for host in self._hosts:
            if host in self._expiry:
                expiry.add_metric([host], self._expiry[host].timestamp())
            if host in self._failed:
                read.add_metric([host], not self._failed[host])
        yield from (expiry, read)

    def _read(self) -> None:
        for host in self._hosts:
            try:
                self._expiry[host] = expires(_certificate(host, self._address or host, self._port), host)
            except (OSError, ValueError) as error:
                log.warning("certificate unknown", extra={"fields": {"host": host, "reason": str(error)}})
                self._failed[host] = True
            else:
                self._failed[host] = False


def _certificate(host: str, address: str, port: int) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # An expired certificate must be readable too, and one of an authority that this machine does not know.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((address, port), timeout=_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=host) as session,
    ):
        encoded = session.getpeercert(binary_form=True)
    if encoded is None:
        raise ValueError("the server has no certificate")
    return encoded


def expires(certificate: bytes, host: str) -> datetime:
    """The end of a certificate's validity.

    The function parses the certificate itself, because Python returns the fields of verified certificates only.

    Args:
        certificate: X.509 certificate in DER.
        host: name for which the certificate must be valid.

    Raises:
        ValueError: the certificate is for other names, or invalid.
    """
    # An Ingress controller without a certificate for a host responds with its own.
    if not any(_dns_name(name) in certificate for name in (host, f"*.{host.partition('.')[2]}")):
        raise ValueError("the certificate is for other names")
    try:
        [(_, whole)] = _elements(certificate)
        signed = next(_elements(whole))[1]
        _serial, _algorithm, _issuer, (_, validity), *_ = (each for each in _elements(signed) if each[0] != _VERSION)
        _, (tag, text) = _elements(validity)
        return datetime.strptime(text.decode("ascii"), _TIMES[tag]).replace(tzinfo=UTC)
    except (IndexError, KeyError, StopIteration, ValueError) as error:
        raise ValueError("the certificate is invalid") from error


def _dns_name(name: str) -> bytes:
    """A name in the extension subjectAltName (RFC 5280): tag 2 of GeneralName, length, text."""
    return bytes([0x82, len(name)]) + name.encode()


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements of a sequence in DER, each with its tag and its content."""
    position = 0
    while position < len(data):
        tag, length = data[position], data[position + 1]
        position += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[position : position + size])
            position += size
        yield tag, data[position : position + length]
        position += length
