#include "fixture.h"

#include "domain/account_internal.h"
#include "domain/device_login.h"
#include "domain/first_proof.h"
#include "domain/one_touch.h"
#include "domain/smart_login.h"
#include "domain/ticket.h"
#include "store/store_tx.h"

#define ADA	"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define GUID	"b7Kq0ZpT4mWx9LcR"	/* 16 characters, as a browser's */

struct step {
	struct device_start start;
	struct uid uid;
	int64_t generation;
	struct str ref;
	char kept[65];
};

static enum err
start_tx(struct ctx *c, void *arg)
{
	struct step *s = arg;

	return device_login_start(c, &s->start, &s->ref);
}

/* The name outlives its request, as in a ticket. */
static enum err
start(struct step *s)
{
	enum err e;

	fx_next();
	e = store_tx(fx, start_tx, s, NULL);
	if (e != ERR_OK)
		return e;
	assert_int_equal(s->ref.len, 64);
	memcpy(s->kept, s->ref.p, 65);
	s->ref.p = s->kept;
	return ERR_OK;
}

static enum err
approve_tx(struct ctx *c, void *arg)
{
	const struct step *s = arg;
	struct account a;
	enum err e;

	e = account_lock(c, s->uid, &a);
	return e != ERR_OK ? e : device_login_approve(c, s->ref, s->uid,
	    s->generation, "");
}

static enum err
approve(struct step *s)
{
	fx_next();
	return store_tx(fx, approve_tx, s, NULL);
}

static enum err
refuse_tx(struct ctx *c, void *arg)
{
	const struct step *s = arg;

	return device_login_refuse(c, s->ref);
}

static struct step
asking(const char *guid)
{
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);

	fx_config->smart_login_enabled = true;
	return (struct step){ .uid = uid, .generation = 1, .start = {
		.family = DEVICE_SMART, .guid = str_of(guid), .uid = uid,
		.kind = SESSION_API, .replaces = true } };
}

/* As another device would: in a request of its own, a ping's gap later. */
static enum err
ping_as(const char *guid, enum session_kind kind, struct login_result *out)
{
	struct login_result r;
	struct device_ping p = { .guid = str_of(guid),
		.session = { .kind = kind } };

	fx_pass(2);
	fx_next();
	return device_login_ping(fx, &p, out != NULL ? out : &r);
}

static enum err
ping(const char *guid)
{
	return ping_as(guid, SESSION_API, NULL);
}

static void
test_s040_a_guid_has_the_form_of_a_random_one(void **state)
{
	static const char *const good[] = {
		GUID, "0f6c2b7e9a4d4c0f8b1e3d5a7c9e1f20",
		"5b0c8a4e-7f14-4c6e-9c0a-2f6f1d9e0b11",
		"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
	};
	static const char *const bad[] = {
		"", "b7Kq0ZpT4mWx9Lc", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"abcabcabcabcabcabc", "b7Kq0ZpT 4mWx9LcR",
		"b7Kq0ZpT4mWx9Lc\xc3\xa4", "b7Kq0ZpT4mWx9LcR\n"
	};
	char longest[130];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_int_equal(device_guid_judge(fx, str_of(good[i])),
		    ERR_OK);
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(device_guid_judge(fx, str_of(bad[i])),
		    ERR_PARAMETER);
		assert_string_equal(fx->err.field, "clientguid");
	}
	assert_int_equal(device_guid_judge(fx, STR_NONE), ERR_PARAMETER);
	for (i = 0; i < sizeof(longest) - 1; i++)
		longest[i] = (char)('a' + i % 26);
	longest[128] = '\0';
	assert_int_equal(device_guid_judge(fx, str_of(longest)), ERR_OK);
	longest[128] = 'z';
	longest[129] = '\0';
	assert_int_equal(device_guid_judge(fx, str_of(longest)),
	    ERR_PARAMETER);
}

static void
test_s040_a_device_is_signed_in_once_after_it_was_approved(void **state)
{
	struct step s = asking(GUID);
	struct login_result r;

	(void)state;
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
	assert_int_equal(start(&s), ERR_OK);
	assert_int_equal(ping(GUID), ERR_DEVICE_WAITING);
	assert_int_equal(approve(&s), ERR_OK);
	assert_int_equal(ping_as(GUID, SESSION_API, &r), ERR_OK);
	assert_true(uid_eq(r.uid, s.uid));
	assert_int_equal(fx_check(SESSION_API, r.tokens.access_token),
	    ERR_OK);
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
	assert_int_equal(approve(&s), ERR_DEVICE_USED);
}

static void
test_s040_pings_have_an_interval(void **state)
{
	struct step s = asking(GUID);
	struct device_ping p = { .guid = STR(GUID),
		.session = { .kind = SESSION_API } };
	struct login_result r;
	int64_t first_s;

	(void)state;
	fx_config->smart_login_ping_s = 5;
	assert_int_equal(start(&s), ERR_OK);
	first_s = fx->now_s;
	assert_int_equal(device_login_ping(fx, &p, &r), ERR_DEVICE_WAITING);
	assert_int_equal(approve(&s), ERR_OK);
	fx->now_s = first_s + 4;
	assert_int_equal(device_login_ping(fx, &p, &r), ERR_RATE_LIMITED);
	assert_int_equal(fx->err.until_s, fx->now_s + 5);
	fx->now_s++;
	assert_int_equal(device_login_ping(fx, &p, &r), ERR_OK);
}

static int
ping_once(int i, void *arg)
{
	struct device_ping p = { .guid = STR(GUID),
		.session = { .kind = SESSION_API } };
	struct login_result r;
	enum err e;

	if (arg != NULL)
		fx->now_s += i;
	e = device_login_ping(fx, &p, &r);
	return e == ERR_OK ? 0 : e == ERR_DEVICE_GONE ? 1 :
	    e == ERR_RATE_LIMITED ? 2 : 3;
}

/* all: each of them comes at its own second, and none too early. */
static void
race(bool all)
{
	struct step s = asking(GUID);
	int results[20], i, sum[4] = { 0 };

	fx_config->smart_login_ping_s = all ? -100 : 1;
	assert_int_equal(start(&s), ERR_OK);
	assert_int_equal(approve(&s), ERR_OK);
	fx_parallel(20, ping_once, all ? &s : NULL, results);
	for (i = 0; i < 20; i++)
		sum[results[i]]++;
	assert_int_equal(sum[0], 1);
	assert_int_equal(sum[3], 0);
	if (all)
		assert_int_equal(sum[1], 19);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 1);
	assert_int_equal(fx_number("SELECT logins FROM dw_account"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"), 1);
}

static void
test_s040_20_parallel_pings_give_one_session(void **state)
{
	(void)state;
	race(false);
}

/* The interval is not what decides: without it all reach the row. */
static void
test_s040_the_database_decides_which_ping_collects(void **state)
{
	(void)state;
	race(true);
}

static void
test_s040_a_guid_is_taken_once(void **state)
{
	struct step s = asking(GUID);

	(void)state;
	assert_int_equal(start(&s), ERR_OK);
	assert_int_equal(start(&s), ERR_GUID_USED);
	fx_pass(fx_config->lifetime_signin_link_s + 10);
	assert_int_equal(start(&s), ERR_GUID_USED);
}

static void
test_s040_a_device_waits_no_longer_than_its_link_lives(void **state)
{
	struct step s = asking(GUID);
	struct device_request r;

	(void)state;
	assert_int_equal(start(&s), ERR_OK);
	fx_pass(fx_config->lifetime_signin_link_s);
	assert_int_equal(approve(&s), ERR_LINK_EXPIRED);
	assert_int_equal(device_login_read(fx, s.ref, &r), ERR_LINK_EXPIRED);
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
}

static void
test_s040_an_approval_that_nobody_collects_expires(void **state)
{
	struct step s = asking(GUID);

	(void)state;
	assert_int_equal(start(&s), ERR_OK);
	assert_int_equal(approve(&s), ERR_OK);
	assert_int_equal(approve(&s), ERR_DEVICE_APPROVED);
	fx_pass(fx_config->lifetime_signin_link_s);
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
}

static void
test_s040_what_was_refused_stays_refused(void **state)
{
	struct step s = asking(GUID);

	(void)state;
	assert_int_equal(start(&s), ERR_OK);
	fx_next();
	assert_int_equal(store_tx(fx, refuse_tx, &s, NULL), ERR_OK);
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
	assert_int_equal(approve(&s), ERR_DEVICE_USED);
}

static void
test_s040_a_newer_request_ends_the_wait_of_older_ones(void **state)
{
	struct step old = asking(GUID), new = old, quiet;

	(void)state;
	assert_int_equal(start(&old), ERR_OK);
	new.start.guid = STR("9LcRb7Kq0ZpT4mWx");
	assert_int_equal(start(&new), ERR_OK);
	assert_int_equal(approve(&old), ERR_DEVICE_USED);
	/* S-020: it does not learn whose request the newer one was. */
	assert_int_equal(ping(GUID), ERR_DEVICE_WAITING);
	fx_pass(fx_config->lifetime_signin_link_s);
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
	fx_next();
	new.start.guid = STR("x9LcRb7Kq0ZpT4mW");
	assert_int_equal(start(&new), ERR_OK);
	quiet = new;		/* no secret goes out: the older one is good */
	quiet.start.guid = STR("ZpT4mWx9LcRb7Kq0");
	quiet.start.replaces = false;
	assert_int_equal(start(&quiet), ERR_OK);
	assert_int_equal(approve(&new), ERR_OK);
}

static void
test_a_ping_gets_the_kind_of_session_that_was_asked_for(void **state)
{
	struct step s = asking(GUID);

	(void)state;
	s.start.kind = SESSION_PAGE;
	assert_int_equal(start(&s), ERR_OK);
	assert_int_equal(approve(&s), ERR_OK);
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
	assert_int_equal(ping_as(GUID, SESSION_PAGE, NULL), ERR_OK);
}

static void
test_s034_a_change_of_the_account_voids_an_approval(void **state)
{
	struct step s = asking(GUID);

	(void)state;
	assert_int_equal(start(&s), ERR_OK);
	assert_int_equal(approve(&s), ERR_OK);
	fx_sql("UPDATE dw_account SET generation = generation + 1");
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 0);
}

static void
test_the_gate_of_the_hand_over_is_told_to_the_device_once(void **state)
{
	struct step s = asking(GUID);

	(void)state;
	assert_int_equal(start(&s), ERR_OK);
	assert_int_equal(approve(&s), ERR_OK);
	fx_config->pin_enabled = fx_config->pin_ask_on_login = true;
	fx_config->pin_required = true;
	assert_int_equal(ping(GUID), ERR_PIN_REQUIRED);
	assert_true(str_present(fx->err.token));
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
}

static void
test_one_touch_collects_from_the_network_that_began(void **state)
{
	struct step s = asking(GUID);

	(void)state;
	s.start.family = DEVICE_ONE_TOUCH;
	s.start.same_network = true;
	fx_next();
	fx->client.network = STR("198.51.100.7");
	assert_int_equal(store_tx(fx, start_tx, &s, NULL), ERR_OK);
	memcpy(s.kept, s.ref.p, 65);
	s.ref.p = s.kept;
	assert_int_equal(approve(&s), ERR_OK);
	assert_int_equal(ping(GUID), ERR_DEVICE_GONE);
	fx_sql("UPDATE dw_device_login SET network = ''");
	assert_int_equal(ping(GUID), ERR_OK);
}

static void
test_s040_the_number_is_shown_among_others_and_stays(void **state)
{
	struct step s = asking(GUID);
	struct device_request r, again;
	size_t i, same = 0;

	(void)state;
	assert_int_equal(start(&s), ERR_OK);
	assert_int_equal(device_login_read(fx, s.ref, &r), ERR_OK);
	assert_int_equal(device_login_read(fx, s.ref, &again), ERR_OK);
	assert_true(str_eq(r.number, device_login_number(fx, s.ref)));
	for (i = 0; i < DEVICE_CHOICES; i++) {
		assert_int_equal(r.choices[i].len, 2);
		assert_true(str_eq(r.choices[i], again.choices[i]));
		assert_false(str_eq(r.choices[i],
		    r.choices[(i + 1) % DEVICE_CHOICES]));
		same += str_eq(r.choices[i], r.number);
	}
	assert_int_equal(same, 1);
}

static unsigned
cost_of_asking(bool smart, const char *email, const char *guid)
{
	const struct smart_asking a = { .kind = IDENTIFIER_EMAIL,
		.identifier = str_of(email), .guid = str_of(guid),
		.session = { .kind = SESSION_API } };
	const struct one_touch_ask b = { .email = str_of(email),
		.guid = str_of(guid) };
	struct str number;

	fx_next();
	assert_int_equal(smart ? smart_login_ask(fx, &a, &number) :
	    one_touch_ask(fx, &b, &number), ERR_OK);
	return fx->statements;
}

static void
test_s018_asking_costs_the_same_for_known_and_unknown(void **state)
{
	static const char *const guids[] = { GUID, "7Kq0ZpT4mWx9LcRb",
		"Kq0ZpT4mWx9LcRb7", "q0ZpT4mWx9LcRb7K" };
	unsigned known, unknown;
	size_t i;

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	fx_config->smart_login_enabled = true;
	fx_config->one_touch_email = STR("link");
	fx_config->account_hold_days = 30;
	for (i = 0; i < 2; i++) {
		known = cost_of_asking(i == 0, ADA, guids[2 * i]);
		unknown = cost_of_asking(i == 0, "nobody@example.org",
		    guids[2 * i + 1]);
		assert_true(known > 5);
		assert_int_equal(known, unknown);
	}
}

static enum err
prove_tx(struct ctx *c, void *arg)
{
	struct step *s = arg;
	struct account a;
	bool first = false;
	enum err e;

	e = account_lock(c, s->uid, &a);
	if (e == ERR_OK)
		e = first_proof(c, &a, IDENTIFIER_EMAIL, STR(ADA), &first);
	s->generation = a.generation;
	s->start.replaces = first;
	return e;
}

static void
test_s048_a_first_proof_drops_what_a_stranger_may_have_set(void **state)
{
	struct step s = { .uid = fx_account(ADA, PASSWORD, "ada", false) };
	struct session_tokens t = fx_session(s.uid, SESSION_API);

	(void)state;
	fx_next();
	fx_sql("INSERT INTO dw_custom_object (uid, name, id, hidden, created_s,"
	    " modified_s, data) SELECT uid, 'colors', REPEAT(CHAR(97 + n), 12),"
	    " n, 1, 1, '' FROM dw_account"
	    " JOIN (SELECT 0 AS n UNION SELECT 1) AS h");
	assert_int_equal(store_tx(fx, prove_tx, &s, NULL), ERR_OK);
	assert_int_equal(fx_number("SELECT SUM(2 - hidden)"
	    " FROM dw_custom_object"), 1);	/* the hidden one */
	assert_true(s.start.replaces);
	assert_int_equal(s.generation, 2);
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"), 1);
	assert_int_equal(fx_number("SELECT email_verified_s > 0"
	    " FROM dw_account"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'account_stripped'"), 1);
}

static void
test_s048_a_later_proof_leaves_the_account_as_it_is(void **state)
{
	struct step s = { .uid = fx_account(ADA, PASSWORD, "ada", true) };
	struct session_tokens t = fx_session(s.uid, SESSION_API);

	(void)state;
	fx_next();
	assert_int_equal(store_tx(fx, prove_tx, &s, NULL), ERR_OK);
	assert_false(s.start.replaces);
	assert_int_equal(fx_check(SESSION_API, t.access_token), ERR_OK);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
}

static void
test_s048_the_switch_keeps_the_credentials_of_an_unproven_one(void **state)
{
	struct step s = { .uid = fx_account(ADA, PASSWORD, "ada", false) };
	struct session_tokens t = fx_session(s.uid, SESSION_API);

	(void)state;
	fx_config->login_drop_unverified_credentials = false;
	fx_next();
	assert_int_equal(store_tx(fx, prove_tx, &s, NULL), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s040_a_guid_has_the_form_of_a_random_one),
	T(test_s040_a_device_is_signed_in_once_after_it_was_approved),
	T(test_s040_pings_have_an_interval),
	T(test_s040_20_parallel_pings_give_one_session),
	T(test_s040_the_database_decides_which_ping_collects),
	T(test_s040_a_guid_is_taken_once),
	T(test_s040_a_device_waits_no_longer_than_its_link_lives),
	T(test_s040_an_approval_that_nobody_collects_expires),
	T(test_s040_what_was_refused_stays_refused),
	T(test_s040_a_newer_request_ends_the_wait_of_older_ones),
	T(test_a_ping_gets_the_kind_of_session_that_was_asked_for),
	T(test_s034_a_change_of_the_account_voids_an_approval),
	T(test_the_gate_of_the_hand_over_is_told_to_the_device_once),
	T(test_one_touch_collects_from_the_network_that_began),
	T(test_s040_the_number_is_shown_among_others_and_stays),
	T(test_s018_asking_costs_the_same_for_known_and_unknown),
	T(test_s048_a_first_proof_drops_what_a_stranger_may_have_set),
	T(test_s048_a_later_proof_leaves_the_account_as_it_is),
	T(test_s048_the_switch_keeps_the_credentials_of_an_unproven_one),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("device", tests, fixture_open,
	    fixture_close);
}
