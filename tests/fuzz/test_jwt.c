/*
 * Signed tokens.  A text as it comes; header and payload as they come ("!" in
 * front, a line end between), under a right signature, so that what is inside
 * is looked at; a JWK ("=" in front); and one change to a right token.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "codec/text.h"
#include "crypto/jwt.h"
#include "crypto/jwt_internal.h"

const char fuzz_name[] = "jwt";

#define NOW	1930809600	/* 2031-03-09 08:00 */
#define JWK	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"EdDSA\"," \
	"\"kid\":\"k\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define SCALAR	"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define CLAIMS	"{\"iss\":\"https://example.com\",\"aud\":\"a\",\"sub\":" \
	"\"0192f3a1b2c37d4e8f90a1b2c3d4e5f6\",\"sid\":" \
	"\"0192f3a1-b2c3-7d4e-8f90-a1b2c3d4e5f7\",\"iat\":1930809600," \
	"\"exp\":1930809900}"

static struct ctx ctx;
static struct jwt_key key;	/* RFC 8037 A.1 */
static struct str right;	/* a token of it */
static const struct str audience = { "a", 1 };
static const struct jwt_expected want = { { "https://example.com", 19 },
	{ &audience, 1 } };

static void
set_up(void)
{
	static struct arena *process;	/* for good: what it holds is in use */
	enum json_fault fault;
	struct str scalar;

	process = arena_new();
	ctx.now_s = NOW;
	claim(base64url_decode(process, STR(SCALAR), &scalar));
	claim(jwk_read_private(process, json_parse(process, STR(JWK),
	    &fault), scalar, &key));
	right = jwt_sign(process, &key, "at+jwt", json_parse(process,
	    STR(CLAIMS), &fault));
}

static bool
accepted(struct arena *a, struct str token)
{
	struct jwt_claims t = { .exp = 77 };
	enum err e;

	ctx.arena = a;
	ctx.err = (struct err_detail){ 0 };
	e = jwt_verify(&ctx, token, &key, 1, &want, &t);
	if (e != ERR_OK) {
		claim(e == ERR_MALFORMED && t.exp == 77 && t.all == NULL);
		claim(ctx.err.note != NULL);
		return false;
	}
	claim(token.len <= LIMIT_JWT);
	claim(t.exp > NOW && t.iat <= NOW + JWT_SKEW_S);
	claim(str_eq(json_string(json_get(t.all, "iss")), want.issuer));
	return true;
}

/* What is signed rightly passes by its header and claims alone. */
static void
judge_signed(struct arena *a, struct str s)
{
	struct str head = fuzz_part(&s, '\n'), text, header;
	struct json *j;
	enum json_fault fault;

	header = base64url_encode(a, head.p, head.len);
	text = str_printf(a, "%s.%s", header.p, base64url_encode(a, s.p,
	    s.len).p);
	text = str_printf(a, "%s.%s", text.p, base64url_encode(a,
	    jwt_signature(a, &key, text).p, JWT_SIGNATURE).p);
	if (!accepted(a, text))
		return;
	j = json_parse(a, head, &fault);
	claim(j != NULL && json_get(j, "crit") == NULL);
	claim(str_eq(json_string(json_get(j, "alg")), STR("EdDSA")));
	claim(str_eq(json_string(json_get(j, "kid")), STR("k")));
	claim(header.len <= LIMIT_JWT_HEADER);
}

/* No change of a byte makes another token. */
static void
judge_changed(struct arena *a, struct str s)
{
	struct str text = str_dup(a, right);
	size_t at;

	if (s.len < 3)
		return;
	at = (size_t)((unsigned char)s.p[0] << 8 | (unsigned char)s.p[1]) %
	    text.len;
	((char *)(uintptr_t)text.p)[at] = s.p[2];
	claim(accepted(a, text) == (s.p[2] == right.p[at]));
}

/* A key that was read verifies nothing of another, and ends nobody. */
static void
judge_jwk(struct arena *a, struct str s)
{
	enum json_fault fault;
	struct json *j = json_parse(a, s, &fault);
	struct jwt_key k;
	struct str raw = { right.p, JWT_SIGNATURE };

	if (j == NULL || !jwk_read(a, j, &k))
		return;
	claim(str_present(k.kid) && k.pkey != NULL);
	claim(!jwt_signature_valid(&k, right, raw));
}

void
fuzz_one(struct arena *a, struct str s)
{
	if (key.pkey == NULL)
		set_up();
	if (!str_eq(s, right))
		claim(!accepted(a, s));
	if (str_starts(s, STR("!")))
		judge_signed(a, str_sub(s, 1, SIZE_MAX));
	else if (str_starts(s, STR("=")))
		judge_jwk(a, str_sub(s, 1, SIZE_MAX));
	else
		judge_changed(a, s);
}
