/*
 * Functions that cost others dearly.  Including this turns their use into an
 * error of the build.  A poisoning pragma would be shorter, but the headers
 * of OpenSSL and the database client use some of these words themselves.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC diagnostic error "-Wdeprecated-declarations"

#define BAN(fn)	extern __typeof__(fn) fn __attribute__((deprecated("banned")))

BAN(strcpy);
BAN(strcat);
BAN(strncpy);
BAN(strncat);
BAN(strtok);
BAN(sprintf);
BAN(vsprintf);
BAN(gmtime);
BAN(localtime);
BAN(ctime);
BAN(asctime);
BAN(atoi);
BAN(atol);
BAN(atoll);
BAN(rand);
BAN(srand);
BAN(random);
BAN(drand48);
BAN(system);
BAN(popen);
BAN(mktemp);
BAN(tmpnam);
BAN(tempnam);
BAN(stpcpy);
BAN(srandom);
BAN(lrand48);
BAN(mrand48);
BAN(setlocale);

#undef BAN

#endif
