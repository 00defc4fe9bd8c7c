-- The time of the event that a name comes from. A late event that is older does not replace the name.

ALTER TABLE challenges
    ADD COLUMN title_at DATETIME NULL COMMENT "time of the event with the title; NULL: there is none, or the row is older than this column";

ALTER TABLE users
    ADD COLUMN username_at DATETIME NULL COMMENT "time of the activity with the name; NULL: there is none, or the row is older than this column";
