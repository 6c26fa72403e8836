/*
 * live_private: what the files of the collector share; for nobody else.
 *
 * struct live is here so that watch.c (when to ask), state.c (what is known),
 * rings.c (series), alarms.c and events.c each stay one thing.  Loop thread.
 */
#ifndef POSTROOM_LIVE_PRIVATE_H
#define POSTROOM_LIVE_PRIVATE_H

#include "live/source.h"
#include "live/store.h"

/* One source at one server. */
struct watched {
	struct live *live;
	size_t host;
	enum live_source number;
	struct live_state state;
	char reason[300];                  /* of state: sources tell it only until they are asked about the next server */
	void *snapshot;                    /* the last good one; NULL: none yet */
	struct asking *asking;             /* under way; NULL: not */
	int64_t started;                   /* loop_now of the last start; -1: never */
	int64_t due;                       /* loop_now of the next start */
	unsigned failures;                 /* in a row */
	bool tried;                        /* an answer or an error came since somebody wants it */
};

/* Fixed series: a value per slot of time, so that memory never grows and a gap stays a gap. */
enum { RING_MINUTES = 60, RING_HOURS = 72, RING_MINUTE_S = 15, RING_HOUR_S = 300, RING_MOST = RING_HOURS };
struct ring_point { int64_t slot; double value; };
struct ring { struct ring_point minutes[RING_MINUTES], hours[RING_HOURS]; };

/* What is remembered of one service over time: how full it was, and drops seen. */
enum { SERVICES_MOST = 48, SERVICE_NAME_MOST = 48 };
struct service_memory {
	char name[SERVICE_NAME_MOST];      /* "" free */
	struct ring_point used[RING_MINUTES];
	int64_t last_drop;                 /* epoch s as last seen */
	uint64_t drops;                    /* changes of it since the last start or reload */
	bool seen;                         /* last_drop is known: a first sight is no drop of ours */
};
struct host_memory {
	struct ring rings[LIVE_MEASURES];
	struct service_memory services[SERVICES_MOST];
	int64_t last_start;                /* loop_now of the last start of any source here */
	int64_t dead_since;                /* epoch ms; 0: not dead */
};

/* What the directory servers said of themselves. */
enum { PULSES_MOST = 8 };
struct pulse {
	char uri[256];                     /* "" free */
	long latency_ms, lag_s;            /* -1 not known */
	struct error error;
	int64_t at, failing_since;         /* epoch ms */
};

struct alarms;
struct events;
struct live {
	struct loop *loop;
	struct hosts *hosts;
	struct live_settings settings;     /* texts are borrowed */
	size_t host_count;
	struct watched *cells;                /* host_count * LIVE_SOURCES */
	struct host_memory *memory;        /* per host */
	unsigned wanted;
	bool once;                         /* a command looks once */
	size_t only;                       /* server; LIVE_ALL: every one */
	int64_t last_start;                /* loop_now of the last start anywhere */
	struct loop_timer *timer;          /* to the next start; NULL: nothing to wait for */
	struct loop_timer *telling;        /* to call the listener in a turn of its own; NULL: nothing to tell */
	void (*listen)(void *context);
	void *listen_context;
	struct arena *own_arena;           /* of own */
	const char *const *own;            /* NULL: not known */
	struct pulse pulses[PULSES_MOST];
	size_t expected_pulses;
	void (*want_told)(void *context, unsigned sources);       /* NULL: nobody tells of the directory */
	void *want_context;
	bool own_awaited;
	int64_t own_until;                 /* loop_now until which the queue waits for them */
	struct live_store *store;          /* for the gate; NULL: nobody asked for it */
	struct alarms *alarms;
	struct events *events;
	struct arena *events_shown;        /* of the list given out last */
	struct arena *due_arena;           /* of dues; NULL: none were told */
	const struct live_alarm *dues;
	size_t due_count;
};

struct watched *cell_at(const struct live *live, size_t host, enum live_source source);
/* Milliseconds by the settings' factor for tests, at least 1. */
unsigned live_hurried(const struct live *live, unsigned milliseconds);
/* Starts what is due. */
void live_pump(struct live *live);
/* Something changed: the listener is called in a turn of its own. */
void live_tell(struct live *live);

/* Puts into the rings what this fresh snapshot says. */
void rings_take(struct live *live, size_t host, enum live_source source);
void ring_add(struct ring_point *points, size_t count, int64_t slot, double value, bool sum);

/* Does nothing of this server answer, and since when (epoch ms; 0: it lives)? */
int64_t live_dead_since(const struct live *live, size_t host);
/* Is it not dead, but a source or a port of it found nobody when it was tried last? */
bool live_partly(const struct live *live, size_t host);
struct port_row;
/* Said somebody there anything, be it wrong? A server that hangs takes connections and says nothing. */
bool port_spoke(const struct port_row *row);

#endif
