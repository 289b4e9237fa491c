/*
 * SOTTs.  The SDKs' format has a fixed IV and no MAC: what protects it is
 * that a changed block becomes noise, which a strict grammar refuses, and
 * that no refusal can be told from another.
 */
#include "sott.h"

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "base/rand.h"
#include "codec/text.h"
#include "crypto/keys.h"
#include "crypto/keys_internal.h"

#define BLOCK		16
#define CIPHER_MIN	48
#define CIPHER_MAX	192
#define TEXT_MIN	64
#define TEXT_MAX	256
#define MD5_CHARS	32
#define ROUNDS		10000
#define OWN_VERSION	1
#define OWN_PAYLOAD	(1 + 4 + 8 + 8 + 16)
#define OWN_TOTAL	(OWN_PAYLOAD + 32)

static const struct str own_prefix = { "dw1.", 4 };
static const unsigned char legacy_iv[] = "tu89geji340t89u2";

struct span { int64_t start_s, end_s; };

/* The derived key costs milliseconds: once for a secret and process. */
static const unsigned char *
legacy_key(const struct secret *secret, size_t place)
{
	static struct {
		bool have;
		unsigned char id[32], key[32];
	} cache[2];
	static const unsigned char salt[8];
	unsigned char id[32];

	sha256(secret->p, secret->len, id);
	if (cache[place].have &&
	    secret_equal(cache[place].id, sizeof(id), id, sizeof(id)))
		return cache[place].key;
	must(PKCS5_PBKDF2_HMAC((const char *)secret->p, (int)secret->len,
	    salt, sizeof(salt), ROUNDS, EVP_sha1(), sizeof(cache[place].key),
	    cache[place].key) == 1);
	memcpy(cache[place].id, id, sizeof(id));
	cache[place].have = true;
	return cache[place].key;
}

static EVP_CIPHER *
cbc_cipher(void)
{
	static EVP_CIPHER *cipher;

	if (cipher == NULL)
		cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	must(cipher != NULL);
	return cipher;
}

static void
cbc(bool encrypt, const unsigned char *key, struct str in,
    unsigned char *out)
{
	EVP_CIPHER_CTX *ctx;
	int n, end;

	must(in.len % BLOCK == 0 && in.len <= CIPHER_MAX);
	ctx = EVP_CIPHER_CTX_new();
	must(ctx != NULL);
	must(EVP_CipherInit_ex2(ctx, cbc_cipher(), key, legacy_iv, encrypt,
	    NULL) == 1);
	must(EVP_CIPHER_CTX_set_padding(ctx, 0) == 1);
	must(EVP_CipherUpdate(ctx, out, &n, (const unsigned char *)in.p,
	    (int)in.len) == 1);
	must(EVP_CipherFinal_ex(ctx, out + n, &end) == 1);
	EVP_CIPHER_CTX_free(ctx);
}

/* Lower-case hex; absent where the machine's policy has no MD5. */
static struct str
md5_hex(struct arena *a, struct str s)
{
	static EVP_MD *md;
	static bool tried;
	unsigned char sum[16];

	if (!tried)
		md = EVP_MD_fetch(NULL, "MD5", NULL);
	tried = true;
	if (md == NULL || EVP_Digest(s.p, s.len, sum, NULL, md, NULL) != 1)
		return STR_NONE;
	return hex_encode(a, sum, sizeof(sum));
}

/* The grammar */

static bool
take_char(struct str *s, char ch)
{
	if (s->len == 0 || s->p[0] != ch)
		return false;
	*s = str_sub(*s, 1, SIZE_MAX);
	return true;
}

static bool
take_number(struct str *s, size_t least, size_t most, int *out)
{
	size_t n = 0;
	int v = 0;

	for (; n < most && n < s->len && s->p[n] >= '0' && s->p[n] <= '9'; n++)
		v = v * 10 + (s->p[n] - '0');
	if (n < least)
		return false;
	*s = str_sub(*s, n, SIZE_MAX);
	*out = v;
	return true;
}

static bool
take_time(struct str *s, struct clock_parts *p)
{
	char sep;

	if (!take_number(s, 4, 4, &p->year) || s->len == 0)
		return false;
	sep = s->p[0];
	return (sep == '/' || sep == '-') && take_char(s, sep) &&
	    take_number(s, 1, 2, &p->month) && take_char(s, sep) &&
	    take_number(s, 1, 2, &p->day) && take_char(s, ' ') &&
	    take_number(s, 1, 2, &p->hour) && take_char(s, ':') &&
	    take_number(s, 1, 2, &p->minute) && take_char(s, ':') &&
	    take_number(s, 1, 2, &p->second);
}

static bool
take_key(struct arena *a, struct str *s, struct str api_key)
{
	struct str key, mine;

	if (!str_split(s, '#', &key) || s->p == NULL)
		return false;
	key = str_lower(a, key);	/* a GUID has no case */
	mine = str_lower(a, api_key);
	return secret_equal(key.p, key.len, mine.p, mine.len);
}

/*
 * The Node routine takes the month before it adds the minutes, so that a
 * token of a month's last minutes ends a month too early.
 */
static bool
repair_end(const struct clock_parts *start, struct clock_parts end,
    int64_t start_s, int64_t max_s, int64_t *end_s)
{
	if (start->year != end.year || start->month != end.month)
		return false;
	if (++end.month > 12) {
		end.month = 1;
		end.year++;
	}
	return clock_from_utc(&end, end_s) && *end_s - start_s <= max_s;
}

static bool
parse_plain(struct arena *a, const struct config *cfg, struct str s,
    struct span *out)
{
	struct clock_parts start, end;
	int64_t max_s = cfg->sott_max_minutes * 60;

	if (!take_time(&s, &start) || !take_char(&s, '#') ||
	    !take_key(a, &s, cfg->api_key) || !take_time(&s, &end) ||
	    s.len > 0)
		return false;
	if (!clock_from_utc(&start, &out->start_s) ||
	    !clock_from_utc(&end, &out->end_s))
		return false;
	return out->end_s >= out->start_s ||
	    repair_end(&start, end, out->start_s, max_s, &out->end_s);
}

/* PKCS#7, RFC 5652 §6.3, looking at the same bytes whatever they are. */
static size_t
padding(const unsigned char *p, size_t len, bool *good)
{
	unsigned pad = p[len - 1], i, wrong;

	wrong = (pad < 1) | (pad > BLOCK);
	for (i = 0; i < BLOCK; i++)
		wrong |= (i < pad) & (p[len - 1 - i] != pad);
	*good = wrong == 0;
	return wrong == 0 ? pad : BLOCK;
}

/* All steps run whichever of them fails: an oracle would need a choice. */
static bool
open_with(struct ctx *c, const struct secret *secret, size_t place,
    struct str cipher, struct span *out)
{
	unsigned char plain[CIPHER_MAX];
	struct span span = { 0, 0 };
	bool padded, parsed;
	size_t pad;

	cbc(false, legacy_key(secret, place), cipher, plain);
	pad = padding(plain, cipher.len, &padded);
	parsed = parse_plain(c->arena, c->config,
	    (struct str){ (char *)plain, cipher.len - pad }, &span);
	secret_wipe(plain, sizeof(plain));
	if (!padded || !parsed)
		return false;
	*out = span;
	return true;
}

static bool
split_legacy(struct arena *a, struct str token, struct str *cipher)
{
	const char *star;
	struct str left, right, sum;

	star = memrchr(token.p, '*', token.len);
	if (star == NULL)
		return false;
	left = (struct str){ token.p, (size_t)(star - token.p) };
	right = str_sub(token, left.len + 1, SIZE_MAX);
	if (left.len < TEXT_MIN || left.len > TEXT_MAX || left.len % 4 != 0 ||
	    right.len != MD5_CHARS)
		return false;
	/* One spelling of the sum: uses are counted by the token's text. */
	sum = md5_hex(a, left);
	if (sum.p != NULL && !secret_equal(sum.p, sum.len, right.p, right.len))
		return false;
	return base64_decode(a, left, cipher) && cipher->len % BLOCK == 0 &&
	    cipher->len >= CIPHER_MIN && cipher->len <= CIPHER_MAX;
}

static bool
check_legacy(struct ctx *c, struct str token, struct span *out)
{
	const struct config *cfg = c->config;
	struct span spans[2];
	struct str cipher;
	bool current, previous = false;

	if (!cfg->sott_legacy || !split_legacy(c->arena, token, &cipher))
		return false;
	current = open_with(c, &cfg->api_secret, 0, cipher, &spans[0]);
	if (secret_present(&cfg->api_previous_secret))
		previous = open_with(c, &cfg->api_previous_secret, 1, cipher,
		    &spans[1]);
	if (!current && !previous)
		return false;
	*out = spans[current ? 0 : 1];
	return true;
}

/* Our own format */

static void
put64(unsigned char *p, uint64_t v)
{
	int i;

	for (i = 0; i < 8; i++)
		p[i] = (unsigned char)(v >> (56 - 8 * i));
}

static uint64_t
get64(const unsigned char *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static void
put_number(unsigned char *p, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (24 - 8 * i));
}

static bool
own_mac(struct ctx *c, const unsigned char *payload, unsigned char out[32])
{
	const struct str parts[] = {
		STR("dw1"),
		{ (const char *)payload, OWN_PAYLOAD },
		str_lower(c->arena, c->config->api_key)
	};
	uint32_t number = (uint32_t)payload[1] << 24 |
	    (uint32_t)payload[2] << 16 | (uint32_t)payload[3] << 8 |
	    payload[4];

	return mac_parts_by_number(c->keys, number, KEY_SOTT, parts,
	    COUNT(parts), out);
}

static bool
check_own(struct ctx *c, struct str token, struct span *out)
{
	const unsigned char *p;
	unsigned char mac[32];
	struct str raw;

	if (!base64url_decode(c->arena, str_sub(token, own_prefix.len,
	    SIZE_MAX), &raw) || raw.len != OWN_TOTAL)
		return false;
	p = (const unsigned char *)raw.p;
	if (p[0] != OWN_VERSION || !own_mac(c, p, mac) ||
	    !secret_equal(mac, sizeof(mac), p + OWN_PAYLOAD, sizeof(mac)))
		return false;
	out->start_s = (int64_t)get64(p + 5);
	out->end_s = (int64_t)get64(p + 13);
	return out->start_s >= 0 && out->end_s >= out->start_s &&
	    out->end_s <= INT64_MAX / 2;
}

static int64_t
end_of(const struct ctx *c, int64_t start_s, int64_t minutes)
{
	if (minutes < 1)
		minutes = 1;
	if (minutes > c->config->sott_max_minutes)
		minutes = c->config->sott_max_minutes;
	return start_s + minutes * 60;
}

struct str
sott_make(struct ctx *c, int64_t start_s, int64_t minutes,
    int64_t *end_s_out)
{
	unsigned char raw[OWN_TOTAL];
	struct str text;

	*end_s_out = end_of(c, start_s, minutes);
	raw[0] = OWN_VERSION;
	put_number(raw + 1, keys_number(c->keys));
	put64(raw + 5, (uint64_t)start_s);
	put64(raw + 13, (uint64_t)*end_s_out);
	rand_bytes(raw + 21, 16);
	must(own_mac(c, raw, raw + OWN_PAYLOAD));
	text = base64url_encode(c->arena, raw, sizeof(raw));
	return str_printf(c->arena, "%.*s%.*s", STR_FMT(own_prefix),
	    STR_FMT(text));
}

struct str
sott_make_legacy(struct ctx *c, int64_t start_s, int64_t minutes,
    int64_t *end_s_out)
{
	unsigned char plain[CIPHER_MAX], cipher[CIPHER_MAX];
	int64_t end_s = end_of(c, start_s, minutes);
	struct clock_parts s = clock_utc(start_s), e = clock_utc(end_s);
	struct str text, sum;
	size_t len, pad;

	text = str_printf(c->arena, "%d/%d/%d %d:%02d:%02d#%.*s#"
	    "%d/%d/%d %d:%02d:%02d", s.year, s.month, s.day, s.hour, s.minute,
	    s.second, STR_FMT(c->config->api_key), e.year, e.month, e.day,
	    e.hour, e.minute, e.second);
	pad = BLOCK - text.len % BLOCK;
	len = text.len + pad;
	must(len <= sizeof(plain));
	memcpy(plain, text.p, text.len);
	memset(plain + text.len, (int)pad, pad);
	cbc(true, legacy_key(&c->config->api_secret, 0),
	    (struct str){ (char *)plain, len }, cipher);
	text = base64_encode(c->arena, cipher, len);
	sum = md5_hex(c->arena, text);
	if (sum.p == NULL)	/* no MD5 here: only ours can be made */
		return sott_make(c, start_s, minutes, end_s_out);
	*end_s_out = end_s;
	return str_printf(c->arena, "%.*s*%.*s", STR_FMT(text), STR_FMT(sum));
}

/*
 * A query's decoding may have made blanks of plus signs, and a value may
 * have been percent-encoded once more than it was decoded.
 */
static bool
undo_transport(struct arena *a, struct str token, struct str *out)
{
	struct str s = str_dup(a, token);
	char *p = (char *)(uintptr_t)s.p;
	size_t i;

	for (i = 0; i < s.len; i++)
		if (p[i] == ' ')
			p[i] = '+';
	if (!str_has(s, '%')) {
		*out = s;
		return true;
	}
	return percent_decode(a, s, false, out);
}

static bool
in_time(const struct ctx *c, struct span *s)
{
	int64_t max_s = c->config->sott_max_minutes * 60;
	int64_t skew_s = c->config->sott_skew_s;

	/* The times of a legacy token were chosen by its maker. */
	if (s->end_s - s->start_s > max_s)
		s->end_s = s->start_s + max_s;
	return c->now_s >= s->start_s - skew_s &&
	    c->now_s <= s->end_s + skew_s;
}

static bool
read_token(struct ctx *c, struct str token, struct str *out)
{
	return token.len > 0 && token.len <= LIMIT_SOTT &&
	    undo_transport(c->arena, token, out) && out->len > 0;
}

void
sott_hash(struct ctx *c, struct str token, unsigned char out[32])
{
	struct str text;

	memset(out, 0, 32);
	if (read_token(c, token, &text))
		sha256(text.p, text.len, out);
}

enum err
sott_check(struct ctx *c, struct str token, unsigned char hash_out[32],
    int64_t *end_s_out)
{
	struct span span;
	struct str text;
	bool good;

	if (!read_token(c, token, &text))
		return err_set(c, ERR_SOTT_INVALID, NULL,
		    "SOTT empty, too long or not decodable");
	if (str_starts(text, own_prefix))
		good = check_own(c, text, &span);
	else
		good = check_legacy(c, text, &span);
	if (!good)
		return err_set(c, ERR_SOTT_INVALID, NULL,
		    "SOTT not made for this site");
	if (!in_time(c, &span))
		return err_set(c, ERR_SOTT_INVALID, NULL,
		    "SOTT outside its time: check the clocks");
	sha256(text.p, text.len, hash_out);
	*end_s_out = span.end_s + c->config->sott_skew_s;
	return ERR_OK;
}
