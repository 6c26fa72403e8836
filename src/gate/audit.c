/*
 * audit: what was changed, told to the system's log and as one JSON line to a
 * datagram socket outside of us.
 *
 * How a line travels is audit_send.c's.  A line holds ASCII only, \u escapes,
 * dots for secrets, and the hash of our journal's last record, so that an end
 * that was cut off there shows.  What could not be told at once is said once in
 * a session and loses no change, unless the configuration wants the audit: then
 * nothing is begun while nobody listens or lines of before wait.  Gate's thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "gate/gate_private.h"

/* What rsyslog takes as one message is 8 KiB; the rest of a line is below a quarter of that. */
enum { LINES_MOST = 4000, WORDS_MOST = 500 };

/* --- the line --------------------------------------------------------------------------------- */

/* At most so many bytes, whole characters. */
static void put_part(struct json *record, const char *key, const char *words, size_t most)
{
	struct arena *arena = arena_new();
	size_t length = strlen(words);

	if (length > most)
		for (length = most; length > 0 && ((unsigned char)words[length] & 0xc0) == 0x80; length--)
			;
	json_put_text(record, key, arena_bytes(arena, words, length));
	arena_free(arena);
}

static void put_words(struct json *record, const char *key, const char *words)
{
	if (words && *words)
		put_part(record, key, words, WORDS_MOST);
}

/* The kernel's word for who logged in, which no change of user alters; -1: it knows none. */
static int64_t login_uid(void)
{
	FILE *file = fopen("/proc/self/loginuid", "re");
	unsigned long id = 0;
	bool read = file && fscanf(file, "%lu", &id) == 1;

	if (file)
		fclose(file);
	return read && id != 4294967295ul ? (int64_t)id : -1;
}

static struct json *line_new(const struct gate *gate, const char *id, const char *result)
{
	struct json *record = json_object_new();
	const char *peer = getenv("SSH_CONNECTION");
	char host[256] = "", time[40];
	int64_t now = clock_now_ms();
	struct arena *arena = arena_new();

	gethostname(host, sizeof(host) - 1);
	snprintf(time, sizeof(time), "%.19s.%03dZ", text_from_time(arena, now / 1000), (int)(now % 1000));
	json_put_text(record, "audit", "change");
	json_put_text(record, "id", id);
	json_put_text(record, "result", result);
	json_put_text(record, "time", time);
	json_put_number(record, "monotonic_ms", clock_monotonic_ms());
	json_put_text(record, "who", gate->settings.identity);
	json_put_number(record, "uid", (int64_t)getuid());
	json_put_number(record, "login_uid", login_uid());
	put_words(record, "peer", peer);
	json_put_text(record, "host", host);
	json_put_text(record, "system", gate->settings.system);
	json_put_text(record, "role", role_word(gate->settings.role));
	if (gate->journal)
		json_put_text(record, "journal", journal_head(gate->journal));
	if (audit_lost(gate->audit) > 0)
		json_put_number(record, "lost", (int64_t)audit_lost(gate->audit));
	arena_free(arena);
	return record;
}

/* Each operation with its attribute lines, dots where secrets are. */
static void put_operations(struct json *record, const struct review *review)
{
	struct json *list = json_array_new();
	struct arena *arena = arena_new();
	size_t used = 0, i;

	for (i = 0; i < review->plan.count && used < LINES_MOST; i++) {
		const struct operation *operation = &review->plan.operations[i];
		const char *lines = operation_lines(arena, operation);
		struct json *one = json_object_new();

		put_words(one, "place", operation->place);
		put_words(one, "target", operation->id);
		put_part(one, "lines", lines, LINES_MOST - used);
		used += strlen(lines) + 100;
		json_add(list, one);
	}
	json_put(record, "operations", list);
	if (used > LINES_MOST || i < review->plan.count)
		json_put_flag(record, "cut", true);
	arena_free(arena);
}

/* --- telling ---------------------------------------------------------------------------------------- */

static void tell(struct gate *gate, const char *id, struct json *takes)
{
	struct error error = { 0 };
	char *line = json_print(takes, false);

	json_free(takes);
	if (!audit_send(gate->audit, id, line, &error)) {
		log_line(LOG_LEVEL_WARNING, "audit of change %s was not told yet: %s", id, error.text);
		if (gate->audit_trouble.kind == ERROR_NONE)
			gate->audit_trouble = error;
	}
	free(line);
}

bool audit_ready(struct gate *gate, struct error *error)
{
	return gate_audit_listens(gate, error) && audit_deliver(gate->audit, AUDIT_MOMENT_MS, error);
}

const char *audit_trouble(struct gate *gate)
{
	if (gate->audit_trouble.kind == ERROR_NONE || gate->audit_told)
		return NULL;
	gate->audit_told = true;
	return gate->audit_trouble.text;
}

/* --- what happened ------------------------------------------------------------------------------------ */

static void to_log(const struct gate *gate, const char *id, const struct review *review, const char *sentence, const char *result)
{
	struct arena *arena = arena_new();
	struct text lines = { 0 };
	size_t i;

	for (i = 0; i < review->plan.count; i++) {
		const struct operation *operation = &review->plan.operations[i];

		text_addf(&lines, "%s%s [%s]: %s", i > 0 ? "; " : "", operation->place, operation->id ? operation->id : "",
			operation_lines(arena, operation));
	}
	log_line(LOG_LEVEL_INFO, "change %s by %s on %s: %s %s %s: %s: %s (%s)", id, gate->settings.identity,
		gate->settings.system, verb_word(review->change->verb), review->change->kind->name, review->change->name,
		result, sentence, text_get(&lines));
	text_free(&lines);
	arena_free(arena);
}

void audit(struct gate *gate, const char *id, const struct review *review, const char *sentence, const char *result)
{
	const struct change *change = review->change;
	struct json *record;

	to_log(gate, id, review, sentence, result);
	if (!gate->settings.audit_socket)
		return;
	record = line_new(gate, id, result);
	json_put_text(record, "verb", verb_word(change->verb));
	json_put_text(record, "kind", change->kind->name);
	put_words(record, "name", review->facts.now ? review->facts.now->name : change->name);
	put_words(record, "target", review->facts.now && review->facts.now->id ? review->facts.now->id : change->id);
	put_words(record, "sentence", sentence);
	put_words(record, "reason", change->reason);
	put_words(record, "undo_of", change->undo_of);
	put_operations(record, review);
	tell(gate, id, record);
}

void audit_seen(struct gate *gate, const char *id, const char *kind, const char *name, const char *result)
{
	struct json *record;

	log_line(LOG_LEVEL_INFO, "change %s by %s on %s: %s %s: %s", id, gate->settings.identity, gate->settings.system, kind, name, result);
	if (!gate->settings.audit_socket)
		return;
	record = line_new(gate, id, result);
	json_put_text(record, "kind", kind);
	put_words(record, "name", name);
	tell(gate, id, record);
}
