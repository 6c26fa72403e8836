/*
 * data: the snapshots that sources leave, for tables, overview, alarms and
 * metrics inside live/.
 *
 * Each lives in its own arena and is freed as a whole by its source; texts are
 * raw bytes from outside (made visible where they are shown), interned within a
 * snapshot where they repeat.  Plain data, loop thread.
 */
#ifndef POSTROOM_LIVE_DATA_H
#define POSTROOM_LIVE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

/* --- who: one row per connection (dovecot 5.1) --------------------------------------------------------- */
struct who_connection { const char *user, *service, *address; uint32_t pid; };   /* address "" where none */
struct who {
	struct arena *arena;
	struct who_connection *rows;       /* sorted by user, service, address, pid: who itself has no order */
	size_t count;
	size_t people;                     /* distinct users */
	size_t malformed;                  /* rows that made no sense */
};

/* --- services: service status (dovecot 5.3) -------------------------------------------------------------- */
struct service_row {
	const char *name;
	uint64_t process_count, process_avail, process_limit, client_limit, process_total;
	int64_t last_drop;                 /* epoch s; 0: never since the last start or reload */
	int64_t last_exit_failure;
	uint64_t throttle_s;
	bool listen_pending, listening;
};
struct services { struct arena *arena; struct service_row *rows; size_t count; };

/* --- configuration: what doveconf says runs (dovecot 1, 2, 3) ---------------------------------------------- */
struct service_setting {
	const char *name, *protocol, *type;
	uint64_t process_limit, client_limit, service_count, process_min_avail, vsz_limit;   /* defaults put in; service_count 0: unlimited */
};
struct configuration {
	struct arena *arena;
	const char *version;               /* "2.3.19.1"; "" not known */
	struct service_setting *services;  /* in doveconf's order */
	size_t service_count;
	uint64_t userip;                   /* mail_max_userip_connections of protocol imap; 0: no limit; UINT64_MAX: not known */
	uint64_t userip_pop3;
	const uint16_t *login_ports;       /* where login services that run listen; NULL: not known */
	size_t login_port_count;
};
/*
 * How full a service is in the login mode it runs in: pure, from services, configuration, processes and who
 * (capacity.c). Any of them may be NULL.
 */
struct processes;
struct capacity {
	const char *service;
	const char *unit;                  /* "logins", "sessions", "clients", "processes" */
	uint64_t used, possible;           /* possible 0: not known */
	bool used_known;
	const char *mode;                  /* "one process per login", "many logins per process"; "" no login service */
	const char *note;                  /* "half of what the login limit promises: every TLS session takes two"; NULL */
	int64_t last_drop;
	uint64_t drops;                    /* as far as counted by whoever watches; 0 */
	bool listen_pending;               /* a client waits to be taken */
};
/* Fullest first; arena. */
size_t capacities_of(struct arena *arena, const struct services *services, const struct configuration *configuration,
		const struct processes *processes, const struct who *who, struct capacity **list);

/* --- processes: process status ------------------------------------------------------------------------------ */
struct process_row { const char *name; uint32_t pid; uint64_t available, total; int64_t idle_since, last_update; };
struct processes { struct arena *arena; struct process_row *rows; size_t count; };

/* --- penalty, log errors --------------------------------------------------------------------------------------- */
/* last: of the last failure, as Dovecot writes it: "2026-11-20 09:44:13" in the time of the server. */
struct penalty_row { const char *address; uint64_t penalty; const char *last; };
struct penalty { struct arena *arena; struct penalty_row *rows; size_t count; };
struct log_row { const char *when, *level, *text; };
struct log_lines { struct arena *arena; struct log_row *rows; size_t count; };  /* newest last; bounded */

/* --- slots: connections that are not logged in yet, by address --------------------------------------------------- */
struct slot_row { const char *address; uint64_t open, logged_in, trying, people, penalty, highest; };  /* highest: of one person */
enum { SLOTS_UNKNOWN = -1 };           /* in open, trying of a row and in trying of all, as (uint64_t)SLOTS_UNKNOWN */
struct slots {
	struct arena *arena;
	struct slot_row *rows;             /* most trying first, then most open */
	size_t count;
	uint64_t trying;
	uint64_t elsewhere;                /* logged in from an address that has no connection here (a proxy speaks for it) */
	const char *unreadable;            /* what could not be read and why, in words; NULL: all was read */
};

/* --- queue (postfix 1, 5) ------------------------------------------------------------------------------------------ */
enum queue_name { QUEUE_MAILDROP, QUEUE_ACTIVE, QUEUE_INCOMING, QUEUE_DEFERRED, QUEUE_HOLD, QUEUES };
enum { QUEUE_AGES = 10 };              /* qshape's buckets: 5 10 20 40 80 160 320 640 1280 1280+ minutes */
struct queue_count { uint64_t mails, recipients, bytes; int64_t oldest; };
/* By recipient domain (lower case; "MAILER-DAEMON" for the null sender among senders), by sender domain, by reason, by sender. */
struct queue_group {
	const char *name;
	bool own;                          /* a domain of ours */
	uint64_t mails, recipients;
	uint64_t ages[QUEUE_AGES];         /* recipients by age of their mail, as qshape counts */
	uint64_t mail_ages[QUEUE_AGES];
	uint64_t deferred;                 /* recipients with a reason, but in the queue hold, where mail keeps its last one */
	uint64_t late;                     /* those of them whose mail is 5 minutes old or older */
	int64_t oldest;
	const char *example;               /* reason: one in full; domain: its most frequent reason; NULL */
};
/*
 * At most QUEUE_GROUPS rows. Where there were more, the small ones were summed up in rest on the way (its mails: sum over
 * them), and a row that was small at first may lack what it had then: its counts are "at least".
 */
enum { QUEUE_GROUPS = 4096 };
struct queue_groups { struct queue_group *rows; size_t count; uint64_t others; struct queue_group rest; };  /* others: groups summed up in rest; one that came again counts again */
struct queue {
	struct arena *arena;
	struct queue_count by_queue[QUEUES];
	struct queue_count all;
	uint64_t ages[QUEUE_AGES], mail_ages[QUEUE_AGES];   /* the row TOTAL */
	uint64_t held_ages[QUEUE_AGES];    /* of mail_ages what is in the queue hold: it waits for a person, not for a server */
	struct queue_groups domains, reasons, senders;      /* biggest first */
	uint64_t duplicates;               /* seen twice while moving, counted once */
	uint64_t malformed;                /* lines that are no JSON or lack id, queue or time */
	uint64_t expired;                  /* marked by postsuper -e */
	bool down;                         /* the mail system is down, the directories were read */
	bool cut;                          /* the listing was too long: there is more than this */
};
/* The bucket of an age in seconds, as qshape has it. */
unsigned queue_age(int64_t seconds);
/*
 * A reason without hosts, addresses, ids (all become X), numbers, ports and times (N), so that like falls to like; SMTP
 * codes stay: "connect to X: Connection refused". "delivery temporarily suspended: " in front goes, since the cause is the
 * same. Into out, cut at a whole character; QUEUE_REASON is the size with which groups and live_pick are made.
 */
enum { QUEUE_REASON = 240 };
void queue_reason(const char *reason, size_t length, char *out, size_t size);

/* --- ports ------------------------------------------------------------------------------------------------------------- */
struct port_row {
	const char *protocol;
	int port;
	bool open;                         /* connected */
	bool spoke;                        /* said anything, be it wrong */
	bool ok;                           /* greeted, and TLS where it belongs */
	const char *trouble;               /* in words; NULL: none */
	const char *greeting;
	const char *tls;                   /* "implicit", "STARTTLS", "none" */
	const char *names;                 /* of the certificate, blank-separated; "" none seen */
	int64_t valid_until;               /* epoch s; 0: no certificate seen */
	bool name_matches, trusted;
	unsigned took_ms;
};
struct ports { struct arena *arena; struct port_row *rows; size_t count; };

/* --- machine ----------------------------------------------------------------------------------------------------------- */
/* What was in use at a time, for the rate; a minute apart, so an hour. */
enum { DISK_SAMPLES = 61 };
struct disk_sample { int64_t at; uint64_t bytes, inodes; };
struct disk_row {
	const char *what;                  /* "queue", "mail store", "log" or the path; several joined where they share a file system */
	const char *path, *device;
	uint64_t bytes, bytes_free, inodes, inodes_free;    /* free for root or others: what df calls available */
	double bytes_per_hour;             /* growth; NAN: not known yet */
	double hours_left;                 /* of space or inodes, whichever ends first; -1: not filling, or for a month; NAN: not known yet */
	const struct disk_sample *samples; /* oldest first */
	size_t sample_count;
};
struct machine {
	struct arena *arena;
	struct disk_row *disks;
	size_t disk_count;
	double load[3];                    /* NAN: not known */
	unsigned cores;                    /* 0: not known */
	uint64_t memory, memory_free;      /* bytes; available as the kernel says; 0: not known */
	const char *queue_path, *mail_path;        /* where Postfix and Dovecot say that they are; NULL: not known */
};

/* --- inner services, directory, mailboxes, testmail -------------------------------------------------------------------- */
struct inner_row {
	const char *name, *place;
	bool ok;
	const char *words;                 /* what it said, or what is wrong */
	unsigned took_ms;
	int64_t age_s;                     /* of signatures; how long the listener has been behind without a step; -1 */
	int64_t behind_since;              /* listener: epoch s; 0: it is not behind */
	uint64_t mark;                     /* listener: the transaction it is at */
};
/* out_of_reach: named ones that only the machine itself can reach. */
struct inner { struct arena *arena; struct inner_row *rows; size_t count, out_of_reach; };
struct directory_pulse { struct arena *arena; const char *uri; long latency_ms, lag_s; };
/* used and limit in bytes; limits 0: none. full: the fuller of both, 0..; looked_at: epoch s. */
struct mailbox_row { const char *user, *root; uint64_t used, limit, messages, message_limit; double full; int64_t looked_at; };
/* Fullest first. looked_at: people with a figure here; not_looked_at: connected ones without. */
struct mailboxes { struct arena *arena; struct mailbox_row *rows; size_t count; size_t looked_at, not_looked_at; };
struct testmail { struct arena *arena; bool arrived; unsigned took_ms; const char *words; };

/* --- settings that are left on by mistake --------------------------------------------------------------------- */
struct left_on_row { const char *name, *value, *means; };
struct left_on { struct arena *arena; struct left_on_row *rows; size_t count; };

#endif
