/*
 * queue_group: counts by a name (domain, reason, sender), for as many names as
 * come and in bounded memory.
 *
 * Up to twice QUEUE_GROUPS names are counted; where more come, the smaller half
 * is summed up in one row and forgotten.  So a name that matters is kept, also
 * one that comes late, and the sums are always right.  Never fails.  One
 * thread at a time.
 */
#ifndef POSTROOM_LIVE_QUEUE_GROUP_H
#define POSTROOM_LIVE_QUEUE_GROUP_H

#include "base/lookup.h"
#include "base/memory.h"
#include "live/data.h"

/* A frequent reason of a group, by the number that the counter gave it. */
struct group_reason { uint32_t number, count; };
enum { GROUP_REASONS = 4 };
struct group {
	struct queue_group sums;
	uint64_t mail;                     /* the last one that counted here: a mail counts once, its recipients each */
	struct group_reason frequent[GROUP_REASONS];
	uint32_t number;                   /* for the holder; 0 at first */
};
/* What is counted of a mail under a name. */
struct group_sighting {
	uint64_t mail;                     /* 1, 2, ...: the mail's number in this listing */
	unsigned age;                      /* of queue_age */
	int64_t arrival;
	uint64_t recipients, deferred, late;
};

struct group_set;
/* own: names that are ours (any value); NULL: none. Borrowed. */
struct group_set *group_set_new(const struct lookup *own);
void group_set_free(struct group_set *set);                  /* NULL is allowed */
/* The group of this name, a new one where needed; valid until the next call for this set. */
struct group *group_set_find(struct group_set *set, const char *name);
void group_count(struct group *group, const struct group_sighting *sighting);
/* Counts a reason: exact for up to four of them, and one that makes up more than a quarter is never forgotten. */
void group_reason_count(struct group *group, uint32_t number);
/* The most frequent one; 0: none. */
uint32_t group_reason_most(const struct group *group);
/* A text that lives as long as the group. */
const char *group_set_text(struct group_set *set, const char *text);
/*
 * Biggest first, at most QUEUE_GROUPS, copied into the arena. example (NULL: as it is) says the example of a group.
 * The set is at its end: only group_set_free may follow.
 */
struct queue_groups group_set_finish(struct group_set *set, struct arena *arena,
		const char *(*example)(void *context, const struct group *group), void *context);

#endif
