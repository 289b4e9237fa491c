/*
 * Purpose keys and what is done with them.  Algorithms are fetched from
 * OpenSSL once per process: a fetch costs more than a short MAC.
 */
#include "keys.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/arena.h"
#include "base/rand.h"
#include "codec/text.h"
#include "crypto/keys_internal.h"

#define MASTER_LEN	32
#define KEY_LEN		32
#define NUMBER_LEN	4
#define SEALED_MIN	(NUMBER_LEN + AEAD_NONCE + AEAD_TAG)

static const char *const purpose_names[KEY_PURPOSES] = {
	[KEY_CODE] = "code",
	[KEY_LIMIT] = "limit",
	[KEY_CSRF] = "csrf",
	[KEY_OUTBOX] = "outbox",
	[KEY_SOTT] = "sott",
	[KEY_DECOY] = "decoy",
	[KEY_LOG] = "log",
	[KEY_SEAL] = "seal",
	[KEY_CAPTCHA] = "captcha",
	[KEY_PEPPER] = "pepper",
	[KEY_REFRESH] = "refresh",
	[KEY_ACCESS] = "access",
	[KEY_SIGNING] = "signing"
};

struct key_set {
	uint32_t number;
	unsigned char key[KEY_PURPOSES][KEY_LEN];
};

struct keys {
	struct key_set set[1 + KEYS_EARLIER_MAX];	/* newest first */
	size_t sets;
};

/* Primitives */

static EVP_MAC *
hmac_mac(void)
{
	static EVP_MAC *mac;

	if (mac == NULL)
		mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	must(mac != NULL);
	return mac;
}

static EVP_CIPHER *
gcm_cipher(void)
{
	static EVP_CIPHER *cipher;

	if (cipher == NULL)
		cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	must(cipher != NULL);
	return cipher;
}

void
sha1(const void *p, size_t len, unsigned char out[20])
{
	must(EVP_Digest(p, len, out, NULL, EVP_sha1(), NULL) == 1);
}

static const unsigned char *
bytes(struct str s)
{
	return (const unsigned char *)(s.p != NULL ? s.p : "");
}

static EVP_MAC_CTX *
hmac_begin(struct str key)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
		    digest, 0),
		OSSL_PARAM_construct_end()
	};
	EVP_MAC_CTX *ctx;

	ctx = EVP_MAC_CTX_new(hmac_mac());
	must(ctx != NULL);
	must(EVP_MAC_init(ctx, bytes(key), key.len, params) == 1);
	return ctx;
}

static void
hmac_end(EVP_MAC_CTX *ctx, unsigned char out[32])
{
	size_t len;

	must(EVP_MAC_final(ctx, out, &len, 32) == 1 && len == 32);
	EVP_MAC_CTX_free(ctx);
}

void
hmac_sha256(struct str key, struct str text, unsigned char out[32])
{
	EVP_MAC_CTX *ctx = hmac_begin(key);

	must(EVP_MAC_update(ctx, bytes(text), text.len) == 1);
	hmac_end(ctx, out);
}

bool
hkdf_sha256(struct str ikm, struct str salt, struct str info,
    unsigned char *out, size_t len)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
		    (void *)(uintptr_t)bytes(ikm), ikm.len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
		    (void *)(uintptr_t)bytes(salt), salt.len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
		    (void *)(uintptr_t)bytes(info), info.len),
		OSSL_PARAM_construct_end()
	};
	EVP_KDF *kdf;
	EVP_KDF_CTX *ctx;
	bool ok;

	kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	must(kdf != NULL);
	ctx = EVP_KDF_CTX_new(kdf);
	must(ctx != NULL);
	ok = EVP_KDF_derive(ctx, out, len, params) == 1;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok;
}

void
aes_gcm_seal(const unsigned char key[32],
    const unsigned char nonce[AEAD_NONCE], struct str aad, struct str plain,
    unsigned char *out)
{
	EVP_CIPHER_CTX *ctx;
	int n, end;

	must(plain.len < INT_MAX - AEAD_TAG && aad.len < INT_MAX);
	ctx = EVP_CIPHER_CTX_new();
	must(ctx != NULL);
	must(EVP_EncryptInit_ex2(ctx, gcm_cipher(), key, nonce, NULL) == 1);
	must(EVP_EncryptUpdate(ctx, NULL, &n, bytes(aad), (int)aad.len) == 1);
	must(EVP_EncryptUpdate(ctx, out, &n, bytes(plain),
	    (int)plain.len) == 1);
	must(EVP_EncryptFinal_ex(ctx, out + n, &end) == 1);
	must((size_t)n + (size_t)end == plain.len);
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG,
	    out + plain.len) == 1);
	EVP_CIPHER_CTX_free(ctx);
}

bool
aes_gcm_open(const unsigned char key[32],
    const unsigned char nonce[AEAD_NONCE], struct str aad, struct str sealed,
    unsigned char *out)
{
	unsigned char tag[AEAD_TAG];
	EVP_CIPHER_CTX *ctx;
	size_t len;
	int n = 0, end;
	bool ok;

	if (sealed.len < AEAD_TAG || sealed.len >= INT_MAX ||
	    aad.len >= INT_MAX)
		return false;
	len = sealed.len - AEAD_TAG;
	memcpy(tag, sealed.p + len, AEAD_TAG);
	ctx = EVP_CIPHER_CTX_new();
	must(ctx != NULL);
	must(EVP_DecryptInit_ex2(ctx, gcm_cipher(), key, nonce, NULL) == 1);
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG,
	    tag) == 1);
	ok = EVP_DecryptUpdate(ctx, NULL, &n, bytes(aad), (int)aad.len) == 1 &&
	    EVP_DecryptUpdate(ctx, out, &n, bytes(sealed), (int)len) == 1 &&
	    EVP_DecryptFinal_ex(ctx, out + n, &end) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!ok)	/* nothing unauthenticated is handed on */
		secret_wipe(out, len);
	return ok;
}

/* Purpose keys */

static uint32_t
get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
put32(unsigned char *p, uint32_t v)
{
	p[0] = (unsigned char)(v >> 24);
	p[1] = (unsigned char)(v >> 16);
	p[2] = (unsigned char)(v >> 8);
	p[3] = (unsigned char)v;
}

static void
derive(struct str master, const char *purpose, unsigned char out[KEY_LEN])
{
	char info[32];
	int n;

	n = snprintf(info, sizeof(info), "doorward/%s", purpose);
	must(n > 0 && (size_t)n < sizeof(info));
	must(hkdf_sha256(master, STR(""), str_of(info), out, KEY_LEN));
}

static void
add_set(struct arena *a, struct keys *k, struct str hex)
{
	struct key_set *s = &k->set[k->sets];
	unsigned char number[KEY_LEN], mac[32];
	struct str master;
	size_t i;

	/* The configuration admits nothing else. */
	must(k->sets < COUNT(k->set) && hex_decode(a, hex, &master) &&
	    master.len == MASTER_LEN);
	for (i = 0; i < KEY_PURPOSES; i++)
		derive(master, purpose_names[i], s->key[i]);
	derive(master, "number", number);
	hmac_sha256((struct str){ (char *)number, KEY_LEN },
	    STR("key number"), mac);
	s->number = get32(mac);
	secret_wipe(number, sizeof(number));
	secret_wipe((char *)(uintptr_t)master.p, master.len);
	k->sets++;
}

struct keys *
keys_new(struct arena *a, const struct config *cfg)
{
	struct keys *k = ARENA_NEW(a, struct keys);
	struct list earlier = config_earlier_masters(a, cfg);
	size_t i;

	add_set(a, k, secret_view(&cfg->keys_master));
	for (i = 0; i < earlier.n; i++)
		add_set(a, k, earlier.items[i]);
	return k;
}

uint32_t
keys_number(const struct keys *k)
{
	return k->set[0].number;
}

size_t
keys_numbers(const struct keys *k, uint32_t out[1 + KEYS_EARLIER_MAX])
{
	size_t i;

	for (i = 0; i < k->sets; i++)
		out[i] = k->set[i].number;
	return k->sets;
}

static const struct key_set *
set_of(const struct keys *k, uint32_t number)
{
	size_t i;

	for (i = 0; i < k->sets; i++)
		if (k->set[i].number == number)
			return &k->set[i];
	return NULL;
}

/* A length before each part, so that no two lists of parts look alike. */
static void
mac_with(const unsigned char key[KEY_LEN], const struct str *parts, size_t n,
    unsigned char out[32])
{
	EVP_MAC_CTX *ctx;
	unsigned char len[8];
	size_t i;

	ctx = hmac_begin((struct str){ (const char *)key, KEY_LEN });
	for (i = 0; i < n; i++) {
		put32(len, (uint32_t)((uint64_t)parts[i].len >> 32));
		put32(len + 4, (uint32_t)parts[i].len);
		must(EVP_MAC_update(ctx, len, sizeof(len)) == 1);
		must(EVP_MAC_update(ctx, bytes(parts[i]),
		    parts[i].len) == 1);
	}
	hmac_end(ctx, out);
}

void
mac_parts(const struct keys *k, enum key_purpose purpose,
    const struct str *parts, size_t n, unsigned char out[32])
{
	must((unsigned)purpose < KEY_PURPOSES);
	mac_with(k->set[0].key[purpose], parts, n, out);
}

void
mac_parts_lasting(const struct keys *k, enum key_purpose purpose,
    const struct str *parts, size_t n, unsigned char out[32])
{
	must((unsigned)purpose < KEY_PURPOSES);
	mac_with(k->set[k->sets - 1].key[purpose], parts, n, out);
}

bool
mac_parts_match(const struct keys *k, enum key_purpose purpose,
    const struct str *parts, size_t n, const void *mac)
{
	unsigned char one[32];
	bool found = false;
	size_t i;

	must((unsigned)purpose < KEY_PURPOSES);
	for (i = 0; i < k->sets; i++) {
		mac_with(k->set[i].key[purpose], parts, n, one);
		found |= secret_equal(one, sizeof(one), mac, sizeof(one));
	}
	return found;
}

bool
mac_parts_by_number(const struct keys *k, uint32_t number,
    enum key_purpose purpose, const struct str *parts, size_t n,
    unsigned char out[32])
{
	const struct key_set *s = set_of(k, number);

	must((unsigned)purpose < KEY_PURPOSES);
	if (s == NULL)
		return false;
	mac_with(s->key[purpose], parts, n, out);
	return true;
}

/* Sealing */

/* The purpose's name ends with a NUL, which no name holds. */
static struct str
associated(struct arena *a, enum key_purpose purpose, struct str context)
{
	const char *name = purpose_names[purpose];
	size_t n = strlen(name) + 1;
	char *p;

	p = arena_alloc(a, n + context.len);
	memcpy(p, name, n);
	if (context.len > 0)
		memcpy(p + n, context.p, context.len);
	return (struct str){ p, n + context.len };
}

struct str
aead_seal(struct arena *a, const struct keys *k, enum key_purpose purpose,
    struct str context, struct str plain)
{
	unsigned char *p;

	must((unsigned)purpose < KEY_PURPOSES);
	p = arena_alloc(a, SEALED_MIN + plain.len + 1);
	put32(p, k->set[0].number);
	rand_bytes(p + NUMBER_LEN, AEAD_NONCE);
	aes_gcm_seal(k->set[0].key[purpose], p + NUMBER_LEN,
	    associated(a, purpose, context), plain,
	    p + NUMBER_LEN + AEAD_NONCE);
	return (struct str){ (char *)p, SEALED_MIN + plain.len };
}

bool
aead_key_known(const struct keys *k, struct str sealed)
{
	return sealed.len >= SEALED_MIN &&
	    set_of(k, get32(bytes(sealed))) != NULL;
}

bool
aead_open(struct arena *a, const struct keys *k, enum key_purpose purpose,
    struct str context, struct str sealed, struct str *plain_out)
{
	const unsigned char *p = bytes(sealed);
	const struct key_set *s;
	unsigned char *plain;

	must((unsigned)purpose < KEY_PURPOSES);
	if (sealed.len < SEALED_MIN)
		return false;
	s = set_of(k, get32(p));
	if (s == NULL)
		return false;
	plain = arena_alloc(a, sealed.len - SEALED_MIN + 1);
	if (!aes_gcm_open(s->key[purpose], p + NUMBER_LEN,
	    associated(a, purpose, context),
	    str_sub(sealed, NUMBER_LEN + AEAD_NONCE, SIZE_MAX), plain))
		return false;
	*plain_out = (struct str){ (char *)plain, sealed.len - SEALED_MIN };
	return true;
}
