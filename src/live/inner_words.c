/*
 * inner_words: the table of inner services, and their answers.
 */
#include "live/inner_words.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct inner_service inner_services[] = {
	/* Both sides say who they are; ours is said by the caller because it bears a process id. */
	{ .name = "auth", .good = "DONE", .any_more = true },
	{ .name = "lmtp", .good = "220 ", .more = "220-", .bye = "QUIT\r\n" },
	/* A question about nobody. */
	{ .name = "quota-status", .say = "request=smtpd_access_policy\n\n", .good = "action=" },
	{ .name = "amavis", .good = "220 ", .more = "220-", .bye = "QUIT\r\n" },
	{ .name = "clamd", .say = "nVERSION\n", .good = "ClamAV ", },
	/* It would remember any question as a mail. */
	{ .name = "postgrey" },
};

bool inner_place(const char *place, char *host, size_t size, int *port)
{
	const char *colon = strrchr(place, ':');
	size_t length;

	if (place[0] == '/' || !colon)
		return false;
	length = (size_t)(colon - place);
	if (place[0] == '[' && length > 1 && place[length - 1] == ']') {
		place++;
		length -= 2;
	}
	if (length >= size)
		return false;
	memcpy(host, place, length);
	host[length] = '\0';
	*port = atoi(colon + 1);
	return true;
}

bool inner_is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six);
	return !strcmp(host, "localhost");
}

bool inner_signatures_age(const char *line, int64_t now, int64_t *age)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *first = strchr(line, '/'), *second = first ? strchr(first + 1, '/') : NULL, *at;
	struct tm parts = { 0 };
	char day[4], month[4];
	int64_t made;

	if (!second || sscanf(second + 1, "%3s %3s %2d %2d:%2d:%2d %4d", day, month, &parts.tm_mday, &parts.tm_hour, &parts.tm_min,
			&parts.tm_sec, &parts.tm_year) != 7)
		return false;
	at = strstr(months, month);
	if (!at || strlen(month) != 3 || (at - months) % 3)
		return false;
	parts.tm_mon = (int)(at - months) / 3;
	parts.tm_year -= 1900;
	made = (int64_t)timegm(&parts);
	if (made <= 0)
		return false;
	*age = now > made ? now - made : 0;
	return true;
}

/* --- the listener ------------------------------------------------------------------------------- */

/* The number below the header of a file whose name ends so. */
static bool number_of(const char *output, const char *name, uint64_t *number)
{
	const char *at = output;
	char *end;

	while ((at = strstr(at, name))) {
		at += strlen(name);
		if (strncmp(at, " <==\n", 5))
			continue;
		at += 5;
		*number = strtoull(at, &end, 10);
		return end != at && *at != '-' && (*end == '\0' || *end == '\n' || *end == ' ');
	}
	return false;
}

bool inner_listener_read(const char *output, struct listener_ids *ids)
{
	*ids = (struct listener_ids){ 0 };
	ids->seen_known = number_of(output, "/last_id", &ids->seen);
	return number_of(output, "/notifier_id", &ids->done);
}

const char *inner_listener_words(struct arena *arena, const struct listener_ids *ids)
{
	if (!ids->seen_known)
		return arena_format(arena, "at transaction %" PRIu64 "; how far the directory is cannot be read on this machine", ids->done);
	if (ids->seen <= ids->done)
		return arena_format(arena, "at transaction %" PRIu64 ", as the directory", ids->done);
	return arena_format(arena, "at transaction %" PRIu64 ", %" PRIu64 " behind the directory", ids->done, ids->seen - ids->done);
}

int64_t inner_listener_lag(const struct inner *before, const struct listener_ids *ids, int64_t now, int64_t *since)
{
	size_t i;

	*since = 0;
	if (!ids->seen_known)
		return -1;
	if (ids->seen <= ids->done)
		return 0;
	*since = now;
	for (i = 0; before && i < before->count; i++) {
		const struct inner_row *row = &before->rows[i];

		if (!strcmp(row->name, "listener") && row->behind_since && row->mark == ids->done)
			*since = row->behind_since;
	}
	return now > *since ? now - *since : 0;
}
