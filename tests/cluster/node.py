"""Command lines and configuration files of the programs of the tests' Kubernetes."""

from pathlib import Path

from pydantic import JsonValue

from tests.cluster.certificates import Certificate
from tests.cluster.namespaces import FIRST, SECOND, Machine
from tests.cluster.programs import CNI

CONTEXT = "kappastack-test"
"""Name of the context in the kubeconfig."""
RUN = "/run/kappastack-node"
"""Folder of sockets. It is short, because paths of sockets have a length limit."""
SOCKET = f"{RUN}/containerd.sock"
SERVER = f"https://{FIRST.address}:6443"
COREDNS, PAUSE, PROBE = (f"docker.io/kappastack-tests/{name}:1" for name in ("coredns", "pause", "probe"))
"""Images with one program each."""
STORAGE_CLASS = "folders"
PODS = "10.244.0.0/16"
"""Addresses of the pods of all nodes."""
SERVICES = "10.96.0.0/16"
"""Addresses of Services; the first one is the API server's, and CoreDNS has a fixed one."""
FIRST_SERVICE = "10.96.0.1"
DNS = "10.96.0.10"
_ETCD = "http://127.0.0.1:2379"
_PEER = "http://127.0.0.1:2380"


def etcd(folder: Path) -> list[str]:
    """The database of the API server. Nothing survives the cluster, so it does not wait for the disk."""
    return [
        "etcd",
        f"--data-dir={folder / 'etcd'}",
        "--unsafe-no-fsync",
        f"--listen-client-urls={_ETCD}",
        f"--advertise-client-urls={_ETCD}",
        f"--listen-peer-urls={_PEER}",
        f"--initial-advertise-peer-urls={_PEER}",
        f"--initial-cluster=default={_PEER}",
    ]


def api_server(folder: Path) -> list[str]:
    """The API server, with the authorization and the admission of a usual cluster."""
    certificates = folder / "certificates"
    return [
        "kube-apiserver",
        f"--etcd-servers={_ETCD}",
        f"--bind-address={FIRST.address}",
        f"--advertise-address={FIRST.address}",
        f"--service-cluster-ip-range={SERVICES}",
        # kubeadm sets this option too. The Pod Security level of each namespace decides about privileged pods.
        "--allow-privileged",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        f"--client-ca-file={certificates / 'ca.crt'}",
        f"--tls-cert-file={certificates / 'api-server.crt'}",
        f"--tls-private-key-file={certificates / 'api-server.key'}",
        f"--kubelet-certificate-authority={certificates / 'ca.crt'}",
        f"--kubelet-client-certificate={certificates / 'kubelet-client.crt'}",
        f"--kubelet-client-key={certificates / 'kubelet-client.key'}",
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={certificates / 'service-accounts.crt'}",
        f"--service-account-signing-key-file={certificates / 'service-accounts.key'}",
    ]


def controller_manager(folder: Path) -> list[str]:
    """The controllers."""
    certificates = folder / "certificates"
    return [
        "kube-controller-manager",
        *_client(folder, "controller-manager"),
        "--use-service-account-credentials",
        f"--service-account-private-key-file={certificates / 'service-accounts.key'}",
        f"--root-ca-file={certificates / 'ca.crt'}",
        "--allocate-node-cidrs=false",
        "--leader-elect=false",
    ]


def scheduler(folder: Path) -> list[str]:
    """The scheduler."""
    return ["kube-scheduler", *_client(folder, "scheduler"), "--leader-elect=false"]


def _client(folder: Path, name: str) -> list[str]:
    kubeconfig = folder / f"{name}.kubeconfig"
    return [
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
    ]


def kubelet(folder: Path, machine: Machine) -> list[str]:
    """The node's agent."""
    return [
        "kubelet",
        f"--config={folder / 'kubelet.json'}",
        f"--kubeconfig={folder / 'kubelet.kubeconfig'}",
        f"--hostname-override={machine.node}",
        f"--node-ip={machine.address}",
        f"--root-dir={folder / 'kubelet'}",
    ]


def kubelet_configuration(folder: Path, machine: Machine, authority: Certificate, own: Certificate) -> JsonValue:
    """The configuration of kubelet.

    Args:
        folder: folder of the node's state.
        machine: the node.
        authority: signs the certificates of clients.
        own: certificate of its server.
    """
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": machine.address,
        "readOnlyPort": 0,
        "healthzBindAddress": "127.0.0.1",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority.certificate)},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(own.certificate),
        "tlsPrivateKeyFile": str(own.key),
        "clusterDomain": "cluster.local",
        "clusterDNS": [DNS],
        "cgroupDriver": "cgroupfs",
        **_control_groups(machine),
        "failCgroupV1": False,
        "failSwapOn": False,
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "volumePluginDir": str(folder / "volume-plugins"),
        # The disk of the machine is shared with everything else, so its level must not evict pods.
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": "50Mi"},
        "localStorageCapacityIsolation": False,
        "serializeImagePulls": False,
        "maxPods": 60,
    }


def _control_groups(machine: Machine) -> dict[str, JsonValue]:
    """Settings that separate the control groups of two nodes: a kubelet removes unknown groups below `kubepods`.

    Without groups of kubelet, containerd creates those of the containers below `k8s.io`.
    """
    return {} if machine == FIRST else {"cgroupsPerQOS": False, "enforceNodeAllocatable": []}


def proxy_configuration(folder: Path, machine: Machine) -> JsonValue:
    """The configuration of kube-proxy. It leaves the machine's limits of connection tracking as they are."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": str(folder / "proxy.kubeconfig")},
        "mode": "iptables",
        "hostnameOverride": machine.node,
        "clusterCIDR": PODS,
        "bindAddress": machine.address,
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "conntrack": {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        },
    }


def router(folder: Path, machine: Machine) -> list[str]:
    """kube-router, which only enforces NetworkPolicies."""
    return [
        "kube-router",
        f"--kubeconfig={folder / 'router.kubeconfig'}",
        "--run-firewall=true",
        "--run-router=false",
        "--run-service-proxy=false",
        "--run-loadbalancer=false",
        f"--hostname-override={machine.node}",
        f"--service-cluster-ip-range={SERVICES}",
        "--health-port=0",
        "--metrics-port=0",
    ]


def volume(folder: Path, number: int) -> JsonValue:
    """A persistent volume: a folder that all nodes have, like a network volume. Its size is not limited.

    Args:
        folder: folder of the node's state.
        number: number of the volume.
    """
    nodes: JsonValue = [FIRST.node, SECOND.node]
    here: JsonValue = {"key": "kubernetes.io/hostname", "operator": "In", "values": nodes}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"volume-{number}"},
        "spec": {
            "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
            "capacity": {"storage": "1Ti"},
            "local": {"path": str(folder / "volumes" / str(number))},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": STORAGE_CLASS,
        },
    }


def network(folder: Path, machine: Machine) -> JsonValue:
    """The network of the pods: a bridge in the node. NetworkPolicies of other nodes need the addresses of the pods."""
    return {
        "cniVersion": "1.0.0",
        "name": "pods",
        "plugins": [
            {
                "type": "bridge",
                "bridge": "cni0",
                "isGateway": True,
                "ipMasq": False,
                "hairpinMode": True,
                "ipam": {
                    "type": "host-local",
                    "dataDir": str(folder / "addresses"),
                    "ranges": [[{"subnet": machine.pods}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ],
    }


def containerd(folder: Path) -> str:
    """The configuration of containerd."""
    return f"""\
version = 2
root = "{folder / "containerd"}"
state = "{RUN}/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "{SOCKET}"
[ttrpc]
  address = "{SOCKET}.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  # Containers of machines without CAP_SYS_RESOURCE cannot lower this score.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI}"
    conf_dir = "{folder / "cni"}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
"""
