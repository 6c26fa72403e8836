/*
 * planning: from edits to exact bytes and variables, with what is said before.
 *
 * Every value is checked first, since the tools check nothing; a change that
 * would do nothing because something higher hides it is refused.  Pure.
 */
#include "settings/backend_private.h"

#include <string.h>

#include "base/lookup.h"
#include "settings/main_cf.h"

#define MASTER_OPTIONS "mail/postfix/mastercf/options/"

struct planning {
	struct arena *arena;
	const struct settings_state *state;
	const struct setting_bytes *bytes;
	size_t bytes_count;
	struct setting_plan *plan;
	const struct setting_edit *edits;  /* all of them, checked */
	size_t edit_count;
	struct guarded_file *files;
	size_t file_capacity;
	struct guarded_entry *entries;
	const char **maps;
	size_t map_count;
	const char **variables, **before;
	size_t variable_count;
	const char **steps;
	size_t step_count;
	struct setting_shown *shown;
	struct error *error;
};

static void step(struct planning *planning, const char *words)
{
	for (size_t i = 0; i < planning->step_count; i++)
		if (!strcmp(planning->steps[i], words))
			return;
	planning->steps[planning->step_count++] = words;
}

static const char *shown_name(struct arena *arena, const struct setting_edit *edit)
{
	return edit->key && edit->setting->flags & SETTING_FAMILY ? arena_format(arena, "%s%s", edit->setting->name, edit->key) : edit->setting->name;
}

/* --- files ----------------------------------------------------------------------------------------------- */

static const char *path_of(struct arena *arena, const struct settings_state *state, const struct setting_edit *edit)
{
	const char *why;

	switch (state_backend(state, edit->setting, &why)) {
	case BACKEND_POSTFIX: return strchr(edit->setting->postconf, '/') ? state->master_path : state->main_path;
	case BACKEND_LOCAL: return state->local_path;
	case BACKEND_DOVECOT: return state_dropin(arena, state);
	default: return NULL;
	}
}

const char *const *settings_plan_files(struct arena *arena, const struct settings_state *state, const struct setting_edit *edits, size_t count)
{
	const char **paths = arena_alloc(arena, (count + 1) * sizeof(*paths));
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const char *path = path_of(arena, state, &edits[i]);
		bool there = !path;

		for (size_t j = 0; j < used; j++)
			there = there || !strcmp(paths[j], path);
		if (!there)
			paths[used++] = path;
	}
	return paths;
}

/* The file in the plan with what it has now and, after edits before this one, is to have. */
static struct guarded_file *file_of(struct planning *planning, const char *path)
{
	struct setting_plan *plan = planning->plan;
	struct guarded_file *file;

	for (size_t i = 0; i < plan->file_count; i++)
		if (!strcmp(planning->files[i].path, path))
			return &planning->files[i];
	planning->files = arena_grow(planning->arena, planning->files, &planning->file_capacity, plan->file_count + 1, sizeof(*planning->files));
	file = &planning->files[plan->file_count++];
	*file = (struct guarded_file){ .path = path };
	for (size_t i = 0; i < planning->bytes_count; i++)
		if (!strcmp(planning->bytes[i].path, path)) {
			file->seen = file->bytes = planning->bytes[i].bytes;
			file->seen_length = file->length = planning->bytes[i].length;
		}
	plan->files = planning->files;
	return file;
}

static bool plan_main(struct planning *planning, const struct setting_edit *edit, const char *value)
{
	struct guarded_file *file = file_of(planning, path_of(planning->arena, planning->state, edit));
	const char *service, *type, *option, *why;

	if (!file->seen && strcmp(file->path, planning->state->local_path))
		return error_set(planning->error, ERROR_FILE, "%s could not be read, so it is not changed", file->path);
	if (!strcmp(edit->setting->postconf, POSTSCREEN_PLACE)) {
		file->bytes = postscreen_edit(planning->arena, file->bytes, file->length, value && !strcmp(value, "yes"), &file->length, &why);
		if (!file->bytes)
			return error_set(planning->error, ERROR_UNSUPPORTED, "%s: %s", file->path, why);
		step(planning, arena_format(planning->arena, "write %s", file->path));
		return true;
	}
	if (split_option(planning->arena, edit->setting->postconf, &service, &type, &option)) {
		state_behind(planning->state, &service, &type);
		file->bytes = master_cf_edit(planning->arena, file->bytes, file->length, service, type, option, value, &file->length);
	} else
		file->bytes = main_cf_edit(planning->arena, file->bytes ? file->bytes : "", file->length, edit->setting->postconf, value, &file->length);
	if (!file->bytes)
		return error_set(planning->error, ERROR_INVALID, "%s has no service %s of type %s", file->path, service, type);
	step(planning, arena_format(planning->arena, "write %s", file->path));
	return true;
}

static bool plan_dovecot(struct planning *planning, const struct setting_edit *edit, const char *value)
{
	const struct settings_state *state = planning->state;
	const char *path = state_dropin(planning->arena, state), *name = state_dovecot_name(state, edit->setting);
	const char *const pairs[] = { name, value, NULL };
	struct dovecot_place place;
	struct guarded_file *file;

	if (!state->dovecot_files || !dovecot_files_reads(state->dovecot_files, path))
		return error_set(planning->error, ERROR_UNSUPPORTED, "%s does not read %s; add this line at its end once: !include_try " DROPIN_FILE,
			state->dovecot_conf, path);
	file = file_of(planning, path);
	if (!value && (!file->bytes || !dropin_get_in(planning->arena, path, file->bytes, file->length, name)))
		return error_set(planning->error, ERROR_UNSUPPORTED, "%s is not set by postroom but %s; take it out there", shown_name(planning->arena, edit),
			dovecot_files_find(state->dovecot_files, name, &place) ? arena_format(planning->arena, "in %s line %u", place.path, place.line) :
			"elsewhere in Dovecot's configuration");
	if (value && strcspn(value, "{}") != strlen(value))
		return error_set(planning->error, ERROR_INVALID, "%s: { and } have a meaning in Dovecot's files", shown_name(planning->arena, edit));
	file->bytes = dropin_edit_in(planning->arena, path, file->bytes, file->length, pairs, &file->length);
	step(planning, arena_format(planning->arena, "%s %s", file->bytes ? "write" : "remove", file->path));
	return true;
}

/* --- lines of tables ------------------------------------------------------------------------------------- */

#define DOTS "********"

/* The file is edited on its server, so that a plan never holds what else stands in it. */
static bool plan_line(struct planning *planning, const struct setting_edit *edit, const struct setting_value *now, const char *value)
{
	struct state_map map = state_map_of(planning->arena, planning->state, edit->setting, planning->edits, planning->edit_count);
	const char *spec = arena_format(planning->arena, "%s:%s", map.type, map.path), *name = shown_name(planning->arena, edit);
	bool secret = edit->setting->flags & SETTING_SECRET;

	if (map.why)
		return error_set(planning->error, ERROR_UNSUPPORTED, "%s: %s", name, map.why);
	if (strcmp(spec, now->place))
		return error_set(planning->error, ERROR_UNSUPPORTED, "%s: set the table that it stands in first (now %s, then %s)", name, now->place, spec);
	if (secret && value && !edit->password && !now->value)
		return error_set(planning->error, ERROR_USAGE, "%s: a password belongs to it; it is asked for, or read with --password-stdin", name);
	if (edit->password)
		arena_holds_secret(planning->arena);
	planning->entries[planning->plan->entry_count++] = (struct guarded_entry){ .path = map.path, .key = edit->key, .seen = now->value,
		.value = value && edit->password ? arena_format(planning->arena, "%s:%s", value, edit->password) : value };
	planning->plan->secret = planning->plan->secret || secret;
	step(planning, arena_format(planning->arena, "%s the line of %s in %s%s", value ? "set" : "take out", edit->key, map.path,
		secret ? ", which only root reads" : ""));
	if (map.made)
		planning->maps[planning->map_count++] = spec;
	return true;
}

/* As people read it in a review: the value with its unit; of a password nothing but whether it is a new one. */
static const char *review_words(struct planning *planning, const struct setting_edit *edit, const char *value, bool before)
{
	const struct setting *setting = edit->setting;
	int64_t number;

	if (value && setting->type == SETTING_BYTES && setting_number(setting, value, &number) && number > 0)
		return arena_format(planning->arena, "%s (%s)", value, text_from_size(planning->arena, number));
	if (value && *value && setting->type == SETTING_NUMBER && setting->unit)
		return arena_format(planning->arena, "%s %s", value, setting->unit);
	if (!value || !(setting->flags & SETTING_SECRET))
		return value;
	return arena_format(planning->arena, "%s, password %s", value, before ? DOTS : edit->password ? "new: " DOTS : DOTS " (as before)");
}

/* A table of its own may not be read by anything yet. */
static void say_unread(struct planning *planning, struct rules_view *view)
{
	for (size_t i = 0; i < planning->edit_count; i++) {
		const struct setting_edit *edit = &planning->edits[i];
		struct state_map map = { 0 };

		if (!edit->setting->map || !edit->value)
			continue;
		map = state_map_of(planning->arena, planning->state, edit->setting, planning->edits, planning->edit_count);
		if (!map.why && map.unread && planning->state->settings->flavour == FLAVOUR_UCS)
			rules_say(view, SETTING_NOTE, "%s counts once relay-login is yes, which makes UCR name %s.", shown_name(planning->arena, edit), map.path);
		else if (!map.why && map.unread)
			rules_say(view, SETTING_WARNING, "No parameter of Postfix names %s yet, so %s does not count; set %s=%s:%s too.", map.path,
				shown_name(planning->arena, edit), edit->setting->flags & SETTING_SECRET ? "relay-login=yes relay-password-maps" : "tls-policy-maps", map.type, map.path);
	}
}

/* --- variables ----------------------------------------------------------------------------------------------- */

static bool plan_ucr(struct planning *planning, const struct setting_edit *edit, const char *value)
{
	const struct settings_state *state = planning->state;
	const char *key = setting_place(planning->arena, edit->setting->ucr, edit->key);
	enum layer layer = LAYER_NORMAL;
	struct layer_value normal;

	if (!state->ucr)
		return error_set(planning->error, ERROR_FILE, "the files of UCR could not be read, so nothing is changed");
	if (!layers_key_valid(key))
		return error_set(planning->error, ERROR_INVALID, "\"%.200s\" cannot be the name of a variable of UCR", key);
	if (value && !strncmp(key, MASTER_OPTIONS, strlen(MASTER_OPTIONS)) && strpbrk(value, " \t"))
		return error_set(planning->error, ERROR_INVALID, "%s: \"%.200s\" has a blank, at which Postfix ends an option of master.cf; part words by commas",
			shown_name(planning->arena, edit), value);
	if (layers_effective(state->ucr, key, &layer) && layer > LAYER_NORMAL)
		return error_set(planning->error, ERROR_REFUSED, "%s: %s comes from %s (%s line %u), which hides what is written below it: change it there",
			shown_name(planning->arena, edit), key, layer == LAYER_POLICY ? "a UCR policy of the directory" :
			layer == LAYER_FORCED ? "the forced layer" : "the scheduled layer", layer_files[layer], layers_get(state->ucr, layer, key).line);
	normal = layers_get(state->ucr, LAYER_NORMAL, key);
	if ((!value && !normal.value) || (value && normal.value && !strcmp(value, normal.value)))
		return true;
	planning->variables[planning->variable_count] = planning->before[planning->variable_count] = key;
	planning->variables[planning->variable_count + 1] = value;
	planning->before[planning->variable_count + 1] = normal.value;
	planning->variable_count += 2;
	step(planning, value ? arena_format(planning->arena, "ucr set %s=%s", key, value) : arena_format(planning->arena, "ucr unset %s", key));
	return true;
}

/* --- one edit ---------------------------------------------------------------------------------------------------- */

static unsigned follow_of(const struct setting *setting, enum setting_backend backend)
{
	/* A reload is enough for everything in main.cf but two parameters (postfix 6); our file counts with Dovecot's reload, but for anvil (4.4). */
	if (setting->follow & FOLLOW_POSTFIX_STOP)
		return FOLLOW_POSTFIX_STOP;
	if (backend == BACKEND_POSTFIX || backend == BACKEND_LOCAL || backend == BACKEND_MAP)
		return (setting->follow & (FOLLOW_POSTMAP_AUTH | FOLLOW_POSTMAP_TLS)) | FOLLOW_POSTFIX_RELOAD;
	if (backend == BACKEND_DOVECOT)
		return (setting->follow & FOLLOW_DOVECOT_RESTART) | FOLLOW_DOVECOT_RELOAD;
	return setting->follow;
}

static const char *service_of(unsigned follow)
{
	if (follow & (FOLLOW_DOVECOT_RELOAD | FOLLOW_DOVECOT_RESTART))
		return "dovecot";
	return follow & (FOLLOW_POSTFIX_RELOAD | FOLLOW_POSTFIX_RESTART | FOLLOW_POSTFIX_STOP | FOLLOW_POSTMAP_TLS | FOLLOW_POSTMAP_AUTH) ? "postfix" : NULL;
}

const char *settings_plan_service(const struct settings_state *state, const struct setting *setting)
{
	const char *why;

	return service_of(follow_of(setting, state_backend(state, setting, &why)));
}

/* What postconf prints; templates and Postfix's own expansion make some of it unforeseeable. */
static void expect_postfix(struct planning *planning, const struct setting_edit *edit, enum setting_backend backend, const struct setting_value *now,
		const char *word, struct setting_shown *shown)
{
	const struct settings_state *state = planning->state;
	const struct setting *setting = edit->setting;
	const char *runs = state->postfix_set ? lookup_get(state->postfix_set, setting->postconf) : NULL;

	if (!word)
		word = state_opposite(state, setting, backend) ? opposite_word(now->fallback) : now->fallback;
	else if (backend == BACKEND_UCR && (setting->type == SETTING_TEXT || setting->type == SETTING_WORDS || now->hidden))
		return;
	if (!word || strchr(word, '$'))
		return;
	if (!runs && state->postfix_default)
		runs = lookup_get(state->postfix_default, setting->postconf);
	shown->wanted = setting->postconf;
	shown->runs_after = backend == BACKEND_UCR && setting->flags & SETTING_OPPOSITE ? opposite_word(word) : word;
	shown->runs_before = runs && !strchr(runs, '$') ? runs : NULL;
}

/* What the running Dovecot must have: of a service what it tells itself, else what doveconf prints; sizes and times it prints in its own way. */
static void expect_dovecot(struct planning *planning, const struct setting_edit *edit, const struct setting_value *now, const char *word,
		struct setting_shown *shown)
{
	const char *name = state_dovecot_name(planning->state, edit->setting);
	bool service = !strncmp(name, "service/", 8);

	if (edit->setting->type != SETTING_FLAG && edit->setting->type != SETTING_NUMBER && edit->setting->type != SETTING_CHOICE)
		return;
	if (!word)
		word = state_opposite(planning->state, edit->setting, BACKEND_DOVECOT) ? opposite_word(now->fallback) : now->fallback;
	/* 0 is the default of all services, which the running one tells as a number. */
	if (!word || (service && (!strcmp(word, "0") || !now->value || !strcmp(now->value, "0"))))
		return;
	shown->wanted = service ? name + 8 : name;
	shown->runs_after = word;
	shown->runs_before = state_opposite(planning->state, edit->setting, BACKEND_DOVECOT) ? opposite_word(now->value) : now->value;
}

static void expect(struct planning *planning, const struct setting_edit *edit, enum setting_backend backend, const struct setting_value *now,
		const char *word, struct setting_shown *shown)
{
	if (edit->setting->flags & SETTING_RAW || backend == BACKEND_MAP)
		return;
	if (backend == BACKEND_DOVECOT)
		expect_dovecot(planning, edit, now, word, shown);
	else if (edit->setting->postconf && !strchr(edit->setting->postconf, '/') && planning->state->postfix_default)
		expect_postfix(planning, edit, backend, now, word, shown);
}

static bool apply_edit(struct planning *planning, const struct setting_edit *edit, const struct setting_value *now, const char *word)
{
	switch (now->backend) {
	case BACKEND_MAP: return plan_line(planning, edit, now, word);
	case BACKEND_UCR: return plan_ucr(planning, edit, word);
	case BACKEND_POSTFIX:
	case BACKEND_LOCAL: return plan_main(planning, edit, word);
	case BACKEND_DOVECOT: return plan_dovecot(planning, edit, word);
	case BACKEND_NONE: break;
	}
	return false;
}

static bool plan_edit(struct planning *planning, const struct setting_edit *edit)
{
	struct setting_plan *plan = planning->plan;
	struct setting_value now = settings_value(planning->arena, planning->state, edit->setting, edit->key);
	const char *name = shown_name(planning->arena, edit), *word = edit->value, *service;
	struct setting_shown *shown;
	unsigned follow;

	if (edit->setting->refused)
		return error_set(planning->error, ERROR_UNSUPPORTED, "%s is not changed here: %s", name, edit->setting->refused);
	if (now.backend == BACKEND_NONE || (!now.known && now.why))
		return error_set(planning->error, ERROR_UNSUPPORTED, "%s: %s cannot be changed: %s", planning->state->settings->name, name, now.why);
	if (edit->value && edit->password ? false : edit->value ? now.set && now.value && !strcmp(now.value, edit->value) : !now.set)
		return true;
	if (state_opposite(planning->state, edit->setting, now.backend))
		word = opposite_word(word);
	follow = follow_of(edit->setting, now.backend);
	service = service_of(follow);
	if (service && plan->service && strcmp(service, plan->service))
		return error_set(planning->error, ERROR_UNSUPPORTED, "%s belongs to another service than what is changed with it; change them one after the other", name);
	if (!apply_edit(planning, edit, &now, word))
		return false;
	if (service)
		plan->service = service;
	shown = &planning->shown[plan->shown_count++];
	*shown = (struct setting_shown){ .name = name, .place = now.place, .before = review_words(planning, edit, now.value, true),
		.after = review_words(planning, edit, edit->value, false) };
	expect(planning, edit, now.backend, &now, word, shown);
	plan->follow |= follow;
	plan->own = plan->own || edit->setting->flags & SETTING_RAW;
	plan->timer = plan->timer || edit->setting->flags & SETTING_LOCKOUT;
	return true;
}

/* --- all of it -------------------------------------------------------------------------------------------------- */

/* postmap takes blanks around a value away, and lines end with it. */
static bool fits_password(const char *password)
{
	size_t length = strlen(password);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)password[i] < ' ' || password[i] == 127)
			return false;
	return length > 0 && length <= 500 && password[0] != ' ' && password[length - 1] != ' ';
}

static bool check_all(struct planning *planning, struct setting_edit *checked, const struct setting_edit *edits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		checked[i] = edits[i];
		if (edits[i].setting->refused)
			return error_set(planning->error, ERROR_UNSUPPORTED, "%s is not changed here: %s", shown_name(planning->arena, &edits[i]), edits[i].setting->refused);
		if (!setting_check(planning->arena, edits[i].setting, edits[i].key, edits[i].value ? edits[i].value : "", &checked[i].value, planning->error) && edits[i].value)
			return false;
		if (!edits[i].value) {
			error_clear(planning->error);
			checked[i].value = NULL;
		}
		if (edits[i].password && !fits_password(edits[i].password))
			return error_set(planning->error, ERROR_INVALID, "%s: the password must be 1 to 500 bytes in one line, without a blank at either end",
				shown_name(planning->arena, &edits[i]));
		for (size_t j = 0; j < i; j++)
			if (!strcmp(shown_name(planning->arena, &edits[i]), shown_name(planning->arena, &edits[j])))
				return error_set(planning->error, ERROR_USAGE, "%s is named twice", shown_name(planning->arena, &edits[i]));
	}
	return true;
}

static void follow_steps(struct planning *planning)
{
	const struct setting_follow_row *row;

	for (row = setting_follows; row->bit; row++)
		if (planning->plan->follow & row->bit && row->ours)
			step(planning, arena_format(planning->arena, "%s: %s", row->name, row->command));
}

static void plan_maps(struct planning *planning)
{
	static const struct { unsigned bit; const char *name; } tables[] = { { FOLLOW_POSTMAP_AUTH, "smtp_auth" }, { FOLLOW_POSTMAP_TLS, "tls_policy" } };
	const char *main = planning->state->main_path, **maps = planning->maps;
	size_t count = planning->map_count;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const char *path = arena_format(planning->arena, "%.*s/%s", (int)(strrchr(main, '/') - main), main, tables[i].name);
		bool there = false;

		for (size_t j = 0; j < planning->map_count; j++)
			there = there || !strcmp(strchr(maps[j], '/'), path);
		if (planning->plan->follow & tables[i].bit && !there)
			maps[count++] = path;
	}
	for (size_t i = 0; i < planning->map_count; i++)
		step(planning, arena_format(planning->arena, "postmap %s", maps[i]));
	if (count > 0)
		planning->plan->maps = maps;
}

static void say_what_follows(struct planning *planning, struct rules_view *view)
{
	const struct setting_follow_row *row;

	for (size_t i = 0; i < view->count; i++) {
		if (view->edits[i].setting->consequence)
			rules_say(view, SETTING_NOTE, "%s: %s", shown_name(planning->arena, &view->edits[i]), view->edits[i].setting->consequence);
		if (view->edits[i].setting->aged)
			rules_say(view, SETTING_NOTE, "%s: %s", shown_name(planning->arena, &view->edits[i]), view->edits[i].setting->aged);
	}
	for (row = setting_follows; row->bit; row++) {
		/* What these two do the gate tells of every change that does them. */
		if (!(planning->plan->follow & row->bit) || row->bit == FOLLOW_DOVECOT_RELOAD || row->bit == FOLLOW_POSTFIX_STOP)
			continue;
		if (row->ours)
			rules_say(view, SETTING_NOTE, "%s: %s", row->name, row->does);
		else
			rules_say(view, SETTING_WARNING, "Counts only after this, which is an action of its own (postroom settings restart %s --host %s): %s. %s",
				row->service, planning->state->settings->name, row->command, row->does);
	}
}

static void finish(struct planning *planning, struct rules_view *view)
{
	struct setting_plan *plan = planning->plan;
	struct text words = { 0 };

	if (plan->shown_count == 0)
		return;
	for (size_t i = 0; i < plan->file_count; i++)
		if (!strcmp(planning->files[i].path, planning->state->local_path)) {
			const char **commits = arena_alloc(planning->arena, 2 * sizeof(*commits));

			commits[0] = planning->state->main_path;
			plan->commits = commits;
			step(planning, arena_format(planning->arena, "ucr commit %s", planning->state->main_path));
			rules_say(view, SETTING_NOTE, "UCR has no variable for it, so it goes into %s, which is put behind what UCR writes and overrides it; Postfix then warns in "
				"its log of a parameter that is set twice.", planning->state->local_path);
		}
	/* The start reads everything anew. */
	if (plan->follow & FOLLOW_POSTFIX_STOP)
		plan->follow &= ~(unsigned)FOLLOW_POSTFIX_RELOAD;
	plan_maps(planning);
	say_unread(planning, view);
	say_what_follows(planning, view);
	follow_steps(planning);
	for (size_t i = 0; i < plan->shown_count; i++)
		text_addf(&words, "%s%s of %s: %s to %s", i ? "; " : "", plan->shown[i].name, planning->state->settings->name,
			plan->shown[i].before ? plan->shown[i].before : "(unset)", plan->shown[i].after ? plan->shown[i].after : "(unset)");
	plan->sentence = arena_text(planning->arena, text_get(&words));
	text_free(&words);
	plan->says = view->says;
	plan->say_count = view->say_count;
	plan->variables = planning->variables;
	plan->variables_before = planning->before;
	plan->entries = planning->entries;
	plan->steps = planning->steps;
}

bool settings_plan(struct arena *arena, const struct settings_state *state, const struct setting_edit *edits, size_t count,
		const struct setting_bytes *bytes, size_t bytes_count, const struct setting_facts *facts, struct setting_plan *plan, struct error *error)
{
	struct setting_edit *checked = arena_alloc(arena, (count + 1) * sizeof(*checked));
	struct planning planning = { .arena = arena, .state = state, .bytes = bytes, .bytes_count = bytes_count, .plan = plan, .error = error,
		.edits = checked, .edit_count = count };
	struct rules_view view = { .arena = arena, .state = state, .edits = checked, .count = count, .facts = facts };
	size_t step_room = count * 3 + 20;

	memset(plan, 0, sizeof(*plan));
	planning.variables = arena_alloc(arena, (count * 2 + 2) * sizeof(*planning.variables));
	planning.before = arena_alloc(arena, (count * 2 + 2) * sizeof(*planning.before));
	planning.entries = arena_alloc(arena, (count + 1) * sizeof(*planning.entries));
	planning.maps = arena_alloc(arena, (count + 4) * sizeof(*planning.maps));
	planning.steps = arena_alloc(arena, step_room * sizeof(*planning.steps));
	plan->shown = planning.shown = arena_alloc(arena, (count + 1) * sizeof(*planning.shown));
	if (!check_all(&planning, checked, edits, count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!plan_edit(&planning, &checked[i]))
			return false;
	if (!settings_rules(&view, error))
		return false;
	finish(&planning, &view);
	return true;
}
