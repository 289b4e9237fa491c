#include "roles.h"

static bool
is_letter(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

bool
role_valid(struct str name)
{
	size_t i;

	if (name.len == 0 || name.len > ROLE_NAME_MAX || !is_letter(name.p[0]))
		return false;
	for (i = 0; i < name.len; i++)
		if (!is_letter(name.p[i]) && (name.p[i] == '\0' ||
		    strchr("0123456789_.-", name.p[i]) == NULL))
			return false;
	return true;
}

bool
roles_have(struct str roles, struct str name)
{
	struct str one;

	while (str_split(&roles, ' ', &one))
		if (name.len > 0 && str_eq(one, name))
			return true;
	return false;
}
