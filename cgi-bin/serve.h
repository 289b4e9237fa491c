/*
 * The API's handlers, the fields that they take, and the answers that they
 * give; routes.c puts them into rows.
 */
#ifndef CGI_SERVE_H
#define CGI_SERVE_H

#include "domain/captcha.h"
#include "route.h"

/* Shapes that several operations share. */
extern const struct reply reply_session[], reply_posted[], reply_exists[],
    reply_posted_session[], reply_posted_profile[], reply_profile[];

struct json *serve_session_json(struct http *h, struct json *profile,
    const struct session_tokens *t);
/* {"IsPosted":true}, with Data when there is a session. */
enum err serve_posted(struct http *h, bool has_session, struct json *profile,
    const struct session_tokens *t);
/* {"IsPosted":true}, with the receipt of a message in Data. */
enum err serve_posted_sms(struct http *h);
/* Referer, else Android or iOS as X-Platform says, else "API". */
struct str serve_source(const struct http *h);
/* Is it in the list of the parameter options=? */
bool serve_has_option(struct str options, struct str wanted);

/* Fields that several operations take, and what may come of them. */
#define EMAIL_TEMPLATE(type, which) \
	{ "emailtemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(type, email_template), \
	  "Variant of " which " mail's text" }
#define SMS_FIELDS(type, about) \
	{ "smstemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(type, sms_template), about }, \
	{ "isvoiceotp", NULL, IN_QUERY, 0, FIELD_BOOL, 0, 0, 0, \
	  AT(type, voice), "A call instead of that message" }
#define SMS_ERRORS \
	ERR_SMS_OFF, ERR_SMS_FAILED, ERR_SMS_LIMIT, ERR_SMS_QUOTA, \
	ERR_VOICE_OFF
#define ANSWERS(type, flags) \
	{ "securityanswer", NULL, IN_BODY, flags, FIELD_JSON, 0, 0, 0, \
	  AT(type, answers), \
	  "Object of answers by the ids of their questions" }
#define NO_ANSWERS \
	{ "securityanswer", NULL, IN_BODY, FIELD_DISCARD, FIELD_JSON, 0, 0, \
	  0, 0, "Without effect" }
#define NO_VOICE \
	{ "isvoiceotp", NULL, IN_QUERY, FIELD_DISCARD, FIELD_BOOL, 0, 0, 0, \
	  0, "Without effect" }

/* serve_registration.c */
struct in_register {
	struct str sott, username, verification_url, email_template;
	struct str welcome_template, options, phone, sms_template;
	struct secret password;
	struct json *email, *consents;
	bool accept_policy;
	struct captcha_answer captcha;
	bool voice;
};
extern const struct field in_register[];
extern const enum err errors_register[], errors_register_captcha[];
enum err serve_register(struct http *h, const void *in);
enum err serve_register_captcha(struct http *h, const void *in);

struct in_resend { struct str email, verification_url, email_template; };
extern const struct field in_resend[];
extern const enum err errors_resend[];
enum err serve_resend(struct http *h, const void *in);

struct in_exists { struct str name; struct captcha_answer captcha; };
extern const struct field in_email_exists[], in_username_exists[];
extern const enum err errors_email_exists[], errors_username_exists[];
enum err serve_email_exists(struct http *h, const void *in);
enum err serve_username_exists(struct http *h, const void *in);

struct in_verify {
	struct str token, email, uid, code, welcome_template, url;
};
extern const struct field in_verify_link[], in_verify_code_query[],
    in_verify_code[];
extern const enum err errors_verify_link[], errors_verify_code[];
enum err serve_verify_link(struct http *h, const void *in);
enum err serve_verify_code(struct http *h, const void *in);

/* serve_login.c */
struct in_login {
	struct str identifier, verification_url, email_template;
	struct str sms_template, options;
	struct secret password;
	bool remember, voice;
	struct json *answers;
	struct captcha_answer captcha;
};
extern const struct field in_login_email[], in_login_username[],
    in_login_phone[];
extern const enum err errors_login[], errors_login_phone[];
enum err serve_login_email(struct http *h, const void *in);
enum err serve_login_username(struct http *h, const void *in);
enum err serve_login_phone(struct http *h, const void *in);

/* serve_smart.c */
struct in_smart_ask {
	struct str identifier, guid, url, email_template, sms_template;
	struct str welcome_template;
	bool remember;
	struct captcha_answer captcha;
};
struct in_smart_confirm { struct str token, number, welcome_template; };
struct in_ping { struct str guid; };
extern const struct reply reply_smart_ask[], reply_confirmed[];
extern const struct field in_smart_email[], in_smart_username[],
    in_smart_phone[], in_smart_confirm_query[], in_smart_confirm[],
    in_ping_query[], in_ping[];
extern const enum err errors_smart_email[], errors_smart_username[],
    errors_smart_phone[], errors_smart_confirm[], errors_ping[];
enum err serve_smart_email(struct http *h, const void *in);
enum err serve_smart_username(struct http *h, const void *in);
enum err serve_smart_phone(struct http *h, const void *in);
enum err serve_smart_confirm(struct http *h, const void *in);
enum err serve_ping(struct http *h, const void *in);

/* serve_phone.c */
struct in_phone {
	struct str phone, code, template;
	bool voice;
	struct json *answers;
	struct captcha_answer captcha;
};
extern const struct reply reply_posted_sms[];
extern const struct field in_phone_exists[], in_phone_change[],
    in_phone_prove[], in_phone_prove_own[], in_phone_resend[],
    in_phone_resend_own[], in_phone_delete_ask[], in_phone_delete[],
    in_forgot_phone[], in_forgot_pin_phone[];
extern const enum err errors_phone_exists[], errors_phone_change[],
    errors_phone_remove[], errors_phone_prove[], errors_phone_prove_own[],
    errors_phone_resend[], errors_phone_resend_own[],
    errors_phone_delete_ask[], errors_phone_delete[],
    errors_forgot_phone[], errors_forgot_pin_phone[];
enum err serve_phone_exists(struct http *h, const void *in);
enum err serve_phone_change(struct http *h, const void *in);
enum err serve_phone_remove(struct http *h, const void *in);
enum err serve_phone_prove(struct http *h, const void *in);
enum err serve_phone_prove_own(struct http *h, const void *in);
enum err serve_phone_resend(struct http *h, const void *in);
enum err serve_phone_resend_own(struct http *h, const void *in);
enum err serve_phone_delete_ask(struct http *h, const void *in);
enum err serve_phone_delete(struct http *h, const void *in);
enum err serve_forgot_phone(struct http *h, const void *in);
enum err serve_forgot_pin_phone(struct http *h, const void *in);

/* serve_passwordless.c */
struct in_passwordless {
	struct str identifier, url, email_template;
	struct str token, code, welcome_template;
	struct str sms_template;
	bool voice;
	struct json *answers;
	struct captcha_answer captcha;
};
extern const struct field in_passwordless_email[],
    in_passwordless_username[], in_passwordless_phone_query[],
    in_passwordless_phone[], in_passwordless_link_query[],
    in_passwordless_link[], in_passwordless_email_code[],
    in_passwordless_username_code[], in_passwordless_phone_code[];
extern const enum err errors_passwordless_email[],
    errors_passwordless_username[], errors_passwordless_phone[],
    errors_passwordless_link[], errors_passwordless_email_code[],
    errors_passwordless_username_code[], errors_passwordless_phone_code[];
enum err serve_passwordless_email(struct http *h, const void *in);
enum err serve_passwordless_username(struct http *h, const void *in);
enum err serve_passwordless_phone(struct http *h, const void *in);
enum err serve_passwordless_link(struct http *h, const void *in);
enum err serve_passwordless_email_code(struct http *h, const void *in);
enum err serve_passwordless_username_code(struct http *h, const void *in);
enum err serve_passwordless_phone_code(struct http *h, const void *in);

/* serve_one_touch.c */
struct in_one_touch {
	struct str guid, email, name, url, email_template, welcome_template;
	struct str phone, sms_template, code, token, number;
	bool voice;
	struct json *answers;
	struct captcha_answer captcha;
};
extern const struct reply reply_one_touch[];
extern const struct field in_one_touch_email[], in_one_touch_phone[],
    in_one_touch_phone_code[], in_one_touch_link_query[],
    in_one_touch_link[], in_one_touch_code_query[], in_one_touch_code[];
extern const enum err errors_one_touch_email[], errors_one_touch_phone[],
    errors_one_touch_phone_code[], errors_one_touch_link[],
    errors_one_touch_code[];
enum err serve_one_touch_email(struct http *h, const void *in);
enum err serve_one_touch_phone(struct http *h, const void *in);
enum err serve_one_touch_phone_code(struct http *h, const void *in);
enum err serve_one_touch_link(struct http *h, const void *in);
enum err serve_one_touch_code(struct http *h, const void *in);

/* serve_user.c */
struct in_update {
	struct str verification_url, email_template, options, sms_template;
	bool null_support, voice;
	struct captcha_answer captcha;
};
extern const struct field in_read[], in_update[], in_username[];
extern const enum err errors_update[], errors_username[];
enum err serve_account_read(struct http *h, const void *in);
enum err serve_account_update(struct http *h, const void *in);
enum err serve_username_set(struct http *h, const void *in);

/* serve_address.c */
struct in_address { struct str email, type, url, email_template; };
struct in_welcome { struct str email_template; };
extern const struct reply reply_deleted[];
extern const struct field in_address_add[], in_address_remove[], in_welcome[];
extern const enum err errors_address_add[], errors_address_remove[],
    errors_welcome[];
enum err serve_address_add(struct http *h, const void *in);
enum err serve_address_remove(struct http *h, const void *in);
enum err serve_welcome(struct http *h, const void *in);

/* serve_delete.c */
struct in_delete { struct str url, email_template; };
struct in_deletion { struct str token, email, code; };
extern const struct reply reply_delete_accepted[];
extern const struct field in_delete[], in_delete_link_query[],
    in_delete_link[], in_delete_code_query[], in_delete_code[];
extern const enum err errors_delete[], errors_delete_link[],
    errors_delete_code[];
enum err serve_delete_ask(struct http *h, const void *in);
enum err serve_delete_link(struct http *h, const void *in);
enum err serve_delete_code(struct http *h, const void *in);

/* serve_consent.c */
struct in_policy { struct str version; };
struct in_consent { struct str token, event; struct json *events, *choices;
	bool custom; };
extern const struct reply reply_policy_history[], reply_went_on[],
    reply_consents[], reply_consent_verify[], reply_consent_logs[];
extern const struct field in_policy_accept[], in_consent_token[],
    in_consent_submit[], in_consent_update[], in_consent_verify[];
extern const enum err errors_policy_accept[], errors_policy_history[],
    errors_consent_token[], errors_consent_submit[], errors_consent_update[],
    errors_consent_verify[], errors_consent_logs[];
enum err serve_policy_accept(struct http *h, const void *in);
enum err serve_policy_history(struct http *h, const void *in);
enum err serve_consent_token(struct http *h, const void *in);
enum err serve_consent_submit(struct http *h, const void *in);
enum err serve_consent_update(struct http *h, const void *in);
enum err serve_consent_verify(struct http *h, const void *in);
enum err serve_consent_logs(struct http *h, const void *in);

/* serve_password.c */
struct in_forgot {
	struct str identifier, reset_url, email_template;
	struct captcha_answer captcha;
};
extern const struct field in_forgot_email[], in_forgot_username[];
extern const enum err errors_forgot[];
enum err serve_forgot_email(struct http *h, const void *in);
enum err serve_forgot_username(struct http *h, const void *in);

struct in_reset {
	struct str token, identifier, code, welcome_template, confirm_template;
	struct str confirm_sms_template;
	struct secret password;
};
extern const struct field in_reset_token[], in_reset_email[],
    in_reset_username[], in_reset_phone[];
extern const enum err errors_reset[], errors_reset_code[],
    errors_reset_phone[];
enum err serve_reset_token(struct http *h, const void *in);
enum err serve_reset_email(struct http *h, const void *in);
enum err serve_reset_username(struct http *h, const void *in);
enum err serve_reset_phone(struct http *h, const void *in);

struct in_change {
	struct secret old_password, new_password;
	struct json *answers;
	struct captcha_answer captcha;
};
extern const struct field in_change[];
extern const enum err errors_change[];
enum err serve_password_change(struct http *h, const void *in);

/* serve_pin.c */
struct in_pin_set { struct str token; struct secret pin; bool skip; };
struct in_pin_change {
	struct secret old_pin, new_pin;
	struct json *answers;
	struct captcha_answer captcha;
};
struct in_pin_reset {
	struct str token, identifier, code;
	struct json *answers;
	struct secret pin;
};
struct in_pin_session { struct str token; };
struct in_pin_login {
	struct str token;
	struct secret pin;
	struct json *answers;
	struct captcha_answer captcha;
};
extern const struct field in_pin_login[];
extern const enum err errors_pin_login[];
enum err serve_pin_login(struct http *h, const void *in);
extern const struct field in_pin_set[], in_pin_change[],
    in_pin_forgot_email[], in_pin_forgot_username[], in_pin_reset_token[],
    in_pin_reset_email[], in_pin_reset_username[],
    in_pin_reset_phone[], in_pin_answer_email[],
    in_pin_answer_phone[], in_pin_answer_username[], in_pin_session[];
extern const enum err errors_pin_set[], errors_pin_change[],
    errors_pin_forgot_email[], errors_pin_forgot_username[],
    errors_pin_reset_token[], errors_pin_reset_email[],
    errors_pin_reset_username[], errors_pin_reset_phone[],
    errors_pin_answer_email[],
    errors_pin_answer_phone[], errors_pin_answer_username[],
    errors_pin_session[];
enum err serve_pin_set(struct http *h, const void *in);
enum err serve_pin_change(struct http *h, const void *in);
enum err serve_pin_forgot_email(struct http *h, const void *in);
enum err serve_pin_forgot_username(struct http *h, const void *in);
enum err serve_pin_reset_token(struct http *h, const void *in);
enum err serve_pin_reset_email(struct http *h, const void *in);
enum err serve_pin_reset_username(struct http *h, const void *in);
enum err serve_pin_reset_phone(struct http *h, const void *in);
enum err serve_pin_session_end(struct http *h, const void *in);

/* serve_question.c */
struct in_answer {
	struct str identifier, confirm_template;
	struct json *answers;
	struct secret password;
};
struct in_unlock { struct json *answers; struct captcha_answer captcha; };
extern const struct reply reply_questions[];
extern const struct field in_questions_email[], in_questions_phone[],
    in_questions_username[], in_answer_email[], in_answer_phone[],
    in_answer_username[], in_unlock[];
extern const enum err errors_questions_email[], errors_questions_phone[],
    errors_questions_username[], errors_questions_own[],
    errors_answer_email[], errors_answer_phone[], errors_answer_username[],
    errors_unlock[];
enum err serve_questions_email(struct http *h, const void *in);
enum err serve_questions_phone(struct http *h, const void *in);
enum err serve_questions_username(struct http *h, const void *in);
enum err serve_questions_own(struct http *h, const void *in);
enum err serve_answer_email(struct http *h, const void *in);
enum err serve_answer_phone(struct http *h, const void *in);
enum err serve_answer_username(struct http *h, const void *in);
enum err serve_unlock(struct http *h, const void *in);

/* serve_object.c */
struct in_object { struct str name, type; };
extern const struct reply reply_object[], reply_objects[];
extern const struct field in_object[], in_object_write[], in_object_update[];
extern const enum err errors_object_create[], errors_object_list[],
    errors_object_get[], errors_object_update[], errors_object_delete[],
    errors_objects_create[], errors_objects_list[], errors_objects_get[],
    errors_objects_update[], errors_objects_delete[];
enum err serve_object_create(struct http *h, const void *in);
enum err serve_object_list(struct http *h, const void *in);
enum err serve_object_get(struct http *h, const void *in);
enum err serve_object_update(struct http *h, const void *in);
enum err serve_object_delete(struct http *h, const void *in);

/* serve_session.c */
struct in_invalidate { bool prevent_refresh; struct str token; };
struct in_sott { int64_t minutes; struct str technology; };
extern const struct reply reply_token_info[], reply_validate[], reply_sott[],
    reply_manage_sott[], reply_serverinfo[], reply_openapi[];
extern const struct field in_invalidate[], in_sott[], in_manage_sott[];
enum err serve_token_info(struct http *h, const void *in);
enum err serve_validate(struct http *h, const void *in);
enum err serve_invalidate(struct http *h, const void *in);
enum err serve_sott(struct http *h, const void *in);
enum err serve_manage_sott(struct http *h, const void *in);
enum err serve_serverinfo(struct http *h, const void *in);
enum err serve_openapi(struct http *h, const void *in);

/* serve_token.c */
struct in_token { struct str token; int64_t minutes; };
struct in_active { struct str token, account_id, profile_id; };
struct in_uid { struct str uid; };
extern const struct reply reply_tokens[], reply_ended[], reply_active[];
extern const struct field in_request_token[], in_token_validate[],
    in_token_invalidate[], in_active[], in_token_refresh[], in_impersonate[],
    in_refresh[];
extern const enum err errors_request_token[], errors_token[], errors_active[],
    errors_token_refresh[], errors_impersonate[], errors_refresh[],
    errors_refresh_revoke[], errors_refresh_revoke_all[];
enum err serve_sliding_token(struct http *h, const void *in);
enum err serve_request_token(struct http *h, const void *in);
enum err serve_token_validate(struct http *h, const void *in);
enum err serve_token_invalidate(struct http *h, const void *in);
enum err serve_active(struct http *h, const void *in);
enum err serve_token_refresh(struct http *h, const void *in);
enum err serve_impersonate(struct http *h, const void *in);
enum err serve_refresh(struct http *h, const void *in);
enum err serve_refresh_revoke(struct http *h, const void *in);
enum err serve_refresh_revoke_all(struct http *h, const void *in);
/* {"access_token","refresh_token","expires_in"}. */
enum err serve_tokens(struct http *h, const struct session_tokens *t);

/* serve_appinfo.c */
extern const struct reply reply_appinfo[];
enum err serve_appinfo(struct http *h, const void *in);

/* serve_jwt.c */
struct in_jwt { struct str audience, token, hint; };
extern const struct reply reply_jwt[], reply_jwk_set[], reply_introspection[];
extern const struct field in_jwt[], in_introspect[];
extern const enum err errors_jwt[], errors_jwk_set[];
enum err serve_jwt(struct http *h, const void *in);
enum err serve_jwk_set(struct http *h, const void *in);
enum err serve_introspect(struct http *h, const void *in);

#endif
