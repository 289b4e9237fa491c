#include "session_active.h"

#include "session_internal.h"

static enum err
by_token(struct ctx *c, struct str token, struct uid *uid_out)
{
	struct store_session s;
	enum err e;

	e = session_read(c, SESSION_API, token, 0, &s);
	if (e == ERR_OK) {
		*uid_out = s.uid;
		return ERR_OK;
	}
	if (e == ERR_TOKEN_EXPIRED || e == ERR_PRIVACY_OUTSTANDING)
		return err_set(c, ERR_NO_SESSION, "token", "over or limited");
	return e;
}

static enum err
by_account(struct ctx *c, struct str id, struct uid *uid_out)
{
	struct account a;
	struct uid uid;
	enum err e;

	if (!uid_parse(id, &uid))
		return err_set(c, ERR_ACCOUNT_ID, "accountid", "malformed");
	e = account_get(c, uid, &a);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_ACCOUNT_ID, "accountid", "unknown");
	if (e == ERR_OK)
		*uid_out = uid;
	return e;
}

static enum err
by_profile(struct ctx *c, struct str id, struct uid *uid_out)
{
	struct uid profile, owner;
	enum err e;

	if (!uid_parse(id, &profile))
		return err_set(c, ERR_PROFILE_ID, "profileid", "malformed");
	e = store_session_profile_owner(c, profile, &owner);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && !uid_is_zero(*uid_out) &&
	    !uid_eq(owner, *uid_out)))
		return err_set(c, ERR_PROFILE_ID, "profileid", "unknown");
	if (e == ERR_OK)
		*uid_out = owner;
	return e;
}

static enum err
find(struct ctx *c, const struct session_asked *asked, struct uid *uid_out)
{
	enum err e = ERR_OK;

	if (str_present(asked->token))
		return by_token(c, asked->token, uid_out);
	if (!str_present(asked->account_id) &&
	    !str_present(asked->profile_id))
		return err_set(c, ERR_PARAMETER, "token", "nobody is named");
	if (str_present(asked->account_id))
		e = by_account(c, asked->account_id, uid_out);
	if (e == ERR_OK && str_present(asked->profile_id))
		e = by_profile(c, asked->profile_id, uid_out);
	return e;
}

enum err
session_active(struct ctx *c, const struct session_asked *asked, size_t max,
    struct session_row **out, size_t *n_out)
{
	struct uid uid = { { 0 } };
	enum err e;

	e = find(c, asked, &uid);
	return e != ERR_OK ? e : session_list_tokens(c, uid, max,
	    out, n_out);
}
