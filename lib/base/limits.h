/*
 * Every maximum of the program, in bytes unless the name says otherwise.
 * security-relevant ones follow the table of limits in docs/.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define LIMIT_BODY		(64 * 1024)
#define LIMIT_BODY_OBJECT	(96 * 1024)
#define LIMIT_QUERY		(8 * 1024)
#define LIMIT_PATH		1024
#define LIMIT_HEADER		(8 * 1024)
#define LIMIT_HEADERS		100	/* count */
#define LIMIT_PARAMS		256	/* count */
#define LIMIT_COOKIES		64	/* count */
#define LIMIT_JSON_DEPTH	16	/* levels */
#define LIMIT_JSON_MEMBERS	1000	/* count, whole text */
#define LIMIT_OBJECTS		100	/* count, of one account and name */
#define LIMIT_OBJECTS_SIZE	(4 * 1024 * 1024)	/* of all those */
#define LIMIT_PROFILE		(128 * 1024)	/* a stored one */
#define LIMIT_RESPONSE		(1024 * 1024)
#define LIMIT_EMAIL		254
#define LIMIT_USERNAME		128	/* 32 code points */
#define LIMIT_PHONE		16	/* "+" and 15 digits */
#define LIMIT_PASSWORD_INPUT	1024
#define LIMIT_TEXT		4000	/* 1000 code points */
#define LIMIT_URL		2048
#define LIMIT_USER_AGENT	512
#define LIMIT_HOST		255
#define LIMIT_SOTT		512
#define LIMIT_JWT		(16 * 1024)
#define LIMIT_JWT_HEADER	(2 * 1024)
#define LIMIT_CAPTCHA		(4 * 1024)	/* an answer */
#define LIMIT_CONFIG_LINE	(64 * 1024)
#define LIMIT_MAIL		(256 * 1024)
#define LIMIT_READ_MS		20000	/* for the whole body of a request */
#define LIMIT_DRAIN		(4 * 1024 * 1024) /* thrown away, if refused */
#define LIMIT_DRAIN_MS		2000
#define LIMIT_GROWTH_KIB	65536	/* of one process, then it is renewed */
#define LIMIT_TEMPLATE		(256 * 1024)

#endif
