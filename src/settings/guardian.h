/*
 * guardian: changes the files of a server so that a mistake takes itself back.
 *
 * One detached process (setsid, no terminal) owns the whole of a change: it
 * holds the lock, has the old files and its armed state on the disk before
 * anything is installed, installs by rename, reloads, looks whether the new
 * values run, and then waits for a confirmation.  Whatever becomes of the
 * console, of the link or of the parent: without a confirmation in time it puts
 * the old files back, reloads and looks again.  Killed itself, the armed state
 * is found by the next guardian, by the unit that runs before dovecot.service
 * (packaging/systemd), or by `postroom guardian restore`.  It runs on the server
 * whose files it changes: here as our own program, elsewhere over ssh as the
 * postroom that is installed there.  Source: terminal-and-safety 9, dovecot 1.7,
 * 4.2, 4.3.  No LDAP, no curses; blocks, so it is a program of its own
 * (`postroom guardian`), driven over standard input and a state file.
 */
#ifndef POSTROOM_SETTINGS_GUARDIAN_H
#define POSTROOM_SETTINGS_GUARDIAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

/* One file that is to have other bytes. */
struct guarded_file {
	const char *path;                  /* absolute */
	const char *bytes;                 /* NULL: the file is to be gone */
	size_t length;
	/* What was there when the change was planned; another state is refused (somebody else was at it). NULL: no file. */
	const char *seen;
	size_t seen_length;
};
/*
 * One line of a table's source; the guardian itself reads and edits the file, so that its other lines never leave the server. Of a
 * secret change a value without a colon is a name whose password stays, and `seen` is the name only.
 */
struct guarded_entry {
	const char *path;                  /* absolute */
	const char *key;
	const char *value;                 /* NULL: the line is to be gone */
	const char *seen;                  /* what it was when the change was planned; NULL: there was none. Another one is refused */
};
/* One variable of UCR, in its normal layer; ucr itself writes it and makes the services' files again. */
struct guarded_variable {
	const char *name;
	const char *value;                 /* NULL: it is to be unset */
	const char *seen;                  /* what it was when the change was planned; NULL: not set. Another value is refused */
};
/* What is to be done; travels as JSON on standard input of `postroom guardian apply`. */
struct guarded_change {
	const char *id;                    /* letters, digits and hyphens, at most 100 */
	const char *who;
	const char *sentence;
	const char *noun;                  /* what it is a change of, as the history files it ("limits", "setting"); NULL: not told */
	const struct guarded_file *files;
	size_t file_count;
	const struct guarded_entry *entries;
	size_t entry_count;
	/* Which service reads them: decides check, reload and look ("dovecot", "postfix", "none": nobody has to), and its configuration. */
	const char *service;
	const char *config;                /* dovecot.conf or Postfix' config_directory; NULL: the usual one */
	const char *const *wanted;         /* pairs: setting as the service shows it, the value that must run afterwards ("imap-login/process_limit", "60"); NULL-terminated */
	unsigned confirm_s;                /* 120; 300 over ssh */
	/* UCS: set after the files were installed, and back again before the old ones are; there may be no file then. */
	const struct guarded_variable *variables;
	size_t variable_count;
	const char *const *commits;        /* files that ucr makes again after the files and variables; NULL: none */
	const char *const *maps;           /* sources of tables that postmap makes again at last, those that are there, each with its type in front ("hash:/etc/x") or without; NULL: none */
	const char *ucr, *ucr_directory;   /* NULL: /usr/sbin/ucr, /etc/univention */
	/* The open-files limit (soft) that Dovecot's master process is to have, and had when this was planned; 0: it is left alone. */
	uint64_t descriptors, descriptors_seen;
	bool at_once;                      /* nobody can be locked out: confirmed by itself once it was seen to run */
	bool own;                          /* a parameter of the site's own is among it: that nothing uses it yet is no mistake */
	bool restarts;                     /* its service does not take it at a reload: stopped and started, and again if it goes back (postfix only) */
	bool keep_sessions;                /* refused where the Dovecot that runs would end them at a reload (what runs decides, not the new file) */
	bool secret;                       /* bytes hold secrets: none of them goes into the journal, so it cannot be undone once confirmed */
};
enum guardian_state {
	GUARDIAN_NONE,                     /* nothing is armed and nothing is known */
	GUARDIAN_CHECKING, GUARDIAN_REFUSED,    /* the candidate was refused: nothing was installed */
	GUARDIAN_INSTALLING, GUARDIAN_LOOKING,
	GUARDIAN_WAITING,                  /* new values run; until `deadline` they can be confirmed */
	GUARDIAN_CONFIRMED,
	GUARDIAN_ROLLING_BACK, GUARDIAN_ROLLED_BACK,     /* old values run again, seen */
	GUARDIAN_STUCK                     /* it could not be put back: a person is needed; see error */
};
struct guardian_report {
	enum guardian_state state;
	const char *id, *who, *sentence, *noun;    /* of the change; NULL: not known */
	int64_t since, deadline;           /* epoch s of that server; deadline 0: none */
	int64_t now;                       /* its clock when it said so: deadline - now is what is left */
	const char *why;                   /* of a refusal or rollback, in words; NULL */
	const char *const *lines;          /* what was seen: log lines, values; NULL-terminated */
	enum error_kind kind;              /* of a refusal, rollback or trouble; NONE otherwise. Decides the exit status */
};
const char *guardian_state_word(enum guardian_state state);
bool guardian_state_parse(const char *word, enum guardian_state *state);

/* JSON both ways; arena. */
char *guarded_change_json(struct arena *arena, const struct guarded_change *change);
bool guarded_change_read(struct arena *arena, const char *bytes, size_t length, struct guarded_change *change, struct error *error);
char *guardian_report_json(struct arena *arena, const struct guardian_report *report);
bool guardian_report_read(struct arena *arena, const char *bytes, size_t length, struct guardian_report *report, struct error *error);

/*
 * The words of `postroom guardian WORD --directory DIR` (DIR: root-owned, /var/lib/postroom/guardian; one armed
 * change per DIR). Each prints one report as JSON and returns an exit status.
 *   apply     reads a change from standard input, starts the detached guardian, returns when it waits, refused or rolled back
 *   confirm   ID: keeps the new values; only while it waits
 *   rollback  ID: puts the old ones back now
 *   look      what is known, and nothing is touched: for sessions that may change nothing
 *   status    what is known; armed state whose guardian is dead is put right first, as restore does
 *   restore   armed state without a living guardian: puts the old files back (no reload where the service does not run)
 *   more      ID SECONDS: at least so much time from now on
 * Exit status: 0 waiting, confirmed, nothing armed, or rolled back as it was told to; 65 refused by the check, 75 refused
 * because somebody else is at it or the file is another one now, 77 rolled back by itself, 74 stuck.
 */
int guardian_main(const char *word, const char *directory, const char *id, const char *seconds);
/*
 * `postroom guardian logins PATH`: keys and names of a table of logins as "PATH:LINE:KEY NAME", never a password. Only of a file that
 * smtp_sasl_password_maps of this Postfix names, and of smtp_auth beside main.cf; any other is refused (77), since this runs as root
 * for sessions that may only look. postfix: where Postfix is configured, NULL: the usual place.
 */
int guardian_logins(const char *path, const char *postfix);

#endif
