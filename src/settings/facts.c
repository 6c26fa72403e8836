/*
 * facts: what sizes, mailboxes, groups, addresses and domains mean for a
 * setting, and which part speaks of which setting; see facts.h.
 *
 * The longer parts have files of their own (facts_processes.c, facts_helo.c,
 * facts_dovecot.c).  Pure; any thread.
 */
#include "settings/backend_private.h"

#include <stdarg.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"

struct setting_facts setting_facts_none(void)
{
	return (struct setting_facts){ .archive_exists = -1, .memory = -1, .memory_free = -1 };
}

/* --- a copy ------------------------------------------------------------------------------------------ */

static const char *const *copy_words(struct arena *arena, const char *const *words)
{
	const char **copy;
	size_t count = 0;

	while (words && words[count])
		count++;
	copy = words ? arena_alloc(arena, (count + 1) * sizeof(*copy)) : NULL;
	for (size_t i = 0; i < count; i++)
		copy[i] = arena_text(arena, words[i]);
	return copy;
}

struct setting_facts *setting_facts_copy(struct arena *arena, const struct setting_facts *facts)
{
	struct setting_facts *copy = arena_alloc(arena, sizeof(*copy));
	struct fact_process *processes = arena_alloc(arena, (facts->process_count + 1) * sizeof(*processes));
	struct fact_helo *helos = arena_alloc(arena, (facts->helo_count + 1) * sizeof(*helos));
	struct fact_log_file *files = arena_alloc(arena, (facts->log_file_count + 1) * sizeof(*files));

	*copy = *facts;
	for (size_t i = 0; i < SETTING_FACTS; i++)
		copy->why[i] = arena_text(arena, facts->why[i]);
	copy->largest_name = arena_text(arena, facts->largest_name);
	copy->archive_address = arena_text(arena, facts->archive_address);
	copy->archive_holder = arena_text(arena, facts->archive_holder);
	copy->log_begins = arena_text(arena, facts->log_begins);
	copy->cache_from = arena_text(arena, facts->cache_from);
	copy->domains = copy_words(arena, facts->domains);
	copy->answered = copy_words(arena, facts->answered);
	copy->logins = copy_words(arena, facts->logins);
	for (size_t i = 0; i < facts->process_count; i++) {
		processes[i] = facts->processes[i];
		processes[i].name = arena_text(arena, processes[i].name);
	}
	for (size_t i = 0; i < facts->helo_count; i++) {
		helos[i] = facts->helos[i];
		helos[i].name = arena_text(arena, helos[i].name);
		helos[i].address = arena_text(arena, helos[i].address);
		helos[i].client = arena_text(arena, helos[i].client);
	}
	for (size_t i = 0; i < facts->log_file_count; i++)
		files[i] = (struct fact_log_file){ arena_text(arena, facts->log_files[i].level), arena_text(arena, facts->log_files[i].path) };
	copy->processes = processes;
	copy->helos = helos;
	copy->log_files = files;
	return copy;
}

/* --- lines ------------------------------------------------------------------------------------------- */

void line_add(struct setting_lines *lines, enum setting_weight weight, const char *label, const char *format, ...)
{
	va_list arguments;

	lines->lines = arena_grow(lines->arena, lines->lines, &lines->capacity, lines->count + 1, sizeof(*lines->lines));
	va_start(arguments, format);
	lines->lines[lines->count++] = (struct setting_line){ weight, label, arena_vformat(lines->arena, format, arguments) };
	va_end(arguments);
}

/* What counts on this server; NULL: unset, not known, or not there. */
static const char *counts(struct setting_lines *lines, const struct settings_state *state, const char *name)
{
	struct setting_value value = { 0 };

	if (state)
		value = settings_value(lines->arena, state, setting_find(name, NULL), NULL);
	return !value.known ? NULL : value.value ? value.value : value.fallback;
}

static bool number(struct setting_lines *lines, const struct settings_state *state, const char *name, int64_t *size)
{
	const char *value = counts(lines, state, name);

	return value && setting_number(setting_find(name, NULL), value, size);
}

/* --- sizes that belong together ---------------------------------------------------------------------------- */

static void against_message(struct setting_lines *lines, const struct settings_state *state, const char *name, const char *label, int64_t message)
{
	int64_t limit;

	if (!number(lines, state, name, &limit))
		return;
	if (limit == 0)
		line_add(lines, SETTING_NOTE, label, "%s has no limit", name);
	else if (message == 0 || limit < message)
		line_add(lines, SETTING_WARNING, label, "%s is %s: below the largest message, so Postfix stops delivering there", name, text_from_size(lines->arena, limit));
	else
		line_add(lines, SETTING_NOTE, label, "%s is %s and must not be below it", name, text_from_size(lines->arena, limit));
}

static void webmail(struct setting_lines *lines, const struct settings_state *state, int64_t message)
{
	int64_t file, post;
	bool has_file = number(lines, state, "webmail-file-size", &file), has_post = number(lines, state, "webmail-post-size", &post);

	if (has_file)
		line_add(lines, message > 0 && file < message / 78 * 57 ? SETTING_WARNING : SETTING_NOTE, "webmail", "One attachment may have %s there (webmail-file-size)%s",
			text_from_size(lines->arena, file), message > 0 && file < message / 78 * 57 ? ", less than the mail server takes" : "");
	if (has_post)
		line_add(lines, message > 0 && post < message ? SETTING_WARNING : SETTING_NOTE, has_file ? "" : "webmail", "All that is sent at once %s (webmail-post-size)%s",
			text_from_size(lines->arena, post), message > 0 && post < message ? ", less than the mail server takes" : "");
}

void lines_sizes(struct setting_lines *lines, const struct settings_state *state, const struct setting *setting, const char *value)
{
	int64_t message = 0;
	bool known = !strcmp(setting->name, "message-size") ? value && setting_number(setting, value, &message) : number(lines, state, "message-size", &message);

	if (!known)
		return;
	if (message == 0)
		line_add(lines, SETTING_WARNING, "attachment", "Any size is taken: one message may fill the disk");
	else
		/* base64 makes 78 bytes with their line end of 57. */
		line_add(lines, SETTING_NOTE, "attachment", "A message of %s holds about %s: sending makes it larger by a third (base64)", text_from_size(lines->arena, message),
			text_from_size(lines->arena, message / 78 * 57));
	against_message(lines, state, "mailbox-file-size", "mailboxes", message);
	against_message(lines, state, "virtual-mailbox-size", "", message);
	webmail(lines, state, message);
}

/* --- what becomes of mailboxes ------------------------------------------------------------------------------ */

static const struct outcome { const char *rename, *gone, *says; bool loses; } outcomes[] = {
	{ "yes", "no", "the mail moves to a changed address. Of a deleted person it stays on the disk", false },
	{ "yes", "yes", "the mail moves to a changed address. Of a deleted person it is deleted", true },
	{ "no", "no", "a changed address begins with an empty mailbox; the old mail stays on the disk, out of reach until somebody gets the old address, who "
		"then reads it. Of a deleted person it stays too", true },
	{ "no", "yes", "a changed address begins with an empty mailbox, and the old mail is deleted. Of a deleted person it is deleted too", true },
};
enum { OUTCOMES = sizeof(outcomes) / sizeof(outcomes[0]) };

static bool is_outcome(const struct outcome *outcome, const char *rename, const char *gone)
{
	return rename && gone && !strcmp(rename, outcome->rename) && !strcmp(gone, outcome->gone);
}

void lines_outcome(struct setting_lines *lines, const char *rename, const char *gone)
{
	for (size_t i = 0; i < OUTCOMES; i++)
		if (is_outcome(&outcomes[i], rename, gone))
			line_add(lines, outcomes[i].loses ? SETTING_WARNING : SETTING_NOTE, "outcome", "With rename %s and delete %s %s", rename, gone, outcomes[i].says);
}

void lines_outcomes(struct setting_lines *lines, const struct settings_state *state, const struct setting *setting, const char *value)
{
	bool of_rename = !strcmp(setting->name, "mailbox-rename");
	const char *rename = of_rename && value ? value : counts(lines, state, "mailbox-rename");
	const char *gone = !of_rename && value ? value : counts(lines, state, "mailbox-delete");

	if (!rename || !gone)
		return;
	for (size_t i = 0; i < OUTCOMES; i++) {
		bool here = is_outcome(&outcomes[i], rename, gone);

		line_add(lines, here && outcomes[i].loses ? SETTING_WARNING : SETTING_NOTE, i ? "" : "outcomes", "%srename %s, delete %s: %s", here ? "NOW " : "",
			outcomes[i].rename, outcomes[i].gone, outcomes[i].says);
	}
}

/* --- the directory ---------------------------------------------------------------------------------------- */

static bool known(const struct setting_facts *facts, enum setting_fact fact)
{
	return facts && facts->known & FACT(fact);
}

static void unknown(struct setting_lines *lines, const struct setting_facts *facts, enum setting_fact fact, const char *label)
{
	if (facts && facts->why[fact])
		line_add(lines, SETTING_NOTE, label, "not known: %s", facts->why[fact]);
}

void lines_largest(struct setting_lines *lines, const char *value, const struct setting_facts *facts)
{
	const struct setting *setting = setting_find("alias-expansion-limit", NULL);
	int64_t limit;

	if (!known(facts, FACT_LARGEST)) {
		unknown(lines, facts, FACT_LARGEST, "largest");
		return;
	}
	if (!facts->largest_name) {
		line_add(lines, SETTING_NOTE, "largest", "No group and no list has an address.");
		return;
	}
	if (!value || !setting_number(setting, value, &limit))
		limit = INT64_MAX;
	if (facts->largest_group > limit)
		line_add(lines, SETTING_WARNING, "largest", "%s becomes up to %s recipients today, above the limit of %s: mail to it is not delivered", facts->largest_name,
			text_from_count(lines->arena, facts->largest_group), text_from_count(lines->arena, limit));
	else if (limit != INT64_MAX && facts->largest_group * 10 > limit * 9)
		line_add(lines, SETTING_WARNING, "largest", "%s becomes up to %s recipients today; a tenth more and mail to it is not delivered", facts->largest_name,
			text_from_count(lines->arena, facts->largest_group));
	else
		line_add(lines, SETTING_NOTE, "largest", "The largest group or list today is %s with up to %s recipients, nested ones counted", facts->largest_name,
			text_from_count(lines->arena, facts->largest_group));
}

void lines_archive(struct setting_lines *lines, const char *value, const struct setting_facts *facts)
{
	if (!value || !*value)
		return;
	if (!known(facts, FACT_ARCHIVE) || facts->archive_exists < 0 || !facts->archive_address || strcmp(facts->archive_address, value))
		line_add(lines, SETTING_WARNING, "address", "Whether %s exists is not known%s%s; if it does not, every mail makes a bounce", value,
			facts && facts->why[FACT_ARCHIVE] ? ": " : "", facts && facts->why[FACT_ARCHIVE] ? facts->why[FACT_ARCHIVE] : "");
	else if (facts->archive_exists == 0)
		line_add(lines, SETTING_WARNING, "address", "%s does not exist in the directory, so every mail makes a bounce; make its mailbox first", value);
	else
		line_add(lines, SETTING_NOTE, "address", "%s exists: %s", value, facts->archive_holder ? facts->archive_holder : "somebody has it");
}

/* --- domains ---------------------------------------------------------------------------------------------- */

static bool has(const char *const *words, const char *word)
{
	for (; words && *words; words++)
		if (!strcasecmp(*words, word))
			return true;
	return false;
}

/* Words of a list of domains: names in lower case; what is a table or a pattern is told apart. */
struct domain_words { const char **names; size_t count, capacity; const char **tables; size_t table_count, table_capacity; };

static void take_words(struct arena *arena, struct domain_words *words, const char *list)
{
	for (const char *at = list ? list : ""; *(at += strspn(at, ", \t\n")); at += strcspn(at, ", \t\n")) {
		size_t length = strcspn(at, ", \t\n");
		const char *word = arena_bytes(arena, at, length);

		if (*word == '$' || *word == '!')
			continue;
		if (strchr(word, ':') || *word == '/') {
			words->tables = arena_grow(arena, words->tables, &words->table_capacity, words->table_count + 1, sizeof(*words->tables));
			words->tables[words->table_count++] = word;
			continue;
		}
		words->names = arena_grow(arena, words->names, &words->capacity, words->count + 2, sizeof(*words->names));
		words->names[words->count++] = text_lower_ascii(arena, word, length);
		words->names[words->count] = NULL;
	}
}

static const char *parameter(const struct settings_state *state, const char *name)
{
	const char *value = state->postfix_set ? lookup_get(state->postfix_set, name) : NULL;

	return value || !state->postfix_default ? value : lookup_get(state->postfix_default, name);
}

/* At most eight by name, joined; the rest as a number. Arena. */
static const char *named(struct arena *arena, const char *const *list, size_t count)
{
	struct text words = { 0 };
	const char *copy;

	for (size_t i = 0; i < count && i < 8; i++)
		text_addf(&words, "%s%s", i ? ", " : "", list[i]);
	if (count > 8)
		text_addf(&words, " and %zu more", count - 8);
	copy = arena_text(arena, text_get(&words));
	text_free(&words);
	return copy;
}

static void missing_here(struct setting_lines *lines, const struct settings_state *state, const struct setting_facts *facts, const struct domain_words *words)
{
	const char **missing = NULL;
	size_t count = 0, capacity = 0, total = 0;

	for (const char *const *domain = facts->domains; *domain; domain++, total++)
		if (!has(words->names, *domain) && !has(facts->answered, *domain)) {
			missing = arena_grow(lines->arena, missing, &capacity, count + 1, sizeof(*missing));
			missing[count++] = *domain;
		}
	if (count == 0)
		line_add(lines, SETTING_NOTE, "directory", "All %zu mail domains of the directory are taken by %s", total, settings_state_server(state));
	else if (words->table_count > 0 && !facts->answered)
		line_add(lines, SETTING_NOTE, "directory", "Not named here, and whether a table has them is not known: %s", named(lines->arena, missing, count));
	else
		line_add(lines, SETTING_WARNING, "directory", "Not taken by %s although they are mail domains of the directory: %s", settings_state_server(state),
			named(lines->arena, missing, count));
}

void lines_domains(struct setting_lines *lines, const struct settings_state *state, const struct setting_facts *facts)
{
	static const char *const parameters[] = { "virtual_mailbox_domains", "virtual_alias_domains" };
	struct domain_words words = { 0 }, relayed = { 0 };
	const char **more = NULL, *hosted = state ? counts(lines, state, "hosted-domains") : NULL;
	size_t count = 0, capacity = 0;

	if (!known(facts, FACT_DOMAINS)) {
		unknown(lines, facts, FACT_DOMAINS, "directory");
		return;
	}
	if (!state || (!state->postfix_set && !hosted)) {
		line_add(lines, SETTING_NOTE, "directory", "It has %s; what this server takes could not be asked", named(lines->arena, facts->domains, 0));
		return;
	}
	for (size_t i = 0; state->postfix_set && i < sizeof(parameters) / sizeof(parameters[0]); i++)
		take_words(lines->arena, &words, parameter(state, parameters[i]));
	take_words(lines->arena, &words, hosted);
	take_words(lines->arena, &relayed, state->postfix_set ? parameter(state, "relay_domains") : NULL);
	missing_here(lines, state, facts, &words);
	for (size_t i = 0; i < words.count; i++)
		if (!has(facts->domains, words.names[i])) {
			more = arena_grow(lines->arena, more, &capacity, count + 1, sizeof(*more));
			more[count++] = words.names[i];
		}
	if (count > 0)
		line_add(lines, SETTING_WARNING, "only here", "Taken by %s, and no mail domains of the directory: %s", settings_state_server(state), named(lines->arena, more, count));
	for (size_t i = 0; i < relayed.count; i++)
		if (has(facts->domains, relayed.names[i]))
			line_add(lines, SETTING_WARNING, "both", "%s is relayed here (relay-domains) and a mail domain of the directory: its mail does not reach mailboxes here",
				relayed.names[i]);
	if (words.table_count > 0)
		line_add(lines, SETTING_NOTE, "tables", "%s%s", named(lines->arena, words.tables, words.table_count),
			facts->answered ? ", asked for each mail domain of the directory" : "; which domains they have beyond the directory cannot be seen");
}

/* --- which part speaks of which setting ------------------------------------------------------------------------ */

struct setting_lines fact_lines(struct arena *arena, const struct settings_state *state, const struct setting *setting, const char *value,
		const struct setting_facts *facts)
{
	struct setting_lines lines = { .arena = arena };

	if (setting->facts & FACT(FACT_LARGEST))
		lines_largest(&lines, value, facts);
	if (setting->facts & FACT(FACT_ARCHIVE))
		lines_archive(&lines, value, facts);
	if (setting->facts & FACT(FACT_DOMAINS))
		lines_domains(&lines, state, facts);
	if (setting->facts & FACT(FACT_PROCESSES))
		lines_processes(&lines, state, value, facts);
	if (setting->facts & FACT(FACT_HELO))
		lines_helo(&lines, state, value, facts);
	if (setting->facts & FACT(FACT_CACHE))
		lines_cache(&lines, state, facts);
	if (setting->facts & FACT(FACT_LOG))
		lines_log(&lines, facts);
	return lines;
}

struct setting_lines settings_lines(struct arena *arena, const struct settings_state *state, const struct setting *setting, const char *value,
		const struct setting_facts *facts)
{
	static const char *const sizes[] = { "message-size", "mailbox-file-size", "virtual-mailbox-size", "webmail-file-size", "webmail-post-size" };
	struct setting_lines lines;

	if (!value && state && !(setting->flags & SETTING_FAMILY)) {
		struct setting_value now = settings_value(arena, state, setting, NULL);

		value = !now.known ? NULL : now.value ? now.value : now.fallback;
	}
	lines = fact_lines(arena, state, setting, value, facts);
	for (size_t i = 0; state && i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (!strcmp(sizes[i], setting->name))
			lines_sizes(&lines, state, setting, value);
	if (state && (!strcmp(setting->name, "mailbox-rename") || !strcmp(setting->name, "mailbox-delete")))
		lines_outcomes(&lines, state, setting, value);
	return lines;
}
