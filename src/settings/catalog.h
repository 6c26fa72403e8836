/*
 * catalog: the settings of a mail server that the manuals name, one row each.
 *
 * A row says what a setting is called here, what it is for, what it may be, where
 * each flavour keeps it, what must follow a change and what that change does to
 * people.  Reading, planning, the screen, the commands, the manual and the tests
 * walk the rows and know no setting by name.  Constant data and pure functions,
 * any thread; nothing fails except by answer.  Sources: the manuals of UCS, of
 * Dovecot (2.3, 2.4) and of Postfix.
 */
#ifndef POSTROOM_SETTINGS_CATALOG_H
#define POSTROOM_SETTINGS_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

/* What a value is; the words in brackets are the canonical form. */
enum setting_type {
	SETTING_FLAG,          /* yes or no */
	SETTING_NUMBER,        /* decimal digits */
	SETTING_BYTES,         /* a size (bytes, or the row's unit, as digits); "50 MB" is understood */
	SETTING_MEMORY,        /* a size as Dovecot writes it: 256M */
	SETTING_TIME,          /* a number with a unit: 5d, 100s, "5 mins" */
	SETTING_CHOICE,        /* one of choices */
	SETTING_WORDS,         /* a list of words parted by blanks or commas, each one of choices where there are some */
	SETTING_TEXT,          /* any text in one line */
	SETTING_ADDRESS,       /* local@domain */
	SETTING_HOST,          /* a name or [name]:port */
	SETTING_PATH,          /* absolute */
	SETTING_NETWORKS       /* addresses or address/bits, parted by blanks or commas */
};

enum setting_flags {
	SETTING_LOCKOUT  = 1 << 0,  /* a mistake can lock people or mail out: changed under the timer */
	SETTING_READONLY = 1 << 1,  /* shown, never changed here; see `refused` */
	SETTING_FAMILY   = 1 << 2,  /* the name ends in "/": one setting for each word behind it (ucr has "<>" there) */
	SETTING_OPPOSITE = 1 << 3,  /* postconf or dovecot (2.3) keep the opposite of yes and no */
	SETTING_SECRET   = 1 << 5,  /* its value is a name to which a password belongs that nobody is shown */
	SETTING_RAW      = 1 << 4   /* made from a name that is not in the table */
};

/* What a setting is judged by beside its own server's values; see settings/facts.h. */
enum setting_fact {
	FACT_LARGEST,          /* the largest group or list of the directory */
	FACT_ARCHIVE,          /* whether the address is somebody's */
	FACT_DOMAINS,          /* mail domains of the directory */
	FACT_PROCESSES,        /* what the processes of Postfix take, and what is free */
	FACT_HELO,             /* greetings in the mail log */
	FACT_CACHE,            /* how often the cache of logins helped */
	FACT_LOG,              /* where the lines of Dovecot arrive */
	SETTING_FACTS
};

/* What the word behind a family's slash may be. */
enum setting_key {
	KEY_WORD,              /* letters, digits, - and _ */
	KEY_ORDER,             /* 2 or 3 digits: the order is by text */
	KEY_PERCENT,           /* 10 to 99 */
	KEY_FOLDER,            /* name of a folder without a slash */
	KEY_PORT,              /* 1 to 65535 */
	KEY_DESTINATION,       /* a name, [name], either with :port, or .domain: what a relay or destination is looked up by */
	KEY_LOGIN              /* a login without blanks */
};

/* What must follow a change, as bits; each is a row of setting_follows. */
enum setting_follow {
	FOLLOW_DOVECOT_RELOAD = 1 << 0, FOLLOW_DOVECOT_RESTART = 1 << 1, FOLLOW_POSTFIX_RELOAD = 1 << 2, FOLLOW_POSTFIX_RESTART = 1 << 3,
	FOLLOW_POSTMAP_AUTH = 1 << 4, FOLLOW_POSTMAP_TLS = 1 << 5, FOLLOW_AMAVIS = 1 << 6, FOLLOW_FIREWALL = 1 << 7, FOLLOW_SYSLOG = 1 << 8,
	FOLLOW_SASLAUTHD = 1 << 9, FOLLOW_APACHE = 1 << 10, FOLLOW_POSTGREY = 1 << 11, FOLLOW_FETCHMAIL = 1 << 12, FOLLOW_CYRUS = 1 << 13,
	FOLLOW_BUILD = 1 << 14, FOLLOW_POSTFIX_STOP = 1 << 15
};
struct setting_follow_row {
	enum setting_follow bit;           /* 0 ends the table */
	const char *name;                  /* "Dovecot reload" */
	const char *command;               /* as a person types it on the server */
	bool ours;                         /* done by postroom with the change; else it is an action of its own (settings restart) */
	const char *does;                  /* what it does to people, a sentence */
	const char *service;               /* by which it is restarted: "apache"; NULL: it is no restart */
	const char *unit;                  /* of systemd; NULL: no unit but a program (fc-manage) */
};
extern const struct setting_follow_row setting_follows[];

struct setting {
	const char *name;                  /* "message-size": postroom's word, in commands and JSON; NULL ends a table */
	const char *label;                 /* on the screen */
	const char *group;                 /* name of a row of setting_groups */
	enum setting_type type;
	int64_t least, most;               /* NUMBER, BYTES (in the row's unit), TEXT: length; 0,0: no rule */
	const char *unit;                  /* of a bare number: "bytes", "KiB", "MB", "s", "min", "h", "d", "%"; NULL: none */
	const char *const *choices;        /* CHOICE, WORDS; NULL-terminated */
	const char *ucs;                   /* what counts on UCS while the variable is unset; NULL: nothing, or not one value */
	const char *plain;                 /* built-in default of Postfix or Dovecot 2.3; NULL: depends on the version or the machine */
	const char *ucr;                   /* UCR variable; NULL: none (on UCS the service's own file is changed) */
	const char *postconf;              /* parameter of main.cf; "submission/inet/NAME": an option of that service in master.cf */
	const char *dovecot;               /* Dovecot 2.3, sections parted by "/"; NULL: not there */
	const char *dovecot24;             /* Dovecot 2.4; NULL: not there. "=": as in 2.3 */
	/*
	 * One of a family whose members are the lines of a table of Postfix: the parameter that names the table, or "check_sasl_access":
	 * that behind this word in the rules. NULL: kept elsewhere. map_name: the file beside main.cf where nothing names one.
	 */
	const char *map, *map_name;
	unsigned flags;                    /* enum setting_flags */
	enum setting_key key;              /* of a family */
	unsigned follow;                   /* enum setting_follow: after a change by UCR; a change of the service's file follows the service */
	const char *help;                  /* what it is, one to three sentences */
	const char *consequence;           /* what a change does, shown before it is applied; NULL: nothing to say */
	const char *aged;                  /* where a manual is out of date; NULL: nowhere */
	const char *refused;               /* why it is not changed here; NULL: it can be */
	const char *manual;                /* where more stands */
	unsigned facts;                    /* bits 1u << enum setting_fact */
};

struct setting_group { const char *name, *title, *help; };
extern const struct setting_group setting_groups[];               /* ends with name NULL */
/* The tables in the order of the groups; ends with NULL. */
extern const struct setting *const setting_tables[];

/* The row that restarts this service; NULL: none. */
const struct setting_follow_row *setting_restart_find(const char *service);
/* Walks all rows: *at starts at 0. NULL at the end. */
const struct setting *setting_next(size_t *at);
/*
 * By postroom's word, by UCR variable, by parameter of Postfix or by setting of Dovecot, exactly. Of a family the word behind the
 * prefix is returned in *key ("80"; NULL elsewhere). NULL: no row.
 */
const struct setting *setting_find(const char *name, const char **key);
/* The rows whose names are most like this one, at most `room`; the count. Any of the names of a row counts. */
size_t setting_nearest(const char *name, const struct setting **found, size_t room);
/* How many letters must be changed, added, left out or exchanged with their neighbour; more than `most` is most + 1. */
unsigned setting_distance(const char *a, const char *b, unsigned most);
const char *setting_type_word(enum setting_type type);
/* "yes or no", "0 to 65535", "one of: ignore, enforce, drop"; arena. */
char *setting_range(struct arena *arena, const struct setting *setting);
/* Name of the variable, parameter or setting with the key of a family in its place; NULL where `pattern` is; arena. */
char *setting_place(struct arena *arena, const char *pattern, const char *key);

/*
 * Is this a value for this setting? Writes the canonical form (arena) to *canonical. False with a sentence that names the setting, the
 * value and what is allowed. key of a family is checked too. Knows nothing of other settings (setting_rules).
 */
bool setting_check(struct arena *arena, const struct setting *setting, const char *key, const char *value, const char **canonical,
		struct error *error);
/* The number that a canonical value means (bytes of a size, seconds of a time); false where it is none. */
bool setting_number(const struct setting *setting, const char *value, int64_t *number);
/* A value for people: "50 MB (52,428,800 bytes)", "yes"; arena. */
char *setting_words(struct arena *arena, const struct setting *setting, const char *value);

#endif
