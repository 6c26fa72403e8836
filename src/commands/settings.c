/*
 * settings: what the services of the mail servers are set to: listed, shown side
 * by side, set and unset.
 *
 * Every chosen server is read once, all at the same time; what does not answer is
 * named and hides no other.  Exit status: 0; 65 wrong name or value; 69 a server
 * could not be read; else that of the change.  Loop thread.
 */
#include "commands/settings.h"

#include <stdio.h>
#include <string.h>

#include "commands/output.h"
#include "commands/subcommands.h"

void settings_tell_gaps(struct settings_look *look)
{
	for (size_t i = 0; i < look->count; i++)
		for (const char *const *gap = settings_state_gaps(look->states[i]); *gap; gap++) {
			headless_note("postroom: %s", *gap);
			look->headless.status = error_exit_status(ERROR_UNREACHABLE);
		}
}

const struct setting *settings_named(struct settings_look *look, const char *typed, const char **key)
{
	const struct setting *setting = NULL;
	struct error error = { 0 };

	for (size_t i = 0; i < look->count && !setting; i++) {
		error_clear(&error);
		setting = settings_resolve(look->headless.arena, look->states[i], typed, look->headless.arguments->own, key, &error);
	}
	if (!setting)
		headless_fail(&look->headless, &error);
	return setting;
}

/* --- reading the servers --------------------------------------------------------------------------- */

struct read_one { struct settings_look *look; size_t place; };

static void on_state(void *context, struct settings_state *state)
{
	struct read_one *one = context;

	one->look->states[one->place] = state;
	if (--one->look->left == 0)
		one->look->headless.done = true;
}

static bool choose(struct settings_look *look, const char *name)
{
	struct hosts *hosts = look->headless.engine->hosts;
	size_t count = hosts_count(hosts), chosen = 0;
	struct error error = { 0 };

	look->hosts = arena_alloc(look->headless.arena, (count + 1) * sizeof(*look->hosts));
	look->states = arena_alloc(look->headless.arena, (count + 1) * sizeof(struct settings_state *));
	if (name && !host_named(hosts, name, &chosen))
		error_set(&error, ERROR_NOT_FOUND, "%s: no server of this name is configured; postroom servers lists them", name);
	else if (count == 0)
		error_set(&error, ERROR_UNSUPPORTED, "There is no mail server: none is configured (section server), and none was found on this machine");
	if (error.kind != ERROR_NONE)
		return headless_fail(&look->headless, &error);
	for (size_t i = 0; i < count; i++)
		if (!name || i == chosen)
			look->hosts[look->count++] = i;
	return true;
}

/* Settings of Dovecot beyond the table among the words, so that they are asked for; NULL-terminated. */
static const char *const *own_names(struct arena *arena, int argc, char **argv)
{
	const char **names = arena_alloc(arena, ((size_t)argc + 1) * sizeof(*names));
	size_t count = 0;

	for (int i = 1; i < argc; i++) {
		const char *name = settings_own_dovecot(argv[i]);

		if (name && *name)
			names[count++] = arena_format(arena, "%.*s", (int)strcspn(name, "="), name);
	}
	return names;
}

static void read_all(struct settings_look *look, int argc, char **argv)
{
	const char *const *own = own_names(look->headless.arena, argc, argv);
	struct read_one *ones = arena_alloc(look->headless.arena, look->count * sizeof(*ones));

	look->left = look->count;
	for (size_t i = 0; i < look->count; i++) {
		ones[i] = (struct read_one){ look, i };
		settings_read(look->headless.engine->hosts, look->hosts[i], own, on_state, &ones[i]);
	}
	headless_wait(&look->headless);
}

/* --- what a setting is judged by --------------------------------------------------------------------- */

struct judging { struct settings_look *look; const struct setting_facts *facts; };

static void on_facts(void *context, const struct setting_facts *facts)
{
	struct judging *judging = context;

	judging->facts = setting_facts_copy(judging->look->headless.arena, facts);
	judging->look->headless.done = true;
}

const struct setting_facts *settings_facts(struct settings_look *look, size_t server, const struct setting *setting, const char *value)
{
	struct judging judging = { look, NULL };
	struct setting_value now;

	if (setting->facts == 0)
		return NULL;
	if (!value && !(setting->flags & SETTING_FAMILY)) {
		now = settings_value(look->headless.arena, look->states[server], setting, NULL);
		value = !now.known ? NULL : now.value ? now.value : now.fallback;
	}
	engine_facts_ask(look->headless.engine, look->hosts[server], setting->facts, value, on_facts, &judging);
	headless_wait(&look->headless);
	return judging.facts;
}

/* --- words -------------------------------------------------------------------------------------------- */

static const char *restart_words(void)
{
	static char words[200];
	const struct setting_follow_row *row;
	size_t used = 0;

	for (row = setting_follows; row->bit; row++)
		if (row->service && used < sizeof(words))
			used += (size_t)snprintf(words + used, sizeof(words) - used, "%s%s", used ? ", " : "", row->service);
	return words;
}

static bool check_words(const struct arguments *arguments, int argc, char **argv, struct error *error)
{
	const char *word = argv[0];
	const struct setting_group *group;
	bool logs = !strcmp(word, "log-test"), list = logs || !strcmp(word, "list"), local = !strcmp(word, "local");

	if (!list && !local && strcmp(word, "show") && strcmp(word, "set") && strcmp(word, "unset") && strcmp(word, "same") && strcmp(word, "restart"))
		return error_set(error, ERROR_USAGE, "settings list, show, set, unset, same, restart, local and log-test are what there is, not settings %s", word);
	if (local && argc > 1 && (argc > 2 || (strcmp(argv[1], "aside") && strcmp(argv[1], "back"))))
		return error_set(error, ERROR_USAGE, "settings local shows main.cf.local; settings local aside and settings local back move it");
	if (!strcmp(word, "restart") && (argc != 2 || !setting_restart_find(argv[1])))
		return error_set(error, ERROR_USAGE, "settings restart takes one of %s", restart_words());
	if (!strcmp(word, "same") && !arguments->host)
		return error_set(error, ERROR_USAGE, "settings same needs --host: the server whose values all others are to have");
	if (!local && list != (argc == 1))
		return error_set(error, ERROR_USAGE, logs ? "settings log-test takes no name; --host says which server" :
			list ? "settings list takes no names; --filter finds by words" : "settings %s needs a name%s", word,
			!strcmp(word, "set") ? " and a value, NAME=VALUE" : "");
	if (arguments->printer == &printer_ldif)
		return error_set(error, ERROR_USAGE, "settings are in no directory, so there is no LDIF of them; --format is table, json, csv or tsv");
	for (group = setting_groups; arguments->group && group->name; group++)
		if (!strcmp(group->name, arguments->group))
			return true;
	return !arguments->group || error_set(error, ERROR_USAGE, "there is no group of settings %s; postroom-settings(7) names them", arguments->group);
}

int run_settings(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct settings_look look = { .count = 0 };
	struct error error = { 0 };

	if (!check_words(arguments, argc, argv, &error)) {
		headless_note("postroom: %s", error.text);
		config_free(takes);
		return error_exit_status(error.kind);
	}
	if (headless_open(&look.headless, takes, arguments, false) && choose(&look, strcmp(argv[0], "same") ? arguments->host : NULL)) {
		if (strcmp(argv[0], "log-test"))
			read_all(&look, argc, argv);
		if (!strcmp(argv[0], "list"))
			settings_list(&look);
		else if (!strcmp(argv[0], "show"))
			settings_show(&look, argv + 1);
		else if (!strcmp(argv[0], "same"))
			settings_same(&look, argv + 1, arguments->host);
		else if (!strcmp(argv[0], "restart"))
			settings_restart_service(&look, argv[1]);
		else if (!strcmp(argv[0], "local"))
			settings_local(&look, argc > 1 ? argv[1] : NULL);
		else if (!strcmp(argv[0], "log-test"))
			settings_test_log(&look);
		else
			settings_write(&look, argv + 1, argv[0][0] == 'u');
		for (size_t i = 0; i < look.count; i++)
			settings_state_free(look.states[i]);
	}
	return headless_close(&look.headless);
}
