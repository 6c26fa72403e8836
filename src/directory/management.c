/*
 * management: why a change belongs to the management system, and the command
 * that does it there (management_words).
 *
 * The command is for people to copy into a shell, so every value is quoted for
 * one.  Pure but for the world it asks; on the gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/store_private.h"

#define MEGABYTE 1048576

/* Our field, UDM's property of users/user (ucs-directory 8.2, 20.3). */
static const struct { const char *field, *property; } properties[] = {
	{ "login", "username" }, { "given_name", "firstname" }, { "family_name", "lastname" }, { "full_name", "displayName" },
	{ "address", "mailPrimaryAddress" }, { "alternates", "mailAlternativeAddress" }, { "forwards", "mailForwardAddress" },
	{ "home_server", "mailHomeServer" },
};

/* 'value' with each ' as '\'' : the one form that no shell looks into. */
static void add_quoted(struct text *out, const char *words)
{
	text_add_char(out, '\'');
	for (; *words != '\0'; words++) {
		if (*words == '\'')
			text_add(out, "'\\''");
		else
			text_add_char(out, *words);
	}
	text_add_char(out, '\'');
}

static void add_set(struct text *out, struct arena *arena, const char *property, const char *value)
{
	text_add(out, " --set ");
	add_quoted(out, arena_format(arena, "%s=%s", property, value));
}

/* Values whose form is another there: megabytes, and 0 or 1. Fetchmail's hold passwords and are left to UDM's own page. */
static void add_converted(struct text *out, struct arena *arena, const struct record *after)
{
	const char *quota = record_text(after, "quota"), *copy = record_text(after, "keep_copy");

	if (*quota != '\0')
		add_set(out, arena, "mailUserQuota", arena_format(arena, "%lld", strtoll(quota, NULL, 10) / MEGABYTE));
	if (*copy != '\0')
		add_set(out, arena, "mailForwardCopyToSelf", strcmp(copy, "yes") == 0 ? "1" : "0");
}

static void add_values(struct text *out, struct arena *arena, const struct record *after)
{
	size_t i, j;

	for (i = 0; i < sizeof properties / sizeof *properties; i++) {
		const struct field_values *values = kind_field(after->kind, properties[i].field) == NULL ? NULL : record_get(after, properties[i].field);

		for (j = 0; values != NULL && j < values->count; j++)
			add_set(out, arena, properties[i].property, values->values[j].bytes);
	}
	if (strcmp(after->kind->name, "user") == 0)
		add_converted(out, arena, after);
	add_set(out, arena, "password", "...");
}

static char *command(struct store_ldap *store, struct arena *arena, const struct change *change, const struct record *now)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	struct text out = { 0 };
	char *words;

	text_addf(&out, "%s %s ", held->writer, held->type == NULL ? "" : held->type);
	if (change->verb == VERB_ADD) {
		text_add(&out, "create --position ");
		add_quoted(&out, world_below(store->world, arena, held->container));
		add_values(&out, arena, change_result(arena, change, NULL));
	} else if (change->verb == VERB_RENAME) {
		text_add(&out, "modify --dn ");
		add_quoted(&out, now == NULL ? change->name : now->place);
		add_set(&out, arena, "username", change->new_name);
	} else {
		text_add(&out, "remove --dn ");
		add_quoted(&out, now == NULL ? change->name : now->place);
	}
	words = arena_text(arena, text_get(&out));
	text_free(&out);
	return words;
}

/* An undo is held against the verbs that it amounts to. */
static enum verb verb_of(const struct change *change)
{
	size_t i;

	if (change->verb != VERB_UNDO)
		return change->verb;
	for (i = 0; i < change->operation_count; i++) {
		if (change->operations[i].verb == OPERATION_ADD)
			return VERB_ADD;
		if (change->operations[i].verb == OPERATION_DELETE)
			return VERB_DELETE;
		if (change->operations[i].verb == OPERATION_RENAME)
			return VERB_RENAME;
	}
	return VERB_EDIT;
}

const char *management_words(struct store_ldap *store, struct arena *arena, const struct change *change, const struct record *now)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const char *reason = held == NULL ? NULL : world_verb_reason(store->world, change->kind, verb_of(change));

	if (reason == NULL || held->writer == NULL)
		return reason;
	if (change->verb == VERB_UNDO)
		return arena_format(arena, "%s; take it back there with the %s command", reason, held->writer);
	return arena_format(arena, "%s. On the primary directory node: %s", reason, command(store, arena, change, now));
}
