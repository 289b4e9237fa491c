/*
 * Signed tokens.  Nothing in this program knows a database.
 */
#include "wycheproof.h"

#include "base/ctx.h"
#include "base/limits.h"
#include "codec/text.h"
#include "crypto/jwt.h"
#include "crypto/jwt_internal.h"
#include "crypto/keys_internal.h"

#define NOW	1930809600	/* 2031-03-09 08:00 */
#define ISSUER	"https://example.com/auth"
#define SUB	"0192f3a1b2c37d4e8f90a1b2c3d4e5f6"
#define SID	"0192f3a1-b2c3-7d4e-8f90-a1b2c3d4e5f7"

/* RFC 7515 A.3, with what our profile wants of a key. */
#define RFC_KEY	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\"," \
	"\"kid\":\"a3\"," \
	"\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define RFC_D	"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"

static struct ctx ctx;
static const struct str issuers[] = { { "https://api.example.com", 23 },
	{ "https://shop.example.com", 24 } };
static const struct jwt_expected want = { { ISSUER, sizeof(ISSUER) - 1 },
	{ issuers, 2 } };

static int
begin(void **state)
{
	set_up(state);
	ctx = (struct ctx){ .arena = arena, .now_s = NOW };
	return 0;
}

static struct json *
parse(const char *text)
{
	enum json_fault fault;
	struct json *j = json_parse(arena, str_of(text), &fault);

	assert_non_null(j);
	return j;
}

static struct jwt_key
fresh(enum jwt_algorithm algorithm, const char *kid, struct json **jwk_out)
{
	struct secret scalar;
	struct json *jwk = jwk_make(arena, algorithm, str_of(kid), &scalar);
	struct jwt_key k;

	assert_true(jwk_read_private(arena, jwk, secret_view(&scalar), &k));
	if (jwk_out != NULL)
		*jwk_out = jwk;
	return k;
}

static struct str
in_base64url(struct str s)
{
	return base64url_encode(arena, s.p, s.len);
}

/* Whatever header and payload, with a right signature. */
static struct str
raw(const struct jwt_key *k, const char *header, const char *payload)
{
	struct str text = str_printf(arena, "%s.%s",
	    in_base64url(str_of(header)).p, in_base64url(str_of(payload)).p);

	return str_printf(arena, "%s.%s", text.p,
	    in_base64url(jwt_signature(arena, k, text)).p);
}

static const char good_claims[] = "{\"iss\":\"" ISSUER "\",\"sub\":\"" SUB
    "\",\"sid\":\"" SID "\",\"aud\":\"https://api.example.com\","
    "\"iat\":1930809600,\"exp\":1930809900}";

static enum err
verify(struct str token, const struct jwt_key *k, size_t n)
{
	struct jwt_claims t = { .exp = 77 };
	enum err e;

	e = jwt_verify(&ctx, token, k, n, &want, &t);
	if (e == ERR_OK)
		assert_str(guid_encode(arena, t.sid.b), SID);
	else {
		assert_int_equal(e, ERR_MALFORMED);
		assert_int_equal(t.exp, 77);
		assert_null(t.all);
	}
	assert_int_equal(ctx.statements, 0);
	return e;
}

static void
refused(struct str token, const struct jwt_key *k, const char *why)
{
	ctx.err = (struct err_detail){ 0 };
	assert_int_equal(verify(token, k, 1), ERR_MALFORMED);
	assert_has(ctx.err.note, why);
}

static void
test_what_is_signed_is_verified_without_a_database(void **state)
{
	enum jwt_algorithm i;
	struct json *jwk;
	struct jwt_key k, public;
	struct str token;

	(void)state;
	for (i = JWT_ES256; i <= JWT_EDDSA; i++) {
		k = fresh(i, "one", &jwk);
		token = jwt_sign(arena, &k, "at+jwt", parse(good_claims));
		assert_true(jwk_read(arena, jwk, &public));
		assert_null(ctx.db);
		assert_int_equal(verify(token, &public, 1), ERR_OK);
		assert_int_equal(verify(token, &k, 1), ERR_OK);
		assert_int_equal(verify(token, NULL, 0), ERR_MALFORMED);
	}
}

static void
test_public_jwk_holds_nothing_private(void **state)
{
	enum jwt_algorithm i;
	struct secret scalar;
	struct json *jwk;

	(void)state;
	for (i = JWT_ES256; i <= JWT_EDDSA; i++) {
		struct str text;

		jwk = jwk_make(arena, i, STR("k"), &scalar);
		text = json_text(arena, jwk, false);
		assert_int_equal(scalar.len, JWT_SCALAR);
		assert_null(json_get(jwk, "d"));
		assert_null(strstr(text.p, base64url_encode(arena, scalar.p,
		    scalar.len).p));
		assert_int_equal(json_length(jwk), i == JWT_ES256 ? 7 : 6);
	}
}

/* RFC 7515 A.3 */
static void
test_es256_rfc7515_a3(void **state)
{
	static const char token[] = "eyJhbGciOiJFUzI1NiJ9"
	    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
	    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
	    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
	    "pmWQxfKTUJqPP3-Kg6NU1Q";
	struct str rest = STR(token), head, body, scalar, sig, out;
	struct jwt_key k;

	(void)state;
	assert_true(jwk_read(arena, parse(RFC_KEY), &k));
	assert_true(str_split(&rest, '.', &head) &&
	    str_split(&rest, '.', &body));
	assert_true(base64url_decode(arena, rest, &sig));
	assert_true(jwt_signature_valid(&k, str_sub(STR(token), 0,
	    head.len + 1 + body.len), sig));
	/* It names no key: there is none by guessing. */
	assert_int_equal(jws_verify(&ctx, STR(token), &k, 1, NULL, &out),
	    ERR_MALFORMED);
	assert_true(base64url_decode(arena, STR(RFC_D), &scalar));
	assert_true(jwk_read_private(arena, parse(RFC_KEY), scalar, &k));
	assert_int_equal(jws_verify(&ctx, raw(&k, "{\"alg\":\"ES256\","
	    "\"kid\":\"a3\"}", "x"), &k, 1, NULL, &out), ERR_OK);
	assert_str(out, "x");
}

/* RFC 8037 A.4 */
static void
test_eddsa_rfc8037_a4(void **state)
{
	static const char text[] = "eyJhbGciOiJFZERTQSJ9"
	    ".RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
	static const char signature[] = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3"
	    "AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
	static const char jwk[] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
	    "\"alg\":\"EdDSA\",\"kid\":\"k\",\"x\":"
	    "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
	struct jwt_key k;
	struct str sig, scalar;

	(void)state;
	assert_true(jwk_read(arena, parse(jwk), &k));
	assert_true(base64url_decode(arena, STR(signature), &sig));
	assert_true(jwt_signature_valid(&k, STR(text), sig));
	assert_true(base64url_decode(arena,
	    STR("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"), &scalar));
	assert_true(jwk_read_private(arena, parse(jwk), scalar, &k));
	assert_str(in_base64url(jwt_signature(arena, &k, STR(text))),
	    signature);
}

#define HEADER	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"one\""

/* RFC 8725 §3.1: the key decides, not the header. */
static void
test_no_other_algorithm_passes_than_that_of_the_key(void **state)
{
	static const char *const algs[] = { "none", "None", "", "HS256",
		"HS384", "RS256", "PS256", "ES384", "ES512", "ES256K",
		"EdDSA", "es256", "ES256 ", "Ed25519" };
	struct jwt_key k = fresh(JWT_ES256, "one", NULL);
	struct jwt_key ed = fresh(JWT_EDDSA, "one", NULL);
	const char *header;
	size_t i;

	(void)state;
	assert_int_equal(verify(raw(&k, HEADER "}", good_claims), &k, 1),
	    ERR_OK);
	for (i = 0; i < COUNT(algs); i++) {
		header = str_printf(arena, "{\"alg\":\"%s\",\"typ\":"
		    "\"at+jwt\",\"kid\":\"one\"}", algs[i]).p;
		refused(raw(&k, header, good_claims), &k, "algorithm");
		if (strcmp(algs[i], "EdDSA") != 0)
			refused(raw(&ed, header, good_claims), &ed,
			    "algorithm");
	}
	refused(raw(&k, "{\"typ\":\"at+jwt\",\"kid\":\"one\"}",
	    good_claims), &k, "algorithm");
	refused(raw(&k, "{\"alg\":1,\"typ\":\"at+jwt\",\"kid\":\"one\"}",
	    good_claims), &k, "algorithm");
	refused(raw(&k, "{\"alg\":[\"ES256\"],\"typ\":\"at+jwt\",\"kid\":"
	    "\"one\"}", good_claims), &k, "algorithm");
	/* A signature of one key under the name of the other. */
	refused(raw(&ed, HEADER "}", good_claims), &k, "signature");
}

/* Unsigned, with and without its last dot. */
static void
test_a_token_without_a_signature_is_refused(void **state)
{
	struct jwt_key k = fresh(JWT_ES256, "one", NULL);
	struct str token = raw(&k, HEADER "}", good_claims), cut;
	struct str none = raw(&k, "{\"alg\":\"none\",\"kid\":\"one\"}",
	    good_claims);
	size_t i;

	(void)state;
	for (i = 0; i < token.len; i++) {
		cut = str_sub(token, 0, i);
		assert_int_equal(verify(cut, &k, 1), ERR_MALFORMED);
		assert_int_equal(verify(str_sub(token, i + 1, SIZE_MAX), &k,
		    1), ERR_MALFORMED);
	}
	for (i = none.len; none.p[i - 1] != '.'; i--)
		continue;
	refused(str_sub(none, 0, i), &k, "algorithm");
	refused(str_sub(none, 0, i - 1), &k, "three parts");
	refused(str_printf(arena, "%s.", token.p), &k, "three parts");
	refused(str_printf(arena, "%s=", token.p), &k, "signature");
	refused(str_printf(arena, ".%s", token.p), &k, "three parts");
	refused(STR("..."), &k, "three parts");
	refused(STR(".."), &k, "three parts");
	refused(STR_NONE, &k, "three parts");
	refused(STR(""), &k, "three parts");
}

/* The one token, any letter of it changed. */
static void
test_any_changed_letter_is_refused(void **state)
{
	enum jwt_algorithm alg;

	(void)state;
	for (alg = JWT_ES256; alg <= JWT_EDDSA; alg++) {
		struct jwt_key k = fresh(alg, "one", NULL);
		struct str token = jwt_sign(arena, &k, "at+jwt",
		    parse(good_claims));
		char *p = (char *)(uintptr_t)token.p;
		size_t i;

		for (i = 0; i < token.len; i++) {
			char was = p[i];

			p[i] = was == 'A' ? 'B' : 'A';
			assert_int_equal(verify(token, &k, 1),
			    ERR_MALFORMED);
			p[i] = was;
		}
		assert_int_equal(verify(token, &k, 1), ERR_OK);
	}
}

/* The public key's bytes as a secret: RFC 8725 §2.1. */
static void
test_hs256_under_the_public_key_is_refused(void **state)
{
	struct json *jwk;
	struct jwt_key k = fresh(JWT_ES256, "one", &jwk);
	struct str text = str_printf(arena, "%s.%s", in_base64url(STR(
	    "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"one\"}")).p,
	    in_base64url(str_of(good_claims)).p);
	struct str forms[3], mac;
	unsigned char out[32];
	size_t i;

	(void)state;
	forms[0] = json_text(arena, jwk, false);
	forms[1] = json_string(json_get(jwk, "x"));
	assert_true(base64url_decode(arena, forms[1], &forms[2]));
	for (i = 0; i < COUNT(forms); i++) {
		hmac_sha256(forms[i], text, out);
		mac = (struct str){ (const char *)out, sizeof(out) };
		refused(str_printf(arena, "%s.%s", text.p,
		    in_base64url(mac).p), &k, "algorithm");
	}
}

/* RFC 7515 §4.1.11, RFC 7797 */
static void
test_what_is_critical_is_refused(void **state)
{
	struct jwt_key k = fresh(JWT_ES256, "one", NULL);

	(void)state;
	refused(raw(&k, HEADER ",\"crit\":[\"exp\"],\"exp\":1}",
	    good_claims), &k, "crit");
	refused(raw(&k, HEADER ",\"crit\":[]}", good_claims), &k, "crit");
	refused(raw(&k, HEADER ",\"crit\":null}", good_claims), &k, "crit");
	refused(raw(&k, HEADER ",\"b64\":false}", good_claims), &k, "b64");
	refused(raw(&k, HEADER ",\"b64\":true}", good_claims), &k, "b64");
	assert_int_equal(verify(raw(&k, HEADER ",\"other\":true}",
	    good_claims), &k, 1), ERR_OK);
}

/* A key that comes along, or its address, is not looked at. */
static void
test_keys_of_the_header_do_not_count(void **state)
{
	struct json *jwk;
	struct jwt_key k = fresh(JWT_ES256, "one", NULL);
	struct jwt_key thief = fresh(JWT_ES256, "one", &jwk);
	struct jwt_key both[2] = { k, fresh(JWT_EDDSA, "two", NULL) };
	const char *text = json_text(arena, jwk, false).p, *with[] = {
		str_printf(arena, HEADER ",\"jwk\":%s}", text).p,
		HEADER ",\"jku\":\"https://thief.example/jwks.json\"}",
		HEADER ",\"x5u\":\"https://thief.example/cert.pem\"}",
		HEADER ",\"x5c\":[\"MIIB\"],\"x5t\":\"AAAA\"}"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(with); i++) {
		refused(raw(&thief, with[i], good_claims), &k, "signature");
		assert_int_equal(verify(raw(&k, with[i], good_claims), &k,
		    1), ERR_OK);
	}
	/* By kid alone: no other key is tried. */
	refused(raw(&k, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}",
	    good_claims), &k, "kid");
	refused(raw(&k, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":"
	    "\"\"}", good_claims), &k, "kid");
	refused(raw(&k, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":"
	    "\"ONE\"}", good_claims), &k, "kid");
	refused(raw(&k, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":"
	    "7}", good_claims), &k, "kid");
	refused(raw(&k, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":"
	    "\"../one\"}", good_claims), &k, "kid");
	assert_int_equal(verify(raw(&both[1], "{\"alg\":\"EdDSA\",\"typ\":"
	    "\"at+jwt\",\"kid\":\"two\"}", good_claims), both, 2), ERR_OK);
	assert_int_equal(verify(raw(&both[1], "{\"alg\":\"EdDSA\",\"typ\":"
	    "\"at+jwt\",\"kid\":\"one\"}", good_claims), both, 2),
	    ERR_MALFORMED);
}

static void
test_members_that_stand_twice_are_refused(void **state)
{
	struct jwt_key k = fresh(JWT_ES256, "one", NULL);

	(void)state;
	refused(raw(&k, "{\"alg\":\"none\"," "\"alg\":\"ES256\",\"typ\":"
	    "\"at+jwt\",\"kid\":\"one\"}", good_claims), &k, "header");
	refused(raw(&k, HEADER ",\"kid\":\"one\"}", good_claims), &k,
	    "header");
	refused(raw(&k, HEADER ",\"al\\u0067\":\"ES256\"}", good_claims), &k,
	    "header");
	refused(raw(&k, HEADER "}", str_printf(arena, "{\"exp\":1999999999,%s",
	    good_claims + 1).p), &k, "claims");
	refused(raw(&k, HEADER "} ", "{\"iss\":1} {}"), &k, "claims");
	refused(raw(&k, HEADER "} x", good_claims), &k, "header");
	refused(raw(&k, "[]", good_claims), &k, "header");
	refused(raw(&k, "null", good_claims), &k, "header");
	refused(raw(&k, HEADER "}", "[]"), &k, "claims");
	refused(raw(&k, HEADER "}", "\"x\""), &k, "claims");
}

/* RFC 9068 §4, RFC 8725 §3.11 */
static void
test_tokens_of_another_type_are_refused(void **state)
{
	static const char *const types[] = { "JWT", "jwt", "at+jwt ", "",
		"id_token", "logout+jwt", "text/at+jwt" };
	struct jwt_key k = fresh(JWT_ES256, "one", NULL);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(types); i++)
		refused(jwt_sign(arena, &k, types[i], parse(good_claims)),
		    &k, "access token");
	refused(raw(&k, "{\"alg\":\"ES256\",\"kid\":\"one\"}",
	    good_claims), &k, "access token");
	assert_int_equal(verify(jwt_sign(arena, &k, "AT+JWT",
	    parse(good_claims)), &k, 1), ERR_OK);
	assert_int_equal(verify(jwt_sign(arena, &k, "application/at+jwt",
	    parse(good_claims)), &k, 1), ERR_OK);
}

static void
test_sizes_are_bounded(void **state)
{
	struct jwt_key k = fresh(JWT_ES256, "one", NULL);
	char pad[LIMIT_JWT];
	struct str token;

	(void)state;
	memset(pad, 'x', sizeof(pad));
	token = raw(&k, str_printf(arena, HEADER ",\"x\":\"%.1400s\"}",
	    pad).p, good_claims);
	assert_int_equal(verify(token, &k, 1), ERR_OK);
	token = raw(&k, str_printf(arena, HEADER ",\"x\":\"%.1600s\"}",
	    pad).p, good_claims);
	refused(token, &k, "header");
	token = raw(&k, HEADER "}", str_printf(arena, "{\"x\":\"%.9000s\",%s",
	    pad, good_claims + 1).p);
	assert_int_equal(verify(token, &k, 1), ERR_OK);
	token = raw(&k, HEADER "}", str_printf(arena, "{\"x\":\"%.16000s\",%s",
	    pad, good_claims + 1).p);
	refused(token, &k, "too long");
}

/* A claim replaced; NULL takes it out. */
static struct str
with_claim(const struct jwt_key *k, const char *name, const char *value)
{
	struct json *claims = parse(good_claims);

	if (value == NULL)
		json_remove(claims, name);
	else
		json_set(claims, name, parse(value));
	return jwt_sign(arena, k, "at+jwt", claims);
}

static void
test_claims_are_judged(void **state)
{
	static const struct { const char *name, *value, *why; } bad[] = {
		{ "iss", "\"https://example.com\"", "issuer" },
		{ "iss", "\"" ISSUER "/\"", "issuer" },
		{ "iss", NULL, "issuer" },
		{ "iss", "[\"" ISSUER "\"]", "issuer" },
		{ "aud", "\"https://other.example.com\"", "audience" },
		{ "aud", "\"https://api.example.com/\"", "audience" },
		{ "aud", "[]", "audience" },
		{ "aud", "[[\"https://api.example.com\"]]", "audience" },
		{ "aud", "{}", "audience" },
		{ "aud", NULL, "audience" },
		{ "sub", NULL, "sub" }, { "sub", "7", "sub" },
		{ "sub", "\"" SUB "0\"", "sub" },
		{ "sid", NULL, "sid" }, { "sid", "\"me\"", "sid" },
		{ "exp", NULL, "exp" }, { "exp", "\"1930809900\"", "exp" },
		{ "exp", "1930809900.5", "exp" }, { "exp", "null", "exp" },
		{ "exp", "1930809600", "expired" }, { "exp", "0", "expired" },
		{ "exp", "-1", "expired" },
		{ "iat", NULL, "iat" }, { "iat", "true", "iat" },
		{ "iat", "1930809661", "future" },
		{ "nbf", "1930809661", "yet" }, { "nbf", "\"x\"", "yet" },
		{ "nbf", "null", "yet" }
	};
	static const struct { const char *name, *value; } good[] = {
		{ "aud", "[\"a\",\"https://shop.example.com\"]" },
		{ "aud", "\"https://shop.example.com\"" },
		{ "exp", "1930809601" }, { "exp", "9007199254740991" },
		{ "iat", "1930809660" }, { "iat", "0" },
		{ "nbf", "1930809660" }, { "jti", "7" }, { "act", "{}" }
	};
	struct jwt_key k = fresh(JWT_EDDSA, "one", NULL);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		refused(with_claim(&k, bad[i].name, bad[i].value), &k,
		    bad[i].why);
	for (i = 0; i < COUNT(good); i++)
		assert_int_equal(verify(with_claim(&k, good[i].name,
		    good[i].value), &k, 1), ERR_OK);
}

/* Of a JWK nothing is guessed. */
static void
test_jwks_that_do_not_agree_are_refused(void **state)
{
	static const struct { const char *name, *value; } bad[] = {
		{ "kty", "\"OKP\"" }, { "kty", "\"oct\"" },
		{ "kty", "\"ec\"" }, { "kty", NULL },
		{ "crv", "\"P-384\"" }, { "crv", "\"Ed25519\"" },
		{ "crv", "\"secp256k1\"" }, { "crv", NULL },
		{ "alg", "\"ES384\"" }, { "alg", "\"EdDSA\"" },
		{ "alg", "\"none\"" }, { "alg", NULL },
		{ "kid", NULL }, { "kid", "\"\"" }, { "kid", "1" },
		{ "use", "\"enc\"" }, { "use", "[\"sig\"]" },
		{ "key_ops", "[\"encrypt\"]" }, { "key_ops", "[]" },
		{ "key_ops", "\"verify\"" },
		{ "x", NULL }, { "x", "\"\"" }, { "x", "\"AA\"" },
		/* 33 bytes; padding; another point's coordinate */
		{ "x", "\"AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF\"" },
		{ "x", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=\"" },
		{ "y", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"" },
		{ "y", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"" },
		{ "y", "\"__________________________________________8\"" },
		{ "y", NULL }
	};
	struct jwt_key k = { .pkey = NULL };
	struct json *jwk;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		jwk = parse(RFC_KEY);
		assert_true(jwk_read(arena, jwk, &k));
		k.pkey = NULL;
		if (bad[i].value == NULL)
			json_remove(jwk, bad[i].name);
		else
			json_set(jwk, bad[i].name, parse(bad[i].value));
		if (jwk_read(arena, jwk, &k))
			fail_msg("%s %s", bad[i].name, bad[i].value);
		assert_null(k.pkey);
	}
	assert_false(jwk_read(arena, NULL, &k));
	assert_false(jwk_read(arena, parse("[]"), &k));
	assert_false(jwk_read_private(arena, parse(RFC_KEY), STR("short"),
	    &k));
	jwk = parse(RFC_KEY);
	json_set(jwk, "key_ops", parse("[\"verify\",\"sign\"]"));
	json_set_cstr(jwk, "use", "sig");
	assert_true(jwk_read(arena, jwk, &k));
}

static void
test_algorithms_have_their_exact_names(void **state)
{
	enum jwt_algorithm alg;

	(void)state;
	assert_true(jwt_algorithm_read(STR("ES256"), &alg));
	assert_int_equal(alg, JWT_ES256);
	assert_true(jwt_algorithm_read(STR("EdDSA"), &alg));
	assert_int_equal(alg, JWT_EDDSA);
	assert_false(jwt_algorithm_read(STR("eddsa"), &alg));
	assert_false(jwt_algorithm_read(STR("RS256"), &alg));
	assert_false(jwt_algorithm_read(STR_NONE, &alg));
}

/* Wycheproof, through the functions above */

static struct json *
ours(struct json_object *j)
{
	return parse(json_object_to_json_string(j));
}

static const char *
shorter(const char *hex_text)
{
	size_t n = strlen(hex_text);

	/* A number's sign, or its zeros in front. */
	if (n >= 64)
		return hex_text + n - 64;
	return str_printf(arena, "%0*d%s",
	    (int)(64 - n), 0, hex_text).p;
}

static struct str
unhex(const char *s)
{
	struct str out;

	assert_true(hex_decode(arena, str_of(s), &out));
	return out;
}

static bool
run_bare(struct json *jwk, const char *alg, struct json_object *t)
{
	struct jwt_key k;

	json_set_cstr(jwk, "alg", alg);
	json_set_cstr(jwk, "kid", "k");
	assert_true(jwk_read(arena, jwk, &k));
	if (jwt_signature_valid(&k, unhex(text(t, "msg")),
	    unhex(text(t, "sig"))) != is_valid(t))
		fail_msg("tcId %d", number(t, "tcId"));
	return true;
}

static bool
run_p1363(struct json_object *g, struct json_object *t)
{
	struct json *jwk = parse("{\"kty\":\"EC\",\"crv\":\"P-256\"}");
	struct json_object *key;

	assert_true(json_object_object_get_ex(g, "publicKey", &key));
	json_set_str(jwk, "x", in_base64url(unhex(shorter(text(key,
	    "wx")))));
	json_set_str(jwk, "y", in_base64url(unhex(shorter(text(key,
	    "wy")))));
	return run_bare(jwk, "ES256", t);
}

static bool
run_ed25519(struct json_object *g, struct json_object *t)
{
	struct json_object *jwk;

	assert_true(json_object_object_get_ex(g, "publicKeyJwk", &jwk));
	return run_bare(ours(jwk), "EdDSA", t);
}

/*
 * Whole tokens and keys or sets of keys.  What is good by an algorithm that
 * we do not have is refused as well, and so is what is encrypted.
 */
static bool
run_jws(struct json_object *g, struct json_object *t)
{
	struct json_object *j;
	struct json *set, *list;
	struct jwt_key keys[4];
	struct str payload;
	size_t n = 0, i;
	bool ok, whole = json_object_object_get_ex(t, "jws", NULL);

	if (!json_object_object_get_ex(g, "public", &j))
		assert_true(json_object_object_get_ex(g, "private", &j));
	set = ours(j);
	list = json_get(set, "keys");
	if (list == NULL)
		n += jwk_read(arena, set, &keys[n]);
	for (i = 0; list != NULL && i < json_length(list); i++) {
		assert_true(n < COUNT(keys));
		n += jwk_read(arena, json_at(list, i), &keys[n]);
	}
	ok = jws_verify(&ctx, str_of(text(t, whole ? "jws" : "jwe")), keys,
	    n, NULL, &payload) == ERR_OK;
	if (is_valid(t) && (n == 0 || !whole))
		assert_false(ok);
	else if (ok != is_valid(t))
		fail_msg("tcId %d", number(t, "tcId"));
	return true;
}

static void
test_s150_es256_wycheproof(void **state)
{
	(void)state;
	each("ecdsa_secp256r1_sha256_p1363_test.json", run_p1363, 262);
}

static void
test_s150_ed25519_wycheproof(void **state)
{
	(void)state;
	each("ed25519_test.json", run_ed25519, 151);
}

static void
test_s150_signed_tokens_wycheproof(void **state)
{
	(void)state;
	each("json_web_signature_test.json", run_jws, 401);
	each("json_web_crypto_test.json", run_jws, 83);
}

static void
test_s150_keys_of_tokens_wycheproof(void **state)
{
	(void)state;
	each("json_web_key_test.json", run_jws, 26);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, begin, tear_down)
	const struct CMUnitTest tests[] = {
	T(test_what_is_signed_is_verified_without_a_database),
	T(test_public_jwk_holds_nothing_private),
	T(test_es256_rfc7515_a3),
	T(test_eddsa_rfc8037_a4),
	T(test_no_other_algorithm_passes_than_that_of_the_key),
	T(test_a_token_without_a_signature_is_refused),
	T(test_any_changed_letter_is_refused),
	T(test_hs256_under_the_public_key_is_refused),
	T(test_what_is_critical_is_refused),
	T(test_keys_of_the_header_do_not_count),
	T(test_members_that_stand_twice_are_refused),
	T(test_tokens_of_another_type_are_refused),
	T(test_sizes_are_bounded),
	T(test_claims_are_judged),
	T(test_jwks_that_do_not_agree_are_refused),
	T(test_algorithms_have_their_exact_names),
	T(test_s150_es256_wycheproof),
	T(test_s150_ed25519_wycheproof),
	T(test_s150_signed_tokens_wycheproof),
	T(test_s150_keys_of_tokens_wycheproof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
