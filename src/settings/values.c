/*
 * values: what one setting is on one server, where that comes from, and what a
 * higher place hides.
 *
 * Pure over a state.
 */
#include "settings/backend_private.h"

#include <string.h>

#include "base/lookup.h"
#include "settings/main_cf.h"

/* What doveconf prints for a memory limit that is not set. */
#define DOVECOT_UNSET "18446744073709551615 B"

const char *setting_backend_word(enum setting_backend backend)
{
	static const char *const words[] = {
		[BACKEND_NONE] = "nowhere", [BACKEND_UCR] = "UCR", [BACKEND_POSTFIX] = "Postfix", [BACKEND_LOCAL] = "main.cf.local", [BACKEND_DOVECOT] = "Dovecot",
		[BACKEND_MAP] = "a table of Postfix",
	};

	return words[backend];
}

char setting_origin_letter(enum setting_origin origin)
{
	return "dfluPSF?"[origin];
}

const char *opposite_word(const char *value)
{
	if (value && !strcmp(value, "yes"))
		return "no";
	return value && !strcmp(value, "no") ? "yes" : value;
}

bool state_opposite(const struct settings_state *state, const struct setting *setting, enum setting_backend backend)
{
	if (!(setting->flags & SETTING_OPPOSITE))
		return false;
	if (backend == BACKEND_DOVECOT)
		return !state->dovecot24;
	return backend == BACKEND_POSTFIX || backend == BACKEND_LOCAL;
}

const char *state_dovecot_name(const struct settings_state *state, const struct setting *setting)
{
	if (!state->dovecot24 || !setting->dovecot24 || !strcmp(setting->dovecot24, "="))
		return state->dovecot24 && !setting->dovecot24 ? NULL : setting->dovecot;
	return setting->dovecot24;
}

bool split_option(struct arena *arena, const char *postconf, const char **service, const char **type, const char **option)
{
	const char *first = strchr(postconf, '/'), *second = first ? strchr(first + 1, '/') : NULL;

	if (!second)
		return false;
	*service = arena_bytes(arena, postconf, (size_t)(first - postconf));
	*type = arena_bytes(arena, first + 1, (size_t)(second - first - 1));
	*option = arena_text(arena, second + 1);
	return true;
}

void state_behind(const struct settings_state *state, const char **service, const char **type)
{
	const char *now, *why;

	if (strcmp(*service, "smtp") || strcmp(*type, "inet") || !state->master_read)
		return;
	now = postscreen_find(text_get(&state->master_cf), state->master_cf.length, &why);
	if (now && *now == 'y') {
		*service = "smtpd";
		*type = "pass";
	}
}

const char *state_dropin(struct arena *arena, const struct settings_state *state)
{
	return dropin_place(arena, state->dovecot_conf, state->settings->flavour == FLAVOUR_UCS, state->dovecot_files);
}

enum setting_backend state_backend(const struct settings_state *state, const struct setting *setting, const char **why)
{
	unsigned roles = state->settings->roles;
	bool ucs = state->settings->flavour == FLAVOUR_UCS;

	*why = NULL;
	if (ucs && setting->ucr)
		return BACKEND_UCR;
	if (setting->map && roles & HOST_TRANSPORT && !(ucs && !strcmp(setting->map, "smtp_tls_policy_maps")))
		return BACKEND_MAP;
	/* UCR makes that file too: what is edited there is gone with the next commit. */
	if (ucs && setting->postconf && strchr(setting->postconf, '/')) {
		*why = "UCR writes master.cf; set its variable: ucr:mail/postfix/mastercf/options/SERVICE/OPTION";
		return BACKEND_NONE;
	}
	if (setting->postconf && roles & HOST_TRANSPORT)
		return ucs && !strchr(setting->postconf, '/') ? BACKEND_LOCAL : BACKEND_POSTFIX;
	if (state_dovecot_name(state, setting) && roles & HOST_MAILBOX)
		return BACKEND_DOVECOT;
	if (setting->map && roles & HOST_TRANSPORT)
		*why = "UCR writes this table: see tls-policy/";
	else if (setting->postconf || setting->map)
		*why = "this server runs no Postfix";
	else if (setting->dovecot && !(roles & HOST_MAILBOX))
		*why = "this server runs no Dovecot";
	else if (setting->dovecot || setting->dovecot24)
		*why = "this version of Dovecot does not have it";
	else
		*why = "only a UCS has it";
	return BACKEND_NONE;
}

bool settings_has_place(const struct settings_state *state, const struct setting *setting)
{
	unsigned roles = state->settings->roles;

	if (setting->ucr && state->settings->flavour == FLAVOUR_UCS)
		return true;
	if (!setting->postconf && !setting->map && !setting->dovecot && !setting->dovecot24)
		return true;
	return ((setting->postconf || setting->map) && roles & HOST_TRANSPORT) || ((setting->dovecot || setting->dovecot24) && roles & HOST_MAILBOX);
}

bool setting_same(const struct setting *setting, const char *a, const char *b)
{
	int64_t one, other;

	if (!a || !b)
		return a == b;
	if (setting_number(setting, a, &one) && setting_number(setting, b, &other))
		return one == other;
	if (setting->type == SETTING_FLAG && layers_truth(a) >= 0)
		return layers_truth(a) == layers_truth(b);
	return !strcmp(a, b);
}

/* yes and no for every word that means them. */
static const char *plain_flag(const struct setting *setting, const char *value)
{
	int truth = setting->type == SETTING_FLAG ? layers_truth(value) : -1;

	return truth < 0 ? value : truth ? "yes" : "no";
}

/* --- UCR ------------------------------------------------------------------------------------------- */

static enum setting_origin origin_of(enum layer layer)
{
	static const enum setting_origin origins[LAYERS] = {
		[LAYER_DEFAULT] = ORIGIN_DEFAULT, [LAYER_NORMAL] = ORIGIN_UCR, [LAYER_POLICY] = ORIGIN_POLICY, [LAYER_SCHEDULE] = ORIGIN_SCHEDULE,
		[LAYER_FORCED] = ORIGIN_FORCED,
	};

	return origins[layer];
}

/* The highest layer below the one that counts, other than the defaults, that has a value too. */
static void find_hidden(struct arena *arena, const struct settings_state *state, enum layer counts, struct setting_value *value)
{
	for (int i = (int)counts - 1; i > LAYER_DEFAULT; i--) {
		struct layer_value lower = layers_get(state->ucr, (enum layer)i, value->place);

		if (!lower.value)
			continue;
		value->hidden = arena_format(arena, "the %s layer says \"%s\" (%s line %u) and is hidden: writing it there changes nothing", layer_words[i],
			lower.value, layer_files[i], lower.line);
		return;
	}
}

/* What Postfix or Dovecot itself has, where UCR writes its files. */
static const char *running_word(struct arena *arena, const struct settings_state *state, const struct setting *setting)
{
	const char *name = state_dovecot_name(state, setting), *value = NULL, *service, *type, *option;
	bool there;

	if (setting->postconf && !strcmp(setting->postconf, POSTSCREEN_PLACE))
		value = state->master_read ? postscreen_find(text_get(&state->master_cf), state->master_cf.length, &name) : NULL;
	else if (setting->postconf && split_option(arena, setting->postconf, &service, &type, &option)) {
		state_behind(state, &service, &type);
		value = master_cf_find(arena, text_get(&state->master_cf), state->master_cf.length, service, type, option, &there);
	}
	else if (setting->postconf && state->postfix_set && state->postfix_default) {
		value = lookup_get(state->postfix_set, setting->postconf);
		value = value ? value : lookup_get(state->postfix_default, setting->postconf);
		return state_opposite(state, setting, BACKEND_POSTFIX) ? opposite_word(value) : value;
	} else if (name && state->dovecot_now) {
		value = lookup_get(state->dovecot_now, name);
		return state_opposite(state, setting, BACKEND_DOVECOT) ? opposite_word(value) : value;
	}
	return value;
}

static void look_beside(struct arena *arena, const struct settings_state *state, const struct setting *setting, struct setting_value *value)
{
	const char *counts = value->value ? value->value : value->fallback, *runs = running_word(arena, state, setting);
	struct main_cf_place local = { 0 };

	if (setting->postconf && !strchr(setting->postconf, '/') && state->local_read)
		local = main_cf_find(arena, text_get(&state->local_cf), state->local_cf.length, setting->postconf);
	if (local.line)
		value->hidden = arena_format(arena, "main.cf.local line %u says \"%s\", which counts: the variable changes nothing while that stands there",
			local.line, local.value);
	/* 0 of a service's limit means the default for all; a template writes the number out. */
	if (runs && strcmp(runs, DOVECOT_UNSET) && counts && *counts && !setting_same(setting, counts, runs) && !strchr(runs, '$'))
		value->runs = runs;
}

static void ucr_value(struct arena *arena, const struct settings_state *state, const struct setting *setting, const char *key, struct setting_value *value)
{
	enum layer layer = LAYER_DEFAULT;
	const char *raw;

	value->place = setting_place(arena, setting->ucr, key);
	value->fallback = setting->ucs;
	if (!state->ucr) {
		value->why = "the files of UCR could not be read";
		return;
	}
	value->known = true;
	raw = layers_effective(state->ucr, value->place, &layer);
	value->value = plain_flag(setting, raw);
	value->set = raw && layer != LAYER_DEFAULT;
	value->origin = raw ? origin_of(layer) : ORIGIN_DEFAULT;
	if (raw && layer == LAYER_DEFAULT)
		value->fallback = value->value;
	value->from = value->set ? arena_format(arena, "UCR, %s layer (%s line %u)", layer_words[layer], layer_files[layer], layers_get(state->ucr, layer, value->place).line) :
		raw ? arena_format(arena, "UCR, default of the package (%s)", layer_files[LAYER_DEFAULT]) : "not set; the template's own";
	if (raw)
		find_hidden(arena, state, layer, value);
	look_beside(arena, state, setting, value);
}

/* --- Postfix ----------------------------------------------------------------------------------------- */

static void option_value(struct arena *arena, const struct settings_state *state, const char *service, const char *type, const char *option,
		struct setting_value *value)
{
	bool there;

	if (!state->master_read) {
		value->why = "master.cf could not be read";
		return;
	}
	value->value = master_cf_find(arena, text_get(&state->master_cf), state->master_cf.length, service, type, option, &there);
	if (!there) {
		value->why = arena_format(arena, "master.cf has no service %s (%s)", service, type);
		return;
	}
	value->known = true;
	value->set = value->value != NULL;
	value->origin = value->set ? ORIGIN_FILE : ORIGIN_DEFAULT;
	value->from = value->set ? arena_format(arena, "%s, service %s", state->master_path, service) : "main.cf";
	value->fallback = state->postfix_set ? lookup_get(state->postfix_set, option) : NULL;
	if (!value->fallback && state->postfix_default)
		value->fallback = lookup_get(state->postfix_default, option);
}

static void postscreen_value(struct arena *arena, const struct settings_state *state, struct setting_value *value)
{
	if (!state->master_read) {
		value->why = "master.cf could not be read";
		return;
	}
	value->value = postscreen_find(text_get(&state->master_cf), state->master_cf.length, &value->why);
	value->known = value->value != NULL;
	value->set = value->known && value->value[0] == 'y';
	value->origin = value->set ? ORIGIN_FILE : ORIGIN_DEFAULT;
	value->fallback = "no";
	value->from = arena_format(arena, "%s, port 25", state->master_path);
}

static void tell_file(struct arena *arena, const struct settings_state *state, struct setting_value *value)
{
	struct main_cf_place main = { 0 }, local = { 0 };

	if (state->main_read)
		main = main_cf_find(arena, text_get(&state->main_cf), state->main_cf.length, value->place);
	if (state->local_read)
		local = main_cf_find(arena, text_get(&state->local_cf), state->local_cf.length, value->place);
	value->origin = local.line ? ORIGIN_LOCAL : ORIGIN_FILE;
	value->from = local.line ? arena_format(arena, "%s line %u", state->local_path, local.line) :
		main.line ? arena_format(arena, "%s line %u", state->main_path, main.line) : "main.cf";
	if (main.before && !local.line)
		value->hidden = arena_format(arena, "line %u of %s sets it too and is overridden by line %u", main.before, state->main_path, main.line);
	if (local.line && main.before)
		value->hidden = arena_format(arena, "line %u of %s, which UCR writes, is overridden by it", main.before, state->main_path);
}

static void postfix_value(struct arena *arena, const struct settings_state *state, const struct setting *setting, struct setting_value *value)
{
	const char *service, *type, *option, *set, *built;

	value->place = setting->postconf;
	if (!strcmp(setting->postconf, POSTSCREEN_PLACE)) {
		postscreen_value(arena, state, value);
		return;
	}
	if (split_option(arena, setting->postconf, &service, &type, &option)) {
		state_behind(state, &service, &type);
		option_value(arena, state, service, type, option, value);
		return;
	}
	if (!state->postfix_set || !state->postfix_default) {
		value->why = "Postfix could not be asked";
		return;
	}
	set = lookup_get(state->postfix_set, setting->postconf);
	built = lookup_get(state->postfix_default, setting->postconf);
	if (!built && !set && !(setting->flags & SETTING_RAW)) {
		value->why = "this version of Postfix does not have it";
		return;
	}
	value->known = true;
	value->set = set != NULL;
	value->value = set ? set : built;
	value->fallback = built;
	value->from = "built-in value";
	if (set)
		tell_file(arena, state, value);
}

/* --- Dovecot ----------------------------------------------------------------------------------------- */

static const char *unset_word(const char *value)
{
	return value && !strcmp(value, DOVECOT_UNSET) ? NULL : value;
}

static void dovecot_value(struct arena *arena, const struct settings_state *state, const struct setting *setting, struct setting_value *value)
{
	struct dovecot_place place;
	const char *now, *built;

	value->place = state_dovecot_name(state, setting);
	if (!state->dovecot_now) {
		value->why = "Dovecot's configuration could not be asked";
		return;
	}
	now = lookup_get(state->dovecot_now, value->place);
	built = state->dovecot_default ? lookup_get(state->dovecot_default, value->place) : NULL;
	/* What plugins have there is known only once it is set. */
	if (!now && !built && strncmp(value->place, "plugin/", 7)) {
		value->why = "this version of Dovecot does not have it";
		return;
	}
	value->known = true;
	value->value = unset_word(now);
	value->fallback = unset_word(built);
	value->set = !setting_same(setting, value->value, value->fallback);
	value->origin = value->set ? ORIGIN_UNKNOWN : ORIGIN_DEFAULT;
	value->from = value->set ? "Dovecot's configuration, file not known" : "built-in value";
	if (state->dovecot_files && dovecot_files_find(state->dovecot_files, value->place, &place)) {
		value->set = true;
		value->origin = ORIGIN_FILE;
		value->from = arena_format(arena, "%s line %u", place.path, place.line);
	}
}

/* --- one value ------------------------------------------------------------------------------------------ */

struct setting_value settings_value(struct arena *arena, const struct settings_state *state, const struct setting *setting, const char *key)
{
	struct setting_value value = { .origin = ORIGIN_DEFAULT };

	value.backend = state_backend(state, setting, &value.why);
	switch (value.backend) {
	case BACKEND_UCR: ucr_value(arena, state, setting, key, &value); break;
	case BACKEND_POSTFIX:
	case BACKEND_LOCAL: postfix_value(arena, state, setting, &value); break;
	case BACKEND_DOVECOT: dovecot_value(arena, state, setting, &value); break;
	case BACKEND_MAP: state_map_value(arena, state, setting, key, &value); break;
	case BACKEND_NONE: break;
	}
	if (state_opposite(state, setting, value.backend)) {
		value.value = opposite_word(value.value);
		value.fallback = opposite_word(value.fallback);
	}
	value.differs = value.known && value.set && !setting_same(setting, value.value, value.fallback);
	return value;
}

const char *const *settings_keys(struct arena *arena, const struct settings_state *state, const struct setting *family)
{
	const char *hole = family->ucr ? strstr(family->ucr, "<>") : NULL;
	const char *const *names, **keys;
	const char *why;
	size_t count = 0, i;

	if (state_backend(state, family, &why) == BACKEND_MAP)
		return state_map_keys(arena, state, family);
	if (!hole || !state->ucr)
		return arena_alloc(arena, sizeof(*names));
	names = layers_keys(arena, state->ucr, arena_bytes(arena, family->ucr, (size_t)(hole - family->ucr)));
	for (i = 0; names[i]; i++)
		;
	keys = arena_alloc(arena, (i + 1) * sizeof(*keys));
	for (i = 0; names[i]; i++) {
		const char *key = names[i] + (hole - family->ucr);
		size_t length = strlen(key), tail = strlen(hole + 2);

		if (length <= tail || strcmp(key + length - tail, hole + 2) || memchr(key, '/', length - tail))
			continue;
		keys[count++] = arena_bytes(arena, key, length - tail);
	}
	return keys;
}
