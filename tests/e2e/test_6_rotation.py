"""Rotation of every secret under load, killed in the middle and completed by the next deployment."""

from pathlib import Path

import pytest
from machine import TestStack
from rotating import kill_and_complete

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def test_a_killed_rotation_of_all_secrets_is_completed_under_load(stack: TestStack, tmp_path: Path) -> None:
    kill_and_complete(stack, tmp_path)


def test_an_unknown_secret_is_refused_with_the_nearest_names(stack: TestStack) -> None:
    outcome = stack.command("rotate", "starrocks-rot")
    assert outcome.status == 1
    assert "SECRET=starrocks-rot does not exist; the nearest names are starrocks-root" in outcome.output
