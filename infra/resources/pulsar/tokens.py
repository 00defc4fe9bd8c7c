"""Tokens of Pulsar's roles."""

import jwt
from pulumi import Output


def signed(key: Output[str], role: str) -> Output[str]:
    """Sign a token for a role. Equal keys give equal tokens; the token must be kept as secret as the key.

    Args:
        key: the stack's key, 32 characters; its bytes are the key of HMAC with SHA-256.
        role: subject of the token.
    """
    return key.apply(lambda text: sign(text, role))


def sign(key: str, role: str) -> str:
    """Sign a token for a role; see `signed`."""
    return jwt.encode({"sub": role}, key, algorithm="HS256")
