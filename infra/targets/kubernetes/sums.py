"""The resources that a stack requests from a cluster."""

from collections.abc import Sequence

from infra.services.model import Service
from infra.settings_base import mebibytes
from infra.targets.base import Requests


def requests(services: Sequence[Service]) -> Requests:
    """Totals over the pods of all services.

    Pods of operators are included; replicas that the autoscaler may add are not.
    """
    cpu = memory = storage = pods = 0
    for service in services:
        if service.operated_by is not None:
            for each in service.operated_by.pods:
                pods += each.replicas
                cpu += each.replicas * each.cpu
                memory += each.replicas * each.memory
                storage += each.replicas * sum(map(mebibytes, each.storage))
            continue
        pods += service.replicas
        cpu += service.replicas * service.cpu
        memory += service.replicas * service.memory
        for volume in service.volumes.values():
            if not volume.service:
                storage += mebibytes(volume.size) * (1 if volume.shared else service.replicas)
    return Requests(pods=pods, cpu=cpu / 1000, memory_gib=round(memory / 1024, 1), storage_gib=round(storage / 1024, 1))
