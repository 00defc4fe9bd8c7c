"""A separate machine: an unprivileged container with a copy of this checkout and the results of the set-up.

The container may not create user namespaces. It has a user besides root. It uses the virtual environment, the Pulumi
CLI and the Python interpreter of this machine, so that only the deployment takes time.
"""

import io
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import docker
import yaml
from machine import Outcome

from infra.checkout.paths import NOTES, ROOT, VENV, cache
from infra.distributions.model import DIST
from tests.cluster import engine as engines

IMAGE = "kappastack-tests/machine"
USER = 1000
# The interpreter of this machine may be below root's home folder.
_DOCKERFILE = """\
FROM {base}
RUN apt-get update \\
 && apt-get install --yes --no-install-recommends make git python3 python3-venv procps psmisc maven \\
    openjdk-17-jdk-headless libreadline8 libsqlite3-0 libffi8 \\
 && rm -rf /var/lib/apt/lists/* \\
 && chmod 711 /root \\
 && useradd --uid {user} --create-home somebody \\
 && install -d -m 777 /cache
"""


def build(engine: str) -> None:
    """Build the image of the machine.

    Args:
        engine: value of DOCKER_HOST.
    """
    client = docker.DockerClient(base_url=engine) if engine else docker.from_env()
    text = _DOCKERFILE.format(base=engines.base_image(engine), user=USER)
    client.images.build(fileobj=io.BytesIO(text.encode()), tag=IMAGE, rm=True)


@dataclass
class ContainerMachine:
    """The machine. Each command runs in a new container over the same checkout.

    Args:
        folder: folder for the copy of the checkout.
        engine: value of DOCKER_HOST.
        user: id of the user who runs the commands.
        prepared: whether the set-up is complete.
    """

    folder: Path
    engine: str
    user: int
    prepared: bool = True

    def __post_init__(self) -> None:
        """Copy the checkout, and give the copy to the user. The copy deploys one product without demonstration data."""
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.folder / name)
        for path in [DIST, *NOTES.glob("*.json")] if self.prepared else []:
            self._copy(path)
        (self.folder / VENV.relative_to(ROOT)).mkdir()
        file = self.folder / "Pulumi.local.yaml"
        document = yaml.safe_load(file.read_text())
        document["config"] |= {"kappastack:demonstration": False, "kappastack:products": {"ciapol": {}}}
        file.write_text(yaml.safe_dump(document))
        subprocess.run(["chown", "--recursive", f"{self.user}:{self.user}", str(self.folder)], check=True)

    def _copy(self, path: Path) -> None:
        target = self.folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "--recursive", "--reflink=auto", str(path), str(target)], check=True)

    def run(self, command: str, *options: str) -> Outcome:
        """Run a shell command in a new container.

        Args:
            command: argument of `sh -c`, which runs in the checkout.
            options: further options of `docker run`.
        """
        python = Path(sys.base_prefix)
        mounts = {
            self.folder: f"{ROOT}",
            VENV: f"{VENV}:ro",
            python: f"{python}:ro",
            cache() / "pulumi": "/cache/pulumi:ro",
        }
        done = subprocess.run(
            [
                *("docker", "run", "--rm", "--init", "--user", str(self.user), "--workdir", str(ROOT)),
                *(f"--volume={source}:{target}" for source, target in mounts.items()),
                # Downloads of the set-up stay in a volume for the next run of the tests.
                f"--volume={IMAGE.replace('/', '-')}-{self.user}:/cache" if self.prepared else "--volume=/cache",
                "--env=KAPPASTACK_CACHE=/cache",
                "--env=SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
                f"--env=PATH={python}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                *options,
                *(IMAGE, "sh", "-c", command),
            ],
            env=engines.environment(self.engine),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout)
