/*
 * Yardstick of the token check: libfcgi, one prepared read by primary key.
 */
#include "yard.h"

#include <fcgiapp.h>
#include <string.h>

static void
answer(FCGX_Request *q, struct yard_read *r)
{
	const char *token = FCGX_GetParam("HTTP_AUTHORIZATION", q->envp);

	r->key_len = 16;
	if (token == NULL || strncmp(token, "Bearer ", 7) != 0 ||
	    !yard_unhex(token + 7, (unsigned char *)r->key, 16) ||
	    !yard_read_one(r)) {
		FCGX_PutS("Status: 401 Unauthorized\r\n\r\n", q->out);
		return;
	}
	FCGX_FPrintF(q->out, "Content-Type: application/json\r\n\r\n"
	    "{\"access_token\":\"%s\",\"generation\":%s}", token + 7,
	    r->value);
}

int
main(void)
{
	struct yard_read r;
	FCGX_Request q;

	yard_read_open(&r, yard_connect(),
	    "SELECT generation FROM dw_account WHERE uid = ?");
	FCGX_Init();
	FCGX_InitRequest(&q, 0, 0);
	while (FCGX_Accept_r(&q) == 0) {
		answer(&q, &r);
		FCGX_Finish_r(&q);
	}
	return 0;
}
