/*
 * backend: what one server is set to, read, and what a change of it would be.
 *
 * A setting is kept by one of four backends, chosen by the server's flavour:
 * UCR variables, main.cf (with master.cf), main.cf.local on UCS for what has no
 * variable, our file in Dovecot's conf.d; lines of tables of Postfix beside them.  Reading asks a server once for
 * everything (settings_read) and gives a state; settings_value and settings_plan
 * are pure over it, so that the screen, the commands and the tests share them.
 * Nothing here writes: a plan is handed to the store of settings/settings.h.
 */
#ifndef POSTROOM_SETTINGS_BACKEND_H
#define POSTROOM_SETTINGS_BACKEND_H

#include "hosts/hosts.h"
#include "settings/catalog.h"
#include "settings/facts.h"
#include "settings/guardian.h"

enum setting_backend { BACKEND_NONE, BACKEND_UCR, BACKEND_POSTFIX, BACKEND_LOCAL, BACKEND_DOVECOT, BACKEND_MAP };
const char *setting_backend_word(enum setting_backend backend);            /* "UCR", "main.cf", ... */

/* --- the state of a server ------------------------------------------------------------------------- */

struct settings_state;
const char *settings_state_server(const struct settings_state *state);
/* What could not be read, as a sentence each; NULL-terminated, borrowed. */
const char *const *settings_state_gaps(const struct settings_state *state);
/* Of the first of them; ERROR_NONE: there are none. */
enum error_kind settings_state_trouble(const struct settings_state *state);
/* Epoch seconds at which it was read. */
int64_t settings_state_time(const struct settings_state *state);
void settings_state_free(struct settings_state *state);                    /* NULL is allowed */

/* Answers of questions, as they come; what settings_read and the tests feed. Arguments are borrowed. */
struct settings_state *settings_state_new(const struct host_settings *settings, int64_t now);
/* command: the row of host_commands whose answer this is. */
void settings_state_take(struct settings_state *state, const char *command, const struct host_answer *answer);
/*
 * After these: which tables there are; their files are asked for by "table-lines" and "guardian-logins" then. secret: those with logins.
 * NULL-terminated; arena of the state.
 */
const char *const *settings_state_tables(struct settings_state *state, bool secret);
/* After the last answer. */
void settings_state_end(struct settings_state *state);

struct settings_reading;
/*
 * Asks a server for everything; `own` (NULL: none; NULL-terminated) are settings of Dovecot beyond the table. done gets a state
 * that becomes the caller's, once, never from inside this call; what could not be read is in its gaps. Loop thread of hosts.
 */
struct settings_reading *settings_read(struct hosts *hosts, size_t host, const char *const *own, void (*done)(void *context, struct settings_state *state),
		void *context);
/* The same of Postfix' tables without passwords alone, and of what names them: a few questions in the place of many. */
struct settings_reading *settings_read_tables(struct hosts *hosts, size_t host, void (*done)(void *context, struct settings_state *state), void *context);
/* done does not come any more. */
void settings_read_cancel(struct settings_reading *reading);

/* --- one value ------------------------------------------------------------------------------------------ */

/* Where the value that counts comes from, as A3 shows it. */
enum setting_origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_LOCAL, ORIGIN_UCR, ORIGIN_POLICY, ORIGIN_SCHEDULE, ORIGIN_FORCED, ORIGIN_UNKNOWN };
char setting_origin_letter(enum setting_origin origin);                    /* d f l u P S F ? */
struct setting_value {
	bool known;
	const char *why;                   /* not known: because this server has no such thing, or could not be asked */
	enum setting_backend backend;
	const char *place;                 /* variable, parameter or setting as it is written there */
	const char *value;                 /* that counts, canonical where it can be; NULL: unset */
	const char *fallback;              /* what counts where nothing is set; NULL: not one value, or not known */
	enum setting_origin origin;
	const char *from;                  /* "built-in value", "/etc/postfix/main.cf line 12", "UCR policy (base-ldap.conf line 3)" */
	const char *hidden;                /* a set value that does not count, and why, as a sentence; NULL: none */
	const char *runs;                  /* UCS: what Postfix or Dovecot has where that is another value; NULL: the same, or not known */
	bool set;                          /* somewhere, by somebody */
	bool differs;                      /* from the default */
};
/* False where it can have no value there, whatever the server tells: by the roles it is given it does not run what has it. */
bool settings_has_place(const struct settings_state *state, const struct setting *setting);
/* key: of a family. Texts are of the arena or of the state. Pure. */
struct setting_value settings_value(struct arena *arena, const struct settings_state *state, const struct setting *setting, const char *key);
/* Keys of a family that are set on this server, sorted; NULL-terminated; arena. */
const char *const *settings_keys(struct arena *arena, const struct settings_state *state, const struct setting *family);
/* Do two values mean the same for this setting (256M and 268435456, 5 mins and 300s)? NULL means unset. */
bool setting_same(const struct setting *setting, const char *a, const char *b);

/*
 * A setting by whatever name was typed: postroom's word or any name of a row. Names beyond the table are "ucr:NAME", "postfix:NAME" and
 * "dovecot:NAME": taken where the server knows them (Postfix and Dovecot say so, of UCR that it is set), or where `own` says that
 * it is the site's own. NULL with a sentence that offers the nearest names. state may be NULL: then nothing is known. Arena.
 */
const struct setting *settings_resolve(struct arena *arena, const struct settings_state *state, const char *typed, bool own, const char **key,
		struct error *error);
/* The setting of Dovecot that must be asked for beyond the table for what was typed; NULL: none. */
const char *settings_own_dovecot(const char *typed);

/* --- a change -------------------------------------------------------------------------------------------- */

struct change;
struct setting_edit {
	const struct setting *setting;
	const char *key;
	const char *value;                 /* as typed; NULL: unset */
	const char *password;              /* of a SETTING_SECRET; NULL: the one that is there stays */
};
struct setting_say { enum setting_weight weight; const char *text; };
/* The file that a change is about, with its bytes now; found by settings_plan_files. */
struct setting_bytes { const char *path; const char *bytes; size_t length; /* bytes NULL: there is no such file */ };
struct setting_shown { const char *name, *place, *before, *after, *wanted, *runs_before, *runs_after; };
struct setting_plan {
	/* What becomes different. */
	const struct setting_shown *shown;
	size_t shown_count;
	/* How: files with their new bytes, and variables of UCR ("name", "value" or NULL: unset, ...; NULL-terminated). */
	const struct guarded_file *files;
	size_t file_count;
	const struct guarded_entry *entries;       /* lines of tables */
	size_t entry_count;
	bool secret;                       /* a password is among it: nothing of it comes into a journal, and it is not undone */
	const char *const *variables;
	const char *const *variables_before;
	const char *const *commits;        /* files that ucr must make again afterwards; NULL-terminated */
	const char *const *maps;           /* tables that postmap must make again; NULL-terminated; NULL: none */
	const char *service;               /* "postfix" or "dovecot": whose reload makes it count; NULL: none needed */
	const char *const *steps;          /* what is done, in order, in words; NULL-terminated */
	const struct setting_say *says;    /* consequences and warnings; what else must be known before */
	size_t say_count;
	unsigned follow;                   /* enum setting_follow */
	bool timer;                        /* under the guardian's timer, since a mistake can lock people or mail out */
	bool own;                          /* a name beyond the catalogue is among it */
	const char *sentence;              /* "message-size of mail1: 10240000 to 52428800" */
};
/* Paths that the plan of these edits needs the bytes of; NULL-terminated, arena. */
const char *const *settings_plan_files(struct arena *arena, const struct settings_state *state, const struct setting_edit *edits, size_t count);
/* Whose reload or restart this setting needs on this server: "postfix" or "dovecot"; NULL: neither. Edits of two are planned apart. Pure. */
const char *settings_plan_service(const struct settings_state *state, const struct setting *setting);
/*
 * False with a sentence where a value is wrong, rules between settings forbid it, it cannot be changed here, or a higher layer hides it so
 * that nothing would happen. *plan without shown: it is so already. Pure; arena.
 */
bool settings_plan(struct arena *arena, const struct settings_state *state, const struct setting_edit *edits, size_t count,
		const struct setting_bytes *bytes, size_t bytes_count, const struct setting_facts *facts, struct setting_plan *plan, struct error *error);

/* --- main.cf.local of a server of UCS ------------------------------------------------------------------ */

struct local_line { unsigned line; const char *name, *value; const char *overrides; /* what UCR wrote; NULL: nothing */ };
/* False with a sentence where this server has none. */
bool settings_local_possible(const struct settings_state *state, struct error *error);
/* Its lines; ends with line 0; arena. */
const struct local_line *settings_local_lines(struct arena *arena, const struct settings_state *state);
/* The file and where it is set aside; NULL-terminated, arena. */
const char *const *settings_local_files(struct arena *arena, const struct settings_state *state);
/* Set aside, or put back, under the timer. bytes: of settings_local_files. Pure; arena. */
bool settings_plan_local(struct arena *arena, const struct settings_state *state, bool aside, const struct setting_bytes *bytes, size_t count,
		struct setting_plan *plan, struct error *error);

/* The plan as a change that goes through the gate (settings/settings.h); confirm_s 0: the usual time. The caller frees it. Any thread. */
struct change *settings_plan_change(const struct setting_plan *plan, const struct host_settings *server, unsigned confirm_s);

#endif
