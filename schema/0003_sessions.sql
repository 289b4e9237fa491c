-- Sessions: where from and what was proven; roles; custom objects; devices
-- that wait for a sign-in elsewhere.

ALTER TABLE {}session ADD COLUMN city VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';
ALTER TABLE {}session ADD COLUMN country VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';

-- When a second factor was last passed (0: never), and whether a back end got
-- the session for somebody (impersonation).
ALTER TABLE {}session ADD COLUMN factor_s BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {}session ADD COLUMN acting TINYINT NOT NULL DEFAULT 0;

-- Names between blanks, sorted.
ALTER TABLE {}account ADD COLUMN roles VARCHAR(2000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

-- hidden: of back ends alone.
CREATE TABLE IF NOT EXISTS {}custom_object (
	uid BINARY(16) NOT NULL,
	name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	id BINARY(12) NOT NULL,
	version BIGINT NOT NULL DEFAULT 1,
	hidden TINYINT NOT NULL DEFAULT 0,
	created_s BIGINT NOT NULL,
	modified_s BIGINT NOT NULL,
	data MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	PRIMARY KEY (uid, name, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
