"""Hashes of secrets, for digests that are recorded in plain text."""

import hashlib

_GENERATED_LENGTH = 32
"""Characters of a generated secret, which has 192 random bits and cannot be guessed from its digest."""


def hardened(secret: str, stack: str) -> str:
    """The secret, or a slow hash of it if it is shorter than a generated one.

    A person may choose a short password, such as that of an external database. From a plain digest, it could be guessed
    at millions of attempts per second; each attempt at this hash takes about 50 ms and 16 MiB (scrypt, RFC 7914).

    Args:
        secret: the secret.
        stack: name of the stack. The same secret has different hashes in different stacks.
    """
    if len(secret) >= _GENERATED_LENGTH:
        return secret
    return hashlib.scrypt(secret.encode(), salt=stack.encode(), n=2**14, r=8, p=1).hex()
