/*
 * The normalized profile: what is the account's comes from its rows, what is
 * the person's from the document that is kept with them.
 */
#include "profile.h"

#include "account_internal.h"
#include "address.h"
#include "audit.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "base/log.h"
#include "codec/text.h"
#include "crypto/pwhash.h"
#include "password.h"
#include "password_state.h"
#include "phone.h"
#include "place.h"
#include "profile_internal.h"
#include "profile_secrets.h"
#include "schema.h"
#include "session.h"
#include "store/store_account.h"
#include "store/store_tx.h"

/* The document */

static struct json *
parse_document(struct ctx *c, struct str text)
{
	enum json_fault fault;
	struct json *j;

	j = json_parse(c->arena, text, &fault);
	return json_type(j) == JSON_OBJECT ? j : NULL;
}

struct json *
profile_document(struct ctx *c, struct str text)
{
	struct json *j = parse_document(c, text);

	if (j != NULL)
		return j;
	log_write(c, LOG_ERROR, "profile_unreadable",
	    "a stored profile is no JSON object");
	return json_new_object(c->arena);
}

enum err
profile_document_text(struct ctx *c, const struct json *document,
    struct str *out)
{
	struct json *ordered = json_new_object(c->arena), *v;
	const struct member *m;
	struct str text;
	struct buf b;

	for (m = profile_table; m->name != NULL; m++) {
		v = json_get(document, m->name);
		if (v == NULL || ((json_type(v) == JSON_ARRAY ||
		    json_type(v) == JSON_OBJECT) && json_length(v) == 0))
			continue;
		json_set(ordered, m->name, v);
	}
	text = json_text(c->arena, ordered, false);
	if (text.len > LIMIT_PROFILE || json_check(text, LIMIT_JSON_DEPTH,
	    LIMIT_JSON_MEMBERS) != JSON_FINE) {
		err_add_field(c, "Profile", "This is too much altogether.");
		return err_set(c, ERR_VALIDATION, "Profile",
		    "profile too large");
	}
	/* So that it goes out as it is stored. */
	buf_init(&b, c->arena, 6 * text.len);
	json_guard(&b, text);
	must(buf_ok(&b));
	*out = buf_view(&b);
	return ERR_OK;
}

size_t
profile_words(struct ctx *c, struct str text, struct str *out)
{
	static const char *const names[] = { "FirstName", "LastName",
		"MiddleName", "NickName" };
	struct json *d = profile_document(c, text);
	struct str birth, s[4];
	size_t i, n = 0;

	for (i = 0; i < COUNT(names); i++) {
		s[i] = json_string(json_get(d, names[i]));
		if (str_present(s[i]))
			out[n++] = s[i];
	}
	if (str_present(s[0]) && str_present(s[1])) {
		out[n++] = str_printf(c->arena, "%.*s %.*s", STR_FMT(s[0]),
		    STR_FMT(s[1]));
		out[n++] = str_printf(c->arena, "%.*s %.*s", STR_FMT(s[1]),
		    STR_FMT(s[0]));
	}
	birth = json_string(json_get(d, "BirthDate"));
	if (birth.len == 10) {	/* MM-dd-yyyy: also the other two orders */
		out[n++] = birth;
		out[n++] = str_printf(c->arena, "%.2s%.2s%.4s", birth.p + 3,
		    birth.p, birth.p + 6);
		out[n++] = str_printf(c->arena, "%.4s%.2s%.2s", birth.p + 6,
		    birth.p, birth.p + 3);
	}
	return n;
}

/* Output */

static struct json *complete(struct arena *a, const struct member *of,
    const struct json *stored);

static void
put_unset(struct json *out, const struct member *m)
{
	bool null = (m->flags & UNSET_NULL) != 0;

	if ((m->shape == SHAPE_BOOL || m->shape == SHAPE_YES_NO) && !null)
		json_set_bool(out, m->name, false);
	else if (m->shape == SHAPE_INT && !null)
		json_set_int(out, m->name, 0);
	else
		json_set_null(out, m->name);
}

static struct json *
complete_items(struct arena *a, const struct member *of,
    const struct json *stored)
{
	struct json *out = json_new_array(a);
	size_t i;

	for (i = 0; i < json_length(stored); i++)
		json_append(out, complete(a, of, json_at(stored, i)));
	return out;
}

/* An object with every member of its table. */
static struct json *
complete(struct arena *a, const struct member *of, const struct json *stored)
{
	struct json *out = json_new_object(a), *v;
	const struct member *m;

	for (m = of; m->name != NULL; m++) {
		v = json_get(stored, m->name);
		if (json_type(v) == JSON_NULL)
			put_unset(out, m);
		else if (m->of != NULL && json_type(v) == JSON_ARRAY)
			json_set(out, m->name, complete_items(a, m->of, v));
		else if (m->of != NULL && json_type(v) == JSON_OBJECT)
			json_set(out, m->name, complete(a, m->of, v));
		else
			json_set(out, m->name, v);
	}
	return out;
}

struct str
profile_full_name(struct ctx *c, struct str first, struct str last)
{
	if (!str_present(first))
		return str_present(last) ? last : STR_NONE;
	if (!str_present(last))
		return first;
	return str_printf(c->arena, "%.*s %.*s", STR_FMT(first),
	    STR_FMT(last));
}

struct str
profile_name(struct ctx *c, struct str text)
{
	struct json *d = profile_document(c, text);

	return profile_full_name(c, json_string(json_get(d, "FirstName")),
	    json_string(json_get(d, "LastName")));
}

/* A member that is a text, as JSON. */
static struct str
token(struct ctx *c, const struct json *document, const char *name)
{
	const struct json *v = json_get(document, name);

	return json_type(v) == JSON_STRING ? json_text(c->arena, v, false) :
	    STR_NONE;
}

struct json *
profile_json(struct ctx *c, const struct account *a)
{
	struct json *document = profile_document(c, a->profile), *out;
	const struct profile_person person = {
		.first = token(c, document, "FirstName"),
		.last = token(c, document, "LastName"),
		.birth = token(c, document, "BirthDate")
	};
	struct profile_own own;
	enum json_fault fault;
	size_t i;

	out = complete(c->arena, profile_table, document);
	profile_own(c, a, &person, &own);
	for (i = 0; i < own.n; i++)
		json_set(out, own.list[i].name, json_parse(c->arena,
		    own.list[i].text, &fault));
	return out;
}

/* Update */

struct update {
	struct uid uid;
	const struct profile_update *in;
	struct address_new wish;	/* where the account has no address */
	struct address_adding adding;
	char phc[PWHASH_MAX];	/* empty: no password is set */
	struct profile_secrets secrets;
	struct account account;	/* as it is afterwards */
	struct str text;
	bool wrote;
};

static bool
is_own_email(struct ctx *c, const struct account *a, struct str given)
{
	struct identifier id;

	return identifier_email(c->arena, given,
	    c->config->login_fold_local_part, &id) == ERR_OK &&
	    account_email_of(a, id.canonical) != NULL;
}

static enum err
judge_one_email(struct ctx *c, const struct account *a,
    const struct json *item)
{
	struct str value = json_string(item);
	const struct json *v;
	enum err e;

	if (json_type(item) == JSON_OBJECT) {
		e = profile_find(c, item, "Value", &v);
		if (e != ERR_OK)
			return e;
		value = json_string(v);
	}
	if (value.p == NULL)
		return err_set(c, ERR_BODY_SHAPE, "Email",
		    "Email has the wrong type");
	return is_own_email(c, a, value) ? ERR_OK : err_set(c,
	    ERR_EMAIL_EXISTS_ALREADY, "Email", "not one of its addresses");
}

/* The value of Email, or of the first of its elements; absent: none. */
static struct str
first_email(const struct json *v)
{
	if (json_type(v) == JSON_ARRAY)
		v = json_at(v, 0);
	if (json_type(v) == JSON_OBJECT)
		v = json_get_fold(v, "Value");
	return json_type(v) == JSON_STRING ? json_string(v) : STR_NONE;
}

/* Before the transaction: an account without an address may name one. */
static enum err
prepare_email(struct ctx *c, struct update *u)
{
	struct str email = first_email(json_get_fold(u->in->body, "Email"));
	struct account a;
	enum err e;

	if (email.p == NULL)
		return ERR_OK;
	e = account_get(c, u->uid, &a);
	if (e != ERR_OK || a.n_emails > 0)
		return e;
	u->wish = (struct address_new){ .email = email,
		.type = STR("Primary"), .url = u->in->verification_url,
		.email_template = u->in->email_template };
	u->adding = (struct address_adding){ .uid = u->uid, .in = &u->wish,
		.without_mail = u->in->prevent_verification_email };
	return address_prepare(c, &u->adding);
}

/*
 * A profile that is sent back as it was read names the account's address:
 * only another one is refused.
 */
static enum err
judge_emails(struct ctx *c, struct update *u)
{
	const struct json *v;
	enum err e;
	size_t i;

	e = profile_find(c, u->in->body, "Email", &v);
	if (e != ERR_OK || json_type(v) == JSON_NULL)
		return e;
	if (u->wish.email.p != NULL && u->account.n_emails == 0) {
		e = address_put(c, &u->account, &u->adding);
		return e != ERR_OK ? e : account_get(c, u->uid, &u->account);
	}
	if (json_type(v) != JSON_ARRAY)
		return judge_one_email(c, &u->account, v);
	for (i = 0; i < json_length(v) && e == ERR_OK; i++)
		e = judge_one_email(c, &u->account, json_at(v, i));
	return e;
}

static enum err
update_username(struct ctx *c, struct update *u)
{
	const struct json *v;
	struct identifier id;
	bool renamed = false;
	enum err e;

	e = profile_find(c, u->in->body, "UserName", &v);
	if (e != ERR_OK || json_type(v) == JSON_NULL)
		return e;
	if (json_type(v) != JSON_STRING)
		return err_set(c, ERR_BODY_SHAPE, "UserName",
		    "UserName has the wrong type");
	if (u->account.username.p != NULL &&
	    str_eq(u->account.username, json_string(v)))
		return ERR_OK;
	e = account_judge_username(c, json_string(v), &id);
	if (e == ERR_OK)
		e = account_rename(c, &u->account, &id, &renamed);
	if (e == ERR_OK)
		u->account.username = id.canonical;
	return e;
}

/*
 * As H2: the number that stands there already is no change.  In the optional
 * flow a caller may ask for no message; the number waits all the same.
 */
static enum err
update_phone(struct ctx *c, struct update *u)
{
	struct phone_asking ask = { .template = u->in->sms_template,
		.voice = u->in->voice };
	const struct json *v;
	struct identifier id;
	bool sent;
	enum err e;

	e = profile_find(c, u->in->body, "PhoneId", &v);
	if (e != ERR_OK || json_type(v) == JSON_NULL)
		return e;
	if (json_type(v) != JSON_STRING)
		return err_set(c, ERR_BODY_SHAPE, "PhoneId",
		    "PhoneId has the wrong type");
	if (u->account.phone.p != NULL &&
	    str_eq(u->account.phone, json_string(v)))
		return ERR_OK;
	e = phone_read(c, json_string(v), &id);
	if (e != ERR_OK || (u->account.phone.p != NULL &&
	    str_eq(u->account.phone, id.canonical)))
		return e;
	if (u->in->prevent_verification_sms && phone_flow_is(c, "optional"))
		return phone_await(c, u->uid, id.canonical);
	return phone_change_within(c, &u->account, &id, &ask, &sent);
}

/* Only where there is none: a stolen token must not replace it (S-007). */
static enum err
update_password(struct ctx *c, struct update *u)
{
	enum err e;

	if (u->phc[0] == '\0' || u->account.password_changed_s != 0)
		return ERR_OK;
	e = password_store(c, u->uid, u->phc);
	if (e == ERR_OK)
		e = account_tell(c, &u->account, "password-changed",
		    STR_NONE);
	if (e == ERR_OK)
		e = audit_add(c, "password_set", u->uid, "profile");
	if (e == ERR_OK) {
		u->account.password_changed_s = c->now_s;
		u->account.secure = 1;
	}
	return e;
}

static enum err
update_document(struct ctx *c, struct update *u)
{
	struct json *d = parse_document(c, u->account.profile);
	struct store_profile p = { .version = u->account.profile_version,
		.now_s = c->now_s };
	enum err e;

	if (d == NULL)
		return err_set(c, ERR_INTERNAL, NULL,
		    "the stored profile is no JSON object");
	e = profile_judge(c, u->in->body, u->in->null_support, d);
	if (e == ERR_OK)
		e = profile_document_text(c, d, &p.text);
	if (e != ERR_OK)
		return e;
	p.required_filled = schema_is_filled(c, d);
	e = store_account_set_profile(c, u->uid, &p);
	if (e == ERR_NOT_FOUND)
		return ERR_RETRY;
	u->text = u->account.profile = p.text;
	u->account.profile_version++;
	u->account.modified_s = u->account.profile_modified_s = c->now_s;
	u->account.required_filled |= p.required_filled;
	return e;
}

static enum err
update_tx(struct ctx *c, void *arg)
{
	struct update *u = arg;
	enum err e;

	c->err.fields = NULL;
	e = account_lock(c, u->uid, &u->account);
	if (e == ERR_OK)
		e = update_document(c, u);
	if (e == ERR_OK)
		e = judge_emails(c, u);
	if (e == ERR_OK)
		e = update_username(c, u);
	if (e == ERR_OK)
		e = update_phone(c, u);
	if (e == ERR_OK)
		e = update_password(c, u);
	if (e == ERR_OK)
		e = profile_secrets_store(c, &u->account, &u->secrets, false);
	if (e == ERR_OK)
		e = audit_add(c, "profile_updated", u->uid, "");
	/* What the answer needs is read before the commit: afterwards nothing
	 * may turn it into an error. */
	return e != ERR_OK ? e : account_read_lock(c, &u->account);
}

/*
 * Another update may have come on top of ours; ours is then made once more,
 * which changes nothing that it had not changed before.
 */
static enum err
update_in_doubt(struct ctx *c, void *arg)
{
	struct update *u = arg;
	struct account a;
	enum err e;

	e = account_get(c, u->uid, &a);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_UNAVAILABLE : e;
	return a.profile_version == u->account.profile_version &&
	    str_eq(a.profile, u->text) ? ERR_OK : ERR_NOT_FOUND;
}

/* With the names that come along; what is wrong with them is told later. */
static size_t
words_afterwards(struct ctx *c, const struct update *u, struct account *a,
    struct str *words)
{
	struct json *d = parse_document(c, a->profile);
	struct str text;

	if (d != NULL && profile_judge(c, u->in->body, u->in->null_support,
	    d) == ERR_OK && profile_document_text(c, d, &text) == ERR_OK)
		a->profile = text;
	c->err = (struct err_detail){ .code = ERR_OK };
	return account_words(c, a, words);
}

/* Hashing takes its time: before the transaction. */
static enum err
prepare_password(struct ctx *c, struct update *u)
{
	struct str words[ACCOUNT_WORDS], normal;
	struct secret typed;
	const struct json *v;
	struct account a;
	enum err e;
	size_t n;

	e = profile_find(c, u->in->body, "Password", &v);
	if (e != ERR_OK || json_type(v) == JSON_NULL)
		return e;
	if (json_type(v) != JSON_STRING)
		return err_set(c, ERR_BODY_SHAPE, "Password",
		    "Password has the wrong type");
	if (u->in->auth_s + SESSION_FRESH_S <= c->now_s)
		return ERR_OK;
	e = account_get(c, u->uid, &a);
	if (e != ERR_OK || a.password_changed_s != 0)
		return e;
	typed = secret_copy(c->arena, json_string(v).p, json_string(v).len);
	n = words_afterwards(c, u, &a, words);
	e = password_judge_new(c, &u->uid, &typed, words, n, &normal);
	if (e == ERR_OK)
		e = pwhash_make(c, normal, u->phc);
	return e;
}

enum err
profile_update(struct ctx *c, struct uid uid, const struct profile_update *in,
    struct json **out)
{
	struct update u = { .uid = uid, .in = in };
	enum err e;

	if (json_type(in->body) != JSON_OBJECT)
		return err_set(c, ERR_BODY_SHAPE, NULL,
		    "the body is not an object");
	e = prepare_password(c, &u);
	if (e == ERR_OK)
		e = prepare_email(c, &u);
	if (e == ERR_OK)
		e = profile_secrets_update(c, uid, in->body, in->auth_s,
		    &u.secrets);
	if (e == ERR_OK)
		e = store_tx(c, update_tx, &u, update_in_doubt);
	if (e == ERR_OK)
		*out = profile_json(c, &u.account);
	return e;
}

/* Registration */

/* Where the registration came from, unless somebody said otherwise. */
static void
put_locality(struct ctx *c, struct json *document)
{
	struct place p = place_of(c);

	if (str_present(p.city) && json_get(document, "LocalCity") == NULL)
		json_set_str(document, "LocalCity", p.city);
	if (str_present(p.country) &&
	    json_get(document, "LocalCountry") == NULL)
		json_set_str(document, "LocalCountry", p.country);
}

enum err
profile_from_registration(struct ctx *c, const struct json *body,
    struct str *document_out, bool *required_filled_out)
{
	struct json *d = json_new_object(c->arena);
	enum err e;

	e = profile_judge_new(c, body, d);
	if (e != ERR_OK)
		return e;
	put_locality(c, d);
	e = profile_document_text(c, d, document_out);
	if (e == ERR_OK)
		*required_filled_out = true;
	return e;
}

/* For the description of the API */

static const char *
type_name(enum shape s)
{
	switch (s) {
	case SHAPE_BOOL:
	case SHAPE_YES_NO:
		return "boolean";
	case SHAPE_INT:
		return "integer";
	case SHAPE_REAL:
		return "number";
	case SHAPE_OBJECT:
	case SHAPE_COUNTRY:
	case SHAPE_URLS:
	case SHAPE_CUSTOM:
		return "object";
	case SHAPE_ITEMS:
	case SHAPE_TEXTS:
		return "array";
	default:
		return "string";
	}
}

/* What every account has, or what stands for unset without being null. */
static bool
is_nullable(const struct member *m)
{
	static const char *const always[] = { "Uid", "ID", "Provider",
		"LoginLockedType", "SignupDate", "CreatedDate",
		"ModifiedDate", "RegistrationProvider", "RegistrationSource"
	};
	size_t i;

	if (m->shape == SHAPE_BOOL || m->shape == SHAPE_YES_NO ||
	    m->shape == SHAPE_INT)
		return (m->flags & UNSET_NULL) != 0;
	for (i = 0; i < COUNT(always); i++)
		if (strcmp(m->name, always[i]) == 0)
			return false;
	return true;
}

void
profile_members(void (*fn)(void *arg, const char *name, const char *type,
    bool nullable), void *arg)
{
	const struct member *m;

	for (m = profile_table; m->name != NULL; m++)
		fn(arg, m->name, type_name(m->shape), is_nullable(m));
}
