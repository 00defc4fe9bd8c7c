"""The end of a stack on Kubernetes."""

import pytest

from tests.cluster.kubernetes_stack import KubernetesStack
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def test_destroy_leaves_nothing(stack: KubernetesStack) -> None:
    outcome = stack.destroy()
    assert outcome.status == 0, outcome.output[-6000:]
    # The background process notices within a second that the stack is gone.
    wait_until(lambda: stack.leftovers() == [], lambda: f"the end of {stack.leftovers()}")
