/*
 * convert_folder: rights of shared folders, and the two attributes behind the
 * address of one.
 *
 * A right is stored as "identifier right"; the identifier may hold blanks, so
 * the last one parts them.  Users and groups share the attribute, and a value
 * that is not understood is shown and kept.  Pure; any thread.  Rules:
 * ucs-directory 12.
 */
#include <string.h>

#include "base/text.h"
#include "directory/convert_private.h"
#include "model/check.h"

#define DELIVERY "univentioninternalpostuser+shared/"

static const char *right_value(const struct convert *with, const char *stored)
{
	const char *blank = strrchr(stored, ' ');
	const char *who = blank == NULL ? stored : arena_bytes(with->arena, stored, (size_t)(blank - stored));
	const char *const pairs[] = { "who", who, "right", blank == NULL ? "" : blank + 1, NULL };

	return parts_build(with->arena, with->mapping->field->parts, pairs);
}

void read_rights(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const struct attribute *stored = entry_get(entry, with->mapping->attributes[0]);
	struct value *values;
	size_t i;

	if (stored == NULL || stored->count == 0)
		return;
	values = arena_alloc(with->arena, stored->count * sizeof *values);
	for (i = 0; i < stored->count; i++)
		values[i] = value_text(with->arena, right_value(with, stored->values[i].bytes));
	out->values = values;
	out->count = stored->count;
	out->presence = VALUE_OWN;
}

/* The spelling that is stored stays where it means the same, so only what is meant to change does. */
static struct value stored_right(const struct convert *with, const struct attribute *stored, const struct value *wanted)
{
	const char *who, *right;
	size_t i;

	for (i = 0; stored != NULL && i < stored->count; i++)
		if (strcmp(right_value(with, stored->values[i].bytes), wanted->bytes) == 0)
			return stored->values[i];
	who = parts_get(with->arena, wanted->bytes, "who");
	right = parts_get(with->arena, wanted->bytes, "right");
	return value_text(with->arena, right == NULL ? who : arena_format(with->arena, "%s %s", who, right));
}

bool write_rights(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const struct attribute *stored = entry_get(draft, with->mapping->attributes[0]);
	struct value *values = arena_alloc(draft->arena, wanted->count * sizeof *values);
	size_t i;

	(void)error;
	for (i = 0; i < wanted->count; i++)
		values[i] = stored_right(with, stored, &wanted->values[i]);
	entry_put(draft, with->mapping->attributes[0], values, wanted->count);
	return true;
}

/* The address, and behind it the internal one that is there exactly when the address is. */
bool write_folder_address(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const char *const *attributes = with->mapping->attributes;
	const char *name = attributes[1] == NULL || attributes[2] == NULL ? NULL : entry_first(draft, attributes[2]);

	entry_put(draft, attributes[0], wanted->values, wanted->count);
	if (attributes[1] == NULL || attributes[2] == NULL)
		return true;
	if (name == NULL)
		return error_set(error, ERROR_UNSUPPORTED, "the folder has no name (%s), so its internal address cannot be built", attributes[2]);
	entry_put_text(draft, attributes[1], wanted->count == 0 ? NULL :
		arena_format(draft->arena, DELIVERY "%s", text_lower_ascii(draft->arena, name, strlen(name))));
	return true;
}

/* Where mail programs show it. */
void read_seen_as(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const char *address = entry_first(entry, with->mapping->attributes[0]);
	const char *name = with->mapping->attributes[1] == NULL ? NULL : entry_first(entry, with->mapping->attributes[1]);

	if (address == NULL && name == NULL)
		return;
	convert_give(with, out, address != NULL ? arena_format(with->arena, "shared/%s", text_lower_ascii(with->arena, address, strlen(address))) :
		arena_format(with->arena, "%s/INBOX", name));
	out->presence = VALUE_DERIVED;
	out->note = address != NULL ? "own mailbox" : "public folder";
}
