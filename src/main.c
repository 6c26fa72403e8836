/*
 * main: makes the process safe, then chooses: the console, or a subcommand.
 *
 * Never setuid; no core files, since they would hold passwords; the
 * environment is cleaned before any library looks at it.  Rules:
 * terminal-and-safety 7.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "commands/commands.h"
#include "config.h"
#include "engine.h"
#include "ui/console.h"

/* Descriptors 0 to 2 must be something, or the first file opened would be taken for standard error. */
static void open_standard(void)
{
	struct stat status;
	int descriptor;

	for (descriptor = 0; descriptor <= 2; descriptor++)
		if (fstat(descriptor, &status) && !freopen("/dev/null", descriptor == 0 ? "r" : "w",
		    descriptor == 0 ? stdin : descriptor == 1 ? stdout : stderr))
			_exit(error_exit_status(ERROR_FILE));
}

static void no_core(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

/* The words may quote a file, so they are made visible like everything else. */
static void complain(const char *words)
{
	struct arena *arena = arena_new();

	fprintf(stderr, "postroom: %s\n", text_visible_string(arena, VISIBLE_ASCII, words, strlen(words)));
	arena_free(arena);
}

static int run_console(const struct options *options)
{
	struct error error = { 0 };
	struct config *config = config_load(options, &error);

	if (config && config->restricted && !options->restricted && commands_restricted() >= 0) {
		config_free(config);
		return error_exit_status(ERROR_USAGE);
	}
	if (config)
		return console_run(config);
	if (error.kind == ERROR_NOT_FOUND && !options->restricted)
		return console_first_start(options);
	complain(error.text);
	return error_exit_status(error.kind);
}

int main(int argc, char **argv)
{
	static const struct front_ends front_ends = { .screen = console_screen, .list_keys = console_list_keys };
	struct options options;
	const char *note = NULL;
	int status;

	open_standard();
	if (geteuid() != getuid() || getegid() != getgid()) {
		fputs("postroom: never install this setuid or setgid\n", stderr);
		return error_exit_status(ERROR_REFUSED);
	}
	no_core();
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	environment_scrub();
	environment_locale(&note);
	if (note)
		fprintf(stderr, "postroom: %s\n", note);
	status = commands_run(argc, argv, &front_ends, &options);
	return status >= 0 ? status : run_console(&options);
}
