-- Restarts on purpose. Alerts count other restarts only.

CREATE TABLE IF NOT EXISTS planned_restarts (
    service VARCHAR(64) NOT NULL COMMENT "service that a deployment or a command restarted or stopped",
    restarted_at DATETIME NOT NULL COMMENT "when that last happened, UTC"
)
PRIMARY KEY (service)
COMMENT "Last planned restart of each service"
DISTRIBUTED BY HASH (service) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

GRANT SELECT ON TABLE kappastack.planned_restarts TO ROLE platform_reader_role;
