/*
 * person_full: words that tell of a full mailbox, and whose mail it was.
 */
#include "ui/person_full.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log_time.h"
#include "model/live_kinds.h"

enum { LASTS = 86400 /* what is older is no trouble of now */ };

bool person_says_full(const char *words)
{
	static const char *const told[] = { "quota exceeded", "mailbox is full", "mailbox full", "mailbox for user is full", "over quota" };
	/* With what stands around a code: 15.2.2 is none. */
	static const char *const codes[] = { " 5.2.2 ", " 4.2.2 ", "=5.2.2,", "=4.2.2," };

	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (strcasestr(words, told[i]) != NULL)
			return true;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strstr(words, codes[i]) != NULL)
			return true;
	return false;
}

/* As a whole, or with an extension: anna+news@ is Anna's. */
static bool is_one_of(const char *name, size_t length, char *const *addresses)
{
	for (size_t i = 0; addresses[i] != NULL; i++) {
		size_t local = strcspn(addresses[i], "@"), rest = strlen(addresses[i]) - local, user = 0;

		while (user < length && name[user] != '@' && name[user] != '+')
			user++;
		if (user != local || strncasecmp(name, addresses[i], local) != 0)
			continue;
		while (user < length && name[user] != '@')
			user++;
		if (length - user == rest && strncasecmp(name + user, addresses[i] + local, rest) == 0)
			return true;
	}
	return false;
}

bool person_line_is_to(const char *line, char *const *addresses)
{
	static const char *const places[] = { " to=<", "lmtp(", "lda(" };

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const char *name = strstr(line, places[i]);
		size_t length;

		if (name == NULL)
			continue;
		name += strlen(places[i]);
		length = strcspn(name, i == 0 ? ">" : ")");
		/* "lmtp(4711, anna@example.com)" of older ones. */
		if (i > 0 && strcspn(name, " ") < length) {
			length -= strcspn(name, " ") + 1;
			name += strcspn(name, " ") + 1;
		}
		return is_one_of(name, length, addresses);
	}
	return false;
}

int64_t person_log_time(const struct row *row, struct arena *arena)
{
	/* As a line begins, since a time alone is none. */
	const char *begin = arena_format(arena, "%s ", row->values[LL_TIME].bytes);
	size_t length;

	return log_time(begin, strlen(begin), clock_now(), &length);
}

/* What waits stands in the queue, or has arrived since; only where nobody could look there the log tells of it. */
static bool queue_tells(const struct person_parts *parts, size_t host, const char *line)
{
	return strstr(line, "status=deferred") != NULL && person_slot_at(parts, PART_TO, host)->rows != NULL;
}

int64_t person_full_at(const struct person_parts *parts, struct arena *arena)
{
	int64_t newest = 0, now = clock_now();

	for (size_t host = 0; host < parts->host_count; host++) {
		const struct rows *rows = person_slot_at(parts, PART_LOG, host)->rows;

		for (size_t i = 0; rows != NULL && i < rows->count; i++) {
			const char *line = rows->rows[i].values[LL_TEXT].bytes;
			bool told = person_says_full(line) && person_line_is_to(line, parts->addresses) && !queue_tells(parts, host, line);
			int64_t time = told ? person_log_time(&rows->rows[i], arena) : 0;

			newest = time > newest && time > now - LASTS ? time : newest;
		}
	}
	return newest;
}
