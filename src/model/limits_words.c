/*
 * limits_words: a set of values as Dovecot's configuration has it; see limits.h.
 *
 * Each service once, with its values in the order of the set.  The open-files
 * limit is no setting of Dovecot and is left out.  Pure, any thread.
 */
#include "model/limits.h"

#include <string.h>

#include "base/text.h"

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

/* "0" where it means without end is a word in 2.4. */
static void add_value(struct text *out, const char *indent, const struct limits_value *value)
{
	bool endless = value->then == 0 && strcmp(value->setting, "restart_request_count") == 0;

	text_addf(out, "%s# %s\n%s%s = ", indent, value->why, indent, value->setting);
	if (endless)
		text_add(out, "unlimited\n");
	else
		text_addf(out, "%llu\n", (unsigned long long)value->then);
}

static void add_block(struct text *out, const struct limits_set *set, size_t first, bool protocols)
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
		add_value(out, "  ", value);
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
			add_value(&out, "", &set->values[i]);
	for (size_t i = 0; i < set->value_count; i++) {
		if (!set->values[i].service || written(set, i))
			continue;
		add_block(&out, set, i, false);
		add_block(&out, set, i, true);
	}
	words = arena_text(arena, text_get(&out));
	text_free(&out);
	return words;
}
