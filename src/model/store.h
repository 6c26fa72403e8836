/*
 * store: what a place that can be written must offer to the gate.
 *
 * All functions run on the gate's thread, except interrupt (loop thread).  They
 * may block up to their deadline.  Stores register with the gate and nobody
 * else calls apply (the layer check guards it).
 */
#ifndef POSTROOM_MODEL_STORE_H
#define POSTROOM_MODEL_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/change.h"
#include "model/facts.h"
#include "model/scope.h"

/*
 * PASSWORD: sets a password by the server's own operation for it (RFC 3062), which hashes and judges; one delta with the
 * secret, whose attribute is named for people only. It is never taken back.
 */
enum operation_verb { OPERATION_ADD, OPERATION_MODIFY, OPERATION_RENAME, OPERATION_DELETE, OPERATION_PASSWORD };
enum delta_how { DELTA_ADD, DELTA_DELETE, DELTA_REPLACE };
struct delta {
	const char *attribute;
	enum delta_how how;
	const struct value *values;        /* DELETE with count 0: the whole attribute */
	size_t count;
	bool secret;                       /* journaled as salted hash prefix only, shown as dots */
};
/* One request to the store, in its own terms; what the attribute lines of a review show. */
struct operation {
	enum operation_verb verb;
	const char *place;                 /* DN */
	const char *new_place;             /* RENAME: the DN afterwards; also set for undo of it */
	const char *id;                    /* entryUUID of the target; ADD: NULL until done */
	const char *version;               /* asserted entryCSN from the re-read; NULL: none (commuting, or not readable) */
	const struct delta *deltas;        /* ADD: all attributes as DELTA_ADD; DELETE: what is there, as DELTA_DELETE, so that undo can add it */
	size_t delta_count;
	bool stays;                        /* writes what was there before the set, too, and an earlier step took along: has no inverse */
	bool commutes;                     /* membership values: no version, "already so" (16, 20) is success */
	const char *words;                 /* what this step does, for the list of steps */
	/*
	 * The module of a management system that does it instead ("users/user" of UDM); deltas name properties then, and
	 * their values are in its spelling. NULL: the store itself does it.
	 */
	const char *through;
	/*
	 * Set by apply and look in *inverse, for kinds with a `result` only: to how much it was really done, and why not to
	 * all, "1 had left the queue"; NULL: to all. An inverse with no place means that it cannot be taken back.
	 */
	size_t did;
	const char *told;
};

enum outcome {
	OUTCOME_APPLIED,                   /* seen */
	OUTCOME_ALREADY,                   /* was so already; nothing to take back */
	OUTCOME_NOT_APPLIED,               /* certainly not; error says why */
	OUTCOME_CONFLICT,                  /* precondition failed: walk again */
	OUTCOME_UNKNOWN                    /* until look has answered */
};

struct plan {
	struct operation *operations;      /* in order */
	size_t count;
	struct record *after;              /* the record as it would become; NULL: deleted */
	const char *left_out;              /* undo: what cannot come back, as a sentence; NULL: nothing */
};

struct store {
	const char *name;                  /* "directory" */
	void *self;
	bool (*handles)(void *self, const struct kind *kind);
	/*
	 * For kinds that are read through their owner: the owner's change that this one amounts to (the caller frees
	 * it), or *becomes NULL where it stays as it is. False: it cannot be, error says why. NULL function: no such kinds.
	 */
	bool (*translate)(void *self, const struct change *change, struct change **becomes, struct error *error);
	/* Re-reads the target and what checks and consequences need. ERROR_NOT_FOUND where the target is gone. */
	bool (*gather)(void *self, const struct change *change, struct arena *arena, struct facts *facts, struct error *error);
	/* Exact operations; no effect. ERROR_UNSUPPORTED where it cannot be expressed, ERROR_CONFLICT where undo finds other values. */
	bool (*plan)(void *self, const struct change *change, const struct facts *facts, struct arena *arena,
			struct plan *plan, struct error *error);
	/*
	 * One operation. On APPLIED *inverse (arena) is what takes it back, built from what was really there
	 * (id of an added entry filled in), and *version_after the new version or NULL.
	 */
	enum outcome (*apply)(void *self, const struct operation *operation, struct arena *arena,
			struct operation *inverse, const char **version_after, struct error *error);
	/* After UNKNOWN: reconnects and looks. Returns UNKNOWN still where it cannot; may be asked again later. */
	enum outcome (*look)(void *self, const struct operation *operation, struct arena *arena,
			struct operation *inverse, struct error *error);
	/*
	 * After all steps: does what was written still hold alone (no duplicate address)? false: the gate takes
	 * the change back; error says what was found.
	 */
	bool (*after)(void *self, const struct change *change, const struct plan *plan, struct error *error);
	/*
	 * Who somebody is, for scope_check: by id (entryUUID) where it is not NULL, else by the name that a mail server uses for
	 * them. False where that cannot be told for certain, with a sentence for whoever wanted to change something. NULL
	 * function: no people are kept here.
	 */
	bool (*person)(void *self, const struct role_scope *scope, const char *who, const char *id, struct arena *arena,
			struct role_person *person, struct error *error);
	/*
	 * What this place knows of the person of another store's change, as facts->witness: asked before a review where
	 * witness_wanted says so. after: NULL for DELETE. Waits a few seconds at most and never fails: what is not known says
	 * why. NULL function: it knows nothing.
	 */
	void (*witness)(void *self, const struct record *after, struct arena *arena, struct facts *facts);
	/* Attribute line as text for reviews and LDIF: "replace univentionMailUserQuota: 2048 -> 4096". Arena. */
	void (*interrupt)(void *self);     /* loop thread: end what blocks, now */
};

#endif
