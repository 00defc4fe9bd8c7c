"""The provider's settings, such as `docker:registryAuth`."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from docker import auth
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi_docker import ProviderArgs
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from tests.providers.docker_engine.values import known, problems

_UNSUPPORTED = ("caMaterial", "certMaterial", "certPath", "context", "keyMaterial", "sshOpts")


class _RegistryAuth(BaseModel):
    """A login of a registry, with the names of the SDK. `configFileContent` is not implemented."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, frozen=True)

    address: str = Field(min_length=1)
    username: str = ""
    password: str = ""
    config_file: str = ""
    auth_disabled: bool = False


_LOGINS = TypeAdapter(tuple[_RegistryAuth, ...])


def setting_problems(settings: Mapping[str, PropertyValue]) -> Iterator[tuple[str, str]]:
    """Errors in the provider's settings: their names and the reasons.

    Args:
        settings: settings by their names in the SDK. The engine passes lists and objects as JSON.
    """
    yield from problems(ProviderArgs, {name: each for name, each in settings.items() if name not in _JSON})
    for name in sorted(settings.keys() & set(_UNSUPPORTED)):
        if settings[name].value not in (None, ""):
            yield name, "this replacement plugin does not implement this setting"
    try:
        _logins(settings)
    except ValidationError as error:
        yield "registryAuth", "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())


_JSON = {"registryAuth", "version"}


def logins(settings: Mapping[str, PropertyValue]) -> dict[str, dict[str, str]]:
    """Name and password for each registry of `registryAuth`, in the form of the Docker API.

    Raises:
        RuntimeError: the file of `docker login` does not exist.
    """
    found = {}
    for each in _logins(settings):
        registry = each.address.removeprefix("https://").removeprefix("http://").split("/")[0]
        if each.auth_disabled:
            user, password = "username", "password"
        elif each.username:
            user, password = each.username, each.password
        else:
            user, password = _from_file(each, registry)
        found[registry] = {"username": user, "password": password, "serveraddress": each.address}
    return found


def _logins(settings: Mapping[str, PropertyValue]) -> tuple[_RegistryAuth, ...]:
    value = known(settings).get("registryAuth")
    if value is None:
        return ()
    return _LOGINS.validate_json(value) if isinstance(value, str) else _LOGINS.validate_json(json.dumps(value))


def _from_file(login: _RegistryAuth, registry: str) -> tuple[str, str]:
    """The login that `docker login` stored; empty if there is none."""
    path = Path(login.config_file or os.environ.get("DOCKER_CONFIG") or "~/.docker/config.json").expanduser()
    path = path / "config.json" if path.is_dir() else path
    if not path.is_file():
        raise RuntimeError(f"could not open config file from filePath: {path}")
    stored = auth.load_config(str(path)).resolve_authconfig(registry) or {}
    return stored.get("username", ""), stored.get("password", "")
