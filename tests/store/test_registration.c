#include "fixture.h"

#include "codec/text.h"
#include "crypto/pwhash.h"
#include "crypto/sott.h"
#include "domain/login.h"
#include "domain/registration.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define OTHER		"walnut-harbour-82"

static struct registration
form(const char *email)
{
	return (struct registration){
		.from_page = true, .email = str_of(email),
		.password = fx_secret(PASSWORD),
		.session = { .kind = SESSION_API }
	};
}

/* By the API, where SOTTs are not asked for. */
static struct registration
call(const char *email)
{
	struct registration r = form(email);

	fx_config->sott_required = false;
	r.from_page = false;
	return r;
}

static enum err
sign_up(const struct registration *r)
{
	struct registration_result out;
	enum err e;

	e = registration_create(fx, r, &out);
	if (e == ERR_OK)
		assert_false(out.has_session);
	return e;
}

static enum err
sign_up_as(const char *email)
{
	struct registration r = form(email);

	return sign_up(&r);
}

static enum err
verify_link(struct str token)
{
	struct verification v = { .token = token };
	struct verification_result out;

	return verification_by_link(fx, &v, &out);
}

static enum err
verify_code(const char *email, struct str code)
{
	struct verification v = { .email = str_of(email), .code = code };
	struct verification_result out;

	return verification_by_code(fx, &v, &out);
}

static struct str
mailed_link(void)
{
	return fx_mail_word("verify-email", "vtoken=");
}

static struct str
mailed_code(void)
{
	return fx_mail_word("verify-email", "Your code:\n\n ");
}

static int64_t
accounts(void)
{
	return fx_number("SELECT COUNT(*) FROM dw_account");
}

static int64_t
notices(void)
{
	return fx_mails("already-registered");
}

/* The main job: sign up, read the mail, verify, sign in. */
static void
test_sign_up_verify_and_log_in(void **state)
{
	struct str link, email;

	(void)state;
	assert_int_equal(sign_up_as("Ada@Example.org"), ERR_OK);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_EMAIL_UNVERIFIED);
	link = mailed_link();
	assert_int_equal(verification_peek(fx, link, &email), ERR_OK);
	assert_int_equal(verification_peek(fx, link, &email), ERR_OK);
	assert_str(email, "Ada@Example.org");
	assert_int_equal(verify_link(link), ERR_OK);
	assert_int_equal(verify_link(link), ERR_LINK_USED);
	assert_int_equal(verification_peek(fx, link, &email), ERR_LINK_USED);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"
	    " WHERE verified_s > 0 AND given = 'Ada@Example.org'"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"
	    " WHERE target <> 'Ada@Example.org'"), 0);
}

/* S-035, S-036 */
static void
test_s035_s036_links_begin_with_admitted_addresses_alone(void **state)
{
	static const struct str allow[] = {
		{ "https://app.example.com/docs", 28 } };
	struct registration r = call(ADA);

	(void)state;
	fx_config->urls_allow = (struct list){ allow, 1 };
	r.verification_url = STR("https://evil.example/verify");
	assert_int_equal(sign_up(&r), ERR_URL_NOT_ADMITTED);
	assert_int_equal(accounts(), 0);
	r.verification_url = STR("https://app.example.com/docs/v?a=1");
	assert_int_equal(sign_up(&r), ERR_OK);
	assert_has(fx_mail("verify-email").p, "\nhttps://app.example.com/"
	    "docs/v?a=1&vtype=emailverification&vtoken=");
	assert_int_equal(verification_resend(fx, STR(ADA),
	    STR("https://evil.example/"), STR_NONE), ERR_URL_NOT_ADMITTED);
	fx_config->compat_unlisted_urls = true;
	fx_pass(1);
	assert_int_equal(verification_resend(fx, STR(ADA),
	    STR("https://evil.example/"), STR_NONE), ERR_OK);
	assert_has(fx_mail("verify-email").p,
	    "\nhttp://localhost:8080/verify?vtype=emailverification&vtoken=");
}

static int
one_page(int i, void *arg)
{
	(void)i;
	return sign_up_as(arg) == ERR_OK;
}

static int
count(const int *results, int n, int what)
{
	int total = 0, i;

	for (i = 0; i < n; i++)
		total += results[i] == what;
	return total;
}

/* S-137, F-29 */
static void
test_s137_f29_50_sign_ups_at_once_make_one_account(void **state)
{
	char address[] = ADA;
	int results[50];

	(void)state;
	fx_parallel(50, one_page, address, results);
	assert_int_equal(count(results, 50, 1), 50);
	assert_int_equal(accounts(), 1);
	assert_int_equal(fx_mails("verify-email"), 1);
	assert_int_equal(notices(), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_password"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"), 1);
}

/* S-137, F-29, with the mail limits of a fresh installation. */
static void
test_s137_f29_the_mail_limits_do_not_show_in_a_burst(void **state)
{
	char address[] = ADA;
	int results[50];

	(void)state;
	fx_config->mail_gap_s = 60;
	fx_config->mail_per_hour = 3;
	fx_config->mail_per_hour_source = 20;
	fx_parallel(50, one_page, address, results);
	assert_int_equal(count(results, 50, 1), 50);
	assert_int_equal(accounts(), 1);
	assert_int_equal(fx_mails("verify-email"), 1);
}

static int
one_call(int i, void *arg)
{
	struct registration r = call(arg);
	struct registration_result out;
	enum err e;

	(void)i;
	e = registration_create(fx, &r, &out);
	return e == ERR_OK && out.has_session ? 1 :
	    e == ERR_EMAIL_TAKEN ? 2 : 3;
}

/* S-137: where existence is told. */
static void
test_s137_one_of_50_gets_the_session_and_49_the_documented_error(
    void **state)
{
	static const char *const flows[] = { "optional", "disabled" };
	char address[64];
	int results[50];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(flows); i++) {
		fx_config->registration_verification = str_of(flows[i]);
		snprintf(address, sizeof(address), "%s@example.org",
		    flows[i]);
		fx_parallel(50, one_call, address, results);
		assert_int_equal(count(results, 50, 1), 1);
		assert_int_equal(count(results, 50, 2), 49);
		assert_int_equal(accounts(), (int)i + 1);
	}
	assert_int_equal(fx_mails("verify-email"), 1);
}

/* S-019 */
static void
test_s019_a_known_address_is_answered_like_a_fresh_one(void **state)
{
	unsigned long runs;
	int i;

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	for (i = 0; i < 3; i++) {
		runs = pwhash_runs();
		assert_int_equal(sign_up_as(ADA), ERR_OK);
		assert_int_equal(pwhash_runs() - runs, 1);
	}
	runs = pwhash_runs();
	assert_int_equal(sign_up_as("eve@example.org"), ERR_OK);
	assert_int_equal(pwhash_runs() - runs, 1);
	assert_int_equal(notices(), 1);	/* once a day, to the owner */
	assert_has(fx_mail("already-registered").p,
	    "\n\nhttp://localhost:8080/login\n\n");
	fx_pass(86401);
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	assert_int_equal(notices(), 2);
	assert_int_equal(accounts(), 2);
}

/* S-017, S-019: nor does the work show it, but for the notice of the day. */
static void
test_s017_a_known_address_costs_the_statements_of_a_fresh_one(void **state)
{
	static const char *const flows[] = { "link", "code" };
	unsigned fresh, known, before;
	char address[64];
	size_t i;

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	for (i = 0; i < COUNT(flows); i++) {
		fx_config->registration_verify_by = str_of(flows[i]);
		before = fx->statements;
		assert_int_equal(sign_up_as(ADA), ERR_OK);
		known = fx->statements - before;
		snprintf(address, sizeof(address), "u%zu@example.org", i);
		before = fx->statements;
		assert_int_equal(sign_up_as(address), ERR_OK);
		fresh = fx->statements - before;
		assert_in_range(known, fresh, fresh + 1);
	}
}

/* A code that is on its way survives a second press of the button. */
static void
test_a_decoy_does_not_void_a_pending_code(void **state)
{
	struct str code;

	(void)state;
	fx_config->registration_verify_by = STR("code");
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	code = mailed_code();
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	assert_int_equal(verify_code(ADA, code), ERR_OK);
}

/* S-019 */
static void
test_s019_existence_is_told_by_the_compat_switch_alone(void **state)
{
	struct registration r = call(ADA);

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	assert_int_equal(sign_up(&r), ERR_OK);
	fx_config->compat_reveal_account_existence = true;
	assert_int_equal(sign_up(&r), ERR_EMAIL_TAKEN);
	assert_string_equal(fx->err.field, "email");
	assert_int_equal(sign_up_as(ADA), ERR_OK);	/* pages never do */
	fx_config->registration_verification = STR("optional");
	assert_int_equal(sign_up(&r), ERR_EMAIL_TAKEN);
	assert_int_equal(sign_up_as(ADA), ERR_OK);
}

/* F-28, RG1, S-131: a pending registration does not lock the address. */
static void
test_f28_a_new_registration_takes_the_place_of_a_pending_one(void **state)
{
	struct registration r = form(ADA);
	struct str first;
	static char kept[64];

	(void)state;
	assert_int_equal(sign_up(&r), ERR_OK);
	first = mailed_link();
	snprintf(kept, sizeof(kept), "%s", first.p);
	fx_pass(61);
	r = form("ADA@example.org");
	r.password = fx_secret(OTHER);
	assert_int_equal(sign_up(&r), ERR_OK);
	assert_int_equal(accounts(), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'registration_replaced'"), 1);
	assert_int_equal(verify_link(str_of(kept)), ERR_LINK_INVALID);
	assert_int_equal(verify_link(mailed_link()), ERR_OK);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login(ADA, OTHER), ERR_OK);
	/* Now it is somebody's. */
	fx_pass(61);
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	assert_int_equal(fx_login(ADA, OTHER), ERR_OK);
	assert_int_equal(notices(), 1);
}

static void
test_a_second_press_of_the_button_is_the_same_registration(void **state)
{
	struct registration r = form(ADA);
	struct str link;

	(void)state;
	r.username = STR("ada.roe");
	assert_int_equal(sign_up(&r), ERR_OK);
	link = str_dup(fx->arena, mailed_link());
	assert_int_equal(sign_up(&r), ERR_OK);
	assert_int_equal(fx_mails("verify-email"), 1);
	assert_int_equal(verify_link(link), ERR_OK);
}

/* A full target: the answer is the same, and nothing pending is lost. */
static void
test_s024_over_the_mail_limit_a_pending_one_stays_as_it_is(void **state)
{
	struct registration r = form(ADA);

	(void)state;
	fx_config->mail_per_hour = 1;
	assert_int_equal(sign_up(&r), ERR_OK);
	fx_pass(61);
	r = form(ADA);
	r.password = fx_secret(OTHER);
	assert_int_equal(sign_up(&r), ERR_OK);
	assert_int_equal(verify_link(mailed_link()), ERR_OK);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
}

static void
test_s024_a_source_over_its_mails_is_told(void **state)
{
	(void)state;
	fx_config->mail_per_hour_source = 1;
	fx_account(ADA, PASSWORD, NULL, true);
	assert_int_equal(sign_up_as("eve@example.org"), ERR_OK);
	assert_int_equal(sign_up_as("bob@example.org"), ERR_MAIL_LIMIT);
	assert_int_equal(sign_up_as(ADA), ERR_MAIL_LIMIT);
	assert_int_equal(accounts(), 2);
}

/* RG3, S-020: a taken user name is told for known addresses as for fresh. */
static void
test_s020_a_taken_user_name_does_not_tell_of_the_address(void **state)
{
	struct registration known = form(ADA), fresh = form("new@example.org");

	(void)state;
	fx_account(ADA, PASSWORD, "ada.roe", true);
	fx_account("bob@example.org", PASSWORD, "bob.roe", true);
	known.username = fresh.username = STR("Bob.Roe");
	assert_int_equal(sign_up(&known), ERR_USERNAME_TAKEN);
	assert_int_equal(sign_up(&fresh), ERR_USERNAME_TAKEN);
	known.username = fresh.username = STR("ada.roe");
	assert_int_equal(sign_up(&known), ERR_USERNAME_TAKEN);
	assert_int_equal(sign_up(&fresh), ERR_USERNAME_TAKEN);
	known.username = fresh.username = STR("free.roe");
	assert_int_equal(sign_up(&known), ERR_OK);
	assert_int_equal(sign_up(&fresh), ERR_OK);
	assert_int_equal(accounts(), 3);
	fresh = form("third@example.org");
	fresh.username = STR("admin");
	assert_int_equal(sign_up(&fresh), ERR_USERNAME_TAKEN);
}

/* S-042 */
static void
test_s042_sott_is_asked_for_and_refused_evenly(void **state)
{
	struct registration r = form(ADA);
	int64_t end_s;
	int i;

	(void)state;
	r.from_page = false;
	assert_int_equal(sign_up(&r), ERR_SOTT_MISSING);
	r.email = STR("not an address");	/* the SOTT comes first */
	r.sott = STR("nonsense");
	assert_int_equal(sign_up(&r), ERR_SOTT_INVALID);
	r.email = STR(ADA);
	r.sott = sott_make(fx, fx->now_s, 10, &end_s);
	assert_int_equal(sign_up(&r), ERR_OK);
	r.sott = STR("nonsense");
	fx_config->login_max_failures_per_source = 20;
	for (i = 0; i < 19; i++)
		assert_int_equal(sign_up(&r), ERR_SOTT_INVALID);
	assert_int_equal(sign_up(&r), ERR_RATE_LIMITED);
}

static int
one_with_sott(int i, void *arg)
{
	struct registration r = form(NULL);
	enum err e;

	r.from_page = false;
	r.sott = str_of(arg);
	r.email = str_printf(fx->arena, "u%d@example.org", i);
	e = sign_up(&r);
	return e == ERR_OK ? 1 : e == ERR_SOTT_INVALID ? 2 : 3;
}

/* S-042 */
static void
test_s042_20_parallel_uses_of_one_sott_give_one_registration(void **state)
{
	int results[20];
	char sott[600];
	int64_t end_s;

	(void)state;
	snprintf(sott, sizeof(sott), "%s",
	    sott_make(fx, fx->now_s, 10, &end_s).p);
	fx_config->sott_max_registrations = 1;
	fx_parallel(20, one_with_sott, sott, results);
	assert_int_equal(count(results, 20, 1), 1);
	assert_int_equal(count(results, 20, 2), 19);
	assert_int_equal(accounts(), 1);
}

/* A refused registration does not use its SOTT up. */
static void
test_s042_single_use_counts_what_was_registered(void **state)
{
	struct registration r = form(ADA);
	int64_t end_s;

	(void)state;
	fx_config->sott_single_use = true;
	fx_account("bob@example.org", NULL, "bob.roe", true);
	r.from_page = false;
	r.sott = sott_make(fx, fx->now_s, 10, &end_s);
	r.username = STR("bob.roe");
	assert_int_equal(sign_up(&r), ERR_USERNAME_TAKEN);
	r.username = STR_NONE;
	assert_int_equal(sign_up(&r), ERR_OK);
	r.email = STR("eve@example.org");
	assert_int_equal(sign_up(&r), ERR_SOTT_INVALID);
}

static void
test_what_is_wrong_with_a_form_is_named(void **state)
{
	static const struct str denied[] = { { "example.net", 11 } };
	static const struct str unicode[] = { {
		"b\xc3\xbc" "cher.example", 15 } };
	struct registration r = form(NULL);

	(void)state;
	assert_int_equal(sign_up(&r), ERR_EMAIL_MISSING);
	r.email = STR("nobody");
	assert_int_equal(sign_up(&r), ERR_EMAIL_MALFORMED);
	fx_config->registration_deny_domains = (struct list){ denied, 1 };
	r.email = STR("ada@EXAMPLE.net");
	assert_int_equal(sign_up(&r), ERR_EMAIL_DOMAIN);
	fx_config->registration_deny_domains = (struct list){ unicode, 1 };
	r.email = STR("ada@xn--bcher-kva.example");
	assert_int_equal(sign_up(&r), ERR_EMAIL_DOMAIN);
	fx_config->registration_deny_domains.n = 0;
	fx_config->registration_allow_domains = (struct list){ denied, 1 };
	r.email = STR(ADA);
	assert_int_equal(sign_up(&r), ERR_EMAIL_DOMAIN);
	fx_config->registration_allow_domains.n = 0;
	r.password = (struct secret){ NULL, 0 };
	assert_int_equal(sign_up(&r), ERR_PASSWORD_MISSING);
	r.password = fx_secret("short");
	assert_int_equal(sign_up(&r), ERR_VALIDATION);
	r.password = fx_secret(PASSWORD);
	r.username = STR("with blank");
	assert_int_equal(sign_up(&r), ERR_USERNAME_SYNTAX);
	fx_config->login_username = false;
	r.username = STR("ada.roe");
	assert_int_equal(sign_up(&r), ERR_USERNAME_OFF);
	fx_config->registration_enabled = false;
	assert_int_equal(sign_up(&r), ERR_REGISTRATION_OFF);
	assert_int_equal(accounts(), 0);
}

/* The optional flow: signed in at once, the mail may wait. */
static void
test_the_optional_flow_signs_in_and_mails(void **state)
{
	struct registration r = call(ADA);
	struct registration_result out;

	(void)state;
	fx_config->registration_verification = STR("optional");
	assert_int_equal(registration_create(fx, &r, &out), ERR_OK);
	assert_true(out.has_session);
	assert_int_equal(fx_check(SESSION_API, out.tokens.access_token),
	    ERR_OK);
	assert_int_equal(json_int(json_get(out.profile, "NoOfLogins")), 1);
	assert_false(json_bool(json_get(out.profile, "EmailVerified")));
	assert_int_equal(fx_mails("verify-email"), 1);
	r = call("eve@example.org");
	r.prevent_verification_email = true;
	assert_int_equal(registration_create(fx, &r, &out), ERR_OK);
	assert_int_equal(fx_mails("verify-email"), 1);
}

static void
test_the_disabled_flow_signs_in_and_welcomes_by_name(void **state)
{
	struct registration r = call(ADA);
	struct registration_result out;
	enum json_fault fault;

	(void)state;
	fx_config->registration_verification = STR("disabled");
	r.welcome_template = STR("default");
	r.body = json_parse(fx->arena, STR("{\"FirstName\":"
	    "\"Win at evil.example/x\"}"), &fault);
	assert_int_equal(registration_create(fx, &r, &out), ERR_OK);
	assert_true(out.has_session);
	assert_int_equal(fx_mails("verify-email"), 0);
	assert_has(fx_mail("welcome").p, "Hello Win at evil. example/x,");
	assert_int_equal(verification_resend(fx, STR(ADA), STR_NONE,
	    STR_NONE), ERR_EMAIL_VERIFICATION_OFF);
}

/* S-045, S-048: what is older than the first proof ends. */
static void
test_s048_the_first_proof_ends_older_sessions_and_tickets(void **state)
{
	struct registration r = call(ADA);
	struct registration_result out;
	struct str link;

	(void)state;
	fx_config->registration_verification = STR("optional");
	assert_int_equal(registration_create(fx, &r, &out), ERR_OK);
	link = mailed_link();
	assert_int_equal(verify_link(link), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, out.tokens.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'email_verified'"), 1);
}

static void
test_login_on_verification_gives_a_session(void **state)
{
	struct verification v = { .session = { .kind = SESSION_API },
		.welcome_template = STR("default") };
	struct verification_result out;

	(void)state;
	fx_config->registration_login_on_verification = true;
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	v.token = mailed_link();
	assert_int_equal(verification_by_link(fx, &v, &out), ERR_OK);
	assert_true(out.has_session);
	assert_str(out.email, ADA);
	assert_int_equal(fx_check(SESSION_API, out.tokens.access_token),
	    ERR_OK);
	assert_true(json_bool(json_get(out.profile, "EmailVerified")));
	assert_int_equal(fx_mails("welcome"), 1);
}

static int
one_link(int i, void *arg)
{
	enum err e;

	(void)i;
	e = verify_link(str_of(arg));
	return e == ERR_OK ? 1 : e == ERR_LINK_USED ? 2 : 3;
}

/* S-030 */
static void
test_s030_50_parallel_verifications_give_one_success(void **state)
{
	int results[50];
	char link[64];

	(void)state;
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	snprintf(link, sizeof(link), "%s", mailed_link().p);
	fx_parallel(50, one_link, link, results);
	assert_int_equal(count(results, 50, 1), 1);
	assert_int_equal(count(results, 50, 2), 49);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'email_verified'"), 1);
	assert_int_equal(fx_number("SELECT generation FROM dw_account"), 2);
}

/* S-051, S-034 */
static void
test_s051_a_blocked_account_is_not_verified(void **state)
{
	struct verification_result out;
	struct verification v = { .session = { .kind = 0 } };
	struct str link;

	(void)state;
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	link = mailed_link();
	fx_sql("UPDATE dw_account SET state = 2");
	v.token = link;
	assert_int_equal(verification_by_link(fx, &v, &out),
	    ERR_ACCOUNT_BLOCKED);
	fx_sql("UPDATE dw_account SET state = 1");
	assert_int_equal(verify_link(link), ERR_OK);
}

/* F-32 */
static void
test_f32_signing_in_does_not_spoil_the_pending_code(void **state)
{
	char code[16];

	(void)state;
	fx_config->registration_verify_by = STR("code");
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	snprintf(code, sizeof(code), "%s", mailed_code().p);
	fx_pass(590);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_EMAIL_UNVERIFIED);
	assert_int_equal(fx_mails("verify-email"), 1);
	assert_int_equal(verify_code(ADA, str_of(code)), ERR_OK);
	assert_int_equal(verify_code(ADA, str_of(code)),
	    ERR_EMAIL_CODE_USED);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
}

/* S-020, S-032: unknown addresses are answered like wrong codes. */
static void
test_s020_codes_do_not_tell_who_is_known(void **state)
{
	struct str code;

	(void)state;
	assert_int_equal(verify_code(ADA, STR("123456")),
	    ERR_EMAIL_CODE_OFF);
	fx_config->registration_verify_by = STR("code");
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	code = mailed_code();
	assert_int_equal(verify_code("eve@example.org", code),
	    ERR_EMAIL_CODE_INVALID);
	assert_int_equal(verify_code(ADA, str_eq(code, STR("123456")) ?
	    STR("654321") : STR("123456")), ERR_EMAIL_CODE_INVALID);
	assert_int_equal(verify_code("nobody", code), ERR_EMAIL_MALFORMED);
	fx_config->login_max_failures_per_source = 2;
	assert_int_equal(verify_code(ADA, code), ERR_RATE_LIMITED);
}

/* F-05 */
static void
test_f05_a_plus_sign_survives_in_the_link(void **state)
{
	(void)state;
	fx_config->registration_verify_by = STR("code");
	assert_int_equal(sign_up_as("ada+shop@example.org"), ERR_OK);
	assert_has(fx_mail("verify-email").p, "ada%2Bshop%40example.org");
	assert_int_equal(verify_code("ada+shop@example.org", mailed_code()),
	    ERR_OK);
}

/* S-018: unknown, verified and pending addresses leave alike rows. */
static void
test_s018_resend_does_the_same_for_every_address(void **state)
{
	static const char *const names[] = { "pending@example.org",
		"verified@example.org", "nobody@example.org" };
	unsigned statements[3], before;
	size_t i;

	(void)state;
	fx_account("pending@example.org", PASSWORD, NULL, false);
	fx_account("verified@example.org", PASSWORD, NULL, true);
	for (i = 0; i < COUNT(names); i++) {
		before = fx->statements;
		assert_int_equal(verification_resend(fx, str_of(names[i]),
		    STR_NONE, STR_NONE), ERR_OK);
		statements[i] = fx->statements - before;
		assert_int_equal(fx_number("SELECT COUNT(*)"
		    " FROM dw_ticket"), (int)i + 1);
		assert_int_equal(fx_number("SELECT COUNT(*)"
		    " FROM dw_outbox"), (int)i + 1);
	}
	assert_int_equal(statements[0], statements[1]);
	assert_int_equal(statements[0], statements[2]);
	assert_int_equal(fx_mails("verify-email"), 1);
	assert_int_equal(verify_link(mailed_link()), ERR_OK);
	fx_config->compat_reveal_account_existence = true;
	assert_int_equal(verification_resend(fx, STR("nobody@example.org"),
	    STR_NONE, STR_NONE), ERR_USER_UNKNOWN);
	assert_int_equal(verification_resend(fx, STR("verified@example.org"),
	    STR_NONE, STR_NONE), ERR_EMAIL_VERIFIED);
}

/* S-031 */
static void
test_s031_a_resent_link_voids_the_one_before(void **state)
{
	char first[64];

	(void)state;
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	snprintf(first, sizeof(first), "%s", mailed_link().p);
	fx_pass(1);
	assert_int_equal(verification_resend(fx, STR(ADA), STR_NONE,
	    STR_NONE), ERR_OK);
	assert_int_equal(verify_link(str_of(first)), ERR_LINK_INVALID);
	assert_int_equal(verify_link(mailed_link()), ERR_OK);
}

/* S-028, S-126: the secret stands in no row as it is. */
static void
test_s028_mails_are_sealed_at_rest(void **state)
{
	struct str link;

	(void)state;
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	link = mailed_link();
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"
	    " WHERE INSTR(payload, '%s') OR INSTR(payload, 'Hello')",
	    link.p), 0);
}

static void
test_a_registration_runs_8_statements_and_with_a_sott_9(void **state)
{
	struct registration r = form("eve@example.org");
	unsigned before = fx->statements;
	int64_t end_s;

	(void)state;
	fx_config->mail_gap_s = 60;
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	assert_int_equal(fx->statements - before, 8);
	r.from_page = false;
	r.sott = sott_make(fx, fx->now_s, 10, &end_s);
	before = fx->statements;
	assert_int_equal(sign_up(&r), ERR_OK);
	assert_int_equal(fx->statements - before, 9);
}

static int64_t
mails_made(void)
{
	return fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'verification_sent'");
}

/* S-024: of windows that are counted together none is, if one is full. */
static void
test_s024_a_repeat_within_the_gap_uses_up_no_hour(void **state)
{
	int i;

	(void)state;
	fx_config->mail_gap_s = 60;
	fx_config->mail_per_hour = 3;
	for (i = 0; i < 5; i++)
		assert_int_equal(sign_up_as(ADA), ERR_OK);
	assert_int_equal(mails_made(), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_meter"), 3);
	assert_int_equal(fx_number("SELECT MAX(n) FROM dw_meter"), 1);
	for (i = 0; i < 5; i++) {
		fx_pass(60);
		assert_int_equal(sign_up_as(ADA), ERR_OK);
	}
	assert_int_equal(mails_made(), 3);
	assert_int_equal(fx_number("SELECT MAX(n) FROM dw_meter"), 3);
	fx_pass(3600);
	assert_int_equal(sign_up_as(ADA), ERR_OK);
	assert_int_equal(mails_made(), 4);
}

/* S-024, S-042 */
static void
test_s042_a_source_over_its_mails_uses_up_no_sott(void **state)
{
	struct registration r = form(ADA);
	int64_t end_s;

	(void)state;
	fx_config->mail_per_hour_source = 1;
	fx_config->sott_max_registrations = 2;
	r.from_page = false;
	r.sott = sott_make(fx, fx->now_s, 60, &end_s);
	assert_int_equal(sign_up(&r), ERR_OK);
	r.email = STR("eve@example.org");
	assert_int_equal(sign_up(&r), ERR_MAIL_LIMIT);
	fx_config->mail_per_hour_source = 9;
	assert_int_equal(sign_up(&r), ERR_OK);
	r.email = STR("bob@example.org");
	assert_int_equal(sign_up(&r), ERR_SOTT_INVALID);
	assert_int_equal(accounts(), 2);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_a_registration_runs_8_statements_and_with_a_sott_9),
	T(test_s024_a_repeat_within_the_gap_uses_up_no_hour),
	T(test_s042_a_source_over_its_mails_uses_up_no_sott),
	T(test_sign_up_verify_and_log_in),
	T(test_s035_s036_links_begin_with_admitted_addresses_alone),
	T(test_s137_f29_50_sign_ups_at_once_make_one_account),
	T(test_s137_f29_the_mail_limits_do_not_show_in_a_burst),
	T(test_s137_one_of_50_gets_the_session_and_49_the_documented_error),
	T(test_s019_a_known_address_is_answered_like_a_fresh_one),
	T(test_s017_a_known_address_costs_the_statements_of_a_fresh_one),
	T(test_a_decoy_does_not_void_a_pending_code),
	T(test_s019_existence_is_told_by_the_compat_switch_alone),
	T(test_f28_a_new_registration_takes_the_place_of_a_pending_one),
	T(test_a_second_press_of_the_button_is_the_same_registration),
	T(test_s024_over_the_mail_limit_a_pending_one_stays_as_it_is),
	T(test_s024_a_source_over_its_mails_is_told),
	T(test_s020_a_taken_user_name_does_not_tell_of_the_address),
	T(test_s042_sott_is_asked_for_and_refused_evenly),
	T(test_s042_20_parallel_uses_of_one_sott_give_one_registration),
	T(test_s042_single_use_counts_what_was_registered),
	T(test_what_is_wrong_with_a_form_is_named),
	T(test_the_optional_flow_signs_in_and_mails),
	T(test_the_disabled_flow_signs_in_and_welcomes_by_name),
	T(test_s048_the_first_proof_ends_older_sessions_and_tickets),
	T(test_login_on_verification_gives_a_session),
	T(test_s030_50_parallel_verifications_give_one_success),
	T(test_s051_a_blocked_account_is_not_verified),
	T(test_f32_signing_in_does_not_spoil_the_pending_code),
	T(test_s020_codes_do_not_tell_who_is_known),
	T(test_f05_a_plus_sign_survives_in_the_link),
	T(test_s018_resend_does_the_same_for_every_address),
	T(test_s031_a_resent_link_voids_the_one_before),
	T(test_s028_mails_are_sealed_at_rest),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("registration", tests,
	    fixture_open, fixture_close);
}
