"""Ports that test processes claim."""

import multiprocessing
import socket
from pathlib import Path

import pytest

from tests.claimed_ports import Claims


def _claim(file: Path, ports: set[int]) -> bool:
    return Claims(file).claim(ports)


def _claim_elsewhere(file: Path, ports: set[int]) -> bool:
    """Claim ports in another process, which ends then."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_claim, (file, ports))


@pytest.fixture
def ports() -> list[int]:
    """Four free ports."""
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    found = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return found


def test_a_claimed_port_belongs_to_one_process_and_to_one_stack_of_it(tmp_path: Path, ports: list[int]) -> None:
    file = tmp_path / "ports"
    claims = Claims(file)
    assert claims.claim(set(ports[:2]))
    assert not _claim_elsewhere(file, {ports[1]})
    assert not claims.claim(set(ports[1:3]))
    assert _claim_elsewhere(file, {ports[2]}), "a refused claim keeps no port"
    assert claims.claim({ports[2]}), "the end of a process releases its claims"


def test_a_port_in_use_is_not_claimed(tmp_path: Path, ports: list[int]) -> None:
    claims = Claims(tmp_path / "ports")
    with socket.create_server(("127.0.0.1", ports[0])):
        assert not claims.claim(set(ports))
    assert claims.claim(set(ports))
