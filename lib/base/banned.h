/*
 * Functions that cost others dearly.  Including this after the standard
 * headers turns their use into an error of the build.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets
#pragma GCC poison strncpy strncat gmtime localtime ctime asctime
#pragma GCC poison atoi atol atoll rand srand random drand48 system popen
#pragma GCC poison mktemp tmpnam setlocale

#endif
