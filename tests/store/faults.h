/*
 * Each statement of each flow fails in turn.  Needs a program that was built
 * with --enable-faults.
 */
#ifndef TESTS_STORE_FAULTS_H
#define TESTS_STORE_FAULTS_H

#include "fixture.h"

struct flow {
	const char *name;
	void (*before)(void);
	enum err (*run)(void);
	enum err good;		/* the answer where nothing fails */
	enum err repeated;	/* the answer of doing it once more */
	bool once_more;		/* a mail may be asked for once more, so
				 * after ERR_UNAVAILABLE it may be there */
	bool alone;		/* no transaction, so no commit to lose */
	struct { int sessions, accounts, mails; } left;	/* if counted */
};

/* One run of a flow, of which a statement failed. */
struct step {
	const struct faults *of;
	const struct flow *flow;
	int64_t before;		/* what look said */
	enum err e;
};

/*
 * look     what the flows change, as a number; NULL: all that they may, but
 *          for counters of tries, last times of use, and the audit
 * always   what must hold at any time, NULL: no more than that no transaction
 *          is open
 * refused  asserts after a refusal; NULL: look says what it said before
 * done     asserts after a good answer; NULL: look says another thing, and a
 *          second run answers as the flow's repeated
 */
struct faults {
	const struct flow *flows;
	size_t n;
	int64_t (*look)(void);
	void (*always)(void);
	void (*refused)(const struct step *s);
	void (*done)(const struct step *s);
	bool unread;		/* no account has a summary before */
};

/* Says so and is true without such a program, or without a server. */
bool faults_absent(void);

/* kind: as lib/db has it; judge: of each run in which a statement failed. */
void faults_walk(const struct faults *f, const char *kind,
    void (*judge)(struct step *s));

/* S-141: refused, nothing half done, and the next try is good. */
void faults_refused(struct step *s);
/* S-138: run again from the start, and then done once. */
void faults_repeated(struct step *s);
/* S-139, S-140: the answer follows the truth; what cannot be known, or was a
 * write on its own, is neither repeated blindly nor called done. */
void faults_lost(struct step *s);
/* S-139: of "commit-blind", where the question what became of a commit fails,
 * too: not called done, and whatever it was, the next try finds its way. */
void faults_blind(struct step *s);

#endif
