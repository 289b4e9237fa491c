/*
 * Email addresses: one canonical form, which is an address itself; nothing of
 * what is accepted can bend a header or a command of SMTP.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "codec/identifier.h"
#include "codec/text.h"
#include "net/mail_internal.h"

const char fuzz_name[] = "email";

static struct str
domain_of(struct str s)
{
	struct str local;

	/* No quoted local parts, so there is one '@'. */
	claim(str_split(&s, '@', &local) && s.p != NULL && !str_has(s, '@'));
	return s;
}

static bool
is_ascii(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static void
judge_domain(struct arena *a, struct str domain)
{
	size_t i;

	claim(domain.len > 2 && domain.len <= 253);
	claim(str_eq(str_lower(a, domain), domain));
	for (i = 0; i < domain.len; i++)
		claim(strchr("abcdefghijklmnopqrstuvwxyz0123456789-.",
		    domain.p[i]) != NULL);
	claim(str_has(domain, '.'));
	claim(!fuzz_contains(domain, STR("..")));
	claim(domain.p[0] != '.' && domain.p[domain.len - 1] != '.');
}

static void
judge_mailbox(struct arena *a, struct str s)
{
	struct str mailbox = identifier_mailbox(a, s);

	claim(mailbox.p != NULL && fuzz_clean(mailbox));
	claim(!fuzz_has_any(mailbox, " <>()[]\\,;:\""));
	claim(mail_address_valid(mailbox) == (is_ascii(mailbox) &&
	    mailbox.len <= LIMIT_EMAIL));
}

static struct str
judge(struct arena *a, struct str s, bool fold)
{
	struct identifier id = { .given = STR("kept") }, again;
	enum err e;

	e = identifier_email(a, s, fold, &id);
	if (e != ERR_OK) {
		claim(e == ERR_EMAIL_MALFORMED);
		claim(str_eq(id.given, STR("kept")));
		return STR_NONE;
	}
	claim(id.kind == IDENTIFIER_EMAIL && str_eq(id.given, s));
	claim(s.len <= LIMIT_EMAIL && id.canonical.len <= LIMIT_EMAIL);
	claim(fuzz_clean(s) && fuzz_clean(id.canonical));
	claim(!fuzz_has_any(id.canonical, " <>()[]\\,;:\""));
	judge_domain(a, domain_of(id.canonical));
	judge_mailbox(a, s);
	judge_mailbox(a, id.canonical);
	claim(identifier_email(a, id.canonical, fold, &again) == ERR_OK);
	claim(str_eq(again.canonical, id.canonical));
	return id.canonical;
}

void
fuzz_one(struct arena *a, struct str s)
{
	struct str folded = judge(a, s, true), kept = judge(a, s, false);
	struct str lower = judge(a, str_lower(a, s), true);

	if (folded.p != NULL) {
		/* ASCII letters: case is of no account. */
		claim(lower.p != NULL && str_eq(lower, folded));
	}
	if (folded.p != NULL && kept.p != NULL)
		claim(str_eq(judge(a, kept, true), folded));
}
