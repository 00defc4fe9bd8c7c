"""The stack `rehearsal` on the tests' Kubernetes, with methods to inspect it."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml
from machine import Outcome, TestStack

from infra.configuration import load_settings
from infra.images import find, images
from infra.products.registry import chosen
from infra.settings import ROOT, Settings
from infra.targets.kubernetes import forwarder, names
from tests.cluster import engine as engines
from tests.cluster import node, stack_images, users
from tests.cluster.kubernetes import Cluster
from tests.cluster.users import Users
from tests.providers.kubernetes_cluster.install import install
from tests.waiting import wait_until
from tools.stack.configuration import stack_configuration
from tools.stack.state_folder import claim

_FILE = ROOT / "Pulumi.rehearsal.yaml"
PAGE, API = "frontend", "ciapol-api"
"""Services that users reach through an Ingress."""
_POD_COLUMNS = "custom-columns=" + ",".join(
    [
        "NAME:.metadata.name",
        "ID:.metadata.uid",
        r"SERVICE:.metadata.labels.app\.kubernetes\.io/name",
        "READY:.status.conditions[?(@.type=='Ready')].status",
    ]
)


@dataclass(frozen=True)
class _Pod:
    name: str
    identity: str
    service: str
    ready: bool


@dataclass
class KubernetesStack(TestStack):
    """A stack of the tests with the settings of `rehearsal`.

    Args:
        cluster: where it runs.
    """

    __test__ = False

    cluster: Cluster | None = None

    def __post_init__(self) -> None:
        """Write the configuration file, and install the replacement plugin where the CLI looks for plugins."""
        super().__post_init__()
        self.install_plugin()

    def install_plugin(self) -> None:
        """Install the replacement plugin in the state folder. `destroy` deletes that folder."""
        # The commands reject a folder with content that they did not create.
        claim()
        install(self.folder / "pulumi-home")

    def configure(self, **settings: object) -> None:
        """Set settings by their names in the configuration file."""
        rehearsal = {
            key.removeprefix("kappastack:"): value for key, value in yaml.safe_load(_FILE.read_text())["config"].items()
        }
        rehearsal["kubernetes"] |= {
            "baseImage": engines.base_image_name(),
            "sharedStorageClass": node.STORAGE_CLASS,
            "nodeSettings": {"enabled": True},
            "ingress": {"namespace": users.NAMESPACE, "hosts": {PAGE: "page.test", API: "api.test"}},
        }
        # Three nodes, of which one may be killed. Their requests fit on two cores beside the other pods.
        engine = {"seatunnel": {"nodes": 3, "cpu": "100m"}}
        super().configure(**{**rehearsal, **engine, "monitoring": stack_images.MONITORING, **settings})

    @property
    def running(self) -> Cluster:
        """The cluster."""
        assert self.cluster is not None
        return self.cluster

    @property
    def namespace(self) -> str:
        """The stack's namespace."""
        return names.namespace(self.name, self.settings.kubernetes)

    @property
    def settings(self) -> Settings:
        """The stack's settings."""
        return load_settings(stack_configuration(self.name), {})

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the stack's commands."""
        used = self.running.environment
        own = {
            "KUBECONFIG": used["KUBECONFIG"],
            "PATH": used["PATH"],
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        return {**super().environment, **own}

    def pods(self) -> dict[str, str]:
        """Name and id of each pod."""
        return {each.name: each.identity for each in self._pods()}

    def pods_by_service(self) -> dict[str, set[str]]:
        """Ids of the pods of each service."""
        found: dict[str, set[str]] = {}
        for each in self._pods():
            found.setdefault(each.service, set()).add(each.identity)
        return found

    def ready_pods(self) -> int:
        """Number of ready pods."""
        return sum(each.ready for each in self._pods())

    def kill_and_wait(self, pod: str) -> float:
        """Kill a pod without a grace period, and return the seconds until another pod is ready in its place."""
        before = self._pods()
        [killed] = [each for each in before if each.name == pod]
        count = sum(each.service == killed.service for each in before)
        begin = time.monotonic()
        self.running.kubectl("delete", "pod", "-n", self.namespace, pod, "--grace-period=0", "--force")

        def is_replaced() -> bool:
            found = [each for each in self._pods() if each.service == killed.service]
            ready = [each for each in found if each.ready and each.identity != killed.identity]
            return len(found) == len(ready) == count

        wait_until(is_replaced, f"the pods of {killed.service} after the death of {pod}", pause=0.5)
        return time.monotonic() - begin

    def _pods(self) -> list["_Pod"]:
        text = self.running.kubectl("get", "pods", "-n", self.namespace, "--no-headers", "-o", _POD_COLUMNS)
        rows = [line.split() for line in text.splitlines()]
        return [_Pod(name, identity, service, ready == "True") for name, identity, service, ready in rows]

    def service_addresses(self) -> list[str]:
        """Host name and port of every port of every Service."""
        listed = json.loads(self.running.kubectl("get", "services", "-n", self.namespace, "-o", "json"))
        return [
            f"{each['metadata']['name']}.{self.namespace}:{port['port']}"
            for each in listed["items"]
            for port in each["spec"]["ports"]
        ]

    @contextmanager
    def used(self) -> Iterator[Users]:
        """Request the page and the API until the end of the context, as users do through an Ingress."""
        image = find(PAGE, images(engines.base_image_name(), chosen(self.settings.products))).local
        ports = {service: self.connections.endpoint(service, "http").port - self.offset for service in (PAGE, API)}
        paths = {"page": (PAGE, ""), "API": (API, "api/v1/stations")}
        urls = {
            name: f"http://{service}.{self.namespace}:{ports[service]}/{path}"
            for name, (service, path) in paths.items()
        }
        with users.users(self.running, image, urls) as asking:
            yield asking

    def smoke(self) -> Outcome:
        """Run the smoke tests unchanged."""
        script = (
            f'eval "$({sys.executable} -m tools.stack --stack {self.name} env)"; '
            f"{sys.executable} -m pytest smoke_tests --stack {self.name} -q -p no:cacheprovider"
        )
        return self._run(["bash", "-c", script], 1800)

    def leftovers(self) -> list[str]:
        """Remaining objects, policies and files of the stack."""
        listed = self.running.kubectl("get", "namespaces", "-o", "name").split()
        found = [each for each in listed if self.name in each]
        claims = self.running.kubectl("get", "persistentvolumeclaims", "--all-namespaces", "-o", "name").split()
        files = [str(path) for path in self.folder.rglob("*")] if self.folder.exists() else []
        return [*found, *claims, *self.running.policies(), *self._forwarders(), *files]

    def _forwarders(self) -> list[str]:
        """The background processes that forward ports into the cluster."""
        return [
            f"process {each.pid} {each.info['cmdline']}"
            for each in psutil.process_iter(["cmdline"])
            if self.name in (each.info["cmdline"] or []) and forwarder.__name__ in each.info["cmdline"]
        ]


@contextmanager
def deployed(folder: Path, cluster: Cluster, **settings: object) -> Iterator[KubernetesStack]:
    """Deploy a stack with these settings, and destroy it afterwards."""
    cluster.import_images(stack_images.archive())
    made = KubernetesStack(folder, cluster=cluster)
    try:
        made.configure(**settings)
        made.up()
        yield made
    finally:
        made.destroy()
