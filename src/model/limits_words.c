/*
 * limits_words: a set of values as Dovecot's configuration has it; see limits.h.
 *
 * Each service once, with its values in the order of the set.  The open-files
 * limit is no setting of Dovecot and is left out.  Pure, any thread.
 */
#include "model/limits.h"

#include <string.h>

#include "base/text.h"

enum { BYTES_OF_PERSON = 250 };

static bool written(const struct limits_set *set, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (set->values[i].service && strcmp(set->values[i].service, set->values[at].service) == 0)
			return true;
	return false;
}

static bool of_protocol(const struct limits_value *value)
{
	return strcmp(value->setting, "mail_max_userip_connections") == 0;
}

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

static void add_value(struct text *out, struct arena *arena, const char *indent, const struct limits_value *value)
{
	text_addf(out, "%s# %s\n%s%s = %s\n", indent, value->why, indent, value->setting, limits_number_words(arena, value->setting, value->then));
}

static void add_block(struct text *out, struct arena *arena, const struct limits_set *set, size_t first, bool protocols)
{
	const char *name = set->values[first].service;
	bool open = false;

	for (size_t i = first; i < set->value_count; i++) {
		const struct limits_value *value = &set->values[i];

		if (!value->service || strcmp(value->service, name) != 0 || of_protocol(value) != protocols)
			continue;
		if (!open)
			text_addf(out, "%s %s {\n", protocols ? "protocol" : "service", name);
		open = true;
		add_value(out, arena, "  ", value);
	}
	if (open)
		text_add(out, "}\n");
}

char *limits_drop_in(struct arena *arena, const struct limits_set *set)
{
	struct text out = { 0 };
	char *words;

	for (size_t i = 0; i < set->value_count; i++)
		if (!set->values[i].service && strcmp(set->values[i].setting, "fd_limit") != 0)
			add_value(&out, arena, "", &set->values[i]);
	for (size_t i = 0; i < set->value_count; i++) {
		if (!set->values[i].service || written(set, i))
			continue;
		add_block(&out, arena, set, i, false);
		add_block(&out, arena, set, i, true);
	}
	words = arena_text(arena, text_get(&out));
	text_free(&out);
	return words;
}
