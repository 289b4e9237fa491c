/*
 * A client of ALTCHA in a few lines: searches for the key and writes the
 * answer, as docs of altcha.org have it.
 */
#ifndef TESTS_ALTCHA_SOLVE_H
#define TESTS_ALTCHA_SOLVE_H

#include <openssl/evp.h>

#include "base/arena.h"
#include "codec/json.h"
#include "codec/text.h"

static inline struct str
altcha_bytes(struct arena *a, const struct json *parameters, const char *name)
{
	struct str raw;

	must(hex_decode(a, json_string(json_get(parameters, name)), &raw));
	return raw;
}

static inline struct str
altcha_answer(struct arena *a, struct json *challenge, struct str key)
{
	struct json *j = json_new_object(a), *solution = json_new_object(a);
	struct str text;

	json_set_str(solution, "derivedKey", hex_encode(a, key.p, key.len));
	json_set(j, "challenge", challenge);
	json_set(j, "solution", solution);
	text = json_text(a, j, false);
	return base64_encode(a, text.p, text.len);
}

static inline struct str
altcha_solve(struct arena *a, struct json *challenge)
{
	const struct json *p = json_get(challenge, "parameters");
	struct str nonce = altcha_bytes(a, p, "nonce");
	struct str salt = altcha_bytes(a, p, "salt");
	struct str prefix = altcha_bytes(a, p, "keyPrefix");
	unsigned char password[20] = { 0 }, key[32];
	uint32_t n;

	must(nonce.len == 16);
	memcpy(password, nonce.p, 16);
	for (n = 0; n < 100000; n++) {
		password[18] = (unsigned char)(n >> 8);
		password[19] = (unsigned char)n;
		must(PKCS5_PBKDF2_HMAC((const char *)password, 20,
		    (const unsigned char *)salt.p, (int)salt.len,
		    (int)json_int(json_get(p, "cost")), EVP_sha256(), 32,
		    key) == 1);
		if (memcmp(key, prefix.p, prefix.len) == 0)
			return altcha_answer(a, challenge,
			    (struct str){ (const char *)key, 32 });
	}
	return STR_NONE;
}

#endif
