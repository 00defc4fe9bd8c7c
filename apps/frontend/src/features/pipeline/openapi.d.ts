// Generated from the OpenAPI document of apps.platform_api by: npm run openapi (in apps/frontend). Do not edit.

export interface paths {
    "/api/v1/pipeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Last run of each step of the workflows, and the streaming jobs
         * @description The last success of each step, failures with their reasons, and the state of each streaming job.
         */
        get: operations["get_pipeline_api_v1_pipeline_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipeline/monitoring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Firing alerts, rates, backlogs and resources
         * @description Data from Prometheus and Alertmanager.
         *
         *     If these do not respond, `error` contains the reason and the status is 200.
         */
        get: operations["get_monitoring_api_v1_pipeline_monitoring_get"];
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
         * Alert
         * @description An alert that fires.
         */
        Alert: {
            /**
             * Name
             * @example ServiceDown
             */
            name: string;
            /**
             * Owner
             * @description owner: platform, or a product
             * @example platform
             */
            owner: string;
            /**
             * Runbook
             * @description what to do
             * @example docs/runbook.md#a-service-is-down
             */
            runbook: string | null;
            /**
             * Severity
             * @description critical or warning
             * @example critical
             */
            severity: string;
            /**
             * Started At
             * Format: date-time
             * @example 2026-01-31T12:05:00Z
             */
            started_at: string;
            /**
             * Summary
             * @example pulsar does not respond at 127.0.0.1:8080
             */
            summary: string;
            /**
             * Summary Fr
             * @example pulsar ne répond pas à 127.0.0.1:8080
             */
            summary_fr: string;
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
         * Flow
         * @description The data flow. Rates are means over two minutes.
         */
        Flow: {
            /** Jobs */
            jobs: components["schemas"]["JobFlow"][];
            machine: components["schemas"]["Machine"];
            /** Rejected */
            rejected: components["schemas"]["Rejected"][];
            /** Services */
            services: components["schemas"]["ServiceUse"][];
            /** Topics */
            topics: components["schemas"]["TopicFlow"][];
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
         * JobFlow
         * @description Rates of a streaming job.
         */
        JobFlow: {
            /**
             * Name
             * @example weather-ingest
             */
            name: string;
            /**
             * Received Per Second
             * @description messages that the job reads
             * @example 12.5
             */
            received_per_second: number | null;
            /** Running */
            running: boolean;
            /**
             * Written Per Second
             * @description rows that the job's sinks write
             * @example 25
             */
            written_per_second: number | null;
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
        /**
         * Machine
         * @description Shares of the machine that are in use, 0 to 1.
         */
        Machine: {
            /**
             * Cpu Share
             * @example 0.2
             */
            cpu_share: number | null;
            /**
             * Disk Share
             * @description used share of the fullest disk
             * @example 0.5
             */
            disk_share: number | null;
            /**
             * Memory Share
             * @example 0.4
             */
            memory_share: number | null;
        };
        /**
         * Monitored
         * @description Alerts and data flow from the monitoring.
         */
        Monitored: {
            /** Alerts */
            alerts: components["schemas"]["Alert"][];
            /**
             * Checked At
             * Format: date-time
             * @example 2026-01-31T12:40:10Z
             */
            checked_at: string;
            /**
             * Enabled
             * @description whether the stack has monitoring
             */
            enabled: boolean;
            /**
             * Error
             * @description reason why the monitoring cannot be read
             * @example null
             */
            error: string | null;
            flow: components["schemas"]["Flow"] | null;
        };
        /**
         * Pipeline
         * @description The workflow steps and streaming jobs of all products.
         */
        Pipeline: {
            /**
             * Checked At
             * Format: date-time
             * @example 2026-01-31T12:40:10Z
             */
            checked_at: string;
            /** Jobs */
            jobs: components["schemas"]["StreamingJob"][];
            /** Steps */
            steps: components["schemas"]["PipelineStep"][];
        };
        /**
         * PipelineStep
         * @description The last run of a workflow's step.
         */
        PipelineStep: {
            /**
             * Ended At
             * @example 2026-01-31T12:05:21Z
             */
            ended_at: string | null;
            /**
             * Last Error
             * @example null
             */
            last_error: string | null;
            /**
             * Last Failed At
             * @example null
             */
            last_failed_at: string | null;
            /**
             * Last Succeeded At
             * @example 2026-01-31T12:05:21Z
             */
            last_succeeded_at: string | null;
            /**
             * Late
             * @description whether the last success is more than 2.5 periods ago; null if the period is unknown
             * @example false
             */
            late: boolean | null;
            /**
             * Product
             * @example weather
             */
            product: string;
            /**
             * Started At
             * Format: date-time
             * @example 2026-01-31T12:05:00Z
             */
            started_at: string;
            /**
             * State
             * @description state of the last run: running, retrying, succeeded, failed or killed
             * @example succeeded
             */
            state: string;
            /**
             * Task
             * @example summaries
             */
            task: string;
            /**
             * Workflow
             * @example daily_summaries
             */
            workflow: string;
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
         * Rejected
         * @description The share of a product's recent messages that were rejected.
         */
        Rejected: {
            /**
             * Product
             * @example weather
             */
            product: string;
            /**
             * Share
             * @description 0 to 1; null without messages
             * @example 0.005
             */
            share: number | null;
        };
        /**
         * ServiceUse
         * @description Whether a service responds to Prometheus, and its resource use.
         */
        ServiceUse: {
            /**
             * Cpu Cores
             * @example 0.1
             */
            cpu_cores: number | null;
            /**
             * Memory Bytes
             * @example 500000000
             */
            memory_bytes: number | null;
            /**
             * Service
             * @example pulsar
             */
            service: string;
            /** Up */
            up: boolean;
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
         * StreamingJob
         * @description A streaming job, with the state that the keeper last found.
         */
        StreamingJob: {
            /**
             * Checked At
             * @example 2026-01-31T12:40:00Z
             */
            checked_at: string | null;
            /**
             * Failures
             * @description consecutive failures of the job
             * @example 0
             */
            failures: number;
            /**
             * Held
             * @description whether a lease keeps the job stopped now
             * @example false
             */
            held: boolean;
            /**
             * Name
             * @example ingest
             */
            name: string;
            /**
             * Product
             * @example weather
             */
            product: string;
            /**
             * Reason
             * @description reason of the state
             * @example null
             */
            reason: string | null;
            /**
             * Restarted At
             * @example null
             */
            restarted_at: string | null;
            /**
             * State
             * @description running, restarting, given_up, held, stopped, unreachable or down
             * @example running
             */
            state: string | null;
            /**
             * Wanted
             * @description state that the deployment wants: running or stopped
             * @example running
             */
            wanted: string;
        };
        /**
         * TopicFlow
         * @description Rate and backlog of a topic.
         */
        TopicFlow: {
            /**
             * Backlog
             * @description messages that no consumer has acknowledged
             * @example 0
             */
            backlog: number | null;
            /**
             * In Per Second
             * @description messages per second
             * @example 12.5
             */
            in_per_second: number | null;
            /**
             * Lag Seconds
             * @description time since the last acknowledgement while messages wait; 0 if none waits, null if unknown
             * @example 0
             */
            lag_seconds: number | null;
            /**
             * Product
             * @description tenant of the topic
             * @example weather
             */
            product: string;
            /**
             * Topic
             * @example weather/events/readings
             */
            topic: string;
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
    get_pipeline_api_v1_pipeline_get: {
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
                    "application/json": components["schemas"]["Pipeline"];
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
    get_monitoring_api_v1_pipeline_monitoring_get: {
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
                    "application/json": components["schemas"]["Monitored"];
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
