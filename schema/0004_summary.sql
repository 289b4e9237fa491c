-- What a profile shows of an account's rows in identifier and password, so
-- that reading it needs neither.  NULL or empty: to be made of them.

ALTER TABLE {}account ADD COLUMN summary MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;
