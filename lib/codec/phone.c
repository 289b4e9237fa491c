#include "phone.h"

#include "base/arena.h"

#define DIGITS_MIN	7
#define DIGITS_MAX	15

enum trunk {
	ZERO_KEPT,	/* numbers may begin with zero, or we do not know */
	ZERO_TRUNK	/* a zero in front is only dialled at home */
};

/*
 * ITU Operational Bulletin, assigned country codes of geographic areas and of
 * the satellite and international networks; those of service numbers (800,
 * 808, 979) reach no person and are left out.
 */
static const struct country {
	const char *code;
	enum trunk trunk;
} countries[] = {
	{ "1", ZERO_KEPT }, { "7", ZERO_KEPT },
	{ "20", ZERO_TRUNK }, { "211", ZERO_TRUNK }, { "212", ZERO_TRUNK },
	{ "213", ZERO_TRUNK }, { "216", ZERO_KEPT }, { "218", ZERO_TRUNK },
	{ "220", ZERO_KEPT }, { "221", ZERO_KEPT }, { "222", ZERO_KEPT },
	{ "223", ZERO_KEPT }, { "224", ZERO_KEPT }, { "225", ZERO_KEPT },
	{ "226", ZERO_KEPT }, { "227", ZERO_KEPT }, { "228", ZERO_KEPT },
	{ "229", ZERO_KEPT }, { "230", ZERO_KEPT }, { "231", ZERO_TRUNK },
	{ "232", ZERO_TRUNK }, { "233", ZERO_TRUNK }, { "234", ZERO_TRUNK },
	{ "235", ZERO_KEPT }, { "236", ZERO_KEPT }, { "237", ZERO_KEPT },
	{ "238", ZERO_KEPT }, { "239", ZERO_KEPT }, { "240", ZERO_KEPT },
	{ "241", ZERO_KEPT }, { "242", ZERO_KEPT }, { "243", ZERO_TRUNK },
	{ "244", ZERO_KEPT }, { "245", ZERO_KEPT }, { "246", ZERO_KEPT },
	{ "247", ZERO_KEPT }, { "248", ZERO_KEPT }, { "249", ZERO_TRUNK },
	{ "250", ZERO_TRUNK }, { "251", ZERO_TRUNK }, { "252", ZERO_KEPT },
	{ "253", ZERO_KEPT }, { "254", ZERO_TRUNK }, { "255", ZERO_TRUNK },
	{ "256", ZERO_TRUNK }, { "257", ZERO_KEPT }, { "258", ZERO_KEPT },
	{ "260", ZERO_TRUNK }, { "261", ZERO_TRUNK }, { "262", ZERO_TRUNK },
	{ "263", ZERO_TRUNK }, { "264", ZERO_TRUNK }, { "265", ZERO_KEPT },
	{ "266", ZERO_KEPT }, { "267", ZERO_KEPT }, { "268", ZERO_KEPT },
	{ "269", ZERO_KEPT }, { "27", ZERO_TRUNK }, { "290", ZERO_KEPT },
	{ "291", ZERO_TRUNK }, { "297", ZERO_KEPT }, { "298", ZERO_KEPT },
	{ "299", ZERO_KEPT },
	{ "30", ZERO_KEPT }, { "31", ZERO_TRUNK }, { "32", ZERO_TRUNK },
	{ "33", ZERO_TRUNK }, { "34", ZERO_KEPT }, { "350", ZERO_KEPT },
	{ "351", ZERO_KEPT }, { "352", ZERO_KEPT }, { "353", ZERO_TRUNK },
	{ "354", ZERO_KEPT }, { "355", ZERO_TRUNK }, { "356", ZERO_KEPT },
	{ "357", ZERO_KEPT }, { "358", ZERO_TRUNK }, { "359", ZERO_TRUNK },
	{ "36", ZERO_KEPT }, { "370", ZERO_TRUNK }, { "371", ZERO_KEPT },
	{ "372", ZERO_KEPT }, { "373", ZERO_TRUNK }, { "374", ZERO_TRUNK },
	{ "375", ZERO_KEPT }, { "376", ZERO_KEPT }, { "377", ZERO_KEPT },
	{ "378", ZERO_KEPT }, { "379", ZERO_KEPT }, { "380", ZERO_TRUNK },
	{ "381", ZERO_TRUNK }, { "382", ZERO_TRUNK }, { "383", ZERO_TRUNK },
	{ "385", ZERO_TRUNK }, { "386", ZERO_TRUNK }, { "387", ZERO_TRUNK },
	{ "389", ZERO_TRUNK }, { "39", ZERO_KEPT },
	{ "40", ZERO_TRUNK }, { "41", ZERO_TRUNK }, { "420", ZERO_KEPT },
	{ "421", ZERO_TRUNK }, { "423", ZERO_KEPT }, { "43", ZERO_TRUNK },
	{ "44", ZERO_TRUNK }, { "45", ZERO_KEPT }, { "46", ZERO_TRUNK },
	{ "47", ZERO_KEPT }, { "48", ZERO_KEPT }, { "49", ZERO_TRUNK },
	{ "500", ZERO_KEPT }, { "501", ZERO_KEPT }, { "502", ZERO_KEPT },
	{ "503", ZERO_KEPT }, { "504", ZERO_KEPT }, { "505", ZERO_KEPT },
	{ "506", ZERO_KEPT }, { "507", ZERO_KEPT }, { "508", ZERO_TRUNK },
	{ "509", ZERO_KEPT }, { "51", ZERO_TRUNK }, { "52", ZERO_KEPT },
	{ "53", ZERO_TRUNK }, { "54", ZERO_TRUNK }, { "55", ZERO_TRUNK },
	{ "56", ZERO_KEPT }, { "57", ZERO_KEPT }, { "58", ZERO_TRUNK },
	{ "590", ZERO_TRUNK }, { "591", ZERO_TRUNK }, { "592", ZERO_KEPT },
	{ "593", ZERO_TRUNK }, { "594", ZERO_TRUNK }, { "595", ZERO_TRUNK },
	{ "596", ZERO_TRUNK }, { "597", ZERO_KEPT }, { "598", ZERO_TRUNK },
	{ "599", ZERO_KEPT },
	{ "60", ZERO_TRUNK }, { "61", ZERO_TRUNK }, { "62", ZERO_TRUNK },
	{ "63", ZERO_TRUNK }, { "64", ZERO_TRUNK }, { "65", ZERO_KEPT },
	{ "66", ZERO_TRUNK }, { "670", ZERO_KEPT }, { "672", ZERO_KEPT },
	{ "673", ZERO_KEPT }, { "674", ZERO_KEPT }, { "675", ZERO_KEPT },
	{ "676", ZERO_KEPT }, { "677", ZERO_KEPT }, { "678", ZERO_KEPT },
	{ "679", ZERO_KEPT }, { "680", ZERO_KEPT }, { "681", ZERO_KEPT },
	{ "682", ZERO_KEPT }, { "683", ZERO_KEPT }, { "685", ZERO_KEPT },
	{ "686", ZERO_KEPT }, { "687", ZERO_KEPT }, { "688", ZERO_KEPT },
	{ "689", ZERO_KEPT }, { "690", ZERO_KEPT }, { "691", ZERO_KEPT },
	{ "692", ZERO_KEPT },
	{ "81", ZERO_TRUNK }, { "82", ZERO_TRUNK }, { "84", ZERO_TRUNK },
	{ "850", ZERO_KEPT }, { "852", ZERO_KEPT }, { "853", ZERO_KEPT },
	{ "855", ZERO_TRUNK }, { "856", ZERO_TRUNK }, { "86", ZERO_TRUNK },
	{ "870", ZERO_KEPT }, { "878", ZERO_KEPT }, { "880", ZERO_TRUNK },
	{ "881", ZERO_KEPT }, { "882", ZERO_KEPT }, { "883", ZERO_KEPT },
	{ "886", ZERO_TRUNK },
	{ "90", ZERO_TRUNK }, { "91", ZERO_TRUNK }, { "92", ZERO_TRUNK },
	{ "93", ZERO_TRUNK }, { "94", ZERO_TRUNK }, { "95", ZERO_TRUNK },
	{ "960", ZERO_KEPT }, { "961", ZERO_TRUNK }, { "962", ZERO_TRUNK },
	{ "963", ZERO_TRUNK }, { "964", ZERO_TRUNK }, { "965", ZERO_KEPT },
	{ "966", ZERO_TRUNK }, { "967", ZERO_TRUNK }, { "968", ZERO_KEPT },
	{ "970", ZERO_TRUNK }, { "971", ZERO_TRUNK }, { "972", ZERO_TRUNK },
	{ "973", ZERO_KEPT }, { "974", ZERO_KEPT }, { "975", ZERO_KEPT },
	{ "976", ZERO_TRUNK }, { "977", ZERO_TRUNK }, { "98", ZERO_TRUNK },
	{ "992", ZERO_KEPT }, { "993", ZERO_KEPT }, { "994", ZERO_TRUNK },
	{ "995", ZERO_TRUNK }, { "996", ZERO_TRUNK }, { "998", ZERO_KEPT },
};

/* The codes are prefix-free: at most one fits. */
static const struct country *
find_country(const char *digits)
{
	size_t i;

	for (i = 0; i < COUNT(countries); i++)
		if (strncmp(digits, countries[i].code,
		    strlen(countries[i].code)) == 0)
			return &countries[i];
	return NULL;
}

/* What stands before the digits; false for a number without country code. */
static bool
take_prefix(struct str *s)
{
	if (s->len > 1 && s->p[0] == ' ' && s->p[1] != ' ') {
		*s = str_sub(*s, 1, SIZE_MAX);
		if (s->p[0] != '+' && !str_starts(*s, STR("00")))
			return true;
	}
	if (str_starts(*s, STR("+")))
		*s = str_sub(*s, 1, SIZE_MAX);
	else if (str_starts(*s, STR("00")))
		*s = str_sub(*s, 2, SIZE_MAX);
	else
		return false;
	return true;
}

/* Brackets must pair and not nest; nothing else but separators. */
static bool
take_digits(struct str s, char digits[DIGITS_MAX + 2], size_t *n_out)
{
	bool open = false;
	size_t i, n = 0;

	for (i = 0; i < s.len; i++) {
		char ch = s.p[i];

		if (ch >= '0' && ch <= '9') {
			/* One more than is allowed: a trunk zero. */
			if (n == DIGITS_MAX + 1)
				return false;
			digits[n++] = ch;
		} else if (ch == (open ? ')' : '(')) {
			open = !open;
		} else if (ch != ' ' && ch != '.' && ch != '-') {
			return false;
		}
	}
	digits[n] = '\0';
	*n_out = n;
	return !open;
}

/* ITU-T E.164 §6; the plans of North America and +7 have one length. */
static bool
length_valid(const struct country *c, size_t n)
{
	if (strcmp(c->code, "1") == 0 || strcmp(c->code, "7") == 0)
		return n == 11;
	return n >= DIGITS_MIN && n <= DIGITS_MAX;
}

bool
phone_canonical(struct arena *a, struct str s, struct str *out)
{
	char digits[DIGITS_MAX + 2];
	const struct country *c;
	size_t n, front;

	if (s.len > 64 || !take_prefix(&s) || !take_digits(s, digits, &n))
		return false;
	c = find_country(digits);
	if (c == NULL)
		return false;
	front = strlen(c->code);
	if (c->trunk == ZERO_TRUNK && digits[front] == '0') {
		memmove(digits + front, digits + front + 1, n - front);
		n--;
		if (digits[front] == '0')
			return false;
	}
	/* No area of the North American plan begins with 0 or 1. */
	if (!length_valid(c, n) || (c->code[0] == '1' && digits[1] < '2'))
		return false;
	*out = str_printf(a, "+%s", digits);
	return true;
}
