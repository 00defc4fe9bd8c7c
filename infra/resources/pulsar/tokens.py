"""Tokens of Pulsar's roles."""

import jwt
from pulumi import Output


def signed(key: Output[str], role: str) -> Output[str]:
    """A token that says who its holder is: the same for the same key, and as secret as that.

    Args:
        key: of the stack, 32 characters; brokers take its bytes as the key of HMAC with SHA-256.
        role: the token's subject.
    """
    return key.apply(lambda text: jwt.encode({"sub": role}, text, algorithm="HS256"))
