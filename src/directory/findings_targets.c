/*
 * findings_targets: addresses that a list or an alias entry leads to, that
 * would be somebody's here, and that nobody has.
 *
 * A hundred addresses a search, and nothing is said of lists that would need
 * many of them.  Only what was seen for certain is told: a search that failed or
 * was cut proves nothing.  On a connection's thread.
 */
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"
#include "directory/derive_private.h"
#include "directory/filter.h"
#include "directory/read.h"
#include "directory/request.h"

enum { TARGETS_MOST = 500, TERMS_MOST = 100, TOLD_MOST = 8 };

/* The field that mail goes to, and what it is called in the sentence. */
static const struct { const struct kind *kind; const char *field, *what; } targets[] = {
	{ &kind_mailinglist, "members", "list" },
	{ &kind_alias, "leads_to", "alias" },
};

static bool note_holders(struct world *world, struct connection *connection, struct arena *arena, const char *const *list, size_t count,
		struct lookup *held)
{
	const struct profile *profile = world_profile(world);
	const char *const *attributes = read_address_attributes(profile, arena);
	struct filter *any = filter_group(arena, FILTER_OR);
	struct search search = { .base = world_base(world), .scope = SCOPE_BELOW, .filter = any, .attributes = attributes };
	struct found found;
	size_t i, j, k;

	for (i = 0; i < count; i++)
		read_address_into(profile, arena, list[i], any);
	if (!request_search(connection, arena, &search, &found, NULL) || !found_whole(&found))
		return false;
	for (i = 0; i < found.count; i++)
		for (j = 0; attributes[j] != NULL; j++) {
			const struct attribute *values = entry_get(found.entries[i], attributes[j]);

			for (k = 0; values != NULL && k < values->count; k++)
				lookup_put(held, text_lower_ascii(arena, values->values[k].bytes, values->values[k].length), found.entries[i]);
		}
	return true;
}

/* Those whose domain is registered here, in lower case; false: not known, or very many. */
static bool ours(struct world *world, struct connection *connection, struct arena *arena, const struct field_values *values,
		const char **list, size_t *count)
{
	struct derivation with = { .world = world, .connection = connection };
	struct lookup *domains = values->count == 0 || values->count > TARGETS_MOST ? NULL : derive_registered(&with, arena);
	size_t i;

	*count = 0;
	for (i = 0; domains != NULL && i < values->count; i++) {
		const char *address = text_lower_ascii(arena, values->values[i].bytes, values->values[i].length), *at = strrchr(address, '@');

		if (at != NULL && lookup_get(domains, at + 1) != NULL)
			list[(*count)++] = address;
	}
	lookup_free(domains);
	return *count > 0;
}

static void tell(struct record *record, const char *field, const char *sentence)
{
	struct finding *list = arena_alloc(record->arena, (record->finding_count + 1) * sizeof *list);

	if (record->finding_count > 0)
		memcpy(list, record->findings, record->finding_count * sizeof *list);
	list[record->finding_count++] = (struct finding){ "dangling-target", field, false, sentence };
	record->findings = list;
}

void read_target_findings(struct world *world, struct connection *connection, struct record *record)
{
	struct arena *arena = arena_new();
	struct lookup *held = lookup_new();
	size_t row = 0, count, from, i, told = 0;
	const struct field_values *values;
	const char **list;
	bool known;

	while (row < sizeof targets / sizeof *targets && targets[row].kind != record->kind)
		row++;
	if (row == sizeof targets / sizeof *targets) {
		lookup_free(held);
		arena_free(arena);
		return;
	}
	values = record_get(record, targets[row].field);
	list = arena_alloc(arena, (values->count + 1) * sizeof *list);
	known = ours(world, connection, arena, values, list, &count);
	for (from = 0; known && from < count; from += TERMS_MOST)
		known = note_holders(world, connection, arena, list + from, count - from < TERMS_MOST ? count - from : TERMS_MOST, held);
	for (i = 0; known && i < count && told < TOLD_MOST; i++) {
		if (lookup_get(held, list[i]) != NULL)
			continue;
		tell(record, targets[row].field, arena_format(record->arena, "nobody here has %s: what the %s sends there comes back to its sender",
			list[i], targets[row].what));
		told++;
	}
	lookup_free(held);
	arena_free(arena);
}
