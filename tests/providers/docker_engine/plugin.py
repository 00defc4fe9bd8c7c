"""The plugin: forwards the requests of the protocol to the four resource types."""

import asyncio
from collections.abc import Mapping

import docker
from pulumi.provider.experimental import provider as protocol
from pulumi.provider.experimental.property_value import PropertyValue

from tests.providers.docker_engine.container import Container
from tests.providers.docker_engine.found import found_inputs
from tests.providers.docker_engine.resources import Incomplete, Kind, Network, RemoteImage, Volume
from tests.providers.docker_engine.rules import RULES, Rules
from tests.providers.docker_engine.server import Partial
from tests.providers.docker_engine.settings import logins, setting_problems
from tests.providers.docker_engine.validation import wrong_values
from tests.providers.docker_engine.values import changed, known, problems, unknown, wrapped


class DockerPlugin(protocol.Provider):
    """Uses the engine that the provider setting `host` or DOCKER_HOST names."""

    def __init__(self) -> None:
        """Connect to the engine at the first request."""
        self._host: str | None = None
        self._opened: docker.DockerClient | None = None
        self._images = RemoteImage()
        self._kinds: dict[str, Kind] = {
            "docker:index/container:Container": Container(),
            "docker:index/network:Network": Network(),
            "docker:index/volume:Volume": Volume(),
            "docker:index/remoteImage:RemoteImage": self._images,
        }

    @property
    def _client(self) -> docker.DockerClient:
        if self._opened is None:
            pool = 32
            self._opened = (
                docker.DockerClient(base_url=self._host, timeout=180, max_pool_size=pool)
                if self._host
                else docker.from_env(timeout=180, max_pool_size=pool)
            )
        return self._opened

    async def check_config(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        """Reject settings that the SDK does not have, or that this plugin does not implement."""
        failures = [protocol.CheckFailure(name, reason) for name, reason in setting_problems(request.new_inputs)]
        return protocol.CheckResponse(inputs=request.new_inputs, failures=failures)

    async def configure(self, request: protocol.ConfigureRequest) -> protocol.ConfigureResponse:
        """Store the address of the engine and the logins of registries."""
        host = known(request.args).get("host")
        self._host = str(host) if host else None
        self._images.logins = logins(request.args)
        return await super().configure(request)

    async def check(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        """Reject inputs that the SDK does not have, and add the defaults of the provider."""
        rules = RULES.get(_type(request.type))
        if rules is None:
            failure = protocol.CheckFailure("", f"the replacement plugin does not implement {request.type}")
            return protocol.CheckResponse(inputs=request.new_inputs, failures=[failure])
        inputs = dict(request.new_inputs)
        wrong = list(problems(rules.arguments, inputs)) or list(wrong_values(rules, known(inputs)))
        failures = [protocol.CheckFailure(name, reason) for name, reason in wrong]
        for name, default in rules.defaults.items():
            if name not in inputs or inputs[name].value is None:
                inputs[name] = wrapped(default)
        if "name" not in inputs or inputs["name"].value is None:
            old = request.old_inputs.get("name")
            inputs["name"] = old or PropertyValue(f"{request.name}-{request.random_seed.hex()[:7]}")
        return protocol.CheckResponse(inputs=inputs, failures=failures)

    async def diff(self, request: protocol.DiffRequest) -> protocol.DiffResponse:
        """Return the changed inputs, and those of them that replace the resource."""
        rules = RULES[_type(request.type)]
        found = [
            name
            for name in changed(rules, known(request.old_state), request.new_inputs)
            if name not in request.ignore_changes
        ]
        replaces = [name for name in found if name not in rules.updated]
        kinds = {
            name: protocol.PropertyDiffKind.UPDATE_REPLACE if name in replaces else protocol.PropertyDiffKind.UPDATE
            for name in found
        }
        return protocol.DiffResponse(
            changes=bool(found),
            replaces=replaces,
            diffs=found,
            detailed_diff={name: protocol.PropertyDiff(kind, input_diff=False) for name, kind in kinds.items()},
            delete_before_replace=bool(replaces) and rules.delete_before_replace,
        )

    async def create(self, request: protocol.CreateRequest) -> protocol.CreateResponse:
        """Create the resource. A preview returns unknown values."""
        rules = RULES[_type(request.type)]
        if request.preview:
            return protocol.CreateResponse(properties=_previewed(rules, request.properties))
        kind = self._kinds[_type(request.type)]
        try:
            identity, read = await asyncio.to_thread(kind.create, self._client, known(request.properties))
        except Incomplete as error:
            raise Partial(error.identity, dict(request.properties), str(error)) from error
        return protocol.CreateResponse(identity, _state(request.properties, read))

    async def read(self, request: protocol.ReadRequest) -> protocol.ReadResponse:
        """Read the actual state; empty if the resource does not exist."""
        kind = self._kinds[_type(request.type)]
        found = await asyncio.to_thread(kind.read, self._client, request.resource_id, known(request.properties))
        if found is None:
            return protocol.ReadResponse("", {}, {})
        identity, read = found
        state = _state(request.properties, read)
        return protocol.ReadResponse(identity, state, found_inputs(RULES[_type(request.type)], request.inputs, state))

    async def update(self, request: protocol.UpdateRequest) -> protocol.UpdateResponse:
        """Update the resource in place. The new state is the planned one."""
        planned = _planned(RULES[_type(request.type)], request.olds, request.news)
        if request.preview:
            return protocol.UpdateResponse(planned)
        kind = self._kinds[_type(request.type)]
        old, new = known(request.olds), known(request.news)
        try:
            read = await asyncio.to_thread(kind.update, self._client, request.resource_id, old, new)
        except Incomplete as error:
            raise Partial(error.identity, planned, str(error)) from error
        return protocol.UpdateResponse(_state(planned, read))

    async def delete(self, request: protocol.DeleteRequest) -> None:
        """Delete the resource."""
        kind = self._kinds[_type(request.type)]
        await asyncio.to_thread(kind.delete, self._client, request.resource_id, known(request.properties))


def _type(qualified: str) -> str:
    """The resource type of a URN, which also contains the types of the parents."""
    return qualified.rsplit("$", 1)[-1]


def _previewed(rules: Rules, inputs: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
    later = [*rules.outputs, *(name for name in rules.computed if name not in inputs)]
    return {**inputs, **{name: unknown() for name in later}}


def _planned(
    rules: Rules, olds: Mapping[str, PropertyValue], news: Mapping[str, PropertyValue]
) -> dict[str, PropertyValue]:
    """The state after an update: the new inputs, and the previous values that the engine or the provider chose."""
    kept = {name: each for name, each in olds.items() if name in rules.computed or name in rules.outputs}
    return {**kept, **news}


def _state(before: Mapping[str, PropertyValue], read: Mapping[str, object]) -> dict[str, PropertyValue]:
    """The new state: the inputs with their secrets marked, and the values that were read."""
    state = dict(before)
    for name, value in read.items():
        secret = name in state and state[name].is_secret
        state[name] = PropertyValue(wrapped(value).value, is_secret=secret)  # type: ignore[arg-type]
    return state
