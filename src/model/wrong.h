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

#include "model/record.h"

struct wrong {
	const char *rule;          /* stable word, for tests */
	bool severe;               /* mail or logins fail; else worth knowing */
	const char *sentence;      /* raw bytes inside; arena */
	const char *field;         /* which field mends it; NULL: none here */
};
/* Everything that is wrong, severe ones first; array in the arena. Returns the count. */
size_t wrong_with(struct arena *arena, const struct record *record, struct wrong **list);

#endif
