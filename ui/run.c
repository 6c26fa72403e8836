/*
 * run: the console on a real terminal, from opening it to giving it back.
 *
 * Puts engine, session and terminal together; what each does is elsewhere.  The
 * terminal is restored before anything that may hang, and a write under way is
 * waited for before a lost connection or a signal ends the session.  Failures
 * come back as exit statuses after a sentence on standard error.  Loop thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/text.h"
#include "commands/commands.h"
#include "engine.h"
#include "ui/console.h"
#include "ui/session.h"
#include "ui/terminal.h"
#include "ui/theme.h"

enum { TICK_MS = 1000, WRITE_WAIT_MS = 5000, WRITE_LOOK_MS = 20 };

struct running {
	struct engine *engine;
	struct keymap *keymap;
	struct session *session;
	struct terminal *terminal;
	struct loop_timer *tick, *write_look;
	int64_t last_key;              /* monotonic milliseconds */
	int64_t write_until;           /* a hang-up waits for the write under way until then */
	int status;
	bool over;
};

/* --- what the session asks of the terminal --------------------------------------------- */

static void session_ended(void *context, int status)
{
	struct running *running = context;

	running->status = status;
	running->over = true;
	loop_stop(running->engine->loop);
}

static void redraw(void *context)
{
	terminal_redraw(((struct running *)context)->terminal);
}

static void suspend(void *context)
{
	terminal_suspend(((struct running *)context)->terminal);
}

static void field(void *context, bool has_focus)
{
	terminal_field(((struct running *)context)->terminal, has_focus);
}

static void copy(void *context, const char *bytes, size_t length)
{
	terminal_copy(((struct running *)context)->terminal, bytes, length);
}

static void forget(void *context)
{
	struct running *running = context;

	if (running->terminal)
		terminal_forget(running->terminal);
}

/* --- what the terminal tells the session ------------------------------------------------ */

static void pressed(void *context, const struct key *key)
{
	struct running *running = context;

	running->last_key = clock_monotonic_ms();
	session_key(running->session, key);
}

static void resized(void *context, int rows, int columns)
{
	struct running *running = context;

	session_resize(running->session, rows, columns);
}

static void paint_wanted(void *context)
{
	session_changed(((struct running *)context)->session);
}

static void resumed(void *context)
{
	struct running *running = context;

	struct view *top = session_top(running->session);
	const struct action *refresh = action_find("refresh");

	running->last_key = clock_monotonic_ms();
	/* What is shown is from before the pause. */
	if (top && action_applies(refresh, top->class->place))
		session_act(running->session, refresh);
}

static void look_for_write(void *context)
{
	struct running *running = context;

	if (gate_busy(running->engine->gate) && clock_monotonic_ms() < running->write_until)
		return;
	loop_timer_stop(running->write_look);
	running->write_look = NULL;
	session_hang_up(running->session, running->status);
}

/* The outcome of a write belongs into the journal, so one that is under way gets its time. */
static void terminal_ended(void *context, int status)
{
	struct running *running = context;

	running->status = status;
	gate_wind_down(running->engine->gate);
	running->write_until = clock_monotonic_ms() + WRITE_WAIT_MS;
	running->write_look = loop_after(running->engine->loop, 0, WRITE_LOOK_MS, look_for_write, running);
}

/* --- turns of the loop --------------------------------------------------------------------- */

static void on_tick(void *context)
{
	struct running *running = context;
	const struct config *config = session_config(running->session);
	int64_t most = (int64_t)config->lock.exit_minutes * 60000, hide = (int64_t)config->lock.lock_minutes * 60000;

	session_tick(running->session);
	/* A wall screen runs for weeks and nobody touches its keys. */
	if (config->role == ROLE_MONITOR && !config->lock.monitor)
		return;
	if (hide > 0 && clock_monotonic_ms() - running->last_key > hide)
		session_cover(running->session);
	if (most > 0 && clock_monotonic_ms() - running->last_key > most && !gate_busy(running->engine->gate))
		session_hang_up(running->session, 0);
}

static void before_wait(void *context)
{
	struct running *running = context;
	struct view *top = session_top(running->session);

	if (running->over || !session_compose(running->session))
		return;
	/* A field can get the focus without a key, as the search of the helpdesk does at the start. */
	terminal_field(running->terminal, session_lock(running->session) || (top && strcmp(session_place(top), "field") == 0));
	terminal_paint(running->terminal, session_canvas(running->session));
}

/* --- beginning and end ------------------------------------------------------------------------ */

static int complain(const struct error *error)
{
	struct arena *arena = arena_new();

	fprintf(stderr, "postroom: %s\n", text_visible_string(arena, VISIBLE_ASCII, error->text, strlen(error->text)));
	arena_free(arena);
	return error_exit_status(error->kind);
}

/* A keymap or theme that cannot be read is told in the notice line, and the default serves. */
static void run_session(struct running *running, const struct error *told)
{
	struct session_outside outside = {
		.context = running, .ended = session_ended, .redraw = redraw, .suspend = suspend, .field = field, .forget = forget,
		.copy = copy,
	};
	struct loop *loop = running->engine->loop;
	enum visible_form form = running->engine->config->ascii || !environment_locale(NULL) ? VISIBLE_ASCII : VISIBLE_UTF8;
	int rows, columns;

	terminal_size(running->terminal, &rows, &columns);
	running->session = session_new(running->engine, running->keymap, form, &outside, false);
	running->last_key = clock_monotonic_ms();
	running->tick = loop_after(loop, TICK_MS, TICK_MS, on_tick, running);
	session_resize(running->session, rows, columns);
	session_start(running->session, NULL);
	if (told->kind != ERROR_NONE)
		session_complain(running->session, told);
	session_changed(running->session);
	loop_before_wait(loop, before_wait, running);
	loop_run(loop);
	loop_before_wait(loop, NULL, NULL);
	loop_timer_stop(running->tick);
	loop_timer_stop(running->write_look);
}

static bool open_terminal(struct running *running, const struct theme *theme, struct error *error)
{
	const struct config *config = running->engine->config;
	struct terminal_options options = {
		.monochrome = config->no_color, .restricted = config->restricted, .mouse = config->mouse, .theme = theme,
		.escape_ms = config->escape_ms > 0 ? (unsigned)config->escape_ms : 0,
	};
	struct terminal_calls calls = {
		.context = running, .key = pressed, .resize = resized, .paint = paint_wanted, .resumed = resumed, .ended = terminal_ended,
	};

	running->terminal = terminal_open(running->engine->loop, &options, &calls, error);
	return running->terminal != NULL;
}

int console_run(struct config *takes)
{
	struct running running = { 0 };
	struct error error = { 0 }, keymap_error = { 0 }, theme_error = { 0 };
	struct theme *theme;

	running.keymap = keymap_load(takes->keymap && takes->keymap[0] ? takes->keymap : NULL, &keymap_error);
	if (!running.keymap)
		running.keymap = keymap_default();
	theme = theme_load(takes->theme && takes->theme[0] ? takes->theme : NULL, &theme_error);
	takes->directory.ask_password = commands_ask_password;
	takes->directory.ask_context = takes;
	running.engine = engine_open(takes, &error);
	if (!running.engine) {
		keymap_free(running.keymap);
		theme_free(theme);
		return complain(&error);
	}
	if (open_terminal(&running, theme, &error))
		run_session(&running, keymap_error.kind != ERROR_NONE ? &keymap_error : &theme_error);
	else
		running.status = complain(&error);
	terminal_close(running.terminal);
	theme_free(theme);
	if (keymap_error.kind != ERROR_NONE)
		complain(&keymap_error);
	if (theme_error.kind != ERROR_NONE)
		complain(&theme_error);
	session_free(running.session);
	keymap_free(running.keymap);
	if (!engine_close(running.engine)) {
		fflush(stdout);
		_Exit(running.status);
	}
	return running.status;
}
