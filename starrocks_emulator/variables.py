"""System variables: defaults, and the values that SET accepts."""

import re
from zoneinfo import ZoneInfo

from starrocks_emulator import errors, version
from starrocks_emulator.results import SqlError

DEFAULTS: dict[str, str] = {
    "auto_increment_increment": "1",
    "autocommit": "1",
    "catalog": "default_catalog",
    "character_set_client": "utf8",
    "character_set_connection": "utf8",
    "character_set_database": "utf8",
    "character_set_results": "utf8",
    "character_set_server": "utf8",
    "collation_connection": "utf8_general_ci",
    "collation_database": "utf8_general_ci",
    "collation_server": "utf8_general_ci",
    "current_version": version.CURRENT_VERSION,
    "emulator": "true",
    "enable_insert_strict": "true",
    "enable_profile": "false",
    "group_concat_max_len": "1024",
    "init_connect": "",
    "insert_timeout": "14400",
    "interactive_timeout": "3600",
    "language": "/starrocks/share/english/",
    "license": "Apache License 2.0",
    "lower_case_table_names": "0",
    "lower_upper_support_utf8": "false",
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
             "system_time_zone", "performance_schema", "language", "net_buffer_length"}  # fmt: skip
UTC_NAMES = {"UTC", "+00:00", "Etc/UTC", "GMT", "Africa/Abidjan", "SYSTEM"}
"""Names of time zones that equal UTC the whole year."""
SQL_MODES = {"", "ONLY_FULL_GROUP_BY", "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "NO_ENGINE_SUBSTITUTION",
             "TRADITIONAL", "NO_ZERO_DATE", "NO_ZERO_IN_DATE", "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_CREATE_USER",
             "NO_AUTO_VALUE_ON_ZERO"}  # fmt: skip
"""SQL modes without effect in StarRocks, or whose effect is the emulator's default."""
FIXED = {
    "sql_auto_is_null": "0",
    "sql_dialect": "starrocks",
    "enable_strict_type": "false",
    "cbo_eq_base_type": "VARCHAR",
    "enable_groupby_use_output_alias": "false",
    "cbo_decimal_cast_string_strict": "true",
    "group_concat_legacy": "false",
    "large_decimal_underlying_type": "panic",
    "allow_default_partition": "false",
    "enable_insert_partial_update": "true",
    "insert_max_filter_ratio": "0",
    "dynamic_overwrite": "false",
    "scan_olap_partition_num_limit": "0",
    "enable_drop_table_check_mv_dependency": "false",
}  # fmt: skip
"""Variables that change results, with the only value that the emulator supports."""
_TUNING_NAMES = (
    "adaptive_dop agg_in_filter_limit allow_hive_without_partition_filter always_collect_low_card_dict "
    "always_collect_low_card_dict_on_lake analyze_mv analyze_mv_v2 ann_params array_low_cardinality_optimize "
    "audit_execute_stmt back_pressure_back_rounds back_pressure_throttle_time_upper_bound batch_size "
    "big_query_log_cpu_second_threshold big_query_log_scan_bytes_threshold big_query_log_scan_rows_threshold "
    "big_query_profile_threshold broadcast_right_table_scale_factor broadcast_row_limit catalog "
    "cbo_cte_force_reuse_node_count cbo_cte_max_limit cbo_cte_reuse cbo_cte_reuse_rate cbo_cte_reuse_rate_v2 "
    "cbo_debug_alive_backend_number cbo_derive_join_is_null_predicate cbo_derive_range_join_predicate "
    "cbo_disabled_rules cbo_enable_dp_join_reorder cbo_enable_greedy_join_reorder "
    "cbo_enable_histogram_join_estimation cbo_enable_intersect_add_distinct cbo_enable_low_cardinality_optimize "
    "cbo_enable_predicate_subfield_path cbo_enable_replicated_join "
    "cbo_enable_single_node_prefer_two_stage_aggregate cbo_materialized_view_rewrite_candidate_limit "
    "cbo_materialized_view_rewrite_related_mvs_limit cbo_materialized_view_rewrite_rule_output_limit "
    "cbo_max_reorder_node cbo_max_reorder_node_use_dp cbo_max_reorder_node_use_exhaustive "
    "cbo_max_reorder_node_use_greedy cbo_prepare_metadata_thread_pool_size cbo_prune_json_subfield "
    "cbo_prune_json_subfield_depth cbo_prune_shuffle_column_rate cbo_prune_subfield cbo_push_down_aggregate "
    "cbo_push_down_aggregate_mode cbo_push_down_aggregate_on_broadcast_join "
    "cbo_push_down_aggregate_on_broadcast_join_row_count_limit cbo_push_down_aggregate_with_multi_column_stats "
    "cbo_push_down_distinct_below_window cbo_push_down_distinct_limit cbo_push_down_groupingset "
    "cbo_push_down_groupingset_reshuffle cbo_push_down_topn_limit cbo_reorder_threshold_use_exhaustive "
    "cbo_use_correlated_join_estimate cbo_use_correlated_predicate_estimate "
    "cbo_use_histogram_evaluate_list_partition cbo_use_lock_db cbo_use_nth_exec_plan choose_execute_instances_mode "
    "chunk_size codegen_level column_view_concat_bytes_limit column_view_concat_rows_limit "
    "computation_fragment_scheduling_policy connector_huge_file_size connector_incremental_scan_ranges_size "
    "connector_io_tasks_per_scan_operator connector_io_tasks_slow_io_latency_ms connector_max_split_size "
    "connector_remote_file_async_queue_size connector_remote_file_async_task_size "
    "connector_scan_use_query_mem_ratio connector_sink_compression_codec connector_sink_spill_mem_limit_threshold "
    "connector_sink_target_max_file_size consistent_hash_virtual_number count_distinct_column_buckets "
    "cross_join_cost_penalty custom_query_id datacache_evict_probability datacache_sharing_work_period "
    "default_rowset_type default_storage_engine default_table_compression default_tmp_storage_engine "
    "disable_bucket_join disable_colocate_join disable_colocate_set disable_function_fold_constants "
    "disable_generated_column_rewrite disable_join_reorder disable_spill_to_local_disk "
    "disable_streaming_preaggregations div_precision_increment enable_adaptive_sink_dop "
    "enable_agg_spill_preaggregation enable_aggregation_pipeline_share_limit enable_analyze_phase_prune_columns "
    "enable_array_distinct_after_agg_opt enable_async_profile enable_big_query_log enable_cbo_based_mv_rewrite "
    "enable_cbo_table_prune enable_cbo_view_based_mv_rewrite enable_collect_table_level_scan_stats "
    "enable_color_explain_output enable_column_expr_predicate enable_connector_adaptive_io_tasks "
    "enable_connector_async_list_partitions enable_connector_incremental_scan_ranges "
    "enable_connector_sink_global_shuffle enable_connector_sink_spill enable_connector_sink_writer_scaling "
    "enable_connector_split_io_tasks enable_constant_execute_in_fe enable_count_distinct_rewrite_by_hll_bitmap "
    "enable_count_star_optimization enable_cross_join enable_datacache_async_populate_mode "
    "enable_datacache_io_adaptor enable_datacache_sharing enable_deliver_batch_fragments "
    "enable_delta_lake_column_statistics enable_dialect_downgrade enable_distinct_agg_over_window "
    "enable_distinct_column_bucketization enable_dynamic_prune_scan_range enable_eliminate_agg "
    "enable_evaluate_schema_scan_rule enable_exchange_pass_through enable_exchange_perf enable_execution_only "
    "enable_expr_prune_partition enable_file_metacache enable_filter_unused_columns_in_scan_stage "
    "enable_fine_grained_range_predicate enable_force_rule_based_mv_rewrite enable_gin_filter "
    "enable_global_runtime_filter enable_group_execution enable_hive_column_stats "
    "enable_hive_metadata_cache_with_insert enable_hyperscan_vec enable_iceberg_column_statistics "
    "enable_iceberg_identity_column_optimize enable_incremental_mv enable_join_runtime_bitset_filter "
    "enable_join_runtime_filter_push_down enable_lake_tablet_internal_parallel enable_lambda_pushdown "
    "enable_late_materialization enable_load_profile enable_local_shuffle_agg "
    "enable_materialized_view_agg_pushdown_rewrite enable_materialized_view_concurrent_prepare "
    "enable_materialized_view_for_insert enable_materialized_view_multi_stages_rewrite "
    "enable_materialized_view_plan_cache enable_materialized_view_rewrite "
    "enable_materialized_view_rewrite_greedy_mode enable_materialized_view_rewrite_partition_compensate "
    "enable_materialized_view_single_table_view_delta_rewrite enable_materialized_view_text_match_rewrite "
    "enable_materialized_view_timeseries_agg_pushdown_rewrite enable_materialized_view_transparent_union_rewrite "
    "enable_materialized_view_union_rewrite enable_materialized_view_view_delta_rewrite enable_metadata_profile "
    "enable_min_max_optimization enable_multi_cast_limit_push_down enable_multicolumn_global_runtime_filter "
    "enable_multicolumn_global_runtime_filter_v2 enable_mv_optimizer_trace_log enable_mv_planner "
    "enable_nested_loop_join enable_optimize_skew_join_by_broadcast_skew_values "
    "enable_optimize_skew_join_by_query_rewrite enable_optimizer_trace_log enable_outer_join_reorder "
    "enable_paimon_column_statistics enable_parallel_merge enable_parallel_prepare_metadata "
    "enable_parquet_reader_bloom_filter enable_parquet_reader_page_index enable_partition_bucket_optimize "
    "enable_partition_column_value_only_optimization enable_partition_hash_join "
    "enable_partition_level_cardinality_estimation enable_per_bucket_optimize enable_phased_scheduler "
    "enable_pipeline enable_pipeline_engine enable_pipeline_event_scheduler "
    "enable_pipeline_level_multi_partitioned_rf enable_pipeline_level_shuffle enable_pipeline_query_statistic "
    "enable_plan_advisor enable_plan_advisor_blacklist enable_plan_analyzer enable_plan_serialize_concurrently "
    "enable_plan_validation enable_populate_block_cache enable_populate_datacache enable_predicate_expr_reuse "
    "enable_predicate_move_around enable_predicate_reorder enable_prepare_stmt "
    "enable_prune_column_after_index_filter enable_prune_complex_types enable_prune_complex_types_in_unnest "
    "enable_prune_iceberg_manifest enable_push_down_pre_agg_with_rank enable_pushdown_or_predicate "
    "enable_query_cache enable_query_debug_trace enable_query_dump enable_query_queue enable_query_queue_load "
    "enable_query_queue_select enable_query_queue_statistic enable_query_tablet_affinity "
    "enable_query_trigger_analyze enable_rbo_table_prune "
    "enable_read_iceberg_equality_delete_with_partition_evolution enable_read_iceberg_puffin_ndv "
    "enable_resource_group enable_result_sink_accumulate enable_rewrite_bitmap_union_to_bitamp_agg "
    "enable_rewrite_groupingsets_to_union_all enable_rewrite_or_to_union_all_join "
    "enable_rewrite_partition_column_minmax enable_rewrite_simple_agg_to_hdfs_scan "
    "enable_rewrite_simple_agg_to_meta_scan enable_rewrite_sum_by_associative_rule "
    "enable_rewrite_unnest_bitmap_to_array enable_rule_based_materialized_view_rewrite enable_runtime_adaptive_dop "
    "enable_scan_block_cache enable_scan_datacache enable_scan_predicate_expr_reuse enable_shared_scan "
    "enable_short_circuit enable_show_all_variables enable_show_predicate_tree_in_profile enable_simplify_case_when "
    "enable_sort_aggregate enable_spill enable_spill_buffer_read enable_spill_to_remote_storage enable_sql_digest "
    "enable_stats_to_optimize_skew_join enable_strict_order_by enable_subfield_no_copy "
    "enable_sync_materialized_view_rewrite enable_table_prune_on_update enable_tablet_internal_parallel "
    "enable_tablet_internal_parallel_v2 enable_topn_runtime_filter enable_ukfk_join_reorder enable_ukfk_opt "
    "enable_view_based_mv_rewrite enable_wait_dependent_event enable_write_hive_external_table event_scheduler "
    "exec_mem_limit follower_query_forward_mode force_schedule_local foreign_key_checks forward_to_leader "
    "forward_to_master full_sort_late_materialization full_sort_late_materialization_v2 "
    "full_sort_max_buffered_bytes full_sort_max_buffered_rows global_runtime_filter_build_max_size "
    "global_runtime_filter_build_min_size global_runtime_filter_probe_min_selectivity "
    "global_runtime_filter_probe_min_size global_runtime_filter_rpc_http_min_size global_runtime_filter_rpc_timeout "
    "global_runtime_filter_wait_timeout group_execution_group_scale group_execution_max_groups "
    "group_execution_min_scan_rows hash_join_interpolate_passthrough hash_join_push_down_right_table "
    "hdfs_backend_selector_force_rebalance hdfs_backend_selector_hash_algorithm "
    "hdfs_backend_selector_scan_range_shuffle historical_nodes_min_update_interval hive_partition_stats_sample_size "
    "hive_temp_staging_dir hudi_mor_force_jni_reader innodb_read_only insert_local_shuffle_for_window_pre_agg "
    "interleaving_group_size interpolate_passthrough io_tasks_per_scan_operator is_report_success jit_level "
    "join_implementation_mode join_implementation_mode_v2 join_late_materialization k_factor "
    "like_predicate_consolidate_min load_mem_limit load_transmission_compression_type log_rejected_record_num "
    "low_cardinality_optimize_on_lake low_cardinality_optimize_v2 "
    "materialized_view_join_same_table_permutation_limit materialized_view_max_relation_mapping_size "
    "materialized_view_rewrite_mode materialized_view_subuqery_text_match_max_count "
    "materialized_view_union_rewrite_mode max_buckets_per_be_to_use_balancer_assignment max_execution_time "
    "max_or_to_union_all_join_predicates max_parallel_scan_instance_num max_pipeline_dop "
    "max_pushdown_conditions_per_column max_scan_key_num max_spill_read_buffer_bytes_per_driver "
    "max_ukfk_join_reorder_fk_rows max_ukfk_join_reorder_scale_ratio metadata_collect_query_timeout "
    "nested_mv_rewrite_max_level new_planner_agg_stage new_planner_optimize_timeout optimizer_execute_timeout "
    "optimizer_materialized_view_timelimit orc_use_column_names paimon_force_jni_reader "
    "parallel_exchange_instance_num parallel_fragment_exec_instance_num parallel_merge_late_materialization_mode "
    "parse_tokens_limit phased_scheduler_max_concurrency pipeline_dop pipeline_profile_level pipeline_sink_dop "
    "plan_mode populate_datacache_mode pq_refine_factor prefer_compute_node prefer_cte_rewrite profile_limit_fold "
    "profile_timeout profiling query_cache_agg_cardinality_limit query_cache_entry_max_bytes "
    "query_cache_entry_max_rows query_cache_force_populate query_cache_hot_partition_num query_debug_options "
    "query_delivery_timeout query_excluding_mv_names query_including_mv_names query_mem_limit "
    "query_queue_concurrency_limit query_queue_cpu_used_permille_limit query_queue_max_queued_queries "
    "query_queue_mem_used_pct_limit query_queue_pending_timeout_second range_pruner_max_predicate "
    "rewrite_count_distinct_to_bitmap_hll rpc_http_min_size runtime_adaptive_dop_max_block_rows_per_driver_seq "
    "runtime_adaptive_dop_max_output_amplification_factor runtime_filter_early_return_selectivity "
    "runtime_filter_on_exchange_node runtime_filter_scan_wait_time runtime_join_filter_push_down_limit "
    "runtime_profile_report_interval scan_hive_partition_num_limit scan_or_to_union_limit "
    "scan_or_to_union_threshold scan_use_query_mem_ratio select_ratio_threshold single_node_exec_plan "
    "skew_join_data_skew_threshold skew_join_rand_range skew_join_use_mcv_count skip_local_disk_cache "
    "skip_page_cache spill_enable_compaction spill_enable_direct_io spill_encode_level "
    "spill_hash_join_probe_op_max_bytes spill_mem_limit_threshold spill_mem_table_num spill_mem_table_size "
    "spill_mode spill_operator_max_bytes spill_operator_min_bytes spill_partitionwise_agg "
    "spill_partitionwise_agg_partition_num spill_partitionwise_agg_skew_elimination spill_rand_ratio "
    "spill_revocable_max_bytes spill_storage_volume spillable_operator_mask sql_quote_show_create "
    "statistic_collect_parallel statistic_meta_collect_parallel storage_engine streaming_preaggregation_mode "
    "tablet_internal_parallel_mode thrift_plan_protocol topn_filter_back_pressure_mode trace_log_level "
    "trace_log_mode transmission_compression_type transmission_encode_level trigger_analyze tx_visible_wait_timeout "
    "unnest_push_down use_compute_nodes use_page_cache use_scan_block_cache warehouse window_partition_mode "
    "workgroup_id"
)
TUNING = frozenset(_TUNING_NAMES.split())
"""Variables of StarRocks 3.5 that change the execution of a statement, not its result; stored without effect."""
_OFFSET = re.compile(r"([+-]?)(\d{1,2}):(\d{2})")
_ZONE_ALIASES = {"CST": "Asia/Shanghai", "PRC": "Asia/Shanghai", "SYSTEM": "UTC"}


def time_zone(value: str) -> str:
    """A session time zone in StarRocks' form: a name, or an offset such as `+08:00`.

    Raises:
        SqlError: 1298 for an unknown time zone.
    """
    unknown = SqlError(1298, f"Unknown or incorrect time zone: '{value}'")
    if found := _OFFSET.fullmatch(value):
        sign, hours, minutes = found[1] or "+", int(found[2]), int(found[3])
        if minutes > 59 or hours * 60 + minutes > (840 if sign == "+" else 720):
            raise unknown
        return f"{sign}{hours:02}:{minutes:02}"
    try:
        ZoneInfo(_ZONE_ALIASES.get(value, value))
    except (ValueError, KeyError, OSError):
        raise unknown from None
    return value


def duckdb_zone(zone: str) -> str:
    """DuckDB's name for a time zone that `time_zone` returned."""
    if found := _OFFSET.fullmatch(zone):
        sign, minutes = found[1], found[3]
        # DuckDB supports whole hours only, with the sign of POSIX
        if minutes != "00":
            raise errors.unsupported(f"the time zone {zone}; use a name such as Asia/Kolkata")
        return "UTC" if found[2] == "00" else f"Etc/GMT{'-' if sign == '+' else '+'}{int(found[2])}"
    return _ZONE_ALIASES.get(zone, zone)


def checked(name: str, value: str) -> str:
    """Check a value of a variable and return its stored form.

    Args:
        name: name in lower case.
        value: value in the statement, without quotes.

    Raises:
        SqlError: the variable does not exist, is read-only, or does not accept the value.
    """
    if name not in DEFAULTS and name not in TUNING and name not in FIXED and name not in CHOICES:
        raise SqlError(1193, f"Unknown system variable '{name}'")
    if name in READ_ONLY:
        raise SqlError(1238, f"Variable '{name}' is a read only variable")
    if value.upper() == "DEFAULT" and name in DEFAULTS:
        return DEFAULTS[name]
    if name == "time_zone":
        return time_zone(value)
    if name in {"query_timeout", "insert_timeout"} and not (value.isdigit() and 1 <= int(value) <= 259200):
        raise errors.analysis(f"{name} is 1 to 259200 seconds, found {value}")
    if name == "sql_select_limit" and not value.isdigit():
        raise errors.analysis(f"sql_select_limit is a whole number, found {value}")
    if name == "group_concat_max_len" and not value.removeprefix("-").isdigit():
        raise errors.analysis(f"group_concat_max_len is a whole number, found {value}")
    if name in _SWITCHES and value.lower() not in _TRUTHS:
        raise errors.analysis(f"{name} is true or false, found {value}")
    if name in CHOICES and value.lower() not in CHOICES[name]:
        raise errors.analysis(f"{name} only support {'|'.join(CHOICES[name])}")
    only = FIXED.get(name)
    if only is not None and _plain(value) != _plain(only):
        raise errors.unsupported(f"another value of {name} than {only}")
    if name == "sql_mode" and (odd := {mode.strip().upper() for mode in value.split(",")} - SQL_MODES):
        raise errors.unsupported(f"the SQL mode {', '.join(sorted(odd))}")
    return value


CHOICES = {
    "partial_update_mode": ("auto", "row", "column"),
    "count_distinct_implementation": ("default", "ndv", "multi_count_distinct"),
}
"""Variables that accept certain values only."""
_SWITCHES = {"lower_upper_support_utf8", "enable_insert_strict", "enable_profile"}
_TRUTHS = {"true": "1", "false": "0", "on": "1", "off": "0", "1": "1", "0": "0"}


def _plain(value: str) -> str:
    return _TRUTHS.get(value.lower(), value.lower())


def is_on(value: str) -> bool:
    """Whether the value of a boolean variable is true."""
    return _plain(value) == "1"
