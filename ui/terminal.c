/*
 * terminal: the person's terminal, from opening it to giving it back as it was.
 *
 * Fails only when opening.  A read or write that fails later means that the
 * terminal is gone, which ends the session, once.  Loop thread.
 */
#include "ui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/text.h"
#include "ui/paint.h"
#include "ui/rescue.h"

#define ROWS_MOST 500
#define COLUMNS_MOST 1000
#define READS_AT_ONCE 16
#define WRITE_AGAIN_MS 10
/* While more than this waits to be sent, frames are dropped: the person sees the newest one, later. */
#define BACKLOG_MOST 16384
#define LEAVE_WAIT_MS 500
#define OWN_CONTINUE_MS 1000
#define ENDINGS 4

/* Bracketed paste: ours, terminfo does not name it. Terminals without it ignore both. */
static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";
/* Buttons and wheel, in the form without a limit of columns (SGR); only where it was asked for. */
static const char mouse_on[] = "\033[?1000h\033[?1006h", mouse_off[] = "\033[?1006l\033[?1000l";

struct terminal {
	struct loop *loop;
	struct terminal_options options;
	struct terminal_calls calls;
	int descriptor;
	struct termios found, raw;
	int rows, columns;
	struct paint *paint;
	struct keys *keys;
	struct loop_watch *watch;
	struct loop_timer *key_timer, *write_timer;
	struct loop_signal *resized, *continued, *stopped, *ending[ENDINGS];
	struct text backlog;
	size_t sent;                   /* of the backlog */
	bool frame_owed;               /* one was dropped */
	int64_t woken;                 /* when our own stop ended; the SIGCONT that ended it comes later */
	bool gone;
};

/* Real time: keys must not wait for a clock that a test froze. */
static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void end_session(struct terminal *terminal, int status)
{
	if (terminal->gone)
		return;
	terminal->gone = true;
	loop_watch_stop(terminal->watch);
	loop_timer_stop(terminal->write_timer);
	loop_timer_stop(terminal->key_timer);
	terminal->watch = NULL;
	terminal->write_timer = terminal->key_timer = NULL;
	terminal->calls.ended(terminal->calls.context, status);
}

static void hung_up(struct terminal *terminal)
{
	end_session(terminal, 128 + SIGHUP);
}

/* --- writing ------------------------------------------------------------------------ */

static void send_backlog(void *context)
{
	struct terminal *terminal = context;

	while (!terminal->gone && terminal->sent < terminal->backlog.length) {
		ssize_t n = write(terminal->descriptor, terminal->backlog.bytes + terminal->sent,
				terminal->backlog.length - terminal->sent);

		if (n > 0) {
			terminal->sent += (size_t)n;
		} else if (n < 0 && errno == EINTR) {
			continue;
		} else if (n < 0 && errno == EAGAIN) {
			if (!terminal->write_timer)
				terminal->write_timer = loop_after(terminal->loop, WRITE_AGAIN_MS, WRITE_AGAIN_MS, send_backlog, terminal);
			return;
		} else {
			hung_up(terminal);
			return;
		}
	}
	text_clear(&terminal->backlog);
	terminal->sent = 0;
	loop_timer_stop(terminal->write_timer);
	terminal->write_timer = NULL;
	if (terminal->frame_owed && !terminal->gone) {
		terminal->frame_owed = false;
		terminal->calls.paint(terminal->calls.context);
	}
}

static void send_painted(struct terminal *terminal)
{
	size_t length;
	const char *bytes = paint_bytes(terminal->paint, &length);

	if (!length)
		return;
	text_add_bytes(&terminal->backlog, bytes, length);
	send_backlog(terminal);
}

void terminal_paint(struct terminal *terminal, const struct canvas *canvas)
{
	if (terminal->gone)
		return;
	if (terminal->backlog.length - terminal->sent > BACKLOG_MOST) {
		terminal->frame_owed = true;
		return;
	}
	paint_frame(terminal->paint, canvas);
	send_painted(terminal);
}

void terminal_copy(struct terminal *terminal, const char *bytes, size_t length)
{
	struct arena *arena;

	if (terminal->gone)
		return;
	arena = arena_new();
	/* Base64 holds nothing that could end the sequence or begin another one. */
	text_addf(&terminal->backlog, "\033]52;c;%s\a", base64_encode(arena, bytes, length));
	arena_free(arena);
	send_backlog(terminal);
}

/* --- reading -------------------------------------------------------------------------- */

static void on_key_timer(void *context);

static void plan_key_timer(struct terminal *terminal)
{
	int64_t due = keys_due(terminal->keys), left;

	if (due < 0 || terminal->gone)
		return;
	left = due - now_ms();
	if (left < 0)
		left = 0;
	if (terminal->key_timer)
		loop_timer_again(terminal->key_timer, (uint64_t)left);
	else
		terminal->key_timer = loop_after(terminal->loop, (uint64_t)left, 0, on_key_timer, terminal);
}

static void on_key_timer(void *context)
{
	struct terminal *terminal = context;

	keys_tick(terminal->keys, now_ms());
	plan_key_timer(terminal);
}

static void on_key(void *context, const struct key *key)
{
	struct terminal *terminal = context;

	if (!terminal->gone)
		terminal->calls.key(terminal->calls.context, key);
}

static void on_readable(void *context)
{
	struct terminal *terminal = context;
	char buffer[4096];
	int reads;

	for (reads = 0; reads < READS_AT_ONCE && !terminal->gone; reads++) {
		ssize_t n = read(terminal->descriptor, buffer, sizeof(buffer));

		if (n > 0) {
			keys_feed(terminal->keys, buffer, (size_t)n, now_ms());
			continue;
		}
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		/* End of file, EIO: nobody is there any more. Reading on would spin for ever. */
		hung_up(terminal);
		return;
	}
	plan_key_timer(terminal);
}

void terminal_field(struct terminal *terminal, bool has_focus)
{
	keys_set_field(terminal->keys, has_focus);
}

void terminal_forget(struct terminal *terminal)
{
	keys_forget(terminal->keys);
	tcflush(terminal->descriptor, TCIFLUSH);
}

/* --- size ------------------------------------------------------------------------------ */

static int within(int value, int fallback, int most)
{
	if (value <= 0)
		return fallback;
	return value > most ? most : value;
}

/* Serial lines may report 0x0. */
static void read_size(int descriptor, int *rows, int *columns)
{
	struct winsize size = { 0 };

	ioctl(descriptor, TIOCGWINSZ, &size);
	*rows = within(size.ws_row, 24, ROWS_MOST);
	*columns = within(size.ws_col, 80, COLUMNS_MOST);
}

static void arm_rescue(struct terminal *terminal)
{
	struct text bytes = { 0 };
	size_t length;
	const char *leave = paint_rescue(terminal->paint, &length);

	if (terminal->options.mouse)
		text_add(&bytes, mouse_off);
	text_add(&bytes, paste_off);
	text_add_bytes(&bytes, leave, length);
	rescue_arm(terminal->descriptor, &terminal->found, bytes.bytes, bytes.length);
	text_free(&bytes);
}

static void follow_size(struct terminal *terminal)
{
	int rows, columns;

	read_size(terminal->descriptor, &rows, &columns);
	if (rows == terminal->rows && columns == terminal->columns)
		return;
	terminal->rows = rows;
	terminal->columns = columns;
	paint_resize(terminal->paint, rows, columns);
	arm_rescue(terminal);
	terminal->calls.resize(terminal->calls.context, rows, columns);
}

void terminal_size(const struct terminal *terminal, int *rows, int *columns)
{
	*rows = terminal->rows;
	*columns = terminal->columns;
}

void terminal_redraw(struct terminal *terminal)
{
	if (terminal->gone)
		return;
	follow_size(terminal);
	paint_again(terminal->paint);
	terminal->calls.paint(terminal->calls.context);
}

/* --- sleeping and waking ------------------------------------------------------------------ */

static void on_stop(int number, void *context);

static void enter(struct terminal *terminal)
{
	tcsetattr(terminal->descriptor, TCSANOW, &terminal->raw);
	text_add(&terminal->backlog, paste_on);
	if (terminal->options.mouse)
		text_add(&terminal->backlog, mouse_on);
	send_backlog(terminal);
}

/* Sends what is left and gives the terminal back; a stalled one is not waited for long. */
static void leave(struct terminal *terminal)
{
	struct pollfd ready = { .fd = terminal->descriptor, .events = POLLOUT };
	int64_t until = now_ms() + LEAVE_WAIT_MS;
	size_t length;
	const char *bytes;

	paint_leave(terminal->paint);
	bytes = paint_bytes(terminal->paint, &length);
	if (terminal->options.mouse)
		text_add(&terminal->backlog, mouse_off);
	text_add(&terminal->backlog, paste_off);
	text_add_bytes(&terminal->backlog, bytes, length);
	while (!terminal->gone && terminal->sent < terminal->backlog.length && now_ms() < until) {
		ssize_t n = write(terminal->descriptor, terminal->backlog.bytes + terminal->sent,
				terminal->backlog.length - terminal->sent);

		if (n > 0)
			terminal->sent += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			poll(&ready, 1, 50);
		else if (!(n < 0 && errno == EINTR))
			break;
	}
	text_clear(&terminal->backlog);
	terminal->sent = 0;
	/* The rest of a paste or a report must not become commands of the shell. */
	tcflush(terminal->descriptor, TCIFLUSH);
	tcsetattr(terminal->descriptor, TCSANOW, &terminal->found);
}

static void wake(struct terminal *terminal)
{
	if (terminal->gone)
		return;
	/* The shell may have changed its settings while we slept; those are to be restored from now on. */
	tcgetattr(terminal->descriptor, &terminal->found);
	arm_rescue(terminal);
	enter(terminal);
	keys_forget(terminal->keys);
	if (terminal->calls.resumed)
		terminal->calls.resumed(terminal->calls.context);
	terminal_redraw(terminal);
}

/* Woken from a stop that was not ours (kill -STOP): the settings are somebody else's now, not ones to keep. */
static void on_continue(int number, void *context)
{
	struct terminal *terminal = context;

	(void)number;
	if (terminal->gone || now_ms() - terminal->woken < OWN_CONTINUE_MS)
		return;
	enter(terminal);
	if (terminal->calls.resumed)
		terminal->calls.resumed(terminal->calls.context);
	terminal_redraw(terminal);
}

/*
 * A shell with job control put us into a process group of our own; without one nobody would ever wake us
 * (a login shell's place, ssh host postroom, a window of tmux).
 */
bool terminal_can_suspend(const struct terminal *terminal)
{
	return !terminal->options.restricted && !terminal->gone && getpgrp() != getsid(0);
}

void terminal_suspend(struct terminal *terminal)
{
	if (!terminal_can_suspend(terminal))
		return;
	leave(terminal);
	rescue_disarm();
	/* Without our handler the signal stops us here, and whole pipelines with us. */
	loop_signal_stop(terminal->stopped);
	kill(0, SIGTSTP);
	terminal->stopped = loop_signal(terminal->loop, SIGTSTP, on_stop, terminal);
	terminal->woken = now_ms();
	wake(terminal);
}

static void on_stop(int number, void *context)
{
	(void)number;
	terminal_suspend(context);
}

/* --- opening and closing -------------------------------------------------------------------- */

static void on_resize(int number, void *context)
{
	struct terminal *terminal = context;

	(void)number;
	if (terminal->gone)
		return;
	follow_size(terminal);
	terminal->calls.paint(terminal->calls.context);
}

static void on_end(int number, void *context)
{
	end_session(context, 128 + number);
}

static void watch_all(struct terminal *terminal)
{
	static const int endings[ENDINGS] = { SIGHUP, SIGTERM, SIGINT, SIGQUIT };
	int i;

	terminal->watch = loop_watch(terminal->loop, terminal->descriptor, on_readable, terminal);
	terminal->resized = loop_signal(terminal->loop, SIGWINCH, on_resize, terminal);
	terminal->continued = loop_signal(terminal->loop, SIGCONT, on_continue, terminal);
	terminal->stopped = loop_signal(terminal->loop, SIGTSTP, on_stop, terminal);
	for (i = 0; i < ENDINGS; i++)
		terminal->ending[i] = loop_signal(terminal->loop, endings[i], on_end, terminal);
}

static bool open_tty(struct terminal *terminal, struct error *error)
{
	terminal->descriptor = open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (terminal->descriptor < 0)
		return error_set(error, ERROR_UNREACHABLE, "there is no terminal to draw on (%s); the commands (postroom --help) work without one", strerror(errno));
	if (tcgetattr(terminal->descriptor, &terminal->found) != 0)
		return error_set(error, ERROR_UNREACHABLE, "the terminal does not tell its settings (%s)", strerror(errno));
	terminal->raw = terminal->found;
	cfmakeraw(&terminal->raw);
	terminal->raw.c_cc[VMIN] = 1;
	terminal->raw.c_cc[VTIME] = 0;
	read_size(terminal->descriptor, &terminal->rows, &terminal->columns);
	return true;
}

static bool open_painter(struct terminal *terminal, struct error *error)
{
	const char *no_color = getenv("NO_COLOR");
	struct paint_options options = {
		.term = getenv("TERM"), .theme = terminal->options.theme,
		.monochrome = terminal->options.monochrome || (no_color && *no_color),
		.rows = terminal->rows, .columns = terminal->columns,
	};

	terminal->paint = paint_open(&options, error);
	return terminal->paint != NULL;
}

static void set_escape_time(struct keys *keys, unsigned configured)
{
	const char *words = getenv("ESCDELAY");
	char *end;
	unsigned long milliseconds;

	if (configured)
		keys_set_escape_time(keys, configured);
	if (!words || *words < '0' || *words > '9')
		return;
	milliseconds = strtoul(words, &end, 10);
	if (*end == '\0')
		keys_set_escape_time(keys, milliseconds > 10000 ? 10000u : (unsigned)milliseconds);
}

struct terminal *terminal_open(struct loop *loop, const struct terminal_options *options,
		const struct terminal_calls *calls, struct error *error)
{
	struct terminal *terminal = memory_new(sizeof(*terminal));

	terminal->loop = loop;
	terminal->woken = -OWN_CONTINUE_MS;
	terminal->options = *options;
	terminal->calls = *calls;
	if (!open_tty(terminal, error) || !open_painter(terminal, error)) {
		if (terminal->descriptor >= 0)
			close(terminal->descriptor);
		free(terminal);
		return NULL;
	}
	terminal->keys = keys_new(on_key, terminal);
	set_escape_time(terminal->keys, options->escape_ms);
	keys_set_mouse(terminal->keys, options->mouse);
	arm_rescue(terminal);
	watch_all(terminal);
	enter(terminal);
	return terminal;
}

void terminal_close(struct terminal *terminal)
{
	int i;

	if (!terminal)
		return;
	/* A signal asked us to end, but the terminal may well be there: try to write to it. */
	terminal->gone = false;
	leave(terminal);
	rescue_disarm();
	loop_watch_stop(terminal->watch);
	loop_timer_stop(terminal->key_timer);
	loop_timer_stop(terminal->write_timer);
	loop_signal_stop(terminal->resized);
	loop_signal_stop(terminal->continued);
	loop_signal_stop(terminal->stopped);
	for (i = 0; i < ENDINGS; i++)
		loop_signal_stop(terminal->ending[i]);
	paint_close(terminal->paint);
	keys_free(terminal->keys);
	text_free(&terminal->backlog);
	close(terminal->descriptor);
	free(terminal);
}
