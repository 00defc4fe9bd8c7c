"""A digest that is recorded in plain text does not help to guess a short password."""

import hashlib
import secrets

import pytest

from infra.hardening import hardened


def test_a_short_secret_is_replaced_by_a_slow_hash_that_depends_on_the_stack() -> None:
    found = {hardened("summer", stack) for stack in ("prod", "test")}
    assert len(found) == 2
    assert hardened("summer", "prod") in found, "it is the same at each deployment"
    assert hardened("winter", "prod") not in found
    # RFC 7914, with the parameters of the docstring: 128 · r · N bytes are 16 MiB.
    assert hardened("summer", "prod") == hashlib.scrypt(b"summer", salt=b"prod", n=16384, r=8, p=1).hex()


@pytest.mark.parametrize("length", [24, 48])
def test_a_generated_secret_is_kept(length: int) -> None:
    secret = secrets.token_urlsafe(length)
    assert hardened(secret, "prod") == secret
