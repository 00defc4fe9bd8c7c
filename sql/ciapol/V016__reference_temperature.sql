-- µg/m³ of a gas are converted to ppb at the temperature that the station's values refer to.

ALTER TABLE stations
ADD COLUMN reference_temperature DOUBLE NOT NULL DEFAULT "25" COMMENT "°C that the station's µg/m³ of gases refer to, at 1013.25 hPa";
