from hashlib import sha256
from pathlib import Path

import pytest

from infra import versions
from infra.distributions import AssemblyError, downloads
from infra.distributions.locks import ZETA_ENGINE
from infra.distributions.recipes import seatunnel
from infra.distributions.relock import artifact
from infra.versions import Artifact


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("KAPPASTACK_CACHE", str(tmp_path))
    return tmp_path / "maven"


def pinned(content: bytes) -> Artifact:
    return Artifact("com.example.group", "thing", "1.2", sha256(content).hexdigest(), classifier="extra")


def put(repository: Path, content: bytes) -> Path:
    path = repository / "com" / "example" / "group" / "thing" / "1.2" / "thing-1.2-extra.jar"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_an_existing_file_is_used_without_maven(repository: Path) -> None:
    path = put(repository, b"jar")
    assert downloads.fetch([pinned(b"jar")], lambda _: None) == [path]


def test_a_file_with_another_checksum_is_rejected(repository: Path) -> None:
    path = put(repository, b"another jar")
    with pytest.raises(AssemblyError, match=f"{path} has sha256 .* pins {pinned(b'jar').sha256}"):
        downloads.fetch([pinned(b"jar")], lambda _: None)


def test_coordinates_name_type_and_classifier() -> None:
    assert pinned(b"").coordinates == "com.example.group:thing:1.2:jar:extra"
    assert versions.PULSAR.file_name == "pulsar-server-distribution-4.0.8-bin.tar.gz"


def test_the_engine_is_locked_jar_by_jar() -> None:
    locked = ZETA_ENGINE.artifacts()
    assert len({jar.coordinates for jar in locked}) == len(locked)
    assert all(len(jar.sha256) == 64 for jar in locked)
    versions_of = {jar.name: jar.version for jar in locked}
    assert versions_of["seatunnel-engine-server"] == versions.SEATUNNEL
    # The engine's telemetry needs this Guava in addition to the shaded one.
    assert "guava" in versions_of


def test_a_line_of_mavens_list_is_parsed() -> None:
    plain = artifact("   com.lmax:disruptor:jar:3.4.4:compile -- module com.lmax.disruptor [auto]")
    assert plain.coordinates == "com.lmax:disruptor:3.4.4:jar"
    classified = artifact("   org.apache.seatunnel:seatunnel-guava:jar:optional:2.3.8:compile")
    assert classified.coordinates == "org.apache.seatunnel:seatunnel-guava:2.3.8:jar:optional"


def test_each_plugin_is_mapped_to_an_existing_jar() -> None:
    lines = [line for line in seatunnel.mapping().splitlines() if line and not line.startswith("#")]
    mapped = dict(line.split(" = ") for line in lines)
    assert len(mapped) == len(lines), "a plugin is mapped twice"
    jars = [artifact.file_name for artifact in seatunnel.PLUGINS] + ["connector-kappastack-1.0.0.jar"]
    assert {jar for jar in mapped.values() if not any(name.startswith(jar) for name in jars)} == set()
    assert mapped["seatunnel.sink.StarRocks"] == "connector-kappastack"


def test_the_driver_is_the_one_that_the_connectors_compile_against() -> None:
    pom = (seatunnel.CONNECTORS / "pom.xml").read_text()
    assert f"<mysql.version>{versions.MYSQL_DRIVER.version}</mysql.version>" in pom
    assert f"<seatunnel.version>{versions.SEATUNNEL}</seatunnel.version>" in pom
