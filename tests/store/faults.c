#include "faults.h"

#include "db/db.h"

#define STEPS_MAX	60

bool
faults_absent(void)
{
#ifdef DW_FAULTS
	return fixture_absent();
#else
	puts("built without --enable-faults: skipped");
	return true;
#endif
}

static void
set_fault(int n, const char *kind)
{
	FILE *f = fopen(fx_config->test_fault_file.p, "w");

	assert_non_null(f);
	if (n > 0)
		fprintf(f, "%d %s\n", n, kind);
	assert_int_equal(fclose(f), 0);
}

/* Did the fault happen?  What may follow it may not have. */
static bool
fired(const char *kind)
{
	FILE *f = fopen(fx_config->test_fault_file.p, "r");
	char text[64] = "";

	assert_non_null(f);
	if (fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	fclose(f);
	return strstr(text, kind) == NULL;
}

static int64_t
fingerprint(void)
{
	return fx_number("SELECT CONV(LEFT(MD5(CONCAT_WS('/',"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(uid), state,"
	    " generation, profile, profile_version, logins, pin_changed_s,"
	    " pin_skipped_s, email_verified_s, privacy_policy,"
	    " consent_profile, roles) ORDER BY uid), '') FROM dw_account),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', canonical,"
	    " HEX(uid), verified_s, position, label) ORDER BY canonical), '')"
	    " FROM dw_identifier),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', canonical,"
	    " HEX(uid), label) ORDER BY canonical), '')"
	    " FROM dw_pending_identifier),"
	    "(SELECT COUNT(*) FROM dw_held_identifier),"
	    "(SELECT COALESCE(GROUP_CONCAT(phc ORDER BY phc), '')"
	    " FROM dw_password),"
	    "(SELECT COUNT(*) FROM dw_password_history),"
	    "(SELECT COALESCE(GROUP_CONCAT(phc ORDER BY phc), '')"
	    " FROM dw_pin),"
	    "(SELECT COALESCE(GROUP_CONCAT(phc ORDER BY phc), '')"
	    " FROM dw_security_answer),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(token_hash),"
	    " generation) ORDER BY token_hash), '') FROM dw_session),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(token_hash),"
	    " generation) ORDER BY token_hash), '') FROM dw_pin_session),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(id), used_s)"
	    " ORDER BY id), '') FROM dw_ticket),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(id), state)"
	    " ORDER BY id), '') FROM dw_device_login),"
	    "(SELECT COALESCE(SUM(suspended_until_s), 0) FROM dw_failure),"
	    "(SELECT COUNT(*) FROM dw_outbox),"
	    "(SELECT COUNT(*) FROM dw_privacy_acceptance),"
	    "(SELECT COUNT(*) FROM dw_consent_log),"
	    "(SELECT COUNT(*) FROM dw_tombstone))), 15), 16, 10)");
}

static int64_t
look(const struct faults *f)
{
	return f->look != NULL ? f->look() : fingerprint();
}

static void
check_refused(const struct step *s)
{
	if (s->of->refused != NULL)
		s->of->refused(s);
	else
		assert_int_equal(look(s->of), s->before);
}

static void
check_done(const struct step *s)
{
	if (s->of->done != NULL) {
		s->of->done(s);
		return;
	}
	assert_int_not_equal(look(s->of), s->before);
	fx_next();
	assert_int_equal(s->flow->run(), s->flow->repeated);
}

/* For part_store, which looks for statements that never failed. */
static void
note_failed(const char *kind)
{
#ifdef DW_FAULTS
	const char *path = getenv("DOORWARD_FAILED");
	FILE *f;

	if (path == NULL || db_failed == NULL || (strcmp(kind, "error") != 0
	    && strcmp(kind, "commit-blind") != 0))
		return;
	f = fopen(path, "a");
	assert_non_null(f);
	assert_true(fprintf(f, "%s\n", db_failed) > 0);
	assert_int_equal(fclose(f), 0);
#else
	(void)kind;
#endif
}

/* One run of a flow whose n-th statement fails; false past its last. */
static bool
take_step(struct step *s, const char *kind, int n)
{
	bool failed;

	fixture_begin(NULL);
	s->flow->before();
	if (!s->of->unread)
		fx_summarize();
	s->before = look(s->of);
	set_fault(n, kind);
#ifdef DW_FAULTS
	db_failed = NULL;
#endif
	s->e = s->flow->run();
	failed = fired(kind);
	set_fault(0, "");
	assert_false(db_in_tx(fx));
	fx_summaries();
	if (s->of->always != NULL)
		s->of->always();
	return failed;
}

void
faults_walk(const struct faults *f, const char *kind,
    void (*judge)(struct step *s))
{
	struct step s = { .of = f };
	size_t i;
	int n;

	for (i = 0; i < f->n; i++) {
		s.flow = &f->flows[i];
		for (n = 1; take_step(&s, kind, n); n++) {
			assert_true(n < STEPS_MAX);
			print_message("%s: %s at %d: %s\n", s.flow->name,
			    kind, n, err_name(s.e));
			judge(&s);
			note_failed(kind);
		}
		faults_repeated(&s);
		assert_true(n > 1 || s.flow->alone);
	}
}

void
faults_refused(struct step *s)
{
	assert_int_not_equal(s->e, ERR_OK);
	assert_int_not_equal(s->e, s->flow->good);
	check_refused(s);
	fx_next();
	s->e = s->flow->run();
	faults_repeated(s);
}

void
faults_repeated(struct step *s)
{
	assert_int_equal(s->e, s->flow->good);
	check_done(s);
}

void
faults_lost(struct step *s)
{
	if (s->e == s->flow->good) {
		faults_repeated(s);
		return;
	}
	assert_int_equal(s->e, ERR_UNAVAILABLE);
	if (!s->flow->once_more)
		faults_refused(s);
}

void
faults_blind(struct step *s)
{
	if (s->flow->good == ERR_OK)
		assert_int_not_equal(s->e, ERR_OK);
	fx_next();
	s->e = s->flow->run();
	if (s->of->done == NULL)
		assert_true(s->e == s->flow->good ||
		    s->e == s->flow->repeated);
}
