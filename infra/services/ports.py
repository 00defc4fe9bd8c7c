"""Every port of the platform, in one table. A stack's `portOffset` is added to each.

With every permitted offset, all ports stay below 32768, where Linux's range of ephemeral ports begins. Otherwise an
outgoing connection could occupy a port before its server starts.
"""

PULSAR_BROKER = 6650
PULSAR_OUTSIDE = 6651
PULSAR_ADMIN = 8080
BOOKKEEPER = 3181
BOOKKEEPER_HTTP = 8010
ZETA = 5801
STARROCKS_QUERY = 9030
STARROCKS_FE_HTTP = 8030
STARROCKS_BE_HTTP = 8040
STARROCKS_EDIT_LOG = 9010
STARROCKS_FE_RPC = 9020
STARROCKS_HEARTBEAT = 9050
STARROCKS_BE_THRIFT = 9060
STARROCKS_BRPC = 8060
STARROCKS_STARLET = 9070
ZOOKEEPER = 2181
ZOOKEEPER_PEERS = 2888
ZOOKEEPER_ELECTION = 3888
ZOOKEEPER_METRICS = 7000
POSTGRES = 5432
DOLPHINSCHEDULER = 12345
DOLPHINSCHEDULER_MASTER = 5678
DOLPHINSCHEDULER_WORKER = 1234
# DolphinScheduler's default is 50052, which is an ephemeral port.
DOLPHINSCHEDULER_ALERT = 5052
# Ports of separate servers. They differ from the standalone server's, because after a change of the topology the new
# servers start on the same machine while the old ones stop.
DOLPHINSCHEDULER_SEPARATE_MASTER = 5688
DOLPHINSCHEDULER_SEPARATE_WORKER = 1244
DOLPHINSCHEDULER_SEPARATE_ALERT = 5042
PLATFORM_API = 8090
FRONTEND = 3000
PROMETHEUS = 9090
ALERTMANAGER = 9093
NODE_EXPORTER = 9100
POSTGRES_EXPORTER = 9187
# Grafana's default is the page's port.
GRAFANA = 3001
