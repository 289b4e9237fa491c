-- Sessions: where from and what was proven; roles; custom objects; devices
-- that wait for a sign-in elsewhere.

ALTER TABLE {}session ADD COLUMN city VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';
ALTER TABLE {}session ADD COLUMN country VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';

-- When a second factor was last passed (0: never), and whether a back end got
-- the session for somebody (impersonation).
ALTER TABLE {}session ADD COLUMN factor_s BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {}session ADD COLUMN acting TINYINT NOT NULL DEFAULT 0;

-- When it cannot be renewed any more: its refresh token's end, else expires_s.
-- Of the rows of one family the newest alone has that end, and stands for the
-- session; those before it go as they expire.
ALTER TABLE {}session ADD COLUMN ends_s BIGINT NOT NULL DEFAULT 0;
UPDATE {}session SET ends_s = expires_s WHERE ends_s = 0;
UPDATE {}session s JOIN {}refresh_token r ON r.family = s.family
	SET s.ends_s = r.expires_s
	WHERE r.used_s = 0 AND r.expires_s > s.ends_s;
ALTER TABLE {}session ADD KEY session_ends (ends_s);
ALTER TABLE {}session DROP KEY session_expires;

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

-- Wrong PINs for this token in a row.
ALTER TABLE {}pin_session ADD COLUMN tries INT NOT NULL DEFAULT 0;

-- Devices that wait until somebody signs them in elsewhere.
-- id: MAC of what the device chose.  uid: of nobody for unknown names.
-- state: 0 waiting, 1 approved, 2 collected, 3 refused or replaced.
-- network: the only one that may collect ('': any).
CREATE TABLE IF NOT EXISTS {}device_login (
	id BINARY(32) NOT NULL,
	family TINYINT NOT NULL,
	kind TINYINT NOT NULL,
	remember TINYINT NOT NULL DEFAULT 0,
	uid BINARY(16) NOT NULL,
	generation BIGINT NOT NULL DEFAULT 0,
	state TINYINT NOT NULL DEFAULT 0,
	created_s BIGINT NOT NULL,
	expires_s BIGINT NOT NULL,
	pinged_s BIGINT NOT NULL DEFAULT 0,
	network VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	user_agent VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	city VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	country VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	PRIMARY KEY (id),
	KEY device_login_account (uid, family, state),
	KEY device_login_expires (expires_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- No suspension of the name ends later than this: only until then it must be
-- looked for in failure, which alone says whether there is one.
ALTER TABLE {}identifier ADD COLUMN locked_until_s BIGINT NOT NULL DEFAULT 0;
UPDATE {}identifier SET locked_until_s = UNIX_TIMESTAMP() + 604800 WHERE locked_until_s = 0;

-- Keys that sign access tokens.  jwk: the public part as it is published;
-- sealed: the private part, under the master secret.  signs_s: from when it signs,
-- until a newer one does; needed_s: when its last token ends.
CREATE TABLE IF NOT EXISTS {}signing_key (
	kid BINARY(16) NOT NULL,
	jwk VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	sealed VARBINARY(128) NOT NULL,
	created_s BIGINT NOT NULL,
	signs_s BIGINT NOT NULL,
	needed_s BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (kid)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
