#include "load.h"

#include <dlfcn.h>

bool
load_symbols(const char *library, const struct load_symbol *list, size_t n)
{
	void *lib, *fn;
	size_t i;

	lib = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	if (lib == NULL)
		return false;
	for (i = 0; i < n; i++) {
		fn = dlsym(lib, list[i].name);
		if (fn == NULL)
			return false;
		memcpy(list[i].at, &fn, sizeof(fn));
	}
	return true;
}
