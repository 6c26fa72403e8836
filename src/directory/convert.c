/*
 * convert: values changing their shape between a directory entry and a field.
 *
 * The plain converters and the two walks over all fields of a kind; what needs
 * more room has a file of its own (convert_forward.c, convert_fetchmail.c,
 * convert_folder.c, convert_account.c).  Pure; any thread.
 */
#include "directory/convert.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/convert_private.h"
#include "model/check.h"

#define MEGABYTE INT64_C(1048576)

void convert_give(const struct convert *with, struct field_values *out, const char *text)
{
	struct value *value = arena_alloc(with->arena, sizeof *value);

	*value = value_text(with->arena, text);
	out->presence = VALUE_OWN;
	out->values = value;
	out->count = 1;
}

/* --- same ---------------------------------------------------------------------- */

static void read_same(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const struct attribute *attribute = entry_get(entry, with->mapping->attributes[0]);

	if (attribute == NULL || attribute->count == 0)
		return;
	out->presence = VALUE_OWN;
	out->values = attribute->values;
	out->count = attribute->count;
	if (attribute->count > 1 && !(with->mapping->field->flags & FIELD_MANY)) {
		out->count = 1;
		out->note = arena_format(with->arena, "%zu values are stored, the first is shown", attribute->count);
	}
}

static bool write_same(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	(void)error;
	entry_put(draft, with->mapping->attributes[0], wanted->values, wanted->count);
	return true;
}

/* --- one value only ------------------------------------------------------------------ */

/* A field that takes several elsewhere, in an attribute that holds one. */
static bool write_single(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	if (wanted->count > 1)
		return error_set(error, ERROR_INVALID, "%s: this directory keeps one value, and %zu are given (%s)", with->mapping->field->label,
			wanted->count, with->mapping->attributes[0]);
	return write_same(with, wanted, draft, error);
}

/* --- lower case -------------------------------------------------------------------- */

static bool write_lower(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	struct value *values = arena_alloc(with->arena, wanted->count * sizeof *values);
	size_t i;

	(void)error;
	for (i = 0; i < wanted->count; i++)
		values[i] = (struct value){ .bytes = text_lower_ascii(with->arena, wanted->values[i].bytes, wanted->values[i].length), .length = wanted->values[i].length };
	entry_put(draft, with->mapping->attributes[0], values, wanted->count);
	return true;
}

/* --- megabytes ----------------------------------------------------------------------- */

static bool digits(const char *text, int64_t most, int64_t *number)
{
	size_t i, length = strlen(text);

	if (length == 0 || length > 15 || strspn(text, "0123456789") != length)
		return false;
	for (*number = 0, i = 0; i < length; i++)
		*number = *number * 10 + (text[i] - '0');
	return *number <= most;
}

/* Dovecot appends "M" to the text it finds, so only plain digits are a quota. */
static void read_megabytes(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	int64_t megabytes;

	read_same(with, entry, out);
	if (out->count == 0)
		return;
	if (digits(out->values[0].bytes, INT64_MAX / MEGABYTE, &megabytes)) {
		convert_give(with, out, arena_format(with->arena, "%lld", (long long)(megabytes * MEGABYTE)));
		return;
	}
	if (out->values[0].length == 0) {
		out->presence = VALUE_ABSENT;
		out->count = 0;
		return;
	}
	/* Shown as it is, since "no quota" would be a lie; digits alone would pass for bytes. */
	if (out->values[0].bytes[strspn(out->values[0].bytes, "0123456789")] == '\0')
		convert_give(with, out, arena_format(with->arena, "%s MB", out->values[0].bytes));
	out->note = "Dovecot cannot read it";
}

static bool write_megabytes(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	int64_t bytes;

	if (wanted->count == 0) {
		entry_put(draft, with->mapping->attributes[0], NULL, 0);
		return true;
	}
	if (!digits(wanted->values[0].bytes, INT64_MAX, &bytes) || bytes % MEGABYTE != 0)
		return error_set(error, ERROR_INVALID, "%s: this directory keeps whole megabytes, and %s bytes are none",
			with->mapping->field->label, wanted->values[0].bytes);
	entry_put_text(draft, with->mapping->attributes[0], arena_format(with->arena, "%lld", (long long)(bytes / MEGABYTE)));
	return true;
}

/* --- filters ---------------------------------------------------------------------------- */

static bool write_filter(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	struct error why = { 0 };

	if (wanted->count > 0 && filter_parse(with->arena, wanted->values[0].bytes, &why) == NULL)
		return error_set(error, ERROR_INVALID, "%s: \"%.100s\" is no LDAP filter: %s", with->mapping->field->label, wanted->values[0].bytes, why.text);
	return write_same(with, wanted, draft, error);
}

/* --- names ----------------------------------------------------------------------------- */

/* The first of several attributes that has a value: displayName, else cn. */
static void read_full_name(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	size_t i;

	for (i = 0; with->mapping->attributes[i] != NULL; i++)
		if (entry_first(entry, with->mapping->attributes[i]) != NULL) {
			convert_give(with, out, entry_first(entry, with->mapping->attributes[i]));
			return;
		}
}

/* cn must not become empty (person demands one), so an empty name leaves it. */
static bool write_full_name(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const char *const *attributes = with->mapping->attributes;
	const char *name = wanted->count == 0 ? NULL : wanted->values[0].bytes;
	size_t i;

	(void)error;
	entry_put_text(draft, attributes[0], name);
	for (i = 1; name != NULL && attributes[i] != NULL; i++)
		entry_put_text(draft, attributes[i], name);
	return true;
}

/* A host's full name from cn and associatedDomain, in lower case as it is written into users. */
static void read_host_name(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const char *host = entry_first(entry, with->mapping->attributes[0]), *domain = NULL;
	struct value whole;

	if (host == NULL)
		return;
	if (with->mapping->attributes[1] != NULL)
		domain = entry_first(entry, with->mapping->attributes[1]);
	whole = value_text(with->arena, domain == NULL || strchr(host, '.') != NULL ? host : arena_format(with->arena, "%s.%s", host, domain));
	convert_give(with, out, text_lower_ascii(with->arena, whole.bytes, whole.length));
}

static void read_domain_unicode(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const char *second = with->mapping->attributes[1];
	const char *name = second == NULL ? NULL : entry_first(entry, second), *written;

	if (name == NULL)
		name = entry_first(entry, with->mapping->attributes[0]);
	if (name == NULL)
		return;
	written = text_domain_unicode(with->arena, name);
	if (strcmp(written, name) != 0)
		convert_give(with, out, written);
}

/*
 * A domain by its naming attribute, or by a second one that a practitioner may use in its place and that may hold
 * several (associatedDomain); then those are the names, and the first is shown.
 */
static void read_domain_name(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const struct attribute *second = entry_get(entry, with->mapping->attributes[1]);

	if (second == NULL || second->count == 0) {
		read_same(with, entry, out);
		return;
	}
	convert_give(with, out, text_lower_ascii(with->arena, second->values[0].bytes, second->values[0].length));
	if (second->count > 1)
		out->note = arena_format(with->arena, "%zu names are stored, the first is shown", second->count);
}

/* A new entry gets both; one that has the second keeps it in step, and of several names the one that is shown gives way. */
static bool write_domain_name(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const struct attribute *second = entry_get(draft, with->mapping->attributes[1]);
	size_t count = second == NULL || second->count == 0 ? 1 : second->count, i;
	struct value *values = arena_alloc(draft->arena, count * sizeof *values);

	if (wanted->count == 0 || second == NULL)
		write_lower(with, wanted, draft, error);
	if (wanted->count == 0)
		return true;
	values[0] = value_text(draft->arena, text_lower_ascii(with->arena, wanted->values[0].bytes, wanted->values[0].length));
	for (i = 1; i < count; i++)
		values[i] = second->values[i];
	entry_put(draft, with->mapping->attributes[1], values, count);
	return true;
}

const char *convert_second_name(const struct profile_kind *kind)
{
	const struct mapping *key = profile_mapping(kind, kind_key(kind->kind));

	return key == NULL || key->converter == NULL || key->converter->write != write_domain_name ? NULL : key->attributes[1];
}

/* --- the table and the walks --------------------------------------------------------------- */

static const struct converter converters[] = {
	{ .name = "same", .read = read_same, .write = write_same, .verbatim = true },
	{ .name = "single", .read = read_same, .write = write_single, .verbatim = true },
	{ .name = "lower_case", .read = read_same, .write = write_lower, .verbatim = true },
	{ .name = "domain_name", .read = read_domain_name, .write = write_domain_name },
	{ .name = "megabytes", .read = read_megabytes, .write = write_megabytes },
	{ .name = "ldap_filter", .read = read_same, .write = write_filter, .verbatim = true },
	{ .name = "full_name", .read = read_full_name, .write = write_full_name, .verbatim = true },
	{ .name = "host_name", .read = read_host_name },
	{ .name = "domain_unicode", .read = read_domain_unicode },
	{ .name = "forwards", .read = read_forwards, .write = write_forwards },
	{ .name = "keep_copy", .read = read_keep_copy, .write = write_forwards },
	{ .name = "named", .read = read_named, .write = write_named },
	{ .name = "named_other", .read = read_named_other },
	{ .name = "rights", .read = read_rights, .write = write_rights },
	{ .name = "folder_address", .read = read_same, .write = write_folder_address, .verbatim = true },
	{ .name = "seen_as", .read = read_seen_as },
	{ .name = "account_state", .read = read_account_state },
	{ .name = "mail_state", .read = read_mail_state },
	{ .name = "newest_time", .read = read_newest_time },
	{ .name = "password_ends", .read = read_password_ends },
	{ .name = "password", .read = read_password, .write = write_password },
	{ .name = "must_change", .read = read_must_change, .write = write_must_change },
	{ .name = "must_change_shadow", .read = read_must_change, .write = write_must_change_shadow },
	{ .name = "locked", .read = read_locked, .write = write_locked },
	{ .name = "failed_lock", .read = read_failed_lock, .write = write_failed_lock },
	{ .name = "fetchmail", .read = read_fetchmail, .write = write_fetchmail, .masked = true },
};

const struct converter *converter_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof converters / sizeof *converters; i++)
		if (name != NULL && strcmp(converters[i].name, name) == 0)
			return &converters[i];
	return NULL;
}

const struct mapping *convert_masker(const struct profile *profile, const char *attribute)
{
	size_t i, j;

	for (i = 0; i < profile->kind_count; i++) {
		size_t fields = kind_field_count(profile->kinds[i].kind);

		for (j = 0; j < fields; j++) {
			const struct mapping *mapping = &profile->kinds[i].mappings[j];

			if (mapping->converter != NULL && mapping->converter->masked && attribute_is(attribute, mapping->attributes[0]))
				return mapping;
		}
	}
	return NULL;
}

const struct part *convert_masked_parts(const struct profile *profile, const char *attribute)
{
	const struct mapping *mapping = convert_masker(profile, attribute);

	return mapping == NULL ? NULL : mapping->field->parts;
}

void convert_read(struct convert *with, const struct profile_kind *kind, const struct entry *entry, struct record *record)
{
	size_t count = kind_field_count(kind->kind), i;

	for (i = 0; i < count; i++) {
		struct field_values *out = &record->fields[i];

		with->mapping = &kind->mappings[i];
		*out = (struct field_values){ .presence = VALUE_ABSENT };
		if (with->mapping->converter != NULL) {
			with->mapping->converter->read(with, entry, out);
		} else if (with->mapping->derive == DERIVE_NOT && with->mapping->writer == NULL) {
			out->presence = VALUE_UNSUPPORTED;
			out->note = with->mapping->missing;
		}
	}
}

static bool same_values(const struct field_values *a, const struct field_values *b)
{
	size_t i, j;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		for (j = 0; j < b->count; j++)
			if (value_same(&a->values[i], &b->values[j]))
				break;
		if (j == b->count)
			return false;
	}
	return true;
}

static bool write_field(struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const struct mapping *mapping = with->mapping;

	if (mapping->converter == NULL)
		return error_set(error, ERROR_UNSUPPORTED, "%s cannot be kept in this directory: %s", mapping->field->label,
			mapping->missing == NULL ? "it is computed from other objects" : mapping->missing);
	if (mapping->converter->write == NULL)
		return error_set(error, ERROR_UNSUPPORTED, "%s is only read here", mapping->field->label);
	if (!mapping->converter->write(with, wanted, draft, error))
		return false;
	if (mapping->class != NULL && wanted->count > 0 && !entry_has_class(draft, mapping->class))
		entry_add_text(draft, "objectClass", mapping->class);
	return true;
}

bool convert_write(struct convert *with, const struct profile_kind *kind, const struct record *before, const struct record *after,
		const struct change *change, struct entry *draft, struct error *error)
{
	static const struct field_values nothing = { .presence = VALUE_ABSENT };
	enum forwarding_mode mode = convert_forwarding_mode(with, draft);
	size_t count = kind_field_count(kind->kind), i;

	with->change = change;
	for (i = 0; i < count; i++) {
		const struct field *field = &kind->kind->fields[i];
		const struct field_values *was = before == NULL ? &nothing : &before->fields[i];

		if (field->flags & (FIELD_DERIVED | FIELD_READONLY | FIELD_ELSEWHERE))
			continue;
		with->mapping = &kind->mappings[i];
		/* Who is named twice may be there by half: giving or taking them brings both in step, though the field shows no difference. */
		if (same_values(was, &after->fields[i]) && !(convert_named_twice(with->mapping) && change_touches(change, field->name)))
			continue;
		if (!write_field(with, &after->fields[i], draft, error))
			return false;
	}
	return convert_settle_forwarding(with, kind, mode, after, change, draft, error);
}
