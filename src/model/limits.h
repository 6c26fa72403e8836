/*
 * limits: Dovecot's connection limits: what Dovecot would say to a set of
 * values, what it does not see, and which values reach a goal.
 *
 * Pure functions from facts to words; nothing here fails or waits, any thread,
 * results live in the caller's arena.  The rules are those of Dovecot's own
 * check when it reads its configuration, measured against 2.3.19 with random
 * configurations (dovecot 1 to 3 and 9), so warnings and errors are word for
 * word what it prints behind its prefix.  What this console finds by itself is
 * kept apart, since nobody else vouches for it.
 */
#ifndef POSTROOM_MODEL_LIMITS_H
#define POSTROOM_MODEL_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

#define LIMITS_UNKNOWN UINT64_MAX          /* nobody told; of a vsz_limit: not set, so default_vsz_limit */

/* 2.3.19 of "2.3.19.1 (9b53102964)". The limit rules changed at 2.3.0, 2.3.16 and 2.4.0. */
struct limits_version { unsigned major, minor, patch; };
/* False where the words begin with no version. */
bool limits_version_read(const char *words, struct limits_version *version);
bool limits_version_from(const struct limits_version *version, unsigned major, unsigned minor, unsigned patch);

/* Values that somebody wrote as 0 although 2.4 refuses that. */
enum limits_zero { LIMITS_ZERO_PROCESSES = 1, LIMITS_ZERO_CLIENTS = 2, LIMITS_ZERO_COUNT = 4, LIMITS_ZERO_IDLE = 8, LIMITS_ZERO_VSZ = 16 };

/* A service as the configuration has it: 0 in process_limit and client_limit means the default_ value (1.1). */
struct limits_service {
	const char *name, *protocol, *type;    /* protocol and type may be "" */
	uint32_t process_limit, client_limit, process_min_avail;
	uint32_t service_count;                /* connections in the life of a process; 0: without end */
	uint64_t vsz_limit;                    /* bytes; 0: none; LIMITS_UNKNOWN: default_vsz_limit */
	bool drop_priv_before_exec, chroot;    /* chroot: one is set */
	bool reuse_port;                       /* 2.4.4 and later */
	const char *listener_kind;             /* "unix_listener" or "fifo_listener" where one has an empty path; NULL: none */
	unsigned zero;                         /* enum limits_zero */
	uint64_t peak;                         /* most connections at once that anybody saw; LIMITS_UNKNOWN */
	const char *const *listeners;          /* as Dovecot compares them: "143:*", "/run/dovecot/login/login" */
	size_t listener_count;
};

/* A limit that runs otherwise than the files say: they were changed after Dovecot read them. */
struct limits_unread {
	const char *service, *setting;         /* NULL: none is known */
	uint64_t runs, file;
	size_t more;                           /* so many others beside it */
};

/* All that the rules ask for. limits_facts_new gives the values that are built in; what is not known is left there. */
struct limits_facts {
	struct limits_version version;
	struct limits_service *services;       /* in the order in which Dovecot walks them: built-in ones, then invented ones (1.2) */
	size_t service_count;
	const char *protocols;                 /* parted by blanks */
	uint32_t default_process_limit, default_client_limit;
	uint64_t default_vsz_limit;            /* bytes */
	const char *base_dir, *listen;         /* NULL: not known */
	uint64_t first_uid, last_uid, first_gid, last_gid;   /* LIMITS_UNKNOWN: not known */
	const char *missing_user;              /* "default_login_user doesn't exist: dovenull" where the machine told so; NULL */
	uint64_t userip, userip_pop3;          /* mail_max_userip_connections of imap and pop3; 0: no limit; LIMITS_UNKNOWN */
	/* The machine; LIMITS_UNKNOWN each. */
	uint64_t open_files;                   /* soft limit of the master process */
	uint64_t anvil_started;                /* at most so many clients the process of anvil takes that runs: it keeps what it was started with */
	struct limits_unread unread;
	uint64_t cores, memory;                /* bytes of memory in all */
	uint64_t peak_of_person, peak_of_person_pop3;   /* most that were seen of one person from one address, by imap and by pop3 */
	unsigned tls_percent;                  /* how much of the sessions comes with TLS; 100 where nobody says */
	uint64_t cache_size, cache_ttl;        /* auth_cache_size in bytes (0: no cache), auth_cache_ttl in seconds; LIMITS_UNKNOWN */
	/* Private memory of a process as it was measured there, in kB: a session, and a login process with a TLS session; LIMITS_UNKNOWN: not. */
	uint64_t mail_kb, login_kb;
};
/* Values built into this version, services in walking order (2, 9). The arena owns all. */
struct limits_facts *limits_facts_new(struct arena *arena, const struct limits_version *version);
/*
 * The facts as another version has them: what is at the value that is built into theirs is taken for nobody's choice and becomes the value
 * that is built into the other (lmtp serves one connection a process since 2.4.1, 9). What somebody chose stays.
 */
void limits_facts_turn(struct limits_facts *facts, const struct limits_version *version);
/* A copy whose services can be changed without changing the other's. */
struct limits_facts *limits_facts_copy(struct arena *arena, const struct limits_facts *facts);
/* NULL: there is none of that name. */
struct limits_service *limits_service_named(const struct limits_facts *facts, const char *name);
/* The same; an unknown one is added behind the others, with everything at 0 (1.2). */
struct limits_service *limits_service_add(struct arena *arena, struct limits_facts *facts, const char *name, size_t length);

/* --- effective values ----------------------------------------------------------------------------------- */
/* Is the service looked at: without a protocol always, else where that word stands in protocols (1.3)? */
bool limits_looked_at(const struct limits_facts *facts, const struct limits_service *service);
uint32_t limits_processes(const struct limits_facts *facts, const struct limits_service *service);
uint32_t limits_clients(const struct limits_facts *facts, const struct limits_service *service);
/* Connections that one process has at the same time: client_limit, or service_count where that is smaller (3). */
uint32_t limits_at_once(const struct limits_facts *facts, const struct limits_service *service);
/* Connections of all its processes together. */
uint64_t limits_capacity(const struct limits_facts *facts, const struct limits_service *service);
bool limits_is_login(const struct limits_service *service);
/* The service that gets what a login service lets in: imap of imap-login; NULL: none. */
const struct limits_service *limits_behind(const struct limits_facts *facts, const struct limits_service *login);

/* --- the verdict ------------------------------------------------------------------------------------------- */
struct limits_warning {
	const char *service;                   /* "auth"; NULL: the open-files limit of the whole */
	const char *setting;                   /* "client_limit"; "fd_limit" */
	uint64_t value, required;
	const char *text;                      /* what Dovecot prints behind its prefix */
};
enum limits_severity { LIMITS_NOTE, LIMITS_WARNING };
struct limits_finding {
	const char *rule;                      /* stable word: "stats", "tls-descriptors", ... */
	enum limits_severity severity;
	const char *service;                   /* NULL: of no service alone */
	const char *setting;
	uint64_t value, required;              /* LIMITS_UNKNOWN: nobody knows */
	const char *text;                      /* a sentence with the reason */
	const char *source;                    /* where the rule comes from */
};
struct limits_verdict {
	const struct limits_warning *warnings;
	size_t warning_count;
	const char *const *errors;             /* one at most: the first one stops the check */
	size_t error_count;
	const struct limits_finding *findings; /* none where there is an error; warnings first */
	size_t finding_count;
};
/* What doveconf (errors, 1 and 2) and the dovecot program (3) say, and what this console adds. */
struct limits_verdict limits_check(struct arena *arena, const struct limits_facts *facts);
/* The two halves of it. limits_judge fills warnings and errors, limits_find the findings. */
void limits_judge(struct arena *arena, const struct limits_facts *facts, struct limits_verdict *verdict);
void limits_find(struct arena *arena, const struct limits_facts *facts, struct limits_verdict *verdict);
/* With what it is about in front where a reader has no columns for that: "stats client_limit 600, needed 2,548: each login ..". Arena. */
char *limits_finding_words(struct arena *arena, const struct limits_finding *finding);
/* 0: nothing or notes; 1: a warning of either sort; 65: an error. */
int limits_exit_status(const struct limits_verdict *verdict);

/* Sums of 1.4: as Dovecot has them, in 32 bits, and as they are. */
struct limits_sums { uint32_t auth, anvil; uint64_t auth_true, anvil_true; };
struct limits_sums limits_sums(const struct limits_facts *facts);
/* Clients that stats gets where everything runs that may: each login, mail and lmtp process holds one (1.8). */
uint64_t limits_stats_clients(const struct limits_facts *facts);
/* Those of them that TLS sessions alone can bring about. */
uint64_t limits_stats_reached(const struct limits_facts *facts);
/* Largest client_limit, which message 3 holds against the open-files limit; *because its name in Dovecot's words. */
uint32_t limits_descriptors(struct arena *arena, const struct limits_facts *facts, const char **because);
/* Descriptors a login process needs: two a TLS session and 30 of its own (1.8, 3). 0: no high-performance service. */
uint64_t limits_login_descriptors(const struct limits_facts *facts, const struct limits_service *login);
/* The open-files limit that Dovecot, its login processes and its master need together with these values. */
uint64_t limits_descriptors_needed(struct arena *arena, const struct limits_facts *facts);
/*
 * The clients that anvil must take and that its running process was not started with, since it outlives a reload; 0: it takes them, or nobody
 * knows. What the configuration lacks is none of this: a raise comes first.
 */
uint64_t limits_anvil_lacks(const struct limits_facts *facts);
/* The same as a sentence for people; NULL: it lacks nothing. Arena. */
char *limits_anvil_words(struct arena *arena, const struct limits_facts *facts);
/* What runs otherwise than the files say, as a sentence for people; NULL: nothing. Arena. */
char *limits_unread_words(struct arena *arena, const struct limits_facts *facts);
/* Services that log at the same time: each takes a client of service log (1.8). */
uint64_t limits_log_clients(const struct limits_facts *facts);
/* Private memory in bytes when as many sessions run as the limits let in: from mail_kb and login_kb where these are known, else from (3). */
uint64_t limits_memory(const struct limits_facts *facts);
/* TLS sessions that fit into this vsz_limit in one login process (3: about 3,000 in 256 MB). */
uint64_t limits_sessions_in(uint64_t vsz_limit);

/* --- a goal ----------------------------------------------------------------------------------------------- */
enum limits_mode { LIMITS_SECURITY, LIMITS_PERFORMANCE };
struct limits_goal {
	uint64_t connections;                  /* at once, of each of the protocols; 1 to 1,000,000 */
	const char *protocols;                 /* "imap pop3"; NULL: imap */
	unsigned tls_percent;                  /* of the connections; 0 to 100 */
	uint64_t of_person;                    /* most that one person has from one address, webmail among them; 0: nothing is said */
	enum limits_mode mode;
	bool by_default;                       /* raise default_process_limit instead of each service */
	bool clients_by_default;               /* and default_client_limit instead of stats and log: where UCR has a variable for it only */
	uint64_t cache_size, cache_ttl;        /* auth cache in bytes and seconds; 0: as it is */
};
struct limits_value {
	const char *service;                   /* NULL: a setting of the whole; of userip: the protocol, "imap" */
	const char *setting;                   /* "process_limit", "fd_limit", ... */
	uint64_t now, then;                    /* now: as it works now; LIMITS_UNKNOWN: not known */
	const char *why;
};
struct limits_set {
	const struct limits_value *values;     /* in the order in which one explains them */
	size_t value_count;
	const struct limits_facts *after;      /* the facts with the values put in */
	struct limits_verdict verdict;         /* of after */
	uint64_t reach;                        /* connections per protocol that `after` takes, the least of the protocols */
	uint64_t memory;                       /* estimate of after, bytes */
	const char *refused;                   /* why there is no set; NULL: there is one */
};
/*
 * The smallest values that reach the goal: Dovecot accepts them without a warning, and no finding of severity
 * warning is left but what no value can mend (want of memory). Values are raised, never lowered, but the two that make
 * a mode what it is (process_limit and client_limit of its login services).
 */
struct limits_set limits_reach(struct arena *arena, const struct limits_facts *facts, const struct limits_goal *goal);
/* The number as Dovecot reads it and as people are told: "3000", "10M", "300s"; "unlimited" where 2.4 wants that word. Arena. */
char *limits_number_words(struct arena *arena, const char *setting, uint64_t number);
/* About how many people's entries an auth cache of so many bytes holds (ucs-variables 2.2: 250 bytes each). */
uint64_t limits_cached_people(uint64_t bytes);
/* Does this configuration take the goal? *why (may be NULL) says what is too small. */
bool limits_reaches(struct arena *arena, const struct limits_facts *facts, const struct limits_goal *goal, const char **why);

/* --- reading ------------------------------------------------------------------------------------------------- */
enum limits_form {
	LIMITS_NOT_READ,                       /* a configuration: doveconf must read it */
	LIMITS_DUMP,                           /* doveconf -S: service/imap/process_limit=0 */
	LIMITS_BLOCKS                          /* doveconf -n or -a: service imap { process_limit = 0 } */
};
/* What these bytes are, from their look. */
enum limits_form limits_form(const char *bytes, size_t length);
/*
 * The facts that the output of doveconf tells, in either form; version NULL: as its first line says, else 2.3.19, or 2.4.1 where it has a name of 2.4. A
 * configuration that includes nothing can be read as LIMITS_BLOCKS too. What is not known is passed over; never fails.
 */
struct limits_facts *limits_read(struct arena *arena, enum limits_form form, const char *bytes, size_t length,
		const struct limits_version *version);

#endif
