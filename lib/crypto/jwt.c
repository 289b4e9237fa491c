/*
 * All cryptography is OpenSSL's; what stands here is the form around it.
 * JSON passes the strict gate of codec/json.h, so that no member stands twice.
 */
#include "jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/arena.h"
#include "base/limits.h"
#include "codec/text.h"
#include "crypto/jwt_internal.h"

#define COORDINATE	32	/* bytes, P-256 and Ed25519 */
#define POINT		(1 + 2 * COORDINATE)	/* uncompressed */

static const struct kind {
	const char *alg, *kty, *crv;
} kinds[] = {
	[JWT_ES256] = { "ES256", "EC", "P-256" },
	[JWT_EDDSA] = { "EdDSA", "OKP", "Ed25519" }
};

static const unsigned char *
bytes(struct str s)
{
	return (const unsigned char *)s.p;
}

static struct str
member(const struct json *j, const char *name)
{
	const struct json *v = json_get(j, name);

	return json_type(v) == JSON_STRING ? json_string(v) : STR_NONE;
}

bool
jwt_algorithm_read(struct str name, enum jwt_algorithm *out)
{
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		if (str_eq(name, str_of(kinds[i].alg))) {
			*out = (enum jwt_algorithm)i;
			return true;
		}
	return false;
}

/* Keys */

static void
free_pkey(void *p)
{
	EVP_PKEY_free(p);
}

static EVP_PKEY *
keep(struct arena *a, EVP_PKEY *p)
{
	if (p != NULL)
		arena_defer(a, free_pkey, p);
	else
		ERR_clear_error();
	return p;
}

/* OpenSSL wants numbers in the machine's own order of bytes. */
static void
native(const unsigned char scalar[JWT_SCALAR], unsigned char out[JWT_SCALAR])
{
	BIGNUM *n = BN_bin2bn(scalar, JWT_SCALAR, NULL);

	must(n != NULL && BN_bn2nativepad(n, out, JWT_SCALAR) == JWT_SCALAR);
	BN_clear_free(n);
}

/* fromdata refuses what is no point of the curve.  scalar: NULL or 32 bytes. */
static EVP_PKEY *
ec_key(const unsigned char point[POINT], const unsigned char *scalar)
{
	char group[] = "prime256v1";
	unsigned char number[JWT_SCALAR] = { 0 };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    (void *)(uintptr_t)point, POINT),
		OSSL_PARAM_construct_end(),
		OSSL_PARAM_construct_end()
	};

	must(ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1);
	if (scalar != NULL) {
		native(scalar, number);
		params[2] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY,
		    number, sizeof(number));
	}
	if (EVP_PKEY_fromdata(ctx, &key, scalar != NULL ? EVP_PKEY_KEYPAIR :
	    EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	secret_wipe(number, sizeof(number));
	return key;
}

static bool
coordinate(struct arena *a, const struct json *jwk, const char *name,
    struct str *out)
{
	return base64url_decode(a, member(jwk, name), out) &&
	    out->len == COORDINATE;
}

static EVP_PKEY *
read_ec(struct arena *a, const struct json *jwk, const unsigned char *scalar)
{
	unsigned char point[POINT] = { POINT_CONVERSION_UNCOMPRESSED };
	struct str x, y;

	if (!coordinate(a, jwk, "x", &x) || !coordinate(a, jwk, "y", &y))
		return NULL;
	memcpy(point + 1, x.p, COORDINATE);
	memcpy(point + 1 + COORDINATE, y.p, COORDINATE);
	return ec_key(point, scalar);
}

static EVP_PKEY *
read_okp(struct arena *a, const struct json *jwk, const unsigned char *scalar)
{
	struct str x;

	if (!coordinate(a, jwk, "x", &x))
		return NULL;
	return scalar != NULL ?
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, scalar,
	    JWT_SCALAR) :
	    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes(x),
	    x.len);
}

/* RFC 7517 §4.2, §4.3: where it says what it is for, it says this. */
static bool
is_for_verifying(const struct json *jwk)
{
	const struct json *use = json_get(jwk, "use");
	const struct json *ops = json_get(jwk, "key_ops");
	size_t i;

	if (use != NULL && !str_eq(member(jwk, "use"), STR("sig")))
		return false;
	if (ops == NULL)
		return true;
	for (i = 0; json_type(ops) == JSON_ARRAY && i < json_length(ops); i++)
		if (json_type(json_at(ops, i)) == JSON_STRING &&
		    str_eq(json_string(json_at(ops, i)), STR("verify")))
			return true;
	return false;
}

static bool
read_key(struct arena *a, const struct json *jwk, const unsigned char *scalar,
    struct jwt_key *out)
{
	struct jwt_key k = { .pkey = NULL };
	const struct kind *kind;

	if (json_type(jwk) != JSON_OBJECT || !is_for_verifying(jwk) ||
	    !jwt_algorithm_read(member(jwk, "alg"), &k.algorithm))
		return false;
	kind = &kinds[k.algorithm];
	k.kid = member(jwk, "kid");
	if (!str_present(k.kid) ||
	    !str_eq(member(jwk, "kty"), str_of(kind->kty)) ||
	    !str_eq(member(jwk, "crv"), str_of(kind->crv)))
		return false;
	k.pkey = keep(a, k.algorithm == JWT_ES256 ?
	    read_ec(a, jwk, scalar) : read_okp(a, jwk, scalar));
	if (k.pkey == NULL)
		return false;
	*out = k;
	return true;
}

bool
jwk_read(struct arena *a, const struct json *jwk, struct jwt_key *out)
{
	return read_key(a, jwk, NULL, out);
}

bool
jwk_read_private(struct arena *a, const struct json *jwk, struct str scalar,
    struct jwt_key *out)
{
	return scalar.len == JWT_SCALAR &&
	    read_key(a, jwk, bytes(scalar), out);
}

static void
make_ec(struct arena *a, struct json *jwk, unsigned char scalar[JWT_SCALAR])
{
	EVP_PKEY *key = keep(a, EVP_EC_gen("P-256"));
	unsigned char point[POINT];
	BIGNUM *n = NULL;
	size_t len;

	must(key != NULL);
	must(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
	    point, sizeof(point), &len) == 1 && len == sizeof(point) &&
	    point[0] == POINT_CONVERSION_UNCOMPRESSED);
	must(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &n) == 1);
	must(BN_bn2binpad(n, scalar, JWT_SCALAR) == JWT_SCALAR);
	BN_clear_free(n);
	json_set_str(jwk, "x", base64url_encode(a, point + 1, COORDINATE));
	json_set_str(jwk, "y", base64url_encode(a, point + 1 + COORDINATE,
	    COORDINATE));
}

static void
make_okp(struct arena *a, struct json *jwk, unsigned char scalar[JWT_SCALAR])
{
	EVP_PKEY *key = keep(a, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	unsigned char point[COORDINATE];
	size_t len = sizeof(point), n = JWT_SCALAR;

	must(key != NULL);
	must(EVP_PKEY_get_raw_public_key(key, point, &len) == 1 &&
	    len == sizeof(point));
	must(EVP_PKEY_get_raw_private_key(key, scalar, &n) == 1 &&
	    n == JWT_SCALAR);
	json_set_str(jwk, "x", base64url_encode(a, point, sizeof(point)));
}

struct json *
jwk_make(struct arena *a, enum jwt_algorithm algorithm, struct str kid,
    struct secret *scalar_out)
{
	struct json *jwk = json_new_object(a);
	unsigned char scalar[JWT_SCALAR];

	must((size_t)algorithm < COUNT(kinds));
	json_set_cstr(jwk, "kty", kinds[algorithm].kty);
	json_set_cstr(jwk, "crv", kinds[algorithm].crv);
	if (algorithm == JWT_ES256)
		make_ec(a, jwk, scalar);
	else
		make_okp(a, jwk, scalar);
	json_set_cstr(jwk, "alg", kinds[algorithm].alg);
	json_set_cstr(jwk, "use", "sig");
	json_set_str(jwk, "kid", kid);
	*scalar_out = secret_copy(a, scalar, sizeof(scalar));
	secret_wipe(scalar, sizeof(scalar));
	return jwk;
}

/* Signatures */

/* EdDSA hashes by itself. */
static const EVP_MD *
digest(const struct jwt_key *k)
{
	static EVP_MD *md;

	if (k->algorithm == JWT_EDDSA)
		return NULL;
	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	must(md != NULL);
	return md;
}

/* The two numbers of fixed length, as OpenSSL takes them; its length. */
static size_t
to_der(struct str signature, unsigned char **der_out)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(bytes(signature), COORDINATE, NULL);
	BIGNUM *s = BN_bin2bn(bytes(signature) + COORDINATE, COORDINATE,
	    NULL);
	int n;

	must(sig != NULL && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1);
	*der_out = NULL;
	n = i2d_ECDSA_SIG(sig, der_out);
	ECDSA_SIG_free(sig);
	must(n > 0);
	return (size_t)n;
}

static bool
digest_verify(const struct jwt_key *k, struct str text,
    const unsigned char *signature, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	must(ctx != NULL);
	must(EVP_DigestVerifyInit(ctx, NULL, digest(k), NULL, k->pkey) == 1);
	ok = EVP_DigestVerify(ctx, signature, len, bytes(text),
	    text.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		ERR_clear_error();
	return ok;
}

bool
jwt_signature_valid(const struct jwt_key *k, struct str text,
    struct str signature)
{
	unsigned char *der;
	size_t len;
	bool ok;

	if (signature.len != JWT_SIGNATURE)
		return false;
	if (k->algorithm == JWT_EDDSA)
		return digest_verify(k, text, bytes(signature),
		    signature.len);
	len = to_der(signature, &der);
	ok = digest_verify(k, text, der, len);
	OPENSSL_free(der);
	return ok;
}

static void
from_der(const unsigned char *der, size_t len,
    unsigned char out[JWT_SIGNATURE])
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);

	must(sig != NULL);
	must(BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, COORDINATE) ==
	    COORDINATE);
	must(BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + COORDINATE,
	    COORDINATE) == COORDINATE);
	ECDSA_SIG_free(sig);
}

struct str
jwt_signature(struct arena *a, const struct jwt_key *k, struct str text)
{
	unsigned char raw[128], *out = arena_alloc(a, JWT_SIGNATURE);
	size_t len = sizeof(raw);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	must(ctx != NULL);
	must(EVP_DigestSignInit(ctx, NULL, digest(k), NULL, k->pkey) == 1);
	must(EVP_DigestSign(ctx, raw, &len, bytes(text), text.len) == 1);
	EVP_MD_CTX_free(ctx);
	if (k->algorithm == JWT_ES256)
		from_der(raw, len, out);
	else
		memcpy(out, raw, JWT_SIGNATURE);
	return (struct str){ (const char *)out, JWT_SIGNATURE };
}

/* The compact form */

static struct str
part(struct arena *a, const struct json *j)
{
	struct str text = json_text(a, j, false);

	return base64url_encode(a, text.p, text.len);
}

struct str
jwt_sign(struct arena *a, const struct jwt_key *k, const char *typ,
    const struct json *claims)
{
	struct json *header = json_new_object(a);
	struct str text, signature;

	json_set_cstr(header, "alg", kinds[k->algorithm].alg);
	json_set_cstr(header, "typ", typ);
	json_set_str(header, "kid", k->kid);
	text = str_printf(a, "%s.%s", part(a, header).p, part(a, claims).p);
	signature = jwt_signature(a, k, text);
	return str_printf(a, "%s.%s", text.p, base64url_encode(a, signature.p,
	    signature.len).p);
}

static enum err
no(struct ctx *c, const char *why)
{
	return err_set(c, ERR_MALFORMED, NULL, "signed token: %s", why);
}

static struct json *
object(struct arena *a, struct str text)
{
	enum json_fault fault;
	struct json *j;

	if (!str_present(text))
		return NULL;
	j = json_parse(a, text, &fault);
	return json_type(j) == JSON_OBJECT ? j : NULL;
}

/*
 * RFC 7515 §4.1.11: what is critical must be understood, and we know of
 * nothing such; b64 changes what is signed (RFC 7797).  Other members that
 * we do not know are to be passed over, those that bring keys among them.
 */
static enum err
find_key(struct ctx *c, const struct json *header,
    const struct jwt_key *keys, size_t n, const struct jwt_key **out)
{
	struct str kid = member(header, "kid"), alg = member(header, "alg");
	size_t i;

	if (json_get(header, "crit") != NULL ||
	    json_get(header, "b64") != NULL)
		return no(c, "crit or b64");
	for (i = 0; i < n; i++)
		if (str_present(kid) && str_eq(keys[i].kid, kid))
			break;
	if (i == n)
		return no(c, "no key has its kid");
	if (!str_eq(alg, str_of(kinds[keys[i].algorithm].alg)))
		return no(c, "not the algorithm of its key");
	*out = &keys[i];
	return ERR_OK;
}

enum err
jws_verify(struct ctx *c, struct str token, const struct jwt_key *keys,
    size_t n, struct json **header_out, struct str *payload_out)
{
	struct str rest = token, head, body, text, signature, payload;
	const struct jwt_key *k = NULL;
	struct json *header;
	enum err e;

	if (token.len > LIMIT_JWT)
		return no(c, "too long");
	if (!str_split(&rest, '.', &head) || !str_split(&rest, '.', &body) ||
	    rest.p == NULL || str_has(rest, '.') || head.len == 0 ||
	    body.len == 0)
		return no(c, "not three parts");
	if (head.len > LIMIT_JWT_HEADER ||
	    !base64url_decode(c->arena, head, &text))
		return no(c, "header not base64url, or too long");
	header = object(c->arena, text);
	if (header == NULL)
		return no(c, "header is no JSON object");
	e = find_key(c, header, keys, n, &k);
	if (e != ERR_OK)
		return e;
	if (!base64url_decode(c->arena, rest, &signature) ||
	    !jwt_signature_valid(k, str_sub(token, 0,
	    head.len + 1 + body.len), signature))
		return no(c, "signature not valid");
	if (!base64url_decode(c->arena, body, &payload))
		return no(c, "payload not base64url");
	if (header_out != NULL)
		*header_out = header;
	*payload_out = payload;
	return ERR_OK;
}

/* Claims */

/* RFC 9068 §4 and RFC 8725 §3.11: a token of another use is none of ours. */
static bool
is_access_token(const struct json *header)
{
	struct str typ = member(header, "typ");

	return str_ieq(typ, STR("at+jwt")) ||
	    str_ieq(typ, STR("application/at+jwt"));
}

static bool
is_listed(const struct list *l, const struct json *name)
{
	size_t i;

	for (i = 0; json_type(name) == JSON_STRING && i < l->n; i++)
		if (str_eq(l->items[i], json_string(name)))
			return true;
	return false;
}

static bool
is_audience(const struct list *l, const struct json *aud)
{
	size_t i;

	if (json_type(aud) != JSON_ARRAY)
		return is_listed(l, aud);
	for (i = 0; i < json_length(aud); i++)
		if (is_listed(l, json_at(aud, i)))
			return true;
	return false;
}

static bool
read_time(const struct json *claims, const char *name, int64_t *out)
{
	const struct json *v = json_get(claims, name);

	if (json_type(v) != JSON_INT)
		return false;
	*out = json_int(v);
	return true;
}

static enum err
judge_claims(struct ctx *c, const struct jwt_expected *want,
    struct jwt_claims *t)
{
	int64_t nbf = 0;

	if (!str_eq(member(t->all, "iss"), want->issuer))
		return no(c, "of another issuer");
	if (!is_audience(&want->audiences, json_get(t->all, "aud")))
		return no(c, "for another audience");
	if (!uid_parse(member(t->all, "sub"), &t->sub) ||
	    !guid_decode(member(t->all, "sid"), t->sid.b))
		return no(c, "no sub or sid");
	if (!read_time(t->all, "exp", &t->exp) ||
	    !read_time(t->all, "iat", &t->iat))
		return no(c, "no exp or iat");
	if (t->exp <= c->now_s)
		return no(c, "expired");
	if (t->iat > c->now_s + JWT_SKEW_S)
		return no(c, "issued in the future");
	if (json_get(t->all, "nbf") != NULL &&
	    (!read_time(t->all, "nbf", &nbf) ||
	    nbf > c->now_s + JWT_SKEW_S))
		return no(c, "not valid yet");
	return ERR_OK;
}

enum err
jwt_verify(struct ctx *c, struct str token, const struct jwt_key *keys,
    size_t n, const struct jwt_expected *want, struct jwt_claims *out)
{
	struct jwt_claims t = { .all = NULL };
	struct json *header;
	struct str payload;
	enum err e;

	e = jws_verify(c, token, keys, n, &header, &payload);
	if (e != ERR_OK)
		return e;
	if (!is_access_token(header))
		return no(c, "no access token");
	t.all = object(c->arena, payload);
	if (t.all == NULL)
		return no(c, "claims are no JSON object");
	e = judge_claims(c, want, &t);
	if (e == ERR_OK)
		*out = t;
	return e;
}
