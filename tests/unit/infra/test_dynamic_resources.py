"""Every class of a dynamic resource names its provider, which upgrades of an older revision's state need."""

import importlib
import pkgutil

import pytest
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider

import infra.resources
import infra.targets
from infra.resources.provider import Provider, resource_types

for package in (infra.resources, infra.targets):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)

TYPES = resource_types()


def test_types_are_registered_by_token() -> None:
    assert {
        "pulumi-python:dynamic/kappastack:RandomSecret",
        "pulumi-python:dynamic/kappastack:StarRocksSchema",
        "pulumi-python:dynamic/kappastack:PlatformHealthy",
        "pulumi-python:dynamic/kappastack:HostService",
    } <= TYPES.keys()
    assert len(TYPES) >= 15


@pytest.mark.parametrize("token", sorted(TYPES))
def test_each_provider_can_be_created_and_pickled(token: str) -> None:
    provider = TYPES[token].provider
    assert issubclass(provider, ResourceProvider)
    if issubclass(provider, Provider):
        assert provider.model.model_fields
        assert set(provider.replace_on) <= provider.model.model_fields.keys()
    assert serialize_provider(provider())
