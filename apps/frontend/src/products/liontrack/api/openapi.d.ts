// Generated from the OpenAPI document of apps.liontrack.api by: npm run openapi (in apps/frontend). Do not edit.

export interface paths {
    "/api/analytics/dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Complete view
         * @description Lions by status, health, anomalies, the most engaged users, quality by table, and the last run.
         */
        get: operations["get_dashboard_api_analytics_dashboard_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/export/csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A table as CSV
         * @description All rows, sorted by key. Text that a spreadsheet would evaluate gets a leading apostrophe.
         */
        get: operations["export_csv_api_analytics_export_csv_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/export/json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A table as JSON
         * @description All rows, sorted by key, as one array.
         */
        get: operations["export_json_api_analytics_export_json_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/leaderboard/lions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lions with the best health
         * @description Lions, sorted by their health score of the latest computed day.
         */
        get: operations["get_leading_lions_api_analytics_leaderboard_lions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/leaderboard/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Most engaged users of the last 30 days
         * @description Users, sorted by their mean engagement score over the days with an activity.
         */
        get: operations["get_leading_users_api_analytics_leaderboard_users_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/lions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lions
         * @description All lions with their latest metrics, sorted by id.
         */
        get: operations["list_lions_api_analytics_lions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/lions/{lionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One lion
         * @description A lion with the metrics of the latest computed day.
         */
        get: operations["get_lion_api_analytics_lions__lionId__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/lions/{lionId}/position-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Positions of a lion by day
         * @description Median positions, newest first. Without `from` and `to`, of the last 90 days.
         */
        get: operations["list_positions_api_analytics_lions__lionId__position_history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/lions/{lionId}/track": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Valid positions of a lion
         * @description Valid positions, newest first. Without `from` and `to`, of the last 30 days.
         */
        get: operations["list_track_api_analytics_lions__lionId__track_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/lions/{lionId}/weight-trend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Weights of a lion with their trend
         * @description Weighings, and for each day average weight and trend of 30 days. Without `from` and `to`, the last 90 days.
         */
        get: operations["get_weight_trend_api_analytics_lions__lionId__weight_trend_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/reports/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The latest report of the pipeline
         * @description The report in Markdown: received messages, exclusions with reasons, scores, anomalies.
         */
        get: operations["get_report_api_analytics_reports_latest_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/trends/weight": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Weights of all lions by day
         * @description Days on which a lion was weighed. Without `from` and `to`, of the last 90 days.
         */
        get: operations["get_weight_trends_api_analytics_trends_weight_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/users/{userId}/activity-summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last 30 days of a user
         * @description Totals of the last 30 days, including today.
         */
        get: operations["get_activity_summary_api_analytics_users__userId__activity_summary_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/users/{userId}/challenges-analytics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Challenges of a user
         * @description Challenges by their latest status.
         */
        get: operations["get_challenges_api_analytics_users__userId__challenges_analytics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/users/{userId}/engagement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Engagement of a user
         * @description Scores of each day with an activity. Without `from` and `to`, of the last 30 days.
         */
        get: operations["get_engagement_api_analytics_users__userId__engagement_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health of the API, StarRocks and the data
         * @description 200 if StarRocks responds, even if the data are stale; 503 if it cannot be used.
         */
        get: operations["get_health_health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the process responds
         * @description Whether the process responds.
         *
         *     It does not depend on StarRocks, so that an unavailable database causes no restart.
         */
        get: operations["live_health_live_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics for Prometheus
         * @description Requests, latencies, connections and the age of the data, in Prometheus' text format.
         */
        get: operations["metrics_metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * ActivitySummary
         * @description Totals of the last 30 days.
         */
        ActivitySummary: {
            /**
             * Active Days
             * @example 12
             */
            active_days: number;
            /**
             * Challenges Completed
             * @example 4
             */
            challenges_completed: number;
            /**
             * Engagement Score
             * @example 42
             */
            engagement_score: number | null;
            /**
             * Other Activities
             * @example 31
             */
            other_activities: number;
            /**
             * User Id
             * @example user-001
             */
            user_id: string;
            /**
             * Username
             * @example Awa
             */
            username: string | null;
            /**
             * Weight Entries
             * @example 9
             */
            weight_entries: number;
        };
        /**
         * Anomaly
         * @description A lion whose health score on the latest computed day is below 60.
         */
        Anomaly: {
            /**
             * Avg Weight
             * @example 171
             */
            avg_weight: number | null;
            /**
             * Health Score
             * @example 48
             */
            health_score: number;
            /**
             * Lion Id
             * @example simba_001
             */
            lion_id: string;
            /**
             * Name
             * @example Simba
             */
            name: string;
            /**
             * Weight Trend
             * @example -0.6
             */
            weight_trend: number | null;
        };
        /**
         * Challenge
         * @description A challenge in the state of its latest event.
         */
        Challenge: {
            /**
             * Challenge Id
             * @example c-17
             */
            challenge_id: string;
            /**
             * Status
             * @example completed
             */
            status: string;
            /**
             * Title
             * @example Observer un lion à l'aube
             */
            title: string | null;
            /**
             * Updated At
             * Format: date-time
             * @example 2026-01-31T12:00:00Z
             */
            updated_at: string;
        };
        /**
         * ChallengesAnalytics
         * @description Challenges of a user.
         */
        ChallengesAnalytics: {
            /**
             * By Status
             * @example {
             *       "completed": 4,
             *       "started": 3
             *     }
             */
            by_status: {
                [key: string]: number;
            };
            /**
             * Completed
             * @example 4
             */
            completed: number;
            /**
             * Completion Rate
             * @description completed over total; null without challenges
             * @example 0.57
             */
            completion_rate: number | null;
            /**
             * Latest
             * @description the 100 challenges that changed last
             */
            latest: components["schemas"]["Challenge"][];
            /**
             * Total
             * @example 7
             */
            total: number;
            /**
             * User Id
             * @example user-001
             */
            user_id: string;
        };
        /**
         * Dashboard
         * @description The content of the dashboard.
         */
        Dashboard: {
            /**
             * Anomalies
             * @description lions with a score below 60, lowest first, at most 100
             */
            anomalies: components["schemas"]["Anomaly"][];
            /**
             * Demonstration
             * @description whether the lions include those of the demonstration (generated or shifted data)
             */
            demonstration: boolean;
            health: components["schemas"]["HealthSummary"];
            last_run: components["schemas"]["LastRun"] | null;
            /**
             * Lions
             * @description lions by status
             * @example {
             *       "active": 4,
             *       "lost": 0,
             *       "silent": 1
             *     }
             */
            lions: {
                [key: string]: number;
            };
            /** Quality */
            quality: components["schemas"]["TableQuality"][];
            /**
             * Users
             * @description the 10 most engaged users of the last 30 days
             */
            users: components["schemas"]["LeadingUser"][];
        };
        /**
         * DataHealth
         * @description The age of the data.
         */
        DataHealth: {
            /**
             * Age Seconds
             * @description time since the newest event
             * @example 12.3
             */
            age_seconds: number | null;
            /** Fresh */
            fresh: boolean;
            /**
             * Last Measured At
             * @example 2026-01-31T12:00:00Z
             */
            last_measured_at: string | null;
            /**
             * Last Received At
             * @example 2026-01-31T12:00:01Z
             */
            last_received_at: string | null;
        };
        /**
         * Engagement
         * @description Engagement of a user over the range.
         */
        Engagement: {
            /** Days */
            days: components["schemas"]["UserDay"][];
            /**
             * Engagement Score
             * @description mean over the days with an activity
             * @example 42
             */
            engagement_score: number | null;
            /**
             * User Id
             * @example user-001
             */
            user_id: string;
            /**
             * Username
             * @example Awa
             */
            username: string | null;
        };
        /**
         * FieldError
         * @description One invalid parameter.
         */
        FieldError: {
            /** Expected */
            expected: string;
            /** Field */
            field: string;
            /** Value */
            value: string | null;
        };
        /**
         * Fix
         * @description A valid position.
         */
        Fix: {
            /**
             * Accuracy
             * @description accuracy that the collar reports, m
             * @example 4.5
             */
            accuracy: number | null;
            /**
             * Distance Km
             * @description distance from the previous valid position, km
             * @example 0.4
             */
            distance_km: number | null;
            /**
             * Measured At
             * Format: date-time
             * @example 2026-01-31T12:00:00Z
             */
            measured_at: string;
            /**
             * Position Lat
             * @example -3.3652
             */
            position_lat: number;
            /**
             * Position Lng
             * @example 29.8185
             */
            position_lng: number;
        };
        /**
         * Health
         * @description The API's health: `stale` if the data are old, `down` if StarRocks cannot be used.
         *
         *     For an API without its own data, `data` is null.
         */
        Health: {
            data: components["schemas"]["DataHealth"] | null;
            starrocks: components["schemas"]["StarRocksHealth"];
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "stale" | "down";
        };
        /**
         * HealthSummary
         * @description Health of the lions on the latest computed day.
         */
        HealthSummary: {
            /**
             * Above 80
             * @example 3
             */
            above_80: number;
            /**
             * Average
             * @example 78.4
             */
            average: number | null;
            /**
             * Below 60
             * @example 1
             */
            below_60: number;
            /**
             * From 60 To 80
             * @example 1
             */
            from_60_to_80: number;
            /**
             * Lions
             * @description lions with a score
             * @example 5
             */
            lions: number;
            /**
             * Metric Date
             * @example 2026-01-31
             */
            metric_date: string | null;
        };
        /**
         * LastRun
         * @description The latest run of the pipeline.
         */
        LastRun: {
            /**
             * Ended At
             * @example 2026-01-31T02:00:41Z
             */
            ended_at: string | null;
            /**
             * Run Id
             * @example 42
             */
            run_id: string;
            /**
             * Started At
             * Format: date-time
             * @example 2026-01-31T02:00:00Z
             */
            started_at: string;
            /**
             * Status
             * @example success
             */
            status: string;
        };
        /**
         * LeadingLion
         * @description A lion in the ranking by health score.
         */
        LeadingLion: {
            /**
             * Health Score
             * @example 85.2
             */
            health_score: number;
            /**
             * Lion Id
             * @example simba_001
             */
            lion_id: string;
            /**
             * Name
             * @example Simba
             */
            name: string;
            /**
             * Rank
             * @example 1
             */
            rank: number;
            /**
             * Tracking Frequency
             * @example 12
             */
            tracking_frequency: number;
        };
        /**
         * LeadingUser
         * @description A user in the ranking of the last 30 days.
         */
        LeadingUser: {
            /**
             * Challenges Completed
             * @example 4
             */
            challenges_completed: number;
            /**
             * Engagement Score
             * @description mean over the days with an activity
             * @example 42
             */
            engagement_score: number;
            /**
             * Rank
             * @example 1
             */
            rank: number;
            /**
             * User Id
             * @example user-001
             */
            user_id: string;
            /**
             * Username
             * @example Awa
             */
            username: string | null;
            /**
             * Weight Entries
             * @example 9
             */
            weight_entries: number;
        };
        /**
         * Lion
         * @description A lion with its latest metrics.
         */
        Lion: {
            /**
             * Current Weight
             * @description latest valid weighing, kg
             * @example 195.5
             */
            current_weight: number | null;
            /**
             * Data Quality Score
             * @description 0 to 100
             * @example 97.5
             */
            data_quality_score: number | null;
            /**
             * Health Score
             * @description 0 to 100, of the latest computed day
             * @example 85.2
             */
            health_score: number | null;
            /**
             * Last Fix At
             * @example 2026-01-31T12:00:00Z
             */
            last_fix_at: string | null;
            /**
             * Lion Id
             * @example simba_001
             */
            lion_id: string;
            /**
             * Name
             * @example Simba
             */
            name: string;
            /**
             * Position Lat
             * @description °, WGS 84
             * @example -3.3652
             */
            position_lat: number | null;
            /**
             * Position Lng
             * @description °, WGS 84
             * @example 29.8185
             */
            position_lng: number | null;
            /**
             * Status
             * @description active: a position within 48 h; silent: within 14 days; lost: older or none
             * @example active
             */
            status: string;
            /**
             * Tracking Frequency
             * @description valid positions of that day
             * @example 12
             */
            tracking_frequency: number | null;
        };
        /**
         * LionDetail
         * @description A lion with the metrics of its latest day.
         */
        LionDetail: {
            /**
             * Avg Weight
             * @description mean of the daily mean weights of 30 days, kg
             * @example 194.1
             */
            avg_weight: number | null;
            /**
             * Current Weight
             * @description latest valid weighing, kg
             * @example 195.5
             */
            current_weight: number | null;
            /**
             * Data Quality Score
             * @description 0 to 100
             * @example 97.5
             */
            data_quality_score: number | null;
            /**
             * Distance Km
             * @description path of the day, km
             * @example 4.2
             */
            distance_km: number | null;
            /**
             * Health Score
             * @description 0 to 100, of the latest computed day
             * @example 85.2
             */
            health_score: number | null;
            /**
             * Last Fix At
             * @example 2026-01-31T12:00:00Z
             */
            last_fix_at: string | null;
            /**
             * Lion Id
             * @example simba_001
             */
            lion_id: string;
            /**
             * Metric Date
             * @example 2026-01-31
             */
            metric_date: string | null;
            /**
             * Movement Score
             * @example 81
             */
            movement_score: number | null;
            /**
             * Name
             * @example Simba
             */
            name: string;
            /**
             * Position Lat
             * @description °, WGS 84
             * @example -3.3652
             */
            position_lat: number | null;
            /**
             * Position Lng
             * @description °, WGS 84
             * @example 29.8185
             */
            position_lng: number | null;
            /**
             * Status
             * @description active: a position within 48 h; silent: within 14 days; lost: older or none
             * @example active
             */
            status: string;
            /**
             * Tracking Frequency
             * @description valid positions of that day
             * @example 12
             */
            tracking_frequency: number | null;
            /**
             * Weight Score
             * @example 88
             */
            weight_score: number | null;
            /**
             * Weight Trend
             * @description robust slope over 30 days, kg per day
             * @example -0.12
             */
            weight_trend: number | null;
        };
        /**
         * LionRanking
         * @description Lions, best first.
         */
        LionRanking: {
            /** Items */
            items: components["schemas"]["LeadingLion"][];
        };
        /**
         * LionsPage
         * @description A page of lions.
         */
        LionsPage: {
            /**
             * Count
             * @description total number of lions
             * @example 5
             */
            count: number;
            /** Lions */
            lions: components["schemas"]["Lion"][];
            /**
             * Next Cursor
             * @description cursor of the next page; null on the last page
             * @example null
             */
            next_cursor: string | null;
        };
        /**
         * Live
         * @description The response of /health/live.
         */
        Live: {
            /**
             * Status
             * @default ok
             * @constant
             */
            status: "ok";
        };
        /** Page[Fix] */
        Page_Fix_: {
            /** Items */
            items: components["schemas"]["Fix"][];
            /**
             * Next Cursor
             * @description cursor of the next page; null on the last page
             * @example null
             */
            next_cursor: string | null;
        };
        /**
         * PositionDay
         * @description The median position of a lion on a day.
         */
        PositionDay: {
            /**
             * Accuracy
             * @description median distance of the positions from the median position, m
             * @example 310
             */
            accuracy: number | null;
            /**
             * Distance Km
             * @example 4.2
             */
            distance_km: number;
            /**
             * Fixes
             * @example 12
             */
            fixes: number;
            /**
             * Lat
             * @description median of the day, °
             * @example -3.3652
             */
            lat: number;
            /**
             * Lng
             * @example 29.8185
             */
            lng: number;
            /**
             * Position Date
             * Format: date
             * @example 2026-01-31
             */
            position_date: string;
        };
        /**
         * PositionHistory
         * @description Positions of a lion by day, newest first.
         */
        PositionHistory: {
            /** Items */
            items: components["schemas"]["PositionDay"][];
            /**
             * Lion Id
             * @example simba_001
             */
            lion_id: string;
            /**
             * Next Cursor
             * @description cursor of the next page; null on the last page
             * @example null
             */
            next_cursor: string | null;
        };
        /**
         * ProblemDetails
         * @description A problem as RFC 9457 defines it, with the parameters that caused it.
         * @example {
         *       "detail": "from: expected ISO 8601 with a zone, got '2026-13-01'",
         *       "errors": [
         *         {
         *           "expected": "ISO 8601 with a zone",
         *           "field": "from",
         *           "value": "2026-13-01"
         *         }
         *       ],
         *       "instance": "/api/v1/readings",
         *       "status": 422,
         *       "title": "Invalid request",
         *       "type": "urn:weather:problem:invalid-request"
         *     }
         */
        ProblemDetails: {
            /** Detail */
            detail: string;
            /**
             * Errors
             * @default []
             */
            errors: components["schemas"]["FieldError"][];
            /** Instance */
            instance: string;
            /** Status */
            status: number;
            /** Title */
            title: string;
            /** Type */
            type: string;
        };
        /**
         * Report
         * @description A report of the pipeline.
         */
        Report: {
            /**
             * Language
             * @example fr
             */
            language: string;
            /**
             * Markdown
             * @example # Rapport LionTrack du 2026-01-31
             */
            markdown: string;
            /**
             * Report Date
             * Format: date
             * @example 2026-01-31
             */
            report_date: string;
            /**
             * Written At
             * Format: date-time
             * @example 2026-01-31T02:00:41Z
             */
            written_at: string;
        };
        /**
         * StarRocksHealth
         * @description Whether StarRocks responds, and its version.
         */
        StarRocksHealth: {
            /**
             * Emulator
             * @example false
             */
            emulator: boolean | null;
            /**
             * Error
             * @description reason why StarRocks cannot be used, such as no living backend
             * @example null
             */
            error: string | null;
            /** Reachable */
            reachable: boolean;
            /**
             * Version
             * @example 3.5.0
             */
            version: string | null;
        };
        /**
         * TableQuality
         * @description The latest result of a check of a table.
         */
        TableQuality: {
            /**
             * Check Name
             * @example bronze_validation
             */
            check_name: string;
            /**
             * Checked At
             * Format: date-time
             * @example 2026-01-31T02:00:05Z
             */
            checked_at: string;
            /**
             * Quality Percentage
             * @example 95.2
             */
            quality_percentage: number;
            /**
             * Table Name
             * @example bronze.lions_raw
             */
            table_name: string;
        };
        /**
         * UserDay
         * @description The activity of a user on a day.
         */
        UserDay: {
            /**
             * Activity Date
             * Format: date
             * @example 2026-01-31
             */
            activity_date: string;
            /**
             * Challenges Completed
             * @example 1
             */
            challenges_completed: number;
            /**
             * Engagement Score
             * @example 59.3
             */
            engagement_score: number;
            /**
             * Weight Entries
             * @example 2
             */
            weight_entries: number;
        };
        /**
         * UserRanking
         * @description Users, best first.
         */
        UserRanking: {
            /** Items */
            items: components["schemas"]["LeadingUser"][];
        };
        /**
         * Weighing
         * @description A valid weighing.
         */
        Weighing: {
            /**
             * Measured At
             * Format: date-time
             * @example 2026-01-31T12:00:00Z
             */
            measured_at: string;
            /**
             * Unit
             * @example kg
             */
            unit: string;
            /**
             * Weight
             * @example 195.5
             */
            weight: number;
        };
        /**
         * WeightDay
         * @description Weights of all lions on a day.
         */
        WeightDay: {
            /**
             * Avg Weight
             * @description mean of their daily means, kg
             * @example 181.2
             */
            avg_weight: number;
            /**
             * Lions
             * @description number of weighed lions
             * @example 3
             */
            lions: number;
            /**
             * Weight Date
             * Format: date
             * @example 2026-01-31
             */
            weight_date: string;
        };
        /**
         * WeightTrend
         * @description A lion's weighings, and its trend day by day.
         */
        WeightTrend: {
            /**
             * Avg Weight
             * @description average weight on the last day of the range, kg
             * @example 194.1
             */
            avg_weight: number | null;
            /** Days */
            days: components["schemas"]["WeightTrendDay"][];
            /**
             * Lion Id
             * @example simba_001
             */
            lion_id: string;
            /**
             * Weight Trend
             * @description trend on the last day of the range, kg per day
             * @example -0.12
             */
            weight_trend: number | null;
            /** Weights */
            weights: components["schemas"]["Weighing"][];
        };
        /**
         * WeightTrendDay
         * @description Average weight and trend on a day.
         */
        WeightTrendDay: {
            /**
             * Avg Weight
             * @example 194.1
             */
            avg_weight: number | null;
            /**
             * Metric Date
             * Format: date
             * @example 2026-01-31
             */
            metric_date: string;
            /**
             * Weight Trend
             * @example -0.12
             */
            weight_trend: number | null;
        };
        /**
         * WeightTrends
         * @description Weights of all lions day by day.
         */
        WeightTrends: {
            /** Items */
            items: components["schemas"]["WeightDay"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_dashboard_api_analytics_dashboard_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dashboard"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    export_csv_api_analytics_export_csv_get: {
        parameters: {
            query: {
                /**
                 * @description table or view to export completely
                 * @example silver.lions
                 */
                table: "bronze.lions_raw" | "bronze.weights_raw" | "bronze.challenges_raw" | "bronze.users_raw" | "silver.lions" | "silver.weight_history" | "silver.positions" | "silver.challenges" | "silver.users" | "gold.lions_metrics" | "gold.users_activity" | "gold.lions_positions_history" | "metadata.data_quality_checks" | "metadata.lineage";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    export_json_api_analytics_export_json_get: {
        parameters: {
            query: {
                /**
                 * @description table or view to export completely
                 * @example silver.lions
                 */
                table: "bronze.lions_raw" | "bronze.weights_raw" | "bronze.challenges_raw" | "bronze.users_raw" | "silver.lions" | "silver.weight_history" | "silver.positions" | "silver.challenges" | "silver.users" | "gold.lions_metrics" | "gold.users_activity" | "gold.lions_positions_history" | "metadata.data_quality_checks" | "metadata.lineage";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>[];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_leading_lions_api_analytics_leaderboard_lions_get: {
        parameters: {
            query?: {
                /** @description maximum number of items */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LionRanking"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_leading_users_api_analytics_leaderboard_users_get: {
        parameters: {
            query?: {
                /** @description maximum number of items */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserRanking"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_lions_api_analytics_lions_get: {
        parameters: {
            query?: {
                /** @description next_cursor of the previous page */
                cursor?: string | null;
                /** @description takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for spreadsheets with French settings */
                format?: ("json" | "csv" | "csv-fr") | null;
                /** @description maximum number of items; by default 1000 in JSON and all in CSV */
                limit?: number | null;
                /** @description only lions with this status */
                status?: ("active" | "silent" | "lost") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LionsPage"];
                    /** @example lion_id,name,status,current_weight,health_score,tracking_frequency,position_lat,position_lng,last_fix_at,data_quality_score */
                    "text/csv": string;
                };
            };
            /** @description Neither JSON nor CSV is accepted */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description A parameter is wrong or unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description StarRocks does not respond */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_lion_api_analytics_lions__lionId__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LionDetail"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_positions_api_analytics_lions__lionId__position_history_get: {
        parameters: {
            query?: {
                /** @description next_cursor of the previous page */
                cursor?: string | null;
                /** @description takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for spreadsheets with French settings */
                format?: ("json" | "csv" | "csv-fr") | null;
                /** @description start, inclusive: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                from?: string | null;
                /** @description maximum number of items; by default 1000 in JSON and all in CSV */
                limit?: number | null;
                /** @description end, exclusive, by default now: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                to?: string | null;
            };
            header?: never;
            path: {
                lionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PositionHistory"];
                    /** @example position_date,lat,lng,accuracy,fixes,distance_km */
                    "text/csv": string;
                };
            };
            /** @description Unknown identifier */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Neither JSON nor CSV is accepted */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description A parameter is wrong or unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description StarRocks does not respond */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    list_track_api_analytics_lions__lionId__track_get: {
        parameters: {
            query?: {
                /** @description next_cursor of the previous page */
                cursor?: string | null;
                /** @description takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for spreadsheets with French settings */
                format?: ("json" | "csv" | "csv-fr") | null;
                /** @description start, inclusive: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                from?: string | null;
                /** @description maximum number of items; by default 1000 in JSON and all in CSV */
                limit?: number | null;
                /** @description end, exclusive, by default now: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                to?: string | null;
            };
            header?: never;
            path: {
                lionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Fix_"];
                    /** @example measured_at,position_lat,position_lng,accuracy,distance_km */
                    "text/csv": string;
                };
            };
            /** @description Unknown identifier */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Neither JSON nor CSV is accepted */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description A parameter is wrong or unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description StarRocks does not respond */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_weight_trend_api_analytics_lions__lionId__weight_trend_get: {
        parameters: {
            query?: {
                /** @description start, inclusive: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                from?: string | null;
                /** @description end, exclusive, by default now: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                to?: string | null;
            };
            header?: never;
            path: {
                lionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WeightTrend"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_report_api_analytics_reports_latest_get: {
        parameters: {
            query?: {
                /** @description language of the report */
                language?: "fr" | "en";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_weight_trends_api_analytics_trends_weight_get: {
        parameters: {
            query?: {
                /** @description start, inclusive: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                from?: string | null;
                /** @description end, exclusive, by default now: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WeightTrends"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_activity_summary_api_analytics_users__userId__activity_summary_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivitySummary"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_challenges_api_analytics_users__userId__challenges_analytics_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChallengesAnalytics"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_engagement_api_analytics_users__userId__engagement_get: {
        parameters: {
            query?: {
                /** @description start, inclusive: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                from?: string | null;
                /** @description end, exclusive, by default now: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                to?: string | null;
            };
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Engagement"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    get_health_health_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description StarRocks cannot be used */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    live_health_live_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Live"];
                };
            };
        };
    };
    metrics_metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
