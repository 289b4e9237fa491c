/*
 * Where in an HTML text a value would stand.  It follows the text as it is
 * written, so sections and parts need no special care.
 */
#ifndef CODEC_TEMPLATE_HTML_H
#define CODEC_TEMPLATE_HTML_H

#include "base/str.h"

#define HTML_NAME_MAX	16

enum html_state {
	HTML_TEXT, HTML_TAG_OPEN, HTML_TAG_NAME, HTML_IN_TAG, HTML_ATTR_NAME,
	HTML_AFTER_NAME, HTML_BEFORE_VALUE, HTML_VALUE_DOUBLE,
	HTML_VALUE_SINGLE, HTML_VALUE_BARE, HTML_DECLARATION, HTML_COMMENT,
	HTML_RAW
};

struct html {
	enum html_state state;
	bool closing;			/* the tag is </... */
	bool begun;			/* the attribute's value has text */
	unsigned matched;		/* characters of "--" or "</style" */
	char tag[HTML_NAME_MAX], attr[HTML_NAME_MAX];	/* lower case, cut */
};

enum html_place {
	HTML_PLACE_TEXT,		/* text or an ordinary quoted value */
	HTML_PLACE_URL_START,		/* the beginning of an address */
	HTML_PLACE_URL,			/* further in */
	HTML_PLACE_FORBIDDEN
};

void html_feed(struct html *h, struct str text);	/* zeroed at first */
enum html_place html_place(const struct html *h);
void html_value(struct html *h);	/* an escaped value was written */

#endif
