/*
 * Accepting the privacy policy.  The row of an acceptance is there once for
 * each account and version: its key decides who was first.
 */
#include "privacy.h"

#include "account_internal.h"
#include "audit.h"
#include "base/clock.h"
#include "base/config.h"
#include "codec/text.h"
#include "gate.h"
#include "profile.h"
#include "store/store_consent.h"
#include "store/store_tx.h"

#define SOURCE_CHARS	512

bool
privacy_strict(const struct ctx *c)
{
	return str_eq(c->config->privacy_mode, STR("strict"));
}

bool
privacy_version(const struct ctx *c, struct str *out)
{
	const struct list *l = &c->config->privacy_versions;
	int64_t best_s = 0, start_s;
	struct str version;
	bool found = false;
	size_t i;

	if (str_eq(c->config->privacy_mode, STR("off")))
		return false;
	for (i = 0; i < l->n; i++) {
		if (!config_version(l->items[i], &version, &start_s) ||
		    start_s > c->now_s || (found && start_s < best_s))
			continue;
		best_s = start_s;
		*out = version;
		found = true;
	}
	return found;
}

enum err
privacy_judge(struct ctx *c, struct str seen, struct str *version_out)
{
	if (!privacy_version(c, version_out))
		return err_set(c, ERR_PRIVACY_NONE, NULL, "none begun");
	if (str_present(seen) && !str_eq(seen, *version_out))
		return err_set(c, ERR_PRIVACY_VERSION, "version",
		    "another one is the present");
	return ERR_OK;
}

/* The account's own column spares the look at its history. */
enum err
privacy_accepted(struct ctx *c, const struct account *a, struct str version,
    bool *out)
{
	enum json_fault fault;
	struct json *j;
	enum err e;

	j = json_parse(c->arena, a->privacy_policy, &fault);
	*out = str_eq(json_string(json_get(j, "Version")), version);
	if (*out)
		return ERR_OK;
	e = store_privacy_find(c, a->uid, version);
	*out = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
privacy_gate(struct ctx *c, const struct account *a, const struct gate *g)
{
	struct str version;
	bool accepted;
	enum err e;

	if (!privacy_strict(c) || !privacy_version(c, &version))
		return ERR_OK;
	e = privacy_accepted(c, a, version, &accepted);
	if (e != ERR_OK || accepted)
		return e;
	return gate_stop(c, a, g, ERR_PRIVACY_OUTSTANDING, TICKET_CONSENT);
}

/* Accepting */

struct str
privacy_source(struct str s)
{
	if (!str_present(s) || !utf8_valid(s) || utf8_has_control(s))
		return STR("API");
	return utf8_cut(s, SOURCE_CHARS);
}

static struct json *
shown(struct ctx *c, const struct store_acceptance *a)
{
	struct json *j = json_new_object(c->arena);

	json_set_str(j, "Version", a->version);
	json_set_str(j, "AcceptSource", a->source);
	json_set_str(j, "AcceptDateTime", clock_iso(c->arena,
	    a->accepted_s));
	return j;
}

enum err
privacy_record(struct ctx *c, struct account *a, struct str version,
    struct str source)
{
	const struct store_acceptance row = {
		.version = version, .accepted_s = c->now_s,
		.source = privacy_source(source)
	};
	struct str text = json_text(c->arena, shown(c, &row), false);
	enum err e;

	e = store_privacy_add(c, a->uid, &row);
	if (e == ERR_CONFLICT)
		return err_set(c, ERR_PRIVACY_ACCEPTED, NULL,
		    "accepted before");
	if (e == ERR_OK)
		e = store_account_set_privacy(c, a->uid, text, c->now_s);
	if (e != ERR_OK)
		return e;
	a->privacy_policy = text;
	a->modified_s = a->profile_modified_s = c->now_s;
	return audit_add(c, "privacy_accepted", a->uid, "");
}

/* Whoever has nothing to sign in with has no profile of ours (1039). */
static enum err
judge_profile(struct ctx *c, const struct account *a)
{
	if (a->n_emails == 0 && !str_present(a->username) &&
	    !str_present(a->phone))
		return err_set(c, ERR_NO_PROFILE, NULL, "no identifier");
	return ERR_OK;
}

struct accepting {
	const struct session *session;
	struct str version, source;
	struct account account;
	enum err verdict;		/* of the gate */
};

static enum err
go_on(struct ctx *c, struct accepting *p)
{
	const struct gate g = {
		.passed = GATE_PRIVACY, .resumable = true,
		.session = { .kind = SESSION_API, .raises = p->session },
		.method = "privacy"
	};
	struct session_tokens t;

	p->verdict = ERR_OK;
	if (p->session->kind != SESSION_LIMITED)
		return ERR_OK;
	p->verdict = login_gate(c, &p->account, &g, &t);
	if (p->verdict == ERR_OK || login_gate_refused(p->verdict))
		return ERR_OK;
	return p->verdict;
}

static enum err
accept_tx(struct ctx *c, void *arg)
{
	struct accepting *p = arg;
	enum err e;

	e = account_lock(c, p->session->uid, &p->account);
	if (e == ERR_OK)
		e = judge_profile(c, &p->account);
	if (e == ERR_OK)
		e = privacy_record(c, &p->account, p->version, p->source);
	if (e == ERR_OK)
		e = go_on(c, p);
	/* Read before the commit: afterwards nothing may fail. */
	return e != ERR_OK ? e : account_read_lock(c, &p->account);
}

/* Whoever accepted: it is accepted. */
static enum err
accept_in_doubt(struct ctx *c, void *arg)
{
	const struct accepting *p = arg;

	return store_privacy_find(c, p->session->uid, p->version);
}

enum err
privacy_accept(struct ctx *c, const struct session *s, struct str seen,
    struct str source, struct json **profile_out)
{
	struct accepting p = { .session = s, .source = source };
	enum err e;

	e = privacy_judge(c, seen, &p.version);
	if (e == ERR_OK)
		e = store_tx(c, accept_tx, &p, accept_in_doubt);
	if (e == ERR_OK)
		e = p.verdict;
	if (e == ERR_OK)
		*profile_out = profile_json(c, &p.account);
	return e;
}

/* History */

static struct json *
history_json(struct ctx *c, const struct account *a,
    const struct store_acceptance *rows, size_t n)
{
	struct json *j = json_new_object(c->arena);
	struct json *list = json_new_array(c->arena);
	enum json_fault fault;
	size_t i;

	for (i = 0; i < n; i++)
		json_append(list, shown(c, &rows[i]));
	json_set_str(j, "Uid", uid_hex(c->arena, a->uid));
	json_set(j, "Current", json_parse(c->arena, a->privacy_policy,
	    &fault));
	json_set(j, "History", list);
	return j;
}

enum err
privacy_history(struct ctx *c, struct uid uid, struct json **out)
{
	struct store_acceptance *rows;
	struct account a;
	struct str version;
	enum err e;
	size_t n;

	e = privacy_judge(c, STR_NONE, &version);
	if (e == ERR_OK)
		e = account_get(c, uid, &a);
	if (e == ERR_OK)
		e = judge_profile(c, &a);
	if (e == ERR_OK)
		e = store_privacy_list(c, uid, &rows, &n);
	if (e == ERR_OK)
		*out = history_json(c, &a, rows, n);
	return e;
}
