/*
 * guardian_private: what the files of the guardian share: one process with one
 * change, its armed state, and what a service can be asked.
 *
 * Everything blocks; the guardian is a process of its own and has no other
 * thread.
 */
#ifndef POSTROOM_SETTINGS_GUARDIAN_PRIVATE_H
#define POSTROOM_SETTINGS_GUARDIAN_PRIVATE_H

#include <sys/types.h>

#include "base/text.h"
#include "settings/guardian.h"

struct json;
struct loop;

/* A file of the change and what was found in its place. */
struct guarded_old {
	bool existed;
	char *bytes;                       /* NULL: there was no file */
	size_t length;
	mode_t mode;
	uid_t owner;
	gid_t group;
	bool touched;                      /* by this process: ours lies there, or it is gone as wanted */
};
/* A port that must greet whoever connects. */
struct guardian_port {
	const char *name;                  /* "imap-login, 127.0.0.1 port 143" */
	const char *address;
	unsigned port;
	bool tls;
	bool smtp;                         /* asked for a recipient too: restrictions and maps are looked at only then */
	bool greeted;
};
struct guardian_ports {
	struct guardian_port *ports;
	size_t count, capacity;
};
/* How far a log had grown before the reload. */
struct guardian_log {
	const char *path;
	off_t from;
	ino_t inode;
};

struct guardian_service;
struct guardian {
	struct arena *arena;
	struct loop *loop;                 /* made by the first program that is run */
	const char *directory;
	int lock;                          /* -1: not held */
	const struct guardian_service *service;
	struct guarded_change change;
	struct guarded_old *old;           /* one a file */
	bool installs;                     /* this process installed, so it knows what it touched */
	bool leaves;                       /* settled, but second names of old files may still lie beside the new ones */
	bool armed;                        /* files may lie in place that must go unless confirmed */
	/* Pairs as in change.wanted: what ran before; what must run again after a rollback. NULL-terminated; NULL: not known. */
	const char **before;
	struct guardian_port *ports;       /* that the old configuration has */
	size_t port_count;
	const char *stopped;               /* when this change stopped it: the boot of the machine; NULL: it did not */
	bool died;                         /* it ran, and does no more since the new files came */
	uint64_t hard;                     /* the hard limit of open files before; with change.descriptors only */
	bool who_failed;                   /* the doveadm call failed before the change already */
	const char *known;                 /* whom lookups are tried with; NULL: with nobody */
	int lookups[2];                    /* how they ended before the change: of userdb and passdb, as doveadm's exit status */
	struct guardian_log log;
	struct guardian_report report;
	const char **lines;
	size_t line_count, line_capacity;
};

/* What differs from one service to the other. */
struct guardian_service {
	const char *name, *title;          /* "dovecot", "Dovecot" */
	const char *config;                /* the usual one */
	/* Reads a candidate, whose copy of `config` is there; false with what its own parser says. */
	bool (*check)(struct guardian *guardian, const char *config, const char *root, struct error *error);
	bool (*running)(struct guardian *guardian);
	bool (*reload)(struct guardian *guardian, struct error *error);
	/* Of a change that restarts; NULL: this service knows none. What must be known to start it again is on the disk before it is stopped. */
	bool (*restart)(struct guardian *guardian, struct error *error);
	/* Only where it died under the change. */
	bool (*start)(struct guardian *guardian, struct error *error);
	/* Before the change: what runs, which ports greet. */
	void (*note)(struct guardian *guardian);
	/* After a reload, or again before a confirmation (fresh false): do these pairs run, and does it serve? */
	bool (*look)(struct guardian *guardian, const char *const *pairs, bool fresh, struct error *error);
	/* Why sessions would end although they are to be kept; NULL: they stay. NULL function: reloads never end any. */
	const char *(*ends_sessions)(struct guardian *guardian);
};
extern const struct guardian_service guardian_dovecot, guardian_postfix, guardian_nobody;
const struct guardian_service *guardian_service_find(const char *name);
const char *guardian_config(const struct guardian *guardian);

/* --- guardian_state.c: the armed state -------------------------------------------------------- */
/* Writes state and everything that is needed to take the change back, synced. */
bool guardian_save(struct guardian *guardian, struct error *error);
/* Reads it; false where there is none (kind NOT_FOUND) or where it cannot be read. */
bool guardian_load(struct guardian *guardian, struct error *error);
/* Takes the lock; false (CONFLICT) where a living guardian holds it. */
bool guardian_lock(struct guardian *guardian, struct error *error);
/* The same, with a moment for somebody who only puts right what was left. */
bool guardian_lock_soon(struct guardian *guardian, struct error *error);
/* Does a living one hold it? Nothing is taken. */
bool guardian_locked(struct guardian *guardian);
void guardian_unlock(struct guardian *guardian);
/* The state changes, in memory and on the disk. */
bool guardian_state(struct guardian *guardian, enum guardian_state state, struct error *error);
/* On the disk before its service is stopped, so that whoever comes next in this life of the machine starts it again. */
bool guardian_save_stopped(struct guardian *guardian, struct error *error);
/* One more line of the report. */
void guardian_say(struct guardian *guardian, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- guardian_files.c --------------------------------------------------------------------------- */
/* Reads what is there now; refuses what is not a plain file, what has no directory, and what differs from what was seen. */
bool guardian_files_read(struct guardian *guardian, struct error *error);
/* Installs all or none. */
bool guardian_files_install(struct guardian *guardian, struct error *error);
/* Puts all back that are not as they were; what somebody else has put there meanwhile is kept beside the state. */
bool guardian_files_restore(struct guardian *guardian, struct error *error);
/* Takes away what was left for a way back. */
void guardian_files_forget(struct guardian *guardian);

/* Overwrites what stands in a file that has no other name, so that a secret is not left on the disk where that can be helped. */
void guardian_wipe(const char *path);
/* The first `left` bytes become zeros, on the disk as far as that can be had; closes the descriptor. */
void guardian_overwrite(int descriptor, off_t left);

/* --- guardian_maps.c ---------------------------------------------------------------------------- */
/* Makes files of the lines of tables that are to change; refuses lines that are not as they were seen. */
bool guardian_maps_read(struct guardian *guardian, struct error *error);
/* Makes the tables again. */
bool guardian_maps_make(struct guardian *guardian, struct error *error);

/* --- guardian_ucr.c ------------------------------------------------------------------------------ */
/* Are the variables as they were seen? */
bool guardian_ucr_read(struct guardian *guardian, struct error *error);
/* Sets all of them, and makes the files again. */
bool guardian_ucr_install(struct guardian *guardian, struct error *error);
/* Puts those back that are not as they were. */
bool guardian_ucr_restore(struct guardian *guardian, struct error *error);
/* Runs a program that makes files which services read; false with what it complains of. */
bool guardian_make(struct guardian *guardian, const char *const *argv, struct error *error);

/* --- guardian_descriptors.c ------------------------------------------------------------------------ */
/* Is the open-files limit as it was seen? True where none is to be changed, as in the next two. */
bool guardian_descriptors_read(struct guardian *guardian, struct error *error);
bool guardian_descriptors_install(struct guardian *guardian, struct error *error);
/* Of a master that was started since nothing is put back: it has what it was started with. */
bool guardian_descriptors_restore(struct guardian *guardian, struct error *error);
/* The master process that runs with this configuration; 0 with an error: none. */
pid_t guardian_dovecot_master(struct guardian *guardian, struct error *error);

/* --- guardian_loaded.c ----------------------------------------------------------------------------- */
/*
 * A file below Dovecot's configuration in which this word stands and which was touched after the Dovecot that runs read it (arena), so
 * that it may run with something else; NULL: none.
 */
const char *guardian_dovecot_newer(struct guardian *guardian, const char *setting);

/* --- guardian_copy.c ------------------------------------------------------------------------------ */
/* Root of a private copy of the configuration with the new files in it (arena); NULL with an error. */
char *guardian_copy_make(struct guardian *guardian, struct error *error);
void guardian_copy_remove(struct guardian *guardian);

/* --- guardian_tool.c ------------------------------------------------------------------------------- */
struct guardian_ran {
	bool ended;                        /* it ran to its end, with `status` */
	int status;
	const char *output, *complaint;    /* arena */
	struct error error;                /* why it did not end by itself */
};
/* Runs a program and waits. argv is NULL-terminated. */
struct guardian_ran guardian_run(struct guardian *guardian, const char *const *argv);
#define GUARDIAN_RUN(guardian, ...) guardian_run(guardian, (const char *const[]){ __VA_ARGS__, NULL })
/* Waits this long without doing anything. */
void guardian_pause(unsigned milliseconds);
/* Does this port say something to whoever connects? words: why not (arena). */
bool guardian_greets(struct guardian *guardian, const struct guardian_port *port, const char **words);
/* Ports of a configuration of Dovecot: what login services greet on (guardian_ports.c), or all that anything listens on. */
struct guardian_ports guardian_dovecot_ports(struct guardian *guardian, const char *config, bool all);
/* Can what is new in `later` be listened on? False with the first that cannot. */
bool guardian_ports_bindable(const struct guardian_ports *now, const struct guardian_ports *later, struct error *error);
/* The ports that were silent now and greeted before, or are new: false with the first. */
bool guardian_ports_look(struct guardian *guardian, struct guardian_port *ports, size_t count, struct error *error);
/* How far a log has grown; path NULL or not readable: log->path is NULL. */
struct guardian_log guardian_log_mark(const char *path);
/* What came since, at most 1 MiB; arena, "" where nothing. */
char *guardian_log_read(struct guardian *guardian, const struct guardian_log *log);
/* The first line (arena) in which one of `words` stands and none of `not`; NULL: none. */
char *guardian_line_with(struct arena *arena, const char *text, const char *const *words, const char *const *not);
/* Value of a "name=value" line of a listing (arena), NULL: none. */
char *guardian_listed(struct arena *arena, const char *listing, const char *name);

/* --- guardian_change.c --------------------------------------------------------------------------------- */
/* From the lock to the deadline; `ready` is called once when the outcome is known or it waits. */
void guardian_apply(struct guardian *guardian, void (*ready)(struct guardian *guardian, void *context), void *context);
/* Old files, reload, look. Sets the state; why may be NULL. */
void guardian_roll_back(struct guardian *guardian, const char *why);
/* Armed state that nobody looks after: as roll back; what a settled change has left beside goes. True where there was either. */
bool guardian_mend(struct guardian *guardian);

/* --- guardian_orders.c ------------------------------------------------------------------------------------ */
/* Where orders come in; -1 with an error. */
int guardian_orders_open(struct guardian *guardian, struct error *error);
/* Waits for one order at most so long; the descriptor of who gave it, -1: none. order: room for 200. */
int guardian_orders_wait(int orders, int64_t milliseconds, char *order, size_t room);
/* Gives an order to the living guardian and prints what it answers; false where there is none. */
bool guardian_order(struct guardian *guardian, const char *order, char **answer, struct error *error);

/* Tests stop the process here: environment POSTROOM_GUARDIAN_STOP names the point. */
void guardian_point(const char *name);
void guardian_points_read(void);
/* Asked to end (SIGTERM): go back now. */
bool guardian_ending(void);

#endif
