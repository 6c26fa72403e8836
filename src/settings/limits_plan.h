/*
 * limits_plan: what a server's limits are now, and the change that makes a set
 * of values of them.
 *
 * The facts come from the server itself (doveconf, the machine, who is
 * connected); the rules and the goal are pure (model/limits.h).  What a set
 * becomes stands in postroom's own drop-in (settings/dropin.h) and goes through the
 * gate to the guardian (settings/settings.h).  Loop thread, except
 * limits_plan_change (any thread).
 */
#ifndef POSTROOM_LIMITS_PLAN_H
#define POSTROOM_LIMITS_PLAN_H

#include "hosts/hosts.h"
#include "model/change.h"
#include "model/limits.h"

/* A server as it is now; lives in its arena. */
struct limits_world {
	struct arena *arena;
	size_t host;
	const char *server;
	struct limits_facts *facts;        /* NULL only with an error */
	const char *refused;               /* what doveconf says against the configuration as it is; NULL: nothing */
	bool unread;                       /* refused before there was anything to read: facts are only what is built in */
	uint64_t connections, people;      /* logged in now; LIMITS_UNKNOWN: nobody could tell */
	bool keeps_sessions;               /* a reload leaves them alone (shutdown_clients = no runs); else each ends 6 s after it (dovecot 4.2) */
	uint64_t memory_free;              /* bytes that programs could have now; LIMITS_UNKNOWN */
	/* The drop-in: where it stands, and its bytes as read; bytes NULL: it is not there. */
	const char *place;
	const char *bytes;
	size_t length;
	/* Why nothing can be applied here, as a sentence; NULL: it can. A plan can be made all the same. */
	const char *locked;
};
void limits_world_free(struct limits_world *world);              /* NULL is allowed */

/* Why doveconf refused, behind its prefix, from what it complained; NULL: it does not say. Arena. */
const char *limits_refusal(struct arena *arena, const char *complaint);
/*
 * The open-files limit of the Dovecot that runs from this directory with this configuration (NULL: whichever);
 * LIMITS_UNKNOWN where none does. Only of this machine.
 */
uint64_t limits_open_files(struct arena *arena, const char *base_dir, const char *configuration);
/* Sessions now, from what `doveadm who` printed: into the facts as peaks, and how many connections of how many people. */
void limits_people(struct arena *arena, const char *table, struct limits_facts *facts, uint64_t *connections, uint64_t *person_count);

struct limits_asking;
/* done comes exactly once, never from inside this call: a world (taken), or NULL with an error. */
struct limits_asking *limits_ask(struct hosts *hosts, size_t host, void (*done)(void *context, struct limits_world *takes, const struct error *error),
		void *context);
void limits_ask_cancel(struct limits_asking *asking);            /* done does not come any more; NULL is allowed */

/* A value of a set in words: "imap-login process_limit", "default_process_limit". Arena. */
char *limits_value_name(struct arena *arena, const struct limits_value *value);
/* Can this value be written into the drop-in? The open-files limit cannot: it belongs to the service manager. */
bool limits_value_written(const struct limits_value *value);
/*
 * The change that puts the values of the set into the drop-in; the caller frees it. NULL with an error where there is
 * nothing to write, or nothing can be written there. confirm_s 0: 120, over ssh 300.
 */
struct change *limits_plan_change(const struct limits_world *world, const struct hosts *hosts, const struct limits_set *set, bool keep_sessions,
		unsigned confirm_s, struct error *error);

#endif
