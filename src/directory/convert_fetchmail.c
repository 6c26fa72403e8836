/*
 * convert_fetchmail: values of several parts, of which one is a password.
 *
 * Stored is a JSON array of strings, one for each part in the order of the
 * field's table (for Fetchmail: server, protocol, user, password and more);
 * before UCS 5.0-3 the same in quotes joined by semicolons.  When an entry is
 * read each value is masked: null stands in place of the password.  Fields
 * show the parts without it.  A written value holds either a new password or
 * null, and null is filled from the stored value at the last moment, so a
 * password we did not set is never in our plans or journal.  Pure; any thread.
 * Rules: ucs-directory 16.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "directory/convert_private.h"
#include "model/check.h"

enum { ELEMENTS_MOST = 32 };               /* as many parts as test_tables allows */

struct account {
	const struct part *parts;
	size_t count;
	const char *elements[ELEMENTS_MOST];   /* the secret one NULL: masked */
};

static struct account account_for(const struct part *parts)
{
	struct account account = { .parts = parts };

	while (parts[account.count].name != NULL && account.count < ELEMENTS_MOST)
		account.count++;
	return account;
}

static bool secret_at(const struct account *account, size_t i)
{
	return account->parts[i].type == FIELD_SECRET;
}

static bool parse_json(struct arena *arena, const struct value *stored, struct account *account)
{
	struct json *json = json_parse(stored->bytes, stored->length, NULL);
	bool fine = json != NULL && json_count(json) == account->count;
	size_t i, length;

	for (i = 0; fine && i < account->count; i++) {
		account->elements[i] = json_bytes(arena, json_item(json, i), &length);
		fine = account->elements[i] != NULL ? strlen(account->elements[i]) == length : secret_at(account, i);
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
	for (i = 0, at = copy; i < account->count; i++) {
		char *end = strstr(at, "\";\"");

		account->elements[i] = at;
		if ((end == NULL) != (i == account->count - 1))
			return false;
		if (end != NULL) {
			*end = '\0';
			at = end + 3;
		}
	}
	return true;
}

static bool parse(struct arena *arena, const struct part *parts, const struct value *stored, struct account *account)
{
	*account = account_for(parts);
	return parse_json(arena, stored, account) || parse_old(arena, stored, account);
}

/* The password; NULL: masked, or there is no such part. */
static const char *secret_of(const struct account *account)
{
	size_t i;

	for (i = 0; i < account->count; i++)
		if (secret_at(account, i))
			return account->elements[i];
	return NULL;
}

static void set_secret(struct account *account, const char *words)
{
	size_t i;

	for (i = 0; i < account->count; i++)
		if (secret_at(account, i))
			account->elements[i] = words;
}

/* One account elsewhere: the parts that must be given (server without regard to case, user) are the same. */
static bool same_account(const struct account *a, const struct account *b)
{
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct part *part = &a->parts[i];

		if (part->fallback != NULL || part->type == FIELD_SECRET)
			continue;
		if (strcmp(part->name, "server") == 0 ? !text_same_ascii_case(a->elements[i], b->elements[i]) : strcmp(a->elements[i], b->elements[i]) != 0)
			return false;
	}
	return true;
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
	for (i = 0; i < account->count; i++) {
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

struct value fetchmail_mask(struct arena *arena, const struct part *parts, const struct value *stored)
{
	struct arena *scratch = arena_new();
	struct value masked = { .bytes = "(not understood)", .length = 16 };
	struct account account;

	if (parse(scratch, parts, stored, &account)) {
		set_secret(&account, NULL);
		masked = print(arena, &account);
	}
	arena_free(scratch);
	return masked;
}

bool fetchmail_has_password(const struct part *parts, const struct value *value)
{
	struct arena *arena = arena_new();
	struct account account;
	bool has = parse(arena, parts, value, &account) && secret_of(&account) != NULL;

	arena_free(arena);
	return has;
}

bool fetchmail_lacks_password(const struct part *parts, const struct value *value)
{
	struct arena *arena = arena_new();
	struct account account;
	bool lacks = parse(arena, parts, value, &account) && secret_of(&account) == NULL;

	arena_free(arena);
	return lacks;
}

bool fetchmail_same_account(const struct part *parts, const struct value *a, const struct value *b)
{
	struct arena *arena = arena_new();
	struct account one, two;
	bool same = parse(arena, parts, a, &one) && parse(arena, parts, b, &two) && same_account(&one, &two);

	arena_free(arena);
	return same;
}

const char *fetchmail_words(struct arena *arena, const struct part *parts, const struct value *value)
{
	const char *user = "", *server = "";
	struct account account;
	size_t i;

	if (!parse(arena, parts, value, &account))
		return "an entry that is not understood";
	for (i = 0; i < account.count; i++) {
		if (strcmp(parts[i].name, "user") == 0)
			user = account.elements[i];
		if (strcmp(parts[i].name, "server") == 0)
			server = account.elements[i];
	}
	return arena_format(arena, "%.100s at %.100s", user, server);
}

bool fetchmail_fill(struct arena *arena, const struct part *parts, const struct value *masked, const struct value *stored, struct value *filled)
{
	struct account wanted, held;

	if (!parse(arena, parts, masked, &wanted) || !parse(arena, parts, stored, &held) || secret_of(&held) == NULL || !same_account(&wanted, &held))
		return false;
	set_secret(&wanted, secret_of(&held));
	*filled = print(arena, &wanted);
	return true;
}

/* --- field values ------------------------------------------------------------- */

/* A password is there only in a draft that sets a new one; dots stand for it. */
static char *parts_of(const struct convert *with, const struct account *account)
{
	const char *pairs[2 * ELEMENTS_MOST + 1] = { NULL };
	size_t i, count = 0;

	for (i = 0; i < account->count; i++) {
		const struct part *part = &account->parts[i];
		const char *words = account->elements[i];

		if (words == NULL)
			continue;
		if (part->type == FIELD_SECRET)
			words = "********";
		if (part->type == FIELD_FLAG)
			words = strcmp(words, "1") == 0 ? "yes" : "no";
		pairs[count++] = part->name;
		pairs[count++] = words;
	}
	return parts_build(with->arena, account->parts, pairs);
}

/* Attributes are named after their class. */
static bool class_used(const struct entry *entry, const char *class)
{
	size_t i;

	for (i = 0; i < entry->count; i++)
		if (strncasecmp(entry->attributes[i].name, class, strlen(class)) == 0)
			return true;
	return false;
}

void read_fetchmail(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const struct attribute *attribute = entry_get(entry, with->mapping->attributes[0]);
	struct value *values;
	size_t i, unclear = 0;

	if (attribute == NULL) {
		/* UDM takes the class away with the last value: where it stands and nothing of it shows, something is hidden. */
		if (with->mapping->class != NULL && entry_has_class(entry, with->mapping->class) && !class_used(entry, with->mapping->class))
			out->presence = VALUE_UNREADABLE;
		return;
	}
	values = arena_alloc(with->arena, attribute->count * sizeof *values);
	for (i = 0; i < attribute->count; i++) {
		struct account account;

		if (!parse(with->arena, with->mapping->field->parts, &attribute->values[i], &account)) {
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
	size_t i;

	*account = account_for(with->mapping->field->parts);
	for (i = 0; i < account->count; i++) {
		const struct part *row = &account->parts[i];
		const char *part = parts_get(with->arena, parts->bytes, row->name);

		if (part == NULL)
			part = row->fallback;
		if (part == NULL && row->type != FIELD_SECRET)
			return error_set(error, ERROR_INVALID, "%s: an entry needs %s", with->mapping->field->label, row->name);
		if (row->type == FIELD_FLAG)
			part = strcmp(part, "yes") == 0 ? "1" : "0";
		if (row->type == FIELD_SECRET && part != NULL && part[0] == '\0')
			part = NULL;
		account->elements[i] = part;
	}
	return true;
}

/* The stored value that shows exactly these parts; NULL: none. What was not changed is not written in our spelling. */
static const struct value *unchanged(const struct convert *with, const struct attribute *stored, const struct value *wanted)
{
	size_t i;

	for (i = 0; stored != NULL && i < stored->count; i++) {
		struct account account;

		if (parse(with->arena, with->mapping->field->parts, &stored->values[i], &account) && strcmp(parts_of(with, &account), wanted->bytes) == 0)
			return &stored->values[i];
	}
	return NULL;
}

bool write_fetchmail(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const char *name = with->mapping->attributes[0];
	const struct attribute *stored = entry_get(draft, name);
	size_t held = stored == NULL ? 0 : stored->count, count = 0, i;
	struct value *values = arena_alloc(with->arena, (held + wanted->count + 1) * sizeof *values);

	for (i = 0; i < held; i++) {
		struct account account;

		if (!parse(with->arena, with->mapping->field->parts, &stored->values[i], &account))
			values[count++] = stored->values[i];
	}
	for (i = 0; i < wanted->count; i++) {
		const struct value *same = unchanged(with, stored, &wanted->values[i]);
		struct account account;

		if (same == NULL && !account_of(with, &wanted->values[i], &account, error))
			return false;
		values[count++] = same != NULL ? *same : print(with->arena, &account);
	}
	entry_put(draft, name, values, count);
	/* UDM takes the class away with the last entry of either sort. */
	if (count == 0 && with->mapping->class != NULL && !class_used(draft, with->mapping->class))
		entry_remove_text(draft, "objectClass", with->mapping->class, true);
	return true;
}
