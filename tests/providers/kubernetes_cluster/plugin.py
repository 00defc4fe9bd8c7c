"""The plugin: applies objects on the server, waits for them, and compares them as the provider does."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from pulumi.provider.experimental import provider as protocol
from pulumi.provider.experimental.property_value import PropertyValue

from tests.providers.docker_engine.server import Partial
from tests.providers.docker_engine.values import Unknown, known, plain, wrapped
from tests.providers.kubernetes_cluster import fields
from tests.providers.kubernetes_cluster.api import Api, ApiError, Conflict, Object
from tests.providers.kubernetes_cluster.kinds import FORCE, KINDS, SKIP, Kind, annotated, metadata
from tests.providers.kubernetes_cluster.waiting import SECONDS, until_gone, until_ready

_SETTINGS = {"clusterIdentifier", "context", "enableServerSideApply", "kubeconfig", "upsertExistingObjects", "version"}
_INPUTS = "__inputs"
_MANAGER = "__fieldManager"
_SECRETS = ("data", "stringData")


class KubernetesPlugin(protocol.Provider):
    """Uses the cluster of the kubeconfig whose path is the setting `kubeconfig`; the SDK sets it from KUBECONFIG."""

    def __init__(self) -> None:
        """Connect to the cluster at the first request."""
        self._kubeconfig = Path()
        self._context = ""
        self._adopts = False
        self._opened: Api | None = None

    @property
    def _api(self) -> Api:
        if self._opened is None:
            self._opened = Api(self._kubeconfig, self._context)
        return self._opened

    async def check_config(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        """Reject settings that this plugin does not implement."""
        failures = [
            protocol.CheckFailure(name, "this replacement plugin does not implement this setting")
            for name, value in request.new_inputs.items()
            if name not in _SETTINGS and value.value not in (None, "")
        ]
        if plain(request.new_inputs.get("enableServerSideApply", PropertyValue(True))) not in (True, "true"):
            failures.append(protocol.CheckFailure("enableServerSideApply", "this replacement plugin requires true"))
        return protocol.CheckResponse(inputs=request.new_inputs, failures=failures)

    async def configure(self, request: protocol.ConfigureRequest) -> protocol.ConfigureResponse:
        """Store the path of the kubeconfig and the context."""
        settings = known(request.args)
        self._kubeconfig = Path(str(settings["kubeconfig"]))
        self._context = str(settings.get("context") or "")
        self._adopts = settings.get("upsertExistingObjects") in (True, "true")
        return await super().configure(request)

    async def check(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        """Reject kinds that this plugin does not implement, and objects without a name."""
        kind = KINDS.get(_type(request.type))
        if kind is None:
            reason = f"this replacement plugin does not implement {_type(request.type)}"
            return protocol.CheckResponse(inputs=request.new_inputs, failures=[protocol.CheckFailure("", reason)])
        inputs = dict(request.new_inputs)
        inputs |= {"apiVersion": PropertyValue(kind.version), "kind": PropertyValue(kind.name)}
        failures = [protocol.CheckFailure(name, reason) for name, reason in _problems(kind, inputs)]
        return protocol.CheckResponse(inputs=inputs, failures=failures)

    async def diff(self, request: protocol.DiffRequest) -> protocol.DiffResponse:
        """Return the changed fields, and those of them that replace the object."""
        # The engine has given fields of `ignore_changes` their old values already.
        old, new = request.old_state[_INPUTS], PropertyValue(request.new_inputs)
        found = list(fields.changes(old, new))
        replaces = [path for path in found if fields.replaces(path, KINDS[_type(request.type)].replacing)]
        kinds = protocol.PropertyDiffKind
        named = [path for path in replaces if path in ("metadata.name", "metadata.namespace")]
        return protocol.DiffResponse(
            changes=bool(found),
            replaces=replaces,
            diffs=found,
            detailed_diff={
                path: protocol.PropertyDiff(
                    kinds.UPDATE_REPLACE if path in replaces else kinds.UPDATE, input_diff=False
                )
                for path in found
            },
            # The new object has the name of the old one.
            delete_before_replace=bool(replaces) and not named,
        )

    async def create(self, request: protocol.CreateRequest) -> protocol.CreateResponse:
        """Apply the object, and wait until it is ready.

        Raises:
            ApiError: an object of the name exists, and the setting `upsertExistingObjects` does not permit to adopt it.
        """
        if request.preview:
            return protocol.CreateResponse(properties=dict(request.properties))
        kind = KINDS[_type(request.type)]
        path = _path(kind, request.properties)
        if not self._adopts and await asyncio.to_thread(self._api.get, path) is not None:
            raise ApiError(f"{kind.name} {path} already exists; the setting upsertExistingObjects adopts it")
        manager = f"pulumi-kubernetes-{os.urandom(4).hex()}"
        identity, state = await asyncio.to_thread(self._apply, kind, request.properties, manager, request.timeout)
        return protocol.CreateResponse(identity, state)

    async def read(self, request: protocol.ReadRequest) -> protocol.ReadResponse:
        """Read the object; empty if it does not exist. Fields that the program does not set are no inputs."""
        kind, inputs = KINDS[_type(request.type)], request.properties[_INPUTS]
        assert isinstance(inputs.value, Mapping)
        live = await asyncio.to_thread(self._api.get, _path(kind, inputs.value))
        if live is None:
            return protocol.ReadResponse("", {}, {})
        found = fields.found(inputs, fields.readable(live))
        assert isinstance(found.value, Mapping)
        manager = str(request.properties[_MANAGER].value)
        return protocol.ReadResponse(request.resource_id, _state(live, found.value, manager), dict(found.value))

    async def update(self, request: protocol.UpdateRequest) -> protocol.UpdateResponse:
        """Apply the changed object, and wait until it is ready."""
        if request.preview:
            return protocol.UpdateResponse({**request.olds, **request.news})
        kind, manager = KINDS[_type(request.type)], str(request.olds[_MANAGER].value)
        _, state = await asyncio.to_thread(self._apply, kind, request.news, manager, request.timeout)
        return protocol.UpdateResponse(state)

    async def delete(self, request: protocol.DeleteRequest) -> None:
        """Delete the object, and wait until it is gone."""
        inputs = request.properties[_INPUTS].value
        assert isinstance(inputs, Mapping)
        path = _path(KINDS[_type(request.type)], inputs)
        await asyncio.to_thread(self._api.delete, path)
        await asyncio.to_thread(until_gone, self._api, path, request.timeout or SECONDS)

    def _apply(
        self, kind: Kind, inputs: Mapping[str, PropertyValue], manager: str, timeout: float
    ) -> tuple[str, dict[str, PropertyValue]]:
        path, wanted = _path(kind, inputs), known(inputs)
        try:
            live = self._api.apply(path, wanted, manager, force=annotated(wanted, FORCE))
        except Conflict as error:
            raise ApiError(f"{error}\nAnother manager changed a field; the annotation {FORCE} takes it over") from error
        identity = _identity(live)
        if kind.awaited and not annotated(wanted, SKIP):
            live, reason = until_ready(self._api, kind, path, timeout or SECONDS)
            if reason:
                raise Partial(identity, _state(live, inputs, manager), f"{kind.name} {identity}: {reason}")
        return identity, _state(live, inputs, manager)


def _type(qualified: str) -> str:
    """The resource type of a URN, which also contains the types of the parents."""
    return qualified.rsplit("$", 1)[-1]


def _problems(kind: Kind, inputs: Mapping[str, PropertyValue]) -> list[tuple[str, str]]:
    values = known(inputs)
    required = ["name", *(["namespace"] if kind.namespaced else [])]
    given = inputs.get("metadata", PropertyValue({})).value
    assert isinstance(given, Mapping)
    found = [
        (f"metadata.{name}", "this replacement plugin requires it, because it generates none")
        for name in required
        if name not in given
    ]
    if kind.awaited and not kind.implemented and "metadata" in values and not annotated(values, SKIP):
        found.append(("metadata.annotations", f"this replacement plugin cannot wait for a {kind.name}: set {SKIP}"))
    return found


def _path(kind: Kind, inputs: Mapping[str, PropertyValue]) -> str:
    given = plain(inputs["metadata"])
    assert not isinstance(given, Unknown)
    assert isinstance(given, dict)
    return kind.url(str(given.get("namespace", "")), str(given["name"]))


def _identity(live: Object) -> str:
    named = metadata(live)
    return "/".join(str(named[name]) for name in ("namespace", "name") if name in named)


def _state(live: Object, inputs: Mapping[str, PropertyValue], manager: str) -> dict[str, PropertyValue]:
    """The recorded state: the object with secrets marked, the inputs, and the name of the field manager."""
    shown = {name: each for name, each in live.items() if name != "status"}
    shown["metadata"] = {name: each for name, each in metadata(live).items() if name != "managedFields"}
    secret = live.get("kind") == "Secret"
    state = {name: wrapped(each).with_secret(secret and name in _SECRETS) for name, each in shown.items()}
    return {**state, _INPUTS: PropertyValue(dict(inputs)), _MANAGER: PropertyValue(manager)}
