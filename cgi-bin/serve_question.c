#include "serve.h"

#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/password.h"
#include "domain/question.h"
#include "domain/unlock.h"
#include "response.h"

static const struct reply reply_question[] = {
	{ "QuestionId", REPLY_TEXT, 0, NULL },
	{ "Question", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_questions[] = {
	{ "", REPLY_ARRAY, 0, reply_question },
	{ NULL, 0, 0, NULL }
};

/* ---- Q1 to Q4 ---- */

const struct field in_questions_email[] = {
	{ "email", "emailid", IN_QUERY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_EMAIL_MISSING, ERR_EMAIL_MALFORMED, 0,
	  AT(in_exists, name), "Email address" },
	{ .name = NULL }
};
const struct field in_questions_phone[] = {
	{ "phone", "phoneid", IN_QUERY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, 0,
	  AT(in_exists, name), "Phone number" },
	{ .name = NULL }
};
const struct field in_questions_username[] = {
	{ "username", NULL, IN_QUERY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_USERNAME_MISSING, ERR_USERNAME_SYNTAX, 0, AT(in_exists, name),
	  "User name" },
	{ .name = NULL }
};
#define LIST_ERRORS \
	ERR_QUESTIONS_OFF, ERR_QUESTIONS_NONE, ERR_USER_UNKNOWN, \
	ERR_ACCOUNT_BLOCKED
const enum err errors_questions_email[] = { LIST_ERRORS, ERR_EMAIL_MISSING,
	ERR_EMAIL_MALFORMED, ERR_EMAIL_LOGIN_OFF, ERR_QUESTIONS_BY_USERNAME,
	ERR_OK };
const enum err errors_questions_phone[] = { LIST_ERRORS, ERR_PHONE_MISSING,
	ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF, ERR_OK };
const enum err errors_questions_username[] = { LIST_ERRORS,
	ERR_USERNAME_MISSING, ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT,
	ERR_USERNAME_OFF, ERR_OK };
const enum err errors_questions_own[] = { ERR_QUESTIONS_OFF, ERR_OK };

static enum err
answer(struct http *h, const struct question **list, size_t n)
{
	struct arena *a = h->ctx->arena;
	struct json *all = json_new_array(a), *one;
	size_t i;

	for (i = 0; i < n; i++) {
		one = json_new_object(a);
		json_set_str(one, "QuestionId", list[i]->id);
		json_set_str(one, "Question", list[i]->text);
		json_append(all, one);
	}
	return response_json(h, all);
}

static enum err
list(struct http *h, enum identifier_kind kind, const struct in_exists *in)
{
	const struct question **found;
	size_t n;
	enum err e;

	e = question_list(h->ctx, kind, in->name, &found, &n);
	return e != ERR_OK ? e : answer(h, found, n);
}

enum err
serve_questions_email(struct http *h, const void *in)
{
	return list(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_questions_phone(struct http *h, const void *in)
{
	return list(h, IDENTIFIER_PHONE, in);
}

enum err
serve_questions_username(struct http *h, const void *in)
{
	return list(h, IDENTIFIER_USERNAME, in);
}

enum err
serve_questions_own(struct http *h, const void *in)
{
	const struct question **found;
	size_t n;
	enum err e;

	(void)in;
	e = question_list_own(h->ctx, h->session.uid, &found, &n);
	return e != ERR_OK ? e : answer(h, found, n);
}

/* ---- W7, W8, W9 ---- */

#define ANSWER_REST \
	ANSWERS(in_answer, FIELD_REQUIRED), \
	{ "password", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET, \
	  ERR_PASSWORD_MISSING, 0, LIMIT_BODY, AT(in_answer, password), \
	  "New password" }, \
	{ "resetpasswordemailtemplate", NULL, IN_BODY, FIELD_LINE, \
	  FIELD_TEXT, 0, 0, 64, AT(in_answer, confirm_template), \
	  "Variant of the confirmation's text" }, \
	{ .name = NULL }

const struct field in_answer_email[] = {
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_answer, identifier),
	  "Email address" },
	ANSWER_REST
};
const struct field in_answer_phone[] = {
	{ "phone", "phoneid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_PHONE_MISSING, 0, 0, AT(in_answer, identifier),
	  "Phone number" },
	ANSWER_REST
};
const struct field in_answer_username[] = {
	{ "username", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_USERNAME_MISSING, 0, 0, AT(in_answer, identifier),
	  "User name" },
	ANSWER_REST
};
#define ANSWER_ERRORS \
	ERR_QUESTIONS_OFF, ERR_QUESTION_UNKNOWN, ERR_ANSWER_REFUSED, \
	ERR_PASSWORD_LOGIN_OFF, ERR_PASSWORD_MISSING, ERR_VALIDATION, \
	ERR_PASSWORD_WEAK, ERR_PASSWORD_REUSED, ERR_PASSWORD_BREACHED, \
	ERR_ACCOUNT_BLOCKED
const enum err errors_answer_email[] = { ANSWER_ERRORS,
	ERR_IDENTIFIER_MISSING, ERR_EMAIL_MALFORMED, ERR_EMAIL_LOGIN_OFF,
	ERR_QUESTIONS_BY_USERNAME, ERR_OK };
const enum err errors_answer_phone[] = { ANSWER_ERRORS, ERR_PHONE_MISSING,
	ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF, ERR_OK };
const enum err errors_answer_username[] = { ANSWER_ERRORS,
	ERR_USERNAME_MISSING, ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT,
	ERR_USERNAME_OFF, ERR_OK };

static enum err
reset(struct http *h, enum identifier_kind kind, const struct in_answer *in)
{
	struct password_reset_result out = { 0 };
	struct password_reset r = {
		.kind = kind,
		.identifier = in->identifier,
		.answers = in->answers,
		.password = in->password,
		.confirm_template = in->confirm_template
	};
	enum err e;

	if (h->ctx->config->password_login_on_reset)
		r.session.kind = SESSION_API;
	e = password_reset(h->ctx, &r, &out);
	return e != ERR_OK ? e : serve_posted(h, out.has_session,
	    out.profile, &out.tokens);
}

enum err
serve_answer_email(struct http *h, const void *in)
{
	return reset(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_answer_phone(struct http *h, const void *in)
{
	return reset(h, IDENTIFIER_PHONE, in);
}

enum err
serve_answer_username(struct http *h, const void *in)
{
	return reset(h, IDENTIFIER_USERNAME, in);
}

/* ---- A5 ---- */

const struct field in_unlock[] = {
	ANSWERS(in_unlock, 0),
	CAPTCHA_FIELDS(in_unlock, IN_QUERY | IN_BODY),
	{ .name = NULL }
};
const enum err errors_unlock[] = { ERR_NOT_LOCKED, ERR_LOGIN_SUSPENDED,
	ERR_LOCKED_CAPTCHA, ERR_CAPTCHA, ERR_LOCKED_QUESTION,
	ERR_QUESTION_UNKNOWN, ERR_ANSWER_WRONG, ERR_VALIDATION,
	ERR_ACCOUNT_BLOCKED, ERR_OK };

enum err
serve_unlock(struct http *h, const void *arg)
{
	const struct in_unlock *in = arg;
	const struct unlock u = { .answers = in->answers,
		.captcha = &in->captcha };
	enum err e;

	e = unlock_account(h->ctx, h->session.uid, &u);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}
