/*
 * consequence: what a change will cause, computed from rows of condition and
 * sentence.  Pure.  Sources: ucs-directory 8.3, 12, 13, 14, 18.
 */
#ifndef POSTROOM_MODEL_CONSEQUENCE_H
#define POSTROOM_MODEL_CONSEQUENCE_H

#include <stddef.h>

#include "model/change.h"
#include "model/facts.h"

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_LOSS, SEVERITY_REFUSE };
/* LOSS: mail or an account would be lost, so the name must be typed. REFUSE: the gate stops. */
struct consequence {
	enum severity severity;
	const char *rule;          /* stable word of the row, for tests and JSON */
	const char *sentence;      /* what and why; raw bytes inside */
};
/* All consequences, worst first; arena. after: NULL for DELETE. Returns the count. */
size_t consequences_of(struct arena *arena, const struct change *change, const struct record *after,
		const struct facts *facts, struct consequence **list);
/*
 * Is it worth asking the mail servers about this person: do they go, or does their login, address or home server become
 * another? Either record may be NULL.
 */
bool witness_wanted(const struct kind *kind, const struct record *before, const struct record *after);
/* What servers told of their settings goes before what the configuration says; where nothing moves mailboxes it stays. */
void witness_settle(struct facts *facts);
const char *severity_word(enum severity severity);

#endif
