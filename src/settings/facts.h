/*
 * facts: what is known of the world beside a server's own settings, and what it
 * means for a setting.
 *
 * A row of the catalogue names what it is judged by (enum setting_fact).  The
 * facts come as plain data: those of the server are asked by facts_ask.h, those
 * of the directory by the engine, since this folder does not know it.  What was
 * not to be had stays unknown, with the reason; nothing is guessed.  Pure
 * functions over text; any thread.
 */
#ifndef POSTROOM_SETTINGS_FACTS_H
#define POSTROOM_SETTINGS_FACTS_H

#include "settings/catalog.h"

/* Of which most settings need none; bits 1u << enum setting_fact. */
#define FACT(NAME) (1u << (NAME))

/* Processes of one program of Postfix, together. */
struct fact_process {
	const char *name;                  /* "smtpd" */
	unsigned count;
	int64_t resident;                  /* bytes, shared memory counted in each; -1: not known */
	int64_t own;                       /* bytes that no other process has; -1: not known */
};
/* A greeting that the mail log tells. */
struct fact_helo {
	const char *name;                  /* "printer" */
	const char *address;               /* of the client, "192.0.2.7" */
	const char *client;                /* its name by the DNS; "unknown" */
	uint64_t times;
	bool turned_away;                  /* by a rule that is in force, not only warned of */
};
struct fact_log_file { const char *level, *path; };                /* "Info"; path NULL: not found */

struct setting_facts {
	unsigned known;                    /* bits; of the others nothing below counts */
	const char *why[SETTING_FACTS];    /* why one is not known, a sentence; NULL: nobody asked */

	/* FACT_LARGEST: mail to it becomes so many recipients, nested ones counted too. */
	int64_t largest_group;
	const char *largest_name;          /* "mailing list all@example.com"; NULL: there is none */

	/* FACT_ARCHIVE */
	int archive_exists;                /* 1 the address exists here, 0 it does not, -1 not known (another domain, not asked) */
	const char *archive_address;       /* that was asked for */
	const char *archive_holder;        /* "user anna"; NULL */

	/* FACT_DOMAINS */
	const char *const *domains;        /* mail domains of the directory, lower case, NULL-terminated */
	const char *const *answered;       /* of these, those that a table of this server answers for; NULL: no table was asked */

	/* FACT_PROCESSES */
	const struct fact_process *processes;
	size_t process_count;
	int64_t memory, memory_free;       /* bytes; -1: not known */

	/* FACT_HELO */
	const struct fact_helo *helos;     /* the most frequent first */
	size_t helo_count;
	const char *const *logins;         /* addresses that logged in; NULL-terminated */
	uint64_t connections, lines;       /* that the log tells of; lines looked at */
	const char *log_begins;            /* time of the first line, as it stands there; NULL */

	/* FACT_CACHE */
	uint64_t hits, misses;
	const char *cache_from;            /* "metric auth_passdb", "the log, Nov 20 12:12:30" */

	/* FACT_LOG */
	const struct fact_log_file *log_files;
	size_t log_file_count;
};
/* All unknown. */
struct setting_facts setting_facts_none(void);
/* A copy whose texts are of the arena. */
struct setting_facts *setting_facts_copy(struct arena *arena, const struct setting_facts *facts);

/* --- what it means: lines for the page of a setting, for `settings show` and for the review ------------------------ */

struct settings_state;
enum setting_weight { SETTING_NOTE, SETTING_WARNING };
struct setting_line {
	enum setting_weight weight;
	const char *label;                 /* "largest group"; "": goes on with the line above */
	const char *text;
};
struct setting_lines { struct arena *arena; struct setting_line *lines; size_t count, capacity; };
/*
 * What the facts say of a value of this setting (NULL: of the one that counts on this server). state may be NULL where the server could not be
 * asked; facts NULL: then only what the state alone tells. Lines are of the arena.
 */
struct setting_lines settings_lines(struct arena *arena, const struct settings_state *state, const struct setting *setting, const char *value,
		const struct setting_facts *facts);

/* --- one part each, for that and for tests -------------------------------------------------------------------------- */

void line_add(struct setting_lines *lines, enum setting_weight weight, const char *label, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void lines_sizes(struct setting_lines *lines, const struct settings_state *state, const struct setting *setting, const char *value);
void lines_outcomes(struct setting_lines *lines, const struct settings_state *state, const struct setting *setting, const char *value);
/* The one that counts, as a sentence. */
void lines_outcome(struct setting_lines *lines, const char *rename, const char *gone);
void lines_largest(struct setting_lines *lines, const char *value, const struct setting_facts *facts);
void lines_archive(struct setting_lines *lines, const char *value, const struct setting_facts *facts);
void lines_domains(struct setting_lines *lines, const struct settings_state *state, const struct setting_facts *facts);
void lines_processes(struct setting_lines *lines, const struct settings_state *state, const char *value, const struct setting_facts *facts);
void lines_helo(struct setting_lines *lines, const struct settings_state *state, const char *value, const struct setting_facts *facts);
void lines_cache(struct setting_lines *lines, const struct settings_state *state, const struct setting_facts *facts);
void lines_log(struct setting_lines *lines, const struct setting_facts *facts);

/* --- facts from what programs and files say ----------------------------------------------------------------------- */

/* The answer of host command "processes" (pid, parent, KiB, name); master: number of Postfix' first process, 0: any that is called master. */
void facts_take_processes(struct arena *arena, struct setting_facts *facts, const char *output, long master);
/* Paths of what the kernel tells of the memory of each of these processes, NULL-terminated; at most 400. */
const char *const *facts_memory_paths(struct arena *arena, const char *output, long master);
/* The answer of "process-memory", to the processes that were taken before. output: of "processes". */
void facts_take_own(struct arena *arena, struct setting_facts *facts, const char *output, const char *memory, long master);
/* The answer of "memory". */
void facts_take_memory(struct setting_facts *facts, const char *meminfo);
/* The end of a mail log. */
void facts_take_mail_log(struct arena *arena, struct setting_facts *facts, const char *log, size_t length);
/* The answer of "stats-dump": false where no metric tells hits and misses. */
bool facts_take_metrics(struct arena *arena, struct setting_facts *facts, const char *output);
/* The last figures that Dovecot wrote down itself; false: none. */
bool facts_take_cache_log(struct arena *arena, struct setting_facts *facts, const char *log, size_t length);
/* The answer of "log-find". */
void facts_take_log_files(struct arena *arena, struct setting_facts *facts, const char *output);

/* A group or list of the directory; values of one field joined by ", ". */
struct fact_group {
	const char *noun;                  /* "group", "mailing list" */
	const char *name, *address;        /* address "": nobody can write to it */
	const char *members;               /* logins of a group, addresses of a list */
	const char *groups;                /* names of the groups in it; NULL: none */
};
/* The one that mail to becomes most recipients; nested ones followed, whoever is in two of them counted twice, as Postfix counts. */
void facts_take_groups(struct arena *arena, struct setting_facts *facts, const struct fact_group *groups, size_t count);

/* How a list of rules for HELO judges a greeting. */
enum helo_verdict { HELO_TAKEN, HELO_REFUSED, HELO_WARNED, HELO_ASKS_DNS, HELO_NOT_JUDGED };
/* networks: mynetworks; login: the client logs in. *rule: the word that decided; NULL: none. Arena. */
enum helo_verdict helo_judge(struct arena *arena, const char *rules, const char *networks, const struct fact_helo *helo, bool login, const char **rule);

#endif
