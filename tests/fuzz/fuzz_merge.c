/*
 * fuzz_merge: any sequence of edits over any two states of a record.
 *
 * The result must be a set, laying the change over it again must change
 * nothing, a copy must behave like the original, and where no conflict is
 * found nothing that somebody else set meanwhile may be lost unseen.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const char *const fields[] = { "alternates", "quota", "forwards", "fetchmail" };

static const char *text_of(unsigned which, unsigned field)
{
	static const char *const addresses[] = { "a@x", "b@x", "A@X", "c@x" };
	static const char *const entries[] = {
		"server=a user=x", "server=a user=x password=p", "server=b user=x", "%%%",
	};

	return field == 3 ? entries[which & 3] : addresses[which & 3];
}

/* Two bits a value for the first two fields. */
static struct record *record_of(uint8_t bits)
{
	struct record *record = record_new(&kind_user);

	record_set_text(record, "login", "anna");
	record->name = "anna";
	for (unsigned i = 0; i < 4; i++)
		if (bits & 1u << i && i != 2)
			record_add_text(record, "alternates", text_of(i, 0));
	if (bits & 16)
		record_set_text(record, "quota", text_of(bits >> 5, 1));
	if (bits & 128)
		record_set_text(record, "fetchmail", text_of(bits >> 5, 3));
	return record;
}

static void must_be_a_set(const struct record *record)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *field = kind_field(&kind_user, fields[i]);
		const struct field_values *values = record_get(record, fields[i]);

		if ((values->presence == VALUE_OWN) != (values->count > 0) || (!(field->flags & FIELD_MANY) && values->count > 1))
			abort();
		for (size_t a = 0; a < values->count; a++)
			for (size_t b = 0; b < a; b++)
				if (change_same_value(field, &values->values[a], &values->values[b]))
					abort();
	}
}

static void must_be_same(const struct record *a, const struct record *b)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!values_same(record_get(a, fields[i]), record_get(b, fields[i])))
			abort();
}

/* Without a conflict: what is not edited is theirs, and what was set here they left alone or set to the same. */
static void must_keep_theirs(const struct change *change, const struct record *now, const struct record *after)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!change_touches(change, fields[i]) && !values_same(record_get(now, fields[i]), record_get(after, fields[i])))
			abort();
	for (size_t i = 0; i < change->edit_count; i++) {
		const char *name = change->edits[i].field->name;

		if (change->edits[i].how == EDIT_SET && !values_same(record_get(change->seen, name), record_get(now, name))
				&& !values_same(record_get(now, name), record_get(after, name)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct record *seen, *now, *after;
	struct change *change, *copy;
	struct diff_line *lines;
	size_t count;

	if (length < 2)
		return 0;
	seen = record_of(bytes[0]);
	now = record_of(bytes[1]);
	change = change_new(VERB_EDIT, &kind_user, "anna");
	for (size_t i = 2; i < length && i < 200; i++) {
		unsigned which = bytes[i] & 3u, field = bytes[i] >> 2 & 3u, how = bytes[i] >> 4 & 3u;

		if (how == 3)
			change_forget(change, kind_field(&kind_user, fields[field]));
		else
			change_edit_text(change, kind_field(&kind_user, fields[field]), (enum edit_how)how,
				bytes[i] & 64 ? NULL : text_of(which, field));
	}
	change_saw(change, seen);
	after = change_result(change->arena, change, now);
	must_be_a_set(after);
	must_be_same(change_result(change->arena, change, after), after);
	copy = change_copy(change);
	must_be_same(change_result(copy->arena, copy, now), after);
	if (!change_conflict(change, now))
		must_keep_theirs(change, now, after);
	if ((change_conflict(copy, now) == NULL) != (change_conflict(change, now) == NULL) || change_conflict(change, seen))
		abort();
	count = record_diff(change->arena, now, after, &lines);
	change_sentence(change->arena, change, lines, count);
	change_free(copy);
	change_free(change);
	record_free(now);
	record_free(seen);
	return 0;
}
