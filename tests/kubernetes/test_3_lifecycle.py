"""Backup, destruction and restore of a stack on Kubernetes."""

from pathlib import Path

import pytest
from saving import Saved

from tests.cluster.kubernetes_stack import KubernetesStack
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]


def remove(stack: KubernetesStack) -> None:
    """Destroy the stack with its data. Nothing remains."""
    outcome = stack.destroy()
    assert outcome.status == 0, outcome.output[-6000:]
    # The process that forwards ports ends within a second after the stack is destroyed.
    wait_until(lambda: stack.leftovers() == [], lambda: f"the end of {stack.leftovers()}")


def test_a_backup_is_restored_after_the_stack_and_its_data_were_destroyed(
    stack: KubernetesStack, tmp_path: Path
) -> None:
    saved = Saved.of(stack, tmp_path)
    remove(stack)
    stack.install_plugin()
    stack.configure()
    stack.up()
    saved.restore(stack)
    saved.publish_again(stack, tmp_path)


def test_destroy_leaves_nothing(stack: KubernetesStack) -> None:
    remove(stack)
