#include "err.h"

#include <stdarg.h>

#include "ctx.h"

#undef err_set	/* an analyzer's */

static const char *const names[] = {
	"OK",
#define E(name, status, api, level, message, description)	#name,
#include "errors.def"
#undef E
};

const char *
err_name(enum err e)
{
	must((size_t)e < COUNT(names));
	return names[e];
}

enum err
err_set(struct ctx *c, enum err e, const char *field, const char *note_fmt,
    ...)
{
	va_list ap;
	char note[512];

	va_start(ap, note_fmt);
	vsnprintf(note, sizeof(note), note_fmt, ap);
	va_end(ap);
	c->err.code = e;
	c->err.field = field;
	c->err.note = str_cstr(c->arena, str_of(note));
	return e;
}

void
err_add_field(struct ctx *c, const char *name, const char *message)
{
	struct err_field *f, **at;

	f = ARENA_NEW(c->arena, struct err_field);
	f->name = name;
	f->message = message;
	for (at = &c->err.fields; *at != NULL; at = &(*at)->next)
		;
	*at = f;
}
