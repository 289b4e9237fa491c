/*
 * What a User-Agent says of browser, system and kind of device, in the names
 * that people know.  For showing, never for deciding.
 */
#ifndef CODEC_AGENT_H
#define CODEC_AGENT_H

#include "base/str.h"

struct agent {
	const char *browser;	/* "Firefox"; "unknown" */
	const char *os;		/* "Linux"; "unknown" */
	const char *device;	/* "PC", "iPhone"; "" when not known */
	const char *type;	/* "Desktop", "Mobile", "Tablet" */
};

struct agent agent_read(struct str user_agent);

#endif
