/*
 * facts_groups: which group or list mail to becomes most recipients, nested ones
 * followed.
 *
 * A circle is gone round once.  Whoever is in two nested groups counts twice, as
 * Postfix counts against virtual_alias_expansion_limit, and members without an
 * address count too, so the number is never too low.  Pure; any thread.
 */
#include "settings/facts.h"

#include <string.h>

#include "base/lookup.h"
#include "base/text.h"

enum { DEEP = 64 };

struct groups {
	struct arena *arena;
	const struct fact_group *list;
	struct lookup *by_name, *by_address;       /* place + 1 */
	int64_t *sums;                     /* -1: not counted yet, -2: being counted */
};

static int64_t sum_of(struct groups *groups, size_t place, unsigned depth);

/* Of every value: what it becomes where it names one of us, else what a value counts. */
static int64_t each_value(struct groups *groups, const char *values, struct lookup *lookup, int64_t plain, unsigned depth)
{
	int64_t sum = 0;

	for (const char *at = values ? values : ""; *at;) {
		const char *end = strstr(at, ", ");
		size_t length = end ? (size_t)(end - at) : strlen(at);
		size_t place = lookup ? (size_t)lookup_get(lookup, text_lower_ascii(groups->arena, at, length)) : 0;

		sum += place ? sum_of(groups, place - 1, depth + 1) : plain;
		at += length + (end ? 2 : 0);
	}
	return sum;
}

static int64_t sum_of(struct groups *groups, size_t place, unsigned depth)
{
	const struct fact_group *group = &groups->list[place];
	int64_t sum;

	if (groups->sums[place] == -2 || depth > DEEP)
		return 0;
	if (groups->sums[place] >= 0)
		return groups->sums[place];
	groups->sums[place] = -2;
	/* Members of a group are logins, of a list addresses, some of which may be ours. */
	sum = each_value(groups, group->members, strcmp(group->noun, "group") ? groups->by_address : NULL, 1, depth);
	sum += each_value(groups, group->groups, groups->by_name, 0, depth);
	groups->sums[place] = sum;
	return sum;
}

void facts_take_groups(struct arena *arena, struct setting_facts *facts, const struct fact_group *list, size_t count)
{
	struct groups groups = { .arena = arena_new(), .list = list, .by_name = lookup_new(), .by_address = lookup_new() };

	groups.sums = arena_alloc(groups.arena, (count + 1) * sizeof(*groups.sums));
	for (size_t i = 0; i < count; i++) {
		groups.sums[i] = -1;
		if (!strcmp(list[i].noun, "group"))
			lookup_put(groups.by_name, text_lower_ascii(groups.arena, list[i].name, strlen(list[i].name)), (void *)(i + 1));
		if (*list[i].address)
			lookup_put(groups.by_address, text_lower_ascii(groups.arena, list[i].address, strlen(list[i].address)), (void *)(i + 1));
	}
	facts->largest_name = NULL;
	facts->largest_group = 0;
	for (size_t i = 0; i < count; i++) {
		int64_t sum = *list[i].address ? sum_of(&groups, i, 0) : -1;

		if (sum >= 0 && (!facts->largest_name || sum > facts->largest_group)) {
			facts->largest_group = sum;
			facts->largest_name = arena_format(arena, "%s %s", list[i].noun, list[i].address);
		}
	}
	facts->known |= FACT(FACT_LARGEST);
	lookup_free(groups.by_name);
	lookup_free(groups.by_address);
	arena_free(groups.arena);
}
