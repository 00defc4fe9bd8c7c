"""The roles of Pulsar: who each is, and how a server is told to let only them in.

A role is the subject of a token (JSON Web Token, RFC 7519) that is signed with the stack's key. Every client sends its
token, whether it is asked for one or not; who may produce or consume in a namespace stands in `topics/`.
"""

from collections.abc import Mapping

TOKEN_KEY = "pulsar-token-key"  # noqa: S105 # the name of a secret
ADMIN = "pulsar-admin"
BROKER = "pulsar-broker"
PROXY = "pulsar-proxy"
SEATUNNEL = "pulsar-seatunnel"
SENSORS = "pulsar-sensors"
SMOKE = "pulsar-smoke"
TOKENS = (ADMIN, BROKER, PROXY, SEATUNNEL, SENSORS, SMOKE)
"""Names of the secrets that hold tokens; the role is what follows `pulsar-`."""


def role(token: str) -> str:
    """The role that the token of this name is of."""
    return token.removeprefix("pulsar-")


def secrets(token: str) -> Mapping[str, str]:
    """What a server needs: the key that it verifies others' tokens with, and the token that it is known by itself."""
    return {TOKEN_KEY: TOKEN_KEY, token: token}


def broker() -> dict[str, object]:
    """Properties of a broker that lets each do what it was granted alone."""
    return {**_server(BROKER), "authorizationEnabled": True, "proxyRoles": role(PROXY)}


def proxy() -> dict[str, object]:
    """Properties of a proxy, which hands on who asks, so that the broker decides."""
    return {**_server(PROXY), "forwardAuthorizationCredentials": True}


def _server(token: str) -> dict[str, object]:
    return {
        "authenticationEnabled": True,
        "authenticationProviders": "org.apache.pulsar.broker.authentication.AuthenticationProviderToken",
        "tokenSecretKey": f"file://@{{secret.{TOKEN_KEY}}}",
        # A proxy does for others what they may do, so it must itself be allowed to do everything.
        "superUserRoles": ",".join(map(role, (ADMIN, BROKER, PROXY))),
        # As a client of brokers.
        "brokerClientAuthenticationPlugin": "org.apache.pulsar.client.impl.auth.AuthenticationToken",
        "brokerClientAuthenticationParameters": f"file://@{{secret.{token}}}",
    }
