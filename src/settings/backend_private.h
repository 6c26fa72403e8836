/*
 * backend_private: what a state holds, for the files that fill and read it.
 */
#ifndef POSTROOM_SETTINGS_BACKEND_PRIVATE_H
#define POSTROOM_SETTINGS_BACKEND_PRIVATE_H

#include "base/text.h"
#include "settings/backend.h"
#include "settings/dropin.h"
#include "settings/layers.h"

struct lookup;
/* A table whose lines are settings. */
struct state_map {
	const char *why;                   /* not NULL: it cannot be edited as a file, since .. */
	const char *type, *path;           /* "hash", "/etc/postfix/smtp_auth" */
	bool made;                         /* by postmap; else Postfix reads the file itself */
	bool unread;                       /* no parameter names it */
};
struct state_table { const char *path; bool secret, read; struct text bytes; };
enum { STATE_TABLES = 8 };
struct settings_state {
	struct arena *arena;
	const struct host_settings *settings;      /* a copy of what is needed; texts of the arena */
	int64_t time;
	const char **gaps;
	size_t gap_count, gap_capacity;
	enum error_kind trouble;           /* of the first gap */
	/* NULL: could not be read. */
	struct layers *ucr;
	struct lookup *postfix_set, *postfix_default;      /* parameter to value */
	struct lookup *dovecot_now, *dovecot_default;
	struct dovecot_files *dovecot_files;
	struct text main_cf, local_cf, master_cf;          /* as lines came; zero-length: not read or empty */
	bool main_read, local_read, master_read;
	struct state_table tables[STATE_TABLES];
	size_t table_count;
	const char *logins_why;            /* why tables with logins are not read; NULL: they are, or nobody asked */
	bool dovecot24;
	const char *main_path, *local_path, *master_path, *dovecot_conf, *ucr_directory;
};

/* Which backend keeps this setting on this server; BACKEND_NONE with the reason in *why. */
enum setting_backend state_backend(const struct settings_state *state, const struct setting *setting, const char **why);
/* The name of the setting in Dovecot's words for the version there; NULL: it has none. */
const char *state_dovecot_name(const struct settings_state *state, const struct setting *setting);
/* Is the service's own word the opposite of ours? */
bool state_opposite(const struct settings_state *state, const struct setting *setting, enum setting_backend backend);
/* yes for no and no for yes, others as they are. */
const char *opposite_word(const char *value);
/* "service/type/option" of master.cf in parts (arena); false: a plain parameter. */
bool split_option(struct arena *arena, const char *postconf, const char **service, const char **type, const char **option);

/* maps.c: the table of a setting after these edits (0: as it is); its lines. */
struct state_map state_map_of(struct arena *arena, const struct settings_state *state, const struct setting *setting, const struct setting_edit *edits,
		size_t count);
void state_map_value(struct arena *arena, const struct settings_state *state, const struct setting *setting, const char *key, struct setting_value *value);
const char *const *state_map_keys(struct arena *arena, const struct settings_state *state, const struct setting *setting);
void state_tables_find(struct settings_state *state);
/* A line of a file; of none of the tables: nothing. */
void state_table_line(struct settings_state *state, const char *path, const char *line, size_t length);
void state_tables_read(struct settings_state *state, bool secret);

/* The files where a plan writes. Arena. */
const char *state_dropin(struct arena *arena, const struct settings_state *state);

/* rules.c: what values may not be together. Gives the value of a setting after the change; NULL: unset or not known. */
struct rules_view {
	struct arena *arena;
	const struct settings_state *state;
	const struct setting_edit *edits;  /* canonical values */
	size_t count;
	const struct setting_facts *facts;
	struct setting_say *says;
	size_t say_count, say_capacity;
};
/* facts.c: what facts alone say of a value, without what the server's own settings tell. */
struct setting_lines fact_lines(struct arena *arena, const struct settings_state *state, const struct setting *setting, const char *value,
		const struct setting_facts *facts);
/* rules_words.c */
bool rule_restrictions(struct rules_view *view, struct error *error);
/* rules_server.c */
bool rule_quota_status(struct rules_view *view, struct error *error);
bool rule_index(struct rules_view *view, struct error *error);
bool rule_facts(struct rules_view *view, struct error *error);
/* The edit of a setting by its name; NULL: it is not changed. */
const struct setting_edit *rules_edit(const struct rules_view *view, const char *name);
/* What counts after the change; NULL: not known, or the server has no such thing. */
const char *rules_after(const struct rules_view *view, const char *name);

/* False with a sentence where it must not be; else warnings in view->says. */
bool settings_rules(struct rules_view *view, struct error *error);
void rules_say(struct rules_view *view, enum setting_weight weight, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Options of port 25 stand at the service "smtpd pass" while postscreen is in front of it. */
void state_behind(const struct settings_state *state, const char **service, const char **type);
/* What stands in setting.postconf where it is no option but who takes port 25 (postscreen_cf.c). */
#define POSTSCREEN_PLACE "smtp/inet/postscreen"

#endif
