/*
 * stage: session, keymap and loop put together for tests.
 */
#include "tests/fakes/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

struct watching { int64_t until; bool done; };
struct waiting { struct stage *stage; bool done; int left, turns; };

static void look_at_clock(void *context)
{
	struct watching *watching = context;

	watching->done = clock_now() >= watching->until;
}

void stage_watch(struct stage *stage, int minutes)
{
	struct watching watching = { clock_now() + 60 * minutes, false };
	struct loop_timer *timer = loop_after(stage->engine->loop, 0, 1000, look_at_clock, &watching);

	loop_leaping(stage->engine->loop, 1);
	loop_run_until(stage->engine->loop, &watching.done);
	loop_leaping(stage->engine->loop, 0);
	loop_timer_stop(timer);
	clock_freeze(watching.until);
	stage_settle(stage);
	session_tick(stage->session);
}

static void look_at_servers(void *context)
{
	struct waiting *waiting = context;

	/* Whoever listens is told in a turn after the last answer. */
	waiting->turns = live_settled(waiting->stage->engine->live) ? waiting->turns + 1 : 0;
	waiting->done = waiting->turns > 3 || waiting->left-- <= 0;
}

void stage_hear(struct stage *stage)
{
	struct waiting waiting = { stage, false, 10000, 0 };
	struct loop_timer *timer;

	if (stage->ended || stage->engine->live == NULL)
		return;
	timer = loop_after(stage->engine->loop, 0, 1, look_at_servers, &waiting);
	loop_run_until(stage->engine->loop, &waiting.done);
	loop_timer_stop(timer);
	stage_settle(stage);
}

static void ended(void *context, int status)
{
	struct stage *stage = context;

	stage->ended = true;
	stage->status = status;
}

static void copied(void *context, const char *bytes, size_t length)
{
	struct stage *stage = context;

	text_clear(&stage->copied);
	text_add_bytes(&stage->copied, bytes, length);
}

/* The fake directory goes on connecting until a test says how it ends, so nobody waits for that. */
static bool settled(const struct stage *stage)
{
	return !session_busy(stage->session) || directory_status(stage->engine->directory)->link == DIRECTORY_CONNECTING;
}

static void look(void *context)
{
	struct waiting *waiting = context;

	waiting->done = settled(waiting->stage) || waiting->left-- <= 0;
}

bool stage_settle(struct stage *stage)
{
	struct waiting waiting = { stage, false, 10000, 0 };
	struct loop_timer *timer;

	if (stage->ended || settled(stage))
		return true;
	timer = loop_after(stage->engine->loop, 0, 1, look, &waiting);
	loop_run_until(stage->engine->loop, &waiting.done);
	loop_timer_stop(timer);
	return waiting.left > 0;
}

struct stage *stage_new(const struct fake_settings *settings, const char *section, int rows, int columns, enum visible_form form)
{
	struct stage *stage = memory_new(sizeof *stage);
	struct session_outside outside = { .context = stage, .ended = ended, .copy = copied };

	setenv("TZ", "UTC", 1);
	clock_freeze(1795183351);
	stage->engine = fake_engine_new(settings);
	stage->keymap = keymap_default();
	stage->session = session_new(stage->engine, stage->keymap, form, &outside, true);
	session_resize(stage->session, rows, columns);
	session_start(stage->session, section_find(section));
	stage_settle(stage);
	return stage;
}

void stage_free(struct stage *stage)
{
	session_free(stage->session);
	/* Answers of the gate come also where nobody waits for them any more. */
	loop_run(stage->engine->loop);
	keymap_free(stage->keymap);
	fake_engine_free(stage->engine);
	text_free(&stage->copied);
	free(stage);
}

void stage_keys(struct stage *stage, const char *names)
{
	char *copy = memory_text(names), *rest = copy;
	char *name;

	while ((name = strtok_r(rest, " ", &rest)) != NULL) {
		struct key key;

		if (!key_from_name(name, &key)) {
			fprintf(stderr, "no key is named %s\n", name);
			abort();
		}
		if (!stage->ended)
			session_key(stage->session, &key);
		stage_settle(stage);
	}
	free(copy);
}

void stage_type(struct stage *stage, const char *words)
{
	size_t left = strlen(words);

	while (left > 0 && !stage->ended) {
		struct key key = { .kind = KEY_KIND_TEXT };
		size_t length = utf8_decode(words, left, &key.code);

		if (length == 0)
			abort();
		session_key(stage->session, &key);
		words += length;
		left -= length;
	}
	stage_settle(stage);
}

const struct canvas *stage_canvas(struct stage *stage)
{
	session_compose(stage->session);
	return session_canvas(stage->session);
}

char *stage_print(struct stage *stage)
{
	return canvas_print(stage_canvas(stage));
}
