-- The fields of an event that nobody declared: a misspelt name would else lose its values without a trace.

ALTER TABLE raw_measurements_zeta
ADD COLUMN unknown_fields VARCHAR(1024) NULL COMMENT "names of the message's fields that are no field of an event, sorted; NULL: none";
