/*
 * store_mailbox: what the files of the store about one person's mailbox share.
 * Gate's thread.
 */
#ifndef POSTROOM_LIVE_STORE_MAILBOX_H
#define POSTROOM_LIVE_STORE_MAILBOX_H

#include "live/person_read.h"
#include "live/store_private.h"

/* Whose mailbox, and where. */
struct mailbox_at { struct live_store *self; size_t host; const char *server, *user; struct arena *arena; };

/* Runs a row of host_commands for this mailbox. NULL with the sentence where it could not be asked or the answer is bad. */
const struct host_answer *mailbox_ask(const struct mailbox_at *at, const char *command, const char *const *holes, size_t hole_count,
		struct error *error);
/* The same for what changes something; NULL: failed, and *outcome says whether it may have happened. */
const struct host_answer *mailbox_do(const struct mailbox_at *at, struct host_request *request, enum outcome *outcome, struct error *error);
/* The value that an operation adds or takes away; NULL: none. */
const char *mailbox_added(const struct operation *operation);
const char *mailbox_taken(const struct operation *operation);
/* One step: field of this mailbox, from old to new (either may be NULL). Texts are copied. */
void mailbox_step(struct arena *arena, struct operation *step, const char *place, const char *field, const char *old, const char *new);
/* Fills *inverse: the step that takes it back. */
void mailbox_inverse(struct arena *arena, const struct operation *operation, struct operation *inverse);

/* --- store_sieve.c: filter and absence ------------------------------------------------------------- */

/* The two are one: what filters goes on below an absence. */
struct sieve_state {
	const char *filter, *absence;      /* values of the fields; NULL: none */
	bool ours_active, ours_there;
	bool edited;                       /* somebody changed the script of the absence by hand */
	bool rests;                        /* the filter rests while the absence lasts */
};
bool sieve_state_read(const struct mailbox_at *at, struct sieve_state *state, struct error *error);
/* Does this filter answer by itself (so that it must rest below an absence)? */
bool sieve_filter_answers(const struct mailbox_at *at, const char *filter, bool *answers, struct error *error);
enum outcome sieve_apply(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error);
enum outcome sieve_look(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error);

/* --- store_access.c ----------------------------------------------------------------------------------- */

/* The value of the field access for this folder and who now; *value NULL: no rights of their own. */
bool access_now(const struct mailbox_at *at, const char *folder, const char *who, const char **value, struct error *error);
enum outcome access_apply(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error);
enum outcome access_look(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error);

/* --- store_repairs.c: recalculate, flush, smtp, try -------------------------------------------------- */

bool smtp_now(const struct mailbox_at *at, const struct value *logins, size_t count, struct person_sessions *sessions, struct error *error);
enum outcome repair_apply(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error);
enum outcome repair_look(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error);
/* The row of host_commands that a field needs. */
const char *mailbox_command(const char *field);

/* --- store_mailbox.c, for store.c ---------------------------------------------------------------------- */

bool mailbox_gather(struct live_store *self, const struct change *change, struct arena *arena, struct facts *facts, struct error *error);
bool mailbox_plan(struct live_store *self, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan,
		struct error *error);
/* place: without the kind, "mail1/anna@example.com". */
enum outcome mailbox_apply(struct live_store *self, const char *place, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error);
enum outcome mailbox_look(struct live_store *self, const char *place, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error);

#endif
