/*
 * One account as a line of an import, judged.
 */
#ifndef DOMAIN_ACCOUNT_LINE_H
#define DOMAIN_ACCOUNT_LINE_H

#include "account.h"
#include "codec/json.h"
#include "store/store_import.h"

#define LINE_IDENTIFIERS	100	/* store_account.c reads no more */
#define LINE_PENDING		100
#define LINE_HISTORY		24

struct account_line {
	struct store_import_account account;
	bool given_uid, given_profile_id;
	struct store_new_identifier identifiers[LINE_IDENTIFIERS];
	size_t n_identifiers;
	struct store_pending_of pending[LINE_PENDING];
	size_t n_pending;
	struct store_import_password password;	/* phc absent: none */
	struct store_import_old history[LINE_HISTORY];
	size_t n_history;
	bool kept_as_address;	/* the user name was its own address (F-03) */
};

/*
 * ERR_OK, or why the line is refused, with field and note in c->err: the
 * errors of registration, ERR_BODY_SHAPE (a member that is unknown or has the
 * wrong type), ERR_UID_MALFORMED, ERR_MALFORMED (no JSON; no admitted hash).
 * verified: an identifier that says nothing of it is proven now.
 */
MUST_CHECK enum err account_line_judge(struct ctx *c, struct str text,
    bool verified, struct account_line *out);
/* ERR_MALFORMED, with the reason. */
enum err account_line_fault(struct ctx *c, enum json_fault fault);

#endif
