"""Settings that cannot be applied to existing claims."""

import json
from pathlib import Path

import pytest

from infra.targets.kubernetes.operations import KubernetesOperations
from tests.unit.kubernetes.rendered import CLUSTER, settings
from tools.stack import deployment
from tools.stack.pulumi import Stack, StackError


def claim(name: str, mode: str, storage_class: str, *, shared: bool) -> dict[str, object]:
    labels = {"kappastack.io/shared": "true"} if shared else {}
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"accessModes": [mode], "storageClassName": storage_class},
    }


MANY = claim("checkpoints", "ReadWriteMany", "many", shared=True)
SINGLE = claim("checkpoints", "ReadWriteOnce", "fast", shared=True)
OWN = claim("data", "ReadWriteOnce", "fast", shared=False)


@pytest.mark.parametrize(
    ("found", "chosen", "problems"),
    [
        (MANY, {"sharedStorageClass": "many", "storageClass": "fast"}, []),
        (SINGLE, {"storageClass": "fast"}, []),
        (SINGLE, {}, []),
        (OWN, {"sharedStorageClass": "many", "storageClass": "fast"}, []),
        (OWN, {"sharedStorageClass": "many"}, []),
        (
            MANY,
            {},
            ["kubernetes.sharedStorageClass: is not set, but", "claim checkpoints has class many", "Set it to many,"],
        ),
        (MANY, {"sharedStorageClass": "other"}, ["kubernetes.sharedStorageClass: is other, but", "Set it to many,"]),
        (
            SINGLE,
            {"sharedStorageClass": "many"},
            ["kubernetes.sharedStorageClass: is many, but", "access mode ReadWriteOnce", "Leave the key out,"],
        ),
        (SINGLE, {"storageClass": "slow"}, ["kubernetes.storageClass: is slow, but", "Set it to fast,"]),
        (OWN, {"storageClass": "slow"}, ["the existing claim data has class fast", "Set it to fast,"]),
    ],
)
def test_a_class_that_differs_from_an_existing_claim_is_refused(
    kubectl: Path, found: object, chosen: dict[str, str], problems: list[str]
) -> None:
    listed = json.dumps({"items": [found]})
    kubectl.write_text(f"#!/bin/sh\ncase \"$*\" in *pvc*) echo '{listed}' ;; esac\n")
    stack = settings(kubernetes={"registry": CLUSTER["registry"], **chosen})
    messages = KubernetesOperations(stack, "prod").obstacles()
    assert len(messages) == bool(problems)
    if problems:
        assert all(problem in messages[0] for problem in problems)
        with pytest.raises(StackError, match="kappastack:kubernetes"):
            deployment.check_obstacles(Stack("prod"), stack)


def test_without_a_cluster_nothing_is_refused(kubectl: Path) -> None:
    kubectl.write_text("#!/bin/sh\necho 'Unable to connect to the server' >&2; exit 1\n")
    assert KubernetesOperations(settings(kubernetes={**CLUSTER, "storageClass": "x"}), "prod").obstacles() == []
