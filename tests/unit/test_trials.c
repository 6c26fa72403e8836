/* Tests of gate/trials.c: what the journals tell of a change under a guardian's timer, and how the history says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/memory.h"
#include "gate/gate_private.h"

enum { MOST = 4, WAIT = 120, BEGAN = 1000 };

/* A set: the change itself ("change"; "secret": its bytes are in no journal), or an order. seconds: after the change. */
struct told { const char *what; enum set_end end; int64_t seconds; const char *reason, *json; };

#define CHANGE { "change", SET_DONE, 0, NULL, "{\"id\":\"a1\",\"confirm_s\":120}" }
#define ORDER(word_, end_, after_) { word_, end_, after_, NULL, NULL }

static const struct {
	struct told sets[MOST];
	int64_t now;                       /* after the change */
	enum history_state state;
	enum history_trial trial;
	const char *words;                 /* of the change; begins so */
} cases[] = {
	{ { CHANGE }, 0, HISTORY_DONE, TRIAL_ON, "on trial until 00:18: goes back then unless" },
	{ { CHANGE }, WAIT - 1, HISTORY_DONE, TRIAL_ON, "on trial until" },
	{ { CHANGE }, WAIT, HISTORY_DONE, TRIAL_NOT_SEEN, "confirmed or taken back: not looked at here" },
	{ { CHANGE, ORDER("confirm", SET_DONE, 10) }, 20, HISTORY_DONE, TRIAL_NONE, "done" },
	{ { CHANGE, ORDER("confirm", SET_FAILED, 10) }, 20, HISTORY_DONE, TRIAL_ON, "on trial until" },
	{ { CHANGE, ORDER("more", SET_DONE, 100) }, WAIT + 60, HISTORY_DONE, TRIAL_ON, "on trial until 00:23" },
	{ { CHANGE, ORDER("more", SET_FAILED, 100) }, WAIT + 60, HISTORY_DONE, TRIAL_NOT_SEEN, "confirmed or" },
	{ { CHANGE, ORDER("rollback", SET_OPEN, 10) }, 11, HISTORY_DONE, TRIAL_BACK, "going back" },
	{ { CHANGE, ORDER("rollback", SET_UNKNOWN, 10) }, 11, HISTORY_DONE, TRIAL_BACK, "going back" },
	{ { CHANGE, ORDER("rollback", SET_FAILED, 10) }, 11, HISTORY_DONE, TRIAL_ON, "on trial" },
	{ { CHANGE, ORDER("rollback", SET_DONE, 10) }, 11, HISTORY_UNDONE, TRIAL_NONE, "taken back by 1-2" },
	{ { CHANGE, ORDER("settle", SET_DONE, 200) }, 300, HISTORY_UNDONE, TRIAL_NONE, "taken back by itself: nobody confirmed it" },
	{ { CHANGE, { "settle", SET_DONE, 200, "nobody confirmed it in time", NULL } }, 300, HISTORY_UNDONE, TRIAL_NONE, "taken back by its timer" },
	{ { CHANGE, { "settle", SET_DONE, 200, "the guardian was ended", NULL } }, 300, HISTORY_UNDONE, TRIAL_NONE, "taken back by itself: the guardian was ended" },
	/* Nobody can be locked out: it never waited. */
	{ { { "change", SET_DONE, 0, NULL, "{\"id\":\"a1\",\"confirm_s\":120,\"at_once\":true}" } }, 10, HISTORY_DONE, TRIAL_NONE, "done" },
	{ { { "change", SET_FAILED, 0, NULL, "{\"id\":\"a1\",\"confirm_s\":120}" } }, 10, HISTORY_FAILED, TRIAL_NONE, "not done" },
	{ { { "change", SET_OPEN, 0, NULL, "{\"id\":\"a1\",\"confirm_s\":120}" } }, 10, HISTORY_UNKNOWN, TRIAL_NONE, "" },
	/* Of another change. */
	{ { { "change", SET_DONE, 0, NULL, "{\"id\":\"b2\",\"confirm_s\":120}" }, ORDER("confirm", SET_DONE, 10) }, 20, HISTORY_DONE, TRIAL_ON, "on trial" },
	{ { { "secret", SET_DONE, 0, NULL, "write /etc/x, reload postfix, wait 120 s to be confirmed" } }, 10, HISTORY_DONE, TRIAL_ON, "on trial until" },
	{ { { "secret", SET_DONE, 0, NULL, "write /etc/x, reload postfix" } }, 10, HISTORY_DONE, TRIAL_NONE, "done" },
	{ { { "change", SET_DONE, 0, NULL, "no json" } }, 10, HISTORY_DONE, TRIAL_NONE, "done" },
	{ { { "change", SET_DONE, 0, NULL, "{\"id\":\"a1\",\"confirm_s\":-9}" } }, 10, HISTORY_DONE, TRIAL_NONE, "done" },
};

static struct value *value_of(struct arena *arena, const char *text)
{
	struct value *value = arena_alloc(arena, sizeof(*value));

	*value = (struct value){ arena_text(arena, text), strlen(text) };
	return value;
}

static struct set *set_of(struct arena *arena, const struct told *told, size_t number, int64_t base)
{
	struct set *set = arena_alloc(arena, sizeof(*set));
	struct delta *deltas = arena_alloc(arena, 2 * sizeof(*deltas));
	bool change = !strcmp(told->what, "change"), secret = !strcmp(told->what, "secret");

	deltas[0] = (struct delta){ .attribute = change || secret ? "change" : told->what, .how = DELTA_REPLACE, .count = 1, .secret = secret,
		.values = value_of(arena, change ? told->json : secret ? "hash" : "a1") };
	deltas[1] = (struct delta){ .attribute = secret ? "id" : "within", .how = DELTA_REPLACE, .count = 1, .values = value_of(arena, secret ? "a1" : "300") };
	set->id = arena_format(arena, "1-%zu", number + 1);
	set->session = "1";
	set->kind = "limits";
	set->name = "mail1";
	set->sentence = told->what;
	set->reason = told->reason;
	set->time = set->ended = (base + told->seconds) * 1000;
	set->end = told->end;
	set->ours = true;
	set->steps = arena_alloc(arena, sizeof(*set->steps));
	set->steps[0] = (struct set_step){ .operation = { .verb = OPERATION_MODIFY, .place = "mail1/limits", .words = secret ? told->json : NULL,
		.deltas = deltas, .delta_count = change ? 1 : 2 }, .state = told->end == SET_DONE ? STEP_DONE : STEP_OPEN };
	set->count = 1;
	return set;
}

static struct archive *archive_of(const struct told *sets, int64_t base)
{
	struct archive *archive = memory_new(sizeof(*archive));

	archive->arena = arena_new();
	archive->by_id = lookup_new();
	archive->sets = arena_alloc(archive->arena, MOST * sizeof(*archive->sets));
	for (; archive->count < MOST && sets[archive->count].what; archive->count++)
		archive->sets[archive->count] = set_of(archive->arena, &sets[archive->count], archive->count, base);
	archive_link_trials(archive);
	return archive;
}

static const struct history_entry *entry_of(const struct history *history, const char *id)
{
	for (size_t i = 0; i < history->count; i++)
		if (!strcmp(history->entries[i].id, id))
			return &history->entries[i];
	fail_msg("no entry %s", id);
	return NULL;
}

static void each_stands_as_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct archive *archive = archive_of(cases[i].sets, BEGAN);
		const struct history_entry *entry;
		struct history *history;

		clock_freeze(BEGAN + cases[i].now);
		history = history_of(archive);
		entry = entry_of(history, "1-1");
		if (entry->state != cases[i].state || entry->trial != cases[i].trial || strncmp(entry->state_words, cases[i].words, strlen(cases[i].words)) != 0)
			fail_msg("case %zu: %d, %d, %s", i, (int)entry->state, (int)entry->trial, entry->state_words);
		assert_string_equal(entry->who, HISTORY_OURS);
		history_free(history);
		archive_free(archive);
	}
}

/* Nobody made it: it is only written down. Once, although two sessions have. */
static void what_came_back_was_made_by_nobody(void **state)
{
	static const struct told sets[MOST] = { CHANGE, ORDER("settle", SET_DONE, 200), ORDER("settle", SET_DONE, 201) };
	struct archive *archive = archive_of(sets, BEGAN);
	struct history *history = history_of(archive);

	(void)state;
	assert_int_equal(history->count, 2);
	assert_string_equal(entry_of(history, "1-2")->who, "by itself, told by you here");
	history_free(history);
	archive->sets[1]->ours = false;
	archive->sets[1]->who = "anna";
	history = history_of(archive);
	assert_string_equal(entry_of(history, "1-2")->who, "by itself, told by anna");
	history_free(history);
	archive_free(archive);
}

/* What was found out afterwards began when it was meant, not when somebody looked. */
static void seen_afterwards(void **state)
{
	static const struct told sets[MOST] = { CHANGE };
	struct archive *archive = archive_of(sets, BEGAN);

	(void)state;
	assert_int_equal(archive->sets[0]->until, BEGAN + WAIT);
	archive->sets[0]->ended += 5000;
	archive_link_trials(archive);
	assert_int_equal(archive->sets[0]->until, BEGAN + WAIT + 5);
	archive->sets[0]->problem = "limits (seen afterwards)";
	archive_link_trials(archive);
	assert_int_equal(archive->sets[0]->until, BEGAN + WAIT);
	archive_free(archive);
}

static void words_for_machines(void **state)
{
	static const char *const words[] = { [TRIAL_NONE] = "", [TRIAL_ON] = "on_trial", [TRIAL_BACK] = "going_back", [TRIAL_NOT_SEEN] = "not_seen" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_string_equal(history_trial_word((enum history_trial)i), words[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_stands_as_it_is), cmocka_unit_test(what_came_back_was_made_by_nobody),
		cmocka_unit_test(seen_afterwards), cmocka_unit_test(words_for_machines) };

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests_name("trials", tests, NULL, NULL);
}
