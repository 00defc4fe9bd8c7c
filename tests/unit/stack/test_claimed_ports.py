"""Ports that test processes claim."""

import multiprocessing
import socket
from pathlib import Path

from tests.claimed_ports import Claims


def _always(_port: int) -> bool:
    return True


def _claim(file: Path, ports: set[int]) -> bool:
    return Claims(file, _always).claim(ports)


def _claim_elsewhere(file: Path, ports: set[int]) -> bool:
    """Claim ports in another process, which ends then."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_claim, (file, ports))


def test_a_claimed_port_belongs_to_one_process_and_to_one_stack_of_it(tmp_path: Path) -> None:
    file = tmp_path / "ports"
    claims = Claims(file, _always)
    assert claims.claim({1, 2})
    assert not _claim_elsewhere(file, {2})
    assert not claims.claim({2, 3})
    assert _claim_elsewhere(file, {3}), "a refused claim keeps no port"
    assert claims.claim({3}), "the end of a process releases its claims"


def test_a_port_in_use_is_not_claimed(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "ports")
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not claims.claim({server.getsockname()[1]})


def test_a_refused_claim_of_several_ports_keeps_none(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "ports", lambda port: port != 2)
    assert not claims.claim({1, 2})
    assert claims.claim({1})
