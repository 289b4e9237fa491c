/*
 * JSON text that is kept and given back, not understood: names keep their
 * order and their case, numbers their digits, whatever their size.
 */
#ifndef CODEC_JSON_DATA_H
#define CODEC_JSON_DATA_H

#include "json.h"

/*
 * The strict gate, but numbers of any size.  *member_out as
 * json_fault_member.
 */
enum json_fault json_data_check(struct str text, unsigned depth,
    unsigned members, struct str *member_out);
/*
 * The one spelling of a text that has passed: no blanks between, no escape
 * that is not needed.  Never longer than the text.
 */
struct str json_data_canonical(struct arena *a, struct str text);

/* A member as it stands in a canonical text, the name with its quotes. */
struct json_member { struct str name, value; };
/* Those of an object. */
size_t json_data_members(struct arena *a, struct str object,
    struct json_member **out);
/* An object of these; a member without a value is left out. */
struct str json_data_object(struct arena *a, const struct json_member *list,
    size_t n);
/*
 * Both canonical objects: of the first, with each member of the second in
 * place of its own, or behind.
 */
struct str json_data_merge(struct arena *a, struct str object,
    struct str changes);

#endif
