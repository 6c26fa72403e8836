/*
 * wrong: what is wrong with one object, as far as its record tells.
 *
 * Rows of condition and sentence, worst first, each with the action that mends
 * it where there is one.  Pure, never fails.  Sources:
 * ucs-directory 8, 13, 14 and 18.
 */
#ifndef POSTROOM_MODEL_WRONG_H
#define POSTROOM_MODEL_WRONG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/record.h"

struct wrong {
	const char *rule;          /* stable word, for tests */
	bool severe;               /* mail or logins fail; else worth knowing */
	const char *sentence;      /* raw bytes inside; arena */
	const char *field;         /* which field mends it; NULL: none here */
};
/* Everything that is wrong, severe ones first; array in the arena. Returns the count. */
size_t wrong_with(struct arena *arena, const struct record *record, struct wrong **list);

/* What the history that can be read here tells beside the record; texts are borrowed, raw bytes inside, NULL: it tells nothing. */
struct wrong_before {
	const char *locked_by, *locked_when, *locked_why;      /* who locked it, when, and the ticket ("": none was given) */
	const char *locked_as;                 /* "as STOLEN", "as a leaver": by such a job; NULL: by itself */
	bool refused;                          /* Postfix refuses the login too, as the job of a stolen account has it do */
	const char *without_password;          /* when it came back without its password, with none set since that is known */
};
/* The same list with that in it: new sentences in place of those of the record that know less, new rows at their end. Returns the count. */
size_t wrong_with_before(struct arena *arena, const struct record *record, const struct wrong_before *before, struct wrong **list);

enum { WRONG_FILLING = 90 /* per cent of the quota from which on it is worth a line */ };
/* What the mail servers tell of one person now, as far as it is known; texts are borrowed, raw bytes inside. */
struct wrong_now {
	const char *home_down, *down_since;    /* the home server, where nothing of it answers; NULL: it does, or that is not known */
	const char *home_unknown;              /* a home server that is not among the configured ones; NULL */
	long percent;                          /* used of the quota; -1: not known */
	const char *used, *limit;              /* in words, where percent is known */
	uint64_t waiting;                      /* mails to this person that were deferred */
	bool waiting_more;                     /* there are more than were counted */
	const char *waiting_why;               /* why the first of them was; NULL: not told */
	uint64_t unfit;                        /* of these: since they did not fit into the mailbox */
	const char *unfit_at;                  /* when the log tells that one was turned away for that, in words; NULL: it does not */
	const char *refused, *refused_by;      /* a login that may not send, and the servers that refuse it; NULL */
	const char *script, *script_to;        /* the active filter, where it sends mail on, and to whom; NULL */
};
/* The same for that: severe ones first; array in the arena. Returns the count. */
size_t wrong_of_now(struct arena *arena, const struct wrong_now *now, struct wrong **list);

#endif
