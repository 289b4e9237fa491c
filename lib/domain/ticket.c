/*
 * Link secrets and codes.  A link carries 256 random bits and is found by
 * their hash.  A code is short, so it is stored as a MAC over all that it is
 * bound to, stands in one row for each purpose and address, and dies with
 * its fifth try.
 */
#include "ticket.h"

#include "audit.h"
#include "base/config.h"
#include "base/rand.h"
#include "crypto/keys.h"
#include "crypto/token.h"
#include "limit.h"
#include "store/store_ticket.h"
#include "store/store_tx.h"

#define CODE_DIGITS	6
#define CODE_TRIES	5
#define TRIES_PER_HOUR	15	/* over all codes of purpose and address */
#define HOUR_S		3600

struct purpose {
	const char *name;
	bool phone;
	bool guid;	/* its secret has the form of a token of the API */
	bool lasting;	/* stands beside others, and outlives changes */
};

static const struct purpose purposes[] = {
	[TICKET_VERIFY_EMAIL] = { "verify-email", false, false },
	[TICKET_RESET_PASSWORD] = { "reset-password", false, false },
	[TICKET_VERIFY_PHONE] = { "verify-phone", true, false },
	[TICKET_RESET_PASSWORD_PHONE] = { "reset-password-phone", true, false },
	[TICKET_DELETE_ACCOUNT] = { "delete-account", false, false },
	[TICKET_DELETE_ACCOUNT_PHONE] = { "delete-account-phone", true, false },
	[TICKET_RESET_PIN] = { "reset-pin", false, false },
	[TICKET_RESET_PIN_PHONE] = { "reset-pin-phone", true, false },
	[TICKET_CONSENT] = { "consent", false, true },
	[TICKET_PIN] = { "pin", false, true },
	[TICKET_CHANGE_PHONE] = { "change-phone", true, false },
	[TICKET_UNDO_EMAIL] = { .name = "undo-email", .lasting = true },
	[TICKET_REGISTRATION] = { "registration", false, true },
	[TICKET_PASSWORDLESS] = { "passwordless", false, false },
	[TICKET_PASSWORDLESS_PHONE] = { "passwordless-phone", true, false },
	[TICKET_ONE_TOUCH] = { "one-touch", false, false },
	[TICKET_ONE_TOUCH_PHONE] = { "one-touch-phone", true, false },
	[TICKET_SMART] = { "smart", false, false },
	[TICKET_REQUEST] = { "request", false, true }
};

const char *
ticket_name(enum ticket_purpose p)
{
	return purposes[p].name;
}

static struct str
purpose_name(enum ticket_purpose p)
{
	return str_of(purposes[p].name);
}

static struct str
link_new(struct ctx *c, enum ticket_purpose p, unsigned char id_out[32])
{
	return purposes[p].guid ? token_guid(c->arena, id_out) :
	    token_link(c->arena, id_out);
}

static bool
link_id(enum ticket_purpose p, struct str secret, unsigned char out[32])
{
	return purposes[p].guid ? token_guid_hash(secret, out) :
	    token_link_hash(secret, out);
}

static enum err
code_invalid(enum ticket_purpose p)
{
	return purposes[p].phone ? ERR_PHONE_CODE_INVALID :
	    ERR_EMAIL_CODE_INVALID;
}

static enum err
code_used(enum ticket_purpose p)
{
	return purposes[p].phone ? ERR_PHONE_CODE_USED :
	    ERR_EMAIL_CODE_USED;
}

static enum err
code_expired(enum ticket_purpose p)
{
	return purposes[p].phone ? ERR_PHONE_CODE_EXPIRED :
	    ERR_EMAIL_CODE_EXPIRED;
}

static struct str
data_of(const struct ticket *t)
{
	return t->data.p != NULL ? t->data : STR("");
}

static struct store_ticket
row_of(struct ctx *c, const struct ticket *t)
{
	return (struct store_ticket){
		.purpose = t->purpose, .uid = t->uid,
		.generation = t->generation, .address = t->address,
		.created_s = c->now_s, .expires_s = t->expires_s,
		.data = data_of(t)
	};
}

static void
give(const struct store_ticket *row, struct ticket *out)
{
	*out = (struct ticket){
		.purpose = (enum ticket_purpose)row->purpose,
		.uid = row->uid, .generation = row->generation,
		.address = row->address, .data = row->data,
		.expires_s = row->expires_s
	};
}

static enum err
void_older(struct ctx *c, const struct ticket *t)
{
	if (purposes[t->purpose].lasting)
		return ERR_OK;
	return t->purpose == TICKET_VERIFY_EMAIL ?
	    store_ticket_void_address(c, t->purpose, t->uid, t->address) :
	    store_ticket_void(c, t->purpose, t->uid);
}

enum err
ticket_make_link(struct ctx *c, const struct ticket *t,
    struct str *secret_out)
{
	struct store_ticket row = row_of(c, t);
	struct str secret;
	enum err e;

	secret = link_new(c, t->purpose, row.id);
	e = t->first ? ERR_OK : void_older(c, t);
	if (e == ERR_OK)
		e = store_ticket_insert_link(c, &row);
	if (e == ERR_OK)
		*secret_out = secret;
	return e;
}

/* of: the account whose own row it is, or NULL. */
static void
code_id(struct ctx *c, enum ticket_purpose p, const struct uid *of,
    struct str address, unsigned char out[32])
{
	if (of == NULL)
		MAC_LASTING(c->keys, KEY_CODE, out, STR("row"),
		    purpose_name(p), address);
	else
		MAC_LASTING(c->keys, KEY_CODE, out, STR("row"),
		    purpose_name(p), address,
		    ((struct str){ (const char *)of->b, sizeof(of->b) }));
}

static const struct uid *
own(const struct ticket *t)
{
	return t->own_code ? &t->uid : NULL;
}

static void
code_mac(struct ctx *c, enum ticket_purpose p, struct uid uid,
    struct str address, struct str code, unsigned char out[32])
{
	struct str owner = { (const char *)uid.b, sizeof(uid.b) };

	MAC(c->keys, KEY_CODE, out, STR("code"), purpose_name(p), owner,
	    address, code);
}

enum err
ticket_make_code(struct ctx *c, const struct ticket *t, struct str *code_out)
{
	struct store_ticket row = row_of(c, t);
	char digits[CODE_DIGITS + 1];
	struct str code;
	enum err e;

	rand_digits(digits, CODE_DIGITS);
	code = str_dup(c->arena, str_of(digits));
	secret_wipe(digits, sizeof(digits));
	code_id(c, t->purpose, own(t), t->address, row.id);
	code_mac(c, t->purpose, t->uid, t->address, code, row.secret_hash);
	e = store_ticket_put_code(c, &row);
	if (e == ERR_OK)
		*code_out = code;
	return e;
}

/* ERR_OK: it could be used now. */
static enum err
judge_link(struct ctx *c, const struct store_ticket *row)
{
	bool bound = row->generation != TICKET_NOBODY;

	if (bound && row->account_generation == 0)
		return err_set(c, ERR_LINK_INVALID, NULL,
		    "link of an account that is gone");
	if (row->used_s != 0)
		return err_set(c, ERR_LINK_USED, NULL, "link used before");
	if (bound && row->generation != row->account_generation &&
	    !purposes[row->purpose].lasting)
		return err_set(c, ERR_LINK_INVALID, NULL,
		    "link voided by a change of the account");
	if (row->expires_s <= c->now_s)
		return err_set(c, ERR_LINK_EXPIRED, NULL, "link expired");
	return ERR_OK;
}

static enum err
read_link(struct ctx *c, enum ticket_purpose p, const unsigned char id[32],
    struct store_ticket *row)
{
	enum err e;

	e = store_ticket_read(c, p, id, row);
	return e == ERR_NOT_FOUND ? err_set(c, ERR_LINK_INVALID, NULL,
	    "unknown link") : e;
}

enum err
ticket_peek_link(struct ctx *c, enum ticket_purpose p, struct str secret,
    struct ticket *out)
{
	unsigned char id[TOKEN_HASH];
	struct store_ticket row;
	enum err e;

	if (!link_id(p, secret, id))
		return err_set(c, ERR_LINK_INVALID, NULL, "malformed link");
	e = read_link(c, p, id, &row);
	if (e == ERR_OK)
		e = judge_link(c, &row);
	if (e == ERR_OK)
		give(&row, out);
	return e;
}

enum err
ticket_recall_link(struct ctx *c, enum ticket_purpose p, struct str secret,
    struct ticket *out)
{
	unsigned char id[TOKEN_HASH];
	struct store_ticket row;
	enum err e;

	if (!link_id(p, secret, id))
		return err_set(c, ERR_LINK_INVALID, NULL, "malformed link");
	e = read_link(c, p, id, &row);
	if (e == ERR_OK)
		give(&row, out);
	return e;
}

/*
 * The update comes first and decides: it locks the row, and only one of
 * many can change it.  What a later read of this transaction shows is the
 * explanation.
 */
enum err
ticket_consume_link(struct ctx *c, enum ticket_purpose p, struct str secret,
    struct ticket *out)
{
	unsigned char id[TOKEN_HASH];
	struct store_ticket row;
	bool used = false;
	enum err e;

	if (!link_id(p, secret, id))
		return err_set(c, ERR_LINK_INVALID, NULL, "malformed link");
	e = store_ticket_use(c, p, id, c->now_s, &used);
	if (e == ERR_OK)
		e = read_link(c, p, id, &row);
	if (e != ERR_OK)
		return e;
	if (used)
		row.used_s = 0;
	e = judge_link(c, &row);
	if (e == ERR_OK && !used)
		e = err_set(c, ERR_LINK_USED, NULL, "link used meanwhile");
	if (e == ERR_OK)
		give(&row, out);
	return e;
}

struct code_try {
	enum ticket_purpose purpose;
	const struct uid *of;		/* as of code_id */
	struct str address, code;
	enum err verdict;
	struct ticket ticket;
};

static enum err
judge_code_row(struct ctx *c, const struct store_ticket *row)
{
	enum ticket_purpose p = (enum ticket_purpose)row->purpose;
	bool bound = row->generation != TICKET_NOBODY;

	if (bound && row->account_generation == 0)
		return err_set(c, code_invalid(p), NULL,
		    "code of an account that is gone");
	if (row->used_s != 0)
		return err_set(c, code_used(p), NULL,
		    "code used before");
	if (bound && row->generation != row->account_generation)
		return err_set(c, code_invalid(p), NULL,
		    "code voided by a change of the account");
	if (row->expires_s <= c->now_s)
		return err_set(c, code_expired(p), NULL,
		    "code expired");
	return ERR_OK;
}

static bool
code_matches(struct ctx *c, const struct code_try *t,
    const struct store_ticket *row)
{
	struct str owner = { (const char *)row->uid.b, sizeof(row->uid.b) };

	return MAC_MATCH(c->keys, KEY_CODE, row->secret_hash, STR("code"),
	    purpose_name(t->purpose), owner, t->address, t->code);
}

/*
 * Whether a code was used or is over shows only to whom the right one is
 * known; all others learn the same (S-020).
 */
static enum err
judge_code(struct ctx *c, const struct code_try *t,
    const struct store_ticket *row)
{
	if (!code_matches(c, t, row))
		return err_set(c, code_invalid(t->purpose), NULL,
		    "wrong code");
	return judge_code_row(c, row);
}

static struct str
tries_key(struct ctx *c, enum ticket_purpose p, struct str address)
{
	return str_printf(c->arena, "%.*s %.*s", STR_FMT(purpose_name(p)),
	    STR_FMT(address));
}

/*
 * Count, then read, in one transaction: the row stays locked between, so
 * that a code made meanwhile is not compared on the old one's count.
 */
static enum err
try_tx(struct ctx *c, void *arg)
{
	struct code_try *t = arg;
	struct store_ticket row;
	unsigned char id[32];
	bool counted = false;
	enum err e;

	code_id(c, t->purpose, t->of, t->address, id);
	e = store_ticket_try(c, t->purpose, id, CODE_TRIES, &counted);
	if (e != ERR_OK)
		return e;
	t->verdict = err_set(c, code_invalid(t->purpose), NULL,
	    "no code with tries left");
	if (!counted)
		return ERR_OK;
	e = limit_meter(c, "code tries", tries_key(c, t->purpose, t->address),
	    TRIES_PER_HOUR, HOUR_S);
	if (e == ERR_RATE_LIMITED) {
		t->verdict = err_set(c, code_invalid(t->purpose), NULL,
		    "the hour's tries are used up");
		c->err.until_s = 0;
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = store_ticket_read(c, t->purpose, id, &row);
	if (e != ERR_OK)
		return e;
	t->verdict = judge_code(c, t, &row);
	if (t->verdict == ERR_OK)
		give(&row, &t->ticket);
	t->ticket.own_code = t->of != NULL;
	return ERR_OK;
}

static enum err
try_code(struct ctx *c, struct code_try *t, struct str code,
    struct ticket *out)
{
	enum err e;

	if (!code_clean(c->arena, code, CODE_DIGITS, &t->code))
		return err_set(c, code_invalid(t->purpose), NULL,
		    "not of a code's form");
	e = store_tx(c, try_tx, t, NULL);
	if (e == ERR_OK)
		e = t->verdict;
	if (e == ERR_OK)
		*out = t->ticket;
	return e;
}

enum err
ticket_try_code(struct ctx *c, enum ticket_purpose p, struct str address,
    struct str code, struct ticket *out)
{
	struct code_try t = { .purpose = p, .address = address };

	return try_code(c, &t, code, out);
}

enum err
ticket_try_own_code(struct ctx *c, enum ticket_purpose p, struct uid uid,
    struct str address, struct str code, struct ticket *out)
{
	struct code_try t = { .purpose = p, .of = &uid, .address = address };

	return try_code(c, &t, code, out);
}

static enum err
refused(struct ctx *c, enum ticket_purpose p, const char *event, enum err e)
{
	static const struct uid nobody;
	struct err_detail why = c->err;
	enum err counted;

	counted = limit_source_failed(c);
	if (counted == ERR_OK)
		counted = audit_add(c, event, nobody, purposes[p].name);
	if (counted != ERR_OK)
		return counted;
	c->err = why;
	return e;
}

enum err
ticket_code_refused(struct ctx *c, enum ticket_purpose p, enum err e)
{
	return e == code_invalid(p) ? refused(c, p, "code_refused", e) : e;
}

enum err
ticket_link_refused(struct ctx *c, enum ticket_purpose p, enum err e)
{
	return refused(c, p, "link_refused", e);
}

enum err
ticket_tries_full(struct ctx *c, enum ticket_purpose p, struct str address,
    bool *full_out)
{
	return limit_meter_full(c, "code tries", tries_key(c, p, address),
	    TRIES_PER_HOUR, full_out);
}

enum err
ticket_consume(struct ctx *c, const struct ticket *t)
{
	unsigned char id[32];
	bool used = false;
	enum err e;

	code_id(c, t->purpose, own(t), t->address, id);
	e = store_ticket_use(c, t->purpose, id, c->now_s, &used);
	if (e == ERR_OK && !used)
		return err_set(c, code_used(t->purpose), NULL,
		    "code used meanwhile");
	return e;
}

enum err
ticket_consume_code(struct ctx *c, enum ticket_purpose p, struct str address)
{
	const struct ticket t = { .purpose = p, .address = address };

	return ticket_consume(c, &t);
}

enum err
ticket_state(struct ctx *c, const struct ticket *t)
{
	struct store_ticket row;
	unsigned char id[32];
	enum err e;

	code_id(c, t->purpose, own(t), t->address, id);
	e = store_ticket_read(c, t->purpose, id, &row);
	if (e == ERR_NOT_FOUND)
		return err_set(c, code_invalid(t->purpose), NULL, "no code");
	return e != ERR_OK ? e : judge_code_row(c, &row);
}

enum err
ticket_code_state(struct ctx *c, enum ticket_purpose p, struct str address)
{
	const struct ticket t = { .purpose = p, .address = address };

	return ticket_state(c, &t);
}

enum err
ticket_pending(struct ctx *c, enum ticket_purpose p, struct uid uid,
    int64_t *created_s_out)
{
	return store_ticket_newest(c, p, uid, c->now_s, CODE_TRIES,
	    created_s_out);
}

enum err
ticket_pending_for(struct ctx *c, enum ticket_purpose p, struct uid uid,
    struct str address, int64_t *created_s_out)
{
	return store_ticket_newest_address(c, p, uid, address, c->now_s,
	    created_s_out);
}

struct uid
ticket_decoy_uid(struct ctx *c, struct str canonical)
{
	unsigned char mac[32];
	struct uid u;

	MAC_LASTING(c->keys, KEY_DECOY, mac, STR("ticket"), canonical);
	memcpy(u.b, mac, sizeof(u.b));
	return u;
}

enum err
ticket_void(struct ctx *c, enum ticket_purpose p, struct uid uid)
{
	return store_ticket_void(c, p, uid);
}

enum err
ticket_void_all(struct ctx *c, struct uid uid)
{
	return store_ticket_void_all(c, uid, TICKET_UNDO_EMAIL);
}

enum err
ticket_void_address(struct ctx *c, struct uid uid, struct str address)
{
	return store_ticket_void_address_all(c, uid, address,
	    TICKET_UNDO_EMAIL);
}
