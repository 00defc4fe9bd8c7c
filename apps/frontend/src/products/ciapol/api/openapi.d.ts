// Generated from the OpenAPI document of apps.ciapol.api by: npm run openapi (in apps/frontend). Do not edit.

export interface paths {
    "/api/v1/aqi/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Air quality index of all stations now
         * @description Every station, worst first, those without a category last; computed from the newest measurements.
         *
         *     A station whose hour is incomplete has a category and a rank only if its known sub-indices already exceed 100.
         */
        get: operations["current_aqi_api_v1_aqi_current_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Quality of the measurements by hour and station
         * @description Completeness, freshness, stuck sensors and rejections. Without `from` and `to`, of the last 24 hours.
         *
         *     At most 366 days per request. Test stations are included only when requested by id.
         */
        get: operations["list_quality_api_v1_quality_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rejected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Rejected messages
         * @description Rejected messages, newest first, with the reason; and with their payload if `station_id` is given.
         */
        get: operations["list_rejected_api_v1_rejected_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stations by id
         * @description Registered stations, and those that send data without being registered.
         */
        get: operations["list_stations_api_v1_stations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{station_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One station
         * @description A station and its newest measurement.
         */
        get: operations["get_station_api_v1_stations__station_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{station_id}/aqi": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Hourly air quality index of a station
         * @description Computed hours by time. Without `from` and `to`, those of the last 24 hours; at most 366 days.
         *
         *     Only hours that have ended and have at least 75 % of the values that the station usually sends count.
         */
        get: operations["list_aqi_api_v1_stations__station_id__aqi_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{station_id}/measurements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Measurements of a station
         * @description Measurements by time. Without `from` and `to`, those of the last 24 hours.
         */
        get: operations["list_measurements_api_v1_stations__station_id__measurements_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{station_id}/predictions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Predicted air quality index and pollutants of a station
         * @description The newest prediction, made at `made_at`, however old. It includes hours that have passed since.
         */
        get: operations["get_predictions_api_v1_stations__station_id__predictions_get"];
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
         * AqiPage
         * @description Hourly index of a station by time; the start of the range is inclusive, its end exclusive.
         */
        AqiPage: {
            /**
             * From
             * Format: date-time
             * @example 2026-01-31T00:00:00Z
             */
            from: string;
            /** Items */
            items: components["schemas"]["HourlyAqi"][];
            /**
             * Next Cursor
             * @example null
             */
            next_cursor: string | null;
            /**
             * Station Id
             * @example ABJ-001
             */
            station_id: string;
            /**
             * To
             * Format: date-time
             * @example 2026-02-01T00:00:00Z
             */
            to: string;
        };
        /**
         * CurrentAqi
         * @description The index of a station in its newest hour that has ended, of the last three hours.
         *
         *     If no such hour has an index, it is the newest hour with the reason. The current hour has no rank.
         */
        CurrentAqi: {
            /**
             * Aqi
             * @description US EPA; above 500 the scale continues. Null unless the hour has ended and every pollutant measured in it has a sub-index
             * @example 99
             */
            aqi: number | null;
            /**
             * At Least
             * @description greatest known sub-index; the index is at least this value, and without `aqi` may be much higher
             * @example 99
             */
            at_least: number | null;
            /**
             * Category
             * @description category of `aqi`; without `aqi`, that of `at_least` if it is above 100, because the index is not lower
             * @example moderate
             */
            category: ("good" | "moderate" | "unhealthy_sensitive" | "unhealthy" | "very_unhealthy" | "hazardous") | null;
            /**
             * Color
             * @description official colour of the category
             * @example #FFFF00
             */
            color: string | null;
            /**
             * Dominant Pollutant
             * @description pollutant with the greatest sub-index known
             * @example pm25
             */
            dominant_pollutant: string | null;
            /**
             * Hour Start
             * @example 2026-01-31T12:00:00Z
             */
            hour_start: string | null;
            /**
             * Missing
             * @description pollutants measured without a sub-index
             * @example []
             */
            missing: components["schemas"]["MissingIndex"][];
            /**
             * Provisional
             * @description the hour has not ended; its values will change
             * @example false
             */
            provisional: boolean;
            /**
             * Rank
             * @description 1 is the worst; equal indices share a rank; null without a category
             * @example 1
             */
            rank: number | null;
            /**
             * Reason
             * @description why `aqi` is null: the hour is running; a pollutant has fewer than 75 % of its usual values; a pollutant has too few hours; no pollutant was measured
             * @example null
             */
            reason: ("running" | "too_few_values" | "too_few_hours" | "nothing_measured") | null;
            station: components["schemas"]["Station"];
            sub_indices: components["schemas"]["SubIndices"];
        };
        /**
         * CurrentAqiList
         * @description Every station, worst first, those without an index last.
         */
        CurrentAqiList: {
            /**
             * Computed At
             * Format: date-time
             * @example 2026-01-31T12:40:00Z
             */
            computed_at: string;
            /** Items */
            items: components["schemas"]["CurrentAqi"][];
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
         * HourlyAqi
         * @description The air quality index of an hour, or the reason why there is none.
         */
        HourlyAqi: {
            /**
             * Aqi
             * @description US EPA; above 500 the scale continues. Null unless the hour has ended and every pollutant measured in it has a sub-index
             * @example 99
             */
            aqi: number | null;
            /**
             * At Least
             * @description greatest known sub-index; the index is at least this value, and without `aqi` may be much higher
             * @example 99
             */
            at_least: number | null;
            /**
             * Category
             * @description category of `aqi`; without `aqi`, that of `at_least` if it is above 100, because the index is not lower
             * @example moderate
             */
            category: ("good" | "moderate" | "unhealthy_sensitive" | "unhealthy" | "very_unhealthy" | "hazardous") | null;
            /**
             * Dominant Pollutant
             * @description pollutant with the greatest sub-index known
             * @example pm25
             */
            dominant_pollutant: string | null;
            /**
             * Hour Start
             * Format: date-time
             * @example 2026-01-31T12:00:00Z
             */
            hour_start: string;
            /**
             * Missing
             * @description pollutants measured without a sub-index
             * @example []
             */
            missing: components["schemas"]["MissingIndex"][];
            /**
             * Provisional
             * @description the hour has not ended; its values will change
             * @example false
             */
            provisional: boolean;
            /**
             * Reason
             * @description why `aqi` is null: the hour is running; a pollutant has fewer than 75 % of its usual values; a pollutant has too few hours; no pollutant was measured
             * @example null
             */
            reason: ("running" | "too_few_values" | "too_few_hours" | "nothing_measured") | null;
            sub_indices: components["schemas"]["SubIndices"];
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
         * Measurement
         * @description Measured values, or their means if the request has an interval; measured_at is then the interval's start.
         *
         *     With `pollutant`, only these pollutants are included.
         */
        Measurement: {
            /**
             * Co
             * @description µg/m³
             * @example 800
             */
            co?: number | null;
            /**
             * Count
             * @description measurements in the interval; absent for raw
             * @example 60
             */
            count?: number | null;
            /**
             * Humidity
             * @description %
             * @example 81
             */
            humidity?: number | null;
            /**
             * Measured At
             * Format: date-time
             * @example 2026-01-31T12:00:00Z
             */
            measured_at: string;
            /**
             * No2
             * @description µg/m³
             * @example 18
             */
            no2?: number | null;
            /**
             * O3
             * @description µg/m³
             * @example 40.5
             */
            o3?: number | null;
            /**
             * Pm10
             * @description µg/m³
             * @example 51
             */
            pm10?: number | null;
            /**
             * Pm25
             * @description µg/m³
             * @example 35.1
             */
            pm25?: number | null;
            /**
             * Pressure
             * @description hPa
             * @example 1011.2
             */
            pressure?: number | null;
            /**
             * So2
             * @description µg/m³
             * @example 4.2
             */
            so2?: number | null;
            /**
             * Temperature
             * @description °C
             * @example 28.4
             */
            temperature?: number | null;
            /**
             * Wind Speed
             * @description m/s
             * @example 2.3
             */
            wind_speed?: number | null;
        };
        /**
         * MeasurementPage
         * @description Measurements of a station by time; the start of the range is inclusive, its end exclusive.
         */
        MeasurementPage: {
            /**
             * From
             * Format: date-time
             * @example 2026-01-31T00:00:00Z
             */
            from: string;
            /**
             * Interval
             * @enum {string}
             */
            interval: "raw" | "hour" | "day";
            /** Items */
            items: components["schemas"]["Measurement"][];
            /**
             * Next Cursor
             * @example null
             */
            next_cursor: string | null;
            /**
             * Station Id
             * @example ABJ-001
             */
            station_id: string;
            /**
             * To
             * Format: date-time
             * @example 2026-02-01T00:00:00Z
             */
            to: string;
        };
        /**
         * MissingIndex
         * @description A pollutant that was measured in the hour and has no sub-index yet.
         */
        MissingIndex: {
            /**
             * Expected At
             * Format: date-time
             * @description end of the first hour that has its sub-index, if every hour until then has enough values
             * @example 2026-01-31T14:00:00Z
             */
            expected_at: string;
            /**
             * Pollutant
             * @example pm25
             */
            pollutant: string;
        };
        /**
         * Pollutant
         * @description A pollutant, measured in µg/m³.
         * @enum {string}
         */
        Pollutant: "pm25" | "pm10" | "so2" | "no2" | "o3" | "co";
        /**
         * PredictedHour
         * @description The predictions for an hour; `quantities` contains the predicted ones of aqi, pm25, pm10, so2, no2, o3 and co.
         *
         *     `aqi` is absent if a predicted pollutant has no sub-index.
         */
        PredictedHour: {
            /**
             * Category
             * @description category of the predicted index
             * @example unhealthy_sensitive
             */
            category: ("good" | "moderate" | "unhealthy_sensitive" | "unhealthy" | "very_unhealthy" | "hazardous") | null;
            /**
             * Color
             * @description official colour of the category
             * @example #FF7E00
             */
            color: string | null;
            /**
             * Dominant Pollutant
             * @description pollutant with the greatest sub-index
             * @example pm25
             */
            dominant_pollutant: string | null;
            /** Quantities */
            quantities: {
                [key: string]: components["schemas"]["Prediction"];
            };
            /** @description sub-indices of the predicted pollutants, by the method of the measured index, which averages over previous hours; the predicted index is the greatest. Null if too few hours have a value */
            sub_indices: components["schemas"]["SubIndices"];
            /**
             * Target Hour
             * Format: date-time
             * @description start of the hour
             * @example 2026-01-31T18:00:00Z
             */
            target_hour: string;
        };
        /**
         * Prediction
         * @description A predicted value with its interval: an index for aqi, µg/m³ for a pollutant.
         */
        Prediction: {
            /**
             * Fallback
             * @description true if a simple rule was used because of too little history
             * @example false
             */
            fallback: boolean;
            /**
             * Lower
             * @description lower end of the prediction interval
             * @example 88
             */
            lower: number | null;
            /**
             * Upper
             * @description upper end of the prediction interval
             * @example 131
             */
            upper: number | null;
            /**
             * Value
             * @example 104
             */
            value: number | null;
        };
        /**
         * Predictions
         * @description The newest prediction for a station; without a prediction, all fields except its id are null or empty.
         */
        Predictions: {
            /**
             * Fallback
             * @description true if a simple rule predicted a pollutant that determines the index, because of too little history
             * @example false
             */
            fallback: boolean | null;
            /** Items */
            items: components["schemas"]["PredictedHour"][];
            /**
             * Made At
             * @example 2026-01-31T12:07:00Z
             */
            made_at: string | null;
            /**
             * Model
             * @description name and version of the index's model
             * @example gradient-boosting-1
             */
            model: string | null;
            /**
             * Station Id
             * @example ABJ-001
             */
            station_id: string;
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
         * Quality
         * @description Quality of the measurements of a station in an hour.
         */
        Quality: {
            /**
             * Completeness
             * @description measurements over expected, 0 to 1
             * @example 0.95
             */
            completeness: number;
            /**
             * Expected
             * @description measurements that the station usually sends in an hour
             * @example 60
             */
            expected: number;
            /**
             * Freshness Seconds
             * @description time from the last measurement before the end of the hour to that end
             * @example 42
             */
            freshness_seconds: number | null;
            /**
             * Hour Start
             * Format: date-time
             * @example 2026-01-31T12:00:00Z
             */
            hour_start: string;
            /**
             * Measurements
             * @example 57
             */
            measurements: number;
            /**
             * Out Of Range Share
             * @description rejected messages over all, 0 to 1
             * @example 0
             */
            out_of_range_share: number;
            /**
             * Station Id
             * @example ABJ-001
             */
            station_id: string;
            /**
             * Stuck Sensors
             * @description pollutants whose value did not change for hours
             * @example [
             *       "o3"
             *     ]
             */
            stuck_sensors: string[];
        };
        /**
         * QualityPage
         * @description Quality by hour, then by station.
         */
        QualityPage: {
            /** Items */
            items: components["schemas"]["Quality"][];
            /**
             * Next Cursor
             * @example null
             */
            next_cursor: string | null;
        };
        /**
         * Rejected
         * @description A rejected message.
         */
        Rejected: {
            /**
             * Message Id
             * @example 17:42:0:-1
             */
            message_id: string;
            /**
             * Payload
             * @description the message as text; absent unless the messages of one station are requested
             * @example {"station_id": "ABJ-001", "pm25": -3}
             */
            payload?: string | null;
            /**
             * Received At
             * Format: date-time
             * @example 2026-01-31T12:00:00.123000Z
             */
            received_at: string;
            /**
             * Reject Reason
             * @example pm25: -3 is below 0
             */
            reject_reason: string;
            /**
             * Station Id
             * @example ABJ-001
             */
            station_id: string | null;
        };
        /**
         * RejectedPage
         * @description Rejected messages, newest first.
         */
        RejectedPage: {
            /** Items */
            items: components["schemas"]["Rejected"][];
            /**
             * Next Cursor
             * @example null
             */
            next_cursor: string | null;
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
         * Station
         * @description A station; one that sends data without being registered has no name.
         */
        Station: {
            /**
             * Commune
             * @example Plateau
             */
            commune: string | null;
            /**
             * Demonstration
             * @description source of demonstration data
             * @example null
             */
            demonstration: string | null;
            /**
             * Last Measured At
             * @example 2026-01-31T12:00:00Z
             */
            last_measured_at: string | null;
            /**
             * Latitude
             * @description degrees north
             * @example 5.3237
             */
            latitude: number | null;
            /**
             * Longitude
             * @description degrees east
             * @example -4.0206
             */
            longitude: number | null;
            /**
             * Name
             * @example Plateau
             */
            name: string | null;
            /**
             * Reference Temperature
             * @description °C that the station's µg/m³ of gases refer to, at 1013.25 hPa
             * @example 25
             */
            reference_temperature: number;
            /**
             * Registered
             * @example true
             */
            registered: boolean;
            /**
             * Station Id
             * @example ABJ-001
             */
            station_id: string;
            /**
             * Time Zone
             * @example Africa/Abidjan
             */
            time_zone: string;
        };
        /**
         * StationDetail
         * @description A station and its newest measurement.
         */
        StationDetail: {
            /**
             * Commune
             * @example Plateau
             */
            commune: string | null;
            /**
             * Demonstration
             * @description source of demonstration data
             * @example null
             */
            demonstration: string | null;
            /**
             * Last Measured At
             * @example 2026-01-31T12:00:00Z
             */
            last_measured_at: string | null;
            latest: components["schemas"]["Measurement"] | null;
            /**
             * Latitude
             * @description degrees north
             * @example 5.3237
             */
            latitude: number | null;
            /**
             * Longitude
             * @description degrees east
             * @example -4.0206
             */
            longitude: number | null;
            /**
             * Name
             * @example Plateau
             */
            name: string | null;
            /**
             * Reference Temperature
             * @description °C that the station's µg/m³ of gases refer to, at 1013.25 hPa
             * @example 25
             */
            reference_temperature: number;
            /**
             * Registered
             * @example true
             */
            registered: boolean;
            /**
             * Station Id
             * @example ABJ-001
             */
            station_id: string;
            /**
             * Time Zone
             * @example Africa/Abidjan
             */
            time_zone: string;
        };
        /**
         * StationPage
         * @description Stations by id.
         */
        StationPage: {
            /** Items */
            items: components["schemas"]["Station"][];
            /**
             * Next Cursor
             * @example null
             */
            next_cursor: string | null;
        };
        /**
         * SubIndices
         * @description The index of each pollutant.
         */
        SubIndices: {
            /**
             * Co
             * @example 8
             */
            co: number | null;
            /**
             * No2
             * @example 8
             */
            no2: number | null;
            /**
             * O3
             * @example 19
             */
            o3: number | null;
            /**
             * Pm10
             * @example 47
             */
            pm10: number | null;
            /**
             * Pm25
             * @example 99
             */
            pm25: number | null;
            /**
             * So2
             * @example 1
             */
            so2: number | null;
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
    current_aqi_api_v1_aqi_current_get: {
        parameters: {
            query?: {
                /** @description takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for spreadsheets with French settings */
                format?: ("json" | "csv" | "csv-fr") | null;
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
                    "application/json": components["schemas"]["CurrentAqiList"];
                    /** @example rank,station_id,name,commune,latitude,longitude,time_zone,demonstration,reference_temperature,registered,last_measured_at,hour_start,aqi,at_least,category,dominant_pollutant,provisional,reason,missing,aqi_pm25,aqi_pm10,aqi_o3,aqi_co,aqi_no2,aqi_so2,color */
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
    list_quality_api_v1_quality_get: {
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
                /** @description only this station */
                station_id?: string | null;
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
                    "application/json": components["schemas"]["QualityPage"];
                    /** @example station_id,hour_start,expected,measurements,completeness,freshness_seconds,stuck_sensors,out_of_range_share */
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
    list_rejected_api_v1_rejected_get: {
        parameters: {
            query?: {
                /** @description next_cursor of the previous page */
                cursor?: string | null;
                /** @description takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for spreadsheets with French settings */
                format?: ("json" | "csv" | "csv-fr") | null;
                /** @description maximum number of items; by default 1000 in JSON and all in CSV */
                limit?: number | null;
                /** @description earliest time of reception, by default one day ago: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                since?: string | null;
                /** @description only messages that contain this station's id or have it as key */
                station_id?: string | null;
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
                    "application/json": components["schemas"]["RejectedPage"];
                    /** @example received_at,message_id,station_id,reject_reason,payload */
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
    list_stations_api_v1_stations_get: {
        parameters: {
            query?: {
                /** @description next_cursor of the previous page */
                cursor?: string | null;
                /** @description takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for spreadsheets with French settings */
                format?: ("json" | "csv" | "csv-fr") | null;
                /** @description maximum number of items; by default 1000 in JSON and all in CSV */
                limit?: number | null;
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
                    "application/json": components["schemas"]["StationPage"];
                    /** @example station_id,name,commune,latitude,longitude,time_zone,demonstration,reference_temperature,registered,last_measured_at */
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
    get_station_api_v1_stations__station_id__get: {
        parameters: {
            query?: {
                /** @description takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for spreadsheets with French settings */
                format?: ("json" | "csv" | "csv-fr") | null;
            };
            header?: never;
            path: {
                station_id: string;
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
                    "application/json": components["schemas"]["StationDetail"];
                    /** @example station_id,name,commune,latitude,longitude,time_zone,demonstration,reference_temperature,registered,last_measured_at,measured_at,pm25,pm10,so2,no2,o3,co,temperature,pressure,humidity,wind_speed */
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
    list_aqi_api_v1_stations__station_id__aqi_get: {
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
                station_id: string;
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
                    "application/json": components["schemas"]["AqiPage"];
                    /** @example hour_start,aqi,at_least,category,dominant_pollutant,provisional,reason,missing,aqi_pm25,aqi_pm10,aqi_o3,aqi_co,aqi_no2,aqi_so2 */
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
    list_measurements_api_v1_stations__station_id__measurements_get: {
        parameters: {
            query?: {
                /** @description next_cursor of the previous page */
                cursor?: string | null;
                /** @description takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for spreadsheets with French settings */
                format?: ("json" | "csv" | "csv-fr") | null;
                /** @description start, inclusive: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                from?: string | null;
                /** @description raw (default, at most 31 days), or means of UTC hours (366) or days (3660) */
                interval?: ("raw" | "hour" | "day") | null;
                /** @description maximum number of items; by default 1000 in JSON and all in CSV */
                limit?: number | null;
                /** @description only this pollutant; repeat the parameter for several */
                pollutant?: components["schemas"]["Pollutant"][] | null;
                /** @description end, exclusive, by default now: ISO 8601 with a zone, or a date, which means the start of the day in UTC */
                to?: string | null;
            };
            header?: never;
            path: {
                station_id: string;
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
                    "application/json": components["schemas"]["MeasurementPage"];
                    /** @example measured_at,pm25,pm10,so2,no2,o3,co,temperature,pressure,humidity,wind_speed */
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
    get_predictions_api_v1_stations__station_id__predictions_get: {
        parameters: {
            query?: {
                /** @description takes precedence over the Accept header; csv-fr: byte order mark, `;` and decimal comma, for spreadsheets with French settings */
                format?: ("json" | "csv" | "csv-fr") | null;
            };
            header?: never;
            path: {
                station_id: string;
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
                    "application/json": components["schemas"]["Predictions"];
                    /** @example target_hour,category,color,dominant_pollutant,aqi_pm25,aqi_pm10,aqi_o3,aqi_co,aqi_no2,aqi_so2,aqi_value,aqi_lower,aqi_upper,aqi_fallback,pm25_value,pm25_lower,pm25_upper,pm25_fallback,pm10_value,pm10_lower,pm10_upper,pm10_fallback,so2_value,so2_lower,so2_upper,so2_fallback,no2_value,no2_lower,no2_upper,no2_fallback,o3_value,o3_lower,o3_upper,o3_fallback,co_value,co_lower,co_upper,co_fallback */
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
