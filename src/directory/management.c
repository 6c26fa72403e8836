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
#include "directory/udm_property.h"

#define MEGABYTE 1048576

/* Our field, UDM's property of groups/group and of users/user (ucs-directory 8.2, 10, 20.3). */
static const struct property { const char *field, *property; } group_properties[] = {
	{ "name", "name" }, { "description", "description" }, { "address", "mailAddress" }, { NULL, NULL },
}, user_properties[] = {
	{ "login", "username" }, { "given_name", "firstname" }, { "family_name", "lastname" }, { "full_name", "displayName" },
	{ "address", "mailPrimaryAddress" }, { "alternates", "mailAlternativeAddress" }, { "forwards", "mailForwardAddress" },
	{ "home_server", "mailHomeServer" }, { NULL, NULL },
};

static const struct property *properties_of(const struct kind *kind)
{
	return kind == &kind_group ? group_properties : user_properties;
}

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

/* Members and senders by their DNs, as UDM wants them. */
static void add_named(struct text *out, struct store_ldap *store, struct arena *arena, const struct record *after)
{
	static const struct property named[] = { { "members", "users" }, { "member_groups", "nestedGroup" },
		{ "sender_users", "allowedEmailUsers" }, { "sender_groups", "allowedEmailGroups" } };

	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		const struct field_values *values = record_get(after, named[i].field);

		for (size_t j = 0; j < values->count; j++) {
			const char *place = names_place(store->names, kind_field(after->kind, named[i].field)->reference, values->values[j].bytes, NULL);

			text_add(out, " --append ");
			add_quoted(out, arena_format(arena, "%s=%s", named[i].property, place == NULL ? values->values[j].bytes : place));
		}
	}
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

static void add_values(struct text *out, struct store_ldap *store, struct arena *arena, const struct record *after)
{
	const struct property *properties = properties_of(after->kind);
	size_t i, j;

	for (i = 0; properties[i].field != NULL; i++) {
		const struct field_values *values = kind_field(after->kind, properties[i].field) == NULL ? NULL : record_get(after, properties[i].field);

		for (j = 0; values != NULL && j < values->count; j++)
			add_set(out, arena, properties[i].property, values->values[j].bytes);
	}
	if (after->kind == &kind_group)
		add_named(out, store, arena, after);
	if (after->kind != &kind_user)
		return;
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
		add_values(&out, store, arena, change_result(arena, change, NULL));
	} else if (change->verb == VERB_RENAME) {
		text_add(&out, "modify --dn ");
		add_quoted(&out, now == NULL ? change->name : now->place);
		add_set(&out, arena, properties_of(change->kind)[0].property, change->new_name);
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

/* Does it write into other objects only? */
static bool leaves_target(const struct change *change, const struct record *now)
{
	size_t i;

	for (i = 0; i < change->edit_count && change->verb != VERB_UNDO; i++)
		if (!(change->edits[i].field->flags & FIELD_ELSEWHERE))
			return false;
	for (i = 0; i < change->operation_count && change->verb == VERB_UNDO; i++)
		if (change->operations[i].verb != OPERATION_MODIFY || now == NULL || dn_same(change->operations[i].place, now->place))
			return false;
	return change->kind == &kind_quotapolicy && (change->verb == VERB_EDIT || change->verb == VERB_UNDO);
}

/*
 * An undo goes the way its change went. What was made past UDM is not taken back past it where UDM owns it now, and what
 * went through it cannot go another way.
 */
static const char *other_way(struct store_ldap *store, const struct change *change)
{
	for (size_t i = 0; change->verb == VERB_UNDO && i < change->operation_count; i++) {
		const struct operation *operation = &change->operations[i];

		if (operation->through != NULL && store->udm == NULL)
			return "it was done through UDM, and the configuration has no section udm any more";
		if (operation->through == NULL && operation->verb != OPERATION_MODIFY &&
		    world_verb_writer(store->world, change->kind, VERB_DELETE) == WRITER_UDM)
			return "it was done in the directory directly, where UDM owns such changes now; do it as a change of its own, which goes through UDM";
	}
	return NULL;
}

/* --- single fields ---------------------------------------------------------------------------------------- */

/* The value as the udm command takes it: 1 and 0, megabytes; a secret is not for a shell, whose words everybody can read. */
static const char *udm_value(struct arena *arena, const struct udm_property *property, const struct value *value)
{
	if (property->secret)
		return "...";
	if (property->shape == UDM_UNLOCK)
		return "1";
	if (property->shape == UDM_FLAG || property->shape == UDM_DIGIT)
		return strcmp(value->bytes, "yes") == 0 ? "1" : "0";
	if (property->shape == UDM_MEGABYTES)
		return arena_format(arena, "%lld", strtoll(value->bytes, NULL, 10) / MEGABYTE);
	return value->bytes;
}

/* modify with a word for each edit that is UDM's; NULL where it has no property for one. */
static const char *modify_command(struct store_ldap *store, struct arena *arena, const struct change *change, const struct record *now)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	struct text out = { 0 };
	char *words;
	size_t i, j;

	text_addf(&out, "udm %s modify --dn ", held->type == NULL ? "" : held->type);
	add_quoted(&out, now == NULL ? change->name : now->place);
	for (i = 0; i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];
		const struct udm_property *property = held->type == NULL ? NULL : udm_property(held->type, edit->field->name);

		for (j = 0; property != NULL && j < edit->count; j++)
			add_set(&out, arena, property->name, udm_value(arena, property, &edit->values[j]));
	}
	words = arena_text(arena, text_get(&out));
	text_free(&out);
	return words;
}

/* The first field of the change that the profile gives to somebody who cannot be asked from here; NULL: none. */
static const struct field *field_of_others(struct store_ldap *store, const struct change *change)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	size_t i;

	for (i = 0; held != NULL && change->verb == VERB_EDIT && i < change->edit_count; i++) {
		const struct mapping *mapping = profile_mapping(held, change->edits[i].field);

		if (mapping != NULL && world_writer(store->world, mapping) == WRITER_NOBODY)
			return change->edits[i].field;
	}
	return NULL;
}

static const char *field_words(struct store_ldap *store, struct arena *arena, const struct change *change, const struct record *now)
{
	const struct field *field = field_of_others(store, change);

	if (field == NULL)
		return NULL;
	return arena_format(arena, "%s: %s. Give postroom.conf a section udm, or on the primary directory node: %s", field->label,
		world_direct(store->world) ? "direct = yes is set, but this directory holds Samba or Kerberos entries, which only UDM keeps in step" :
		"it belongs to UDM here, which keeps Samba, Kerberos, history and expiry in step", modify_command(store, arena, change, now));
}

const char *management_words(struct store_ldap *store, struct arena *arena, const struct change *change, const struct record *now)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const char *reason = held == NULL ? NULL : world_verb_reason(store->world, change->kind, verb_of(change));

	if (leaves_target(change, now))
		return NULL;
	if (other_way(store, change) != NULL)
		return other_way(store, change);
	if (reason == NULL && field_words(store, arena, change, now) != NULL)
		return field_words(store, arena, change, now);
	if (reason == NULL || held->writer == NULL)
		return reason;
	if (change->verb == VERB_UNDO)
		return arena_format(arena, "%s; take it back there with the %s command", reason, held->writer);
	return arena_format(arena, "%s. On the primary directory node: %s", reason, command(store, arena, change, now));
}
