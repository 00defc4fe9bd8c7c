"""A single-node Kubernetes cluster, which the tests start and stop. A second node can join it.

Its processes run in separate Linux namespaces. kube-router enforces NetworkPolicies. Volumes are folders.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import JsonValue

from infra.checkout.paths import cache, locked
from tests.cluster import node, own_images, programs
from tests.cluster.certificates import Authority, Certificate
from tests.cluster.namespaces import FIRST, SECOND, Namespaces
from tests.cluster.node import CONTEXT, SERVER, SOCKET
from tests.waiting import PATIENCE, wait_until

MANIFESTS = Path(__file__).parent / "manifests.yaml"
_VOLUMES = 80
"""Number of volumes. A released volume is not used again."""
_NODE_FOLDERS = (
    node.RUN,
    "/run/containerd",
    "/run/netns",
    "/tmp/hostpath_pv",  # the provisioner's own folder
    "/var/lib/cni",
    "/var/log/containers",
    "/var/log/pods",
)
"""Folders of the node that programs write below fixed paths."""


def reason_to_skip() -> str:
    """The reason why no cluster can be started, empty if one can."""
    if reason := programs.reason_to_skip():
        return reason
    missing = programs.missing()
    return f"missing: {', '.join(missing)}; make test-cluster prepares them" if missing else ""


class Cluster:
    """A running cluster.

    Args:
        namespaces: Linux namespaces of the first node.
    """

    def __init__(self, namespaces: Namespaces) -> None:
        """Issue the certificates of the first node."""
        self.namespaces = namespaces
        folder = namespaces.folder / "certificates"
        folder.mkdir()
        self._authority = Authority(folder)
        names = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
        hosts = ["127.0.0.1", FIRST.address, node.FIRST_SERVICE, *names]
        self._authority.issue("api-server", "kube-apiserver", hosts=hosts)
        self._authority.issue("service-accounts", "service-accounts")
        self._authority.issue("kubelet-client", "kube-apiserver-kubelet-client", ["system:masters"])
        self._kubeconfig(namespaces, "admin", "administrator", "system:masters")
        for part in ("controller-manager", "scheduler"):
            self._kubeconfig(namespaces, part, f"system:kube-{part}")

    @property
    def kubeconfig(self) -> Path:
        """Path of the administrator's kubeconfig."""
        return self.namespaces.folder / "admin.kubeconfig"

    @property
    def environment(self) -> dict[str, str]:
        """Environment of programs that use the cluster."""
        search = os.pathsep.join([str(programs.folder()), programs.path()])
        return os.environ | {"PATH": search, "KUBECONFIG": str(self.kubeconfig)}

    def try_kubectl(self, *arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        """Run kubectl.

        Args:
            arguments: arguments of kubectl.
            text: standard input of kubectl.
        """
        return subprocess.run(
            ["kubectl", *arguments], env=self.environment, input=text, capture_output=True, text=True, check=False
        )

    def kubectl(self, *arguments: str, text: str = "") -> str:
        """Run kubectl, which must succeed, and return its output."""
        done = self.try_kubectl(*arguments, text=text)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def import_images(self, archive: Path, namespaces: Namespaces | None = None) -> None:
        """Import images from an archive of `docker save`.

        Args:
            archive: path of the archive.
            namespaces: the node; by default the first one.
        """
        control = ("ctr", "--address", SOCKET, "--namespace", "k8s.io")
        (namespaces or self.namespaces).run(*control, "images", "import", str(archive))

    @contextmanager
    def second_node(self, archive: Path) -> Iterator[Namespaces]:
        """Add a node until the end of the context.

        Args:
            archive: images for its pods.
        """
        folder = self.namespaces.folder / SECOND.node
        second = Namespaces(folder, programs.folder() / "pause", self.environment["PATH"], SECOND, self.namespaces)
        try:
            self.start_runtime(second)
            self.import_images(archive, second)
            self.start_node(second)
            yield second
        finally:
            self.try_kubectl("delete", "node", SECOND.node, "--ignore-not-found")
            second.stop()

    def start_runtime(self, namespaces: Namespaces) -> None:
        """Start containerd in the namespaces of a node, and wait until it responds."""
        folder = namespaces.folder
        for path in _NODE_FOLDERS:
            namespaces.mount(path)
        (folder / "cni").mkdir()
        _write(folder / "cni" / "10-pods.conflist", node.network(folder, namespaces.machine))
        (folder / "containerd.toml").write_text(node.containerd(folder))
        namespaces.start("containerd", ["containerd", "--config", str(folder / "containerd.toml")])
        _wait(namespaces, lambda: namespaces.succeeds("ctr", "--address", SOCKET, "version"), "containerd")

    def start_node(self, namespaces: Namespaces) -> None:
        """Start a node's part of Kubernetes in its namespaces, and wait until the node is ready."""
        folder, machine = namespaces.folder, namespaces.machine
        images = folder / "own-images.tar"
        own = {node.COREDNS: "coredns", node.PAUSE: "pause", node.PROBE: "probe"}
        own_images.write(images, {image: programs.folder() / program for image, program in own.items()})
        self.import_images(images, namespaces)
        hosts = [machine.address, machine.node]
        certificate = self._kubeconfig(namespaces, "kubelet", f"system:node:{machine.node}", "system:nodes", hosts)
        self._kubeconfig(namespaces, "proxy", "system:kube-proxy")
        self._kubeconfig(namespaces, "router", "administrator", "system:masters")
        _write(folder / "kubelet.json", node.kubelet_configuration(folder, machine, self._authority.own, certificate))
        namespaces.start("kubelet", node.kubelet(folder, machine))
        _write(folder / "kube-proxy.json", node.proxy_configuration(folder, machine))
        namespaces.start("kube-proxy", ["kube-proxy", "--config", str(folder / "kube-proxy.json")])
        ready = ("wait", "--for=condition=Ready", f"node/{machine.node}", "--timeout=1s")
        _wait(namespaces, lambda: self.try_kubectl(*ready).returncode == 0, f"node {machine.node}")
        namespaces.start("kube-router", node.router(folder, machine))

    def _kubeconfig(
        self, namespaces: Namespaces, name: str, user: str, group: str = "", hosts: Sequence[str] = ()
    ) -> Certificate:
        issued = self._authority.issue(f"{name}-{namespaces.machine.node}", user, [group] if group else [], hosts)
        self._authority.kubeconfig(namespaces.folder / f"{name}.kubeconfig", SERVER, issued, CONTEXT)
        return issued

    def policies(self) -> list[str]:
        """The rules and chains of iptables in the node that exist for NetworkPolicies."""
        lines = self.namespaces.run("iptables-save").splitlines()
        # kube-router applies its default chain to pods without a policy.
        return [line for line in lines if "KUBE-NWPLCY-" in line and "KUBE-NWPLCY-DEFAULT" not in line]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a cluster, and stop it afterwards. A second run of the tests waits for the end of the first."""
    with locked(cache() / "kubernetes-node.lock", lambda: print("waiting for the Kubernetes of another test run …")):
        folder = cache() / "kubernetes" / "node"
        shutil.rmtree(folder, ignore_errors=True)
        search = os.pathsep.join([str(programs.folder()), programs.path()])
        namespaces = Namespaces(folder, programs.folder() / "pause", search)
        try:
            yield _start(namespaces)
        finally:
            namespaces.stop()


def _start(namespaces: Namespaces) -> Cluster:
    folder = namespaces.folder
    started = Cluster(namespaces)
    namespaces.start("etcd", node.etcd(folder))
    namespaces.start("kube-apiserver", node.api_server(folder))
    started.start_runtime(namespaces)
    _wait(namespaces, lambda: started.try_kubectl("get", "--raw", "/readyz").returncode == 0, "the API server")
    namespaces.start("kube-controller-manager", node.controller_manager(folder))
    namespaces.start("kube-scheduler", node.scheduler(folder))
    started.start_node(namespaces)
    volumes = []
    for number in range(_VOLUMES):
        (folder / "volumes" / str(number)).mkdir(parents=True)
        volumes.append(node.volume(folder, number))
    _write(folder / "volumes.json", {"apiVersion": "v1", "kind": "List", "items": volumes})
    started.kubectl("apply", "--filename", str(MANIFESTS), "--filename", str(folder / "volumes.json"))
    started.kubectl("rollout", "status", "deployment/coredns", "--namespace=kube-system", f"--timeout={PATIENCE:.0f}s")
    return started


def _write(path: Path, document: JsonValue) -> None:
    path.write_text(json.dumps(document))


def _wait(namespaces: Namespaces, condition: Callable[[], bool], what: str) -> None:
    def met() -> bool:
        namespaces.check()
        return condition()

    wait_until(met, what, pause=0.2)
