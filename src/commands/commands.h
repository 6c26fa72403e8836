/*
 * commands: the headless front end.  A table of subcommands; dispatch, usage,
 * options.  Exit status from the kind of the error (sysexits).
 */
#ifndef POSTROOM_COMMANDS_H
#define POSTROOM_COMMANDS_H

#include "config.h"

/*
 * What main needs from the command line. Exits by itself are not made: status -1 means "run the console
 * with these options", else it is the exit status of what was done.
 * screen: how `postroom screen` draws without src knowing ui; given by main.
 */
struct screen_request { const char *section; int rows, columns; const char *keys_file; bool ascii; const char *keymap; };
struct front_ends {
	/* Draws to standard output; returns an exit status. */
	int (*screen)(struct config *takes, const struct screen_request *request);
	/* Prints the key lists (--list-keys), or where two keymaps differ (compare not NULL). */
	int (*list_keys)(const char *keymap, const char *compare);
};
int commands_run(int argc, char **argv, const struct front_ends *front_ends, struct options *options);
/*
 * Before a console that the configuration restricts, where the command line did not: -1: go on; else the exit status of
 * a command that the client asked ssh for, which was refused (login_shell.h).
 */
int commands_restricted(void);
/*
 * For directory_settings.ask_password with the config as ask_context: asks on /dev/tty with echo off. To be called while
 * the terminal is in its ordinary state. Heap text, wiped and freed by the receiver; NULL: cancelled or no terminal.
 */
char *commands_ask_password(void *config);

/* What a command was given beside its words. */
struct printer;
struct arguments {
	const struct front_ends *front_ends;
	const struct printer *printer;     /* --format */
	bool dry_run, yes, verify, once, follow;
	const char *confirm, *reason, *filter, *columns, *size, *keys, *host, *by, *output, *directory, *postfix;
	const char *doveconf, *fd_limit, *dovecot_version;
	const char *connections, *users, *devices, *mode, *protocols, *confirm_within;   /* a goal for limits */
	const char *raise, *auth_cache, *auth_cache_ttl;
	bool goal_given;                   /* one of them, or one of the next two */
	bool keep_sessions, end_sessions;
	const char *group;                 /* --group: of settings */
	const char *jobs[8];               /* repairs by name: --password, --quota, ..; as many as job_count */
	size_t job_count;
	bool own;                          /* --own: names beyond the catalogue are the site's */
	bool password_stdin;               /* --password-stdin: the first line of standard input is the password of what is set */
	long limit;                        /* 0: none */
};

/* Options that only some commands take, as bits. */
enum command_options {
	TAKES_FILTER = 1, TAKES_LIMIT = 2, TAKES_COLUMNS = 4, TAKES_WRITE = 8 /* --dry-run --yes --confirm --reason */,
	TAKES_VERIFY = 16, TAKES_SCREEN = 32 /* --size --keys */,
	TAKES_HOST = 64, TAKES_BY = 128, TAKES_ONCE = 256, TAKES_OUTPUT = 512, TAKES_DIRECTORY = 1 << 16,
	TAKES_GOAL = 2048 /* --connections --users --devices --mode --protocols --raise --auth-cache --auth-cache-ttl --confirm-within --keep-sessions --end-sessions */,
	TAKES_LIMITS = 1024 /* --doveconf --fd-limit --dovecot-version */,
	TAKES_SETTINGS = 1 << 12 /* --group --own --password-stdin */, TAKES_REPAIRS = 1 << 17 /* --password --quota .. */,
	TAKES_FOLLOW = 1 << 18 /* --follow */,
	TAKES_LIVE = TAKES_HOST | TAKES_FILTER | TAKES_LIMIT | TAKES_COLUMNS
};

/* A word behind the name of a command, or what stands for one ("ID"), and what it does. */
struct command_word { const char *word, *help; };

/* The table, for usage, the manual check and completion. */
struct command {
	const char *name;                  /* NULL ends the table */
	const char *arguments;             /* "KIND NAME field=value ..." */
	const char *help;                  /* one sentence */
	const struct command_word *words;  /* NULL word ends them; NULL: there are none, or KIND and field=value */
	const char *const *jobs;           /* whose wishes it takes as field=value: names of the desk; NULL ends them; NULL: none */
	const char *example;               /* words behind "postroom"; NULL: the jobs have their own, or it needs none */
	int least, most;                   /* words after the name; most -1: any */
	unsigned takes;                    /* enum command_options */
	bool alone;                        /* needs no configuration: run gets NULL, also where there is a broken one. Not in restricted mode */
	bool at_will;                      /* runs where there is no configuration at all too, and gets NULL then */
	/* argv[0] is the subcommand's first argument; returns the exit status. */
	int (*run)(struct config *takes, const struct arguments *arguments, int argc, char **argv);
};
extern const struct command commands[];

#endif
