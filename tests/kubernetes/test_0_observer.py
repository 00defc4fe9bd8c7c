"""A pod of a real cluster that keeps exiting, as the observer of a service sees it."""

import pytest

from infra.targets.kubernetes import names
from infra.targets.kubernetes.observer import PodObserver
from tests.cluster.kubernetes import Cluster
from tests.cluster.probes import pod
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

_NAMESPACE = "tests-observer"
_STACK, _SERVICE = "observed", "failing"


def test_restarts_and_the_log_of_a_pod_that_keeps_exiting_are_observed(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PATH", "KUBECONFIG"):
        monkeypatch.setenv(name, cluster.environment[name])
    seen = PodObserver("", _STACK, _SERVICE)
    assert (seen.sample(), seen.log(8)) == (None, "")
    cluster.kubectl("create", "namespace", _NAMESPACE)
    try:
        text = pod("failing", "fail", labels=names.labels(_STACK, _SERVICE))
        cluster.kubectl("apply", "-n", _NAMESPACE, "-f", "-", text=text)

        def has_restarted() -> bool:
            found = seen.sample()
            return found is not None and found.exits >= 1 and not found.running

        wait_until(has_restarted, "a restart of the pod")
        found = seen.sample()
        assert found is not None
        assert found.ended == "with exit code 1"

        def log_is_complete() -> bool:
            lines = seen.log(8).splitlines()
            reasons = [line for line in lines if line.startswith("pod failing: CrashLoopBackOff: back-off")]
            return "unknown command fail" in lines and bool(reasons)

        wait_until(log_is_complete, lambda: f"the pod's output and why it waits in {seen.log(8)}", pause=1)
    finally:
        cluster.kubectl("delete", "namespace", _NAMESPACE)
