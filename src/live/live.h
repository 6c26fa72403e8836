/*
 * live: what is going on: who is connected, what is queued, what is near its
 * limit, on every configured server.
 *
 * One collector asks each source of each server on time, never twice at once,
 * backs off when it fails, and keeps the last snapshot with its age.  Screen,
 * commands and metrics read the same snapshots: as tables (live_table, made of
 * struct rows), as the overview, as series and as alarms.  A collector writes
 * nothing to a mail system; what changes something is live_store, for the gate.
 * Loop thread only.
 */
#ifndef POSTROOM_LIVE_H
#define POSTROOM_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "hosts/hosts.h"
#include "model/kind.h"
#include "model/rows.h"
#include "model/store.h"

/* --- settings ------------------------------------------------------------------------------------ */

/* A mark has a word, a value that warns and one that is critical, and how it ends again. */
struct live_threshold {
	const char *name;                  /* in postroom.conf, limit NAME: "service", "disk", "certificate"; NULL ends the table */
	double warn, critical;             /* in the unit of the help text */
	bool falling;                      /* smaller is worse (days left) */
	const char *help;
};
enum live_limit {
	LIMIT_SERVICE, LIMIT_FULL, LIMIT_USERIP, LIMIT_OWN_DEFERRED, LIMIT_QUEUE_GROWTH, LIMIT_QUEUE_OLD, LIMIT_DISK, LIMIT_DISK_HOURS,
	LIMIT_MEMORY, LIMIT_LOAD, LIMIT_CERTIFICATE, LIMIT_DIRECTORY_LAG, LIMIT_SIGNATURES, LIMIT_LISTENER_LAG, LIMIT_HELD, LIMIT_DIRECTORY_MS, LIMIT_COUNT
};
extern const struct live_threshold live_thresholds[];   /* built-in defaults, in the order of enum live_limit */
/* A port to be tried, "imaps 993" */
struct live_port {
	const char *protocol;              /* smtp, submission, smtps, imap, imaps, pop3, pop3s, sieve, lmtp */
	int port;                          /* 0: the usual one */
	bool tls_name_unchecked;           /* the certificate may bear another name */
};
/* What a site configures for one server beside the way to it. */
struct live_host_settings {
	const struct live_port *ports;     /* NULL: the usual ones of its roles; not NULL with count 0: none is tried */
	size_t port_count;
	const char *const *paths;          /* file systems to watch; NULL: queue, mail store and log of the flavour */
	const char *ports_ca_file;         /* PEM for certificates of ports; NULL: the system's */
	const char *const *certificate_files;      /* on the server, NULL-terminated: what its ports should show; NULL: not looked at */
	const char *auth_socket, *lmtp_socket;     /* inner services, each only where it is set */
	const char *quota_status;          /* "127.0.0.1:12340" */
	const char *amavis, *clamd, *postgrey;     /* "host:port" or a socket path */
	const char *listener_directory;    /* UCS: /var/lib/univention-directory-listener, for the listener's lag */
};
struct live_settings {
	const struct live_host_settings *hosts;    /* as many as hosts, same order */
	const double (*thresholds)[2];     /* warn, critical for each row of live_thresholds; NULL: the defaults */
	const char *const *own_domains;    /* NULL-terminated; NULL: those of the directory as they become known (live_own_domains) */
	const char *const *advice;         /* pairs: name of an alarm rule, the site's own word for what to do; NULL-terminated */
	bool mask_addresses;               /* personal addresses on a wall */
	const char *state_directory;       /* for events and notes; NULL: they are lost at the end */
	const char *testmail_from, *testmail_to;   /* a configured mailbox for testmail; NULL: none */
	const char *testmail_host;         /* server that is asked whether it arrived */
	unsigned testmail_minutes;         /* one so often while ports are watched; 0: only on request */
	unsigned faster;                   /* tests: intervals are divided by this; 0: 1 */
};

/* --- the collector ----------------------------------------------------------------------------------- */

enum live_source {
	LIVE_WHO, LIVE_SERVICES, LIVE_CONFIGURATION, LIVE_PROCESSES, LIVE_PENALTY, LIVE_LOG, LIVE_SLOTS,
	LIVE_QUEUE, LIVE_PORTS, LIVE_MACHINE, LIVE_INNER, LIVE_DIRECTORY, LIVE_MAILBOXES, LIVE_TESTMAIL, LIVE_LEFT_ON, LIVE_SOURCES
};
struct live;
/* hosts is borrowed. Nothing is asked before live_want. */
struct live *live_open(struct loop *loop, struct hosts *hosts, const struct live_settings *settings);
void live_close(struct live *live);
struct hosts *live_hosts(const struct live *live);
/*
 * Somebody looks at (or no longer looks at) these sources, as bits 1u << LIVE_x; what nobody wants is not asked.
 * The console wants what the overview and the lamps need all the time.
 */
unsigned live_overview_sources(void);
void live_want(struct live *live, unsigned sources);
/* Asks now what is due or fails, whatever its interval (its least interval holds). host LIVE_ALL: every server. */
#define LIVE_ALL ((size_t)-1)
void live_refresh(struct live *live, size_t host, unsigned sources);
/* Only this server is asked (LIVE_ALL: every one). For commands about one. */
void live_only(struct live *live, size_t host);
/* For commands that look once, before live_want: one reading is enough for an alarm, and no event is written. */
void live_once(struct live *live);
/* Has every wanted source of every server an answer or an error? For commands that look once. */
bool live_settled(const struct live *live);
/* Called on the loop thread when something arrived or an alarm changed; not more often than once a turn. NULL removes. */
void live_listen(struct live *live, void (*call)(void *context), void *context);
/*
 * The domains that mail of ours goes to, lower case, NULL-terminated (copied): deferrals towards them are an outage. NULL:
 * they are not to be had now; what was known stays.
 */
void live_own_domains(struct live *live, const char *const *domains);
/* What the directory knows of itself, told by whoever asks it (engine): latency in ms, or an error; lag in seconds, -1 unknown. */
void live_directory_pulse(struct live *live, const char *uri, long latency_ms, long lag_seconds, const struct error *error);

/*
 * Somebody (the engine) tells the pulse of so many servers of the directory and the own domains, once they are wanted:
 * what is looked at once waits for the first of each, and a queue is not counted for some seconds until it is known
 * whose mail is ours. wanted is called on the loop thread with what is wanted now, and after each change.
 */
void live_expect(struct live *live, size_t servers, void (*wanted)(void *context, unsigned sources), void *context);

/* State of one source at one server. */
struct live_state {
	bool applies;                      /* there is such a thing here, and a way to ask */
	const char *reason;                /* !applies: why, in words; NULL: not a matter of this server at all */
	bool running;
	bool known;                        /* a snapshot is there */
	int64_t taken_at;                  /* epoch milliseconds of the snapshot; 0: none */
	unsigned took_ms;
	bool old;                          /* the snapshot is older than twice the interval, or the last try failed */
	struct error error;                /* of the last try; NONE: it went well */
	int64_t failing_since;             /* epoch ms; 0: not failing */
	int64_t next_at;                   /* epoch ms of the next try */
	unsigned interval_ms;
};
const struct live_state *live_state(const struct live *live, size_t host, enum live_source source);
const char *live_source_name(enum live_source source);       /* "who": in commands, JSON and configuration */
const char *live_source_words(enum live_source source);      /* "connections": on the screen */
/*
 * What a person must know to read the snapshot right: rows that made no sense, what could not be read and why, whom
 * nobody looked at. NULL: nothing, or no snapshot. In the arena, raw bytes inside.
 */
struct arena;
char *live_source_note(struct arena *arena, const struct live *live, size_t host, enum live_source source);

/* --- tables ------------------------------------------------------------------------------------------------ */

/*
 * Every table is a kind (its columns are fields) and a function from snapshots to rows; lists, --format and JSON
 * read it.  kinds are in model/live_kinds.c and are nobody's in the directory.
 */
struct live_question {
	const char *table;                 /* a row of live_tables: "connections-by-user" */
	size_t host;                       /* LIVE_ALL: every server (rows bear their server) */
	const char *of;                    /* drill: only of this user, address, service, domain, reason (the table says); NULL: all */
	size_t most;                       /* rows at most, biggest first; 0: all */
	bool merged;                       /* queue by domain, reason, sender: what several servers have of one name is one row */
};
struct live_table {
	const char *name;                  /* NULL ends the table */
	const char *title;                 /* "Connections by user" */
	const struct kind *kind;
	unsigned sources;                  /* what it is made of */
	struct rows *(*make)(struct live *live, const struct live_question *question);
};
extern const struct live_table *const live_tables[];         /* NULL-terminated */
const struct live_table *live_table_find(const char *name);
/* Never NULL; rows_free by the receiver. An empty table may be an unknown one: look at live_state. */
struct rows *live_rows(struct live *live, const struct live_question *question);

/* --- the overview: one row per server, dead ones first --------------------------------------------------- */

struct live_wall {
	const char *service;               /* the service that is fullest against what it can; NULL: not known */
	const char *unit;                  /* "logins", "processes", "clients" */
	uint64_t used, possible;
	long minutes_left;                 /* until it is full at the present rate; -1: not filling */
	uint64_t turned_away;              /* drop warnings seen since the last reload, or since we look */
	int64_t last_drop;                 /* epoch s; 0: none since the last start or reload */
};
struct live_server {
	size_t host;
	const char *name;
	bool dead;                         /* nothing of it answers */
	int64_t dead_since;                /* epoch ms */
	bool partly;                       /* not dead, but a source or a port of it found nobody when it was tried last: it is not up */
	unsigned ports_ok, ports_bad;
	const char *ports_words;           /* "NO ANSWER on 25 143 587 993" or "25 143 587 993" */
	struct live_wall wall;
	uint64_t connections, people;
	bool queue_known;                  /* the figures of the queue below are from a snapshot */
	uint64_t queue[5];                 /* mails: maildrop, active, incoming, deferred, hold */
	uint64_t queued;                   /* all but hold */
	long queue_grows;                  /* mails a minute, may be negative */
	int64_t queue_oldest;              /* epoch s; 0: empty */
	uint64_t own_deferred;             /* recipients deferred towards our own domains for over 5 minutes */
	bool own_known;                    /* false: which domains are ours is not known, so own_deferred says nothing */
	double disk_full[3];               /* 0..1 of queue, mail store, log file system; -1: not known */
	long disk_hours[3];                /* until full; -1: not filling */
	double load;                       /* -1: not known */
	long certificate_days;             /* fewest days left on any port; LONG_MAX: not known */
	long age_s;                        /* of the oldest snapshot that is shown */
	bool old;
};
struct live_overview {
	struct arena *arena;
	const struct live_server *servers; /* dead first, then by severity of their worst alarm, then by name */
	size_t count;
	size_t up, partly;                 /* servers; the others are dead */
	long directory_ms;                 /* latency; -1: down or not known */
	long directory_lag;                /* seconds; -1: not readable */
};
/* Joined from what is known now; overview_free by the receiver. */
struct live_overview *live_overview(struct live *live);
void live_overview_free(struct live_overview *overview);

/* Series for sparklines and graphs: fixed rings, newest last. */
enum live_measure { MEASURE_CONNECTIONS, MEASURE_LOGINS, MEASURE_QUEUE, MEASURE_DEFERRED, MEASURE_TURNED_AWAY, LIVE_MEASURES };
enum live_span { SPAN_MINUTES /* 60 points of 15 s */, SPAN_HOURS /* 72 points of 5 min */ };
/* Fills at most `most` points (NAN: nothing known then); returns how many. service NULL: the whole server. */
size_t live_series(const struct live *live, size_t host, enum live_measure measure, enum live_span span, double *points, size_t most);

/* --- queue messages ------------------------------------------------------------------------------------------ */

/* Which messages; all that are set must hold. Texts NULL: any. */
struct live_pick {
	const char *queue;                 /* "deferred" */
	const char *domain;                /* of a recipient, lower case */
	const char *reason;                /* normalised reason, as in the table queue-by-reason */
	const char *sender;                /* envelope sender as postqueue says it; "MAILER-DAEMON" the null sender */
	const char *recipient;
	const char *id;
	const char *const *ids;            /* one of these, NULL-terminated; NULL: any */
	const char *const *senders;        /* the same of envelope senders, in any case, as programs give them; NULL: any */
	const char *const *recipients;     /* the same of one recipient */
	int64_t before;                    /* arrived before this epoch second; 0: any */
};
/*
 * Streams the queue again and gives those that match: at most `most` rows (oldest first; 0: 1,000; never over 10,000), and
 * how many match in all. Rows are of kind_live_message, their id is "server/queue id". domain, reason and recipient must
 * hold for one and the same recipient.
 */
struct live_job;
struct live_job *live_messages(struct live *live, size_t host, const struct live_pick *pick, size_t most,
		void (*done)(void *context, struct rows *takes, uint64_t matching, const struct error *error), void *context);
/* Envelope and headers of one message; the body too only where asked for (role admin). Bytes as postcat gives them, capped at 256 KiB. */
struct live_job *live_message(struct live *live, size_t host, const char *id, bool body,
		void (*done)(void *context, const char *bytes, size_t length, const struct error *error), void *context);
/* Quota use of one user (doveadm quota get), of the kind mailboxes; a row per quota root, none where there is no quota. */
struct live_job *live_quota(struct live *live, size_t host, const char *user,
		void (*done)(void *context, struct rows *takes, const struct error *error), void *context);
/*
 * What a server knows of one person, asked once. user as Dovecot knows them; for "smtp" and "sent" as Postfix logs logins,
 * several parted by blanks; for "log" further names parted by blanks, each of which a line may hold. note: what must be known to
 * read the rows right (which log was read, from when on, what was left out; for "sent" only what may be missing), raw bytes inside;
 * NULL: nothing. NULL returned: there is no such table.
 */
struct live_person_table {
	const char *name;                  /* "filters"; NULL ends the table */
	const struct kind *kind;
	unsigned roles;                    /* enum host_role: servers of which it makes sense to ask */
	const char *command;               /* the row of host_commands without which it cannot be asked (host_way) */
};
extern const struct live_person_table live_person_tables[];  /* filters, absence, script, access, folders, log, smtp, sent */
struct live_job *live_person(struct live *live, size_t host, const char *table, const char *user,
		void (*done)(void *context, struct rows *takes, const char *note, const struct error *error), void *context);
void live_job_cancel(struct live_job *job);                  /* done does not come any more; NULL is allowed */

/* --- alarms and events --------------------------------------------------------------------------------------- */

enum live_level { LEVEL_OK, LEVEL_NOTE, LEVEL_WARNING, LEVEL_CRITICAL };
struct live_alarm {
	const char *id;                    /* "mail2/dead": the same while it lasts */
	const char *rule;                  /* "dead", "logins", "own-deferred", "disk", ... */
	enum live_level level;
	size_t host;                       /* LIVE_ALL: none in particular */
	int64_t since;                     /* epoch ms */
	const char *sentence;              /* "mail1: logins 97 % used, 14 turned away" */
	const char *more;                  /* a second line; NULL */
	const char *advice;                /* the site's own word; NULL */
	const char *section;               /* where it is seen: "connections", "queue"; NULL */
	const char *known_by;              /* somebody is on it; NULL */
	int64_t known_until;               /* epoch s; 0: until it ends */
};
/* Name of a rule and what it finds, by number; NULL: there are no more. For the configuration and its manual. */
const char *live_alarm_rule(size_t number, const char **help);
/*
 * Worst first, of equal ones servers that do not answer, then the eldest; known ones last. Valid until the next call of
 * this or of live_overview, and for this turn of the loop.
 */
const struct live_alarm *live_alarms(struct live *live, size_t *count);
/* Is a figure at its mark that is no alarm yet, since too few readings in a row had it there? */
bool live_rising(const struct live *live);
/*
 * What people left to be done, told by whoever keeps it (the desk): stands among the alarms as a note of rule "due", with
 * the id "due/ID". Copied; each call takes the place of the one before.
 */
struct live_due { const char *id, *sentence, *more; int64_t since; /* epoch s */ };
void live_dues(struct live *live, const struct live_due *dues, size_t count);
/* Somebody is on it. Written to the console's own store. until 0: until it ends. */
bool live_acknowledge(struct live *live, const char *id, const char *who, int64_t until, struct error *error);
/* No alarm of this server (LIVE_ALL: any) until then: maintenance. until 0 ends it. */
bool live_silence(struct live *live, size_t host, int64_t until, const char *who, struct error *error);
int64_t live_silenced(const struct live *live, size_t host); /* epoch s; 0: not */

struct live_event {
	const char *id;
	int64_t began, ended;              /* epoch s; ended 0: open */
	const char *host;                  /* "" none */
	const char *rule;                  /* of the alarm; "note", "silence" */
	enum live_level level;             /* the worst it was */
	const char *sentence;
	const char *who;                   /* who is or was on it; NULL */
	const char *note;                  /* NULL */
};
/* Newest first, bounded; valid until the next call of this, and for this turn of the loop. */
const struct live_event *live_events(struct live *live, size_t *count);
/* A note beside an event (id NULL: one that stands alone). */
bool live_note(struct live *live, const char *id, const char *who, const char *text, struct error *error);
/* Why events and notes will be lost at the end of the program; NULL: they are kept. What was said above stands meanwhile. */
const char *live_events_trouble(const struct live *live);
/* Text for the end of a shift since this time. Heap, free(). */
char *live_handover(struct live *live, int64_t since);

/* The store for the gate: ends connections, moves messages (kinds sessions and queue). Borrowed; lives with live. */
struct store *live_store(struct live *live);

#endif
