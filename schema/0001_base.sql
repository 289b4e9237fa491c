-- The tables of the main job.  "{}" becomes the configured prefix.  Each
-- statement is safe to repeat.  Identifiers, tokens and hashes are binary:
-- no collation decides who somebody is.

CREATE TABLE IF NOT EXISTS {}account (
	uid BINARY(16) NOT NULL,
	profile_id BINARY(16) NOT NULL,
	generation BIGINT NOT NULL DEFAULT 1,
	state TINYINT NOT NULL DEFAULT 1,
	created_s BIGINT NOT NULL,
	modified_s BIGINT NOT NULL,
	profile_modified_s BIGINT NOT NULL DEFAULT 0,
	last_login_s BIGINT NOT NULL DEFAULT 0,
	logins BIGINT NOT NULL DEFAULT 0,
	email_verified_s BIGINT NOT NULL DEFAULT 0,
	required_filled TINYINT NOT NULL DEFAULT 0,
	registration_source VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'API',
	profile_version BIGINT NOT NULL DEFAULT 1,
	profile MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	PRIMARY KEY (uid),
	UNIQUE KEY account_profile_id (profile_id),
	KEY account_unverified (email_verified_s, created_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}identifier (
	kind TINYINT NOT NULL,
	canonical VARBINARY(254) NOT NULL,
	uid BINARY(16) NOT NULL,
	given VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	label VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	position TINYINT NOT NULL DEFAULT 0,
	verified_s BIGINT NOT NULL DEFAULT 0,
	created_s BIGINT NOT NULL,
	PRIMARY KEY (kind, canonical),
	KEY identifier_account (uid, kind, position)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}password (
	uid BINARY(16) NOT NULL,
	phc VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	changed_s BIGINT NOT NULL,
	failures BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (uid)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}password_history (
	uid BINARY(16) NOT NULL,
	retired_ms BIGINT NOT NULL,
	phc VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (uid, retired_ms)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}session (
	token_hash BINARY(32) NOT NULL,
	kind TINYINT NOT NULL,
	uid BINARY(16) NOT NULL,
	generation BIGINT NOT NULL,
	family BINARY(16) NOT NULL,
	handle BINARY(16) NOT NULL,
	created_s BIGINT NOT NULL,
	auth_s BIGINT NOT NULL,
	seen_s BIGINT NOT NULL,
	expires_s BIGINT NOT NULL,
	idle_s BIGINT NOT NULL DEFAULT 0,
	remember TINYINT NOT NULL DEFAULT 0,
	provider VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'email',
	address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	user_agent VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	PRIMARY KEY (token_hash),
	UNIQUE KEY session_handle (handle),
	KEY session_account (uid, created_s),
	KEY session_family (family),
	KEY session_expires (expires_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}refresh_token (
	token_hash BINARY(32) NOT NULL,
	uid BINARY(16) NOT NULL,
	generation BIGINT NOT NULL,
	family BINARY(16) NOT NULL,
	created_s BIGINT NOT NULL,
	expires_s BIGINT NOT NULL,
	used_s BIGINT NOT NULL DEFAULT 0,
	reissued TINYINT NOT NULL DEFAULT 0,
	PRIMARY KEY (token_hash),
	KEY refresh_token_family (family),
	KEY refresh_token_account (uid),
	KEY refresh_token_expires (expires_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Links: id is the SHA-256 of the secret.  Codes: id is the MAC of purpose and
-- target, secret_hash the MAC of the code, so that one is live at a time.
CREATE TABLE IF NOT EXISTS {}ticket (
	id BINARY(32) NOT NULL,
	purpose TINYINT NOT NULL,
	uid BINARY(16) NOT NULL,
	generation BIGINT NOT NULL,
	address VARBINARY(254) NOT NULL,
	secret_hash BINARY(32) NULL,
	tries INT NOT NULL DEFAULT 0,
	created_s BIGINT NOT NULL,
	expires_s BIGINT NOT NULL,
	used_s BIGINT NOT NULL DEFAULT 0,
	data VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	PRIMARY KEY (id),
	KEY ticket_account (uid, purpose),
	KEY ticket_expires (expires_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Failures of an identifier or a source; keys are MACs, so that unknown
-- identifiers count like known ones.
-- nonce: whose reservation was the last one.
CREATE TABLE IF NOT EXISTS {}failure (
	id BINARY(32) NOT NULL,
	nonce BIGINT NOT NULL DEFAULT 0,
	failures INT NOT NULL DEFAULT 0,
	in_flight INT NOT NULL DEFAULT 0,
	in_flight_until_ms BIGINT NOT NULL DEFAULT 0,
	window_until_s BIGINT NOT NULL DEFAULT 0,
	suspended_until_s BIGINT NOT NULL DEFAULT 0,
	level INT NOT NULL DEFAULT 0,
	expires_s BIGINT NOT NULL,
	PRIMARY KEY (id),
	KEY failure_expires (expires_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Fixed windows of things that are metered: calls, look-ups, messages.
CREATE TABLE IF NOT EXISTS {}meter (
	id BINARY(32) NOT NULL,
	n INT NOT NULL,
	last_s BIGINT NOT NULL,
	expires_s BIGINT NOT NULL,
	PRIMARY KEY (id),
	KEY meter_expires (expires_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}outbox (
	id BINARY(16) NOT NULL,
	state TINYINT NOT NULL DEFAULT 0,
	kind TINYINT NOT NULL,
	template VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	target VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	uid BINARY(16) NULL,
	payload MEDIUMBLOB NOT NULL,
	created_s BIGINT NOT NULL,
	due_s BIGINT NOT NULL,
	expires_s BIGINT NOT NULL,
	lease_until_s BIGINT NOT NULL DEFAULT 0,
	tries INT NOT NULL DEFAULT 0,
	error VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	PRIMARY KEY (id),
	KEY outbox_due (state, due_s),
	KEY outbox_account (uid)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}audit (
	id BINARY(16) NOT NULL,
	at_s BIGINT NOT NULL,
	event VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	uid BINARY(16) NULL,
	address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	request_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	detail VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	PRIMARY KEY (id),
	KEY audit_account (uid, at_s),
	KEY audit_at (at_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- SOTT uses, and other once-only marks with an end.
CREATE TABLE IF NOT EXISTS {}mark (
	id BINARY(32) NOT NULL,
	n INT NOT NULL DEFAULT 1,
	expires_s BIGINT NOT NULL,
	PRIMARY KEY (id),
	KEY mark_expires (expires_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}tombstone (
	uid BINARY(16) NOT NULL,
	deleted_s BIGINT NOT NULL,
	PRIMARY KEY (uid)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
