/*
 * trials: what the journals tell of changes under a guardian's timer: which
 * order was about which change, how long it waits, and what became of it.
 *
 * Whoever confirmed it elsewhere wrote nothing here, so a change whose time is
 * over may be neither known to stay nor known to be gone: that is a state of
 * its own.  Pure; any thread.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "gate/archive.h"
#include "model/guarded.h"

static const struct delta *first_delta(const struct set *set, const char *attribute)
{
	const struct operation *operation = set->count > 0 ? &set->steps[0].operation : NULL;

	for (size_t i = 0; operation && i < operation->delta_count; i++)
		if (!strcmp(operation->deltas[i].attribute, attribute) && operation->deltas[i].count > 0 && !operation->deltas[i].secret)
			return &operation->deltas[i];
	return NULL;
}

/* Seconds that a change waits, as its step says where what it writes is secret; 0: it does not wait. */
static int64_t said_wait(const struct set *set)
{
	const char *words = set->steps[0].operation.words, *wait = words ? strstr(words, ", wait ") : NULL;
	unsigned seconds;

	return wait && sscanf(wait, ", wait %u s to be confirmed", &seconds) == 1 ? seconds : 0;
}

/* Whoever looked afterwards has seen it begin no later than it was meant. */
static int64_t began(const struct set *set)
{
	return set->ended < set->time || (set->problem && strstr(set->problem, "seen afterwards")) ? set->time : set->ended;
}

/* The id by which its guardian knows a change stands beside it where it holds secrets, else in it. */
static void take_change(struct arena *arena, struct set *set)
{
	const struct delta *id = first_delta(set, "id"), *change = first_delta(set, "change");
	struct json *json = change ? json_parse(change->values[0].bytes, change->values[0].length, NULL) : NULL;
	const char *words = id ? id->values[0].bytes : json ? json_get_text(json, "id") : NULL;
	int64_t wait;

	if (words) {
		set->guarded = arena_text(arena, words);
		wait = !json ? said_wait(set) : json_get_flag(json, "at_once") ? 0 : json_get_number(json, "confirm_s", 0);
		set->until = wait > 0 && wait <= 86400 ? began(set) / 1000 + wait : 0;
	}
	json_free(json);
}

static bool is_guarded(const struct set *set)
{
	return set->kind && guarded_kind(set->kind);
}

/* The newest change before this one that its guardian knows by the id and that is not known to be back; NULL: none. */
static struct set *change_of(const struct archive *archive, size_t at, const struct delta *id)
{
	for (size_t i = at; i-- > 0;) {
		struct set *set = archive->sets[i];

		if (set->guarded && !set->undone_by && !strcmp(set->guarded, id->values[0].bytes))
			return set;
	}
	return NULL;
}

/* The same end may stand in the journals of several sessions. */
static bool told_before(const struct archive *archive, size_t at, const char *order, const struct delta *id)
{
	for (size_t i = at; i-- > 0;) {
		const struct set *set = archive->sets[i];
		const struct delta *other = is_guarded(set) && set->end == SET_DONE ? first_delta(set, order) : NULL;

		if (other && !strcmp(other->values[0].bytes, id->values[0].bytes))
			return true;
	}
	return false;
}

/* Orders come behind the change that they are about. */
static void link_end(struct archive *archive, size_t at, const char *order)
{
	struct set *end = archive->sets[at], *set;
	const struct delta *id = first_delta(end, order);

	if (!id)
		return;
	end->settles = !strcmp(order, "settle");
	if (end->end == SET_DONE && told_before(archive, at, order, id)) {
		end->told_before = true;
		return;
	}
	set = change_of(archive, at, id);
	if (set && end->end == SET_DONE) {
		set->undone_by = end;
		set->timed_out = end->settles;
	} else if (set && (end->end == SET_OPEN || end->end == SET_UNKNOWN)) {
		set->going_back = !end->settles;
	}
}

static void link_order(struct archive *archive, size_t at)
{
	const struct set *order = archive->sets[at];
	const struct delta *confirm = first_delta(order, "confirm"), *more = first_delta(order, "more"), *within = first_delta(order, "within");
	struct set *set = order->end == SET_DONE && (confirm || more) ? change_of(archive, at, confirm ? confirm : more) : NULL;
	unsigned seconds;

	if (set && confirm)
		set->until = 0;
	/* At least so much from then on. */
	else if (set && set->until > 0 && within && sscanf(within->values[0].bytes, "%u", &seconds) == 1 && seconds <= 86400 &&
		 began(order) / 1000 + seconds > set->until)
		set->until = began(order) / 1000 + seconds;
}

void archive_link_trials(struct archive *archive)
{
	for (size_t i = 0; i < archive->count; i++) {
		struct set *set = archive->sets[i];

		if (!is_guarded(set) || set->count == 0)
			continue;
		if (set->end == SET_DONE)
			take_change(archive->arena, set);
		link_order(archive, i);
		link_end(archive, i, "settle");
		link_end(archive, i, "rollback");
	}
}

enum history_trial set_trial(const struct set *set, int64_t now)
{
	if (set->end != SET_DONE || set->undone_by || set->until == 0)
		return TRIAL_NONE;
	return set->going_back ? TRIAL_BACK : set->until > now ? TRIAL_ON : TRIAL_NOT_SEEN;
}

const char *history_trial_word(enum history_trial trial)
{
	static const char *const words[] = { [TRIAL_NONE] = "", [TRIAL_ON] = "on_trial", [TRIAL_BACK] = "going_back", [TRIAL_NOT_SEEN] = "not_seen" };

	return words[trial];
}

const char *history_trial_words(struct arena *arena, enum history_trial trial, int64_t until)
{
	time_t seconds = (time_t)until;
	struct tm local;
	char at[16] = "?";

	switch (trial) {
	case TRIAL_ON:
		if (localtime_r(&seconds, &local))
			strftime(at, sizeof(at), "%H:%M", &local);
		return arena_format(arena, "on trial until %s: goes back then unless it is confirmed", at);
	case TRIAL_BACK: return "going back";
	case TRIAL_NOT_SEEN: return "confirmed or taken back: not looked at here";
	default: return "done";
	}
}

/* The guardian's own words for its timer; it may also have been ended, or have died. */
const char *history_back_words(struct arena *arena, const char *why)
{
	if (!why)
		return "taken back by itself: nobody confirmed it";
	return !strcmp(why, "nobody confirmed it in time") ? arena_format(arena, "taken back by its timer: %s", why) :
		arena_format(arena, "taken back by itself: %s", why);
}
