/*
 * limits_memory: what the processes of a Dovecot take, from what ps and the
 * kernel say of them.
 *
 * Only children of the master that runs with this configuration count, since a
 * machine may have several.  Memory is what a process has to itself
 * (Private_Dirty), which is what one more of its kind costs.  What cannot be read
 * leaves the figure unknown.  Pure, any thread.
 */
#include <stdlib.h>
#include <string.h>

#include "settings/limits_private.h"

enum { MOST_SAMPLES = 64 };

/* One line of ps: pid, parent, resident kB, words. False: it is none. */
static bool read_line(struct arena *arena, const char *line, size_t length, unsigned long *pid, unsigned long *parent, const char **words)
{
	char *copy = arena_bytes(arena, line, length), *at = copy;

	*pid = strtoul(at, &at, 10);
	*parent = strtoul(at, &at, 10);
	strtoul(at, &at, 10);
	*words = at + strspn(at, " ");
	return *pid > 1 && **words;
}

/* "/usr/sbin/dovecot -F -c /etc/x.conf": a master with this configuration? NULL: the usual one. */
static bool is_master(const char *words, const char *configuration)
{
	size_t program = strcspn(words, " ");
	const char *given = strstr(words, " -c ");
	size_t length = configuration ? strlen(configuration) : 0;

	if (program < 7 || strncmp(words + program - 7, "dovecot", 7) != 0 || (program > 7 && words[program - 8] != '/'))
		return false;
	if (!given)
		return !configuration;
	given += 4;
	if (!configuration)
		return strncmp(given, "/etc/dovecot/dovecot.conf", 25) == 0;
	return strncmp(given, configuration, length) == 0 && (given[length] == '\0' || given[length] == ' ');
}

/* "dovecot/imap-login [192.0.2.1]", with an instance_name "dovecot-NAME/imap-login": what it is. */
static enum limits_process process_of(const char *words)
{
	static const struct { const char *name; enum limits_process is; } names[] = {
		{ "imap", LIMITS_SESSION }, { "pop3", LIMITS_SESSION }, { "imap-login", LIMITS_LOGIN }, { "pop3-login", LIMITS_LOGIN },
	};
	size_t before = strcspn(words, "/ "), length;

	if (words[before] != '/' || words[0] == '/')
		return LIMITS_OTHER;
	words += before + 1;
	length = strcspn(words, " ");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == length && strncmp(words, names[i].name, length) == 0)
			return names[i].is;
	return LIMITS_OTHER;
}

static void each_line(struct arena *arena, const char *table, struct limits_processes *found,
		void (*take)(struct limits_processes *found, unsigned long pid, unsigned long parent, const char *words))
{
	for (const char *line = table; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		unsigned long pid, parent;
		const char *words;

		if (read_line(arena, line, strcspn(line, "\n"), &pid, &parent, &words))
			take(found, pid, parent, words);
	}
}

static void take_master(struct limits_processes *found, unsigned long pid, unsigned long parent, const char *words)
{
	(void)parent;
	if (is_master(words, found->configuration))
		found->master = pid;
}

static void take_child(struct limits_processes *found, unsigned long pid, unsigned long parent, const char *words)
{
	enum limits_process is = process_of(words);

	if (parent != found->master || is == LIMITS_OTHER || found->count == MOST_SAMPLES)
		return;
	found->pids[found->count] = pid;
	found->paths[found->count] = arena_format(found->arena, "/proc/%lu/smaps_rollup", pid);
	found->kinds[found->count++] = is;
}

struct limits_processes *limits_processes_read(struct arena *arena, const char *table, const char *configuration)
{
	struct limits_processes *found = arena_alloc(arena, sizeof(*found));

	found->arena = arena;
	found->configuration = configuration;
	found->pids = arena_alloc(arena, MOST_SAMPLES * sizeof(*found->pids));
	found->paths = arena_alloc(arena, (MOST_SAMPLES + 1) * sizeof(*found->paths));
	found->kinds = arena_alloc(arena, MOST_SAMPLES * sizeof(*found->kinds));
	each_line(arena, table, found, take_master);
	if (found->master)
		each_line(arena, table, found, take_child);
	return found;
}

void limits_processes_measure(struct limits_processes *found, const char *lines)
{
	uint64_t kb[LIMITS_OTHER] = { 0 };

	for (const char *line = lines; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *colon = strstr(line, "Private_Dirty:");
		unsigned long pid = strncmp(line, "/proc/", 6) == 0 ? strtoul(line + 6, NULL, 10) : 0;

		if (!colon || colon > line + strcspn(line, "\n"))
			continue;
		for (size_t i = 0; i < found->count; i++)
			if (found->pids[i] == pid) {
				kb[found->kinds[i]] += strtoull(colon + 14, NULL, 10);
				found->measured[found->kinds[i]]++;
			}
	}
	for (size_t i = 0; i < LIMITS_OTHER; i++)
		found->kb[i] = found->measured[i] ? kb[i] / found->measured[i] : LIMITS_UNKNOWN;
}
