"""Properties of tables and materialized views; values are checked, unknown properties refused."""

from collections.abc import Mapping

from starrocks_emulator import errors

_BOOLEAN = ("true", "false")
_COMPRESSIONS = ("lz4", "zstd", "zlib", "snappy", "lz4_frame")

_CHOICES: dict[str, tuple[str, ...]] = {
    "enable_persistent_index": _BOOLEAN,
    "replicated_storage": _BOOLEAN,
    "fast_schema_evolution": _BOOLEAN,
    "in_memory": _BOOLEAN,
    "storage_medium": ("hdd", "ssd"),
    "write_quorum": ("majority", "one", "all"),
    "dynamic_partition.enable": ("false",),
    "query_rewrite_consistency": ("disable", "checked", "loose", "force_mv"),
    "force_external_table_query_rewrite": _BOOLEAN,
    "enable_query_rewrite": _BOOLEAN,
}
_NUMBERS = {
    "replication_num": (1, 32767),
    "bucket_size": (0, 1 << 40),
    "partition_live_number": (1, 1 << 31),
    "primary_index_cache_expire_sec": (0, 1 << 31),
    "mutable_bucket_num": (0, 1 << 31),
    "partition_refresh_number": (-1, 1 << 31),
    "partition_ttl_number": (1, 1 << 31),
    "auto_refresh_partitions_limit": (1, 1 << 31),
}
_ENFORCED_ELSEWHERE = ("partition_live_number", "partition_ttl_number", "auto_refresh_partitions_limit")


def checked(properties: Mapping[str, str]) -> dict[str, str]:
    """The properties in normal form.

    Raises:
        SqlError: 1235 for an unknown property, 1064 for a bad value.
    """
    kept: dict[str, str] = {}
    for name, value in properties.items():
        key = name.lower()
        if key == "compression":
            codec, _, level = value.lower().partition("(")
            if codec not in _COMPRESSIONS or (level and (codec != "zstd" or not level.rstrip(")").isdigit())):
                raise errors.analysis(f"unknown compression type: {value}, expected one of {', '.join(_COMPRESSIONS)}")
            if level and not 1 <= int(level.rstrip(")")) <= _ZSTD_LEVELS:
                raise errors.analysis("Invalid level for zstd compression type")
            kept[key] = value.upper()
        elif key == "persistent_index_type":  # of shared-data clusters only
            raise errors.analysis(f"Unknown properties: {{{name}={value}}}")
        elif key in _CHOICES:
            if value.lower() not in _CHOICES[key]:
                raise errors.analysis(f"property '{name}' = '{value}': expected {' or '.join(_CHOICES[key])}")
            kept[key] = value.lower()
        elif key in _NUMBERS:
            if key in _ENFORCED_ELSEWHERE:
                raise errors.unsupported(f"the property {name}")
            low, high = _NUMBERS[key]
            if not value.lstrip("-").isdigit() or not low <= int(value) <= high:
                raise errors.analysis(f"property '{name}' = '{value}': expected a whole number from {low}")
            kept[key] = value
        elif key.startswith("session."):
            kept[key] = value
        else:
            raise errors.unsupported(f"the property '{name}'")
    return kept


_ZSTD_LEVELS = 22
TABLE_DEFAULTS = {
    "compression": "LZ4",
    "fast_schema_evolution": "true",
    "replicated_storage": "true",
    "replication_num": "1",
}
"""Properties that SHOW CREATE TABLE prints for every table."""
PRIMARY_DEFAULTS = {"enable_persistent_index": "true"}
"""Further properties that it prints for a PRIMARY KEY table."""
