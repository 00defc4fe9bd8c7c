"""Runs the Pulumi program under Pulumi's mocks and records every resource that it registers."""

import asyncio
import os
from unittest.mock import patch

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import wait_for_rpcs

from infra.settings import Settings
from stacks.environment import environment

Resource = mocks.MockResourceArgs


def planted(name: str) -> str:
    """A replacement for a generated secret: equally long, and contains the name of the secret."""
    return f"planted-{name}".ljust(32, ".")


def former(_name: str) -> str:
    """A replacement for the predecessor of a secret. Outside of rotations there is none."""
    return ""


class Recorder(mocks.Mocks):
    """Records every resource. Replaced secrets contain the word `planted`."""

    def __init__(self) -> None:
        """Start without resources."""
        self.resources: list[Resource] = []
        self.ignored: dict[str, list[str]] = {}
        """Inputs of each resource whose changes are ignored, by the same names as `needs`."""
        self.retained: set[str] = set()
        """Resources that a deletion leaves in place, by the same names as `needs`."""
        self.needs: dict[str, set[str]] = {}
        """Dependencies of each resource. Both are `<last part of the type>/<name>`, such as `Container/pulsar`."""

    def new_resource(self, args: Resource) -> tuple[str | None, dict[object, object]]:
        """Record the resource and return its inputs as outputs."""
        self.resources.append(args)
        outputs: dict[object, object] = dict(args.inputs)
        if args.typ.endswith(":RandomSecret"):
            outputs |= {"value": planted(args.name), "previous": former(args.name), "overlaps": False}
        if args.typ.endswith(":RemoteImage"):
            outputs["imageId"] = f"sha256:{args.name}"
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[object, object], list[tuple[str, str]] | None]:
        """Fail: no program of this project calls a provider function."""
        raise AssertionError(f"the program calls {args.token}")

    def files(self, service: str) -> dict[str, str]:
        """Configuration files of a service's container, text by file name, without secrets."""
        found = self.uploads(f"{service}-configuration")
        return {path.rsplit("/", 1)[1]: text for path, text in found.items() if "/secrets/" not in path}

    def uploads(self, container: str) -> dict[str, str]:
        """Files that are uploaded to a container, text by path."""
        uploads = self.of_type("Container")[container].inputs["uploads"]
        # Pulumi wraps the list in a secret value if it contains a secret.
        listed = uploads if isinstance(uploads, list) else uploads["value"]
        return {each["file"]: each["content"] for each in listed}

    def of_type(self, kind: str) -> dict[str, Resource]:
        """The resources whose type ends with `kind`, by name."""
        return {args.name: args for args in self.resources if args.typ.split(":")[-1] == kind}


class _Monitor(mocks.MockMonitor):
    """Records the dependencies of a resource, which Pulumi does not pass to mocks."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder)
        self._needs = recorder.needs
        self._ignored = recorder.ignored
        self._retained = recorder.retained

    def RegisterResource(  # noqa: N802 # gRPC's name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        answer: resource_pb2.RegisterResourceResponse = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        self._needs[_short(answer.urn)] = {_short(urn) for urn in request.dependencies}
        self._ignored[_short(answer.urn)] = list(request.ignoreChanges)
        if request.retainOnDelete:
            self._retained.add(_short(answer.urn))
        return answer


def _short(urn: str) -> str:
    *_, kind, name = urn.split("::")
    return f"{kind.split(':')[-1]}/{name}"


def run(settings: Settings, stack: str = "test") -> Recorder:
    """Run the program of the settings' target."""
    recorder = Recorder()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    mocks.set_mocks(recorder, project="kappastack", stack=stack, preview=False, monitor=_Monitor(recorder))

    async def program() -> None:
        environment(settings, stack)
        # Pulumi's own function waits for all pending outputs again after each one, which takes much longer.
        while pending := [output for output in SETTINGS.outputs if not output.done()]:
            await asyncio.wait(pending)
        await wait_for_rpcs()

    # The programs read from an engine, and unit tests have none.
    with patch.dict(os.environ, {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}):
        loop.run_until_complete(program())
    assert pulumi.get_stack() == stack
    return recorder
