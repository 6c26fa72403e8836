/*
 * remind: tells the collector what is due, so that it stands under what needs a
 * person.
 *
 * Looks every half minute, since others may have done it; only a difference is
 * told.  Loop thread.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "desk/desk_private.h"

enum { REMIND_MS = 30000 };

void desk_remind(void *context)
{
	struct desk *desk = context;
	struct arena *arena;
	size_t count, due = 0;
	const struct desk_due *all;
	struct live_due *list;

	if (!desk->settings.live)
		return;
	all = due_list_all(desk->dues, &count);
	arena = arena_new();
	list = arena_alloc(arena, (count + 1) * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		if (all[i].when <= clock_now())
			list[due++] = (struct live_due){ all[i].id, all[i].words, *all[i].reason ? all[i].reason : NULL, all[i].when ? all[i].when : all[i].since };
	/* Somebody else may have read them anew since, so that is counted. */
	if (due_list_readings(desk->dues) != desk->told || due != desk->reminded)
		live_dues(desk->settings.live, list, due);
	desk->told = due_list_readings(desk->dues);
	desk->reminded = due;
	arena_free(arena);
}

void desk_watch(struct desk *desk)
{
	if (desk->settings.live)
		desk->reminder = loop_after(desk->settings.loop, 0, REMIND_MS, desk_remind, desk);
}
