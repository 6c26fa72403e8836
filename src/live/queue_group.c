/*
 * queue_group: named counters in an arena that is rebuilt with the bigger half
 * whenever it is full.
 *
 * Ours are never forgotten: that mail to our own servers waits is what a person
 * must see, however little it is.  One thread at a time; never fails.
 */
#include "live/queue_group.h"

#include <stdlib.h>
#include <string.h>

enum { FULL = 2 * QUEUE_GROUPS };

struct group_set {
	const struct lookup *own;
	struct arena *arena;
	struct lookup *by_name;
	struct group *list[FULL];
	size_t count;
	struct group *last;                /* found last: listings come in runs */
	struct queue_group rest;
	uint64_t others;
};

struct group_set *group_set_new(const struct lookup *own)
{
	struct group_set *set = memory_new(sizeof(*set));

	set->own = own;
	set->arena = arena_new();
	set->by_name = lookup_new();
	return set;
}

void group_set_free(struct group_set *set)
{
	if (!set)
		return;
	lookup_free(set->by_name);
	arena_free(set->arena);
	free(set);
}

static int by_size(const void *left, const void *right)
{
	const struct queue_group *a = &(*(struct group *const *)left)->sums, *b = &(*(struct group *const *)right)->sums;

	if (a->recipients != b->recipients)
		return a->recipients > b->recipients ? -1 : 1;
	if (a->mails != b->mails)
		return a->mails > b->mails ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int by_worth(const void *left, const void *right)
{
	bool a = (*(struct group *const *)left)->sums.own, b = (*(struct group *const *)right)->sums.own;

	return a != b ? b - a : by_size(left, right);
}

static void older(int64_t *oldest, int64_t arrival)
{
	if (!*oldest || arrival < *oldest)
		*oldest = arrival;
}

static void sum_up(struct group_set *set, const struct queue_group *group)
{
	struct queue_group *rest = &set->rest;

	rest->mails += group->mails;
	rest->recipients += group->recipients;
	rest->deferred += group->deferred;
	rest->late += group->late;
	for (unsigned i = 0; i < QUEUE_AGES; i++) {
		rest->ages[i] += group->ages[i];
		rest->mail_ages[i] += group->mail_ages[i];
	}
	older(&rest->oldest, group->oldest);
	set->others++;
}

static void insert(struct group_set *set, struct group *group)
{
	lookup_put(set->by_name, group->sums.name, group);
	set->list[set->count++] = group;
}

/* Keeps the bigger ones, in an arena of their own. */
static void shrink(struct group_set *set)
{
	struct arena *old = set->arena;
	size_t count = set->count;

	qsort(set->list, count, sizeof(*set->list), by_worth);
	lookup_free(set->by_name);
	set->by_name = lookup_new();
	set->arena = arena_new();
	set->count = 0;
	set->last = NULL;
	for (size_t i = 0; i < count; i++) {
		struct group *kept;

		if (i >= QUEUE_GROUPS) {
			sum_up(set, &set->list[i]->sums);
			continue;
		}
		kept = arena_alloc(set->arena, sizeof(*kept));
		*kept = *set->list[i];
		kept->sums.name = arena_text(set->arena, kept->sums.name);
		kept->sums.example = arena_text(set->arena, kept->sums.example);
		insert(set, kept);
	}
	arena_free(old);
}

struct group *group_set_find(struct group_set *set, const char *name)
{
	struct group *group = set->last;

	if (group && !strcmp(group->sums.name, name))
		return group;
	group = lookup_get(set->by_name, name);
	if (!group) {
		if (set->count == FULL)
			shrink(set);
		group = arena_alloc(set->arena, sizeof(*group));
		group->sums.name = arena_text(set->arena, name);
		group->sums.own = set->own && lookup_get(set->own, name);
		insert(set, group);
	}
	set->last = group;
	return group;
}

void group_count(struct group *group, const struct group_sighting *sighting)
{
	struct queue_group *sums = &group->sums;

	if (group->mail != sighting->mail) {
		group->mail = sighting->mail;
		sums->mails++;
		sums->mail_ages[sighting->age]++;
		older(&sums->oldest, sighting->arrival);
	}
	sums->recipients += sighting->recipients;
	sums->ages[sighting->age] += sighting->recipients;
	sums->deferred += sighting->deferred;
	sums->late += sighting->late;
}

/* The way of Metwally's Space-Saving: who finds no room takes over the smallest with its count. */
void group_reason_count(struct group *group, uint32_t number)
{
	struct group_reason *least = &group->frequent[0];

	for (unsigned i = 0; i < GROUP_REASONS; i++) {
		struct group_reason *one = &group->frequent[i];

		if (one->number == number) {
			one->count++;
			return;
		}
		if (one->count < least->count)
			least = one;
	}
	least->number = number;
	least->count++;
}

uint32_t group_reason_most(const struct group *group)
{
	const struct group_reason *most = &group->frequent[0];

	for (unsigned i = 1; i < GROUP_REASONS; i++)
		if (group->frequent[i].count > most->count)
			most = &group->frequent[i];
	return most->number;
}

const char *group_set_text(struct group_set *set, const char *text)
{
	return arena_text(set->arena, text);
}

struct queue_groups group_set_finish(struct group_set *set, struct arena *arena,
		const char *(*example)(void *context, const struct group *group), void *context)
{
	struct queue_groups groups = { 0 };

	if (set->count > QUEUE_GROUPS)
		shrink(set);
	qsort(set->list, set->count, sizeof(*set->list), by_size);
	groups.rows = arena_alloc(arena, set->count * sizeof(*groups.rows));
	groups.count = set->count;
	for (size_t i = 0; i < set->count; i++) {
		struct queue_group *row = &groups.rows[i];

		*row = set->list[i]->sums;
		row->name = arena_text(arena, row->name);
		row->example = arena_text(arena, example ? example(context, set->list[i]) : row->example);
	}
	groups.others = set->others;
	groups.rest = set->rest;
	groups.rest.name = "";
	return groups;
}
