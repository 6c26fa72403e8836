/*
 * limits_words: numbers as Dovecot's configuration has them; see limits.h.
 *
 * Pure, any thread.
 */
#include "model/limits.h"

#include <string.h>

#include "base/text.h"

enum { BYTES_OF_PERSON = 250 };

char *limits_number_words(struct arena *arena, const char *setting, uint64_t number)
{
	static const struct { uint64_t bytes; const char *unit; } units[] = { { 1048576, "M" }, { 1024, "k" }, { 1, "B" } };
	size_t unit = 0;

	/* "0" where it means without end is a word in 2.4. */
	if (number == 0 && strcmp(setting, "restart_request_count") == 0)
		return arena_text(arena, "unlimited");
	if (strcmp(setting, "auth_cache_ttl") == 0)
		return arena_format(arena, "%llus", (unsigned long long)number);
	if (strcmp(setting, "auth_cache_size") != 0 || number == 0)
		return arena_format(arena, "%llu", (unsigned long long)number);
	while (number % units[unit].bytes)
		unit++;
	return arena_format(arena, "%llu%s", (unsigned long long)(number / units[unit].bytes), units[unit].unit);
}

uint64_t limits_cached_people(uint64_t bytes)
{
	return bytes / BYTES_OF_PERSON;
}
