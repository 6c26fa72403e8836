/*
 * resolve: from what was typed to a setting: by any name of the table, or one
 * beyond it that the server itself knows.
 *
 * The tools take every name and do nothing with a misspelt one, so it is
 * refused here with those that may have been meant.  Pure; arena.
 */
#include "settings/backend_private.h"

#include <string.h>

#include "base/lookup.h"

enum { OFFERED = 4 };

enum of { OF_NOBODY, OF_UCR, OF_POSTFIX, OF_DOVECOT };
static const struct { const char *word; enum of of; } prefixes[] = { { "ucr:", OF_UCR }, { "postfix:", OF_POSTFIX }, { "dovecot:", OF_DOVECOT } };

static enum of owner_of(const char *typed, const char **name)
{
	*name = typed;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(typed, prefixes[i].word, strlen(prefixes[i].word))) {
			*name = typed + strlen(prefixes[i].word);
			return prefixes[i].of;
		}
	return OF_NOBODY;
}

const char *settings_own_dovecot(const char *typed)
{
	const char *name;

	return owner_of(typed, &name) == OF_DOVECOT ? name : NULL;
}

static bool made_of(const char *word, const char *more)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t length = strlen(word);

	for (size_t i = 0; i < length; i++)
		if (!strchr(letters, word[i]) && !strchr(more, word[i]))
			return false;
	return length > 0 && length < 200 && word[0] != '-' && word[0] != '/';
}

/* Parameters of the VDA patch, which guides still name: they all mean the one row that says why there is no such thing. */
static bool of_the_patch(const char *name)
{
	static const char *const names[] = {
		"virtual_mailbox_limit_inbox", "virtual_mailbox_limit_override", "virtual_maildir_extended", "virtual_overquota_bounce",
		"virtual_maildir_limit_message", "virtual_maildir_limit_message_maps", "virtual_maildir_filter", "virtual_trash_count",
		"virtual_trash_name", NULL,
	};

	for (size_t i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* Does the server know it? -1: nobody could be asked. */
static int known(const struct settings_state *state, enum of of, const char *name)
{
	enum layer layer;

	if (!state)
		return -1;
	switch (of) {
	case OF_UCR: return state->ucr ? layers_effective(state->ucr, name, &layer) != NULL : -1;
	case OF_POSTFIX:
		if (strchr(name, '/'))
			return 1;
		return state->postfix_default ? lookup_get(state->postfix_default, name) != NULL : -1;
	case OF_DOVECOT: return state->dovecot_now ? lookup_get(state->dovecot_now, name) != NULL : -1;
	case OF_NOBODY: break;
	}
	return 0;
}

static const struct setting *beyond(struct arena *arena, enum of of, const char *typed, const char *name)
{
	struct setting *setting = arena_alloc(arena, sizeof(*setting));

	*setting = (struct setting){ .name = arena_text(arena, typed), .label = arena_text(arena, name), .group = "own", .type = SETTING_TEXT,
		.flags = SETTING_RAW | SETTING_LOCKOUT, .help = "A setting beyond the catalogue: nobody here knows what it may be.",
		.consequence = "Its value is not checked, and what it does is not known here." };
	if (of == OF_UCR)
		setting->ucr = setting->label;
	else if (of == OF_POSTFIX)
		setting->postconf = setting->label;
	else
		setting->dovecot = setting->label;
	setting->dovecot24 = of == OF_DOVECOT ? "=" : NULL;
	setting->follow = of == OF_POSTFIX ? FOLLOW_POSTFIX_RELOAD : of == OF_DOVECOT ? FOLLOW_DOVECOT_RELOAD : 0;
	return setting;
}

static const struct setting *unknown(struct arena *arena, const char *typed, const char *said, struct error *error)
{
	const struct setting *near[OFFERED];
	size_t count = setting_nearest(typed, near, OFFERED), i;
	const char *words = "";

	for (i = 0; i < count; i++)
		words = arena_format(arena, "%s%s%s%s", words, i ? ", " : "", near[i]->name, near[i]->flags & SETTING_FAMILY ? "..." : "");
	error_set(error, ERROR_NOT_FOUND, "%s%s%s%s", said, count ? "; nearest: " : "", words, count ? "" : "; postroom settings list names all");
	return NULL;
}

static const struct setting *own_name(struct arena *arena, const struct settings_state *state, enum of of, const char *typed, const char *name,
		bool own, struct error *error)
{
	static const char *const words[] = { "", "variable of UCR that is set there", "parameter of Postfix there", "setting of Dovecot there" };
	int there;

	if (of == OF_UCR ? !layers_key_valid(name) : !made_of(name, of == OF_POSTFIX ? "_/-" : "_/-")) {
		error_set(error, ERROR_INVALID, "\"%.200s\" cannot be the name of a setting", typed);
		return NULL;
	}
	there = known(state, of, name);
	if (there > 0 || own)
		return beyond(arena, of, typed, name);
	if (there < 0) {
		error_set(error, ERROR_UNREACHABLE, "Whether there is a %s cannot be seen now, since the server could not be asked", typed);
		return NULL;
	}
	return unknown(arena, name, arena_format(arena, "%s is no %s; if it is a name of your own, say --own", name, words[of]), error);
}

static bool is_of(const struct setting *setting, enum of of, const char *name)
{
	if (of == OF_POSTFIX)
		return setting->postconf && !strcmp(setting->postconf, name);
	return of == OF_DOVECOT && ((setting->dovecot && !strcmp(setting->dovecot, name)) || (setting->dovecot24 && !strcmp(setting->dovecot24, name)));
}

/* The row that Postfix, or Dovecot, has under this name; some names both have. */
static const struct setting *row_of(enum of of, const char *name)
{
	const struct setting *setting;
	size_t at = 0;

	while ((setting = setting_next(&at)))
		if (is_of(setting, of, name))
			return setting;
	return NULL;
}

const struct setting *settings_resolve(struct arena *arena, const struct settings_state *state, const char *typed, bool own, const char **key,
		struct error *error)
{
	const char *name, *found_key = NULL;
	enum of of = owner_of(typed, &name);
	const struct setting *setting = of == OF_POSTFIX || of == OF_DOVECOT ? row_of(of, name) : setting_find(name, &found_key);
	const struct setting *postfix = row_of(OF_POSTFIX, name), *dovecot = row_of(OF_DOVECOT, name);

	*key = NULL;
	if (!setting && (of == OF_NOBODY || of == OF_POSTFIX) && of_the_patch(name))
		return setting_find("virtual-mailbox-quota", NULL);
	if (of == OF_NOBODY && postfix && dovecot && postfix != dovecot) {
		error_set(error, ERROR_USAGE, "Postfix and Dovecot both have a %s; say %s or %s", name, postfix->name, dovecot->name);
		return NULL;
	}
	if (setting) {
		*key = arena_text(arena, found_key);
		return setting;
	}
	if (of != OF_NOBODY)
		return own_name(arena, state, of, typed, name, own, error);
	return unknown(arena, typed, arena_format(arena, "There is no setting %.200s (beyond the catalogue: ucr:NAME, postfix:NAME, dovecot:NAME)", typed), error);
}
