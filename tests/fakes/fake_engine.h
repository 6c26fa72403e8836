/*
 * fake_engine: a mail system in memory behind the functions of directory.h and
 * gate.h, for tests of views.
 *
 * Replaces those functions at link time.  The data are the same in each run;
 * answers come from the loop, never from inside the call, like real ones.
 * What a gate would refuse it refuses by the same pure checks.  Loop thread.
 */
#ifndef POSTROOM_TESTS_FAKES_FAKE_ENGINE_H
#define POSTROOM_TESTS_FAKES_FAKE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine.h"

struct fake_settings {
	enum role role;
	size_t users;              /* how many people; 0: 40 */
	bool hostile;              /* every text is one of hostile.h, in turn */
	size_t hostile_at;         /* which one comes first */
	bool down;                 /* the directory cannot be reached */
	size_t cut;                /* lists end after so many rows and say so; 0: they are complete */
	size_t batch;              /* rows a batch; 0: 25 */
	bool clipboard, mouse;     /* as in postroom.conf */
	const char *state_directory;  /* for drafts; NULL: none */
	bool ucs;                  /* mail1 is a server of UCS */
	const char *unlock_dn;     /* whose password opens a locked screen; NULL: nobody's, it is only hidden */
	const char *outside;       /* the login of somebody whom role helpdesk may not change; NULL: it may change all */
	size_t servers;            /* mail servers with the invented answers of fake_engine_live.c; 0: none is configured */
};
/* What directory_rebind takes for right. */
#define FAKE_PASSWORD "right horse"
struct engine *fake_engine_new(const struct fake_settings *settings);
void fake_engine_free(struct engine *engine);
/* The link goes up or down, and the listener hears of it. */
void fake_link(struct engine *engine, enum directory_link link);
/* Reads the gate got, writes it made since the start. */
size_t fake_writes(const struct engine *engine);
/* Called for each write that is made, before it is: what was asked, and the record before and after (either may be NULL). */
void fake_on_write(struct engine *engine, void (*wrote)(void *context, const struct change *change, const struct record *now,
		const struct record *after), void *context);
/* Times gate_submit was called, whatever came of it. */
size_t fake_submits(const struct engine *engine);
size_t fake_previews(const struct engine *engine);
size_t fake_reads(const struct engine *engine);
/* A stored record, borrowed until it changes; NULL: none. */
const struct record *fake_record(const struct engine *engine, const char *kind, const char *name);
/* What becomes of the next write: a real gate has more endings than success. */
enum fake_ending {
	FAKE_APPLIED,
	FAKE_FAILED,               /* not applied, with an error */
	FAKE_UNKNOWN,              /* nobody has seen it */
	FAKE_AGAIN,                /* the review comes back with one more consequence */
	FAKE_TAKEN_BACK,           /* applied, a duplicate found, rolled back */
	FAKE_STOPPED,              /* its second step failed; the rest can be done */
	FAKE_SILENT                /* no answer until another ending is set */
};
void fake_next(struct engine *engine, enum fake_ending ending);
/* As many writes more are answered, then there is silence until fake_next. */
void fake_silence_after(struct engine *engine, size_t writes);
/* What goes to this server gets no answer from now on; NULL: it is back. Borrowed. */
void fake_away(struct engine *engine, const char *server);
/* The next preview shows a conflict with somebody else's value of the first edited field. */
void fake_conflict(struct engine *engine);
/* Somebody else changes a field of a stored record. */
void fake_change_behind(struct engine *engine, const char *kind, const char *name, const char *field, const char *value);

#endif
