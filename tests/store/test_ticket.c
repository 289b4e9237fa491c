#include "fixture.h"

#include "domain/ticket.h"
#include "store/store_tx.h"

#define ADA	"ada@example.org"

struct step {
	enum ticket_purpose purpose;
	struct uid uid;
	int64_t generation;
	struct str secret, address;
	struct ticket ticket;
};

static struct ticket
wanted(const struct step *s)
{
	return (struct ticket){
		.purpose = s->purpose, .uid = s->uid,
		.generation = s->generation, .address = s->address,
		.data = STR("/shop"), .expires_s = fx->now_s + 600
	};
}

static enum err
link_tx(struct ctx *c, void *arg)
{
	struct step *s = arg;
	struct ticket t = wanted(s);

	return ticket_make_link(c, &t, &s->secret);
}

static enum err
code_tx(struct ctx *c, void *arg)
{
	struct step *s = arg;
	struct ticket t = wanted(s);

	return ticket_make_code(c, &t, &s->secret);
}

static enum err
consume_tx(struct ctx *c, void *arg)
{
	struct step *s = arg;

	return ticket_consume_link(c, s->purpose, s->secret, &s->ticket);
}

static enum err
consume_code_tx(struct ctx *c, void *arg)
{
	struct step *s = arg;

	return ticket_consume_code(c, s->purpose, s->address);
}

static struct step
ada(enum ticket_purpose p)
{
	return (struct step){ .purpose = p, .generation = 1,
		.uid = fx_account(ADA, NULL, NULL, false),
		.address = STR(ADA) };
}

/* Secrets outlive the request that made them, as in a mail. */
static void
keep(struct step *s)
{
	static char kept[64];

	assert_true(s->secret.len < sizeof(kept));
	memcpy(kept, s->secret.p, s->secret.len + 1);
	s->secret.p = kept;
}

static void
make_link(struct step *s)
{
	assert_int_equal(store_tx(fx, link_tx, s, NULL), ERR_OK);
	keep(s);
}

static void
make_code(struct step *s)
{
	assert_int_equal(store_tx(fx, code_tx, s, NULL), ERR_OK);
	keep(s);
}

static enum err
use_link(struct step *s)
{
	return store_tx(fx, consume_tx, s, NULL);
}

static enum err
try_code(const struct step *s, const char *code)
{
	struct ticket t;

	return ticket_try_code(fx, s->purpose, s->address, str_of(code), &t);
}

static enum err
use_code(struct step *s)
{
	enum err e;

	e = try_code(s, s->secret.p);
	return e != ERR_OK ? e : store_tx(fx, consume_code_tx, s, NULL);
}

static const char *
wrong_code(const struct step *s)
{
	return strcmp(s->secret.p, "000000") == 0 ? "111111" : "000000";
}

static void
test_a_link_is_used_once_and_tells_what_it_is_for(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL);
	struct ticket t;

	(void)state;
	make_link(&s);
	assert_int_equal(s.secret.len, 43);
	assert_int_equal(ticket_peek_link(fx, s.purpose, s.secret, &t),
	    ERR_OK);
	assert_int_equal(ticket_peek_link(fx, s.purpose, s.secret, &t),
	    ERR_OK);
	assert_int_equal(use_link(&s), ERR_OK);
	assert_true(uid_eq(s.ticket.uid, s.uid));
	assert_str(s.ticket.address, ADA);
	assert_str(s.ticket.data, "/shop");
	assert_int_equal(use_link(&s), ERR_LINK_USED);
	assert_int_equal(ticket_peek_link(fx, s.purpose, s.secret, &t),
	    ERR_LINK_USED);
}

static int
one_link(int i, void *arg)
{
	enum err e;

	(void)i;
	e = use_link(arg);
	return e == ERR_OK ? 1 : e == ERR_LINK_USED ? 2 : 3;
}

static int
one_code(int i, void *arg)
{
	enum err e;

	(void)i;
	e = use_code(arg);
	return e == ERR_OK ? 1 : e == ERR_EMAIL_CODE_USED ||
	    e == ERR_EMAIL_CODE_INVALID ? 2 : 3;
}

static int
count(const int *results, int n, int what)
{
	int total = 0, i;

	for (i = 0; i < n; i++)
		total += results[i] == what;
	return total;
}

/* S-030, F-18 */
static void
test_s030_f18_50_parallel_uses_of_a_link_give_one_success(void **state)
{
	struct step s = ada(TICKET_RESET_PASSWORD);
	int results[50];

	(void)state;
	make_link(&s);
	fx_parallel(50, one_link, &s, results);
	assert_int_equal(count(results, 50, 1), 1);
	assert_int_equal(count(results, 50, 2), 49);
}

/* S-030, F-18 */
static void
test_s030_f18_50_parallel_uses_of_a_code_give_one_success(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL);
	int results[50];

	(void)state;
	make_code(&s);
	fx_parallel(50, one_code, &s, results);
	assert_int_equal(count(results, 50, 1), 1);
	assert_int_equal(count(results, 50, 2), 49);
}

static int
one_wrong_code(int i, void *arg)
{
	const struct step *s = arg;

	(void)i;
	return try_code(s, wrong_code(s)) == ERR_EMAIL_CODE_INVALID ? 0 : 1;
}

/* S-032, F-19: each comparison is counted by the meter of the hour. */
static void
test_s032_f19_a_burst_of_100_wrong_codes_costs_5_comparisons(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL);
	int results[100];

	(void)state;
	make_code(&s);
	fx_parallel(100, one_wrong_code, &s, results);
	assert_int_equal(count(results, 100, 0), 100);
	assert_int_equal(fx_number("SELECT n FROM dw_meter"), 5);
	assert_int_equal(fx_number("SELECT tries FROM dw_ticket"), 5);
	assert_int_equal(use_code(&s), ERR_EMAIL_CODE_INVALID);
}

/* S-032, F-19 */
static void
test_s032_f19_new_codes_do_not_refill_the_hours_15_tries(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL);
	int i, tried = 0;

	(void)state;
	while (tried < 15) {
		make_code(&s);
		for (i = 0; i < 4 && tried < 15; i++, tried++)
			assert_int_equal(try_code(&s, wrong_code(&s)),
			    ERR_EMAIL_CODE_INVALID);
	}
	make_code(&s);
	assert_int_equal(use_code(&s), ERR_EMAIL_CODE_INVALID);
	fx_pass(3601);
	make_code(&s);
	assert_int_equal(use_code(&s), ERR_OK);
}

/* S-032: the other purpose has an allowance of its own. */
static void
test_s032_tries_are_counted_for_each_purpose(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL);
	int i;

	(void)state;
	make_code(&s);
	for (i = 0; i < 5; i++)
		assert_int_equal(try_code(&s, wrong_code(&s)),
		    ERR_EMAIL_CODE_INVALID);
	s.purpose = TICKET_RESET_PASSWORD;
	make_code(&s);
	assert_int_equal(use_code(&s), ERR_OK);
}

/* S-029 */
static void
test_s029_a_secret_opens_its_own_purpose_and_address_alone(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL), other;
	struct ticket t;

	(void)state;
	make_link(&s);
	other = s;
	other.purpose = TICKET_RESET_PASSWORD;
	assert_int_equal(use_link(&other), ERR_LINK_INVALID);
	assert_int_equal(use_link(&s), ERR_OK);
	make_code(&s);
	other.secret = s.secret;
	assert_int_equal(use_code(&other), ERR_EMAIL_CODE_INVALID);
	other = s;
	other.address = STR("eve@example.org");
	assert_int_equal(use_code(&other), ERR_EMAIL_CODE_INVALID);
	assert_int_equal(ticket_peek_link(fx, s.purpose, s.secret, &t),
	    ERR_LINK_INVALID);
	assert_int_equal(use_code(&s), ERR_OK);
}

/* S-031 */
static void
test_s031_a_link_dies_at_its_second(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL);
	int64_t end_s;
	struct ticket t;

	(void)state;
	make_link(&s);
	end_s = fx->now_s + 600;
	fx->now_s = end_s - 1;
	assert_int_equal(ticket_peek_link(fx, s.purpose, s.secret, &t),
	    ERR_OK);
	fx->now_s = end_s;
	assert_int_equal(use_link(&s), ERR_LINK_EXPIRED);
	fx->now_s = end_s - 1;
	assert_int_equal(use_link(&s), ERR_OK);
}

/* S-031, F-20, S-020: its age shows only to whom the code is known. */
static void
test_s031_f20_a_code_dies_at_its_second(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL);
	int64_t end_s;

	(void)state;
	make_code(&s);
	end_s = fx->now_s + 600;
	fx->now_s = end_s;
	assert_int_equal(try_code(&s, wrong_code(&s)),
	    ERR_EMAIL_CODE_INVALID);
	assert_int_equal(use_code(&s), ERR_EMAIL_CODE_EXPIRED);
	fx->now_s = end_s - 1;
	assert_int_equal(use_code(&s), ERR_OK);
	assert_int_equal(use_code(&s), ERR_EMAIL_CODE_USED);
	assert_int_equal(try_code(&s, wrong_code(&s)),
	    ERR_EMAIL_CODE_INVALID);
}

/* S-031 */
static void
test_s031_a_new_secret_voids_the_one_before(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL);
	char first[64];
	struct ticket t;

	(void)state;
	make_link(&s);
	snprintf(first, sizeof(first), "%s", s.secret.p);
	make_link(&s);
	assert_int_equal(ticket_peek_link(fx, s.purpose, str_of(first), &t),
	    ERR_LINK_INVALID);
	assert_int_equal(use_link(&s), ERR_OK);
	make_code(&s);
	snprintf(first, sizeof(first), "%s", s.secret.p);
	do {
		make_code(&s);
	} while (strcmp(first, s.secret.p) == 0);
	assert_int_equal(try_code(&s, first), ERR_EMAIL_CODE_INVALID);
	assert_int_equal(use_code(&s), ERR_OK);
}

static enum err
end_all_tx(struct ctx *c, void *arg)
{
	const struct uid *uid = arg;

	return session_end_all(c, *uid, NULL, NULL);
}

static enum err
void_tx(struct ctx *c, void *arg)
{
	const struct uid *uid = arg;

	return ticket_void_all(c, *uid);
}

/* S-034 */
static void
test_s034_a_change_of_the_account_voids_its_secrets(void **state)
{
	struct step s = ada(TICKET_RESET_PASSWORD);
	struct step code = s;

	(void)state;
	code.purpose = TICKET_VERIFY_EMAIL;
	make_code(&code);
	code.secret = str_dup(fx->arena, code.secret);
	make_link(&s);
	assert_int_equal(store_tx(fx, end_all_tx, &s.uid, NULL), ERR_OK);
	assert_int_equal(use_link(&s), ERR_LINK_INVALID);
	assert_int_equal(use_code(&code), ERR_EMAIL_CODE_INVALID);
	s.generation = 2;
	make_link(&s);
	assert_int_equal(store_tx(fx, void_tx, &s.uid, NULL), ERR_OK);
	assert_int_equal(use_link(&s), ERR_LINK_INVALID);
}

/* S-033, F-21 */
static void
test_s033_f21_codes_are_taken_with_blanks_hyphens_and_wide(void **state)
{
	static const char *const between[] = { "", " ", "-", "\xc2\xa0" };
	struct step s = ada(TICKET_VERIFY_EMAIL);
	char typed[32], *p;
	size_t i;

	(void)state;
	make_code(&s);
	for (i = 0; i < COUNT(between); i++) {
		snprintf(typed, sizeof(typed), " %.3s%s%.3s ", s.secret.p,
		    between[i], s.secret.p + 3);
		assert_int_equal(try_code(&s, typed), ERR_OK);
	}
	make_code(&s);
	for (p = typed, i = 0; i < 6; i++, p += 3) {
		p[0] = (char)0xef;
		p[1] = (char)0xbc;
		p[2] = (char)(0x90 + (s.secret.p[i] - '0'));
	}
	*p = '\0';
	assert_int_equal(try_code(&s, typed), ERR_OK);
	assert_int_equal(fx_number("SELECT tries FROM dw_ticket"), 1);
	assert_int_equal(try_code(&s, "12345"), ERR_EMAIL_CODE_INVALID);
	assert_int_equal(try_code(&s, "12345x"), ERR_EMAIL_CODE_INVALID);
	assert_int_equal(fx_number("SELECT tries FROM dw_ticket"), 1);
}

/* S-028 */
static void
test_s028_the_database_keeps_hashes_alone(void **state)
{
	struct step s = ada(TICKET_RESET_PASSWORD);

	(void)state;
	make_link(&s);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_ticket WHERE"
	    " CONCAT(id, data, address, COALESCE(secret_hash, '')) LIKE"
	    " BINARY '%%%s%%'", s.secret.p), 0);
	make_code(&s);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_ticket WHERE"
	    " LENGTH(secret_hash) = 32 AND CONCAT(data, address, secret_hash)"
	    " NOT LIKE BINARY '%%%s%%'", s.secret.p), 1);
}

/* S-018 */
static void
test_s018_a_decoy_is_never_good_for_anything(void **state)
{
	struct step s = { .purpose = TICKET_RESET_PASSWORD, .generation = 1,
		.address = STR("nobody@example.org") };

	(void)state;
	s.uid = ticket_decoy_uid(fx, s.address);
	assert_true(uid_eq(s.uid, ticket_decoy_uid(fx, s.address)));
	assert_false(uid_eq(s.uid, ticket_decoy_uid(fx, STR(ADA))));
	make_link(&s);
	assert_int_equal(use_link(&s), ERR_LINK_INVALID);
	make_code(&s);
	assert_int_equal(use_code(&s), ERR_EMAIL_CODE_INVALID);
}

static void
test_a_pending_ticket_shows_until_it_is_of_no_use(void **state)
{
	struct step s = ada(TICKET_VERIFY_EMAIL);
	int64_t at_s = -1;
	int i;

	(void)state;
	assert_int_equal(ticket_pending(fx, s.purpose, s.uid, &at_s), ERR_OK);
	assert_int_equal(at_s, 0);
	make_code(&s);
	assert_int_equal(ticket_pending(fx, s.purpose, s.uid, &at_s), ERR_OK);
	assert_int_equal(at_s, fx->now_s);
	for (i = 0; i < 5; i++)
		assert_int_equal(try_code(&s, wrong_code(&s)),
		    ERR_EMAIL_CODE_INVALID);
	assert_int_equal(ticket_pending(fx, s.purpose, s.uid, &at_s), ERR_OK);
	assert_int_equal(at_s, 0);
	make_link(&s);
	fx_pass(601);
	assert_int_equal(ticket_pending(fx, s.purpose, s.uid, &at_s), ERR_OK);
	assert_int_equal(at_s, 0);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_a_link_is_used_once_and_tells_what_it_is_for),
	T(test_s030_f18_50_parallel_uses_of_a_link_give_one_success),
	T(test_s030_f18_50_parallel_uses_of_a_code_give_one_success),
	T(test_s032_f19_a_burst_of_100_wrong_codes_costs_5_comparisons),
	T(test_s032_f19_new_codes_do_not_refill_the_hours_15_tries),
	T(test_s032_tries_are_counted_for_each_purpose),
	T(test_s029_a_secret_opens_its_own_purpose_and_address_alone),
	T(test_s031_a_link_dies_at_its_second),
	T(test_s031_f20_a_code_dies_at_its_second),
	T(test_s031_a_new_secret_voids_the_one_before),
	T(test_s034_a_change_of_the_account_voids_its_secrets),
	T(test_s033_f21_codes_are_taken_with_blanks_hyphens_and_wide),
	T(test_s028_the_database_keeps_hashes_alone),
	T(test_s018_a_decoy_is_never_good_for_anything),
	T(test_a_pending_ticket_shows_until_it_is_of_no_use),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("ticket", tests, fixture_open,
	    fixture_close);
}
