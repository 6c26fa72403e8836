/*
 * store_sessions: ending the connections of one person.
 *
 * doveadm's exit status says little: it waits for nothing, and it refuses in
 * words only where a process serves others too (dovecot 5.2).  So who is asked
 * before and until the processes seen then are gone; a program that connected
 * again is told apart by its process.  Gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "live/store_private.h"
#include "live/table_reader.h"

enum { SEEN_MOST = 4096, LOOKS = 12, LOOK_MS = 250 };

/* Connections of the one person, by process. */
struct seen {
	const char *user;
	size_t user_length;
	const char *address;
	uint64_t pids[SEEN_MOST];
	size_t count;
};

static bool take_row(void *context, const struct table_cell *cells)
{
	struct seen *seen = context;
	uint64_t pid;

	if (!table_reader_number(&cells[1], UINT32_MAX, &pid))
		return false;
	if (cells[0].length != seen->user_length || strncasecmp(cells[0].text, seen->user, seen->user_length) != 0)
		return true;
	if (*seen->address && (!cells[2].text || strcmp(cells[2].text, seen->address) != 0))
		return true;
	if (seen->count < SEEN_MOST)
		seen->pids[seen->count++] = pid;
	return true;
}

static void take_bytes(void *context, enum host_form form, const char *bytes, size_t length)
{
	table_reader_take(context, form, bytes, length);
}

static bool look_at_who(struct live_store *self, size_t host, struct seen *seen, struct arena *arena, struct error *error)
{
	static const struct table_column columns[] = {
		{ "username", NULL, false, false }, { "pid", NULL, false, false }, { "ip", NULL, true, false },
	};
	struct table_reader *reader = table_reader_new(columns, 3, take_row, seen);
	struct host_request request = { .command = "who", .piece = take_bytes, .context = reader };
	const struct host_answer *answer;
	bool fine;

	seen->count = 0;
	answer = live_store_run(self, host, &request, arena);
	if (answer->error.kind != ERROR_NONE)
		*error = answer->error;
	fine = answer->error.kind == ERROR_NONE && host_answer_good(&self->apart.settings[host], "who", answer, error) &&
		table_reader_end(reader, error);
	table_reader_free(reader);
	return fine;
}

/* How many of the processes seen before are there still, and how many are new. */
static size_t still_there(const struct seen *before, const struct seen *now, size_t *fresh)
{
	size_t left = 0;

	for (size_t i = 0; i < now->count; i++) {
		bool old = false;

		for (size_t j = 0; j < before->count && !old; j++)
			old = before->pids[j] == now->pids[i];
		left += old;
	}
	*fresh = now->count - left;
	return left;
}

static const char *told(struct arena *arena, const struct seen *before, size_t left, size_t fresh)
{
	char *words = arena_text(arena, "");

	if (left > 0)
		words = arena_format(arena, "%zu of %zu of %.*s did not end within %d s", left, before->count, (int)before->user_length, before->user,
			LOOKS * LOOK_MS / 1000);
	if (fresh > 0)
		words = arena_format(arena, "%s%s%.*s has %zu new since: the program connected again", words, *words ? ", " : "",
			(int)before->user_length, before->user, fresh);
	return *words ? words : NULL;
}

struct waiting { bool over; };

static void time_is_over(void *context)
{
	((struct waiting *)context)->over = true;
}

static void wait_a_moment(struct live_store *self)
{
	struct waiting waiting = { false };
	struct loop_timer *timer = loop_after(self->apart.loop, LOOK_MS, 0, time_is_over, &waiting);

	loop_run_until(self->apart.loop, &waiting.over);
	loop_timer_stop(timer);
}

/* Looks again until what was there is gone. */
static enum outcome see_them_gone(struct live_store *self, size_t host, const struct seen *before, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	struct seen *now = arena_alloc(arena, sizeof(*now));
	size_t left = before->count, fresh = 0;

	now->user = before->user;
	now->user_length = before->user_length;
	now->address = before->address;
	for (int i = 0; i < LOOKS && left > 0 && !self->give_up; i++) {
		if (i > 0)
			wait_a_moment(self);
		if (!look_at_who(self, host, now, arena, error))
			return OUTCOME_UNKNOWN;
		left = still_there(before, now, &fresh);
	}
	inverse->did = before->count - left;
	inverse->told = told(arena, before, left, fresh);
	if (left < before->count)
		return OUTCOME_APPLIED;
	error_set(error, ERROR_UNSUPPORTED, "No connection of %.*s ended: the processes may serve others too, or this login may not end them",
		(int)before->user_length, before->user);
	return OUTCOME_NOT_APPLIED;
}

static struct seen *seen_of(struct arena *arena, const struct operation *operation, struct traffic_session *session)
{
	struct seen *seen = arena_alloc(arena, sizeof(*seen));

	if (operation->deltas[0].count != 1 || !traffic_session_read(operation->deltas[0].values[0].bytes, session))
		return NULL;
	seen->user = session->user;
	seen->user_length = session->user_length;
	seen->address = session->address;
	return seen;
}

enum outcome sessions_apply(struct live_store *self, size_t host, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	struct traffic_session session;
	struct seen *before = seen_of(arena, operation, &session);
	struct host_request request = { .command = before && *session.address ? "kick-from" : "kick" };
	const struct host_answer *answer;
	const char *holes[2];

	if (!before) {
		error_set(error, ERROR_INTERNAL, "no session is named");
		return OUTCOME_NOT_APPLIED;
	}
	if (!look_at_who(self, host, before, arena, error))
		return OUTCOME_NOT_APPLIED;
	if (before->count == 0) {
		inverse->told = arena_format(arena, "%.*s had no connection", (int)session.user_length, session.user);
		return OUTCOME_ALREADY;
	}
	holes[0] = arena_bytes(arena, session.user, session.user_length);
	holes[1] = session.address;
	request.holes = holes;
	request.hole_count = *session.address ? 2 : 1;
	answer = live_store_run(self, host, &request, arena);
	if (answer->error.kind != ERROR_NONE) {
		*error = answer->error;
		return live_store_failed(error);
	}
	/* 68: nobody matched any more. What it says otherwise is seen by looking. */
	if (answer->status != 0 && answer->status != 68 && !host_answer_good(&self->apart.settings[host], request.command, answer, error))
		return OUTCOME_NOT_APPLIED;
	return see_them_gone(self, host, before, arena, inverse, error);
}

/* The processes of before are not known any more: whoever is not connected was ended, or went. */
enum outcome sessions_look(struct live_store *self, size_t host, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	struct traffic_session session;
	struct seen *now = seen_of(arena, operation, &session);

	if (!now || !look_at_who(self, host, now, arena, error))
		return OUTCOME_UNKNOWN;
	if (now->count == 0) {
		inverse->did = session.count;
		inverse->told = arena_format(arena, "%.*s has no connection now", (int)session.user_length, session.user);
		return OUTCOME_APPLIED;
	}
	error_set(error, ERROR_UNKNOWN_OUTCOME, "%zu connections are there now; whether they are the same or new ones cannot be told", now->count);
	return OUTCOME_NOT_APPLIED;
}
