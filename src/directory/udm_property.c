/*
 * udm_property: our fields as properties of UDM's REST interface.
 *
 * The table, and values on their way there and back.  A wrong JSON type is
 * refused by UDM as a whole (422), so every shape has one function in each
 * direction.  Pure; any thread.  Rules: ucs-directory 8, 10, 16, 20.3.
 */
#include "directory/udm_property.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/dn.h"
#include "model/check.h"

#define MEGABYTE INT64_C(1048576)

/* The first row of a module is the property that names the object. */
static const struct udm_property properties[] = {
	{ .module = "users/user", .field = "login", .name = "username" },
	{ .module = "users/user", .field = "given_name", .name = "firstname" },
	{ .module = "users/user", .field = "family_name", .name = "lastname" },
	{ .module = "users/user", .field = "full_name", .name = "displayName" },
	{ .module = "users/user", .field = "department", .name = "departmentNumber", .shape = UDM_LIST },
	{ .module = "users/user", .field = "phone", .name = "phone", .shape = UDM_LIST },
	{ .module = "users/user", .field = "room", .name = "roomNumber", .shape = UDM_LIST },
	{ .module = "users/user", .field = "employee_number", .name = "employeeNumber" },
	{ .module = "users/user", .field = "address", .name = "mailPrimaryAddress" },
	{ .module = "users/user", .field = "alternates", .name = "mailAlternativeAddress", .shape = UDM_LIST },
	{ .module = "users/user", .field = "forwards", .name = "mailForwardAddress", .shape = UDM_LIST },
	{ .module = "users/user", .field = "keep_copy", .name = "mailForwardCopyToSelf", .shape = UDM_DIGIT },
	{ .module = "users/user", .field = "quota", .name = "mailUserQuota", .old_name = "UniventionDovecotUserQuota", .shape = UDM_MEGABYTES },
	{ .module = "users/user", .field = "home_server", .name = "mailHomeServer" },
	{ .module = "users/user", .field = "fetchmail", .name = "FetchMailSingle", .shape = UDM_ACCOUNTS },
	{ .module = "users/user", .field = "fetchmail_multi", .name = "FetchMailMulti", .shape = UDM_ACCOUNTS },
	{ .module = "users/user", .field = "password", .name = "password", .secret = true },
	{ .module = "users/user", .field = "must_change", .name = "pwdChangeNextLogin", .shape = UDM_FLAG },
	{ .module = "users/user", .field = "locked", .name = "disabled", .shape = UDM_FLAG },
	{ .module = "users/user", .field = "failed_lock", .name = "unlock", .shape = UDM_UNLOCK, .shown_by = "locked" },
	{ .module = "groups/group", .field = "name", .name = "name" },
	{ .module = "groups/group", .field = "description", .name = "description" },
	{ .module = "groups/group", .field = "address", .name = "mailAddress" },
	{ .module = "groups/group", .field = "members", .name = "users", .shape = UDM_PLACES },
	{ .module = "groups/group", .field = "member_groups", .name = "nestedGroup", .shape = UDM_PLACES },
	{ .module = "groups/group", .field = "sender_users", .name = "allowedEmailUsers", .shape = UDM_PLACES },
	{ .module = "groups/group", .field = "sender_groups", .name = "allowedEmailGroups", .shape = UDM_PLACES },
};
enum { PROPERTIES = sizeof properties / sizeof *properties };

/* Parts of an account that mail is fetched from (ucs-directory 20.3); flags are flags there. */
static const struct { const char *part, *key; bool flag; } account_keys[] = {
	{ "server", "server", false }, { "protocol", "protocol", false }, { "user", "remote username", false }, { "password", "password", false },
	{ "local_domains", "Local Domain Name", false }, { "qmail_prefix", "qmail prefix", false }, { "envelope_header", "envelopeheader", false },
	{ "ssl", "ssl", true }, { "keep", "keep", true },
};

/* --- the table ---------------------------------------------------------------------------- */

const struct udm_property *udm_property(const char *module, const char *field)
{
	for (size_t i = 0; i < PROPERTIES; i++)
		if (strcmp(properties[i].module, module) == 0 && strcmp(properties[i].field, field) == 0)
			return &properties[i];
	return NULL;
}

const struct udm_property *udm_property_named(const char *module, const char *name)
{
	for (size_t i = 0; i < PROPERTIES; i++)
		if (strcmp(properties[i].module, module) == 0 &&
		    (strcmp(properties[i].name, name) == 0 || (properties[i].old_name != NULL && strcmp(properties[i].old_name, name) == 0)))
			return &properties[i];
	return NULL;
}

const struct udm_property *udm_property_key(const char *module)
{
	for (size_t i = 0; i < PROPERTIES; i++)
		if (strcmp(properties[i].module, module) == 0)
			return &properties[i];
	return NULL;
}

const char *udm_name_in(const struct udm_property *property, const struct json *shown)
{
	if (json_get(shown, property->name) != NULL)
		return property->name;
	return property->old_name != NULL && json_get(shown, property->old_name) != NULL ? property->old_name : NULL;
}

/* --- from our values ------------------------------------------------------------------------ */

static bool spell_one(struct arena *arena, const struct udm_property *property, const struct field *field, const struct value *value,
		const struct names *names, struct value *out, struct error *error)
{
	bool yes = strcmp(value->bytes, "yes") == 0;
	const char *place;

	/* A plan may outlive the change that it was made from. */
	*out = (struct value){ .bytes = arena_bytes(arena, value->bytes, value->length), .length = value->length };
	switch (property->shape) {
	case UDM_FLAG:
		*out = value_text(arena, yes ? "true" : "false");
		return true;
	case UDM_UNLOCK:
		*out = value_text(arena, "true");
		return !yes || error_set(error, ERROR_INVALID, "%s: wrong passwords lock an account; here it can only be unlocked", field->label);
	case UDM_DIGIT:
		*out = value_text(arena, yes ? "1" : "0");
		return true;
	case UDM_MEGABYTES:
		*out = value_text(arena, arena_format(arena, "%" PRId64, (int64_t)strtoll(value->bytes, NULL, 10) / MEGABYTE));
		return true;
	case UDM_PLACES:
		place = names_place(names, field->reference, value->bytes, NULL);
		*out = value_text(arena, place == NULL ? "" : place);
		return place != NULL || error_set(error, ERROR_INVALID, "%s: nobody is called \"%.100s\"", field->label, value->bytes);
	case UDM_ACCOUNTS:
		return parts_get(arena, value->bytes, "password") != NULL || error_set(error, ERROR_INVALID,
			"%s: the accounts are set as a whole through UDM, which shows no passwords: give the password with each", field->label);
	case UDM_TEXT:
	case UDM_LIST:
		break;
	}
	return utf8_valid(value->bytes, value->length) || error_set(error, ERROR_INVALID, "%s: this is not UTF-8, and UDM takes nothing else", field->label);
}

bool udm_spell(struct arena *arena, const struct udm_property *property, const struct field *field, const struct field_values *values,
		const struct names *names, struct value **out, size_t *count, struct error *error)
{
	size_t i;

	*count = values->count;
	*out = arena_alloc(arena, values->count * sizeof **out);
	for (i = 0; i < values->count; i++)
		if (!spell_one(arena, property, field, &values->values[i], names, &(*out)[i], error))
			return false;
	return true;
}

struct field_values udm_canonical(struct arena *arena, const struct udm_property *property, const struct value *values, size_t count)
{
	struct value *list = arena_alloc(arena, count * sizeof *list);
	size_t i;

	for (i = 0; i < count; i++) {
		const char *words = values[i].bytes;

		list[i] = values[i];
		if (property->shape == UDM_FLAG)
			list[i] = value_text(arena, strcmp(words, "true") == 0 ? "yes" : "no");
		else if (property->shape == UDM_UNLOCK)
			list[i] = value_text(arena, "no");
		else if (property->shape == UDM_DIGIT)
			list[i] = value_text(arena, strcmp(words, "1") == 0 ? "yes" : "no");
		else if (property->shape == UDM_MEGABYTES)
			list[i] = value_text(arena, arena_format(arena, "%" PRId64, (int64_t)strtoll(words, NULL, 10) * MEGABYTE));
	}
	return (struct field_values){ .presence = count > 0 ? VALUE_OWN : VALUE_ABSENT, .values = list, .count = count };
}

/* --- to JSON ---------------------------------------------------------------------------------- */

static void put_account(struct arena *arena, struct json *object, const struct value *value)
{
	for (size_t i = 0; i < sizeof account_keys / sizeof *account_keys; i++) {
		const char *part = parts_get(arena, value->bytes, account_keys[i].part);

		if (part != NULL && account_keys[i].flag)
			json_put_flag(object, account_keys[i].key, strcmp(part, "yes") == 0);
		else if (part != NULL)
			json_put_text(object, account_keys[i].key, part);
	}
}

static struct json *json_list(const struct udm_property *property, const struct value *values, size_t count)
{
	struct json *list = json_array_new();
	struct arena *arena = arena_new();

	for (size_t i = 0; i < count; i++) {
		struct json *account = property->shape == UDM_ACCOUNTS ? json_object_new() : NULL;

		if (account != NULL) {
			put_account(arena, account, &values[i]);
			json_add(list, account);
		} else {
			json_add_text(list, values[i].bytes);
		}
	}
	arena_free(arena);
	return list;
}

void udm_put(struct json *into, const char *name, const struct udm_property *property, const struct json *shown,
		const struct value *values, size_t count)
{
	const char *first = count > 0 ? values[0].bytes : NULL;

	switch (property->shape) {
	case UDM_LIST:
	case UDM_PLACES:
	case UDM_ACCOUNTS:
		json_put(into, name, json_list(property, values, count));
		return;
	case UDM_FLAG:
	case UDM_UNLOCK:
		json_put_flag(into, name, first != NULL && strcmp(first, "true") == 0);
		return;
	case UDM_MEGABYTES:
		if (first != NULL)
			json_put_number(into, name, strtoll(first, NULL, 10));
		else
			json_put_text(into, name, NULL);
		return;
	case UDM_TEXT:
	case UDM_DIGIT:
		break;
	}
	if (json_sort(shown) == JSON_LIST)
		json_put(into, name, json_list(property, values, count));
	else
		json_put_text(into, name, first);
}

/* --- from JSON ---------------------------------------------------------------------------------- */

/* A number as whole digits; a wrong type is nothing. */
static bool shown_one(struct arena *arena, const struct json *shown, struct value *out)
{
	char *printed;
	size_t length;

	switch (json_sort(shown)) {
	case JSON_TEXT:
		out->bytes = json_bytes(arena, shown, &length);
		out->length = length;
		return length > 0;
	case JSON_FLAG:
	case JSON_NUMBER:
		printed = json_print(shown, false);
		*out = value_text(arena, printed);
		free(printed);
		return true;
	case JSON_FIELDS:
		/* An account: its server and user name it, its password is null. */
		*out = value_text(arena, arena_format(arena, "server=%s user=%s", json_get_text(shown, "server") == NULL ? "" : json_get_text(shown, "server"),
			json_get_text(shown, "remote username") == NULL ? "" : json_get_text(shown, "remote username")));
		return true;
	default:
		return false;
	}
}

struct field_values udm_shown(struct arena *arena, const struct udm_property *property, const struct json *shown)
{
	size_t count = json_sort(shown) == JSON_LIST ? json_count(shown) : 1, i;
	struct value *list = arena_alloc(arena, count * sizeof *list);
	struct field_values values = { .values = list };

	(void)property;
	for (i = 0; i < count; i++)
		if (shown_one(arena, json_sort(shown) == JSON_LIST ? json_item(shown, i) : shown, &list[values.count]))
			values.count++;
	values.presence = values.count > 0 ? VALUE_OWN : VALUE_ABSENT;
	return values;
}

/* --- comparing ----------------------------------------------------------------------------------- */

bool udm_same(const struct udm_property *property, const struct value *a, const struct value *b)
{
	if (property->shape == UDM_PLACES)
		return dn_same(a->bytes, b->bytes);
	return value_same(a, b) || text_same_ascii_case(a->bytes, b->bytes);
}

bool udm_holds(const struct udm_property *property, const struct field_values *values, const struct value *value)
{
	for (size_t i = 0; i < values->count; i++)
		if (udm_same(property, &values->values[i], value))
			return true;
	return false;
}
