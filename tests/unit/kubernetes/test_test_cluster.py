"""The parts of the tests' Kubernetes that need no cluster."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from cryptography import x509

from tests.cluster import kubernetes, node, own_images, programs
from tests.cluster.certificates import Authority


def test_the_programs_are_built_anew_if_a_source_or_a_lock_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "modules"
    for source in programs.MODULES.rglob("*"):
        if source.is_file():
            target = copy / source.relative_to(programs.MODULES)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    before = programs.folder()
    monkeypatch.setattr(programs, "MODULES", copy)
    assert programs.folder() == before
    found = {before}
    for name in ("pause.c", "coredns/go.sum", "kubernetes/main.go", "kube-router/go.mod"):
        with (copy / name).open("a") as file:
            file.write("\n")
        found.add(programs.folder())
    assert len(found) == 5


def test_every_module_of_kubernetes_has_the_version_that_the_programs_report() -> None:
    text = (programs.MODULES / "kubernetes" / "go.mod").read_text()
    minor = programs.KUBERNETES.removeprefix("1.")
    replaced = [line.split() for line in text.splitlines() if "=>" in line]
    assert len(replaced) > 25
    assert {words[-1] for words in replaced} == {f"v0.{minor}"}
    assert f"k8s.io/kubernetes v{programs.KUBERNETES}\n" in text


def test_missing_programs_are_the_reason_to_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(programs, "PACKAGES", ())
    monkeypatch.setenv("KAPPASTACK_CACHE", str(tmp_path))
    assert kubernetes.reason_to_skip() == "missing: the programs of Kubernetes; make test-cluster prepares them"
    programs.folder().mkdir(parents=True)
    assert kubernetes.reason_to_skip() == ""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert kubernetes.reason_to_skip() == "only root can start the tests' Kubernetes"


def test_an_image_has_one_program_as_its_entrypoint(tmp_path: Path) -> None:
    program = tmp_path / "probe"
    program.write_bytes(b"program")
    own_images.write(tmp_path / "images.tar", {node.PROBE: program})
    with tarfile.open(tmp_path / "images.tar") as tar:

        def read(name: str) -> bytes:
            file = tar.extractfile(name)
            assert file is not None
            return file.read()

        [image] = json.loads(read("manifest.json"))
        assert image["RepoTags"] == [node.PROBE]
        assert json.loads(read(image["Config"]))["config"] == {"Entrypoint": ["/probe"]}
        with tarfile.open(fileobj=io.BytesIO(read(image["Layers"][0]))) as layer:
            [entry] = layer.getmembers()
    assert (entry.name, entry.mode, entry.size) == ("probe", 0o755, len(b"program"))


def test_certificates_are_signed_by_the_authority_and_private(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    issued = authority.issue("node", "system:node:node", ["system:nodes"], ["127.0.0.1", "node"])
    certificate = x509.load_pem_x509_certificate(issued.certificate.read_bytes())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.own.certificate.read_bytes()))
    assert certificate.subject.rfc4514_string() == "CN=system:node:node,O=system:nodes"
    assert issued.key.stat().st_mode & 0o077 == 0
