/*
 * limits_people: who is logged in now, as the limit rules want to know it: the
 * sessions of each protocol, and the most of one person from one address; and
 * what the process of anvil that counts them was started with.
 *
 * Reads the tables that `doveadm who` and `doveadm process status` print, whose
 * order is anybody's.  A column that is missing leaves all of it unknown.
 * Pure, any thread.
 */
#include <stdlib.h>
#include <string.h>

#include "settings/limits_plan.h"

static int compare_lines(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The column of this head; SIZE_MAX: there is none. */
static size_t column_of(const char *head, const char *name)
{
	size_t column = 0, length = strlen(name);

	for (; *head && *head != '\n'; column++) {
		size_t cell = strcspn(head, "\t\n");

		if (cell == length && memcmp(head, name, length) == 0)
			return column;
		head += cell + (head[cell] == '\t');
	}
	return SIZE_MAX;
}

static char *cell_of(struct arena *arena, const char *line, size_t column)
{
	for (; column; column--) {
		line += strcspn(line, "\t\n");
		line += *line == '\t';
	}
	return arena_bytes(arena, line, strcspn(line, "\t\n"));
}

static void count_people(char **people, size_t count, const char *protocol, uint64_t *sessions, uint64_t *most)
{
	size_t length = strlen(protocol), run = 0;

	*sessions = *most = 0;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(people[i], protocol, length) != 0 || people[i][length] != '\t')
			continue;
		run = i && strcmp(people[i], people[i - 1]) == 0 ? run + 1 : 1;
		*most = run > *most ? run : *most;
		++*sessions;
	}
}

void limits_people(struct arena *arena, const char *table, struct limits_facts *facts, uint64_t *connections, uint64_t *person_count)
{
	static const char *const protocols[][2] = { { "imap", "imap" }, { "pop3", "pop3" }, { "sieve", "managesieve" }, { "submission", "submission" } };
	size_t user = column_of(table, "username"), address = column_of(table, "ip"), service = column_of(table, "service"), count = 0, room = 0;
	char **people = NULL, **names = NULL;
	size_t name_room = 0;

	if (service == SIZE_MAX)
		service = column_of(table, "proto");
	if (user == SIZE_MAX || address == SIZE_MAX || service == SIZE_MAX)
		return;
	for (const char *line = strchr(table, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
		char *name = cell_of(arena, line + 1, user);

		people = arena_grow(arena, people, &room, count + 1, sizeof(*people));
		names = arena_grow(arena, names, &name_room, count + 1, sizeof(*names));
		names[count] = name;
		people[count++] = arena_format(arena, "%s\t%s\t%s", cell_of(arena, line + 1, service), name, cell_of(arena, line + 1, address));
	}
	if (count) {
		qsort(people, count, sizeof(*people), compare_lines);
		qsort(names, count, sizeof(*names), compare_lines);
	}
	*connections = count;
	*person_count = 0;
	for (size_t i = 0; i < count; i++)
		*person_count += i == 0 || strcmp(names[i], names[i - 1]) != 0;
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		struct limits_service *mail = limits_service_named(facts, protocols[i][1]);
		uint64_t sessions, most;

		count_people(people, count, protocols[i][0], &sessions, &most);
		if (mail)
			mail->peak = sessions;
		if (i < 2)
			*(i ? &facts->peak_of_person_pop3 : &facts->peak_of_person) = most;
	}
}

/* --- what runs ------------------------------------------------------------------------------------------------ */

static void compare(struct limits_facts *facts, const struct limits_service *service, const char *setting, const char *cell, uint64_t file)
{
	uint64_t runs = strtoull(cell, NULL, 10);

	if (*cell < '0' || *cell > '9' || runs == file)
		return;
	if (facts->unread.service)
		facts->unread.more++;
	else
		facts->unread = (struct limits_unread){ service->name, setting, runs, file, 0 };
}

/* The client_limit that is told is no more than service_count (4.3), as limits_at_once has it. */
void limits_running(struct arena *arena, const char *table, struct limits_facts *facts)
{
	size_t name = column_of(table, "name"), processes = column_of(table, "process_limit"), clients = column_of(table, "client_limit");

	facts->unread = (struct limits_unread){ 0 };
	if (name == SIZE_MAX || processes == SIZE_MAX || clients == SIZE_MAX)
		return;
	for (const char *line = strchr(table, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
		const struct limits_service *service = limits_service_named(facts, cell_of(arena, line + 1, name));

		if (!service || !limits_looked_at(facts, service))
			continue;
		compare(facts, service, "process_limit", cell_of(arena, line + 1, processes), limits_processes(facts, service));
		compare(facts, service, "client_limit", cell_of(arena, line + 1, clients), limits_at_once(facts, service));
	}
}

/* --- anvil ---------------------------------------------------------------------------------------------------- */

/* Of its clients two are the master's, and a doveadm or two may just ask it. */
enum { ANVIL_OTHERS = 4 };

static bool is_client_of_anvil(const char *name)
{
	size_t length = strlen(name);

	return strcmp(name, "auth") == 0 || strcmp(name, "lmtp") == 0 || (length > 6 && strcmp(name + length - 6, "-login") == 0);
}

/*
 * Measured (2.3.19): a reload takes the row of its process into the new services with nothing told and the new client_limit as
 * what is left; the process tells again when a client comes, and no sooner than a second after it told last.
 */
bool limits_anvil_silent(struct arena *arena, const char *table)
{
	size_t name = column_of(table, "name"), told = column_of(table, "last_status_update");

	if (name == SIZE_MAX || told == SIZE_MAX)
		return false;
	for (const char *line = strchr(table, '\n'); line && line[1]; line = strchr(line + 1, '\n'))
		if (strcmp(cell_of(arena, line + 1, name), "anvil") == 0 && strcmp(cell_of(arena, line + 1, told), "0") == 0)
			return true;
	return false;
}

/*
 * Nobody tells with which client_limit a process was started; what anvil has left is of that number, and who can have the
 * rest is seen.  So this is rather too high than too low.
 */
uint64_t limits_anvil_started(struct arena *arena, const char *table)
{
	size_t name = column_of(table, "name"), left = column_of(table, "available_count"), anvils = 0;
	uint64_t most = ANVIL_OTHERS;

	if (name == SIZE_MAX || left == SIZE_MAX || limits_anvil_silent(arena, table))
		return LIMITS_UNKNOWN;
	for (const char *line = strchr(table, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
		const char *service = cell_of(arena, line + 1, name), *count = cell_of(arena, line + 1, left);

		if (strcmp(service, "anvil") == 0) {
			if (*count < '0' || *count > '9')
				return LIMITS_UNKNOWN;
			anvils++;
			most += strtoull(count, NULL, 10);
		}
		most += is_client_of_anvil(service);
	}
	/* Two are there only while one takes the place of the other. */
	return anvils == 1 ? most : LIMITS_UNKNOWN;
}
