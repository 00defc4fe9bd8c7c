"""The stack `rehearsal` on the tests' Kubernetes, with methods to inspect it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml
from machine import Outcome, TestStack

from infra.configuration import load_settings
from infra.images import images
from infra.products.registry import chosen
from infra.services.prometheus import monitoring_images
from infra.settings import ROOT, Settings
from infra.targets.kubernetes import forwarder, names
from tests.cluster import engine as engines
from tests.cluster.kubernetes import Cluster
from tests.cluster.published import build_missing
from tests.providers.kubernetes_cluster.install import install
from tests.waiting import wait_until
from tools.stack.configuration import stack_configuration
from tools.stack.state_folder import claim

_FILE = ROOT / "Pulumi.rehearsal.yaml"
_READY = "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}"


@dataclass
class KubernetesStack(TestStack):
    """A stack of the tests with the settings of `rehearsal`.

    Args:
        cluster: where it runs.
        base_image: base of its images.
    """

    __test__ = False

    cluster: Cluster | None = None
    base_image: str = ""

    def __post_init__(self) -> None:
        """Write the configuration file, and install the replacement plugin where the CLI looks for plugins."""
        super().__post_init__()
        # The commands reject a folder with content that they did not create.
        claim()
        install(self.folder / "pulumi-home")

    def configure(self, **settings: object) -> None:
        """Set settings by their names in the configuration file."""
        rehearsal = {
            key.removeprefix("kappastack:"): value for key, value in yaml.safe_load(_FILE.read_text())["config"].items()
        }
        rehearsal["kubernetes"] |= {"baseImage": self.base_image}
        # Grafana's image cannot be replaced: nothing else contains Grafana.
        without = {"monitoring": {"grafana": {"enabled": False}}}
        super().configure(**{**rehearsal, **without, **settings})

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

    def load_images(self) -> None:
        """Build the images that the tests' Docker Engine lacks, and copy all images of the stack to the node."""
        with engines.engine() as engine:
            self.base_image = engines.base_image(engine)
            self.configure()
            build_missing(engine, self.base_image)
            command = [sys.executable, "-m", "tools.images", "--stack", self.name, "--base-image", self.base_image]
            built = subprocess.run(
                command, cwd=ROOT, env=engines.environment(engine), capture_output=True, text=True, check=False
            )
            assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
            settings = self.settings
            own = [each.local for each in images(self.base_image, chosen(settings.products))]
            self.running.load_images(engine, [*own, *monitoring_images(settings.monitoring).values()])

    def pods(self) -> dict[str, str]:
        """Name and id of each pod."""
        columns = "custom-columns=NAME:.metadata.name,ID:.metadata.uid"
        text = self.running.kubectl("get", "pods", "-n", self.namespace, "--no-headers", "-o", columns)
        return dict(line.split() for line in text.splitlines())

    def kill_and_wait(self, service: str) -> None:
        """Kill the processes of a service's pods without a grace period, and wait until their successors are ready."""
        selector = f"--selector={names.SERVICE_LABEL}={service}"
        place = ("pods", "-n", self.namespace, selector)
        before = set(self._identities(*place))
        self.running.kubectl("delete", *place, "--grace-period=0", "--force")

        def are_back() -> bool:
            found = self._identities(*place)
            # The list of Ready conditions has an entry for each pod that was scheduled.
            ready = self.running.kubectl("get", *place, "-o", _READY).split()
            return bool(found) and before.isdisjoint(found) and ready == ["True"] * len(found)

        wait_until(are_back, f"{service} after its death", pause=0.5)

    def _identities(self, *place: str) -> list[str]:
        return self.running.kubectl("get", *place, "-o", "jsonpath={.items[*].metadata.uid}").split()

    def service_addresses(self) -> list[str]:
        """Host name and port of every port of every Service."""
        listed = json.loads(self.running.kubectl("get", "services", "-n", self.namespace, "-o", "json"))
        return [
            f"{each['metadata']['name']}.{self.namespace}:{port['port']}"
            for each in listed["items"]
            for port in each["spec"]["ports"]
        ]

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
    made = KubernetesStack(folder, cluster=cluster)
    try:
        made.load_images()
        made.configure(**settings)
        made.up()
        yield made
    finally:
        made.destroy()
