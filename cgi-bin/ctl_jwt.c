/*
 * doorwardctl keys jwt-...: the keys that sign access tokens, by their kid,
 * never by what is private of them.
 */
#include "ctl.h"

#include "domain/signing_key.h"

static void
print_key(struct ctl *t, const struct signing_key *k)
{
	static const char *const states[] = {
		[SIGNING_KEY_NEXT] = "next", [SIGNING_KEY_SIGNS] = "signs",
		[SIGNING_KEY_EARLIER] = "earlier", [SIGNING_KEY_OVER] = "over"
	};
	struct str kid = uid_hex(t->ctx->arena, k->kid);
	struct str alg = json_string(json_get(k->jwk, "alg"));
	struct json *j;

	if (!t->json) {
		printf("%s  %-5s  %-7s  signs since %s", kid.p, alg.p,
		    states[k->state], ctl_time(t, k->signs_s));
		printf("  last token ends %s\n", ctl_time(t, k->needed_s));
		return;
	}
	j = json_new_object(t->ctx->arena);
	json_set_str(j, "kid", kid);
	json_set_str(j, "algorithm", alg);
	json_set_cstr(j, "state", states[k->state]);
	json_set_cstr(j, "created", ctl_time(t, k->created_s));
	json_set_cstr(j, "signs", ctl_time(t, k->signs_s));
	json_set_cstr(j, "needed", ctl_time(t, k->needed_s));
	ctl_json(t, j);
}

int
ctl_jwt_list(struct ctl *t)
{
	struct signing_key *keys;
	size_t n, i;
	enum err e;

	if (!ctl_options(t, NULL, 0, NULL, 0, NULL))
		return ctl_usage(t);
	e = signing_key_list(t->ctx, &keys, &n);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	for (i = 0; i < n; i++)
		print_key(t, &keys[i]);
	return CTL_OK;
}

int
ctl_jwt_rotate(struct ctl *t)
{
	struct signing_key fresh;
	bool now = false;
	enum err e;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--now", NULL, &now } }, 1, NULL, 0, NULL))
		return ctl_usage(t);
	e = signing_key_rotate(t->ctx, now, &fresh);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	print_key(t, &fresh);
	return CTL_OK;
}

int
ctl_jwt_drop(struct ctl *t)
{
	const char *rest[1];
	struct uid kid;
	size_t n;
	enum err e;

	if (!ctl_options(t, NULL, 0, rest, 1, &n) || n != 1 ||
	    !uid_parse(str_of(rest[0]), &kid))
		return ctl_usage(t);
	e = signing_key_drop(t->ctx, kid);
	if (e == ERR_NOT_FOUND) {
		ctl_say("no key has this kid");
		return CTL_FAILED;
	}
	if (e != ERR_OK)
		return ctl_fail(t, e);
	puts(t->json ? "{\"dropped\":true}" : "dropped");
	return CTL_OK;
}
