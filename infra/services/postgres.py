"""PostgreSQL, which stores DolphinScheduler's metadata only: the stack's own server, or an external one."""

from dataclasses import dataclass

from infra.checkout.machine import NAMESPACE, SETPRIV
from infra.distributions import postgres as distribution
from infra.services import ports
from infra.services.model import Endpoint, Need, Port, Service, TcpAnswer, Volume
from infra.settings import PostgresSettings, mebibytes, millicores
from infra.settings_postgres import ExternalPostgres

NAME = "postgres"
SUPERUSER = "postgres"
MONITORING_ROLE = "monitoring"
"""Role of the metrics exporter; it may read statistics only."""
MONITORING_SECRET = "postgres-monitoring"  # noqa: S105 # the name of a secret

_START = """\
#!/bin/sh
set -eu
bin="@{dist}/bin"
data="@{volume.data}/cluster"
# PostgreSQL refuses to run as root. Root therefore runs it in a user namespace in which root is mapped to "nobody"; its
# files belong to root. If the kernel refuses user namespaces, setpriv runs PostgreSQL as the user "nobody", and its
# files belong to "nobody". The capability CAP_DAC_OVERRIDE then permits access to folders of root.
if [ "$(id -u)" = 0 ]; then
  namespace="NAMESPACE"
  nobody="SETPRIV"
  if $namespace true; then
    chown -R 0:0 "@{volume.data}"
    exec $namespace sh "$0"
  fi
  if $nobody true; then
    chown -R 65534:65534 "@{volume.data}"
    exec $nobody sh "$0"
  fi
  echo "PostgreSQL does not run as root, and this machine lets root neither create a user namespace nor run a program" \
    "as nobody (util-linux' setpriv with CAP_SETUID, CAP_SETGID, CAP_SETPCAP, CAP_CHOWN and CAP_DAC_OVERRIDE):" \
    "deploy as a user other than root" >&2
  exit 1
fi
password="@{secret.superuser}"
digest="$(sha256sum <"$password")"
if [ ! -f "$data/PG_VERSION" ]; then
  rm -rf "$data.draft"
  mkdir -m 700 "$data.draft"
  tar --extract --no-same-owner --directory "$data.draft" --file "@{dist}/cluster.tar"
  sync --file-system "$data.draft"
  mv "$data.draft" "$data"
fi
# A new cluster has no password. After a password was generated again, kept data still have the old one.
if [ "$(cat "$data/superuser.sha256" 2>/dev/null)" != "$digest" ]; then
  quoted="$(sed "s/'/''/g" "$password")"
  # In single-user mode an error ends the server only on request; its log must not contain the statement.
  printf "ALTER ROLE postgres PASSWORD '%s'\\n" "$quoted" |
    "$bin/postgres" --single -c exit_on_error=on -c log_min_error_statement=panic -D "$data" postgres
  echo "$digest" >"$data/superuser.sha256"
fi
exec "$bin/postgres" -D "$data" -c config_file="@{files}/postgresql.conf" -c hba_file="@{files}/pg_hba.conf"
"""

_CONFIGURATION = """\
listen_addresses = '@{host}'
port = @{port.sql}
# No client on this machine needs a socket file, and the length of its path is limited.
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = '64MB'
log_timezone = 'UTC'
timezone = 'UTC'
"""

_ACCESS = "host all all all scram-sha-256\n"


def _startup_message() -> str:
    """A client's StartupMessage in hexadecimal. A server that accepts connections sends a password request.

    Source: PostgreSQL manual, chapter "Frontend/Backend Protocol", message StartupMessage.
    """
    body = (196608).to_bytes(4, "big") + f"user\0{SUPERUSER}\0database\0postgres\0\0".encode()
    return ((len(body) + 4).to_bytes(4, "big") + body).hex()


@dataclass(frozen=True)
class Database:
    """The database of DolphinScheduler's metadata.

    Args:
        endpoint: address of the server for other services.
        name: name of the database.
        user: role that owns the database.
        ssl_mode: encryption of connections, as in libpq's `sslmode`.
        external: whether the server is not part of the stack.
    """

    endpoint: Endpoint
    name: str = "dolphinscheduler"
    user: str = "dolphinscheduler"
    ssl_mode: str = "prefer"
    external: bool = False

    @property
    def jdbc_url(self) -> str:
        """URL for Java programs. The JDBC driver's default of `sslmode` is `prefer`."""
        options = "" if self.ssl_mode == "prefer" else f"?sslmode={self.ssl_mode}"
        return f"jdbc:postgresql://{self.endpoint.address}/{self.name}{options}"

    @property
    def needs(self) -> tuple[Need, ...]:
        """The stack's own server, as a need of its clients."""
        return () if self.external else (Need(NAME, "sql"),)

    @property
    def outside_ports(self) -> tuple[int, ...]:
        """The external server's port."""
        return (self.endpoint.port,) if self.external else ()


def external(settings: ExternalPostgres) -> Database:
    """The database of an external server."""
    endpoint = Endpoint("postgresql", settings.host, settings.port)
    return Database(endpoint, settings.database, settings.user, settings.ssl_mode, external=True)


def postgres(settings: PostgresSettings) -> Service:
    """One server. Every user needs a password."""
    return Service(
        name=NAME,
        kind="PostgreSQL",
        distribution=distribution(),
        command=("/bin/sh", "@{files}/start.sh"),
        files={
            "start.sh": _START.replace("NAMESPACE", " ".join(NAMESPACE)).replace("SETPRIV", " ".join(SETPRIV)),
            "postgresql.conf": _CONFIGURATION,
            "pg_hba.conf": _ACCESS,
        },
        ports={"sql": Port(ports.POSTGRES, scheme="postgresql")},
        volumes={"data": Volume(settings.storage)},
        secrets={"superuser": "postgres-superuser"},
        # A running server gets a new password by a statement.
        rereads=("superuser",),
        health=TcpAnswer("sql", send=_startup_message(), contains="SCRAM-SHA-256", start_within=60),
        memory=mebibytes(settings.memory),
        cpu=millicores(settings.cpu),
        stop_grace=20,
        # SIGINT is PostgreSQL's fast shutdown, which closes client connections. SIGTERM would wait for the clients.
        stop_signal="INT",
    )
