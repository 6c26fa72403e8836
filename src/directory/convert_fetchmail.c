/*
 * convert_fetchmail: fetchmail entries, whose stored form holds a password.
 *
 * Stored is a JSON array of six strings (server, protocol, user, password, ssl,
 * keep), before UCS 5.0-3 the same in quotes joined by semicolons.  When an
 * entry is read each value is masked: null stands in place of the password.
 * Fields show the parts without it.  A written value holds either a new
 * password or null, and null is filled from the stored value at the last
 * moment, so a password we did not set is never in our plans or journal.
 * Pure; any thread.  Rules: ucs-directory 16.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "directory/convert_private.h"
#include "model/check.h"

enum { SERVER, PROTOCOL, USER, PASSWORD, SSL, KEEP, ELEMENTS };

struct account {
	const char *elements[ELEMENTS];    /* PASSWORD NULL: masked */
};

static bool parse_json(struct arena *arena, const struct value *stored, struct account *account)
{
	struct json *json = json_parse(stored->bytes, stored->length, NULL);
	bool fine = json != NULL && json_count(json) == ELEMENTS;
	size_t i, length;

	for (i = 0; fine && i < ELEMENTS; i++) {
		account->elements[i] = json_bytes(arena, json_item(json, i), &length);
		fine = account->elements[i] != NULL ? strlen(account->elements[i]) == length : i == PASSWORD;
	}
	json_free(json);
	return fine;
}

/* "a";"b";... : outer quotes off, split at ";" between quotes. */
static bool parse_old(struct arena *arena, const struct value *stored, struct account *account)
{
	char *at, *copy;
	size_t i;

	/* What is no text cannot be written as JSON either. */
	if (!utf8_valid(stored->bytes, stored->length) || strlen(stored->bytes) != stored->length)
		return false;
	if (stored->length < 2 || stored->bytes[0] != '"' || stored->bytes[stored->length - 1] != '"')
		return false;
	copy = arena_bytes(arena, stored->bytes + 1, stored->length - 2);
	for (i = 0, at = copy; i < ELEMENTS; i++) {
		char *end = strstr(at, "\";\"");

		account->elements[i] = at;
		if ((end == NULL) != (i == ELEMENTS - 1))
			return false;
		if (end != NULL) {
			*end = '\0';
			at = end + 3;
		}
	}
	return true;
}

static bool parse(struct arena *arena, const struct value *stored, struct account *account)
{
	return parse_json(arena, stored, account) || parse_old(arena, stored, account);
}

static void add_string(struct text *out, const char *words)
{
	text_add_char(out, '"');
	for (; *words != '\0'; words++) {
		if (*words == '"' || *words == '\\')
			text_addf(out, "\\%c", *words);
		else if ((unsigned char)*words < 0x20)
			text_addf(out, "\\u%04x", (unsigned)*words);
		else
			text_add_char(out, *words);
	}
	text_add_char(out, '"');
}

/* The one spelling that we write: what Python's json.dumps gives, letters outside ASCII left as they are. */
static struct value print(struct arena *arena, const struct account *account)
{
	struct text out = { 0 };
	struct value value;
	size_t i;

	text_add_char(&out, '[');
	for (i = 0; i < ELEMENTS; i++) {
		if (i > 0)
			text_add(&out, ", ");
		if (account->elements[i] == NULL)
			text_add(&out, "null");
		else
			add_string(&out, account->elements[i]);
	}
	text_add_char(&out, ']');
	value = (struct value){ .bytes = arena_bytes(arena, out.bytes, out.length), .length = out.length };
	memory_wipe(out.bytes, out.length);
	text_free(&out);
	return value;
}

struct value fetchmail_mask(struct arena *arena, const struct value *stored)
{
	struct arena *scratch = arena_new();
	struct account account = { { 0 } };
	struct value masked = { .bytes = "(not understood)", .length = 16 };

	if (parse(scratch, stored, &account)) {
		account.elements[PASSWORD] = NULL;
		masked = print(arena, &account);
	}
	arena_free(scratch);
	return masked;
}

bool fetchmail_has_password(const struct value *value)
{
	struct arena *arena = arena_new();
	struct account account = { { 0 } };
	bool has = parse(arena, value, &account) && account.elements[PASSWORD] != NULL;

	arena_free(arena);
	return has;
}

bool fetchmail_lacks_password(const struct value *value)
{
	struct arena *arena = arena_new();
	struct account account = { { 0 } };
	bool lacks = parse(arena, value, &account) && account.elements[PASSWORD] == NULL;

	arena_free(arena);
	return lacks;
}

static bool same_account(const struct account *a, const struct account *b)
{
	return text_same_ascii_case(a->elements[SERVER], b->elements[SERVER]) && strcmp(a->elements[USER], b->elements[USER]) == 0;
}

bool fetchmail_same_account(const struct value *a, const struct value *b)
{
	struct arena *arena = arena_new();
	struct account one = { { 0 } }, two = { { 0 } };
	bool same = parse(arena, a, &one) && parse(arena, b, &two) && same_account(&one, &two);

	arena_free(arena);
	return same;
}

const char *fetchmail_words(struct arena *arena, const struct value *value)
{
	struct account account = { { 0 } };

	if (!parse(arena, value, &account))
		return "an entry that is not understood";
	return arena_format(arena, "%.100s at %.100s", account.elements[USER], account.elements[SERVER]);
}

bool fetchmail_fill(struct arena *arena, const struct value *masked, const struct value *stored, struct value *filled)
{
	struct account wanted = { { 0 } }, held = { { 0 } };

	if (!parse(arena, masked, &wanted) || !parse(arena, stored, &held) || held.elements[PASSWORD] == NULL)
		return false;
	if (!same_account(&wanted, &held))
		return false;
	wanted.elements[PASSWORD] = held.elements[PASSWORD];
	*filled = print(arena, &wanted);
	return true;
}

/* --- field values ------------------------------------------------------------- */

static const char *yes_no(const char *flag)
{
	return strcmp(flag, "1") == 0 ? "yes" : "no";
}

/* A password is there only in a draft that sets a new one; dots stand for it. */
static char *parts_of(const struct convert *with, const struct account *account)
{
	const char *pairs[] = {
		"server", account->elements[SERVER], "protocol", account->elements[PROTOCOL], "user", account->elements[USER],
		"ssl", yes_no(account->elements[SSL]), "keep", yes_no(account->elements[KEEP]), NULL, NULL, NULL,
	};

	if (account->elements[PASSWORD] != NULL) {
		pairs[10] = "password";
		pairs[11] = "********";
	}
	return parts_build(with->arena, with->mapping->field->parts, pairs);
}

void read_fetchmail(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const struct attribute *attribute = entry_get(entry, with->mapping->attributes[0]);
	struct value *values;
	size_t i, unclear = 0;

	if (attribute == NULL)
		return;
	values = arena_alloc(with->arena, attribute->count * sizeof *values);
	for (i = 0; i < attribute->count; i++) {
		struct account account = { { 0 } };

		if (!parse(with->arena, &attribute->values[i], &account)) {
			unclear++;
			continue;
		}
		values[out->count++] = value_text(with->arena, parts_of(with, &account));
	}
	out->values = values;
	out->presence = out->count > 0 ? VALUE_OWN : VALUE_ABSENT;
	if (unclear > 0)
		out->note = arena_format(with->arena, "%zu stored values are not understood and left as they are", unclear);
}

static bool account_of(const struct convert *with, const struct value *parts, struct account *account, struct error *error)
{
	static const char *const names[ELEMENTS] = { "server", "protocol", "user", "password", "ssl", "keep" };
	size_t i;

	for (i = 0; i < ELEMENTS; i++) {
		const char *part = parts_get(with->arena, parts->bytes, names[i]);

		if (part == NULL && (i == SERVER || i == USER))
			return error_set(error, ERROR_INVALID, "%s: an entry needs server and user", with->mapping->field->label);
		if (i == PROTOCOL && part == NULL)
			part = "IMAP";
		if (i == SSL)
			part = part == NULL || strcmp(part, "yes") == 0 ? "1" : "0";
		if (i == KEEP)
			part = part != NULL && strcmp(part, "yes") == 0 ? "1" : "0";
		if (i == PASSWORD && part != NULL && part[0] == '\0')
			part = NULL;
		account->elements[i] = part;
	}
	return true;
}

/* Attributes are named after their class. */
static bool others(const struct entry *draft, const char *class)
{
	size_t i;

	for (i = 0; i < draft->count; i++)
		if (strncasecmp(draft->attributes[i].name, class, strlen(class)) == 0)
			return true;
	return false;
}

bool write_fetchmail(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const char *name = with->mapping->attributes[0];
	const struct attribute *stored = entry_get(draft, name);
	size_t held = stored == NULL ? 0 : stored->count, count = 0, i;
	struct value *values = arena_alloc(with->arena, (held + wanted->count + 1) * sizeof *values);

	for (i = 0; i < held; i++) {
		struct account account = { { 0 } };

		if (!parse(with->arena, &stored->values[i], &account))
			values[count++] = stored->values[i];
	}
	for (i = 0; i < wanted->count; i++) {
		struct account account = { { 0 } };

		if (!account_of(with, &wanted->values[i], &account, error))
			return false;
		values[count++] = print(with->arena, &account);
	}
	entry_put(draft, name, values, count);
	/* UDM takes the class away with the last entry of either sort. */
	if (count == 0 && with->mapping->class != NULL && !others(draft, with->mapping->class))
		entry_remove_text(draft, "objectClass", with->mapping->class, true);
	return true;
}
