/*
 * Vectors are their schemes' own where these have some.  Others were made
 * with Python's hashlib and crypt.
 */
#include "unit.h"

#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "crypto/pwhash.h"
#include "crypto/pwhash_foreign.h"

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;
static char folder[] = "/tmp/doorward-foreign-XXXXXX";

static enum err
verify(const char *hash, struct str typed, struct pwhash_verdict *v)
{
	*v = (struct pwhash_verdict){ false, false };
	return pwhash_verify_typed(&ctx, hash, typed, v);
}

static enum err
check(const char *hash, const char *typed)
{
	struct pwhash_verdict v;

	return verify(hash, str_of(typed), &v);
}

struct vector { const char *hash, *password; };

/* Right, and so due for our own; wrong in its last character, or longer. */
static void
hold(const struct vector *v)
{
	size_t len = strlen(v->password);
	char *other = arena_copy(arena, v->password, len + 1);
	struct pwhash_verdict got;
	struct str stored;

	if (verify(v->hash, str_of(v->password), &got) != ERR_OK)
		fail_msg("%s: not \"%s\"", v->hash, v->password);
	assert_true(got.weaker);
	assert_false(got.partial);
	other[len - 1] ^= 1;
	assert_int_equal(check(v->hash, other), ERR_MISMATCH);
	assert_int_equal(check(v->hash, str_printf(arena, "%sx",
	    v->password).p), ERR_MISMATCH);
	assert_int_equal(pwhash_admit(&ctx, str_of(v->hash), &stored),
	    ERR_OK);
	assert_str(stored, v->hash);
}

static void
hold_all(const struct vector *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		hold(&v[i]);
}

/* crypt_blowfish 1.3, wrapper.c */
static void
test_s006_bcrypt(void **state)
{
	static const struct vector v[] = {
		{ "$2a$05$CCCCCCCCCCCCCCCCCCCCC."
		    "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U" },
		{ "$2a$05$XXXXXXXXXXXXXXXXXXXXXO"
		    "AcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U" },
		{ "$2b$05$CCCCCCCCCCCCCCCCCCCCC."
		    "VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*" },
		{ "$2y$05$CCCCCCCCCCCCCCCCCCCCC."
		    "VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*" }
	};

	(void)state;
	hold_all(v, COUNT(v));
}

/* S-006, F-11: what lies behind the 72nd byte was compared with nothing. */
static void
test_s006_f11_bcrypt_reads_72_bytes_and_says_so(void **state)
{
	static const char hash[] = "$2b$05$CCCCCCCCCCCCCCCCCCCCC."
	    "D7RDOYXakZhsFmh/LdqQNx0kQ424AFS";	/* of 72 times x */
	char typed[81];
	struct pwhash_verdict v;

	(void)state;
	memset(typed, 'x', 80);
	typed[80] = '\0';
	assert_int_equal(verify(hash, (struct str){ typed, 72 }, &v),
	    ERR_OK);
	assert_true(v.weaker && !v.partial);
	assert_int_equal(verify(hash, str_of(typed), &v), ERR_OK);
	assert_true(v.partial && !v.weaker);
	memset(typed + 72, 'y', 8);
	assert_int_equal(verify(hash, str_of(typed), &v), ERR_OK);
	assert_true(v.partial && !v.weaker);
	typed[71] = 'y';
	assert_int_equal(verify(hash, str_of(typed), &v), ERR_MISMATCH);
	assert_int_equal(verify(hash, (struct str){ typed, 71 }, &v),
	    ERR_MISMATCH);
}

/* A hash as WordPress 6.8 writes it, found beside its password in public
 * code, and one made from the words of wp_hash_password(). */
static void
test_s006_wordpress(void **state)
{
	static const struct vector v[] = {
		{ "$wp$2y$10$v719Zyb/5DiglXjaGmtVoO."
		    "58ZfZLBkfIyjXnYyIbWYYFsofeucua", "test123" },
		{ "$wp$2y$05$CCCCCCCCCCCCCCCCCCCCC."
		    "OxCXnWtLHYMcGKe0K9KoOAFJl/tgHre", "cobalt-meadow-71" }
	};

	(void)state;
	hold_all(v, COUNT(v));
}

/* phpass 0.3, test.php; FusionAuth's tests have the longer rounds. */
static void
test_s006_phpass(void **state)
{
	static const struct vector v[] = {
		{ "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "test12345" },
		{ "$H$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "test12345" },
		{ "$P$Buvd5FQxkeXJnDarN7..wRMwRKJeZ40",
		    "!?!#?#?#$&@&@!&@" },
		{ "$P$912345678LIjjb6PhecupozNBmDndU0",
		    "thisisalongertestPW" }
	};

	(void)state;
	hold_all(v, COUNT(v));
}

/* wp_hash_password() and wp_authenticate() trim. */
static void
test_s006_outer_blanks_count_as_the_maker_had_it(void **state)
{
	static const char wordpress[] = "$wp$2y$05$CCCCCCCCCCCCCCCCCCCCC."
	    "OxCXnWtLHYMcGKe0K9KoOAFJl/tgHre";
	static const char phpass[] = "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0";
	static const char other[] = "$H$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0";
	struct pwhash_verdict v;

	(void)state;
	assert_int_equal(verify(wordpress, STR(" cobalt-meadow-71 "), &v),
	    ERR_OK);
	assert_true(v.partial && !v.weaker);
	assert_int_equal(verify(phpass, STR("test12345 "), &v), ERR_OK);
	assert_true(v.partial && !v.weaker);
	assert_int_equal(verify(other, STR("test12345 "), &v), ERR_MISMATCH);
	assert_int_equal(verify(wordpress, STR("   "), &v), ERR_MISMATCH);
}

/* https://www.akkadia.org/drepper/SHA-crypt.txt */
static void
test_s006_sha_crypt(void **state)
{
	static const struct vector v[] = {
		{ "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
		    "Hello world!" },
		{ "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZ"
		    "RBAwqFMz2.opqey6IcA", "Hello world!" },
		{ "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uB"
		    "nIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
		    "Hello world!" }
	};

	(void)state;
	hold_all(v, COUNT(v));
}

/* RFC 6070 §2, RFC 7914 §11, and Django 4.2, auth_tests/test_hashers.py. */
static void
test_s006_pbkdf2(void **state)
{
	static const struct vector v[] = {
		{ "pbkdf2_sha1$4096$salt$SwB5AbdlSJq+rUnZJvch0GWkKcE=",
		    "password" },
		{ "pbkdf2_sha256$1$salt$"
		    "VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw=",
		    "passwd" },
		{ "pbkdf2_sha256$600000$seasalt$"
		    "OAXyhAQ/4ZDA9V5RMExt3C1OwQdUpLZ99vm1McFlLRA=",
		    "l\xc3\xa8tmein" },
		{ "pbkdf2_sha1$600000$seasalt2$2CLsaL1MZhq6JOG6QOHtVbiopHE=",
		    "l\xc3\xa8tmein" }
	};

	(void)state;
	hold_all(v, COUNT(v));
}

/* RFC 7914 §12, and Django 4.2, auth_tests/test_hashers.py. */
static void
test_s006_scrypt(void **state)
{
	static const struct vector v[] = {
		{ "scrypt$1024$NaCl$8$16$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2"
		    "Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA==",
		    "password" },
		{ "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbN"
		    "gf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1l"
		    "HkDfzwF7RVdYhw", "pleaseletmein" },
		{ "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQ"
		    "G/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==",
		    "l\xc3\xa8tmein" }
	};

	(void)state;
	hold_all(v, COUNT(v));
}

static void
test_s006_salted_sha(void **state)
{
	static const struct vector v[] = {
		{ "{SSHA}JFZFs0oHzxbMwkSJmYVeI8MnTDy/276a", "test123" },
		{ "{SSHA256}czO44OTV17PcF1cRxWrLZLy9xHd7CWyVYplr1rOhuMlx"
		    "/7IK", "test123" },
		{ "{SSHA384}t9i2XjnG1vNmtY7X3RXeApmm+9Bm/DeLfTDPzxJ9Ix9X0Zv"
		    "GHVJx/foktJNQVf4Fc2FsdDU2Nzg=", "cobalt-meadow-71" },
		{ "{SSHA512}xPUl/px+1cG55rUH4rzcwxdOIPSB2TingLpiJJumN2xyDWN"
		    "4Ix1WQG3ihnvHaWUE8MYNkvMi5rf0C9NYixHsE6Yh59M=",
		    "test123" }
	};

	(void)state;
	hold_all(v, COUNT(v));
}

/* F-10: other systems hashed what the keyboard sent. */
static void
test_f10_composed_and_decomposed_letters_both_fit(void **state)
{
	static const char composed[] = "Br\xc3\xbc" "cken";
	static const char decomposed[] = "Bru\xcc\x88" "cken";
	static const char *const hashes[] = {
		"$2b$05$CCCCCCCCCCCCCCCCCCCCC."	/* of the composed form */
		    "3YS4.lpCcB7nZuXUfAIk8HjAWbNfa4K",
		"$2b$05$CCCCCCCCCCCCCCCCCCCCC."	/* of the other one */
		    "UJW2vGdnP1CeZhKQd8/qamSpzdurQrK"
	};
	struct pwhash_verdict v;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(hashes); i++) {
		assert_int_equal(verify(hashes[i], str_of(composed), &v),
		    ERR_OK);
		assert_true(v.weaker && !v.partial);
		assert_int_equal(verify(hashes[i], str_of(decomposed), &v),
		    ERR_OK);
		assert_true(v.weaker && !v.partial);
		assert_int_equal(check(hashes[i], "Brucken"), ERR_MISMATCH);
	}
}

static void
test_s006_wrappers_are_taken_off(void **state)
{
	static const char *const pairs[][2] = {
		{ "argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$"
		    "YC9+jJCrQhs5R6db7LlN8Q",
		  "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$"
		    "YC9+jJCrQhs5R6db7LlN8Q" },
		{ "bcrypt$$2b$05$CCCCCCCCCCCCCCCCCCCCC."
		    "VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
		  "$2b$05$CCCCCCCCCCCCCCCCCCCCC."
		    "VGOzA784oUp/Z0DY336zx7pLYAy0lwK" },
		{ "{CRYPT}$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/"
		    "GNooZaBBGWEc5",
		  "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/"
		    "GNooZaBBGWEc5" }
	};
	struct str stored;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pairs); i++) {
		assert_int_equal(pwhash_admit(&ctx, str_of(pairs[i][0]),
		    &stored), ERR_OK);
		assert_str(stored, pairs[i][1]);
	}
	assert_int_equal(check(pairs[0][1], "secret"), ERR_OK);
}

/* Each is one step from a string that is taken. */
static void
test_s006_other_strings_and_dear_ones_are_refused(void **state)
{
#define TAG31	"VGOzA784oUp/Z0DY336zx7pLYAy0lwK"
#define TAG43	"5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"
#define TAG88	"Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQE" \
	"SkXFRkdVCBhhY8mx7rQwite/Pw=="
#define TAG44	"OAXyhAQ/4ZDA9V5RMExt3C1OwQdUpLZ99vm1McFlLRA="
	static const char *const strings[] = {
		"", "plain", "5f4dcc3b5aa765d61d8327deb882cf99",
		"$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", "{SHA}W6ph5Mm5Pz8Ggi"
		    "ULbPgzG37mj9g=", "{CRYPT}ab1Hv2Lg7ltQo", "{CRYPT}",
		"$2b$16$CCCCCCCCCCCCCCCCCCCCC." TAG31,
		"$2b$03$CCCCCCCCCCCCCCCCCCCCC." TAG31,
		"$2b$5$CCCCCCCCCCCCCCCCCCCCC.C" TAG31,
		"$2x$05$CCCCCCCCCCCCCCCCCCCCC." TAG31,
		"$2b$05$CCCCCCCCCCCCCCCCCCCCC." TAG31 "x",
		"$2b$05$CCCCCCCCCCCCCCCCCCCCC," TAG31,
		"$2b$05$CCCCCCCCCCCCCCCCCCCCC.", "$2", "$2b$05$",
		"$wp$2y$16$CCCCCCCCCCCCCCCCCCCCC." TAG31,
		"$wp$2b$05$CCCCCCCCCCCCCCCCCCCCC." TAG31, "$wp$2y$",
		"$P$JIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
		"$P$4IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
		"$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L",
		"$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0x", "$P$",
		"$P$9IQRaTw\nfeRo7ud9Fh4E2PdI0S3r.L0",
		"$5$rounds=1000001$saltstring$" TAG43,
		"$5$rounds=999$saltstring$" TAG43,
		"$5$rounds=05000$saltstring$" TAG43,
		"$5$rounds=x$saltstring$" TAG43,
		"$5$saltstringsaltstr$" TAG43, "$5$abc$" TAG43,
		"$5$salt*string$" TAG43, "$5$saltstring$" TAG43 "x",
		"$6$saltstring$" TAG43, "$5$saltstring", "$5$",
		"pbkdf2_sha256$2000001$seasalt$" TAG44,
		"pbkdf2_sha256$0$seasalt$" TAG44,
		"pbkdf2_sha256$01$seasalt$" TAG44,
		"pbkdf2_sha256$-1$seasalt$" TAG44,
		"pbkdf2_sha256$1$sea$" TAG44, "pbkdf2_sha256$1$seasalt",
		"pbkdf2_sha256$1$seasalt$" TAG44 "=",
		"pbkdf2_sha1$1$seasalt$" TAG44, "pbkdf2_sha256$1",
		"scrypt$16383$seasalt$8$1$" TAG88,
		"scrypt$131072$seasalt$8$1$" TAG88,
		"scrypt$16384$seasalt$8$17$" TAG88,
		"scrypt$16384$seasalt$0$1$" TAG88,
		"scrypt$2$seasalt$524288$1$" TAG88,
		"scrypt$16384$seasalt$8$1$" TAG44,
		"scrypt$16384$seasalt$8$1",
		"$scrypt$ln=17,r=8,p=1$U29kaXVt$" TAG43,
		"$scrypt$ln=4,r=8,p=1$U2$" TAG43,
		"$scrypt$r=8,ln=4,p=1$U29kaXVt$" TAG43, "$scrypt$ln=4",
		"{SSHA}JFZFs0oHzxbMwkSJmYVeI8MnTDw=", "{SSHA}", "{SSHA}=",
		"{SSHA256}JFZFs0oHzxbMwkSJmYVeI8MnTDy/276a",
		"{ssha}JFZFs0oHzxbMwkSJmYVeI8MnTDy/276a",
		"argon2$argon2d$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$"
		    "YC9+jJCrQhs5R6db7LlN8Q",
		"argon2$argon2i$v=19$m=262145,t=1,p=1$c2FsdHNhbHQ$"
		    "YC9+jJCrQhs5R6db7LlN8Q"
	};
	struct str stored = STR("untouched");
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(strings); i++) {
		if (pwhash_admit(&ctx, str_of(strings[i]), &stored) !=
		    ERR_MALFORMED)
			fail_msg("%s", strings[i]);
		assert_str(stored, "untouched");
		assert_true(ctx.err.note != NULL);
		assert_int_equal(check(strings[i], "password"),
		    ERR_MALFORMED);
	}
}

/* What is longer than the column is not stored; a NUL ends no string. */
static void
test_s006_long_strings_and_nul_are_refused(void **state)
{
	struct str s, stored;

	(void)state;
	s = str_printf(arena, "pbkdf2_sha256$1$%0*d$%s", 300, 1, TAG44);
	assert_int_equal(pwhash_admit(&ctx, s, &stored), ERR_MALFORMED);
	s = STR("{SSHA}JFZFs0oHzxbMwkSJmYVeI8MnTDy/276a\0");
	assert_int_equal(pwhash_admit(&ctx, s, &stored), ERR_MALFORMED);
}

/* S-017: at least one run of ours besides, and one place (S-005). */
static void
test_s017_a_wrong_password_costs_a_run_of_ours_too(void **state)
{
	static const char hash[] = "{SSHA}JFZFs0oHzxbMwkSJmYVeI8MnTDy/276a";
	unsigned long before = pwhash_runs();
	char ours[PWHASH_MAX];
	struct timespec a, b;
	int64_t one_us, wrong_us;

	(void)state;
	cfg.password_argon2_memory_kib = 16384;
	assert_int_equal(pwhash_make(&ctx, STR("x"), ours), ERR_OK);
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(check(ours, "y"), ERR_MISMATCH);
	clock_gettime(CLOCK_MONOTONIC, &b);
	one_us = (b.tv_sec - a.tv_sec) * 1000000 +
	    (b.tv_nsec - a.tv_nsec) / 1000;
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(check(hash, "y"), ERR_MISMATCH);
	clock_gettime(CLOCK_MONOTONIC, &b);
	wrong_us = (b.tv_sec - a.tv_sec) * 1000000 +
	    (b.tv_nsec - a.tv_nsec) / 1000;
	assert_true(wrong_us * 3 > one_us);
	assert_int_equal(pwhash_runs(), before + 3);
}

static int
reset(void **state)
{
	(void)state;
	cfg = (struct config){ 0 };
	cfg.password_engine = STR("auto");
	cfg.password_argon2_memory_kib = 256;
	cfg.password_argon2_passes = 2;
	cfg.state_dir = str_printf(arena, "%s/state", folder);
	ctx_init(&ctx, arena, &cfg);
	return pwhash_init(&cfg) != ERR_OK;
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	log_open("/dev/null", LOG_ERROR);
	return mkdtemp(folder) == NULL;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "/state/hash.slots", "/state",
		"" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		remove(str_printf(arena, "%s%s", folder, names[i]).p);
	arena_free(arena);
	return 0;
}

#define CLAIM(fn)	cmocka_unit_test_setup(fn, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIM(test_s006_bcrypt),
		CLAIM(test_s006_f11_bcrypt_reads_72_bytes_and_says_so),
		CLAIM(test_s006_wordpress),
		CLAIM(test_s006_phpass),
		CLAIM(test_s006_outer_blanks_count_as_the_maker_had_it),
		CLAIM(test_s006_sha_crypt),
		CLAIM(test_s006_pbkdf2),
		CLAIM(test_s006_scrypt),
		CLAIM(test_s006_salted_sha),
		CLAIM(test_f10_composed_and_decomposed_letters_both_fit),
		CLAIM(test_s006_wrappers_are_taken_off),
		CLAIM(test_s006_other_strings_and_dear_ones_are_refused),
		CLAIM(test_s006_long_strings_and_nul_are_refused),
		CLAIM(test_s017_a_wrong_password_costs_a_run_of_ours_too),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
