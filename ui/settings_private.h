/*
 * settings_private: what the list of settings, the page of one and its editor
 * share.
 */
#ifndef POSTROOM_UI_SETTINGS_PRIVATE_H
#define POSTROOM_UI_SETTINGS_PRIVATE_H

#include "settings/backend.h"
#include "ui/list_private.h"

/* Servers with a column of their own; the page of a setting has all. */
enum { SETTINGS_COLUMNS = 6 };

struct settings_view;
struct settings_host {
	struct settings_view *view;
	size_t host;
	struct settings_reading *reading;  /* being asked; NULL: not */
	struct settings_state *state;      /* as it was read last; NULL: never yet */
};
/* A new value that waits for the review of all that wait on its server. */
struct setting_staged {
	const struct setting *setting;
	char *key;                         /* heap; NULL: no family */
	char *value;                       /* heap, canonical; NULL: it is taken out, so that the default counts */
	size_t host;
	struct setting_staged *next;       /* in the order in which they came */
};
struct settings_review;
struct settings_view {
	struct list_view list;
	struct settings_host *hosts;
	size_t count;
	struct setting_staged *staged;
	struct settings_review *review;    /* their reviews are being made; NULL: not */
	const struct setting_group *group; /* only this one; NULL: all */
};

/* The nouns of the list; beside those of a mail system, since nobody writes them. */
extern const struct kind kind_settings_list;

/* --- settings.c --- */
struct hosts *settings_hosts(const struct settings_view *self);
const char *settings_server(const struct settings_view *self, size_t host);
/* Asks this server again; what is shown stays until it has answered. */
void settings_ask(struct settings_view *self, size_t host);
/* Why settings cannot be changed by this person, or this one by nobody; NULL: they can. */
const char *settings_locked(const struct session *session, const struct setting *setting);

/* The key of an action of the list, as it is bound; arena. */
const char *settings_key(const struct settings_view *self, struct arena *arena, const char *action);
/* Makes the rows anew of what is known. */
void settings_again(struct settings_view *self);

/* --- settings_staged.c --- */
/* value NULL: taken out. What waited for the same setting there is replaced; what counts there already waits no more. */
void settings_stage(struct settings_view *self, size_t host, const struct setting *setting, const char *key, const char *value);
/* What waits for this setting of this server; NULL: nothing. */
const struct setting_staged *settings_staged_find(const struct settings_view *self, size_t host, const struct setting *setting, const char *key);
/* host SETTINGS_ANY: of all servers. */
#define SETTINGS_ANY ((size_t)-1)
size_t settings_staged_count(const struct settings_view *self, size_t host);
/* "52428800 -> 41943040" in words for people; arena. */
const char *settings_staged_words(struct arena *arena, const struct settings_view *self, const struct setting_staged *staged);
/* Takes out what counts there by now, or everything; host SETTINGS_ANY: of all servers. */
void settings_staged_settle(struct settings_view *self, size_t host);
void settings_staged_drop(struct settings_view *self, size_t host);
/*
 * Asks the server and opens one review of all that waits there, or one for Postfix and one for Dovecot, over the view that is on top now
 * and only where it still is then.
 */
void settings_staged_review(struct settings_view *self, size_t host);
void settings_staged_end(struct settings_view *self);            /* before the list is closed */
/* The server of the edit that came last; 0: none waits. */
size_t settings_staged_last(const struct settings_view *self);
/* As an edit of a session that ends: a change with values only, for staged of a view. The caller frees it. */
struct change *settings_staged_change(const struct settings_view *self);
struct change *settings_staged_one(const struct settings_view *self, size_t host, const struct setting *setting, const char *key, const char *value);

/* --- settings_rows.c --- */
struct rows *settings_rows(const struct settings_view *self);
/* The setting of a row; key: of a family, NULL elsewhere, and "" where it stands for the whole family. */
const struct setting *settings_of_row(const struct row *row, const char **key);
/* Name with the key of a family. Arena. */
const char *settings_name(struct arena *arena, const struct setting *setting, const char *key);
/* What counts there, as words for people; arena. "?" where it is not known yet or could not be read, "-" where that server has no such thing. */
const char *settings_shown(struct arena *arena, const struct settings_host *host, const struct setting *setting, const char *key);
/* The servers that tell a value do not tell the same. */
bool settings_differ(const struct settings_view *self, const struct setting *setting, const char *key);
/* Parts of the feed. */
const char *settings_cell_words(const struct list_view *list, struct arena *arena, enum visible_form form, const struct field *field,
		const struct row *row, const struct value *value);
const char *settings_detail(const struct list_view *list, const struct row *row, struct arena *arena);
enum style settings_style(const struct list_view *list, const struct field *field, const struct row *row, enum style otherwise);
const char *settings_columns(const struct list_view *list);
int settings_width(const struct list_view *list, const struct field *field);
const char *settings_label(const struct list_view *list, const struct field *field);

/* --- setting_others.c --- */
/*
 * The value that counts on server `from` as a change for each other server that has another one. done comes once, never from inside
 * this call: changes (taken, in the order of the servers; the array is not) and the first error. key may be NULL; copied. NULL: no other
 * server has another value, and done does not come.
 */
struct setting_others;
struct setting_others *setting_others_ask(struct settings_view *list, const struct setting *setting, const char *key, size_t from,
		void (*done)(void *context, struct change *const *takes, size_t count, const struct error *error), void *context);
void setting_others_cancel(struct setting_others *others);       /* done does not come any more; NULL is allowed */

/* --- setting_page.c, setting_edit.c --- */
/* One setting, over the list that it belongs to. */
struct view *setting_page_new(struct settings_view *list, const struct setting *setting, const char *key);
/* A new value for it on one server. */
struct view *setting_edit_new(struct settings_view *list, const struct setting *setting, const char *key, size_t host);

#endif
