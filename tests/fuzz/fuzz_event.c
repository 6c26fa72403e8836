/* fuzz_event: a line of another program's change log becomes one line for people, or none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory/events.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	const char *line = events_line(NULL, NULL, arena, arena_bytes(arena, bytes, size), size);

	if (line && strchr(line, '\n'))
		abort();
	arena_free(arena);
	return 0;
}
