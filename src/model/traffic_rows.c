/*
 * traffic_rows: from rows that were seen to the change that is made of them.
 *
 * Frozen here: whom it hits is what was on the screen, not what a mask matches
 * later.  Pure; any thread.
 */
#include "model/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/live_kinds.h"
#include "model/rows.h"

/* 0: none. */
static int64_t arrival_of(const struct row *row)
{
	int64_t epoch;

	return text_to_time_iso(row->values[LM_ARRIVAL].bytes, &epoch) ? epoch : 0;
}

struct change *traffic_of_messages(const char *server, const char *field, const struct row *const *rows, size_t count)
{
	const struct field *of = kind_field(&kind_queue, field);
	struct change *change;
	struct value *values;

	if (!of || of->flags & FIELD_KEY || count == 0)
		return NULL;
	change = change_new(VERB_EDIT, &kind_queue, server);
	values = arena_alloc(change->arena, count * sizeof(*values));
	for (size_t i = 0; i < count; i++)
		values[i] = value_text(change->arena, traffic_message_value(change->arena, rows[i]->name, arrival_of(rows[i]),
			rows[i]->values[LM_SENDER].bytes));
	change_edit(change, of, EDIT_ADD, values, count);
	return change;
}

struct change *traffic_hold_instead(const struct change *change)
{
	const struct field *field = traffic_field(change);
	struct change *held;
	const struct value *values;
	size_t count;

	if (change->kind != &kind_queue || change->verb != VERB_EDIT || !field ||
	    (strcmp(field->name, "delete") != 0 && strcmp(field->name, "expire") != 0))
		return NULL;
	held = change_new(VERB_EDIT, &kind_queue, change->name);
	count = traffic_values(held->arena, change, &values);
	change_edit(held, kind_field(&kind_queue, "hold"), EDIT_ADD, values, count);
	return held;
}

/* Connections of one person on one server, perhaps from one address. */
static int by_person(const void *a, const void *b)
{
	const struct row *const *one = a, *const *other = b;
	static const size_t columns[] = { CONNECTION_SERVER, CONNECTION_USER, CONNECTION_ADDRESS };
	int order = 0;

	for (size_t i = 0; order == 0 && i < sizeof(columns) / sizeof(columns[0]); i++)
		order = strcmp((*one)->values[columns[i]].bytes, (*other)->values[columns[i]].bytes);
	return order;
}

static bool same_person(const struct row *one, const struct row *other, bool from_address)
{
	return strcmp(one->values[CONNECTION_SERVER].bytes, other->values[CONNECTION_SERVER].bytes) == 0 &&
		strcmp(one->values[CONNECTION_USER].bytes, other->values[CONNECTION_USER].bytes) == 0 &&
		(!from_address || strcmp(one->values[CONNECTION_ADDRESS].bytes, other->values[CONNECTION_ADDRESS].bytes) == 0);
}

static const struct row **sorted(struct arena *arena, const struct row *const *rows, size_t count)
{
	const struct row **order = arena_alloc(arena, count * sizeof(*order));

	memcpy(order, rows, count * sizeof(*order));
	qsort(order, count, sizeof(*order), by_person);
	return order;
}

struct change *traffic_of_sessions(const struct row *const *rows, size_t count, bool from_address)
{
	struct arena *arena = arena_new();
	const struct row **order = count > 0 ? sorted(arena, rows, count) : NULL;
	struct value *values = arena_alloc(arena, (count + 1) * sizeof(*values));
	bool one_server = true;
	size_t people = 0, next;
	struct change *change = NULL;

	for (size_t i = 0; i < count; i = next) {
		const struct row *row = order[i];

		for (next = i + 1; next < count && same_person(row, order[next], from_address); next++)
			;
		one_server = one_server && strcmp(row->values[CONNECTION_SERVER].bytes, order[0]->values[CONNECTION_SERVER].bytes) == 0;
		values[people++] = value_text(arena, traffic_session_value(arena, next - i, row->values[CONNECTION_SERVER].bytes,
			row->values[CONNECTION_USER].bytes, from_address ? row->values[CONNECTION_ADDRESS].bytes : ""));
	}
	if (people > 0) {
		change = change_new(VERB_EDIT, &kind_sessions, one_server ? order[0]->values[CONNECTION_SERVER].bytes : TRAFFIC_EVERYWHERE);
		change_edit(change, kind_field(&kind_sessions, "end"), EDIT_ADD, values, people);
	}
	arena_free(arena);
	return change;
}
