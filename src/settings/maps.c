/*
 * maps: settings that are the lines of a table of Postfix: which file that is
 * on this server, and what stands in it.
 *
 * The table is found as Postfix finds it: by a parameter of main.cf, or by the
 * word check_sasl_access in the rules of main.cf and master.cf.  What Postfix
 * asks elsewhere (LDAP, SQL), or what is written into main.cf itself, cannot be
 * edited as a file and says so.  Pure over a state.  Source: postconf(5),
 * DATABASE_README, ucs-variables 3.7.
 */
#include "settings/backend_private.h"

#include <string.h>

#include "base/lookup.h"
#include "settings/map_file.h"

enum { MOST_DEPTH = 10 };

/* --- values with $name in them --------------------------------------------------------------------- */

static const char *parameter(const struct settings_state *state, const char *name)
{
	const char *value = state->postfix_set ? lookup_get(state->postfix_set, name) : NULL;

	return value || !state->postfix_default ? value : lookup_get(state->postfix_default, name);
}

/* $name and ${name}; what is not known stays as it is. */
static void expand(const struct settings_state *state, struct arena *arena, const char *value, unsigned depth, struct text *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	while (*value) {
		size_t front = strcspn(value, "$"), braced, length;
		const char *name, *known;

		text_add_bytes(out, value, front);
		value += front;
		if (!*value)
			break;
		braced = value[1] == '{';
		name = value + 1 + braced;
		length = strspn(name, letters);
		known = length > 0 && depth < MOST_DEPTH && (!braced || name[length] == '}') ? parameter(state, arena_bytes(arena, name, length)) : NULL;
		if (known) {
			expand(state, arena, known, depth + 1, out);
			value = name + length + braced;
		} else {
			text_add_char(out, *value++);
		}
	}
}

static const char *expanded(const struct settings_state *state, struct arena *arena, const char *value)
{
	struct text out = { 0 };
	const char *copy;

	expand(state, arena, value, 0, &out);
	copy = arena_text(arena, text_get(&out));
	text_free(&out);
	return copy;
}

/* --- which table ---------------------------------------------------------------------------------------- */

static bool is_one_of(const char *type, const char *const *types)
{
	for (size_t i = 0; types[i]; i++)
		if (!strcmp(types[i], type))
			return true;
	return false;
}

/* "hash:/etc/postfix/x" in its parts; false with the reason. */
static bool split(struct arena *arena, const struct settings_state *state, const char *word, struct state_map *map)
{
	static const char *const made[] = { "hash", "btree", "lmdb", "cdb", "dbm", NULL };
	const char *colon;

	if (!strncmp(word, "proxy:", 6))
		word += 6;
	colon = strchr(word, ':');
	map->type = !colon || *word == '/' ? parameter(state, "default_database_type") : arena_bytes(arena, word, (size_t)(colon - word));
	map->type = map->type ? map->type : "hash";
	map->path = !colon || *word == '/' ? word : colon + 1;
	map->made = is_one_of(map->type, made);
	if (!map->made && strcmp(map->type, "texthash"))
		map->why = !strcmp(map->type, "inline") ? arena_format(arena, "its entries stand in main.cf itself (%s); a table of a file is needed, as hash:/etc/postfix/NAME", word) :
			arena_format(arena, "it is a table of type %s (%s), which is not changed as a file", map->type, word);
	else if (*map->path != '/')
		map->why = arena_format(arena, "%s is no absolute path", map->path);
	return !map->why;
}

/* The first table of a list that can be edited; else why the first cannot. */
static void first_of(struct arena *arena, const struct settings_state *state, const char *list, struct state_map *map)
{
	struct state_map first = { 0 };
	char *copy = arena_text(arena, expanded(state, arena, list)), *rest = NULL;

	for (char *word = strtok_r(copy, ", \t\n", &rest); word; word = strtok_r(NULL, ", \t\n", &rest)) {
		struct state_map one = { 0 };

		if (split(arena, state, word, &one)) {
			*map = one;
			return;
		}
		if (!first.why)
			first = one;
	}
	*map = first;
}

/* The word behind check_sasl_access; NULL: it does not stand there. */
static const char *behind(struct arena *arena, const struct settings_state *state, const char *rules)
{
	char *copy = arena_text(arena, expanded(state, arena, rules)), *rest = NULL;
	bool next = false;

	for (char *word = strtok_r(copy, ", \t\n{}", &rest); word; word = strtok_r(NULL, ", \t\n{}", &rest)) {
		if (next)
			return word;
		next = !strcmp(word, "check_sasl_access");
	}
	return NULL;
}

static const char *const stages[] = {
	"smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions", "smtpd_relay_restrictions",
	"smtpd_recipient_restrictions", "smtpd_data_restrictions", "smtpd_end_of_data_restrictions", NULL,
};

/* Options of services: "-o smtpd_..._restrictions=..." anywhere in master.cf that is no remark. */
static const char *in_master(struct arena *arena, const struct settings_state *state)
{
	char *copy = arena_text(arena, text_get(&state->master_cf)), *rest = NULL;

	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (line[strspn(line, " \t")] == '#')
			continue;
		for (size_t i = 0; stages[i]; i++) {
			const char *at = strstr(line, stages[i]), *found = at && at[strlen(stages[i])] == '=' ? behind(arena, state, at + strlen(stages[i]) + 1) : NULL;

			if (found)
				return found;
		}
	}
	return NULL;
}

static void find_sasl_access(struct arena *arena, const struct settings_state *state, struct state_map *map)
{
	const char *word = NULL;

	for (size_t i = 0; !word && stages[i]; i++) {
		const char *rules = parameter(state, stages[i]);

		word = rules ? behind(arena, state, rules) : NULL;
	}
	word = word ? word : in_master(arena, state);
	if (word)
		split(arena, state, word, map);
	else
		map->why = "no rule of this Postfix asks check_sasl_access; add it once, for example smtpd_sender_restrictions = check_sasl_access "
			"hash:/etc/postfix/refused_logins (on UCS in main.cf.local), and postmap /etc/postfix/refused_logins before";
}

/* What the parameter of the table would be after these edits; NULL: unset. */
static const char *parameter_after(const struct settings_state *state, const char *name, const struct setting_edit *edits, size_t count)
{
	const char *value = state->postfix_set ? lookup_get(state->postfix_set, name) : NULL;

	for (size_t i = 0; i < count; i++)
		if (edits[i].setting->postconf && !strcmp(edits[i].setting->postconf, name))
			value = edits[i].value;
	return value && *value ? value : NULL;
}

struct state_map state_map_of(struct arena *arena, const struct settings_state *state, const struct setting *setting, const struct setting_edit *edits,
		size_t count)
{
	struct state_map map = { 0 };
	const char *list, *slash = strrchr(state->main_path, '/');

	if (!state->postfix_set || !state->postfix_default) {
		map.why = "Postfix could not be asked";
		return map;
	}
	if (!strcmp(setting->map, "check_sasl_access")) {
		find_sasl_access(arena, state, &map);
		return map;
	}
	list = parameter_after(state, setting->map, edits, count);
	if (list) {
		first_of(arena, state, list, &map);
		return map;
	}
	/* Nobody reads it yet; this is where UCS and the manuals have it. */
	split(arena, state, arena_format(arena, "%.*s/%s", (int)(slash - state->main_path), state->main_path, setting->map_name), &map);
	map.unread = true;
	return map;
}

/* --- what stands there -------------------------------------------------------------------------------------- */

static struct state_table *table_at(const struct settings_state *state, const char *path)
{
	for (size_t i = 0; i < state->table_count; i++)
		if (path && !strcmp(state->tables[i].path, path))
			return (struct state_table *)&state->tables[i];
	return NULL;
}

void state_tables_find(struct settings_state *state)
{
	const struct setting *setting;
	size_t at = 0;

	if (!(state->settings->roles & HOST_TRANSPORT))
		return;
	while ((setting = setting_next(&at))) {
		struct state_map map;

		if (!setting->map)
			continue;
		map = state_map_of(state->arena, state, setting, NULL, 0);
		if (map.why || table_at(state, map.path) || state->table_count == STATE_TABLES)
			continue;
		state->tables[state->table_count++] = (struct state_table){ .path = map.path, .secret = setting->flags & SETTING_SECRET };
	}
}

void state_table_line(struct settings_state *state, const char *path, const char *line, size_t length)
{
	struct state_table *table = table_at(state, path);

	if (!table)
		return;
	text_add_bytes(&table->bytes, line, length);
	text_add_char(&table->bytes, '\n');
}

void state_tables_read(struct settings_state *state, bool secret)
{
	for (size_t i = 0; i < state->table_count; i++)
		if (state->tables[i].secret == secret)
			state->tables[i].read = true;
}

/* False with the reason in *why. */
static bool bytes_of(const struct settings_state *state, const struct state_map *map, const struct state_table **table, const char **why)
{
	*why = map->why;
	if (map->why)
		return false;
	*table = table_at(state, map->path);
	if (*table && (*table)->read)
		return true;
	*why = *table && (*table)->secret && state->logins_why ? state->logins_why : "the file of its table could not be read";
	return false;
}

/* Letter of a file, since that is where it stands. */
void state_map_value(struct arena *arena, const struct settings_state *state, const struct setting *setting, const char *key, struct setting_value *value)
{
	struct state_map map = state_map_of(arena, state, setting, NULL, 0);
	const struct state_table *table;
	struct map_line line;

	value->place = setting->map;
	if (!bytes_of(state, &map, &table, &value->why))
		return;
	value->known = true;
	value->place = arena_format(arena, "%s:%s", map.type, map.path);
	value->from = map.unread ? arena_format(arena, "%s, which no parameter of Postfix names", map.path) : map.path;
	line = key ? map_file_find(arena, text_get(&table->bytes), table->bytes.length, key) : (struct map_line){ 0 };
	if (!line.line)
		return;
	value->value = line.value;
	value->set = true;
	value->origin = ORIGIN_FILE;
	/* Lines of logins come without those that hold none, so their numbers are not those of the file. */
	if (!table->secret)
		value->from = arena_format(arena, "%s line %u", map.path, line.line);
	if (map.unread)
		value->hidden = arena_format(arena, "no parameter of Postfix names %s, so the line does not count", map.path);
}

const char *const *state_map_keys(struct arena *arena, const struct settings_state *state, const struct setting *setting)
{
	struct state_map map = state_map_of(arena, state, setting, NULL, 0);
	const struct state_table *table;
	const struct map_line *lines;
	const char *why, **keys;
	size_t count = 0, i;

	if (!bytes_of(state, &map, &table, &why))
		return arena_alloc(arena, sizeof(*keys));
	lines = map_file_lines(arena, text_get(&table->bytes), table->bytes.length);
	while (lines[count].line)
		count++;
	keys = arena_alloc(arena, (count + 1) * sizeof(*keys));
	for (i = 0; i < count; i++)
		keys[i] = lines[i].key;
	return keys;
}
