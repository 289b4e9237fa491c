/*
 * A device that waits until its person signs it in elsewhere: smart login and
 * one-touch login.  The device names itself by a guid of its own making, and
 * asks by it (pings) until somebody approves; then it is signed in, once.
 */
#ifndef DOMAIN_DEVICE_LOGIN_H
#define DOMAIN_DEVICE_LOGIN_H

#include "login.h"

/* The numbers stand in the database. */
enum device_family { DEVICE_SMART = 1, DEVICE_ONE_TOUCH = 2 };

/* Of a guid's form: 16 to 128 printable characters, not all alike.  Missing
 * and malformed: ERR_PARAMETER. */
MUST_CHECK enum err device_guid_judge(struct ctx *c, struct str guid);
/* One for a device that leaves the making to us. */
struct str device_guid_new(struct ctx *c);

struct device_start {
	enum device_family family;
	struct str guid;
	enum session_kind kind;		/* of the session that it waits for */
	bool remember;
	bool same_network;	/* only a ping from this network gets it */
	struct uid uid;		/* an unknown name: ticket_decoy_uid */
	bool replaces;		/* a secret goes out that voids the older one:
				 * older devices of uid wait in vain */
};
/*
 * Inside the transaction that sends the secret: the device of this request
 * waits from now on.  *ref_out is its name for the functions below; it is no
 * secret, and a ticket may hold it.  ERR_GUID_USED.
 */
MUST_CHECK enum err device_login_start(struct ctx *c,
    const struct device_start *in, struct str *ref_out);

/* What is told to who approves, and what the waiting device shows. */
#define DEVICE_CHOICES	3
struct device_request {
	enum device_family family;
	int64_t created_s, expires_s;
	struct str address, user_agent, city, country;	/* "": not known */
	struct str number;			/* two digits */
	struct str choices[DEVICE_CHOICES];	/* it among others */
	bool approved;				/* and not collected yet */
};
/* ERR_TICKET_INVALID (unknown), ERR_DEVICE_APPROVED, ERR_DEVICE_USED
 * (collected, refused or replaced), ERR_LINK_EXPIRED; ERR_OK: it waits. */
MUST_CHECK enum err device_login_read(struct ctx *c, struct str ref,
    struct device_request *out);
/* The two digits that a device which waits shows. */
struct str device_login_number(struct ctx *c, struct str ref);
/*
 * Inside the transaction that consumes the secret, with the account locked:
 * the device may collect a session of this account, as it is of this
 * generation.  Errors as of device_login_read.
 * method  for the audit
 */
MUST_CHECK enum err device_login_approve(struct ctx *c, struct str ref,
    struct uid uid, int64_t generation, const char *method);
/* The same for "no": ERR_OK also when it had stopped waiting. */
MUST_CHECK enum err device_login_refuse(struct ctx *c, struct str ref);

/*
 * LG25.  ERR_DEVICE_WAITING (ask again), ERR_DEVICE_GONE (unknown, expired,
 * refused, collected before), ERR_RATE_LIMITED (asked again too early),
 * ERR_SMART_OFF; errors of the gate, once.
 */
struct device_ping {
	struct str guid;
	struct session_options session;
	struct str browser;	/* pages: the mark that came along */
};
MUST_CHECK enum err device_login_ping(struct ctx *c,
    const struct device_ping *in, struct login_result *out);
/* The waiting page's: what device_login_read tells, by the guid.  Counts as
 * no ping.  ERR_DEVICE_GONE. */
MUST_CHECK enum err device_login_of(struct ctx *c, struct str guid,
    struct device_request *out);

#endif
