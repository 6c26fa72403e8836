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
struct layers;
struct limits_world {
	struct arena *arena;
	size_t host;
	const char *server;
	int64_t asked;                     /* epoch seconds: as it was then */
	struct limits_facts *facts;        /* NULL only with an error */
	const char *refused;               /* what doveconf says against the configuration as it is; NULL: nothing */
	bool unread;                       /* refused before there was anything to read: facts are only what is built in */
	uint64_t connections, people;      /* logged in now; LIMITS_UNKNOWN: nobody could tell */
	const char *untold;                /* why not, as far as that is known; NULL */
	bool keeps_sessions;               /* a reload leaves them alone (shutdown_clients = no runs); else each ends 6 s after it (dovecot 4.2) */
	uint64_t memory_free;              /* bytes that programs could have now; LIMITS_UNKNOWN */
	/* Processes that memory was measured of: sessions, and login processes; 0: figures of the facts are used. */
	size_t measured_sessions, measured_logins;
	unsigned long master;              /* process id there; 0: not known */
	/* UCS: limits are variables, and only what has none goes into the file. ucr NULL: no UCS, or it could not be read. */
	bool ucs;
	const struct layers *ucr;
	/* The drop-in: where it stands, and its bytes as read; bytes NULL: it is not there. On UCS local.conf, where Dovecot reads that. */
	const char *place;
	const char *bytes;
	size_t length;
	bool place_unread;                 /* Dovecot would not read it: known on UCS only */
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

/* Limits that run otherwise than the facts say, from what `doveadm service status` printed, into the facts. */
void limits_running(struct arena *arena, const char *table, struct limits_facts *facts);

/*
 * The most clients that the running process of anvil can have been started with, from what `doveadm process status` printed;
 * LIMITS_UNKNOWN: it does not tell.
 */
uint64_t limits_anvil_started(struct arena *arena, const char *table);
/* Has it told nothing since a reload, so that this table holds only what is configured? */
bool limits_anvil_silent(struct arena *arena, const char *table);

struct limits_asking;
/* done comes exactly once, never from inside this call: a world (taken), or NULL with an error. */
struct limits_asking *limits_ask(struct hosts *hosts, size_t host, void (*done)(void *context, struct limits_world *takes, const struct error *error),
		void *context);
void limits_ask_cancel(struct limits_asking *asking);            /* done does not come any more; NULL is allowed */

/* A value of a set in words: "imap-login process_limit", "default_process_limit". Arena. */
char *limits_value_name(struct arena *arena, const struct limits_value *value);
/* Can this value be written? The open-files limit cannot: it belongs to whoever starts Dovecot. */
bool limits_value_written(const struct limits_value *value);
/* As doveconf names it: "service/imap-login/process_limit". Arena. */
const char *limits_value_setting(struct arena *arena, const struct limits_value *value);
/* Where a value is written: *name is the file, or the variable of UCR. BY_START: nowhere, it is given at the start. */
enum limits_where { LIMITS_IN_FILE, LIMITS_IN_UCR, LIMITS_BY_START };
enum limits_where limits_value_where(struct arena *arena, const struct limits_world *world, const struct limits_value *value, const char **name);
/* Why writing the variable would do nothing, as a sentence; NULL: it would. Arena. */
const char *limits_value_hidden(struct arena *arena, const struct limits_world *world, const struct limits_value *value);
/* The open-files limit that UCR gives Dovecot at its next start: its largest limit, at least 2,000. LIMITS_UNKNOWN: no UCS. */
uint64_t limits_ucr_descriptors(struct arena *arena, const struct limits_world *world, const struct limits_set *set);
/* "imap-login process_limit", on UCS with its variable or file behind it, for one line of a table. Arena. */
char *limits_value_place(struct arena *arena, const struct limits_world *world, const struct limits_value *value);

/*
 * What becomes of the sessions of now. keep: they are to stay. ENDS: a reload ends them. STAY: shutdown_clients = no runs, so it does not.
 * LATER: the new configuration has it, but what counts at a reload is what runs: this one still ends them, the way back and all later ones do not.
 */
enum limits_sessions { LIMITS_SESSIONS_END, LIMITS_SESSIONS_STAY, LIMITS_SESSIONS_LATER };
enum limits_sessions limits_sessions_of(const struct limits_world *world, bool keep);
/* KEEP: shutdown_clients = no becomes part of the change where it is not so. STRICTLY: where they would end nothing is installed. */
enum limits_keep { LIMITS_KEEP_NOT, LIMITS_KEEP, LIMITS_KEEP_STRICTLY };
/* Are they kept unless somebody says otherwise? While anybody is connected, or where it costs nothing. */
bool limits_keep_preselected(const struct limits_world *world);

/* What the plan causes, one sentence each, in the order in which one wants to know it; a warning first in its row. Arena. */
struct limits_say { bool warns; const char *text; };
size_t limits_says(struct arena *arena, const struct limits_world *world, const struct limits_set *set, enum limits_keep keep,
		struct limits_say **says);
/* Memory with the limits of now and of the set, held against what is free, and whether measured or estimated. */
struct limits_say limits_memory_say(struct arena *arena, const struct limits_world *world, const struct limits_set *set);

/* The same of an open-files limit that is raised alone. */
size_t limits_descriptors_says(struct arena *arena, const struct limits_world *world, uint64_t wanted, struct limits_say **says);
/*
 * The open-files limit of the Dovecot that runs, as a change of its own: given to its master process, then a reload, under the same timer.
 * It holds until Dovecot's next start. NULL with an error. The caller frees it.
 */
struct change *limits_descriptors_change(const struct limits_world *world, const struct hosts *hosts, uint64_t wanted, unsigned confirm_s, struct error *error);

/*
 * The change that puts the values of the set where they belong; the caller frees it. keep: sessions are to stay; strictly: refused where they would
 * not (else shutdown_clients = no becomes part of the change). NULL with an error where there is nothing to write, or nothing can be
 * written there. confirm_s 0: 120, over ssh 300.
 */
struct change *limits_plan_change(const struct limits_world *world, const struct hosts *hosts, const struct limits_set *set, enum limits_keep keep,
		unsigned confirm_s, struct error *error);

#endif
