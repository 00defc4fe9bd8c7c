"""The cases of the conformance table: a statement, or the headers of a load, for each feature of StarRocks.

Each case runs on an emulator, and the table contains the outcome."""

Cases = tuple[tuple[str, str], ...]

SETUP = """
DROP DATABASE IF EXISTS conformance; CREATE DATABASE conformance; USE conformance;
CREATE TABLE p (k INT NOT NULL, at DATETIME NOT NULL, v VARCHAR(20), n DECIMAL(10, 2), x DOUBLE, a ARRAY<INT>)
 PRIMARY KEY (k, at) PARTITION BY date_trunc('month', at) DISTRIBUTED BY HASH (k);
INSERT INTO p VALUES (1, '2024-01-01', 'a', 1.5, 2.5, [1, 2]);
CREATE TABLE r (d DATE NOT NULL, k INT) DUPLICATE KEY (d) PARTITION BY RANGE (d)
 (PARTITION p1 VALUES LESS THAN ('2024-01-01'), PARTITION p2 VALUES LESS THAN ('2025-01-01')) DISTRIBUTED BY HASH (k);
CREATE TABLE q (k INT, at DATETIME, v VARCHAR(20)) DUPLICATE KEY (k);
CREATE TABLE r2 (d DATE NOT NULL, k INT) DUPLICATE KEY (d) PARTITION BY RANGE (d)
 (PARTITION p1 VALUES LESS THAN ('2024-01-01'), PARTITION p2 VALUES LESS THAN ('2025-01-01')) DISTRIBUTED BY HASH (k);
CREATE VIEW w AS SELECT k FROM p; CREATE MATERIALIZED VIEW m REFRESH DEFERRED MANUAL AS SELECT k FROM p
"""

STATEMENTS: dict[str, Cases] = {
    "Databases, tables and views": (
        ("CREATE DATABASE", "CREATE DATABASE conformance_2"),
        ("DROP DATABASE", "DROP DATABASE conformance_2"),
        ("ALTER DATABASE … SET DATA QUOTA", "ALTER DATABASE conformance SET DATA QUOTA 10G"),
        ("USE", "USE conformance"),
        ("CREATE TABLE … LIKE", "CREATE TABLE c1 LIKE p"),
        ("CREATE TABLE … AS SELECT", "CREATE TABLE c2 AS SELECT k, v FROM p"),
        ("CREATE TEMPORARY TABLE", "CREATE TEMPORARY TABLE c3 (k INT)"),
        ("CREATE EXTERNAL TABLE", "CREATE EXTERNAL TABLE c4 (k INT) ENGINE = mysql"),
        ("DROP TABLE [FORCE]", "DROP TABLE c2 FORCE"),
        ("RECOVER TABLE", "RECOVER TABLE c2"),
        ("TRUNCATE TABLE", "TRUNCATE TABLE c1"),
        ("TRUNCATE TABLE … PARTITION", "TRUNCATE TABLE r PARTITION (p1)"),
        ("CREATE VIEW", "CREATE VIEW v1 (a) COMMENT 'c' AS SELECT k FROM p"),
        ("CREATE OR REPLACE VIEW", "CREATE OR REPLACE VIEW v1 AS SELECT k, v FROM p"),
        ("ALTER VIEW", "ALTER VIEW v1 AS SELECT 1"),
        ("DROP VIEW", "DROP VIEW v1"),
        ("CREATE INDEX", "CREATE INDEX i ON p (v) USING BITMAP"),
        ("CREATE FUNCTION", "CREATE FUNCTION f(INT) RETURNS INT PROPERTIES ('symbol' = 'x')"),
        ("CREATE DICTIONARY", "CREATE DICTIONARY d USING p (k KEY, v VALUE)"),
    ),
    "ALTER TABLE": (
        ("ADD COLUMN", "ALTER TABLE q ADD COLUMN c INT DEFAULT '1' COMMENT 'c' AFTER at"),
        ("ADD COLUMN (…, …)", "ALTER TABLE q ADD COLUMN (e INT, f VARCHAR(10))"),
        ("MODIFY COLUMN", "ALTER TABLE q MODIFY COLUMN c BIGINT DEFAULT '1'"),
        ("RENAME COLUMN", "ALTER TABLE q RENAME COLUMN e TO g"),
        ("DROP COLUMN", "ALTER TABLE q DROP COLUMN f"),
        ("ORDER BY", "ALTER TABLE p ORDER BY (k)"),
        ("RENAME", "ALTER TABLE c1 RENAME c5"),
        ("COMMENT", "ALTER TABLE q COMMENT = 'log'"),
        ("SET (properties)", "ALTER TABLE q SET ('replication_num' = '1')"),
        ("SWAP WITH", "ALTER TABLE r SWAP WITH r2"),
        ("ADD PARTITION", "ALTER TABLE r ADD PARTITION p3 VALUES LESS THAN ('2026-01-01')"),
        (
            "ADD PARTITIONS START … END … EVERY",
            "ALTER TABLE r ADD PARTITIONS START ('2026-01-01') END ('2026-03-01') EVERY (INTERVAL 1 MONTH)",
        ),
        ("DROP PARTITION [IF EXISTS]", "ALTER TABLE r DROP PARTITION IF EXISTS p3"),
        ("TRUNCATE PARTITION", "ALTER TABLE r TRUNCATE PARTITION p1"),
        (
            "ADD / REPLACE TEMPORARY PARTITION",
            "ALTER TABLE r ADD TEMPORARY PARTITION t1 VALUES LESS THAN ('2030-01-01')",
        ),
        ("ADD INDEX", "ALTER TABLE q ADD INDEX i (v) USING BITMAP"),
        ("ADD ROLLUP", "ALTER TABLE q ADD ROLLUP s (k, v)"),
        ("DISTRIBUTED BY", "ALTER TABLE q DISTRIBUTED BY HASH (k) BUCKETS 4"),
    ),
    "CREATE TABLE: models, partitions, columns": (
        ("DUPLICATE KEY", "CREATE TABLE t1 (k INT, v INT) DUPLICATE KEY (k)"),
        (
            "AGGREGATE KEY with SUM, MIN, MAX, REPLACE, REPLACE_IF_NOT_NULL",
            "CREATE TABLE t2 (k INT, a INT SUM, b INT MIN, c INT MAX, d INT REPLACE, e INT REPLACE_IF_NOT_NULL) "
            "AGGREGATE KEY (k) DISTRIBUTED BY HASH (k)",
        ),
        ("AGGREGATE KEY with HLL_UNION, BITMAP_UNION", "CREATE TABLE t3 (k INT, h HLL HLL_UNION) AGGREGATE KEY (k)"),
        ("UNIQUE KEY", "CREATE TABLE t4 (k INT, v INT) UNIQUE KEY (k) DISTRIBUTED BY HASH (k)"),
        ("PRIMARY KEY", "CREATE TABLE t5 (k INT NOT NULL, v INT) PRIMARY KEY (k)"),
        ("ORDER BY", "CREATE TABLE t6 (k INT NOT NULL, v INT) PRIMARY KEY (k) ORDER BY (v)"),
        (
            "PARTITION BY date_trunc(…)",
            "CREATE TABLE t7 (d DATETIME) DUPLICATE KEY (d) PARTITION BY date_trunc('day', d)",
        ),
        (
            "PARTITION BY time_slice(…)",
            "CREATE TABLE t8 (d DATETIME) DUPLICATE KEY (d) PARTITION BY time_slice(d, INTERVAL 7 DAY)",
        ),
        ("PARTITION BY columns", "CREATE TABLE t9 (k VARCHAR(9), d DATE) DUPLICATE KEY (k) PARTITION BY (d, k)"),
        (
            "PARTITION BY RANGE: VALUES LESS THAN, VALUES [(…), (…)), START … END … EVERY",
            "CREATE TABLE t10 (d DATE) DUPLICATE KEY (d) PARTITION BY RANGE (d) (START ('2024-01-01') "
            "END ('2024-03-01') EVERY (INTERVAL 1 MONTH))",
        ),
        (
            "PARTITION BY RANGE over several columns",
            "CREATE TABLE t11 (a INT, b INT) DUPLICATE KEY (a) PARTITION BY RANGE (a, b) ()",
        ),
        (
            "PARTITION BY LIST with values",
            "CREATE TABLE t12 (c VARCHAR(9)) DUPLICATE KEY (c) PARTITION BY LIST (c) (PARTITION p1 VALUES IN ('a'))",
        ),
        ("DISTRIBUTED BY HASH, RANDOM, BUCKETS", "CREATE TABLE t13 (k INT) DISTRIBUTED BY RANDOM BUCKETS 3"),
        (
            "COMMENT, NOT NULL, DEFAULT, DEFAULT CURRENT_TIMESTAMP",
            "CREATE TABLE t14 (k INT NOT NULL DEFAULT '1' COMMENT 'c', at DATETIME DEFAULT CURRENT_TIMESTAMP)"
            " COMMENT 't'",
        ),
        ("DEFAULT (uuid())", "CREATE TABLE t15 (k VARCHAR(40) DEFAULT (uuid()))"),
        ("AUTO_INCREMENT", "CREATE TABLE t16 (k BIGINT NOT NULL AUTO_INCREMENT) PRIMARY KEY (k)"),
        ("generated columns", "CREATE TABLE t17 (k INT, s INT AS k + 1)"),
        ("INDEX", "CREATE TABLE t18 (k INT, INDEX i (k) USING BITMAP)"),
        *(
            (f"type {name}", f"CREATE TABLE y{place} (k INT, c {name}) DUPLICATE KEY (k)")
            for place, name in enumerate(
                (
                    "BOOLEAN",
                    "TINYINT",
                    "SMALLINT",
                    "INT",
                    "BIGINT",
                    "LARGEINT",
                    "FLOAT",
                    "DOUBLE",
                    "DECIMAL(38, 9)",
                    "DATE",
                    "DATETIME",
                    "CHAR(10)",
                    "VARCHAR(100)",
                    "STRING",
                    "VARBINARY",
                    "JSON",
                    "ARRAY<INT>",
                    "MAP<INT, INT>",
                    "STRUCT<a INT>",
                    "BITMAP",
                    "HLL",
                    "PERCENTILE",
                    "DECIMAL(76, 9)",
                )
            )
        ),
    ),
    "Table properties": tuple(
        (
            f"{name} = {value}",
            f"CREATE TABLE x{place} (k INT NOT NULL) PRIMARY KEY (k) PROPERTIES ('{name}' = '{value}')",
        )
        for place, (name, value) in enumerate(
            (
                ("replication_num", "1"),
                ("compression", "ZSTD"),
                ("enable_persistent_index", "true"),
                ("replicated_storage", "true"),
                ("fast_schema_evolution", "true"),
                ("storage_medium", "SSD"),
                ("write_quorum", "MAJORITY"),
                ("bucket_size", "1073741824"),
                ("dynamic_partition.enable", "false"),
                ("persistent_index_type", "LOCAL"),
                ("partition_live_number", "3"),
                ("colocate_with", "g"),
                ("bloom_filter_columns", "k"),
                ("storage_cooldown_ttl", "1 DAY"),
                ("enable_dynamic_tablet", "true"),
            )
        )
    ),
    "Materialized views": (
        (
            "REFRESH ASYNC START … EVERY",
            "CREATE MATERIALIZED VIEW m1 REFRESH ASYNC START ('2030-01-01 00:00:00') "
            "EVERY (INTERVAL 1 HOUR) AS SELECT k, SUM(x) AS s FROM p GROUP BY k",
        ),
        ("REFRESH ASYNC (after each change)", "CREATE MATERIALIZED VIEW m2 REFRESH ASYNC AS SELECT k FROM p"),
        ("REFRESH DEFERRED MANUAL", "CREATE MATERIALIZED VIEW m3 REFRESH DEFERRED MANUAL AS SELECT k FROM p"),
        (
            "PARTITION BY, DISTRIBUTED BY, ORDER BY",
            "CREATE MATERIALIZED VIEW m4 PARTITION BY date_trunc('month', at) DISTRIBUTED BY HASH (k) ORDER BY (k) "
            "REFRESH MANUAL AS SELECT k, at FROM p",
        ),
        ("synchronous", "CREATE MATERIALIZED VIEW m5 AS SELECT v, SUM(k) AS s FROM q GROUP BY v"),
        ("SELECT … FROM view [_SYNC_MV_]", "SELECT * FROM m5 [_SYNC_MV_]"),
        ("REFRESH MATERIALIZED VIEW … WITH SYNC MODE", "REFRESH MATERIALIZED VIEW m3 WITH SYNC MODE"),
        (
            "REFRESH … PARTITION START … END",
            "REFRESH MATERIALIZED VIEW m4 PARTITION START ('2024-01-01') END ('2024-02-01')",
        ),
        ("CANCEL REFRESH", "CANCEL REFRESH MATERIALIZED VIEW m3"),
        ("ALTER … RENAME, SET, ACTIVE, INACTIVE", "ALTER MATERIALIZED VIEW m3 INACTIVE"),
        ("ALTER … REFRESH", "ALTER MATERIALIZED VIEW m3 REFRESH ASYNC EVERY (INTERVAL 1 DAY)"),
        ("DROP MATERIALIZED VIEW", "DROP MATERIALIZED VIEW m3"),
    ),
    "Changes of rows": (
        ("INSERT … VALUES", "INSERT INTO q (k, at, c) VALUES (1, NOW(), 1), (2, NULL, DEFAULT)"),
        ("INSERT … SELECT", "INSERT INTO q (k, v) SELECT k, v FROM p"),
        ("INSERT … WITH LABEL", "INSERT INTO q WITH LABEL conformance_label (k) VALUES (3)"),
        ("INSERT … BY NAME", "INSERT INTO q BY NAME SELECT k FROM p"),
        ("INSERT INTO FILES()", "INSERT INTO FILES('path' = 'x') SELECT 1"),
        ("INSERT OVERWRITE", "INSERT OVERWRITE q (k) SELECT 9"),
        ("INSERT OVERWRITE … PARTITION", "INSERT OVERWRITE r PARTITION (p2) SELECT '2024-06-01', 1"),
        ("UPDATE", "UPDATE p SET v = 'b' WHERE k = 1"),
        ("UPDATE … FROM", "UPDATE p SET v = q.v FROM q WHERE p.k = q.k"),
        ("WITH … UPDATE", "WITH s AS (SELECT 1 AS k) UPDATE p SET v = 'c' FROM s WHERE p.k = s.k"),
        ("DELETE", "DELETE FROM q WHERE k = 1 AND v IN ('a')"),
        ("DELETE … PARTITION", "DELETE FROM r PARTITION p2 WHERE k = 1"),
        ("DELETE … USING, with subqueries (PRIMARY KEY)", "DELETE FROM p USING q WHERE p.k = q.k AND q.v = 'z'"),
        ("BEGIN / COMMIT / ROLLBACK without changes", "BEGIN; COMMIT"),
        ("BEGIN with changes", "BEGIN; INSERT INTO q (k) VALUES (1)"),
        ("COMMIT", "ROLLBACK"),
        ("LOAD LABEL (Broker Load)", "LOAD LABEL l (DATA INFILE ('x') INTO TABLE q)"),
        ("CREATE ROUTINE LOAD", "CREATE ROUTINE LOAD l ON q FROM KAFKA ('x' = 'y')"),
        ("CREATE PIPE", "CREATE PIPE p1 AS INSERT INTO q SELECT 1"),
        ("EXPORT", "EXPORT TABLE q TO 'x'"),
        ("SUBMIT TASK … AS INSERT", "SUBMIT TASK conformance_task AS INSERT INTO q (k) SELECT 1"),
        (
            "SUBMIT TASK … SCHEDULE",
            "SUBMIT TASK conformance_scheduled SCHEDULE START('2030-01-01') EVERY(INTERVAL 1 DAY) "
            "AS INSERT INTO q (k) SELECT 1",
        ),
        ("DROP TASK", "DROP TASK conformance_scheduled"),
    ),
    "Queries": (
        (
            "WHERE, GROUP BY, HAVING, ORDER BY, LIMIT",
            "SELECT k, COUNT(*) c FROM p WHERE k > 0 GROUP BY k HAVING c > 0 "
            "ORDER BY c DESC NULLS LAST LIMIT 1 OFFSET 0",
        ),
        ("LIMIT offset, count", "SELECT k FROM p ORDER BY k LIMIT 0, 1"),
        ("DISTINCT", "SELECT DISTINCT v FROM p"),
        ("WITH", "WITH a AS (SELECT k FROM p) SELECT * FROM a"),
        (
            "WITH RECURSIVE",
            "WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 3) SELECT * FROM a",
        ),
        ("inner, LEFT, RIGHT, FULL, CROSS JOIN, USING", "SELECT * FROM p FULL OUTER JOIN q ON p.k = q.k"),
        ("LEFT SEMI, LEFT ANTI JOIN", "SELECT k FROM p LEFT ANTI JOIN q ON p.k = q.k"),
        ("RIGHT SEMI, RIGHT ANTI JOIN", "SELECT q.k FROM p RIGHT SEMI JOIN q ON p.k = q.k"),
        ("ASOF JOIN", "SELECT * FROM p ASOF JOIN q ON p.k = q.k AND p.at >= q.at"),
        ("JOIN hints", "SELECT * FROM p JOIN [BROADCAST] q ON p.k = q.k"),
        (
            "subqueries: scalar, EXISTS, IN, correlated",
            "SELECT (SELECT MAX(k) FROM q) FROM p WHERE EXISTS (SELECT 1 FROM q "
            "WHERE q.k = p.k) OR k IN (SELECT k FROM q)",
        ),
        ("= ANY, ALL", "SELECT k FROM p WHERE k = ANY (SELECT k FROM q)"),
        (
            "UNION, UNION ALL, EXCEPT, INTERSECT",
            "SELECT k FROM p UNION SELECT k FROM q EXCEPT SELECT 1 INTERSECT SELECT 1",
        ),
        ("GROUP BY ROLLUP, CUBE", "SELECT k, COUNT(*) FROM p GROUP BY ROLLUP (k)"),
        ("GROUPING SETS", "SELECT k, COUNT(*) FROM p GROUP BY GROUPING SETS ((k), ())"),
        (
            "window functions with frames",
            "SELECT SUM(k) OVER (PARTITION BY v ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM p",
        ),
        ("QUALIFY", "SELECT k FROM p QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY at) = 1"),
        ("LATERAL unnest", "SELECT e FROM p CROSS JOIN LATERAL unnest(a) AS u(e)"),
        ("unnest of several arrays", "SELECT * FROM p, unnest(a, a) AS u(e, f)"),
        ("VALUES", "SELECT * FROM (VALUES (1, 'a')) AS t (x, y)"),
        ("TABLE(generate_series())", "SELECT * FROM TABLE(generate_series(1, 3))"),
        ("FILES()", "SELECT * FROM FILES('path' = 'x')"),
        ("PARTITION (p)", "SELECT * FROM r PARTITION (p1)"),
        ("TABLESAMPLE", "SELECT * FROM p SAMPLE ('percent' = '1')"),
        ("PIVOT", "SELECT * FROM p PIVOT (SUM(k) FOR v IN ('a'))"),
        ("SET_VAR hint", "SELECT /*+ SET_VAR(query_timeout = 1) */ 1"),
        ("SELECT … INTO OUTFILE", "SELECT 1 INTO OUTFILE 'x'"),
        ("FOR VERSION / TIMESTAMP AS OF", "SELECT * FROM p FOR VERSION AS OF 1"),
        ("CASE, CAST, TRY_CAST", "SELECT CASE k WHEN 1 THEN 'a' END, CAST(k AS VARCHAR) FROM p"),
        (
            "LIKE, REGEXP, RLIKE, BETWEEN, IN, <=>, IS NULL",
            "SELECT v LIKE 'a%', v REGEXP 'a', k BETWEEN 1 AND 2, k <=> NULL FROM p",
        ),
        ("arithmetic, DIV, %, & | ^ ~", "SELECT k + 1, k / 2, k DIV 2, k % 2, k & 1, k | 1, k ^ 1, ~k FROM p"),
        ("a date + INTERVAL", "SELECT at + INTERVAL 1 DAY FROM p"),
        ("a date + a number", "SELECT at + 1 FROM p"),
        ("a number compared with text", "SELECT k = 'a' FROM p"),
        ("lambda functions", "SELECT array_map(x -> x + 1, a) FROM p"),
        ("JSON -> path", "SELECT parse_json(v) -> 'a' FROM p"),
        ("user variables", "SET @a = 1"),
        ("EXPLAIN (DuckDB's plan)", "EXPLAIN SELECT 1"),
        ("EXPLAIN ANALYZE", "EXPLAIN ANALYZE SELECT 1"),
        ("other catalogs", "SELECT * FROM hive.a.b"),
    ),
    "SHOW and DESC": tuple(
        (statement, statement)
        for statement in (
            "SHOW DATABASES",
            "SHOW TABLES",
            "SHOW FULL TABLES",
            "SHOW COLUMNS FROM p",
            "SHOW FULL COLUMNS FROM p",
            "DESC p",
            "SHOW CREATE TABLE p",
            "SHOW CREATE VIEW w",
            "SHOW CREATE MATERIALIZED VIEW m",
            "SHOW CREATE DATABASE conformance",
            "SHOW PARTITIONS FROM p",
            "SHOW TABLET FROM p",
            "SHOW INDEX FROM p",
            "SHOW TABLE STATUS",
            "SHOW MATERIALIZED VIEWS",
            "SHOW ALTER TABLE COLUMN",
            "SHOW LOAD",
            "SHOW STREAM LOAD",
            "SHOW ROUTINE LOAD",
            "SHOW TRANSACTION",
            "SHOW FRONTENDS",
            "SHOW BACKENDS",
            "SHOW COMPUTE NODES",
            "SHOW PROC '/'",
            "SHOW PROCESSLIST",
            "SHOW FULL PROCESSLIST",
            "SHOW VARIABLES",
            "SHOW GRANTS",
            "SHOW ROLES",
            "SHOW USERS",
            "SHOW WARNINGS",
            "SHOW ENGINES",
            "SHOW CATALOGS",
            "SHOW CHARACTER SET",
            "SHOW CHARSET",
            "SHOW COLLATION",
            "SHOW FUNCTIONS",
            "SHOW STATUS",
            "SHOW PLUGINS",
            "SHOW DATA",
            "SHOW RESOURCE GROUPS",
            "SHOW PROPERTY",
            "ADMIN SHOW FRONTEND CONFIG",
        )
    ),
    "Users, rights and sessions": (
        ("CREATE USER", "CREATE USER conformance_user IDENTIFIED BY 'x' DEFAULT ROLE public"),
        ("CREATE USER … @ 'host'", "CREATE USER 'u'@'10.0.0.1'"),
        ("ALTER USER", "ALTER USER conformance_user IDENTIFIED BY 'y'"),
        ("CREATE ROLE", "CREATE ROLE conformance_role"),
        (
            "GRANT … ON TABLE, ALL TABLES IN, DATABASE, CATALOG, SYSTEM",
            "GRANT SELECT, INSERT ON ALL TABLES IN DATABASE conformance TO ROLE conformance_role",
        ),
        ("GRANT role TO USER, TO ROLE", "GRANT conformance_role TO USER conformance_user"),
        ("GRANT IMPERSONATE", "GRANT IMPERSONATE ON USER root TO USER conformance_user"),
        ("WITH GRANT OPTION", "GRANT SELECT ON TABLE p TO USER conformance_user WITH GRANT OPTION"),
        ("REVOKE", "REVOKE INSERT ON ALL TABLES IN DATABASE conformance FROM ROLE conformance_role"),
        ("SET DEFAULT ROLE", "SET DEFAULT ROLE ALL TO conformance_user"),
        ("SET ROLE", "SET ROLE ALL"),
        ("SET PASSWORD", "SET PASSWORD FOR conformance_user = PASSWORD('z')"),
        ("SET variable", "SET query_timeout = 10, @@session.sql_mode = ''"),
        ("SET time_zone (to UTC)", "SET time_zone = 'UTC'"),
        ("SET time_zone (to another)", "SET time_zone = 'Asia/Shanghai'"),
        ("SET CATALOG default_catalog", "SET CATALOG default_catalog"),
        ("EXECUTE AS", "EXECUTE AS root WITH NO REVERT"),
        ("CREATE SECURITY INTEGRATION", "CREATE SECURITY INTEGRATION x PROPERTIES ('a' = 'b')"),
        ("KILL QUERY of a connection that is not there", "KILL QUERY 4000000000"),
        ("PREPARE / EXECUTE as statements", "PREPARE s FROM 'SELECT 1'"),
    ),
    "Administration": tuple(
        (statement, statement)
        for statement in (
            "ADMIN SET FRONTEND CONFIG ('a' = 'b')",
            "ADMIN SHOW REPLICA STATUS FROM p",
            "ALTER SYSTEM ADD BACKEND 'x:9050'",
            "CREATE RESOURCE GROUP g TO (user = 'x') WITH ('cpu_weight' = '1')",
            "CREATE EXTERNAL CATALOG c PROPERTIES ('a' = 'b')",
            "CREATE REPOSITORY x WITH BROKER ON LOCATION 'x' PROPERTIES ('a' = 'b')",
            "CREATE REPOSITORY r WITH BROKER ON LOCATION 'file:///r'",
            "CREATE READ ONLY REPOSITORY r2 WITH BROKER ON LOCATION 'file:///r'",
            "CREATE REPOSITORY s WITH BROKER ON LOCATION 's3a://bucket/s'",
            "SHOW REPOSITORIES",
            "BACKUP SNAPSHOT conformance.s1 TO r ON (p)",
            "BACKUP SNAPSHOT conformance.s2 TO r ON (p PARTITION (p1))",
            "BACKUP DATABASE conformance SNAPSHOT s3 TO r",
            "SHOW BACKUP FROM conformance",
            "SHOW SNAPSHOT ON r WHERE SNAPSHOT = 's1'",
            "RESTORE SNAPSHOT conformance.s1 FROM r ON (p AS q)",
            "SHOW RESTORE",
            "DROP REPOSITORY r2",
            "ANALYZE TABLE p",
            "CREATE WAREHOUSE x",
            "CREATE STORAGE VOLUME x TYPE = S3 LOCATIONS = ('s3://x')",
        )
    ),
}

HEADERS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("format: json (lines)", {"format": "json"}, '{"k": 1, "v": "a"}'),
    ("strip_outer_array", {"format": "json", "strip_outer_array": "true"}, '[{"k": 1}]'),
    ("jsonpaths", {"format": "json", "jsonpaths": '["$.a.b", "$.c"]', "columns": "k,v"}, '{"a": {"b": 1}, "c": "x"}'),
    ("json_root", {"format": "json", "json_root": "$.rows", "strip_outer_array": "true"}, '{"rows": [{"k": 1}]}'),
    ("ignore_json_size", {"format": "json", "ignore_json_size": "true"}, '{"k": 1}'),
    ("format: csv", {"format": "csv", "columns": "k,v"}, "1\ta\n"),
    ("column_separator", {"column_separator": "\\x01", "columns": "k,v"}, "1\x01a\n"),
    ("row_delimiter: \\n", {"row_delimiter": "\\n", "columns": "k"}, "1\n"),
    ("row_delimiter: another", {"row_delimiter": "|", "columns": "k"}, "1|2"),
    ("enclose, escape", {"enclose": '"', "escape": "\\", "columns": "v,k"}, '"a\\"b"\t1\n'),
    ("skip_header", {"skip_header": "1", "columns": "k"}, "k\n1\n"),
    ("trim_space", {"trim_space": "true", "columns": "k,v"}, "1\t a \n"),
    ("columns with expressions", {"columns": "a, b, k = a + 1, v = upper(b)"}, "1\tx\n"),
    ("where", {"where": "k > 1", "columns": "k"}, "1\n2\n"),
    ("max_filter_ratio", {"max_filter_ratio": "0.5", "columns": "k", "strict_mode": "true"}, "1\nx\n"),
    ("strict_mode", {"strict_mode": "true", "columns": "k"}, "1\n"),
    ("label", {"label": "conformance_load", "columns": "k"}, "1\n"),
    ("timeout", {"timeout": "100", "columns": "k"}, "1\n"),
    ("partial_update (row, auto)", {"partial_update": "true", "columns": "k,v"}, "1\tx\n"),
    (
        "partial_update_mode: column",
        {"partial_update": "true", "partial_update_mode": "column", "columns": "k,v"},
        "1\tx\n",
    ),
    ("merge_condition", {"merge_condition": "n", "columns": "k,n"}, "1\t5\n"),
    ("columns: __op", {"columns": "k, __op = 'delete'"}, "1\n"),
    ("compression: gzip", {"compression": "gzip", "columns": "k"}, "(gzip)"),
    ("compression: lz4_frame, zstd, bzip2", {"compression": "lz4_frame", "columns": "k"}, "1\n"),
    ("timezone: UTC", {"timezone": "UTC", "columns": "k"}, "1\n"),
    ("timezone: another", {"timezone": "Asia/Shanghai", "columns": "k"}, "1\n"),
    ("format: avro, parquet", {"format": "parquet"}, "x"),
    ("partitions", {"partitions": "p1", "columns": "k"}, "1\n"),
    ("warehouse", {"warehouse": "w", "columns": "k"}, "1\n"),
    ("enable_merge_commit", {"enable_merge_commit": "true", "columns": "k"}, "1\n"),
)

# a list of names is parsed as a string
REFUSED_FUNCTIONS = """
all_match any_match approx_top_k array_agg_distinct array_avg array_contains_all array_contains_seq array_cum_sum
array_difference array_distinct array_filter array_flatten array_generate array_intersect array_map array_repeat
array_sortby array_to_bitmap array_top_n arrays_zip bar base64_decode_binary base64_decode_string base64_to_bitmap
bit_shift_right_logical bitmap_agg bitmap_and bitmap_contains bitmap_count bitmap_empty bitmap_from_string
bitmap_has_any bitmap_hash bitmap_or bitmap_subset_in_range bitmap_to_array bitmap_to_string bitmap_union
bitmap_union_count bitmap_union_int bitmap_xor cosine_similarity distinct_map_keys ds_hll equiwidth_bucket
format_bytes from_binary grouping grouping_id hll_cardinality hll_empty hll_hash hll_raw_agg hll_union hll_union_agg
host_name inet_aton initcap inspect_mv_meta intersect_count is_role_in_session jodatime_format json_array json_each
json_object json_value last_query_id lower_utf8
mann_whitney_u_test map_agg map_apply map_concat map_filter map_from_arrays map_keys map_size map_values max_n min_n
money_format named_struct ngram_search parse_url percentile_disc_lc percentile_empty percentile_hash percentile_union
regexp_count regexp_extract_all regexp_position regexp_split retention row sec_to_time sleep st_astext
st_contains st_distance_sphere st_point str_to_jodatime str_to_map sum_map subdivide_bitmap time_format time_to_sec
timediff to_binary to_bitmap to_iso8601 to_json to_tera_date to_tera_timestamp tokenize typeof upper_utf8
url_extract_host url_extract_parameter utc_time window_funnel xx_hash3_128 xx_hash3_64
""".split()  # noqa: SIM905
