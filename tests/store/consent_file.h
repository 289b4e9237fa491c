/*
 * The consent forms of a store test: a file of its own, and what is sent for
 * them.
 */
#ifndef TESTS_STORE_CONSENT_FILE_H
#define TESTS_STORE_CONSENT_FILE_H

#include "fixture.h"

#include <unistd.h>

#include "domain/consent.h"

#define CONSENT_OPTIONS \
	"\"version\":1,\"start\":\"2020-01-01\",\"options\":[" \
	"{\"id\":\"terms\",\"text\":\"Terms\",\"strict\":true}," \
	"{\"id\":\"news\",\"text\":\"News\"}]}"

/* Forms for one event, in force for the test that runs. */
static inline void
consent_file(const char *event)
{
	static char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/tmp/doorward-consent-%d.json",
	    (int)getpid());
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "{\"forms\":[{\"event\":\"%s\"," CONSENT_OPTIONS "]}",
	    event);
	assert_int_equal(fclose(f), 0);
	fx_config->consent_file = str_of(path);
}

static inline void
consent_file_end(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/doorward-consent-%d.json",
	    (int)getpid());
	unlink(path);
}

/* Terms yes, news as said. */
static inline struct consent_input
consent_answer(const char *event, bool news)
{
	static struct consent_event events[1];
	static struct consent_choice choices[2];

	events[0] = (struct consent_event){ str_of(event), false };
	choices[0] = (struct consent_choice){ STR("terms"), true };
	choices[1] = (struct consent_choice){ STR("news"), news };
	return (struct consent_input){ events, 1, choices, 2 };
}

#endif
