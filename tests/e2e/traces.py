"""Finds what a stack has of a product."""

import json
from collections.abc import Iterable

import httpx
from machine import TestStack

from infra.resources.dolphinscheduler.client import connect
from infra.resources.http import HttpService
from infra.resources.starrocks.client import session
from infra.services.pulsar_roles import ADMIN
from seatunnel.client.definition import job_id
from seatunnel.client.zeta import JobStatus, Zeta
from tests.waiting import PATIENCE

_STATEMENTS = ("SHOW DATABASES", "SHOW USERS", "SHOW ROLES", "SELECT name FROM kappastack.streaming_jobs")


def traces(stack: TestStack, product: str, jobs: Iterable[str]) -> set[str]:
    """The places in the services where a product is found; empty for a product that the stack does not have.

    Args:
        stack: the stack.
        product: name of the product.
        jobs: names of its streaming jobs.
    """
    pulsar = HttpService("Pulsar", stack.url("pulsar", "admin"), token=stack.connections.secrets[ADMIN])
    scheduler = connect(stack.name, "dolphinscheduler")
    prometheus = stack.url("prometheus", "http")
    with session(stack.name, "starrocks", "root") as root:
        texts = {statement: str(root.execute(statement)) for statement in _STATEMENTS}
    texts["tenants of Pulsar"] = json.dumps(pulsar.request("GET", "/admin/v2/tenants"))
    texts["projects of DolphinScheduler"] = json.dumps(scheduler.pages("/projects"))
    targets = httpx.get(f"{prometheus}/api/v1/targets?state=active", timeout=PATIENCE).raise_for_status()
    texts["targets of Prometheus"] = targets.text
    groups = httpx.get(f"{prometheus}/api/v1/rules", timeout=PATIENCE).raise_for_status().json()["data"]["groups"]
    # Alerts are omitted, because an alert for a stopped job may be pending until the platform's API has read the jobs
    # again.
    rules = [(group["file"], rule["name"], rule["query"]) for group in groups for rule in group["rules"]]
    texts["rules of Prometheus"] = str(rules)
    texts["secrets"] = " ".join(stack.connections.secrets)
    texts["addresses"] = " ".join(stack.connections.endpoints)
    places = {place for place, text in texts.items() if product in text}
    zeta = Zeta(stack.url("seatunnel", "rest"))
    for job in jobs:
        if zeta.status(job_id(stack.name, f"{product}-{job}")) == JobStatus.RUNNING:
            places.add(f"job {job}")
    page = httpx.get(f"{stack.url('frontend', 'http')}/api/{product}/openapi.json", timeout=PATIENCE)
    if page.status_code != httpx.codes.NOT_FOUND:
        places.add("page")
    return places
