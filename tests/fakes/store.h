/*
 * store: a place that can be written, in memory, for tests of the gate.
 *
 * Fields are attributes of the same name.  It can be told to fail, to conflict
 * or to lose the answer at a given operation, and to let somebody else write
 * just before one.
 */
#ifndef POSTROOM_TESTS_FAKES_STORE_H
#define POSTROOM_TESTS_FAKES_STORE_H

#include <stdatomic.h>

#include "model/store.h"

struct fake_object {
	struct record *record;             /* NULL: deleted */
	unsigned version;
};
struct fake_store {
	struct store store;                /* register this */
	struct fake_object objects[32];
	size_t count;
	unsigned ids;
	bool split;                        /* one operation for each edited field */
	/* What happens at the n-th apply from now, counted from 1; 0: nothing. */
	unsigned trouble_at;
	enum outcome trouble;              /* NOT_APPLIED, CONFLICT, UNKNOWN */
	bool trouble_applied;              /* UNKNOWN: it was applied all the same */
	unsigned blind_looks;              /* so many looks see nothing */
	bool duplicate;                    /* after: somebody else has the address */
	bool break_assertion;              /* every apply conflicts and nothing changed */
	void (*before_apply)(struct fake_store *fake, const struct operation *operation, void *context);
	void (*before_gather)(struct fake_store *fake, void *context);
	void *context;
	unsigned applies, plans, interrupts;
	atomic_uint looks;                 /* tests wait for it while the gate writes */
};
void fake_store_init(struct fake_store *fake);
void fake_store_clear(struct fake_store *fake);
/* A new object; its record may be filled by record_set_text. */
struct record *fake_store_add(struct fake_store *fake, const struct kind *kind, const char *name);
struct fake_object *fake_store_find(struct fake_store *fake, const char *name);
/* Somebody else's write. */
void fake_store_write(struct fake_store *fake, const char *name, const char *field, const char *text);
const char *fake_store_text(struct fake_store *fake, const char *name, const char *field);

#endif
