/*
 * fake_engine_private: the mail system in memory, for the files of the fake engine.
 */
#ifndef POSTROOM_TESTS_FAKES_FAKE_ENGINE_PRIVATE_H
#define POSTROOM_TESTS_FAKES_FAKE_ENGINE_PRIVATE_H

#include "engine.h"
#include "tests/fakes/fake_engine.h"

struct rebound;
struct directory {
	struct fake_settings settings;
	struct loop *loop;
	struct record **records;           /* of all kinds; holes are NULL */
	size_t count, capacity;
	struct directory_status status;
	void (*on_status)(void *context);
	void *on_status_context;
	size_t reads;
	struct rebound *rebound;           /* a try to unlock; NULL: none */
	unsigned long serial;              /* for the ids of new ones */
};
struct gate {
	struct change *stopped;            /* what stopped in the middle; NULL */
	struct directory *directory;
	enum role role;
	struct loop *loop;
	size_t writes, previews, submits;
	struct arena *arena;               /* of the history */
	struct history_entry entries[64];
	size_t entry_count;
	struct gate_job_end ends[64];      /* of jobs, oldest first */
	size_t end_count;
	enum fake_ending ending;           /* of the next write */
	bool conflict;                     /* at the next preview */
	size_t silent_from;                /* the submit of this number, counted from 1, and those behind it get no answer; 0: all do */
	const char *away;                  /* server that does not answer; NULL */
	void (*wrote)(void *context, const struct change *change, const struct record *now, const struct record *after);
	void *wrote_context;
	struct record *before, *after;     /* of the last set, to take it back; NULL: none */
};

/* An index in records, -1: none. name: key, address, place or "uuid:...". */
long fake_index(const struct directory *directory, const struct kind *kind, const char *name);
/* Takes the record; -1: a new one. */
void fake_put(struct directory *directory, long index, struct record *takes);
void fake_fill(struct directory *directory);

/* fake_engine_live.c */
void fake_live_open(struct engine *engine);
void fake_live_close(struct engine *engine);

/* fake_engine_settings.c: what the servers answer about their settings. */
struct hosts;
void fake_settings_answers(struct hosts *hosts);
/* What the walk of limits asks beyond that; ucs: mail1 is one. */
void fake_limits_answers(struct hosts *hosts, bool ucs);
/* What a change of a server's files does to it, as its store plans it. */
void fake_guarded_plan(struct review *review);

#endif
