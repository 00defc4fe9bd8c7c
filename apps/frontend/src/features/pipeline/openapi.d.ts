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
         * Whether the process answers
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
         * DataHealth
         * @description The age of the data.
         */
        DataHealth: {
            /**
             * Age Seconds
             * @description since the newest event
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
         * Health
         * @description The API's health: `stale` if the data are old, `down` if StarRocks cannot be used.
         *
         *     An API without data of its own has null for `data`.
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
         * Live
         * @description The process answers.
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
             * @description has not succeeded for more than 2.5 of its usual periods; null if the period is unknown
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
             * @description state of the last run: running, succeeded, failed or killed
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
             * @description why it cannot be used, e.g. no backend alive
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
         * @description A streaming job that should always run, with the state that its keeper last found.
         */
        StreamingJob: {
            /**
             * Checked At
             * @example 2026-01-31T12:40:00Z
             */
            checked_at: string | null;
            /**
             * Failures
             * @description consecutive restarts after which the job failed again
             * @example 0
             */
            failures: number;
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
             * @description running or stopped
             * @example running
             */
            wanted: string;
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
            /** @description StarRocks does not answer */
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
