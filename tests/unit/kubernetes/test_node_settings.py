"""The DaemonSet that sets kernel parameters of the nodes."""

import subprocess
from pathlib import Path

import kubernetes_validate
import pytest

from infra.settings import SettingsError
from infra.targets.kubernetes.node_settings import AT_LEAST, EXACT, HUGE_PAGES, script
from tests.unit.kubernetes.rendered import CLUSTER, Rendered, at, items, render, section, settings
from tests.unit.kubernetes.test_schemas import VERSIONS

NAME = "node-settings"
ENABLED = {"enabled": True, "nodeLabels": {"pool": "starrocks"}}


@pytest.fixture(scope="module")
def prepared() -> Rendered:
    return render(settings(kubernetes={**CLUSTER, "nodeSettings": ENABLED}))


def node(root: Path, values: dict[str, str], huge_pages: str) -> None:
    """Write the files of a node's kernel parameters."""
    for name, value in values.items():
        path = root / "proc/sys" / name.replace(".", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n")
    if huge_pages:
        path = root / HUGE_PAGES.removeprefix("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{huge_pages}\n")


def run(text: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False)


def test_no_daemonset_is_declared_by_default(rendered_prod: Rendered) -> None:
    assert rendered_prod.of_kind("DaemonSet") == {}


def test_only_the_init_container_is_privileged_and_its_namespace_is_separate(prepared: Rendered) -> None:
    daemon = prepared.of_kind("DaemonSet")[NAME]
    namespace = str(at(daemon, "metadata", "namespace"))
    assert namespace == f"kappastack-test-{NAME}"
    labels = section(prepared.of_kind("Namespace")[namespace], "metadata", "labels")
    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"
    others = [name for name in prepared.of_kind("Namespace") if name != namespace]
    for other in others:
        labels = section(prepared.of_kind("Namespace")[other], "metadata", "labels")
        assert labels["pod-security.kubernetes.io/enforce"] in ("restricted", "baseline")

    spec = section(daemon, "spec", "template", "spec")
    assert spec["nodeSelector"] == {"pool": "starrocks"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["hostPID"] is True
    [sets] = items(spec, "initContainers")
    [waits] = items(spec, "containers")
    assert at(sets, "securityContext", "privileged") is True
    assert waits["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_the_daemonset_passes_the_strict_schemas(prepared: Rendered, version: str) -> None:
    kubernetes_validate.validate(prepared.of_kind("DaemonSet")[NAME], version, strict=True)


def test_wrong_parameters_are_set_and_larger_ones_are_kept(tmp_path: Path) -> None:
    wrong = {"vm.overcommit_memory": "0", "vm.swappiness": "60", "vm.max_map_count": "65530"}
    larger = {"kernel.threads-max": "185000", "kernel.pid_max": "4194304"}
    node(tmp_path, wrong | larger, "[always] madvise never")
    check = run(script(write=False, root=str(tmp_path)))
    assert (check.returncode, check.stdout) == (1, "vm.overcommit_memory has another value\n")

    assert run(script(write=True, root=str(tmp_path))).returncode == 0
    found = {name: (tmp_path / "proc/sys" / name.replace(".", "/")).read_text().strip() for name in wrong | larger}
    assert found == dict(EXACT) | {"vm.max_map_count": str(AT_LEAST["vm.max_map_count"])} | larger
    assert (tmp_path / HUGE_PAGES.removeprefix("/")).read_text() == "madvise\n"


@pytest.mark.parametrize("parameter", [*EXACT, *AT_LEAST, "transparent_hugepage", ""])
def test_the_check_names_the_wrong_parameter(tmp_path: Path, parameter: str) -> None:
    right = dict(EXACT) | {name: str(least) for name, least in AT_LEAST.items()}
    changed = {parameter: "7"} if parameter in right else {}
    node(tmp_path, right | changed, "[always] madvise" if parameter == "transparent_hugepage" else "always [madvise]")
    done = run(script(write=False, root=str(tmp_path)))
    assert done.stdout == (f"{parameter} has another value\n" if parameter else "")
    assert done.returncode == bool(parameter)


def test_a_kernel_without_huge_pages_is_right(tmp_path: Path) -> None:
    node(tmp_path, dict(EXACT) | {name: str(least) for name, least in AT_LEAST.items()}, "")
    assert run(script(write=False, root=str(tmp_path))).returncode == 0


@pytest.mark.parametrize("target", ["host", "docker"])
def test_another_target_refuses_the_setting(target: str) -> None:
    with pytest.raises(SettingsError, match=r"kubernetes\.nodeSettings\.enabled: is a setting of target kubernetes"):
        settings(target=target, kubernetes={"nodeSettings": {"enabled": True}}, starrocks={"edition": "emulator"})
