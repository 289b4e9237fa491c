#include "serve_page.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/url.h"
#include "domain/browser.h"
#include "domain/password_rules.h"
#include "page.h"
#include "response.h"

#define STYLE_MAX	(256 * 1024)
#define STYLE_AGE_S	(365 * 86400)
#define SCRIPT_AGE_S	3600	/* others import it by one address for ever */

const struct field in_no_fields[] = { { .name = NULL } };

/* ---- pieces ---- */

struct str
page_typed(struct http *h, const char *name)
{
	struct str s = http_form(h, name);

	return s.p != NULL ? s : STR("");
}

struct str
page_asked(struct http *h, const char *name)
{
	struct str s = http_form(h, name);

	if (s.p == NULL)
		s = http_query(h, name);
	return s.p != NULL ? s : STR("");
}

static void
set_named(struct http *h, struct values *v, const char *name,
    const char *suffix, struct str s)
{
	values_set(v, str_printf(h->ctx->arena, "%s%s", name, suffix).p, s);
}

void
page_input(struct http *h, struct values *v, const char *name,
    struct str value, bool wrong, enum err e)
{
	set_named(h, v, name, "", value);
	set_named(h, v, name, "_error", wrong ?
	    str_of(page_error_text(h, e)) : STR(""));
	set_named(h, v, name, "_focus", wrong ? STR("1") : STR(""));
}

void
page_summary(struct http *h, struct values *v, enum err e, bool marked)
{
	const struct err_field *f = h->ctx->err.fields;

	if (e == ERR_OK)
		return;
	values_set(v, "error", marked ? (f != NULL && f->next != NULL ?
	    STR("Please check the fields that are marked.") :
	    STR("Please check the field that is marked.")) :
	    str_of(page_error_text(h, e)));
}

bool
page_is_email_error(enum err e)
{
	return e == ERR_EMAIL_MISSING || e == ERR_EMAIL_MALFORMED ||
	    e == ERR_EMAIL_TAKEN || e == ERR_EMAIL_NOT_ADMITTED ||
	    e == ERR_EMAIL_DOMAIN || e == ERR_EMAIL_OR_PHONE;
}

bool
page_is_code_error(enum err e)
{
	return e == ERR_EMAIL_CODE_INVALID || e == ERR_EMAIL_CODE_USED ||
	    e == ERR_EMAIL_CODE_EXPIRED || e == ERR_PHONE_CODE_INVALID ||
	    e == ERR_PHONE_CODE_USED || e == ERR_PHONE_CODE_EXPIRED ||
	    e == ERR_PARAMETER;
}

bool
page_is_username_error(enum err e)
{
	return e == ERR_USERNAME_MISSING || e == ERR_USERNAME_TAKEN ||
	    e == ERR_USERNAME_SYNTAX || e == ERR_USERNAME_FORMAT;
}

bool
page_is_rule_error(const struct http *h, enum err e, const char *name)
{
	const struct err_field *f = h->ctx->err.fields;

	return e == ERR_VALIDATION && f != NULL &&
	    str_ieq(str_of(f->name), str_of(name));
}

bool
page_is_password_error(const struct http *h, enum err e)
{
	return page_is_rule_error(h, e, "password") ||
	    e == ERR_PASSWORD_MISSING || e == ERR_PASSWORD_WEAK ||
	    e == ERR_PASSWORD_REUSED || e == ERR_PASSWORD_BREACHED ||
	    (e == ERR_BODY_SHAPE && h->ctx->err.field != NULL &&
	    str_eq(str_of(h->ctx->err.field), STR("new_password")));
}

void
page_identifier(struct http *h, struct values *v, struct str typed,
    bool wrong, enum err e)
{
	const struct config *cfg = h->ctx->config;

	page_input(h, v, "identifier", typed, wrong, e);
	values_flag(v, "by_username", cfg->login_username);
	values_flag(v, "by_email", cfg->login_email);
	values_flag(v, "by_phone", cfg->login_phone);
}

enum identifier_kind
page_identifier_kind(struct http *h, struct str typed)
{
	return page_is_phone(h, typed) ? IDENTIFIER_PHONE :
	    str_has(typed, '@') ? IDENTIFIER_EMAIL : IDENTIFIER_USERNAME;
}

/* Sentences of the new password's rules in a row, all but the length's, which
 * the template tells. */
static struct str
rule_text(struct http *h, const struct password_policy *p)
{
	const char *hints[RULES_MAX + 3];
	struct buf b;
	size_t n, i;

	n = password_rules_hints(h->ctx, p, hints);
	buf_init(&b, h->ctx->arena, LIMIT_TEXT);
	for (i = 1; i < n; i++)
		buf_printf(&b, "%s%s", i > 1 ? " " : "", hints[i]);
	return buf_view(&b);
}

/* Each rule that it failed. */
static struct str
failed_text(struct http *h)
{
	const struct err_field *f;
	struct buf b;

	buf_init(&b, h->ctx->arena, LIMIT_TEXT);
	for (f = h->ctx->err.fields; f != NULL; f = f->next)
		buf_printf(&b, "%s%s", b.len > 0 ? " " : "", f->message);
	return buf_view(&b);
}

void
page_new_password(struct http *h, struct values *v, bool is_new, bool wrong,
    enum err e)
{
	struct password_policy p = { .rules.min_length =
	    h->ctx->config->password_min_length };

	page_input(h, v, "new_password", STR(""), wrong, e);
	if (wrong && e == ERR_VALIDATION)
		values_set(v, "new_password_error", failed_text(h));
	values_flag(v, "is_new", is_new);
	if (password_policy_read(h->ctx, &p) == ERR_OK)
		values_set(v, "password_rules", rule_text(h, &p));
	values_set(v, "min_length", str_printf(h->ctx->arena, "%lld",
	    (long long)p.rules.min_length));
}

/*
 * The page's own address holds the ticket: nothing that it loads or links may
 * see it.
 */
void
page_ticket(struct http *h, struct values *v, struct str vtoken,
    struct str address)
{
	response_header(h, "Referrer-Policy", STR("no-referrer"));
	values_set(v, "vtoken", vtoken);
	values_set(v, "address", address);
}

void
page_mailed_code(struct http *h, struct values *v, struct str sent_to,
    enum err e)
{
	bool email = page_is_email_error(e), code = page_is_code_error(e);

	values_set(v, "sent_to", sent_to);
	page_input(h, v, "email", page_asked(h, "email"), email, e);
	page_input(h, v, "code", STR(""), code, e);
	if (!email)
		values_flag(v, "code_focus", true);
	page_summary(h, v, e, email || code);
}

struct str
page_sent_to(struct http *h, const char *name)
{
	return http_form(h, "sent").p != NULL ? page_typed(h, name) : STR("");
}

void
page_done(struct http *h, struct values *v)
{
	struct str done = http_query(h, "done");

	values_flag(v, "done_verified", str_eq(done, STR("verified")));
	values_flag(v, "done_reset", str_eq(done, STR("reset")));
	values_flag(v, "done_profile", str_eq(done, STR("profile")));
	values_flag(v, "done_pin", str_eq(done, STR("pin")));
	values_flag(v, "done_answers", str_eq(done, STR("answers")));
	values_flag(v, "done_consents", str_eq(done, STR("consents")));
	values_flag(v, "done_policy", str_eq(done, STR("policy")));
	values_flag(v, "done_password", str_eq(done, STR("password")));
	values_flag(v, "done_email_added", str_eq(done, STR("email-added")));
	values_flag(v, "done_email_removed",
	    str_eq(done, STR("email-removed")));
	values_flag(v, "done_email_primary",
	    str_eq(done, STR("email-primary")));
	values_flag(v, "done_undone", str_eq(done, STR("undone")));
	values_flag(v, "done_username", str_eq(done, STR("username")));
	values_flag(v, "done_deleted", str_eq(done, STR("deleted")));
	values_flag(v, "done_sessions", str_eq(done, STR("sessions")));
	values_flag(v, "done_phone", str_eq(done, STR("phone")));
	values_flag(v, "done_signed_out", str_eq(done, STR("signed-out")));
}

void
page_session(struct http *h, const struct session_tokens *t, bool remember)
{
	response_session_cookie(h, t->access_token,
	    remember ? h->ctx->config->lifetime_page_remember_s : 0);
	response_cookie(h, COOKIE_BROWSER, t->browser, BROWSER_LIFE_S);
	if (t->pin_token.p != NULL)
		response_cookie(h, COOKIE_PIN, t->pin_token,
		    h->ctx->config->pin_session_s);
}

enum err
page_enter(struct http *h, const struct session_tokens *t, bool remember,
    const char *otherwise)
{
	const struct config *cfg = h->ctx->config;
	struct str to;

	page_session(h, t, remember);
	to = page_return(h, http_form(h, "return"));
	if (to.p == NULL && str_present(cfg->site_home_url))
		to = cfg->site_home_url;
	return response_redirect(h, to.p != NULL ? to : str_of(otherwise));
}

enum err
page_signin_after(struct http *h, const char *done)
{
	struct arena *a = h->ctx->arena;
	struct str back = http_form(h, "return");
	struct str to = str_printf(a, "/login?done=%s", done);

	if (page_return(h, back).p != NULL)
		to = url_with(a, to, "return", back);
	return response_redirect(h, to);
}

/* ---- /, and the style sheets ---- */

enum err
serve_root(struct http *h, const void *in)
{
	(void)in;
	return response_redirect(h, h->has_session ? STR("/account") :
	    STR("/login"));
}

static struct str
style_path(struct http *h, const char *name, bool of_site)
{
	const struct config *cfg = h->ctx->config;
	struct str own = STR_NONE;
	struct stat st;

	if (str_present(cfg->templates_site_dir))
		own = str_printf(h->ctx->arena, "%s/static/%s",
		    cfg->templates_site_dir.p, name);
	if (own.p != NULL && stat(own.p, &st) == 0)
		return own;
	return of_site ? STR_NONE : str_printf(h->ctx->arena,
	    "%s/static/%s", cfg->templates_dir.p, name);
}

struct str
style_version(struct http *h, const char *name, bool of_site)
{
	struct str path = style_path(h, name, of_site);
	struct stat st;

	if (path.p == NULL || stat(path.p, &st) != 0)
		return STR_NONE;
	return str_printf(h->ctx->arena, "%llx%llx",
	    (unsigned long long)st.st_mtim.tv_sec,
	    (unsigned long long)st.st_size);
}

static enum err
send_aged(struct http *h, const char *type, const char *name, bool of_site,
    int64_t age_s)
{
	struct str path = style_path(h, name, of_site);
	struct buf b;

	buf_init(&b, h->ctx->arena, STYLE_MAX);
	if (path.p == NULL || !buf_add_file(&b, path.p))
		return err_set(h->ctx, ERR_NOT_FOUND_PATH, NULL,
		    "no file static/%s", name);
	return response_file(h, type, buf_view(&b), age_s);
}

enum err
send_static(struct http *h, const char *type, const char *name, bool of_site)
{
	return send_aged(h, type, name, of_site, STYLE_AGE_S);
}

enum err
serve_style(struct http *h, const void *in)
{
	(void)in;
	return send_static(h, "text/css; charset=utf-8", "doorward.css",
	    false);
}

enum err
serve_site_style(struct http *h, const void *in)
{
	(void)in;
	return send_static(h, "text/css; charset=utf-8", "site.css", true);
}

/*
 * Public, and for pages of any origin: what such a page can do with it is up
 * to cors.origins.
 */
enum err
serve_script(struct http *h, const void *in)
{
	(void)in;
	response_header(h, "Access-Control-Allow-Origin", STR("*"));
	response_header(h, "Cross-Origin-Resource-Policy",
	    STR("cross-origin"));
	return send_aged(h, "text/javascript; charset=utf-8", "doorward.js",
	    false, SCRIPT_AGE_S);
}
