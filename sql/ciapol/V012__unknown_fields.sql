-- Names of fields that no event has, because the values of a misspelt name are not stored.

ALTER TABLE raw_measurements_zeta
ADD COLUMN unknown_fields VARCHAR(1024) NULL COMMENT "names of the message's fields that are no field of an event, sorted; NULL: none";
