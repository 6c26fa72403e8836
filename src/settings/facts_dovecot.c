/*
 * facts_dovecot: how often the cache of logins helped, and where the lines of
 * Dovecot arrive.
 *
 * Dovecot tells hits and misses to its statistics, where a metric of the event
 * auth_passdb_request_finished is grouped by "cache", and writes them to its log
 * when the process dovecot/auth gets the signal USR2 (and counts anew then).
 * Seen with 2.3.19.  Pure; any thread.
 */
#include "settings/backend_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* --- statistics ---------------------------------------------------------------------------------------- */

/* "NAME<tab>field<tab>COUNT<tab>..." rows of this name: the count; false: there is none. */
static bool count_of(const char *output, const char *name, uint64_t *count)
{
	size_t length = strlen(name);

	for (const char *line = output; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *field = line + length;

		if (strncmp(line, name, length) || *field != '\t')
			continue;
		field += 1 + strcspn(field + 1, "\t\n");
		if (*field != '\t')
			continue;
		*count = strtoull(field + 1, NULL, 10);
		return true;
	}
	return false;
}

bool facts_take_metrics(struct arena *arena, struct setting_facts *facts, const char *output)
{
	static const char *const ends[] = { "_hit\t", "_miss\t" };
	const char *best = NULL;

	for (size_t end = 0; end < 2; end++)
		for (const char *at = strstr(output, ends[end]); at; at = strstr(at + 1, ends[end])) {
			const char *line = at;
			char *name;

			while (line > output && line[-1] != '\n')
				line--;
			name = arena_bytes(arena, line, (size_t)(at - line));
			/* The one about passwords, where there are several. */
			if (!strchr(name, '\t') && (!best || (strstr(name, "passdb") && !strstr(best, "passdb"))))
				best = name;
		}
	if (!best)
		return false;
	facts->hits = facts->misses = 0;
	count_of(output, arena_format(arena, "%s_hit", best), &facts->hits);
	count_of(output, arena_format(arena, "%s_miss", best), &facts->misses);
	facts->cache_from = arena_format(arena, "metric %s, since Dovecot's statistics began", best);
	facts->known |= FACT(FACT_CACHE);
	return true;
}

/* --- log ----------------------------------------------------------------------------------------------------- */

bool facts_take_cache_log(struct arena *arena, struct setting_facts *facts, const char *log, size_t length)
{
	static const char words[] = "Authentication cache hits ";
	const char *last = NULL, *line;
	unsigned long long hits, all;

	for (const char *at = log; (at = memmem(at, (size_t)(log + length - at), words, sizeof(words) - 1)); at += sizeof(words) - 1)
		last = at;
	if (!last || sscanf(last + sizeof(words) - 1, "%llu/%llu", &hits, &all) != 2 || hits > all)
		return false;
	for (line = last; line > log && line[-1] != '\n';)
		line--;
	facts->hits = hits;
	facts->misses = all - hits;
	facts->cache_from = arena_format(arena, "the log, %.*s", *line >= '0' && *line <= '9' ? (int)strcspn(line, " ") : 15, line);
	facts->known |= FACT(FACT_CACHE);
	return true;
}

void lines_cache(struct setting_lines *lines, const struct settings_state *state, const struct setting_facts *facts)
{
	const char *size;
	struct setting_value value = { 0 };
	int64_t bytes = -1;

	if (state)
		value = settings_value(lines->arena, state, setting_find("login-cache-size", NULL), NULL);
	size = value.known ? value.value ? value.value : value.fallback : NULL;
	if (size && setting_number(setting_find("login-cache-size", NULL), size, &bytes) && bytes == 0) {
		line_add(lines, SETTING_NOTE, "hit rate", "None: the cache is off (login-cache-size 0)");
		return;
	}
	if (!facts || !(facts->known & FACT(FACT_CACHE))) {
		if (facts && facts->why[FACT_CACHE])
			line_add(lines, SETTING_NOTE, "hit rate", "not known: %s", facts->why[FACT_CACHE]);
		return;
	}
	if (facts->hits + facts->misses == 0)
		line_add(lines, SETTING_NOTE, "hit rate", "No login was counted yet (%s)", facts->cache_from);
	else
		line_add(lines, SETTING_NOTE, "hit rate", "%.0f %%: %s of %s logins came out of the cache (%s)", 100.0 * (double)facts->hits / (double)(facts->hits + facts->misses),
			text_from_count(lines->arena, (int64_t)facts->hits), text_from_count(lines->arena, (int64_t)(facts->hits + facts->misses)), facts->cache_from);
}

/* --- where lines arrive ------------------------------------------------------------------------------------------ */

/* "Info: /var/log/mail.log", "Debug: Not found" */
void facts_take_log_files(struct arena *arena, struct setting_facts *facts, const char *output)
{
	struct fact_log_file *list = NULL;
	size_t count = 0, capacity = 0;

	for (const char *line = output; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n"), word = strcspn(line, ": \n");

		if (word == 0 || word > 10 || line[word] != ':' || length < word + 3)
			continue;
		list = arena_grow(arena, list, &capacity, count + 1, sizeof(*list));
		list[count++] = (struct fact_log_file){ arena_bytes(arena, line, word), line[word + 2] == '/' ? arena_bytes(arena, line + word + 2, length - word - 2) : NULL };
	}
	facts->log_files = list;
	facts->log_file_count = count;
	if (count > 0)
		facts->known |= FACT(FACT_LOG);
}

void lines_log(struct setting_lines *lines, const struct setting_facts *facts)
{
	if (!facts || !(facts->known & FACT(FACT_LOG))) {
		if (facts && facts->why[FACT_LOG])
			line_add(lines, SETTING_NOTE, "arrives in", "not known: %s", facts->why[FACT_LOG]);
		return;
	}
	for (size_t i = 0; i < facts->log_file_count;) {
		const char *path = facts->log_files[i].path, *label = i ? "" : "arrives in";
		struct text levels = { 0 };

		for (; i < facts->log_file_count; i++) {
			const char *other = facts->log_files[i].path;

			if ((path == NULL) != (other == NULL) || (path && strcmp(path, other)))
				break;
			text_addf(&levels, "%s%s", levels.length ? ", " : "", facts->log_files[i].level);
		}
		if (path)
			line_add(lines, SETTING_NOTE, label, "%s: %s", path, text_get(&levels));
		else
			line_add(lines, SETTING_WARNING, label, "no file that Dovecot found: %s", text_get(&levels));
		text_free(&levels);
	}
}
