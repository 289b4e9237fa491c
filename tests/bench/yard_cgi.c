/*
 * Yardstick of plain CGI: connects, reads one row, answers, ends.
 */
#include "yard.h"

#include <stdio.h>

int
main(void)
{
	MYSQL *my = yard_connect();
	MYSQL_RES *result;
	MYSQL_ROW row;

	if (mysql_query(my, "SELECT generation FROM dw_account WHERE uid ="
	    " 0x00000000000040008000000000000001") != 0 ||
	    (result = mysql_store_result(my)) == NULL ||
	    (row = mysql_fetch_row(result)) == NULL)
		yard_fail("read", mysql_error(my));
	printf("Content-Type: application/json\r\n\r\n"
	    "{\"access_token\":1,\"generation\":%s}", row[0]);
	mysql_free_result(result);
	mysql_close(my);
	return 0;
}
