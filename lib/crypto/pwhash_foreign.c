/*
 * Password hashes that other systems made: which strings are taken, what
 * they may cost (S-006), and how their makers ran them.  Nothing is ever
 * hashed anew this way.
 */
#include "pwhash_foreign.h"

#include <crypt.h>
#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/arena.h"
#include "base/secret.h"
#include "codec/text.h"
#include "crypto/pwhash.h"
#include "crypto/pwhash_internal.h"

#define BCRYPT_COST_MAX		15
#define BCRYPT_BYTES		72	/* what it reads of a password */
#define BCRYPT_SETTING		29	/* bytes before the tag */
#define BCRYPT_TAG		31
#define SHACRYPT_ROUNDS_MAX	1000000
#define SHACRYPT_SALT_MAX	16
#define PBKDF2_ROUNDS_MAX	2000000
#define SCRYPT_BYTES_MAX	(64 * 1024 * 1024)
#define SCRYPT_LANES_MAX	16
#define PHPASS_LOG2_MAX		20
#define PHPASS_SALT		8
#define PHPASS_TAG		22
#define SALT_MIN		4
#define WORDPRESS_KEY		"wp-sha384"

static const char itoa64[] =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Pieces of strings */

static bool
all_of(struct str s, const char *letters)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.p[i] == '\0' || strchr(letters, s.p[i]) == NULL)
			return false;
	return true;
}

/* What crypt(5) admits in a salt. */
static bool
all_salt(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' ||
		    strchr("!*:;\\$", s.p[i]) != NULL)
			return false;
	return true;
}

static bool
put(unsigned char *to, size_t *len_out, struct str s, size_t min, size_t max)
{
	if (s.len < min || s.len > max)
		return false;
	memcpy(to, s.p, s.len);
	*len_out = s.len;
	return true;
}

static bool
put_salt(struct foreign *f, struct str s, size_t max)
{
	return put(f->salt, &f->salt_len, s, SALT_MIN, max);
}

static bool
put_tag(struct foreign *f, struct str s, size_t len)
{
	return put(f->tag, &f->tag_len, s, len, len);
}

static bool
is_power_of_two(int64_t n)
{
	return n > 1 && (n & (n - 1)) == 0;
}

/* crypt(3): bcrypt and sha-crypt.  Loaded when it is first needed. */

static char *(*crypt_rn_)(const char *phrase, const char *setting, void *data,
    int size);

static bool
crypt_load(void)
{
	static bool tried;
	void *lib;

	if (tried)
		return crypt_rn_ != NULL;
	tried = true;
	lib = dlopen("libcrypt.so.1", RTLD_NOW | RTLD_LOCAL);
	if (lib == NULL)	/* as some systems name it */
		lib = dlopen("libcrypt.so.2", RTLD_NOW | RTLD_LOCAL);
	if (lib != NULL)
		*(void **)&crypt_rn_ = dlsym(lib, "crypt_rn");
	return crypt_rn_ != NULL;
}

/* The tag is the end of what it answers. */
static bool
run_crypt(struct arena *a, const struct foreign *f, struct str password,
    unsigned char *out)
{
	struct crypt_data *data = ARENA_NEW(a, struct crypt_data);
	struct str got;
	bool ok;

	got = str_of(crypt_rn_(str_cstr(a, password), f->setting, data,
	    (int)sizeof(*data)));
	ok = got.p != NULL && got.p[0] != '*' && got.len > f->tag_len;
	if (ok)
		memcpy(out, got.p + got.len - f->tag_len, f->tag_len);
	secret_wipe(data, sizeof(*data));
	return ok;
}

/* "$2y$10$", 22 letters of salt, 31 of hash. */
static bool
read_bcrypt(struct arena *a, struct str s, struct foreign *f)
{
	struct str whole = s;

	if (s.len != BCRYPT_SETTING + BCRYPT_TAG || s.p[2] < 'a' ||
	    strchr("aby", s.p[2]) == NULL || s.p[3] != '$' ||
	    s.p[6] != '$' || !str_to_int(str_sub(s, 4, 2), 4,
	    BCRYPT_COST_MAX, &f->cost) ||
	    !all_of(str_sub(s, 7, SIZE_MAX), itoa64) || !crypt_load())
		return false;
	f->setting = str_cstr(a, whole);
	return put_tag(f, str_sub(s, BCRYPT_SETTING, SIZE_MAX), BCRYPT_TAG);
}

static bool
run_bcrypt(struct arena *a, const struct foreign *f, struct str password,
    unsigned char *out)
{
	return run_crypt(a, f, str_sub(password, 0, BCRYPT_BYTES), out);
}

/* https://www.akkadia.org/drepper/SHA-crypt.txt */
static bool
read_shacrypt(struct arena *a, struct str s, struct foreign *f, size_t tag_len)
{
	struct str whole = s, salt;

	s = str_sub(s, 3, SIZE_MAX);
	if (hash_take_word(&s, STR("rounds=")) &&
	    !hash_take_number(&s, '$', 1000, SHACRYPT_ROUNDS_MAX, &f->cost))
		return false;
	if (!str_split(&s, '$', &salt) || s.p == NULL || !all_salt(salt) ||
	    !put_salt(f, salt, SHACRYPT_SALT_MAX) || !all_of(s, itoa64) ||
	    !crypt_load())
		return false;
	f->setting = str_cstr(a, whole);
	return put_tag(f, s, tag_len);
}

static bool
read_sha256crypt(struct arena *a, struct str s, struct foreign *f)
{
	return read_shacrypt(a, s, f, 43);
}

static bool
read_sha512crypt(struct arena *a, struct str s, struct foreign *f)
{
	return read_shacrypt(a, s, f, 86);
}

/* WordPress 6.8: bcrypt of a MAC, so that all of the password counts. */

static bool
read_wordpress(struct arena *a, struct str s, struct foreign *f)
{
	return read_bcrypt(a, str_sub(s, 3, SIZE_MAX), f);
}

static bool
run_wordpress(struct arena *a, const struct foreign *f, struct str password,
    unsigned char *out)
{
	unsigned char mac[48];
	unsigned len = sizeof(mac);
	bool ok;

	ok = HMAC(EVP_sha384(), WORDPRESS_KEY, sizeof(WORDPRESS_KEY) - 1,
	    (const unsigned char *)password.p, password.len, mac, &len) !=
	    NULL;
	ok = ok && run_crypt(a, f, base64_encode(a, mac, len), out);
	secret_wipe(mac, sizeof(mac));
	return ok;
}

/* phpass: https://www.openwall.com/phpass/, portable hashes. */

static bool
read_phpass(struct arena *a, struct str s, struct foreign *f)
{
	const char *at;

	(void)a;
	s = str_sub(s, 3, SIZE_MAX);
	if (s.len != 1 + PHPASS_SALT + PHPASS_TAG || !all_of(s, itoa64))
		return false;
	at = strchr(itoa64, s.p[0]);
	f->cost = at - itoa64;
	return f->cost >= 7 && f->cost <= PHPASS_LOG2_MAX &&
	    put_salt(f, str_sub(s, 1, PHPASS_SALT), PHPASS_SALT) &&
	    put_tag(f, str_sub(s, 1 + PHPASS_SALT, SIZE_MAX), PHPASS_TAG);
}

/* Six bits a letter, the lowest first. */
static void
phpass_letters(const unsigned char md5[16], unsigned char *out)
{
	unsigned bits = 0, have = 0;
	size_t i, n = 0;

	for (i = 0; i < 16; i++) {
		bits |= (unsigned)md5[i] << have;
		for (have += 8; have >= 6; have -= 6, bits >>= 6)
			out[n++] = (unsigned char)itoa64[bits & 63];
		if ((i + 1) % 3 == 0)
			must(have == 0 && bits == 0);
	}
	out[n] = (unsigned char)itoa64[bits & 63];
}

static bool
digest_two(EVP_MD_CTX *m, const EVP_MD *md, struct str first,
    struct str second, unsigned char *out)
{
	return EVP_DigestInit_ex2(m, md, NULL) == 1 &&
	    EVP_DigestUpdate(m, first.p, first.len) == 1 &&
	    EVP_DigestUpdate(m, second.p, second.len) == 1 &&
	    EVP_DigestFinal_ex(m, out, NULL) == 1;
}

static bool
run_phpass(struct arena *a, const struct foreign *f, struct str password,
    unsigned char *out)
{
	EVP_MD *md = EVP_MD_fetch(NULL, "MD5", NULL);
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	unsigned char sum[EVP_MAX_MD_SIZE];
	int64_t left = (int64_t)1 << f->cost;
	bool ok;

	(void)a;
	ok = md != NULL && m != NULL && digest_two(m, md,
	    (struct str){ (const char *)f->salt, f->salt_len }, password, sum);
	for (; ok && left > 0; left--)
		ok = digest_two(m, md, (struct str){ (char *)sum, 16 },
		    password, sum);
	if (ok)
		phpass_letters(sum, out);
	secret_wipe(sum, sizeof(sum));
	EVP_MD_CTX_free(m);
	EVP_MD_free(md);
	return ok;
}

/* Django: "pbkdf2_sha256$600000$salt$base64"; the salt is a text. */

static bool
read_pbkdf2(struct arena *a, struct str s, struct foreign *f, size_t tag_len)
{
	struct str salt;

	if (!hash_take_number(&s, '$', 1, PBKDF2_ROUNDS_MAX, &f->cost) ||
	    !str_split(&s, '$', &salt) || s.p == NULL ||
	    !put_salt(f, salt, FOREIGN_SALT_MAX))
		return false;
	return base64_decode(a, s, &s) && put_tag(f, s, tag_len);
}

static bool
read_pbkdf2_sha256(struct arena *a, struct str s, struct foreign *f)
{
	return hash_take_word(&s, STR("pbkdf2_sha256$")) &&
	    read_pbkdf2(a, s, f, 32);
}

static bool
read_pbkdf2_sha1(struct arena *a, struct str s, struct foreign *f)
{
	return hash_take_word(&s, STR("pbkdf2_sha1$")) &&
	    read_pbkdf2(a, s, f, 20);
}

static bool
run_pbkdf2(struct arena *a, const struct foreign *f, struct str password,
    unsigned char *out)
{
	(void)a;
	return PKCS5_PBKDF2_HMAC(password.p, (int)password.len, f->salt,
	    (int)f->salt_len, (int)f->cost, f->tag_len == 32 ? EVP_sha256() :
	    EVP_sha1(), (int)f->tag_len, out) == 1;
}

/* scrypt: RFC 7914; Django's string, and that of the PHC's form. */

static bool
scrypt_bounded(const struct foreign *f)
{
	return is_power_of_two(f->cost) && f->p <= SCRYPT_LANES_MAX &&
	    f->cost * f->r <= SCRYPT_BYTES_MAX / 128;
}

static bool
read_scrypt_django(struct arena *a, struct str s, struct foreign *f)
{
	struct str salt;

	if (!hash_take_word(&s, STR("scrypt$")) ||
	    !hash_take_number(&s, '$', 2, 1 << 20, &f->cost) ||
	    !str_split(&s, '$', &salt) || s.p == NULL ||
	    !put_salt(f, salt, FOREIGN_SALT_MAX) ||
	    !hash_take_number(&s, '$', 1, 1 << 10, &f->r) ||
	    !hash_take_number(&s, '$', 1, 1 << 10, &f->p) ||
	    !scrypt_bounded(f))
		return false;
	return base64_decode(a, s, &s) && put_tag(f, s, 64);
}

static bool
read_scrypt_phc(struct arena *a, struct str s, struct foreign *f)
{
	struct str salt;
	int64_t log2;

	if (!hash_take_word(&s, STR("$scrypt$ln=")) ||
	    !hash_take_number(&s, ',', 1, 20, &log2) ||
	    !hash_take_word(&s, STR("r=")) ||
	    !hash_take_number(&s, ',', 1, 1 << 10, &f->r) ||
	    !hash_take_word(&s, STR("p=")) ||
	    !hash_take_number(&s, '$', 1, 1 << 10, &f->p) ||
	    !str_split(&s, '$', &salt) || s.p == NULL)
		return false;
	f->cost = (int64_t)1 << log2;
	return scrypt_bounded(f) && hash_take_bytes(a, salt, SALT_MIN,
	    FOREIGN_SALT_MAX, f->salt, &f->salt_len) && hash_take_bytes(a, s,
	    PHC_TAG_MIN, PHC_TAG_MAX, f->tag, &f->tag_len);
}

static bool
run_scrypt(struct arena *a, const struct foreign *f, struct str password,
    unsigned char *out)
{
	(void)a;
	return EVP_PBE_scrypt(password.p, password.len, f->salt, f->salt_len,
	    (uint64_t)f->cost, (uint64_t)f->r, (uint64_t)f->p,
	    2 * (uint64_t)SCRYPT_BYTES_MAX, out, f->tag_len) == 1;
}

/* Salted SHA of directories: base64 of the digest with the salt behind. */

static bool
read_ssha(struct arena *a, struct str s, struct foreign *f, size_t tag_len)
{
	struct str raw, base64;

	return str_split(&s, '}', &base64) && s.p != NULL &&
	    base64_decode(a, s, &raw) &&
	    put_salt(f, str_sub(raw, tag_len, SIZE_MAX), FOREIGN_SALT_MAX) &&
	    put_tag(f, str_sub(raw, 0, tag_len), tag_len);
}

static bool
read_ssha1(struct arena *a, struct str s, struct foreign *f)
{
	return read_ssha(a, s, f, 20);
}

static bool
read_ssha256(struct arena *a, struct str s, struct foreign *f)
{
	return read_ssha(a, s, f, 32);
}

static bool
read_ssha384(struct arena *a, struct str s, struct foreign *f)
{
	return read_ssha(a, s, f, 48);
}

static bool
read_ssha512(struct arena *a, struct str s, struct foreign *f)
{
	return read_ssha(a, s, f, 64);
}

static bool
run_ssha(struct arena *a, const struct foreign *f, struct str password,
    unsigned char *out)
{
	const EVP_MD *md = f->tag_len == 20 ? EVP_sha1() : f->tag_len == 32 ?
	    EVP_sha256() : f->tag_len == 48 ? EVP_sha384() : EVP_sha512();
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	bool ok;

	(void)a;
	ok = m != NULL && digest_two(m, md, password,
	    (struct str){ (const char *)f->salt, f->salt_len }, out);
	EVP_MD_CTX_free(m);
	return ok;
}

/* The schemes: by the beginnings of their strings. */

#define TRIMS	1u	/* its maker took blanks off both ends */
#define MAY	2u	/* or may have done so */
#define CUTS	4u	/* at 72 bytes */

struct foreign_scheme {
	struct str prefix;
	const char *name;
	unsigned flags;
	bool (*read)(struct arena *a, struct str s, struct foreign *f);
	bool (*run)(struct arena *a, const struct foreign *f,
	    struct str password, unsigned char *out);
};

static const struct foreign_scheme schemes[] = {
	{ { "$2", 2 }, "bcrypt", CUTS, read_bcrypt, run_bcrypt },
	{ { "$wp$2y$", 7 }, "WordPress bcrypt", TRIMS, read_wordpress,
	  run_wordpress },
	{ { "$P$", 3 }, "phpass", MAY, read_phpass, run_phpass },
	{ { "$H$", 3 }, "phpass", 0, read_phpass, run_phpass },
	{ { "$5$", 3 }, "sha256-crypt", 0, read_sha256crypt, run_crypt },
	{ { "$6$", 3 }, "sha512-crypt", 0, read_sha512crypt, run_crypt },
	{ { "pbkdf2_sha256$", 14 }, "PBKDF2", 0, read_pbkdf2_sha256,
	  run_pbkdf2 },
	{ { "pbkdf2_sha1$", 12 }, "PBKDF2", 0, read_pbkdf2_sha1,
	  run_pbkdf2 },
	{ { "scrypt$", 7 }, "scrypt", 0, read_scrypt_django, run_scrypt },
	{ { "$scrypt$", 8 }, "scrypt", 0, read_scrypt_phc, run_scrypt },
	{ { "{SSHA}", 6 }, "salted SHA", 0, read_ssha1, run_ssha },
	{ { "{SSHA256}", 9 }, "salted SHA", 0, read_ssha256, run_ssha },
	{ { "{SSHA384}", 9 }, "salted SHA", 0, read_ssha384, run_ssha },
	{ { "{SSHA512}", 9 }, "salted SHA", 0, read_ssha512, run_ssha }
};

static const struct foreign_scheme *
find_scheme(struct str s)
{
	size_t i;

	for (i = 0; i < COUNT(schemes); i++)
		if (str_starts(s, schemes[i].prefix))
			return &schemes[i];
	return NULL;
}

const char *
foreign_name(struct str s)
{
	const struct foreign_scheme *k = find_scheme(s);

	return k != NULL ? k->name : NULL;
}

bool
foreign_parse(struct arena *a, struct str s, struct foreign *out)
{
	struct foreign f = { .scheme = find_scheme(s) };

	if (f.scheme == NULL || s.len >= PWHASH_MAX || str_has(s, '\0') ||
	    !f.scheme->read(a, s, &f))
		return false;
	*out = f;
	return true;
}

/* PHP's trim(), of what a password may hold. */
static struct str
trimmed(struct str s)
{
	while (s.len > 0 && s.p[0] == ' ')
		s = str_sub(s, 1, SIZE_MAX);
	while (s.len > 0 && s.p[s.len - 1] == ' ')
		s.len--;
	return s;
}

static bool
matches(struct arena *a, const struct foreign *f, struct str password,
    bool *same_out)
{
	unsigned char tag[FOREIGN_TAG_MAX];
	bool ok;

	ok = f->scheme->run(a, f, password, tag);
	*same_out = ok && secret_equal(tag, f->tag_len, f->tag, f->tag_len);
	secret_wipe(tag, sizeof(tag));
	return ok;
}

bool
foreign_compare(struct arena *a, const struct foreign *f, struct str password,
    bool *same_out, bool *partial_out)
{
	unsigned flags = f->scheme->flags;
	struct str inner = trimmed(password);
	bool blanks = inner.len != password.len, ok = true;

	*same_out = *partial_out = false;
	if (!blanks || (flags & TRIMS) == 0)
		ok = matches(a, f, password, same_out);
	if (*same_out)
		*partial_out = (flags & CUTS) != 0 &&
		    password.len > BCRYPT_BYTES;
	else if (ok && blanks && (flags & (TRIMS | MAY)) != 0) {
		ok = matches(a, f, inner, same_out);
		*partial_out = *same_out;
	}
	return ok;
}
