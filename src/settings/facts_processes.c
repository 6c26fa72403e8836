/*
 * facts_processes: what the processes of Postfix take, and what more of them
 * would take.
 *
 * Of each program its processes are counted with the memory that no other has,
 * which is what one more costs; where the kernel tells that only to others, the
 * resident memory stands for it and is said to be too much.  A service whose
 * line in master.cf has no number of its own may have default_process_limit
 * processes.  Pure; any thread.
 */
#include "settings/backend_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { PATHS_MOST = 400 };

struct ps_row { long pid, parent; int64_t kib; const char *name; size_t length; };

/* "  512   100  7124 qmgr"; false at the end. */
static bool next_row(const char **at, struct ps_row *row)
{
	while (**at) {
		char *end;
		const char *line = *at;
		size_t length = strcspn(line, "\n");

		*at += length + (line[length] == '\n');
		row->pid = strtol(line, &end, 10);
		row->parent = strtol(end, &end, 10);
		row->kib = strtoll(end, &end, 10);
		row->name = end + strspn(end, " ");
		if (row->pid <= 0 || row->kib < 0 || row->name >= line + length)
			continue;
		row->length = (size_t)(line + length - row->name);
		return true;
	}
	return false;
}

/* A child of the first process of Postfix; without its number of one that is called so. */
static bool ours(const char *output, const struct ps_row *row, long master)
{
	struct ps_row other;

	if (master > 0)
		return row->parent == master;
	while (next_row(&output, &other))
		if (other.pid == row->parent)
			return other.length == 6 && !strncmp(other.name, "master", 6);
	return false;
}

void facts_take_processes(struct arena *arena, struct setting_facts *facts, const char *output, long master)
{
	const char *at = output;
	struct fact_process *list = NULL;
	size_t capacity = 0, count = 0;
	struct ps_row row;

	while (next_row(&at, &row)) {
		size_t place = 0;

		if (!ours(output, &row, master))
			continue;
		while (place < count && (strncmp(list[place].name, row.name, row.length) || list[place].name[row.length]))
			place++;
		if (place == count) {
			list = arena_grow(arena, list, &capacity, count + 1, sizeof(*list));
			list[count++] = (struct fact_process){ .name = arena_bytes(arena, row.name, row.length), .own = -1 };
		}
		list[place].count++;
		list[place].resident += row.kib * 1024;
	}
	facts->processes = list;
	facts->process_count = count;
	if (count > 0)
		facts->known |= FACT(FACT_PROCESSES);
}

const char *const *facts_memory_paths(struct arena *arena, const char *output, long master)
{
	const char **paths = arena_alloc(arena, (PATHS_MOST + 1) * sizeof(*paths)), *at = output;
	struct ps_row row;
	size_t count = 0;

	while (count < PATHS_MOST && next_row(&at, &row))
		if (ours(output, &row, master))
			paths[count++] = arena_format(arena, "/proc/%ld/smaps_rollup", row.pid);
	return paths;
}

/* Sum of "Private_Clean: 4 kB" and "Private_Dirty: ..." of one process; -1: it told nothing. */
static int64_t private_of(const char *memory, long pid)
{
	char prefix[64];
	size_t length = (size_t)snprintf(prefix, sizeof(prefix), "/proc/%ld/smaps_rollup:Private_", pid);
	int64_t sum = -1;

	for (const char *at = strstr(memory, prefix); at; at = strstr(at + length, prefix)) {
		const char *colon = strchr(at + length, ':');

		if (colon)
			sum = (sum < 0 ? 0 : sum) + strtoll(colon + 1, NULL, 10) * 1024;
	}
	return sum;
}

void facts_take_own(struct arena *arena, struct setting_facts *facts, const char *output, const char *memory, long master)
{
	struct fact_process *list = arena_alloc(arena, (facts->process_count + 1) * sizeof(*list));

	memcpy(list, facts->processes, facts->process_count * sizeof(*list));
	for (size_t i = 0; i < facts->process_count; i++) {
		const char *at = output;
		unsigned told = 0;
		int64_t sum = 0;
		struct ps_row row;

		while (next_row(&at, &row)) {
			int64_t own;

			if (strncmp(list[i].name, row.name, row.length) || list[i].name[row.length] || !ours(output, &row, master))
				continue;
			own = private_of(memory, row.pid);
			told += own >= 0;
			sum += own >= 0 ? own : 0;
		}
		/* Of many processes some may have ended meanwhile: the others speak for them. */
		if (told > 0)
			list[i].own = sum / told * list[i].count;
	}
	facts->processes = list;
}

static int64_t meminfo_of(const char *meminfo, const char *name)
{
	const char *at = strstr(meminfo, name);

	return at ? strtoll(at + strlen(name), NULL, 10) * 1024 : -1;
}

void facts_take_memory(struct setting_facts *facts, const char *meminfo)
{
	facts->memory = meminfo_of(meminfo, "MemTotal:");
	facts->memory_free = meminfo_of(meminfo, "MemAvailable:");
}

/* --- how many there may be ----------------------------------------------------------------------------- */

/* Services of master.cf that this program runs for, with no number of their own; *fixed: processes of those with one. */
static unsigned services_of(const struct settings_state *state, const char *program, unsigned *fixed)
{
	const char *at = text_get(&state->master_cf);
	unsigned open = 0;

	*fixed = 0;
	while (*at) {
		char fields[8][64] = { "" }, copy[400] = "";
		const char *line = at;
		size_t length = strcspn(line, "\n");

		at += length + (line[length] == '\n');
		if (length == 0 || *line == '#' || *line == ' ' || *line == '\t' || length >= sizeof(copy))
			continue;
		memcpy(copy, line, length);
		if (sscanf(copy, "%63s %63s %63s %63s %63s %63s %63s %63s", fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6], fields[7]) != 8 ||
		    strcmp(fields[7], program))
			continue;
		if (!strcmp(fields[6], "-"))
			open++;
		else
			*fixed += (unsigned)strtoul(fields[6], NULL, 10);
	}
	return open;
}

static int64_t each_of(const struct fact_process *process)
{
	return (process->own >= 0 ? process->own : process->resident) / (process->count ? process->count : 1);
}

static const char *size(struct setting_lines *lines, int64_t bytes)
{
	return text_from_size(lines->arena, bytes);
}

static void each_line(struct setting_lines *lines, const struct fact_process *process, unsigned services, int64_t limit, int64_t more)
{
	line_add(lines, SETTING_NOTE, "", "%s: %s now, %s each; up to %s%s, %s more", process->name, text_from_count(lines->arena, process->count),
		size(lines, each_of(process)), text_from_count(lines->arena, limit),
		services > 1 ? arena_format(lines->arena, " for each of %u services", services) : "", size(lines, more));
}

static bool measured(const struct setting_facts *facts, const char *program)
{
	for (size_t i = 0; i < facts->process_count; i++)
		if (!strcmp(facts->processes[i].name, program))
			return true;
	return false;
}

/* Those that carry mail and of which none runs now: their memory is not known. */
static const char *idle(struct setting_lines *lines, const struct settings_state *state, const struct setting_facts *facts)
{
	static const char *const programs[] = { "smtpd", "smtp", "cleanup", "lmtp", "local", "virtual", "trivial-rewrite", "bounce" };
	struct text words = { 0 };
	const char *copy;
	unsigned fixed;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (!measured(facts, programs[i]) && services_of(state, programs[i], &fixed) > 0)
			text_addf(&words, "%s%s", words.length ? ", " : "", programs[i]);
	copy = arena_text(lines->arena, text_get(&words));
	text_free(&words);
	return copy;
}

static void together(struct setting_lines *lines, struct setting_line *line, const struct setting_facts *facts, int64_t limit, int64_t more, const char *missing)
{
	const char *without = *missing ? arena_format(lines->arena, "; none of %s runs now, so theirs is not in it", missing) : "";
	const char *all = arena_format(lines->arena, "All at %s need %s more", text_from_count(lines->arena, limit), size(lines, more));

	if (more == 0 && *missing)
		line->text = arena_format(lines->arena, "What all at %s need is not known, since none of %s runs now; look while mail flows",
			text_from_count(lines->arena, limit), missing);
	else if (facts->memory_free < 0)
		line->text = arena_format(lines->arena, "%s; how much memory is free is not known%s", all, without);
	else if (more > facts->memory_free)
		line->text = arena_format(lines->arena, "%s, and %s of %s are free now: too much%s", all, size(lines, facts->memory_free), size(lines, facts->memory), without);
	else
		line->text = arena_format(lines->arena, "%s; %s of %s are free now%s", all, size(lines, facts->memory_free), size(lines, facts->memory), without);
	if (facts->memory_free >= 0 && more > facts->memory_free)
		line->weight = SETTING_WARNING;
}

void lines_processes(struct setting_lines *lines, const struct settings_state *state, const char *value, const struct setting_facts *facts)
{
	int64_t limit = 0, more = 0, now = 0;
	unsigned count = 0;
	bool own = true;
	size_t head;

	if (!facts || !(facts->known & FACT(FACT_PROCESSES))) {
		if (facts && facts->why[FACT_PROCESSES])
			line_add(lines, SETTING_NOTE, "processes", "not known: %s", facts->why[FACT_PROCESSES]);
		return;
	}
	if (!value || !setting_number(setting_find("process-limit", NULL), value, &limit) || limit < 1)
		return;
	for (size_t i = 0; i < facts->process_count; i++) {
		count += facts->processes[i].count;
		now += each_of(&facts->processes[i]) * facts->processes[i].count;
		own = own && facts->processes[i].own >= 0;
	}
	line_add(lines, SETTING_NOTE, "processes", "%u processes of Postfix run and have %s%s", count, size(lines, now),
		own ? " of their own, without what they share" : "; what they share is counted in each, so it is less in truth");
	/* The sum first, since there may be room for no more; its place is taken before it is known. */
	head = lines->count;
	line_add(lines, SETTING_NOTE, "at limit", "%s", "");
	for (size_t i = 0; i < facts->process_count; i++) {
		const struct fact_process *process = &facts->processes[i];
		unsigned fixed, services = state && state->master_read ? services_of(state, process->name, &fixed) : 1;
		int64_t room = (int64_t)services * limit - process->count, need = room > 0 ? room * each_of(process) : 0;

		/* What has a number of its own in master.cf does not grow with this one. */
		if (services == 0)
			continue;
		each_line(lines, process, services, limit, need);
		more += need;
	}
	together(lines, &lines->lines[head], facts, limit, more, state && state->master_read ? idle(lines, state, facts) : "");
}
