/*
 * The raw rate of argon2id 19456/2/1 on this machine: yard_rate MS, one
 * process a processor; prints hashes a second.
 */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "yard_hash.h"

static const char phc[] = "$argon2id$v=19$m=19456,t=2,p=1$"
    "MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
child(int64_t ms, int out)
{
	struct arena *a = arena_new();
	int64_t end, start;
	double n = 0;

	(void)yard_hash_verify(a, phc, "the first maps the memory");
	start = now_ms();
	for (end = start + ms; now_ms() < end; n++) {
		(void)yard_hash_verify(a, phc, "a password of usual length");
		arena_reset(a);
	}
	n = n * 1000 / (double)(now_ms() - start);
	if (write(out, &n, sizeof(n)) != sizeof(n))
		_exit(1);
	_exit(0);
}

int
main(int argc, char **argv)
{
	double n, all = 0;
	int i, ends[2];
	cpu_set_t set;

	if (argc != 2 || pipe(ends) != 0 ||
	    sched_getaffinity(0, sizeof(set), &set) != 0)
		return 2;
	for (i = 0; i < CPU_COUNT(&set); i++)
		if (fork() == 0)
			child(strtol(argv[1], NULL, 10), ends[1]);
	for (; i > 0; i--) {
		if (read(ends[0], &n, sizeof(n)) != sizeof(n))
			return 1;
		all += n;
	}
	while (wait(NULL) > 0)
		;
	printf("%.1f\n", all);
	return 0;
}
