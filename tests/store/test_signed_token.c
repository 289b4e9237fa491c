/*
 * Signed access tokens, and the keys that sign them.
 */
#include "faults.h"

#include "codec/text.h"
#include "crypto/keys.h"
#include "domain/account.h"
#include "domain/password.h"
#include "domain/role.h"
#include "domain/signed_token.h"
#include "domain/signing_key.h"
#include "domain/site.h"

#define ADA	"ada@example.org"

static struct uid ada;
static struct session mine;
static struct str my_token;

static void
rotate(bool at_once, struct signing_key *out)
{
	fx_next();
	assert_int_equal(signing_key_rotate(fx, at_once, out), ERR_OK);
}

static void
sign_in(void)
{
	ada = fx_account(ADA, NULL, NULL, true);
	my_token = fx_session(ada, SESSION_API).access_token;
	assert_int_equal(session_check(fx, SESSION_API, my_token, &mine),
	    ERR_OK);
}

static void
begin(void)
{
	struct signing_key k;

	fx_config->jwt_enabled = true;
	rotate(false, &k);
	assert_int_equal(k.state, SIGNING_KEY_SIGNS);
	sign_in();
}

static struct str
made(void)
{
	struct str token;
	int64_t ends_s;

	fx_next();
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &ends_s), ERR_OK);
	return token;
}

/* What a back end has, which knows the set and the clock alone. */
static enum err
verified(struct str token, struct json **claims_out)
{
	const struct jwt_expected want = { fx_config->site_url,
		{ &fx_config->site_url, 1 } };
	struct jwt_claims t = { .all = NULL };
	struct jwt_key keys[8];
	struct json *set, *list;
	unsigned before;
	size_t i, n;
	enum err e;

	assert_int_equal(signing_key_set(fx, &set), ERR_OK);
	list = json_get(set, "keys");
	n = json_length(list);
	assert_true(n <= COUNT(keys));
	for (i = 0; i < n; i++)
		assert_true(jwk_read(fx->arena, json_at(list, i), &keys[i]));
	before = fx->statements;
	e = jwt_verify(fx, token, keys, n, &want, &t);
	assert_int_equal(fx->statements, before);
	if (claims_out != NULL)
		*claims_out = t.all;
	return e;
}

static bool
active(struct str token)
{
	struct json *j;

	fx_next();
	assert_int_equal(signed_token_introspect(fx, token, &j), ERR_OK);
	if (!json_bool(json_get(j, "active")))
		assert_int_equal(json_length(j), 1);
	return json_bool(json_get(j, "active"));
}

static const char *
claim(const struct json *claims, const char *name)
{
	return json_text(fx->arena, json_get(claims, name), false).p;
}

static void
test_off_by_default(void **state)
{
	struct str token;
	struct json *j;
	int64_t ends_s;

	(void)state;
	sign_in();
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &ends_s), ERR_ENDPOINT_OFF);
	assert_int_equal(signed_token_introspect(fx, STR("x"), &j),
	    ERR_ENDPOINT_OFF);
	fx_config->jwt_enabled = true;	/* and no key */
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &ends_s), ERR_ENDPOINT_OFF);
	assert_has(fx->err.note, "jwt-rotate");
}

/* RFC 9068 §2.2; no statement is run to verify it. */
static void
test_a_token_says_who_when_and_for_whom_without_a_database(void **state)
{
	struct str token;
	struct json *claims;
	bool changed;

	(void)state;
	begin();
	assert_int_equal(role_add(fx, ada, STR("staff"), &changed), ERR_OK);
	assert_int_equal(role_add(fx, ada, STR("admin"), &changed), ERR_OK);
	token = made();
	assert_int_equal(verified(token, &claims), ERR_OK);
	assert_str(json_string(json_get(claims, "iss")),
	    fx_config->site_url.p);
	assert_str(json_string(json_get(claims, "aud")),
	    fx_config->site_url.p);
	assert_str(json_string(json_get(claims, "sub")),
	    uid_hex(fx->arena, ada).p);
	assert_str(json_string(json_get(claims, "sid")),
	    guid_encode(fx->arena, mine.family.b).p);
	assert_str(json_string(json_get(claims, "client_id")),
	    fx_config->api_key.p);
	assert_int_equal(json_string(json_get(claims, "jti")).len, 32);
	assert_int_equal(json_int(json_get(claims, "iat")), fx->now_s);
	assert_int_equal(json_int(json_get(claims, "exp")),
	    fx->now_s + 300);
	assert_int_equal(json_int(json_get(claims, "auth_time")),
	    mine.auth_s);
	assert_string_equal(claim(claims, "roles"), "[\"admin\",\"staff\"]");
	assert_string_equal(claim(claims, "email_verified"), "true");
	assert_null(json_get(claims, "amr"));
	assert_null(json_get(claims, "act"));
	assert_int_equal(json_length(claims), 11);
	assert_true(active(token));
	fx_sql("UPDATE dw_account SET roles = '', email_verified_s = 0");
	mine.acting = true;
	mine.factor_s = 5;
	assert_int_equal(verified(made(), &claims), ERR_OK);
	assert_null(json_get(claims, "roles"));
	assert_string_equal(claim(claims, "email_verified"), "false");
	assert_string_equal(claim(claims, "amr"), "[\"mfa\"]");
	assert_str(json_string(json_get(json_get(claims, "act"), "sub")),
	    fx_config->api_key.p);
}

static void
test_two_tokens_of_a_session_are_two(void **state)
{
	struct json *one, *two;

	(void)state;
	begin();
	assert_int_equal(verified(made(), &one), ERR_OK);
	assert_int_equal(verified(made(), &two), ERR_OK);
	assert_string_not_equal(claim(one, "jti"), claim(two, "jti"));
	assert_string_equal(claim(one, "sid"), claim(two, "sid"));
}

static void
test_a_token_is_for_one_of_the_audiences(void **state)
{
	static const struct str known[] = { { "https://api.example.com", 23 },
		{ "shop", 4 } };
	struct str token;
	int64_t ends_s;

	(void)state;
	begin();
	fx_config->jwt_audiences = (struct list){ known, 2 };
	token = made();
	assert_true(active(token));
	assert_int_equal(verified(token, NULL), ERR_MALFORMED);
	assert_has(fx->err.note, "audience");
	assert_int_equal(signed_token_make(fx, &mine, STR("shop"), &token,
	    &ends_s), ERR_OK);
	assert_true(active(token));
	assert_int_equal(signed_token_make(fx, &mine, STR("SHOP"), &token,
	    &ends_s), ERR_PARAMETER);
	fx_config->jwt_audiences.n = 1;
	assert_false(active(token));
}

static void
test_a_token_ends_with_its_life_and_with_its_session(void **state)
{
	struct str token, late;
	int64_t ends_s;

	(void)state;
	begin();
	token = made();
	fx->now_s = mine.expires_s - 100;
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &late,
	    &ends_s), ERR_OK);
	assert_int_equal(ends_s, mine.expires_s);
	assert_int_equal(verified(token, NULL), ERR_MALFORMED);
	assert_int_equal(verified(late, NULL), ERR_OK);
	fx->now_s = mine.expires_s;
	assert_int_equal(verified(late, NULL), ERR_MALFORMED);
}

/* Each way a session ends is seen by who asks. */
static void
test_s093_a_session_that_ended_is_not_active(void **state)
{
	struct str token;

	(void)state;
	begin();
	token = made();
	assert_true(active(token));
	fx_next();
	assert_int_equal(session_end(fx, SESSION_API, my_token, false),
	    ERR_OK);
	assert_false(active(token));
	/* Who knows the signature alone takes it until it ends. */
	assert_int_equal(verified(token, NULL), ERR_OK);
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &(int64_t){ 0 }), ERR_TOKEN_UNKNOWN);
}

static void
test_s094_a_mass_revocation_and_a_block_are_seen(void **state)
{
	struct str token;

	(void)state;
	begin();
	token = made();
	fx_next();
	assert_int_equal(session_revoke_all(fx, ada), ERR_OK);
	assert_false(active(token));
	fx_next();
	my_token = fx_session(ada, SESSION_API).access_token;
	assert_int_equal(session_check(fx, SESSION_API, my_token, &mine),
	    ERR_OK);
	token = made();
	assert_true(active(token));
	fx_next();
	assert_int_equal(account_set_state(fx, ada, ACCOUNT_BLOCKED), ERR_OK);
	assert_false(active(token));
	fx_next();
	assert_int_equal(account_delete(fx, ada), ERR_OK);
	assert_false(active(token));
}

/* S-007: the session goes on, and what was made for it before does not. */
static void
test_s007_a_change_of_the_password_ends_tokens_of_its_own_session(
    void **state)
{
	struct attempt_secret from = { .typed = fx_secret("cobalt-meadow-71") };
	struct secret to = fx_secret("amber-kettle-20");
	struct session_tokens rotated;
	struct signing_key k;
	struct str token;

	(void)state;
	fx_config->jwt_enabled = true;
	rotate(false, &k);
	ada = fx_account(ADA, "cobalt-meadow-71", NULL, true);
	my_token = fx_session(ada, SESSION_API).access_token;
	assert_int_equal(session_check(fx, SESSION_API, my_token, &mine),
	    ERR_OK);
	token = made();
	assert_true(active(token));
	fx->now_s++;
	assert_int_equal(password_change(fx, &mine, &from, &to, &rotated),
	    ERR_OK);
	assert_int_equal(session_check(fx, SESSION_API, my_token, &mine),
	    ERR_OK);
	assert_false(active(token));
	assert_true(active(made()));
}

static void
test_a_page_session_and_foreign_texts_are_not_active(void **state)
{
	struct session page;
	struct str cookie, token;
	int64_t ends_s;

	(void)state;
	begin();
	assert_false(active(STR("")));
	assert_false(active(STR("a.b.c")));
	assert_false(active(my_token));
	cookie = fx_session(ada, SESSION_PAGE).access_token;
	assert_int_equal(session_check(fx, SESSION_PAGE, cookie, &page),
	    ERR_OK);
	assert_int_equal(signed_token_make(fx, &page, STR_NONE, &token,
	    &ends_s), ERR_OK);
	assert_false(active(token));
	/* A signed token is no access token of ours. */
	assert_int_equal(fx_check(SESSION_API, made()), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_API, guid_encode(fx->arena,
	    mine.family.b)), ERR_TOKEN_UNKNOWN);
}

static struct str
kid_of(struct str token)
{
	struct str rest = token, head, text;
	enum json_fault fault;

	assert_true(str_split(&rest, '.', &head));
	assert_true(base64url_decode(fx->arena, head, &text));
	return json_string(json_get(json_parse(fx->arena, text, &fault),
	    "kid"));
}

static size_t
published(void)
{
	struct json *set;

	fx_next();
	assert_int_equal(signing_key_set(fx, &set), ERR_OK);
	return json_length(json_get(set, "keys"));
}

/* RFC 7517: published before it signs, and until its last token ended. */
static void
test_a_rotation_leaves_no_token_without_its_key(void **state)
{
	struct signing_key first, second, third;
	struct signing_key *list;
	struct str old, new;
	size_t n;

	(void)state;
	begin();
	assert_int_equal(signing_key_list(fx, &list, &n), ERR_OK);
	first = list[0];
	fx_config->jwt_algorithm = STR("EdDSA");
	rotate(false, &second);
	assert_int_equal(second.state, SIGNING_KEY_NEXT);
	assert_int_equal(second.signs_s, fx->now_s + 3600);
	assert_int_equal(published(), 2);
	fx_pass(3500);
	fx_config->lifetime_access_token_s = 86400;
	my_token = fx_session(ada, SESSION_API).access_token;
	assert_int_equal(session_check(fx, SESSION_API, my_token, &mine),
	    ERR_OK);
	old = made();
	assert_str(kid_of(old), uid_hex(fx->arena, first.kid).p);
	fx_pass(100);
	new = made();
	assert_str(kid_of(new), uid_hex(fx->arena, second.kid).p);
	assert_int_equal(verified(old, NULL), ERR_OK);
	assert_int_equal(verified(new, NULL), ERR_OK);
	assert_int_equal(published(), 2);
	/* The life may be shortened meanwhile. */
	fx_config->lifetime_jwt_s = 60;
	fx_pass(200);
	assert_int_equal(published(), 2);
	assert_int_equal(verified(old, NULL), ERR_MALFORMED);
	assert_has(fx->err.note, "expired");
	fx_pass(120);
	assert_int_equal(published(), 1);
	assert_int_equal(verified(old, NULL), ERR_MALFORMED);
	assert_has(fx->err.note, "kid");
	rotate(true, &third);
	assert_int_equal(third.state, SIGNING_KEY_SIGNS);
	fx_pass(1);
	assert_str(kid_of(made()), uid_hex(fx->arena, third.kid).p);
}

static void
test_s143_keys_that_nobody_needs_are_removed(void **state)
{
	struct signing_key k;
	int64_t removed = 0;

	(void)state;
	begin();
	made();
	rotate(false, &k);
	fx_pass(3600 + 86399);
	assert_int_equal(site_clean(fx, 0, 1000, &removed), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_signing_key"), 2);
	fx_pass(2);
	assert_int_equal(site_clean(fx, 0, 1000, &removed), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_signing_key"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_signing_key"
	    " WHERE kid = UNHEX('%s')", uid_hex(fx->arena, k.kid).p), 1);
	fx_pass(400 * 86400);
	assert_int_equal(site_clean(fx, 0, 1000, &removed), ERR_OK);
	assert_int_equal(published(), 1);
}

static void
test_a_dropped_key_verifies_nothing(void **state)
{
	struct signing_key *list;
	struct str token;
	size_t n;

	(void)state;
	begin();
	token = made();
	assert_int_equal(signing_key_list(fx, &list, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(signing_key_drop(fx, list[0].kid), ERR_OK);
	assert_int_equal(signing_key_drop(fx, list[0].kid), ERR_NOT_FOUND);
	assert_false(active(token));
	assert_int_equal(published(), 0);
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &(int64_t){ 0 }), ERR_ENDPOINT_OFF);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit WHERE"
	    " event IN ('signing_key_made', 'signing_key_dropped')"), 2);
}

/* A copy of the database signs nothing. */
static void
test_s133_private_keys_are_sealed_and_outlive_rotations(void **state)
{
	static const char next[] = "c7a90e13b5d248f69e70c1a3d5f28b46"
	    "90e1f2d3c4b5a6978812035467a9bcde";
	struct config with = *fx_config, without = with;
	struct keys *own = fx->keys;
	struct str token;

	(void)state;
	begin();
	made();
	with = *fx_config;
	with.keys_master = fx_secret(next);
	with.keys_previous_master = fx_config->keys_master;
	without = with;
	without.keys_previous_master = (struct secret){ .p = NULL };
	/* Before it is sealed anew, the former secret opens it ... */
	fx->keys = keys_new(fx->arena, &with);
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &(int64_t){ 0 }), ERR_OK);
	/* ... and nothing else does. */
	fx->keys = keys_new(fx->arena, &without);
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &(int64_t){ 0 }), ERR_INTERNAL);
	fx->keys = own;
	assert_int_equal(signing_key_reseal(fx, &with), ERR_OK);
	fx->keys = keys_new(fx->arena, &without);
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &(int64_t){ 0 }), ERR_OK);
	assert_int_equal(verified(token, NULL), ERR_OK);
	fx->keys = own;
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &(int64_t){ 0 }), ERR_INTERNAL);
}

/* Rows cannot be mixed: what is sealed belongs to its public part. */
static void
test_a_sealed_key_opens_in_its_own_row_alone(void **state)
{
	struct signing_key k;
	struct str token;

	(void)state;
	begin();
	rotate(true, &k);
	fx_sql("UPDATE dw_signing_key a JOIN dw_signing_key b ON a.kid <>"
	    " b.kid SET a.sealed = b.sealed");
	fx_next();
	assert_int_equal(signed_token_make(fx, &mine, STR_NONE, &token,
	    &(int64_t){ 0 }), ERR_INTERNAL);
}

static void
test_16_keys_are_the_most(void **state)
{
	struct signing_key k;
	int i;

	(void)state;
	for (i = 0; i < SIGNING_KEYS_MAX; i++)
		rotate(false, &k);
	fx_next();
	assert_int_equal(signing_key_rotate(fx, false, &k), ERR_CONFLICT);
	assert_int_equal(published(), SIGNING_KEYS_MAX);
}

/* At most one write a minute tells how long a key is needed. */
static void
test_most_tokens_write_nothing(void **state)
{
	unsigned before;
	int i, writes = 0;

	(void)state;
	begin();
	for (i = 0; i < 12; i++) {
		struct str token;

		fx->now_s += 10;
		before = fx->statements;
		assert_int_equal(signed_token_make(fx, &mine, STR_NONE,
		    &token, &(int64_t){ 0 }), ERR_OK);
		writes += fx->statements - before > 2;
	}
	assert_in_range(writes, 2, 3);
}

/* Faults */

static struct signing_key two[2];

static void
with_key(void)
{
	begin();
	fx_next();
}

static void
with_two_keys(void)
{
	begin();
	rotate(true, &two[1]);
	fx_next();
}

static enum err
run_rotate(void)
{
	return signing_key_rotate(fx, true, &two[0]);
}

static enum err
run_drop(void)
{
	return signing_key_drop(fx, two[1].kid);
}

static int64_t
look(void)
{
	return fx_number("SELECT COALESCE(SUM(CRC32(HEX(kid)) + signs_s), 0)"
	    " FROM dw_signing_key");
}

/* Each key's making, and each loss of one, has its line. */
static void
audited(void)
{
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit WHERE"
	    " event = 'signing_key_made'") - fx_number("SELECT COUNT(*)"
	    " FROM dw_audit WHERE event = 'signing_key_dropped'"),
	    fx_number("SELECT COUNT(*) FROM dw_signing_key"));
}

static const struct flow flows[] = {
	{ "rotate", with_key, run_rotate, .repeated = ERR_OK },
	{ "drop", with_two_keys, run_drop, .repeated = ERR_NOT_FOUND }
};
static const struct faults all = {
	.flows = flows, .n = COUNT(flows), .look = look, .always = audited
};

static struct str token;

static enum err
run_make(void)
{
	return signed_token_make(fx, &mine, STR_NONE, &token,
	    &(int64_t){ 0 });
}

static void
with_token(void)
{
	begin();
	token = made();
	fx_next();
}

/* Not known to be good is not good, and no answer at all. */
static enum err
run_introspect(void)
{
	struct json *j = NULL;
	enum err e = signed_token_introspect(fx, token, &j);

	if (e != ERR_OK)
		assert_null(j);
	else
		assert_true(json_bool(json_get(j, "active")));
	return e;
}

static void
nothing_more(const struct step *s)
{
	(void)s;
}

static enum err
run_reseal(void)
{
	return signing_key_reseal(fx, fx_config);
}

static const struct flow asks[] = {
	{ "reseal", with_key, run_reseal, .alone = true },
	{ "make", with_key, run_make, .alone = true },
	{ "introspect", with_token, run_introspect, .alone = true }
};
static const struct faults asking = {
	.flows = asks, .n = COUNT(asks), .refused = nothing_more,
	.done = nothing_more
};

static void
test_s141_a_failing_statement_leaves_the_keys_as_they_were(void **state)
{
	(void)state;
	if (faults_absent())
		skip();
	faults_walk(&all, "error", faults_refused);
	faults_walk(&asking, "error", faults_refused);
}

static void
test_s138_a_deadlock_of_a_rotation_is_retried(void **state)
{
	(void)state;
	if (faults_absent())
		skip();
	faults_walk(&all, "deadlock", faults_repeated);
}

static void
test_s139_a_rotation_in_doubt_is_resolved(void **state)
{
	(void)state;
	if (faults_absent())
		skip();
	faults_walk(&all, "lost", faults_lost);
	faults_walk(&all, "commit-lost", faults_lost);
	faults_walk(&all, "commit-blind", faults_blind);
	faults_walk(&asking, "lost", faults_lost);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_off_by_default),
	T(test_a_token_says_who_when_and_for_whom_without_a_database),
	T(test_two_tokens_of_a_session_are_two),
	T(test_a_token_is_for_one_of_the_audiences),
	T(test_a_token_ends_with_its_life_and_with_its_session),
	T(test_s093_a_session_that_ended_is_not_active),
	T(test_s094_a_mass_revocation_and_a_block_are_seen),
	T(test_s007_a_change_of_the_password_ends_tokens_of_its_own_session),
	T(test_a_page_session_and_foreign_texts_are_not_active),
	T(test_a_rotation_leaves_no_token_without_its_key),
	T(test_s143_keys_that_nobody_needs_are_removed),
	T(test_a_dropped_key_verifies_nothing),
	T(test_s133_private_keys_are_sealed_and_outlive_rotations),
	T(test_a_sealed_key_opens_in_its_own_row_alone),
	T(test_16_keys_are_the_most),
	T(test_most_tokens_write_nothing),
	T(test_s141_a_failing_statement_leaves_the_keys_as_they_were),
	T(test_s138_a_deadlock_of_a_rotation_is_retried),
	T(test_s139_a_rotation_in_doubt_is_resolved),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("signed tokens", tests,
	    fixture_open, fixture_close);
}
