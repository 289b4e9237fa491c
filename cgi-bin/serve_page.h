/*
 * Handlers and fields of the pages, for their rows in routes_pages.h, and
 * what their files share.
 */
#ifndef CGI_SERVE_PAGE_H
#define CGI_SERVE_PAGE_H

#include "base/limits.h"
#include "domain/account.h"
#include "domain/attempt.h"
#include "domain/captcha.h"
#include "domain/consent.h"
#include "domain/device_login.h"
#include "route.h"

/* What any of our forms may hold. */
struct in_page {
	struct str email, phone, username, identifier, code, vtoken;
	struct secret password, new_password, pin, new_pin;
	bool remember;
	struct captcha_answer captcha;
};
extern const struct field in_signup[], in_check_mail[], in_verify_page[],
    in_signin[], in_forgot_page[], in_reset_page[], in_password_page[],
    in_profile_page[], in_accept_page[], in_link[], in_no_fields[],
    in_address_link[], in_address_page[], in_username_page[],
    in_delete_page[], in_deletion_page[], in_phone_page[], in_undo_page[],
    in_pin_page[], in_pin_prompt[], in_reset_pin_page[], in_sessions_page[],
    in_passwordless_ask[], in_passwordless_enter[], in_passwordless_code[],
    in_smart_page[], in_smart_answer[], in_one_touch_page[],
    in_pin_login_page[], in_verify_phone[];
extern const struct reply reply_smart_state[];

/* Fields that several forms have. */
#define PAGE_TICKET \
	{ "vtoken", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 256, \
	  AT(in_page, vtoken), "Secret of the mailed link" }
#define PAGE_RESET \
	PAGE_TICKET, \
	{ "identifier", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 0, \
	  AT(in_page, identifier), "Email address or user name" }, \
	{ "code", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 0, AT(in_page, code), \
	  "Code of the mail" }
#define PAGE_NEW_PASSWORD \
	{ "new_password", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET, \
	  ERR_PASSWORD_MISSING, 0, LIMIT_PASSWORD_INPUT, \
	  AT(in_page, new_password), "New password" }

enum err serve_api_page(struct http *h, const void *in);
enum err serve_root(struct http *h, const void *in);
enum err serve_signup_form(struct http *h, const void *in);
enum err serve_signup(struct http *h, const void *in);
enum err serve_check_mail_form(struct http *h, const void *in);
enum err serve_check_mail(struct http *h, const void *in);
enum err serve_verify_form(struct http *h, const void *in);
enum err serve_verify_page(struct http *h, const void *in);
enum err serve_signin_form(struct http *h, const void *in);
enum err serve_signin(struct http *h, const void *in);
enum err serve_passwordless_form(struct http *h, const void *in);
enum err serve_passwordless_ask(struct http *h, const void *in);
enum err serve_passwordless_code_form(struct http *h, const void *in);
enum err serve_passwordless_page_code(struct http *h, const void *in);
enum err serve_passwordless_landing(struct http *h, const void *in);
enum err serve_passwordless_enter(struct http *h, const void *in);
enum err serve_forgot_form(struct http *h, const void *in);
enum err serve_forgot_page(struct http *h, const void *in);
enum err serve_reset_form(struct http *h, const void *in);
enum err serve_reset_page(struct http *h, const void *in);
enum err serve_account_page(struct http *h, const void *in);
enum err serve_profile_form(struct http *h, const void *in);
enum err serve_profile_page(struct http *h, const void *in);
enum err serve_password_form(struct http *h, const void *in);
enum err serve_password_page(struct http *h, const void *in);
enum err serve_accept_form(struct http *h, const void *in);
enum err serve_accept_page(struct http *h, const void *in);
enum err serve_policy_page(struct http *h, const void *in);
enum err serve_consents_page(struct http *h, const void *in);
enum err serve_address_add_form(struct http *h, const void *in);
enum err serve_address_add_page(struct http *h, const void *in);
enum err serve_address_remove_form(struct http *h, const void *in);
enum err serve_address_remove_page(struct http *h, const void *in);
enum err serve_address_primary_form(struct http *h, const void *in);
enum err serve_address_primary_page(struct http *h, const void *in);
enum err serve_undo_form(struct http *h, const void *in);
enum err serve_undo_page(struct http *h, const void *in);
enum err serve_username_form(struct http *h, const void *in);
enum err serve_username_page(struct http *h, const void *in);
enum err serve_delete_form(struct http *h, const void *in);
enum err serve_delete_page(struct http *h, const void *in);
enum err serve_deletion_form(struct http *h, const void *in);
enum err serve_deletion_page(struct http *h, const void *in);
enum err serve_pin_form(struct http *h, const void *in);
enum err serve_pin_page(struct http *h, const void *in);
enum err serve_pin_prompt(struct http *h, const void *in);
enum err serve_forgot_pin_form(struct http *h, const void *in);
enum err serve_forgot_pin_page(struct http *h, const void *in);
enum err serve_reset_pin_form(struct http *h, const void *in);
enum err serve_reset_pin_page(struct http *h, const void *in);
enum err serve_questions_form(struct http *h, const void *in);
enum err serve_questions_page(struct http *h, const void *in);
enum err serve_verify_phone_form(struct http *h, const void *in);
enum err serve_verify_phone(struct http *h, const void *in);
enum err serve_verify_phone_again(struct http *h, const void *in);
enum err serve_own_phone_form(struct http *h, const void *in);
enum err serve_own_phone(struct http *h, const void *in);
enum err serve_own_phone_code(struct http *h, const void *in);
enum err serve_own_phone_again(struct http *h, const void *in);
enum err serve_own_phone_remove(struct http *h, const void *in);
enum err serve_one_touch_form(struct http *h, const void *in);
enum err serve_one_touch_page(struct http *h, const void *in);
enum err serve_pin_login_form(struct http *h, const void *in);
enum err serve_pin_login_page(struct http *h, const void *in);
enum err serve_smart_form(struct http *h, const void *in);
enum err serve_smart_page(struct http *h, const void *in);
enum err serve_smart_wait(struct http *h, const void *in);
enum err serve_smart_state(struct http *h, const void *in);
enum err serve_smart_confirm_form(struct http *h, const void *in);
enum err serve_smart_confirm_page(struct http *h, const void *in);
enum err serve_wait_script(struct http *h, const void *in);

enum err serve_sessions_form(struct http *h, const void *in);
enum err serve_sessions_page(struct http *h, const void *in);
enum err serve_logout_form(struct http *h, const void *in);
enum err serve_logout(struct http *h, const void *in);
enum err serve_style(struct http *h, const void *in);
enum err serve_site_style(struct http *h, const void *in);
enum err serve_script(struct http *h, const void *in);

/*
 * Each form, shown fresh (ERR_OK) or again with an error; status is that of
 * the error.
 */
enum err show_signup(struct http *h, int status, enum err e);
enum err show_check_mail(struct http *h, int status, enum err e);
enum err show_verify(struct http *h, int status, enum err e);
enum err show_signin(struct http *h, int status, enum err e);
enum err show_passwordless(struct http *h, int status, enum err e);
enum err show_passwordless_code(struct http *h, int status, enum err e);
enum err show_passwordless_link(struct http *h, int status, enum err e);
enum err show_forgot(struct http *h, int status, enum err e);
enum err show_reset(struct http *h, int status, enum err e);
enum err show_profile(struct http *h, int status, enum err e);
enum err show_password(struct http *h, int status, enum err e);
enum err show_accept(struct http *h, int status, enum err e);
enum err show_address_add(struct http *h, int status, enum err e);
enum err show_address_remove(struct http *h, int status, enum err e);
enum err show_address_primary(struct http *h, int status, enum err e);
enum err show_undo(struct http *h, int status, enum err e);
enum err show_sessions(struct http *h, int status, enum err e);
enum err show_username(struct http *h, int status, enum err e);
enum err show_delete(struct http *h, int status, enum err e);
enum err show_deletion(struct http *h, int status, enum err e);
enum err show_pin(struct http *h, int status, enum err e);
enum err show_pin_prompt(struct http *h, int status, enum err e);
enum err show_forgot_pin(struct http *h, int status, enum err e);
enum err show_reset_pin(struct http *h, int status, enum err e);
enum err show_questions(struct http *h, int status, enum err e);
enum err show_one_touch(struct http *h, int status, enum err e);
enum err show_pin_login(struct http *h, int status, enum err e);
/* Could this browser's visitor sign in by PIN? */
bool page_has_pin(struct http *h);
enum err show_smart(struct http *h, int status, enum err e);
enum err show_smart_confirm(struct http *h, int status, enum err e);
/* A sign-in stopped for a PIN: token goes on with it. */
enum err page_pin_prompt(struct http *h, int status, struct str token,
    enum err e);
/* A sign-in that failed: asks for what it stopped for, else returns e. */
enum err page_stopped(struct http *h, enum err e);
enum err show_verify_phone(struct http *h, int status, enum err e);
enum err show_own_phone(struct http *h, int status, enum err e);
/* "We have sent a code to this number." */
enum err show_phone_sent(struct http *h, struct str number);
/* "We have sent a message", for links or codes as configured. */
enum err show_sent(struct http *h, struct str address, bool again);

/* ---- pieces (serve_page.c) ---- */

/* What was typed: the form's value, "" when there is none. */
struct str page_typed(struct http *h, const char *name);
/* The same, or what the query of the address says. */
struct str page_asked(struct http *h, const char *name);
/* For _confirm.html: is the password to be asked for?  True: it was wrong, or
 * what its lock asks for; then *e as page_lock() leaves it. */
bool page_confirm(struct http *h, struct values *v, enum err *e);
/* For _addresses.html and _username.html. */
void page_addresses(struct http *h, struct values *v,
    const struct account *a);
/* NAME, NAME_error and NAME_focus of one input. */
void page_input(struct http *h, struct values *v, const char *name,
    struct str value, bool wrong, enum err e);
/*
 * The list "fields" of the registration schema, for _fields.html: of a new
 * account where profile is NULL, else what that profile's owner may change.
 * True: one of them is marked as wrong.
 */
bool page_fields(struct http *h, struct values *v,
    const struct json *profile, enum err e);
/* The list "facts": what of it the profile has, in words. */
void page_facts(struct http *h, struct values *v,
    const struct json *profile);
/* The input of a new password, with the rules that it has to meet. */
void page_new_password(struct http *h, struct values *v, bool is_new,
    bool wrong, enum err e);
/* The summary: the error's own text, or where a field is marked a hint. */
void page_summary(struct http *h, struct values *v, enum err e, bool marked);
bool page_is_email_error(enum err e);
bool page_is_phone_error(enum err e);
/* Of a code, whether it came by mail or by text message. */
bool page_is_code_error(enum err e);
/* Is it a number, where people sign in by numbers? */
bool page_is_phone(struct http *h, struct str typed);
/* The input of _identifier.html, and what may be typed into it. */
void page_identifier(struct http *h, struct values *v, struct str typed,
    bool wrong, enum err e);
/* What was typed there. */
enum identifier_kind page_identifier_kind(struct http *h, struct str typed);
/* The input of _number.html. */
void page_number(struct http *h, struct values *v, bool optional, enum err e);
/* What _phone.html shows of the account. */
void page_phone_facts(struct http *h, struct values *v,
    const struct account *a);
bool page_is_username_error(enum err e);
/* Is it this field that failed its rules first? */
bool page_is_rule_error(const struct http *h, enum err e, const char *name);
bool page_is_password_error(const struct http *h, enum err e);
/* What a mailed link led here with, and whose it is; "" when it is no good. */
void page_ticket(struct http *h, struct values *v, struct str vtoken,
    struct str address);
/* The form for a mailed code, which went to sent_to: "" asks for it. */
void page_mailed_code(struct http *h, struct values *v, struct str sent_to,
    enum err e);
/* The address or number of that name, where the form says a code went
 * there; else "". */
struct str page_sent_to(struct http *h, const char *name);
/* done_verified and its like, from ?done=. */
void page_done(struct http *h, struct values *v);
/* The cookies of a new session. */
void page_session(struct http *h, const struct session_tokens *t,
    bool remember);
/* The same, and off to where the visitor wanted to go. */
enum err page_enter(struct http *h, const struct session_tokens *t,
    bool remember, const char *otherwise);
/* The session has ended: the browser forgets it, and is off to sign-in. */
enum err page_signed_out(struct http *h);
/* Off to sign-in, which says what is done and keeps the way back. */
enum err page_signin_after(struct http *h, const char *done);

/* Who asks to be signed in, for smart-confirm.html; path: of its form. */
void page_device(struct http *h, struct values *v, const char *path,
    const struct device_request *r);
/* Which ways there are without a password, for login.html. */
void page_passwordless(struct http *h, struct values *v);
/*
 * For _answers.html and _captcha.html: what the lock asks for that error *e
 * tells of, or that came along with the form.  The questions are those of who
 * signs in by this name; NULL: of who is signed in.  Where there are none *e
 * becomes what helps nobody but waiting.  True: one of them is marked.
 */
bool page_lock(struct http *h, struct values *v, const char *operation,
    const struct str *name, enum err *e);
/* What came along for it. */
struct attempt_key page_key(struct http *h, const struct in_page *in);
/* One more of the list "questions". */
struct question;
void page_question(struct values *v, const struct question *q, bool needed);
/* What was typed into them, by question; NULL: nothing. */
struct json *page_answers(struct http *h);
/* Links of the account page. */
void page_secrets(struct http *h, struct values *v, const struct account *a);
/* PIN and answers of the form for signing up; true when one is marked.  Then
 * what was typed, as registration's body has it. */
bool page_signup_secrets(struct http *h, struct values *v, enum err e);
void page_signup_body(struct http *h, const struct in_page *in,
    struct json *body);

/* Version of a file of static/ for its address; absent when there is none. */
struct str style_version(struct http *h, const char *name, bool of_site);
/* Such a file as answer: the site's own, else (unless of_site) the shipped
 * one.  ERR_NOT_FOUND_PATH. */
MUST_CHECK enum err send_static(struct http *h, const char *type,
    const char *name, bool of_site);

/* serve_page_consent.c: what is asked, as values of _agree.html; is one of
 * them marked? */
bool page_agree(struct http *h, struct values *v,
    const struct consent_ask *ask, enum err e);
/* What the form says to it. */
void page_agreed(struct http *h, const struct consent_ask *ask,
    struct consent_input *out);
/* The values of _consents.html. */
enum err page_consents(struct http *h, struct values *v,
    const struct account *a);

#endif
