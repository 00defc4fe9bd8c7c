-- Where measurements come from, and the table that turns concentrations into an air quality index.
-- Every DATETIME of this database is in UTC.

CREATE TABLE IF NOT EXISTS stations (
    station_id VARCHAR(64) NOT NULL COMMENT "identifier that the station publishes, e.g. ABJ-001",
    name VARCHAR(255) NOT NULL COMMENT "name shown to people",
    commune VARCHAR(128) NULL COMMENT "commune or district",
    latitude DOUBLE NULL COMMENT "degrees north, WGS 84",
    longitude DOUBLE NULL COMMENT "degrees east, WGS 84",
    time_zone VARCHAR(64) NOT NULL DEFAULT "Africa/Abidjan" COMMENT "IANA time zone in which people read the station's hours",
    demonstration VARCHAR(255) NULL COMMENT "where demonstration data come from, e.g. Pékin; NULL for a real station",
    registered_at DATETIME NULL COMMENT "when the station was registered, UTC"
)
PRIMARY KEY (station_id)
COMMENT "Registered stations; a station may send data before it is registered"
DISTRIBUTED BY HASH (station_id) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

CREATE TABLE IF NOT EXISTS aqi_breakpoints (
    pollutant VARCHAR(8) NOT NULL COMMENT "pm25, pm10, o3, co, so2 or no2",
    averaging VARCHAR(4) NOT NULL COMMENT "period over which the concentration is averaged: 1h, 8h or 24h",
    aqi_low INT NOT NULL COMMENT "index at concentration_low",
    aqi_high INT NOT NULL COMMENT "index at concentration_high",
    concentration_low DECIMAL(8, 3) NOT NULL COMMENT "lower breakpoint, inclusive, in unit",
    concentration_high DECIMAL(8, 3) NOT NULL COMMENT "upper breakpoint, inclusive, in unit",
    unit VARCHAR(8) NOT NULL COMMENT "µg/m³, ppm or ppb",
    truncation_digits INT NOT NULL COMMENT "decimals kept when a concentration is truncated before it is looked up",
    source VARCHAR(255) NOT NULL COMMENT "publication that the row was taken from"
)
PRIMARY KEY (pollutant, averaging, aqi_low)
COMMENT "Breakpoints of the US EPA's air quality index, 2024 revision"
DISTRIBUTED BY HASH (pollutant) BUCKETS 1
PROPERTIES (
    "replication_num" = "${replication_num}",
    "compression" = "LZ4",
    "enable_persistent_index" = "true"
);

-- US EPA, Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002, May 2024, table 6
-- (the particulate breakpoints took effect on 6 May 2024), after 40 CFR part 58, appendix G, table 2. The upper
-- ends of the hazardous category are the concentrations that the appendix gives for an index of 500; greater
-- concentrations continue the same line. Rows that EPA leaves blank do not exist: 8-hour ozone defines no index above
-- 300, 1-hour ozone none below 101, 1-hour sulphur dioxide none above 200, 24-hour sulphur dioxide none below 201.
INSERT INTO aqi_breakpoints
    (pollutant, averaging, aqi_low, aqi_high, concentration_low, concentration_high, unit, truncation_digits, source)
VALUES
    ('pm25', '24h', 0, 50, 0.0, 9.0, 'µg/m³', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm25', '24h', 51, 100, 9.1, 35.4, 'µg/m³', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm25', '24h', 101, 150, 35.5, 55.4, 'µg/m³', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm25', '24h', 151, 200, 55.5, 125.4, 'µg/m³', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm25', '24h', 201, 300, 125.5, 225.4, 'µg/m³', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm25', '24h', 301, 500, 225.5, 325.4, 'µg/m³', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm10', '24h', 0, 50, 0, 54, 'µg/m³', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm10', '24h', 51, 100, 55, 154, 'µg/m³', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm10', '24h', 101, 150, 155, 254, 'µg/m³', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm10', '24h', 151, 200, 255, 354, 'µg/m³', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm10', '24h', 201, 300, 355, 424, 'µg/m³', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('pm10', '24h', 301, 500, 425, 604, 'µg/m³', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('o3', '8h', 0, 50, 0.000, 0.054, 'ppm', 3, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('o3', '8h', 51, 100, 0.055, 0.070, 'ppm', 3, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('o3', '8h', 101, 150, 0.071, 0.085, 'ppm', 3, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('o3', '8h', 151, 200, 0.086, 0.105, 'ppm', 3, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('o3', '8h', 201, 300, 0.106, 0.200, 'ppm', 3, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('o3', '1h', 101, 150, 0.125, 0.164, 'ppm', 3, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('o3', '1h', 151, 200, 0.165, 0.204, 'ppm', 3, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('o3', '1h', 201, 300, 0.205, 0.404, 'ppm', 3, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('o3', '1h', 301, 500, 0.405, 0.604, 'ppm', 3, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('co', '8h', 0, 50, 0.0, 4.4, 'ppm', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('co', '8h', 51, 100, 4.5, 9.4, 'ppm', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('co', '8h', 101, 150, 9.5, 12.4, 'ppm', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('co', '8h', 151, 200, 12.5, 15.4, 'ppm', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('co', '8h', 201, 300, 15.5, 30.4, 'ppm', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('co', '8h', 301, 500, 30.5, 50.4, 'ppm', 1, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('so2', '1h', 0, 50, 0, 35, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('so2', '1h', 51, 100, 36, 75, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('so2', '1h', 101, 150, 76, 185, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('so2', '1h', 151, 200, 186, 304, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('so2', '24h', 201, 300, 305, 604, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('so2', '24h', 301, 500, 605, 1004, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('no2', '1h', 0, 50, 0, 53, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('no2', '1h', 51, 100, 54, 100, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('no2', '1h', 101, 150, 101, 360, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('no2', '1h', 151, 200, 361, 649, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('no2', '1h', 201, 300, 650, 1249, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G'),
    ('no2', '1h', 301, 500, 1250, 2049, 'ppb', 0, 'US EPA, EPA-454/B-24-002 (May 2024), table 6; 40 CFR 58 app. G');
