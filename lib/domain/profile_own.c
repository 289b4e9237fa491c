/*
 * Of the profile, what is the account's and not the person's: members as JSON
 * texts, in the table's order.
 */
#include "base/clock.h"
#include "base/config.h"
#include "password_state.h"
#include "profile_internal.h"

#define MASK		"\"**********\""
#define OWN_BYTES	(1 << 20)

struct writing {
	struct ctx *c;
	struct profile_own *out;
	struct buf b;
	size_t from[PROFILE_OWN];
};

/* The next member: what is added from now on is its text. */
static void
begin(struct writing *w, const char *name)
{
	size_t i = w->out->n++;

	must(i < PROFILE_OWN);
	w->out->list[i].name = name;
	w->from[i] = w->b.len;
}

static void
add_bool(struct writing *w, bool v)
{
	buf_cstr(&w->b, v ? "true" : "false");
}

static void
put_bool(struct writing *w, const char *name, bool v)
{
	begin(w, name);
	add_bool(w, v);
}

/* Absent: not there. */
static void
put_str(struct writing *w, const char *name, struct str s)
{
	if (s.p == NULL)
		return;
	begin(w, name);
	json_put_str(&w->b, s);
}

static void
put_uid(struct writing *w, const char *name, struct uid u)
{
	put_str(w, name, uid_hex(w->c->arena, u));
}

static void
add_date(struct writing *w, int64_t t_s)
{
	if (t_s != 0)
		json_put_str(&w->b, clock_iso(w->c->arena, t_s));
	else
		buf_cstr(&w->b, "null");
}

static void
put_date(struct writing *w, const char *name, int64_t t_s)
{
	if (t_s == 0)
		return;
	begin(w, name);
	add_date(w, t_s);
}

static void
add_email(struct writing *w, const char *name, bool *some, struct str label,
    struct str given)
{
	if (!*some)
		begin(w, name);
	buf_cstr(&w->b, *some ? ",{\"Type\":" : "[{\"Type\":");
	json_put_str(&w->b, label);
	buf_cstr(&w->b, ",\"Value\":");
	json_put_str(&w->b, given);
	buf_char(&w->b, '}');
	*some = true;
}

/* The first address stands in Email even while nobody has proven it. */
static void
put_emails(struct writing *w, const struct account *a, bool proven)
{
	const char *name = proven ? "Email" : "UnverifiedEmail";
	bool some = false;
	size_t i;

	for (i = 0; i < a->n_emails; i++)
		if (proven == (i == 0 || a->emails[i].verified_s != 0))
			add_email(w, name, &some, a->emails[i].label,
			    a->emails[i].given);
	for (i = 0; i < a->n_pending && !proven; i++)
		if (a->pending[i].kind == IDENTIFIER_EMAIL)
			add_email(w, name, &some, a->pending[i].label,
			    a->pending[i].given);
	if (some)
		buf_char(&w->b, ']');
}

static const char *
lock_type(const struct ctx *c, const struct account *a)
{
	static const char *const types[][2] = { { "captcha", "Captcha" },
		{ "question", "SecurityQuestion" }, { "block", "Block" } };
	size_t i;

	for (i = 0; a->locked && i < COUNT(types); i++)
		if (str_eq(c->config->login_lock, str_of(types[i][0])))
			return types[i][1];
	return a->locked ? "Suspend" : "None";
}

/* Of the PIN nothing but that there is one. */
static void
put_pin(struct writing *w, const struct account *a)
{
	if (a->pin_changed_s == 0 && a->pin_skipped_s == 0)
		return;
	begin(w, "PIN");
	buf_cstr(&w->b, "{\"PIN\":");
	buf_cstr(&w->b, a->pin_changed_s != 0 ? MASK : "null");
	buf_cstr(&w->b, ",\"Skipped\":");
	add_bool(w, a->pin_skipped_s != 0);
	buf_cstr(&w->b, ",\"SkippedDate\":");
	add_date(w, a->pin_skipped_s);
	buf_cstr(&w->b, ",\"LastPINChangeDate\":");
	add_date(w, a->pin_changed_s);
	buf_cstr(&w->b, ",\"LastPINChangeToken\":null}");
}

/* Kept as it is shown; empty: not there. */
static void
put_stored(struct writing *w, const char *name, struct str text)
{
	enum json_fault fault;

	if (!str_present(text) || json_type(json_parse(w->c->arena, text,
	    &fault)) != JSON_OBJECT)
		return;
	begin(w, name);
	json_guard(&w->b, text);
}

static void
put_roles(struct writing *w, struct str roles)
{
	char sep = '[';
	struct str one;

	if (!str_present(roles))
		return;
	begin(w, "Roles");
	for (; str_split(&roles, ' ', &one); sep = ',') {
		buf_char(&w->b, sep);
		json_put_str(&w->b, one);
	}
	buf_char(&w->b, ']');
}

static void
put_names(struct writing *w, const struct account *a)
{
	put_uid(w, "Uid", a->uid);
	put_uid(w, "ID", a->profile_id);
	put_str(w, "Provider", STR("Email"));
	put_str(w, "UserName", a->username);
	put_emails(w, a, true);
	put_emails(w, a, false);
	put_bool(w, "EmailVerified", a->email_verified_s != 0);
	put_str(w, "PhoneId", a->phone);
	put_bool(w, "PhoneIdVerified", a->phone_verified_s != 0);
}

static void
put_secrets(struct writing *w, const struct account *a)
{
	if (a->password_changed_s != 0) {
		begin(w, "Password");
		buf_cstr(&w->b, MASK);
	}
	if (a->secure != 0)
		put_bool(w, "IsSecurePassword", a->secure == 1);
	put_bool(w, "IsPasswordBreached", a->breached_s != 0);
	put_date(w, "LastPasswordChangeDate", a->password_changed_s);
	put_date(w, "PasswordExpirationDate", password_expires_s(w->c, a));
	put_pin(w, a);
}

static void
put_state(struct writing *w, const struct account *a)
{
	put_bool(w, "IsActive", a->state != ACCOUNT_BLOCKED);
	put_bool(w, "IsLoginLocked", a->locked);
	put_str(w, "LoginLockedType", str_of(lock_type(w->c, a)));
	put_bool(w, "IsRequiredFieldsFilledOnce", a->required_filled != 0);
	begin(w, "NoOfLogins");
	buf_printf(&w->b, "%lld", (long long)a->logins);
	put_bool(w, "FirstLogin", a->first_login);
	put_date(w, "LastLoginDate", a->last_login_s);
	put_date(w, "SignupDate", a->created_s);
	put_date(w, "CreatedDate", a->created_s);
	put_date(w, "ModifiedDate", a->modified_s);
	put_date(w, "ProfileModifiedDate", a->profile_modified_s);
	put_str(w, "RegistrationProvider", STR("Email"));
	put_str(w, "RegistrationSource", a->registration_source);
	put_roles(w, a->roles);
	put_stored(w, "PrivacyPolicy", a->privacy_policy);
	put_stored(w, "ConsentProfile", a->consent_profile);
}

/* Of a JSON string what is between its quotes; of anything else nothing. */
static struct str
inner(struct str token)
{
	return token.len < 2 || token.p[0] != '"' ? STR("") :
	    str_sub(token, 1, token.len - 2);
}

static void
put_derived(struct writing *w, const struct profile_person *p)
{
	struct str name = profile_full_name(w->c, inner(p->first),
	    inner(p->last));
	struct birth_date b;

	if (name.p != NULL) {
		begin(w, "FullName");
		buf_char(&w->b, '"');
		json_guard(&w->b, name);
		buf_char(&w->b, '"');
	}
	if (birth_date_parse(inner(p->birth), &b)) {
		begin(w, "Age");
		buf_printf(&w->b, "\"%d\"", birth_date_age(&b, w->c->now_s));
	}
}

void
profile_own(struct ctx *c, const struct account *a,
    const struct profile_person *person, struct profile_own *out)
{
	struct writing w = { .c = c, .out = out };
	size_t i, end;

	out->n = 0;
	buf_init(&w.b, c->arena, OWN_BYTES);
	buf_reserve(&w.b, 2048);
	put_names(&w, a);
	put_secrets(&w, a);
	put_state(&w, a);
	put_derived(&w, person);
	must(buf_ok(&w.b));
	for (i = 0; i < out->n; i++) {
		end = i + 1 < out->n ? w.from[i + 1] : w.b.len;
		out->list[i].text = (struct str){ w.b.p + w.from[i],
			end - w.from[i] };
	}
}
