"""Observes the pods of a service during its start."""

import math
import time

from infra.observing import BUSY_SECONDS, OUT_OF_MEMORY, QUIET_SECONDS, Sample
from infra.targets.kubernetes import names
from infra.targets.kubernetes.cluster import ClusterError, kubectl
from infra.targets.kubernetes.running_pods import Reason, RunningPod, running_pods

MOST_RESTARTS = 5
"""Restarts of a pod's containers that end a wait. The cluster restarts a container after 10, 20, 40 … seconds, so five
restarts take five minutes."""
_LOOK_SECONDS = 5.0
"""Seconds between two queries, because each one starts kubectl."""
_LOG_SECONDS = 10.0
"""Time limit for the log of a pod, whose node may not respond."""
_MOST_LOGS = 3
"""Pods of a service whose logs a sample reads."""
_KILLED_FOR_MEMORY = "OOMKilled"


class PodObserver:
    """See `infra.observing.Observer`."""

    def __init__(self, context: str, stack: str, service: str) -> None:
        """`context` is that of the kubeconfig, empty for the current one; `stack` and `service` are names."""
        self._context = context
        self._selector = f"{names.STACK_LABEL}={stack},{names.SERVICE_LABEL}={service}"
        self._first: dict[str, int] | None = None
        self._activity = 0
        self._observed = -math.inf
        self._last: Sample | None = None

    def sample(self) -> Sample | None:
        """The state of the pod with the most restarts, of those that do not run if there are any.

        While the cluster does not respond, it is the last known state.
        """
        now = time.monotonic()
        if now - self._observed < _LOOK_SECONDS:
            return self._last
        since, self._observed = math.ceil(min(now - self._observed, QUIET_SECONDS)), now
        try:
            pods = running_pods(self._context, self._selector)
        except ClusterError:
            return self._last
        if self._first is None:
            self._first = {each.metadata.uid: each.restarts for each in pods}
        if not pods:
            self._last = None
            return None
        late_first = sorted(pods, key=lambda each: each.ready)[:_MOST_LOGS]
        self._activity += any(self._log_of(each, f"--since={since}s", "--tail=1") for each in late_first)
        worst = max(pods, key=lambda each: (not each.running, self._new_restarts(each)))
        self._last = Sample(
            self._new_restarts(worst),
            MOST_RESTARTS,
            self._activity * BUSY_SECONDS,
            running=worst.running,
            ended=_text(worst.ended) if worst.ended else "",
        )
        return self._last

    def log(self, lines: int) -> str:
        """The end of the log of the pod with the most restarts, and the reasons for which pods do not start."""
        try:
            pods = running_pods(self._context, self._selector)
        except ClusterError as error:
            return str(error)
        if not pods:
            return ""
        worst = max(pods, key=lambda each: (not each.ready, each.restarts))
        tail = f"--tail={lines}"
        # A container that the cluster has just restarted has not logged anything yet.
        text = self._log_of(worst, tail) or (self._log_of(worst, tail, "--previous") if worst.restarts else "")
        reasons = [problem for each in pods for problem in each.problems()][: lines // 2]
        return "\n".join([*text.splitlines()[-(lines - len(reasons)) :], *reasons])

    def _new_restarts(self, pod: RunningPod) -> int:
        return pod.restarts - (self._first or {}).get(pod.metadata.uid, 0)

    def _log_of(self, pod: RunningPod, *options: str) -> str:
        try:
            return kubectl(
                self._context,
                *("logs", pod.metadata.name, "-n", pod.metadata.namespace, "--all-containers", *options),
                timeout=_LOG_SECONDS,
            )
        except ClusterError:
            return ""


def _text(end: Reason) -> str:
    return OUT_OF_MEMORY if end.reason == _KILLED_FOR_MEMORY else f"with exit code {end.exit_code}"
