/*
 * dead: does nothing of a server answer, or not all of it?
 *
 * A server that refuses, or has one thing broken, is alive: somebody is there
 * who says no.  Dead means that every source that was tried last found nobody,
 * and that no port said a word: the kernel of a server that hangs still takes
 * connections.  Partly up is, at once, a server of which a source or a port found
 * nobody.  Pure; loop thread.
 */
#include "live/live_private.h"

#include "live/data.h"

static bool nobody(enum error_kind kind)
{
	return kind == ERROR_UNREACHABLE || kind == ERROR_TIMEOUT;
}

bool port_spoke(const struct port_row *row)
{
	return row->ok || (row->open && (row->spoke || (row->greeting && *row->greeting) || row->valid_until));
}

static bool any_spoke(const struct ports *ports)
{
	size_t i;

	for (i = 0; ports && i < ports->count; i++)
		if (port_spoke(&ports->rows[i]))
			return true;
	return false;
}

int64_t live_dead_since(const struct live *live, size_t host)
{
	int64_t since = 0;
	unsigned source;

	for (source = 0; source < LIVE_SOURCES; source++) {
		const struct watched *cell = cell_at(live, host, (enum live_source)source);
		int64_t began = cell->state.failing_since;

		if (!cell->tried || !cell->state.applies || !(live->wanted & (1u << source)))
			continue;
		if (cell->state.error.kind == ERROR_NONE) {
			/* Trying ports succeeds also where none answers. */
			if (source != LIVE_PORTS || !cell->snapshot || any_spoke(cell->snapshot))
				return 0;
			began = cell->state.taken_at;
		} else if (!nobody(cell->state.error.kind)) {
			return 0;
		}
		/* It is dead since the last of them fell silent. */
		if (began > since)
			since = began;
	}
	return since;
}

bool live_partly(const struct live *live, size_t host)
{
	unsigned source;

	if (live->memory[host].dead_since)
		return false;
	for (source = 0; source < LIVE_SOURCES; source++) {
		const struct watched *cell = cell_at(live, host, (enum live_source)source);
		const struct ports *ports = source == LIVE_PORTS ? cell->snapshot : NULL;
		size_t i;

		if (!cell->tried || !cell->state.applies || !(live->wanted & (1u << source)))
			continue;
		if (nobody(cell->state.error.kind))
			return true;
		for (i = 0; ports && i < ports->count; i++)
			if (!port_spoke(&ports->rows[i]))
				return true;
	}
	return false;
}
