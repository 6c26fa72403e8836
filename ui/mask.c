/*
 * mask: finding addresses in words and hiding who they are of.  Never fails.
 */
#include "ui/mask.h"

#include <string.h>

#include "base/text.h"

/* What ends an address on its left: blanks and the signs that sentences put around one. */
static bool is_edge(char c)
{
	return c == '\0' || strchr(" \t\n\"'<>()[],;:", c) != NULL;
}

static bool nobody_in_person(const char *local, size_t length)
{
	static const char *const names[] = { "postmaster", "root", "mailer-daemon", "abuse", "noreply", "no-reply", "nobody" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strlen(names[i]) == length && strncasecmp(names[i], local, length) == 0)
			return true;
	}
	return false;
}

/* The first character whole, so that no half of it reaches the screen. */
static size_t first_length(const char *local, size_t length)
{
	uint32_t code;
	size_t first = utf8_decode(local, length, &code);

	return first == 0 ? 1 : first;
}

char *mask_addresses(struct arena *arena, const char *words)
{
	struct text text = { 0 };
	const char *copied = words;
	char *masked;

	if (words == NULL)
		return NULL;
	for (const char *at = strchr(words, '@'); at != NULL; at = strchr(at + 1, '@')) {
		const char *local = at;

		while (local > copied && !is_edge(local[-1]))
			local--;
		if (local == at || is_edge(at[1]) || nobody_in_person(local, (size_t)(at - local)))
			continue;
		text_add_bytes(&text, copied, (size_t)(local - copied));
		text_add_bytes(&text, local, first_length(local, (size_t)(at - local)));
		text_add(&text, "***");
		copied = at;
	}
	text_add(&text, copied);
	masked = arena_text(arena, text_get(&text));
	text_free(&text);
	return masked;
}
