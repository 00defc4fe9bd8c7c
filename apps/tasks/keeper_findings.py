"""The keeper's alerts about streaming jobs."""

from apps.shared.streaming_jobs import StreamingJob
from apps.tasks.alerts import CRITICAL, Finding
from apps.tasks.context import Context
from apps.tasks.findings import Findings

_REASON = 1500
_WHAT_TO_DO = (
    "The keeper no longer restarts it. Fix the cause, "
    "then run `make up`, which starts it from its last checkpoint and "
    "counts from zero."
)
_NOT_INGESTED = "Nothing is ingested; messages wait in Pulsar. See `make status` and `make logs`."


def keeper_findings(context: Context) -> Findings:
    """The alerts of a run of the keeper."""
    return Findings(context, severity=CRITICAL, name=context.step.workflow, ended=_ended)


def given_up(job: StreamingJob, why: str, failures: int) -> Finding:
    """The keeper does not restart the job again."""
    return _finding(
        job.product,
        job.name,
        f"streaming job {job.name} failed {failures} times in a row and is no longer restarted",
        f"le flux {job.name} a échoué {failures} fois de suite et ne sera plus redémarré",
        f"{why[:_REASON]}\n{_WHAT_TO_DO}",
    )


def engine_down(job: StreamingJob, why: str) -> Finding:
    """The engine has not responded for some time."""
    return _finding(
        job.product,
        job.name,
        f"SeaTunnel does not respond, {job.name} does not run",
        f"SeaTunnel ne répond pas, le flux {job.name} est arrêté",
        f"{why[:_REASON]}\n{_NOT_INGESTED}",
    )


def not_running(job: StreamingJob, why: str) -> Finding:
    """The job was not seen running; this may end soon."""
    return _finding(
        job.product,
        job.name,
        f"streaming job {job.name} does not run yet",
        f"le flux {job.name} ne fonctionne pas encore",
        why[:_REASON],
    )


def _ended(key: str) -> Finding:
    product, job = key.split("/", 1)
    title, title_fr = f"streaming job {job}: the problem is resolved", f"flux {job} : problème résolu"
    return _finding(product, job, title, title_fr, "It runs again, or it should no longer run.")


def _finding(product: str, job: str, title: str, title_fr: str, text: str) -> Finding:
    # The product is part of the key, so that the alert of a removed job is resolved with its labels.
    return Finding(f"{product}/{job}", product, job, title, title_fr, text)
