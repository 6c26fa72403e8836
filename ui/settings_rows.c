/*
 * settings_rows: the catalogue and what servers said of it as rows, and how
 * they look.
 *
 * A setting that no server knows has no row.  Of a family there is one row for
 * the whole and one for each word that is set somewhere.  Draws and computes
 * only, never fails; loop thread.
 */
#include "ui/settings_private.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum settings_field { SF_SETTING, SF_ON, SF_DIFFERS = SF_ON + SETTINGS_COLUMNS, SF_FROM, SF_NAME, SF_GROUP, SF_ORDER, SF_FIELDS };

#define STAGED "staged"

/* Columns of the screen. */
enum { MARGIN = 4, VALUE_COLUMNS = 12, DIFF_COLUMNS = 4, LABEL_LEAST = 18, LABEL_MOST = 40 };

#define ON(number) { .name = "on" number, .label = "Server " number, .type = FIELD_TEXT, .width = 12, .help = "What counts on this server." }
static const struct field list_fields[] = {
	{ .name = "setting", .label = "Setting", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH, .width = 32,
	  .help = "What it is about." },
	ON("1"), ON("2"), ON("3"), ON("4"), ON("5"), ON("6"),
	{ .name = "differs", .label = "Diff", .type = FIELD_TEXT, .width = 4, .help = "Whether the servers differ in it." },
	{ .name = "from", .label = "From", .type = FIELD_TEXT, .width = 4,
	  .help = "Where the value of each server comes from: d default, f file, l main.cf.local, u UCR, P policy, S schedule, F forced." },
	{ .name = "name", .label = "Name", .type = FIELD_TEXT, .flags = FIELD_SEARCH, .width = 24, .help = "Its name in commands." },
	{ .name = "group", .label = "Group", .type = FIELD_TEXT, .width = 12, .help = "The field of work that it belongs to." },
	{ .name = "order", .label = "Order", .type = FIELD_NUMBER, .width = 5, .help = "Its place in the catalogue." },
	{ .name = NULL },
};
const struct kind kind_settings_list = {
	.name = "settings-list", .title = "Settings", .noun = "setting", .fields = list_fields, .name_field = "setting",
	.help = "What the services of the servers are set to.",
};

const struct setting *settings_of_row(const struct row *row, const char **key)
{
	const struct setting *setting;
	size_t at = 0;

	*key = NULL;
	while ((setting = setting_next(&at)) != NULL) {
		size_t length = strlen(setting->name);

		if (setting->flags & SETTING_FAMILY && strncmp(row->id, setting->name, length) == 0) {
			*key = row->id + length;
			return setting;
		}
		if (strcmp(row->id, setting->name) == 0)
			return setting;
	}
	return NULL;
}

const char *settings_name(struct arena *arena, const struct setting *setting, const char *key)
{
	return arena_format(arena, "%s%s", setting->name, key != NULL ? key : "");
}

/* --- values ------------------------------------------------------------------------------------------ */

static bool value_of(struct arena *arena, const struct settings_host *host, const struct setting *setting, const char *key, struct setting_value *value)
{
	if (host->state == NULL || (key != NULL && *key == '\0'))
		return false;
	*value = settings_value(arena, host->state, setting, key);
	if (value->known && value->value == NULL)
		value->value = value->fallback;
	return value->known;
}

static size_t keys_count(struct arena *arena, const struct settings_host *host, const struct setting *setting)
{
	const char *const *keys = host->state == NULL ? NULL : settings_keys(arena, host->state, setting);
	size_t count = 0;

	while (keys != NULL && keys[count] != NULL)
		count++;
	return count;
}

const char *settings_shown(struct arena *arena, const struct settings_host *host, const struct setting *setting, const char *key)
{
	struct setting_value value;

	if (host->state == NULL)
		return host->reading != NULL ? ".." : "?";
	if (!settings_has_place(host->state, setting))
		return "-";
	if (key != NULL && *key == '\0') {
		size_t count = keys_count(arena, host, setting);

		/* Of a table it may not be known; how many are set, then, neither. */
		value = settings_value(arena, host->state, setting, "x");
		if (!value.known)
			return *settings_state_gaps(host->state) != NULL ? "?" : "-";
		return count == 0 ? "none" : arena_format(arena, "%zu set", count);
	}
	if (!value_of(arena, host, setting, key, &value))
		return *settings_state_gaps(host->state) != NULL ? "?" : "-";
	return setting_words(arena, setting, value.value);
}

bool settings_differ(const struct settings_view *self, const struct setting *setting, const char *key)
{
	struct arena *arena = arena_new();
	struct setting_value first, value;
	bool known = false, differ = false;

	for (size_t i = 0; i < self->count && !differ; i++) {
		if (!value_of(arena, &self->hosts[i], setting, key, &value))
			continue;
		if (known)
			differ = !setting_same(setting, first.value, value.value);
		else
			first = value;
		known = true;
	}
	arena_free(arena);
	return differ;
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static void put(struct row *row, size_t column, const char *words)
{
	((struct value *)row->values)[column] = (struct value){ words, strlen(words) };
}

static const char *letters(struct arena *arena, const struct settings_view *self, const struct setting *setting, const char *key)
{
	struct text words = { 0 };
	const char *copy;

	for (size_t i = 0; i < self->count && i < SETTINGS_COLUMNS; i++) {
		struct setting_value value;

		text_addf(&words, "%s%c", i > 0 ? " " : "", !value_of(arena, &self->hosts[i], setting, key, &value) ? '-' : setting_origin_letter(value.origin));
	}
	copy = arena_text(arena, text_get(&words));
	text_free(&words);
	return copy;
}

/* All that a person may know it by. */
static const char *folded(struct arena *arena, const struct setting *setting, const char *name)
{
	const char *words = arena_format(arena, "%s\n%s\n%s\n%s\n%s\n%s\n%s", name, setting->label, setting->help, setting->ucr != NULL ? setting->ucr : "",
		setting->postconf != NULL ? setting->postconf : "", setting->dovecot != NULL ? setting->dovecot : "",
		setting->dovecot24 != NULL ? setting->dovecot24 : "");

	return text_fold(arena, words, strlen(words));
}

/* "staged: 50 MB -> 40 MB", with the server where there are more; NULL: nothing waits here. */
static const char *staged_words(struct arena *arena, const struct settings_view *self, const struct setting *setting, const char *key)
{
	const char *words = NULL;

	for (size_t i = 0; i < self->count; i++) {
		const struct setting_staged *staged = settings_staged_find(self, i, setting, key);

		if (staged != NULL)
			words = arena_format(arena, "%s%s%s: %s", words != NULL ? words : STAGED, words != NULL ? ", " : self->count > 1 ? " " : "",
				self->count > 1 ? settings_server(self, i) : "", settings_staged_words(arena, self, staged));
	}
	return words;
}

static void add_row(const struct settings_view *self, struct rows *rows, const struct setting *setting, const char *key)
{
	struct row *row = rows_add(rows);
	const char *staged, *name = settings_name(rows->arena, setting, key);

	row->name = row->id = name;
	row->folded = folded(rows->arena, setting, name);
	put(row, SF_SETTING, key != NULL && *key != '\0' ? arena_format(rows->arena, "%s: %s", setting->label, key) : setting->label);
	for (size_t i = 0; i < SETTINGS_COLUMNS; i++)
		put(row, SF_ON + i, i < self->count ? settings_shown(rows->arena, &self->hosts[i], setting, key) : "");
	staged = staged_words(rows->arena, self, setting, key);
	put(row, SF_DIFFERS, settings_differ(self, setting, key) ? "DIFF" : "");
	put(row, SF_FROM, key != NULL && *key == '\0' ? "" : letters(rows->arena, self, setting, key));
	put(row, SF_NAME, staged != NULL ? staged : name);
	put(row, SF_GROUP, setting->group);
	put(row, SF_ORDER, arena_format(rows->arena, "%zu", rows->count));
}

/* Somebody has it, or nobody has said yet. */
static bool is_there(const struct settings_view *self, struct arena *arena, const struct setting *setting)
{
	for (size_t i = 0; i < self->count; i++) {
		struct setting_value value;

		if (value_of(arena, &self->hosts[i], setting, setting->flags & SETTING_FAMILY ? "x" : NULL, &value))
			return true;
	}
	return false;
}

/* The words of a family that are set on some server, each once. */
static void add_keys(const struct settings_view *self, struct rows *rows, const struct setting *setting)
{
	size_t began = rows->count;

	for (size_t i = 0; i < self->count; i++) {
		const char *const *keys = self->hosts[i].state == NULL ? NULL : settings_keys(rows->arena, self->hosts[i].state, setting);

		for (size_t j = 0; keys != NULL && keys[j] != NULL; j++) {
			const char *name = settings_name(rows->arena, setting, keys[j]);
			bool there = false;

			for (size_t k = began; k < rows->count && !there; k++)
				there = strcmp(rows->rows[k].name, name) == 0;
			if (!there && *keys[j] != '\0')
				add_row(self, rows, setting, arena_text(rows->arena, keys[j]));
		}
	}
	for (const struct setting_staged *staged = self->staged; staged != NULL; staged = staged->next) {
		bool there = staged->setting != setting || staged->key == NULL;

		for (size_t k = began; k < rows->count && !there; k++)
			there = strcmp(rows->rows[k].name, settings_name(rows->arena, setting, staged->key)) == 0;
		if (!there)
			add_row(self, rows, setting, arena_text(rows->arena, staged->key));
	}
}

struct rows *settings_rows(const struct settings_view *self)
{
	const struct field *columns[SF_FIELDS];
	const struct setting *setting;
	struct rows *rows;
	size_t at = 0;

	for (size_t i = 0; i < SF_FIELDS; i++)
		columns[i] = &list_fields[i];
	rows = rows_new(&kind_settings_list, columns, SF_FIELDS);
	while ((setting = setting_next(&at)) != NULL) {
		bool family = (setting->flags & SETTING_FAMILY) != 0;

		if ((self->group != NULL && strcmp(self->group->name, setting->group) != 0) || !is_there(self, rows->arena, setting))
			continue;
		add_row(self, rows, setting, family ? "" : NULL);
		if (family)
			add_keys(self, rows, setting);
	}
	return rows;
}

/* --- how they look ---------------------------------------------------------------------------------------- */

/* The place of a server among the columns; -1: none of them. */
static int server_of(const struct field *field)
{
	int at = (int)(field - list_fields) - SF_ON;

	return at >= 0 && at < SETTINGS_COLUMNS ? at : -1;
}

const char *settings_cell_words(const struct list_view *list, struct arena *arena, enum visible_form form, const struct field *field,
		const struct row *row, const struct value *value)
{
	const char *more = server_of(field) < 0 ? NULL : strstr(value->bytes, " (");

	(void)list;
	(void)form;
	(void)row;
	if (server_of(field) >= 0 && (strcmp(value->bytes, "(empty)") == 0 || strcmp(value->bytes, "(unset)") == 0))
		return "-";
	/* "50 MB (52,428,800 bytes)": the row has room for the first. */
	return more != NULL && more > value->bytes ? arena_bytes(arena, value->bytes, (size_t)(more - value->bytes)) : NULL;
}

enum style settings_style(const struct list_view *list, const struct field *field, const struct row *row, enum style otherwise)
{
	const struct settings_view *self = (const struct settings_view *)list;
	int at = server_of(field);
	enum style style = otherwise;
	const struct setting *setting;
	struct setting_value value;
	struct arena *arena;
	const char *key;

	if (field == &list_fields[SF_DIFFERS])
		return STYLE_WARNING;
	if ((setting = settings_of_row(row, &key)) == NULL)
		return otherwise;
	if (field == &list_fields[SF_NAME])
		return strncmp(row->values[SF_NAME].bytes, STAGED, sizeof(STAGED) - 1) == 0 ? STYLE_NEW : otherwise;
	if (at < 0 || (size_t)at >= self->count)
		return otherwise;
	if (settings_staged_find(self, (size_t)at, setting, key) != NULL)
		return STYLE_NEW;
	arena = arena_new();
	if (!value_of(arena, &self->hosts[at], setting, key, &value))
		style = STYLE_DIM;
	else if (value.hidden != NULL || value.runs != NULL)
		style = STYLE_WARNING;
	else if (!value.differs)
		style = STYLE_DIM;
	arena_free(arena);
	return style;
}

const char *settings_columns(const struct list_view *list)
{
	static const char *const by_count[] = {
		"setting from name", "setting on1 from name", "setting on1 on2 differs from name", "setting on1 on2 on3 differs from name",
		"setting on1 on2 on3 on4 differs from name", "setting on1 on2 on3 on4 on5 differs from name",
		"setting on1 on2 on3 on4 on5 on6 differs from name",
	};
	size_t count = ((const struct settings_view *)list)->count;

	return by_count[count < SETTINGS_COLUMNS ? count : SETTINGS_COLUMNS];
}

/* Values first: a part of the label still tells which setting it is. */
int settings_width(const struct list_view *list, const struct field *field)
{
	const struct settings_view *self = (const struct settings_view *)list;
	int servers = self->count < SETTINGS_COLUMNS ? (int)self->count : SETTINGS_COLUMNS, letters_wide = servers > 2 ? 2 * servers - 1 : 4;
	int left = session_canvas(list->view.session)->columns - MARGIN - servers * (VALUE_COLUMNS + 1) - letters_wide - 1 - DIFF_COLUMNS - 1;

	if (field == &list_fields[SF_SETTING])
		return left < LABEL_LEAST ? LABEL_LEAST : left > LABEL_MOST ? LABEL_MOST : left;
	if (field == &list_fields[SF_DIFFERS])
		return DIFF_COLUMNS;
	if (field == &list_fields[SF_FROM])
		return letters_wide;
	return server_of(field) >= 0 ? VALUE_COLUMNS : 0;
}

const char *settings_label(const struct list_view *list, const struct field *field)
{
	const struct settings_view *self = (const struct settings_view *)list;
	int at = server_of(field);

	return at >= 0 && (size_t)at < self->count ? settings_server(self, (size_t)at) : NULL;
}

/* What is most worth knowing of a row: what waits, what could not be read, what is hidden, what is not as it was written. */
static const char *worth(const struct settings_view *self, struct arena *arena, const struct setting *setting, const char *key)
{
	const char *staged = staged_words(arena, self, setting, key);

	if (staged != NULL)
		return arena_format(arena, "%s. %s reviews all that is staged there, %s drops it.", staged, settings_key(self, arena, "apply"),
			settings_key(self, arena, "drop-staged"));
	for (size_t i = 0; i < self->count; i++) {
		struct setting_value value;
		bool known = value_of(arena, &self->hosts[i], setting, key, &value);

		if (known && value.hidden != NULL)
			return arena_format(arena, "%s: %s", settings_server(self, i), value.hidden);
		if (known && value.runs != NULL)
			return arena_format(arena, "%s: the service itself has %s", settings_server(self, i), value.runs);
		if (!known && self->hosts[i].state != NULL && settings_has_place(self->hosts[i].state, setting) && *settings_state_gaps(self->hosts[i].state) != NULL)
			return arena_text(arena, *settings_state_gaps(self->hosts[i].state));
	}
	return setting->refused != NULL ? arena_format(arena, "Not changed here: %s", setting->refused) : setting->aged != NULL ? setting->aged : "";
}

const char *settings_detail(const struct list_view *list, const struct row *row, struct arena *arena)
{
	const struct settings_view *self = (const struct settings_view *)list;
	const char *key, *copy;
	const struct setting *setting = settings_of_row(row, &key);
	struct text words = { 0 };

	if (setting == NULL)
		return "";
	text_addf(&words, "%s: %s\n", row->name, setting->help);
	for (size_t i = 0; i < self->count; i++) {
		struct setting_value value;

		if (value_of(arena, &self->hosts[i], setting, key, &value))
			text_addf(&words, "%s%s: %s", words.length > 0 && text_get(&words)[words.length - 1] != '\n' ? "; " : "", settings_server(self, i), value.from);
	}
	text_addf(&words, "%s\n%s", words.length > 0 && text_get(&words)[words.length - 1] == '\n' ? "Enter tells more." : "", worth(self, arena, setting, key));
	copy = arena_text(arena, text_get(&words));
	text_free(&words);
	return copy;
}
