"""System variables that clients ask for, set, or see in SHOW VARIABLES."""

from starrocks_emulator import version

DEFAULTS: dict[str, str] = {
    "auto_increment_increment": "1",
    "autocommit": "1",
    "catalog": "default_catalog",
    "character_set_client": "utf8mb4",
    "character_set_connection": "utf8mb4",
    "character_set_database": "utf8mb4",
    "character_set_results": "utf8mb4",
    "character_set_server": "utf8mb4",
    "collation_connection": "utf8mb4_general_ci",
    "collation_database": "utf8mb4_general_ci",
    "collation_server": "utf8mb4_general_ci",
    "current_version": version.CURRENT_VERSION,
    "emulator": "true",
    "enable_insert_strict": "true",
    "enable_profile": "false",
    "group_concat_max_len": "1024",
    "init_connect": "",
    "insert_timeout": "14400",
    "interactive_timeout": "3600",
    "language": "/starrocks/share/english/",
    "license": "Apache-2.0",
    "lower_case_table_names": "0",
    "max_allowed_packet": "33554432",
    "net_buffer_length": "16384",
    "net_read_timeout": "60",
    "net_write_timeout": "60",
    "parallel_fragment_exec_instance_num": "1",
    "performance_schema": "0",
    "pipeline_dop": "0",
    "query_cache_size": "1048576",
    "query_cache_type": "0",
    "query_timeout": "300",
    "resource_group": "",
    "sql_auto_is_null": "0",
    "sql_mode": "ONLY_FULL_GROUP_BY",
    "sql_safe_updates": "0",
    "sql_select_limit": "9223372036854775807",
    "system_time_zone": "UTC",
    "time_zone": "UTC",
    "transaction_isolation": "REPEATABLE-READ",
    "transaction_read_only": "0",
    "tx_isolation": "REPEATABLE-READ",
    "tx_read_only": "0",
    "version": version.MYSQL_VERSION,
    "version_comment": version.COMMENT,
    "wait_timeout": "28800",
}
READ_ONLY = {"version", "version_comment", "current_version", "license", "emulator", "lower_case_table_names",
             "system_time_zone", "performance_schema", "language"}  # fmt: skip
UTC_NAMES = {"UTC", "+00:00", "Etc/UTC", "GMT", "Africa/Abidjan", "SYSTEM"}
"""Time zones that a session may ask for: those that equal UTC the whole year."""
SQL_MODES = {"", "ONLY_FULL_GROUP_BY", "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "NO_ENGINE_SUBSTITUTION",
             "TRADITIONAL", "NO_ZERO_DATE", "NO_ZERO_IN_DATE", "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_CREATE_USER",
             "NO_AUTO_VALUE_ON_ZERO"}  # fmt: skip
"""SQL modes that change nothing in StarRocks, or what this emulator does anyway."""
FIXED = {"sql_auto_is_null"}
"""Variables that would change results and may only be set to what they are."""
