"""Pulsar's roles, and the settings of servers that admit only these roles.

A role is the subject of a token (JSON Web Token, RFC 7519) that is signed with the stack's key. Every client sends its
token, even to servers that do not require one. `topics/` grants roles the right to produce or consume.
"""

from collections.abc import Mapping

TOKEN_KEY = "pulsar-token-key"  # noqa: S105 # the name of a secret
ADMIN = "pulsar-admin"
BROKER = "pulsar-broker"
PROXY = "pulsar-proxy"
SEATUNNEL = "pulsar-seatunnel"
TOKENS = (ADMIN, BROKER, PROXY, SEATUNNEL)
"""Names of the secrets with the platform's tokens."""
_PREFIX = "pulsar-"


def role(token: str) -> str:
    """The role of a token, from the name of the token's secret."""
    return token.removeprefix(_PREFIX)


def token(role: str) -> str:
    """The name of the secret with a role's token."""
    return f"{_PREFIX}{role}"


def is_token(secret: str) -> bool:
    """Whether the secret of this name is a role's token."""
    return secret.startswith(_PREFIX) and secret != TOKEN_KEY


def secrets(token: str) -> Mapping[str, str]:
    """Secrets of a server: the key that verifies clients' tokens, and the server's own token."""
    return {TOKEN_KEY: TOKEN_KEY, token: token}


def broker() -> dict[str, object]:
    """Properties of a broker that authorizes each role by its grants."""
    return {**_server(BROKER), "authorizationEnabled": True, "proxyRoles": role(PROXY)}


def proxy() -> dict[str, object]:
    """Properties of a proxy that forwards the client's token, so that the broker authorizes the client."""
    return {**_server(PROXY), "forwardAuthorizationCredentials": True}


def _server(token: str) -> dict[str, object]:
    return {
        "authenticationEnabled": True,
        "authenticationProviders": "kappastack.RotatedKeys",
        "tokenSecretKey": f"file://@{{secret.{TOKEN_KEY}}}",
        # Brokers refuse a request that a proxy forwards unless the proxy's role is listed here.
        "superUserRoles": ",".join(map(role, (ADMIN, BROKER, PROXY))),
        # The broker authenticates with this token at other brokers.
        "brokerClientAuthenticationPlugin": "org.apache.pulsar.client.impl.auth.AuthenticationToken",
        "brokerClientAuthenticationParameters": f"file://@{{secret.{token}}}",
    }
