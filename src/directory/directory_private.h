/*
 * directory_private: the inside of a directory, for directory.c, query.c,
 * examine.c, events.c and store_ldap.c.
 *
 * The loop thread owns everything; settings and (once set) the world are
 * constant and read by all threads; each connection belongs to one worker, the
 * writer's to the gate's thread.
 */
#ifndef POSTROOM_DIRECTORY_PRIVATE_H
#define POSTROOM_DIRECTORY_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "directory/connection.h"
#include "directory/directory.h"
#include "directory/watchdog.h"
#include "directory/world.h"

struct store_ldap;
struct rebind;
struct directory {
	struct loop *loop;
	struct arena *arena;               /* settings */
	struct directory_settings settings;
	struct connection_settings connecting;
	struct world_settings world_settings;
	struct password *password;
	struct watchdog *watchdog;
	struct worker *reader, *lister;
	struct connection *reading, *listing, *writing;

	pthread_mutex_t mutex;             /* guards the world's becoming; later it is constant */
	_Atomic(struct world *) world;

	struct directory_status status;
	struct arena *status_arena;        /* texts of the status, replaced as a whole */
	void (*changed)(void *context);
	void *changed_context;
	unsigned back_off;                 /* seconds before the next try */
	struct loop_timer *retry, *heartbeat, *look;
	int64_t last_heard;                /* monotonic ms of the last success on the reading connection */
	unsigned beats;
	bool connecting_now, closing;
	struct directory_query *queries;   /* all that have not ended */

	struct worker *rebinder;           /* NULL: nobody had to unlock yet */
	struct rebind *rebind;             /* under way; NULL: none */
	struct pulses *pulses;             /* NULL: nobody asked for one yet */
	struct store_ldap *store;
	atomic_bool provider_lost;         /* the store could not reach the first URI at its last try */
	atomic_uint provider_losses;       /* tries that failed */
	unsigned losses_seen;              /* of these the link for reading was asked about; loop thread */
};

/* A request of somebody, from the call to the last callback. */
struct directory_query {
	struct directory *directory;
	struct directory_query *next;
	struct job *job;
	struct arena *arena;
	bool cancelled;                    /* loop thread: no callback any more */
	atomic_bool stop;                  /* the worker may look at it */
	unsigned interrupts;               /* loop thread: how often the worker asked to end it */
	struct error error;                /* written by the worker before done */
	bool first_again;                  /* begin with the first URI */
	bool linked;                       /* the connection was up at the end, */
	const char *uri, *identity;        /* to whom and as whom: the loop may not ask a connection, another job may use it */
	int latency;                       /* -1: not measured */
	/* what the parts need */
	const struct kind *kind;
	const char *name;
	struct connection *connection;
	void *context;
	struct list_request list;
	void (*list_rows)(void *context, struct rows *takes);
	void (*list_end)(void *context, const struct list_end *end);
	struct list_outcome *outcome;
	void (*read_done)(void *context, struct record *takes, const struct error *error);
	struct record *record;
	void (*examine_done)(void *context, const struct directory_finding *findings, size_t count, const struct error *error);
	struct udm *udm;                   /* of the doctor; NULL: not configured */
	struct password *udm_password;
	struct directory_finding *findings;
	size_t finding_count, finding_capacity;
	void (*events_done)(void *context, const struct directory_event *events, size_t count, bool available, const struct error *error);
	struct directory_event *events;
	size_t event_count, most;
	bool available;
};

/* Any worker thread: the world, loaded over this ready connection where nobody did yet. NULL with why. */
struct world *directory_world(struct directory *directory, struct connection *connection, struct error *error);
/* Loop thread: the world if it is known, else NULL. */
struct world *directory_known_world(const struct directory *directory);
/* A new query in the directory's list, with an arena. */
struct directory_query *query_new(struct directory *directory, void *context);
/* Ends it: out of the list, freed. */
void query_free(struct directory_query *query);
/* Loop thread, after a job on the reading connection: keeps the status true. */
void directory_heard(struct directory *directory, const struct directory_query *query);
/* On a worker: ready connection and world, tried a second time where an old connection had died unnoticed. */
struct world *query_ready(struct directory_query *query);
/* On a worker, at the end of a job that may tell the status something: fills linked, uri and identity. */
void query_note_link(struct directory_query *query, bool linked);
/* Was the connection lost by this error, so that a second try makes sense? */
bool query_lost(const struct directory_query *query);

/* pulse.c: begins to end them; false: a thread still hangs. */
void pulses_interrupt(struct pulses *pulses);
bool pulses_free(struct pulses *pulses, uint64_t milliseconds);

/* store_ldap.c */
struct store_ldap *store_ldap_new(struct directory *directory);
void store_ldap_free(struct store_ldap *store);
struct store *store_ldap_store(struct store_ldap *store);

#endif
