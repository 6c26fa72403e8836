/*
 * headless: what the commands share.
 *
 * A command opens the engine, asks one or two things, prints and ends; the
 * loop runs only while an answer is awaited.  Loop thread.
 */
#include "commands/headless.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "commands/output.h"
#include "model/check.h"

void headless_note(const char *format, ...)
{
	struct arena *arena = arena_new();
	va_list arguments;
	const char *words;

	va_start(arguments, format);
	words = arena_vformat(arena, format, arguments);
	va_end(arguments);
	fprintf(stderr, "%s\n", text_visible_string(arena, output_form(), words, strlen(words)));
	arena_free(arena);
}

bool headless_fail(struct headless *headless, const struct error *error)
{
	headless_note("postroom: %s", error->text[0] ? error->text : error_word(error->kind));
	headless->status = error_exit_status(error->kind);
	return false;
}

/* --- asking ------------------------------------------------------------------------- */

char *headless_ask(struct arena *arena, const char *question)
{
	char *line = NULL, *copy = NULL;
	size_t room = 0;
	ssize_t length;

	fprintf(stderr, "%s", text_visible_string(arena, output_form(), question, strlen(question)));
	fflush(stderr);
	length = getline(&line, &room, stdin);
	if (length > 0) {
		line[strcspn(line, "\n")] = '\0';
		copy = arena_text(arena, line);
	}
	free(line);
	return copy;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	interrupted = number;
}

/* NULL: nothing was typed, the terminal is gone or a signal came. */
static char *read_secret(int terminal)
{
	char *secret = memory_new(1024);
	size_t length = 0;
	ssize_t got = 0;

	while (!interrupted && length < 1023 && (got = read(terminal, secret + length, 1)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || secret[length] == '\n')
			break;
		length++;
	}
	memset(secret + length, 0, 1024 - length);
	if (length > 0 && !interrupted && got > 0)
		return secret;
	memory_wipe(secret, 1024);
	free(secret);
	return NULL;
}

/* Nothing may end us while the terminal is silent; what wanted to comes again when it is not. */
static char *ask_silently(int terminal, const struct termios *before, const char *question)
{
	static const int ways[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	enum { WAYS = sizeof ways / sizeof ways[0] };
	struct sigaction mine = { .sa_handler = on_interrupt }, ignore = { .sa_handler = SIG_IGN }, found[WAYS];
	struct termios silent = *before;
	char *secret = NULL;
	size_t i;

	interrupted = 0;
	for (i = 0; i < WAYS; i++)
		sigaction(ways[i], ways[i] == SIGTSTP ? &ignore : &mine, &found[i]);
	silent.c_lflag &= ~(tcflag_t)ECHO;
	if (!tcsetattr(terminal, TCSAFLUSH, &silent) && dprintf(terminal, "%s", question) > 0)
		secret = read_secret(terminal);
	tcsetattr(terminal, TCSAFLUSH, before);
	dprintf(terminal, "\n");
	for (i = 0; i < WAYS; i++)
		sigaction(ways[i], &found[i], NULL);
	if (interrupted)
		raise(interrupted);
	return secret;
}

char *headless_ask_secret(const char *question)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios before;
	char *secret = NULL;

	if (terminal < 0)
		return NULL;
	if (!tcgetattr(terminal, &before))
		secret = ask_silently(terminal, &before, question);
	close(terminal);
	return secret;
}

char *commands_ask_password(void *context)
{
	const struct config *config = context;
	struct arena *arena = arena_new();
	const char *dn = config->directory.bind_dn;
	char *question = arena_format(arena, "Password of %s: ", text_visible_string(arena, output_form(), dn, strlen(dn)));
	char *password = headless_ask_secret(question);

	arena_free(arena);
	return password;
}

/* --- the engine ------------------------------------------------------------------------ */

static void on_status(void *context)
{
	struct headless *headless = context;

	if (directory_status(headless->engine->directory)->link != DIRECTORY_CONNECTING)
		headless->done = true;
}

bool headless_connect(struct headless *headless, struct error *error)
{
	const struct directory_status *status;

	directory_on_status(headless->engine->directory, on_status, headless);
	on_status(headless);
	headless_wait(headless);
	directory_on_status(headless->engine->directory, NULL, NULL);
	status = directory_status(headless->engine->directory);
	if (error)
		*error = status->error;
	return status->link == DIRECTORY_UP;
}

bool headless_open(struct headless *headless, struct config *takes, const struct arguments *arguments, bool connect)
{
	struct error error = { 0 };

	memset(headless, 0, sizeof(*headless));
	headless->arena = arena_new();
	headless->arguments = arguments;
	if (takes->ascii)
		output_ascii();
	takes->directory.ask_password = commands_ask_password;
	takes->directory.ask_context = takes;
	headless->engine = engine_open(takes, &error);
	if (!headless->engine)
		return headless_fail(headless, &error);
	return !connect || headless_connect(headless, &error) || headless_fail(headless, &error);
}

int headless_close(struct headless *headless)
{
	/* Whoever reads only the first lines of a list meant to. */
	if ((fflush(stdout) || ferror(stdout)) && errno != EPIPE) {
		headless_note("postroom: The output could not be written: %s", strerror(errno));
		headless->status = error_exit_status(ERROR_FILE);
	}
	/* Who ended us wants to know that, and knows nothing of our statuses. */
	if (headless->ended_by)
		headless->status = 128 + headless->ended_by;
	if (headless->engine && !engine_close(headless->engine))
		_exit(headless->status);
	arena_free(headless->arena);
	return headless->status;
}

void headless_wait(struct headless *headless)
{
	loop_run_until(headless->engine->loop, &headless->done);
	headless->done = false;
}

const char *headless_name(struct headless *headless, const struct kind *kind, const char *typed)
{
	const struct field *key = kind_key(kind);
	const char *stored = key && key->type == FIELD_DOMAIN ? check_parse(headless->arena, key, typed, NULL) : NULL;

	return stored ? stored : typed;
}

const struct kind *headless_kind(struct headless *headless, const char *name, bool writing)
{
	const struct kind *kind = kind_find(name);
	struct error error = { 0 };
	struct text known = { 0 };
	size_t i;

	if (kind && !(writing && kind->internal))
		return kind;
	for (i = 0; kinds[i]; i++)
		if (!(writing && kinds[i]->internal))
			text_addf(&known, "%s%s", known.length ? ", " : "", kinds[i]->name);
	error_set(&error, ERROR_USAGE, "There is no kind %s; kinds are %s", name, text_get(&known));
	text_free(&known);
	headless_fail(headless, &error);
	return NULL;
}
