/*
 * hosts: how to run something on a mail server: here, over ssh, or over the
 * doveadm HTTP API.
 *
 * What can be run is a table of templates with typed holes (host_commands), so
 * that no free argument ever leaves; programs are started without a shell, by
 * absolute path, with a clean environment, an output cap and a deadline that
 * ends them.  Everything is asynchronous on the loop that hosts_open got and
 * fails by answer, never by waiting.  A store on the gate's thread opens a
 * hosts of its own over a loop of its own (hosts_call).  Facts: dovecot 5 and 6,
 * postfix 1, 3, 4, terminal-and-safety 7.
 */
#ifndef POSTROOM_HOSTS_H
#define POSTROOM_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"

/* Ways to a server. NONE: this server has no way for what is asked. */
enum host_way { WAY_NONE, WAY_EXEC, WAY_SSH, WAY_HTTP };
enum host_flavour { FLAVOUR_DEBIAN, FLAVOUR_UCS };
/* What a server does; both together: HOST_MAILBOX | HOST_TRANSPORT. */
enum host_role { HOST_MAILBOX = 1, HOST_TRANSPORT = 2 };
/* Groups of commands that are reached the same way. */
enum host_group { GROUP_DOVEADM, GROUP_POSTFIX, GROUP_MACHINE, HOST_GROUPS };

/* A `server NAME { ... }` of postroom.conf, or the local machine found by itself. Texts are copied by hosts_open. */
struct host_settings {
	const char *name;                  /* shown, and in --host; unique */
	const char *address;               /* where ports are tried; NULL: the name, or 127.0.0.1 for the local machine */
	unsigned roles;                    /* enum host_role bits */
	enum host_flavour flavour;
	bool exec;                         /* programs run here */
	const char *ssh_target;            /* "root@mail2" or "mail2"; NULL: no ssh */
	int ssh_port;                      /* 0: as the system's ssh says */
	const char *ssh_key, *ssh_known_hosts, *ssh_config;   /* files; NULL: as the system's ssh says */
	const char *http_url;              /* "https://mail3:8443"; the path /doveadm/v1 is ours; NULL: no API */
	const char *http_key_file;         /* first line; mode 0600; NULL: none (password_file then) */
	const char *http_password_file;    /* of user doveadm, Basic; NULL: none */
	const char *http_ca_file;          /* PEM; NULL: the system's */
	bool http_plain;                   /* http:// is allowed; only for 127.0.0.0/8 and ::1 */
	enum host_way by[HOST_GROUPS];     /* per group; WAY_NONE: chosen by itself (doveadm: http, exec, ssh; else exec, ssh) */
	bool sudo;                         /* programs that need root are started through sudo -n */
	const char *doveadm, *doveconf, *dovecot_config;      /* NULL: /usr/bin/doveadm ...; config NULL: no -c */
	const char *postfix_bin, *postfix_sbin, *postfix_config; /* directories of postqueue and postsuper; NULL: /usr/sbin; config NULL: no -c */
	const char *postroom;              /* where it is installed there; NULL: /usr/local/bin/postroom, here the one that runs */
	const char *guardian_directory;    /* NULL: the guardian's own (settings/settings.h) */
	const char *ucr, *ucr_directory;   /* of UCS: NULL: /usr/sbin/ucr, /etc/univention */
	const char *ssh_program;           /* NULL: /usr/bin/ssh; tests set another */
};

struct hosts;
struct host_settings_list { const struct host_settings *rows; size_t count; };
/* Copies everything. Without any server the list is empty and every question says so. Bad settings are config's matter. */
struct hosts *hosts_open(struct loop *loop, const struct host_settings *settings, size_t count);
/* Ends what runs (their done comes with ERROR_CANCELLED before this returns). */
void hosts_close(struct hosts *hosts);
/*
 * From now on no row that changes something is run, whoever asks: the second lock, beside the gate, of what shows and of
 * what only looks. A store has a hosts of its own.
 */
void hosts_only_look(struct hosts *hosts);
size_t hosts_count(const struct hosts *hosts);
struct loop *hosts_loop(const struct hosts *hosts);              /* the one they were opened with */
const struct host_settings *host_at(const struct hosts *hosts, size_t host);
/* Index by name; false: none of that name. */
bool host_named(const struct hosts *hosts, const char *name, size_t *host);
/* By which way this command goes on this server; NONE with the reason in error (NULL allowed): "mail3 has no way for postqueue: ...". */
enum host_way host_way(const struct hosts *hosts, size_t host, const char *command, struct error *error);

/* What may stand in a hole; a value that does not fit is refused before anything starts. */
enum hole_type {
	HOLE_USER,             /* a login or address: no blank, no control, no leading '-', no wildcard, nothing that is an IP address */
	HOLE_NETWORK,          /* an address, or address/bits */
	HOLE_QUEUE_ID,         /* ^[0-9A-Za-z]{6,20}$, never ALL */
	HOLE_SERVICE,          /* [a-z0-9-]+, a Dovecot service */
	HOLE_PARAMETER,        /* [a-z0-9_]+, a name of a Postfix parameter */
	HOLE_SETTING,          /* [a-z0-9_/-]+, a setting of Dovecot, none that holds a secret */
	HOLE_PATH,             /* absolute, from the configuration only */
	HOLE_TIME,             /* epoch seconds */
	HOLE_MAILBOX,          /* name of a mailbox: no control, no leading '-' */
	HOLE_MESSAGE_ID,       /* <...@...> of a test mail */
	HOLE_CHANGE,           /* [0-9A-Za-z-]+, id of a guarded change */
	HOLE_SCRIPT,           /* name of a sieve script: no slash, no control, no leading '-' or '.' */
	HOLE_WHO,              /* of rights on a mailbox: user=..., group=..., anyone or authenticated */
	HOLE_RIGHT,            /* [a-z-]+, a right on a mailbox that Dovecot knows */
	HOLE_NAME,             /* something to look for in a log: no control, at least three bytes */
	HOLE_PATTERN,          /* the same as a pattern of journalctl: letters, digits and @ _ -, all else behind a backslash */
	HOLE_TABLE,            /* TYPE:/path, a table of Postfix */
	HOLE_PROCESS           /* /proc/NUMBER/NAME: what the kernel says of one process */
};
struct host_command {
	const char *name;                  /* "who"; NULL ends the table */
	enum host_group group;
	const char *program;               /* "doveadm", "postqueue", ...: from the settings or a fixed absolute path */
	const char *const *arguments;      /* NULL-terminated; "%1" .. "%9" are holes, each a whole argument; "%%" is a percent sign. NULL: none */
	const enum hole_type *holes;
	size_t hole_count;
	bool many;                         /* the last hole may stand for several arguments (paths, rights); in the API for several strings of a list */
	bool root;                         /* needs root, so sudo where settings say so */
	bool changes;                      /* changes something: only stores may run it, never retried */
	bool input_ids;                    /* standard input is queue ids, one a line, each checked; else there is no input */
	bool input_domains;                /* standard input is names of domains, one a line, each checked */
	bool input_change;                 /* standard input is a guarded change, as JSON */
	bool input_text;                   /* standard input is text (a sieve script); "%0" in the parameters of the API */
	bool input_secret;                 /* standard input is a password, one line; never by the API */
	bool postfix;                      /* program postroom: is told where Postfix is configured where it is not the usual place */
	const char *method;                /* doveadm API: "who"; NULL: not there */
	const char *parameters;            /* JSON template with "%1" as whole string values: "{\"separateConnections\":true}" */
	const char *help;                  /* for the manual: what it is run for */
};
extern const struct host_command host_commands[];
const struct host_command *host_command_find(const char *name);

/* How the bytes of an answer are to be read. */
enum host_form {
	FORM_OUTPUT,           /* standard output of the program */
	FORM_JSON              /* the unwrapped RESULT of the doveadm API, one JSON value; object keys are the API's */
};
struct host_answer {
	struct error error;                /* NONE: it ran to its end (whatever its status). Says which server and what to do */
	enum host_form form;
	int status;                        /* exit status of the program; of an API error its exitCode */
	const char *output;                /* zero-terminated; empty where a piece function took it */
	size_t length;
	const char *complaint;             /* standard error, or the API's error type; zero-terminated */
	bool cut;                          /* longer than the cap: the rest was thrown away */
	unsigned took_ms;
};
struct host_request {
	const char *command;               /* a row of host_commands */
	const char *const *holes;
	size_t hole_count;
	const void *input;                 /* standard input; NULL: none. Wiped after use, never logged */
	size_t input_length;
	uint64_t deadline;                 /* milliseconds; 0: 10,000 */
	size_t most;                       /* cap in bytes; 0: 8 MiB; with piece: of the whole stream, 0: 256 MiB */
	/*
	 * Takes the output as it comes, never held whole (an API answer comes as one piece), and none after done or a
	 * cancel. NULL: it is collected.
	 */
	void (*piece)(void *context, enum host_form form, const char *bytes, size_t length);
	void (*done)(void *context, const struct host_answer *answer);   /* exactly once; the answer is borrowed */
	void *context;
};
struct host_call;
/* Copies the request. done never comes from inside this call. */
struct host_call *host_run(struct hosts *hosts, size_t host, const struct host_request *request);
/* Ends it; done comes with ERROR_CANCELLED from a later turn of the loop. */
void host_cancel(struct host_call *call);
/*
 * What a program or the API meant that ran and failed (a status that is not 0, a type of error, or it was cut), as a
 * sentence with the server in front: not running, no permission, unknown user, ... True where there is nothing to
 * complain about. command: the name of its row. error: NULL allowed. Pure; for every source and store, so that the
 * same fault has the same words everywhere.
 */
bool host_answer_good(const struct host_settings *settings, const char *command, const struct host_answer *answer, struct error *error);
/*
 * Servers of a store that works on a thread of its own: settings are copied when it is made, loop and carriers are made at the
 * first use on that thread. A part of the store; ended where it was begun, after that thread has ended.
 */
struct hosts_apart {
	struct host_settings *settings;    /* of every server; their texts belong to the hosts that they were taken from, which must live longer */
	size_t count;
	struct loop *loop;                 /* NULL until it is open */
	struct hosts *hosts;
};
void hosts_apart_begin(struct hosts_apart *apart, const struct hosts *like);
void hosts_apart_open(struct hosts_apart *apart);
void hosts_apart_end(struct hosts_apart *apart);
/*
 * For stores, on a thread of their own, over a hosts that was opened with a loop of that thread: runs the loop until
 * the answer is there. *give_up (may be NULL), set by another thread, ends it within 100 ms.
 * done and context of the request are ignored; the answer is copied into the arena.
 */
struct arena;
const struct host_answer *host_run_here(struct hosts *hosts, struct loop *loop, size_t host, const struct host_request *request,
		const volatile bool *give_up, struct arena *arena);

#endif
