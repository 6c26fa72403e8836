/*
 * dues: what people left to be done, among the alarms.
 *
 * The collector measures nothing of it; whoever keeps it tells it whole, and it
 * stands there as a note until it is told no more.  Loop thread.
 */
#include "live/live_private.h"

void live_dues(struct live *live, const struct live_due *dues, size_t count)
{
	struct live_alarm *list;

	arena_free(live->due_arena);
	live->due_arena = arena_new();
	list = arena_alloc(live->due_arena, (count + 1) * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i] = (struct live_alarm){
			.id = arena_format(live->due_arena, "due/%s", dues[i].id), .rule = "due", .level = LEVEL_NOTE, .host = LIVE_ALL,
			.since = dues[i].since * 1000, .sentence = arena_text(live->due_arena, dues[i].sentence), .more = arena_text(live->due_arena, dues[i].more),
		};
	live->dues = list;
	live->due_count = count;
	live_tell(live);
}
