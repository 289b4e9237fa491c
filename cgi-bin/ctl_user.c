#include "ctl.h"

#include <unistd.h>

#include "base/limits.h"
#include "base/rand.h"
#include "codec/agent.h"
#include "codec/text.h"
#include "domain/account.h"
#include "domain/account_create.h"
#include "domain/profile.h"
#include "domain/session.h"

#define LIST_MAX	1000

enum err
ctl_account(struct ctl *t, const char *name, struct account *out)
{
	struct arena *a = t->ctx->arena;
	struct identifier id;
	struct uid uid;
	enum err e;

	if (uid_parse(str_of(name), &uid))
		e = account_get(t->ctx, uid, out);
	else if (strchr(name, '@') != NULL) {
		e = identifier_email(a, str_of(name),
		    t->ctx->config->login_fold_local_part, &id);
		if (e == ERR_OK)
			e = account_find(t->ctx, &id, out);
	} else {
		e = name[0] == '+' ? identifier_phone(a, str_of(name), &id) :
		    identifier_username(a, str_of(name), &id);
		if (e == ERR_OK)
			e = account_find(t->ctx, &id, out);
	}
	if (e == ERR_NOT_FOUND)
		return err_set(t->ctx, ERR_USER_UNKNOWN, NULL,
		    "no account is named %s", name);
	return e;
}

/* The only argument that is not an option, or NULL. */
static const char *
only_name(struct ctl *t, const struct ctl_option *o, size_t n)
{
	const char *rest[1];
	size_t n_rest;

	if (!ctl_options(t, o, n, rest, 1, &n_rest) || n_rest != 1)
		return NULL;
	return rest[0];
}

static const char *
state_name(int64_t state)
{
	switch (state) {
	case ACCOUNT_BLOCKED:
		return "blocked";
	case ACCOUNT_LOGIN_DISABLED:
		return "login disabled";
	case ACCOUNT_UNFINISHED:
		return "unfinished";
	default:
		return "active";
	}
}

static struct json *
account_json(struct ctl *t, const struct account *a)
{
	struct arena *m = t->ctx->arena;
	struct json *j = json_new_object(m), *emails, *one;
	size_t i;

	json_set_str(j, "uid", uid_hex(m, a->uid));
	json_set_cstr(j, "state", state_name(a->state));
	emails = json_new_array(m);
	for (i = 0; i < a->n_emails; i++) {
		one = json_new_object(m);
		json_set_str(one, "type", a->emails[i].label);
		json_set_str(one, "address", a->emails[i].given);
		json_set_bool(one, "verified", a->emails[i].verified_s != 0);
		json_append(emails, one);
	}
	json_set(j, "emails", emails);
	json_set_str(j, "username", a->username);
	json_set_bool(j, "password", a->password_changed_s != 0);
	json_set_cstr(j, "created", ctl_time(t, a->created_s));
	json_set_cstr(j, "last_login", ctl_time(t, a->last_login_s));
	json_set_int(j, "logins", a->logins);
	json_set_int(j, "session_limit", session_own_limit(t->ctx, a));
	return j;
}

static const char *
first_email(const struct account *a)
{
	return a->n_emails > 0 ? a->emails[0].given.p : "-";
}

static int
print_account(struct ctl *t, const struct account *a)
{
	int64_t limit = session_own_limit(t->ctx, a);
	size_t i;

	if (t->json) {
		ctl_json(t, account_json(t, a));
		return CTL_OK;
	}
	printf("uid         %s\n", uid_hex(t->ctx->arena, a->uid).p);
	printf("state       %s\n", state_name(a->state));
	for (i = 0; i < a->n_emails; i++)
		printf("email       %s (%s, %s)\n", a->emails[i].given.p,
		    a->emails[i].label.p, a->emails[i].verified_s != 0 ?
		    "verified" : "not verified");
	if (str_present(a->username))
		printf("user name   %s\n", a->username.p);
	printf("password    %s\n", a->password_changed_s != 0 ?
	    ctl_time(t, a->password_changed_s) : "none");
	printf("created     %s\n", ctl_time(t, a->created_s));
	printf("last login  %s (%lld logins)\n",
	    ctl_time(t, a->last_login_s), (long long)a->logins);
	if (limit > 0)
		printf("sessions    at most %lld\n", (long long)limit);
	return CTL_OK;
}

/* One line of standard input, without its end. */
static bool
read_password(struct ctl *t, struct secret *out)
{
	char line[LIMIT_PASSWORD_INPUT + 2];
	size_t len;

	if (isatty(STDIN_FILENO))
		fputs("Password (shown as typed): ", stderr);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	len = strcspn(line, "\r\n");
	*out = secret_copy(t->ctx->arena, line, len);
	secret_wipe(line, sizeof(line));
	return len > 0;
}

static struct secret
generated(struct ctl *t)
{
	unsigned char raw[15];
	struct str text;

	rand_bytes(raw, sizeof(raw));
	text = base64url_encode(t->ctx->arena, raw, sizeof(raw));
	secret_wipe(raw, sizeof(raw));
	return secret_copy(t->ctx->arena, text.p, text.len);
}

int
ctl_user_add(struct ctl *t)
{
	bool verified = false, none = false, generate = false;
	const char *username = NULL, *address;
	struct account_add in = { 0 };
	struct account a;
	struct uid uid;
	enum err e;

	address = only_name(t, (const struct ctl_option[]){
		{ "--username", &username, NULL },
		{ "--verified", NULL, &verified },
		{ "--no-password", NULL, &none },
		{ "--generate", NULL, &generate } }, 4);
	if (address == NULL || (none && generate))
		return ctl_usage(t);
	in.email = str_of(address);
	in.username = str_of(username);
	in.verified = verified;
	if (generate)
		in.password = generated(t);
	else if (!none && !read_password(t, &in.password)) {
		ctl_say("no password on standard input");
		return CTL_FAILED;
	}
	e = account_add(t->ctx, &in, &uid);
	if (e == ERR_OK)
		e = account_get(t->ctx, uid, &a);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	if (generate)
		fprintf(stderr, "password: %s\n", (char *)in.password.p);
	return print_account(t, &a);
}

int
ctl_user_show(struct ctl *t)
{
	const char *name = only_name(t, NULL, 0);
	struct account a;
	enum err e;

	if (name == NULL)
		return ctl_usage(t);
	e = ctl_account(t, name, &a);
	return e == ERR_OK ? print_account(t, &a) : ctl_fail(t, e);
}

int
ctl_user_list(struct ctl *t)
{
	const char *after = NULL, *max = NULL;
	struct uid from = { { 0 } };
	struct account *rows;
	int64_t limit = 100;
	size_t n, i;
	enum err e;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--after", &after, NULL }, { "--max", &max, NULL } }, 2, NULL,
	    0, NULL) || (after != NULL && !uid_parse(str_of(after), &from)) ||
	    (max != NULL && !str_to_int(str_of(max), 1, LIST_MAX, &limit)))
		return ctl_usage(t);
	e = account_list(t->ctx, from, (size_t)limit, &rows, &n);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	for (i = 0; i < n; i++) {
		if (t->json)
			ctl_json(t, account_json(t, &rows[i]));
		else
			printf("%s  %-8s %s  %s\n",
			    uid_hex(t->ctx->arena, rows[i].uid).p,
			    state_name(rows[i].state),
			    ctl_time(t, rows[i].created_s),
			    first_email(&rows[i]));
	}
	return CTL_OK;
}

static int
set_state(struct ctl *t, enum account_state state)
{
	const char *name = only_name(t, NULL, 0);
	struct account a;
	enum err e;

	if (name == NULL)
		return ctl_usage(t);
	e = ctl_account(t, name, &a);
	if (e == ERR_OK)
		e = account_set_state(t->ctx, a.uid, state);
	if (e == ERR_OK)
		e = account_get(t->ctx, a.uid, &a);
	return e == ERR_OK ? print_account(t, &a) : ctl_fail(t, e);
}

int
ctl_user_disable(struct ctl *t)
{
	return set_state(t, ACCOUNT_BLOCKED);
}

int
ctl_user_enable(struct ctl *t)
{
	return set_state(t, ACCOUNT_ACTIVE);
}

int
ctl_user_session_limit(struct ctl *t)
{
	const char *rest[2];
	int64_t limit = 0;
	struct account a;
	size_t n;
	enum err e;

	if (!ctl_options(t, NULL, 0, rest, 2, &n) || n != 2 ||
	    (strcmp(rest[1], "none") != 0 &&
	    !str_to_int(str_of(rest[1]), 1, LIST_MAX, &limit)))
		return ctl_usage(t);
	e = ctl_account(t, rest[0], &a);
	if (e == ERR_OK)
		e = session_limit_set(t->ctx, a.uid, limit);
	if (e == ERR_OK)
		e = account_get(t->ctx, a.uid, &a);
	return e == ERR_OK ? print_account(t, &a) : ctl_fail(t, e);
}

int
ctl_user_delete(struct ctl *t)
{
	bool yes = false;
	struct account a = { .n_emails = 0 };
	const char *name;
	struct json *j;
	enum err e;

	name = only_name(t, (const struct ctl_option[]){
		{ "--yes", NULL, &yes } }, 1);
	if (name == NULL)
		return ctl_usage(t);
	e = ctl_account(t, name, &a);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	if (!yes) {
		ctl_say("this deletes %s for ever: say --yes",
		    first_email(&a));
		return CTL_USAGE;
	}
	e = account_delete(t->ctx, a.uid);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	if (t->json) {
		j = json_new_object(t->ctx->arena);
		json_set_str(j, "deleted", uid_hex(t->ctx->arena, a.uid));
		ctl_json(t, j);
	} else {
		printf("deleted %s\n", uid_hex(t->ctx->arena, a.uid).p);
	}
	return CTL_OK;
}

static const char *
kind_name(const struct session_row *r)
{
	if (r->acting)
		return "acting";
	return r->kind == SESSION_PAGE ? "page" :
	    r->kind == SESSION_LIMITED ? "limited" : "api";
}

static struct json *
session_json(struct ctl *t, const struct session_row *r)
{
	struct agent a = agent_read(r->user_agent);
	struct json *j = json_new_object(t->ctx->arena);

	json_set_str(j, "handle", uid_hex(t->ctx->arena, r->handle));
	json_set_cstr(j, "kind", kind_name(r));
	json_set_str(j, "provider", r->provider);
	json_set_cstr(j, "created", ctl_time(t, r->created_s));
	json_set_cstr(j, "seen", ctl_time(t, r->seen_s));
	json_set_cstr(j, "expires", ctl_time(t, r->expires_s));
	json_set_cstr(j, "ends", ctl_time(t, r->ends_s));
	json_set_bool(j, "remember", r->remember);
	json_set_str(j, "address", r->address);
	json_set_str(j, "city", r->city);
	json_set_str(j, "country", r->country);
	json_set_cstr(j, "browser", a.browser);
	json_set_cstr(j, "os", a.os);
	json_set_str(j, "user_agent", r->user_agent);
	return j;
}

static void
print_session(struct ctl *t, const struct session_row *r)
{
	struct agent a = agent_read(r->user_agent);

	printf("%s  %-7s  since %s  last seen %s  until %s  %s  %s, %s%s%s\n",
	    uid_hex(t->ctx->arena, r->handle).p, kind_name(r),
	    ctl_time(t, r->created_s), ctl_time(t, r->seen_s),
	    ctl_time(t, r->ends_s),
	    str_present(r->address) ? r->address.p : "-", a.browser, a.os,
	    str_present(r->country) ? ", " : "",
	    str_present(r->country) ? r->country.p : "");
}

int
ctl_session_list(struct ctl *t)
{
	const char *name = only_name(t, NULL, 0);
	struct session_row *rows;
	struct account a;
	size_t n, i;
	enum err e;

	if (name == NULL)
		return ctl_usage(t);
	e = ctl_account(t, name, &a);
	if (e == ERR_OK)
		e = session_list(t->ctx, a.uid, LIST_MAX, &rows, &n);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	for (i = 0; i < n; i++)
		if (t->json)
			ctl_json(t, session_json(t, &rows[i]));
		else
			print_session(t, &rows[i]);
	return CTL_OK;
}

static int
revoke_everybody(struct ctl *t)
{
	int64_t rows;
	enum err e;

	e = session_end_everybody(t->ctx, &rows);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	printf(t->json ? "{\"revoked\":true,\"rows\":%lld}\n" :
	    "revoked all sessions and links: %lld rows\n", (long long)rows);
	return CTL_OK;
}

int
ctl_session_revoke(struct ctl *t)
{
	const char *user = NULL, *rest[1];
	bool everybody = false;
	struct account a;
	struct uid handle;
	size_t n;
	enum err e;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--user", &user, NULL }, { "--everybody", NULL, &everybody } },
	    2, rest, 1, &n) ||
	    (user != NULL) + (n == 1) + (everybody ? 1 : 0) != 1)
		return ctl_usage(t);
	if (everybody)
		return revoke_everybody(t);
	if (user != NULL) {
		e = ctl_account(t, user, &a);
		if (e == ERR_OK)
			e = session_revoke_all(t->ctx, a.uid);
	} else if (uid_parse(str_of(rest[0]), &handle)) {
		e = session_revoke(t->ctx, handle, (struct uid){ { 0 } });
		if (e == ERR_NOT_FOUND)
			e = err_set(t->ctx, ERR_NO_SESSION, NULL,
			    "no session has this handle");
	} else {
		return ctl_usage(t);
	}
	if (e != ERR_OK)
		return ctl_fail(t, e);
	puts(t->json ? "{\"revoked\":true}" : "revoked");
	return CTL_OK;
}
