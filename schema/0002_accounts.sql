-- Phone numbers, added addresses, PINs, security questions, privacy policy,
-- consents.  ADD COLUMN of a column that is there counts as done.

ALTER TABLE {}account ADD COLUMN phone_verified_s BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {}account ADD COLUMN pending TINYINT NOT NULL DEFAULT 0;
ALTER TABLE {}account ADD COLUMN pin_changed_s BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {}account ADD COLUMN pin_skipped_s BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {}account ADD COLUMN privacy_policy VARCHAR(4096) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';
ALTER TABLE {}account ADD COLUMN consent_profile TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;

-- secure: 0 never judged, 1 meets the present rules, 2 does not.
ALTER TABLE {}password ADD COLUMN secure TINYINT NOT NULL DEFAULT 0;
ALTER TABLE {}password ADD COLUMN breached_s BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {}password ADD COLUMN reset_asked_s BIGINT NOT NULL DEFAULT 0;

-- What an interrupted registration needs to go on holds addresses of pages.
ALTER TABLE {}ticket MODIFY data VARCHAR(8000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';

-- Added addresses and numbers that nobody has proven yet.  They lead to no
-- account and keep nobody else from them.  account.pending says that there
-- may be some.
CREATE TABLE IF NOT EXISTS {}pending_identifier (
	uid BINARY(16) NOT NULL,
	kind TINYINT NOT NULL,
	canonical VARBINARY(254) NOT NULL,
	given VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	label VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	created_s BIGINT NOT NULL,
	PRIMARY KEY (uid, kind, canonical),
	KEY pending_canonical (kind, canonical),
	KEY pending_created (created_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Identifiers of deleted accounts, which stay free of new ones for a while.
CREATE TABLE IF NOT EXISTS {}held_identifier (
	id BINARY(32) NOT NULL,
	expires_s BIGINT NOT NULL,
	PRIMARY KEY (id),
	KEY held_expires (expires_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}pin (
	uid BINARY(16) NOT NULL,
	phc VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	changed_s BIGINT NOT NULL,
	failures BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (uid)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}pin_session (
	token_hash BINARY(32) NOT NULL,
	uid BINARY(16) NOT NULL,
	generation BIGINT NOT NULL,
	family BINARY(16) NOT NULL,
	created_s BIGINT NOT NULL,
	expires_s BIGINT NOT NULL,
	PRIMARY KEY (token_hash),
	KEY pin_session_account (uid),
	KEY pin_session_expires (expires_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}security_answer (
	uid BINARY(16) NOT NULL,
	question_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	phc VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	changed_s BIGINT NOT NULL,
	PRIMARY KEY (uid, question_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Every acceptance; the present one also stands with the account.
CREATE TABLE IF NOT EXISTS {}privacy_acceptance (
	uid BINARY(16) NOT NULL,
	version VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	accepted_s BIGINT NOT NULL,
	source VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	PRIMARY KEY (uid, version)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {}consent_log (
	id BINARY(16) NOT NULL,
	uid BINARY(16) NOT NULL,
	at_s BIGINT NOT NULL,
	update_type TINYINT NOT NULL,
	address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	user_agent VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	host VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	versions TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	changes TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	PRIMARY KEY (id),
	KEY consent_log_account (uid, at_s)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- How far an import has come; id is the hash of its first line, digest that
-- of what was taken.  Written with the accounts themselves.
CREATE TABLE IF NOT EXISTS {}import (
	id BINARY(32) NOT NULL,
	digest BINARY(32) NOT NULL,
	file_lines BIGINT NOT NULL DEFAULT 0,
	imported BIGINT NOT NULL DEFAULT 0,
	refused BIGINT NOT NULL DEFAULT 0,
	report_bytes BIGINT NOT NULL DEFAULT 0,
	changed_s BIGINT NOT NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
