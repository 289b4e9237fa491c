/*
 * What names an account, each in the form given and in one canonical form
 * that is compared bytewise.  One function per kind, used by every route.
 */
#ifndef CODEC_IDENTIFIER_H
#define CODEC_IDENTIFIER_H

#include "base/err.h"
#include "base/str.h"

struct arena;

enum identifier_kind { IDENTIFIER_EMAIL = 1, IDENTIFIER_USERNAME = 2,
	IDENTIFIER_PHONE = 3 };

struct identifier {
	enum identifier_kind kind;
	struct str given;	/* as typed, trimmed of nothing */
	struct str canonical;	/* at most 254 bytes */
};

/*
 * RFC 5321 §4.1.2, RFC 5891: dot-atom local part (UTF-8 allowed), domain to
 * lower-case A-labels, two labels or more; canonical local part NFC, in lower
 * case if fold_local (the sharp s stays apart from "ss").
 * ERR_EMAIL_MALFORMED.
 */
MUST_CHECK enum err identifier_email(struct arena *a, struct str s,
    bool fold_local, struct identifier *out);
/*
 * The mailbox for the envelope: local part as given, ASCII domain; absent if
 * email is none.
 */
struct str identifier_mailbox(struct arena *a, struct str email);
/*
 * RFC 8265 §3.3 UsernameCaseMapped, 1 to 32 code points.
 * ERR_USERNAME_SYNTAX (length, blanks), ERR_USERNAME_FORMAT (characters, an
 * '@', only digits, a phone number, 32 hex digits as of a Uid).
 */
MUST_CHECK enum err identifier_username(struct arena *a, struct str s,
    struct identifier *out);
/*
 * ITU-T E.164: ERR_PHONE_MALFORMED.  A leading blank counts as '+', and so
 * does "00"; national numbers are refused.
 */
MUST_CHECK enum err identifier_phone(struct arena *a, struct str s,
    struct identifier *out);
/*
 * RFC 8265 §4.2 OpaqueString: NFC, non-ASCII spaces to U+0020, controls
 * refused, nothing trimmed.  ERR_MALFORMED (also for an empty one); input
 * over LIMIT_PASSWORD_INPUT bytes: ERR_TOO_LONG.
 */
MUST_CHECK enum err password_normalise(struct arena *a, struct str s,
    struct str *out);
/*
 * The byte strings that another system may have hashed for this password:
 * out[0] is the normal form above, then what was typed as it stands, then
 * its decomposed form, each where it differs.  0: it can be no password.
 */
#define PASSWORD_SPELLINGS	3
size_t password_spellings(struct arena *a, struct str typed,
    struct str out[PASSWORD_SPELLINGS]);
/* NFKC and full case folding, for comparing texts that people type. */
struct str text_fold(struct arena *a, struct str s);

#endif
