/*
 * source_note: what a snapshot does not say in its rows, in a sentence.
 *
 * Pure over the last snapshot; nothing fails.  Loop thread.
 */
#include "live/data.h"
#include "live/source.h"

static const char *of_who(struct arena *arena, const struct who *who)
{
	if (!who->malformed)
		return NULL;
	return arena_format(arena, "rows that made no sense and are not counted: %zu", who->malformed);
}

static const char *of_slots(struct arena *arena, const struct slots *slots)
{
	if (slots->unreadable)
		return arena_format(arena, "who only tries to log in is not known: %s", slots->unreadable);
	if (!slots->elsewhere)
		return NULL;
	return arena_format(arena, "%llu of those logged in came from an address without a connection (a proxy speaks for them, "
		"or they use ports that its section server does not name), so so many fewer are said to try at each address", (unsigned long long)slots->elsewhere);
}

static const char *of_mailboxes(struct arena *arena, const struct mailboxes *mailboxes)
{
	if (!mailboxes->not_looked_at)
		return NULL;
	return arena_format(arena, "%zu looked at now; %zu more are connected and have no figure yet", mailboxes->looked_at, mailboxes->not_looked_at);
}

static const char *of_queue(struct arena *arena, const struct queue *queue)
{
	if (queue->down)
		return "Postfix is down; its directories were read";
	if (queue->cut)
		return "the listing was too long to be read whole: there is more than this";
	if (!queue->malformed)
		return NULL;
	return arena_format(arena, "lines that made no sense and are not counted: %llu", (unsigned long long)queue->malformed);
}

static const char *of_inner(struct arena *arena, const struct inner *inner)
{
	if (!inner->out_of_reach)
		return NULL;
	return arena_format(arena, "%zu of them answer on the machine itself only and are not looked at from here", inner->out_of_reach);
}

char *live_source_note(struct arena *arena, const struct live *live, size_t host, enum live_source source)
{
	const void *snapshot = live_snapshot(live, host, source);
	const char *note = NULL;

	if (!snapshot)
		return NULL;
	switch (source) {
	case LIVE_WHO: note = of_who(arena, snapshot); break;
	case LIVE_SLOTS: note = of_slots(arena, snapshot); break;
	case LIVE_MAILBOXES: note = of_mailboxes(arena, snapshot); break;
	case LIVE_INNER: note = of_inner(arena, snapshot); break;
	case LIVE_QUEUE: note = of_queue(arena, snapshot); break;
	default: break;
	}
	return arena_text(arena, note);
}
