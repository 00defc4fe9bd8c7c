"""Rules about the settings of a stack."""

from collections.abc import Iterator
from ipaddress import ip_address

from infra.policies.rules import SettingsRule, StackFacts
from infra.settings import PROJECT, SECRET_KEYS

_QUORUM = 3
"""Number of members of which one may fail while a majority remains."""


def _secrets_are_encrypted(stack: StackFacts) -> Iterator[str]:
    for key in SECRET_KEYS:
        if f"{PROJECT}:{key}" in stack.plain:
            yield (
                f"Pulumi.{stack.name}.yaml has {PROJECT}:{key} in plain text; replace it: "
                f"pulumi config set --secret {key} VALUE -s {stack.name}"
            )


def _ports_of_data_are_private(stack: StackFacts) -> Iterator[str]:
    address = stack.settings.docker.operator_address
    if not ip_address(address).is_loopback:
        yield (
            f"{PROJECT}:docker.operatorAddress {address} publishes the ports of databases and engines to other "
            "machines; leave it at 127.0.0.1 and use a tunnel"
        )


def _quorums(stack: StackFacts) -> Iterator[str]:
    if not stack.is_production:
        return
    settings = stack.settings
    for key, members in (
        ("pulsar.zookeepers", settings.pulsar.zookeepers),
        ("pulsar.bookies", settings.pulsar.bookies),
        ("seatunnel.nodes", settings.seatunnel.nodes),
        ("starrocks.frontends", settings.starrocks.frontends),
        ("starrocks.backends", settings.starrocks.backends),
        ("starrocks.replicationNum", settings.starrocks.replication_num),
    ):
        if members < _QUORUM:
            yield f"{PROJECT}:{key} is {members}: the loss of one stops the stack or loses data; set it to {_QUORUM}"


def _data_are_kept(stack: StackFacts) -> Iterator[str]:
    if stack.is_production and not stack.settings.keep_data:
        yield f"{PROJECT}:keepData is false: a removed service or product would lose its data; leave the key out"


def _no_emulator(stack: StackFacts) -> Iterator[str]:
    if stack.is_production and stack.settings.starrocks.edition == "emulator":
        yield f"{PROJECT}:starrocks.edition is emulator, which is for laptops and tests; set it to cluster"


RULES = (
    SettingsRule("encrypted-secrets", "Secrets in the stack's file are encrypted.", _secrets_are_encrypted),
    SettingsRule("private-data-ports", "Ports of databases and engines are loopback only.", _ports_of_data_are_private),
    SettingsRule("quorums", "In production each stateful service has three members.", _quorums),
    SettingsRule("kept-data", "In production, data survive the removal of their service.", _data_are_kept),
    SettingsRule("no-emulator", "Production runs StarRocks, not its emulator.", _no_emulator),
)
