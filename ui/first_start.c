/*
 * first_start: proposes what the machine already knows, and writes a commented
 * postroom.conf where the person says yes.
 *
 * Nothing is written without that word, no existing file is touched, and no
 * password is asked for or stored: the file names the place of one.  Found
 * texts are foreign and made visible.  Fails with sentences on the output and
 * an exit status.  Start only.
 */
#include "ui/first_start.h"

#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "config.h"
#include "ui/console.h"

struct talk {
	const struct first_start *start;
	struct arena *arena;
};

static void say(const struct talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Line breaks in our own words stay, and so does what a line is indented by; everything else becomes visible. */
static void say(const struct talk *talk, const char *format, ...)
{
	va_list arguments;
	char *words, *rest = NULL;

	va_start(arguments, format);
	words = arena_vformat(talk->arena, format, arguments);
	va_end(arguments);
	for (char *line = words; line != NULL; line = rest) {
		rest = strchr(line, '\n');
		if (rest != NULL)
			*rest++ = '\0';
		for (; *line == '\t'; line++)
			fputs("  ", talk->start->out);
		fputs(text_visible_string(talk->arena, talk->start->form, line, strlen(line)), talk->start->out);
		if (rest != NULL)
			fputc('\n', talk->start->out);
	}
	fflush(talk->start->out);
}

/* One answer without the blanks around it; NULL at the end of input. */
static char *ask(const struct talk *talk, const char *question)
{
	char line[1024];
	size_t length;

	say(talk, "%s ", question);
	if (fgets(line, sizeof(line), talk->start->in) == NULL) {
		say(talk, "\n");
		return NULL;
	}
	/* The rest of a line that is too long must not be taken for the next answer. */
	for (int c = 0; strchr(line, '\n') == NULL && c != '\n' && c != EOF;)
		c = fgetc(talk->start->in);
	length = strcspn(line, "\r\n");
	while (length > 0 && line[length - 1] == ' ')
		length--;
	line[length] = '\0';
	return arena_text(talk->arena, line + strspn(line, " "));
}

/* --- what was found -------------------------------------------------------------------------- */

static void print_field(const struct talk *talk, const char *label, const char *value)
{
	if (value != NULL && value[0] != '\0')
		say(talk, "      %-8s %s\n", label, value);
}

static void print_proposal(const struct talk *talk, size_t index)
{
	const struct directory_proposal *proposal = &talk->start->proposals[index];

	say(talk, "  %zu  %s\n", index + 1, proposal->uri);
	print_field(talk, "found in", proposal->source);
	print_field(talk, "base", proposal->base);
	print_field(talk, "login", proposal->bind_dn);
	print_field(talk, "CA file", proposal->ca_file);
	print_field(talk, "", proposal->words);
}

static void print_found(const struct talk *talk)
{
	const char *path = talk->start->path;

	say(talk, "postroom has no configuration yet. It looked for\n  /etc/postroom/postroom.conf\n");
	if (path != NULL && strcmp(path, "/etc/postroom/postroom.conf") != 0)
		say(talk, "  %s\n", path);
	say(talk, "\n");
	if (talk->start->count == 0) {
		say(talk, "On this machine nothing was found that tells of a directory\n(looked at UCR, ldap.conf and local ldapi sockets).\n\n");
		return;
	}
	say(talk, "This machine knows of %s:\n\n", talk->start->count == 1 ? "this directory" : "these directories");
	for (size_t i = 0; i < talk->start->count; i++)
		print_proposal(talk, i);
}

static void print_ways_on(const struct talk *talk)
{
	const char *uri = talk->start->count > 0 ? talk->start->proposals[0].uri : "ldaps://ldap.example.com";

	say(talk, "\nTo go on:\n"
			"  start postroom in a terminal: it offers to write a configuration, or\n"
			"  name everything on the command line, as in\n    postroom --uri %s --bind DN\n"
			"  or write %s,\n  see postroom.conf(5).\n", uri,
			talk->start->path == NULL ? "/etc/postroom/postroom.conf" : talk->start->path);
}

/* --- choosing ---------------------------------------------------------------------------------- */

static const char *or_nothing(const char *words)
{
	return words == NULL || words[0] == '\0' ? NULL : words;
}

static bool typed_proposal(const struct talk *talk, struct directory_proposal *proposal)
{
	memset(proposal, 0, sizeof(*proposal));
	proposal->source = "typed at the first start";
	proposal->uri = or_nothing(ask(talk, "Address of the directory, as in ldaps://ldap.example.com (nothing: end):"));
	if (proposal->uri == NULL)
		return false;
	if (strncmp(proposal->uri, "ldap://", 7) != 0 && strncmp(proposal->uri, "ldaps://", 8) != 0 && strncmp(proposal->uri, "ldapi://", 8) != 0) {
		say(talk, "An address begins with ldaps://, ldap:// (then StartTLS is used) or ldapi://.\n");
		return false;
	}
	proposal->base = or_nothing(ask(talk, "Base DN (nothing: ask the directory):"));
	proposal->bind_dn = or_nothing(ask(talk, "DN to log in with (nothing: fill in later):"));
	proposal->ca_file = or_nothing(ask(talk, "File with the certificate authority (nothing: the system's):"));
	return true;
}

static bool choose(const struct talk *talk, struct directory_proposal *chosen)
{
	for (;;) {
		char *end, *answer;
		unsigned long number;

		if (talk->start->count == 0)
			return typed_proposal(talk, chosen);
		answer = ask(talk, "\nWhich one shall stand in the configuration? Number, t to type another, Enter to end:");
		if (answer == NULL || answer[0] == '\0')
			return false;
		if (strcmp(answer, "t") == 0)
			return typed_proposal(talk, chosen);
		number = strtoul(answer, &end, 10);
		if (*end == '\0' && number >= 1 && number <= talk->start->count) {
			*chosen = talk->start->proposals[number - 1];
			return true;
		}
		say(talk, "That is none of 1 to %zu.\n", talk->start->count);
	}
}

/* --- writing --------------------------------------------------------------------------------------- */

/* The folder is made where it is missing; in a home it is nobody else's business. */
static bool write_file(const char *path, const char *words, struct error *error)
{
	struct arena *arena = arena_new();
	char *folder = arena_text(arena, path), *slash = strrchr(folder, '/');
	bool fine = true;

	if (slash != NULL && slash != folder) {
		*slash = '\0';
		if (access(folder, F_OK) != 0)
			fine = file_make_directory(folder, geteuid() == 0 ? 0755 : 0700, error);
	}
	if (fine)
		fine = file_replace(path, words, strlen(words), 0600, error);
	arena_free(arena);
	return fine;
}

static int offer_writing(const struct talk *talk, const struct directory_proposal *proposal)
{
	const char *path = talk->start->path;
	char *sample = config_sample(talk->arena, proposal);
	struct error error;
	char *answer;

	say(talk, "\n%s\n", sample);
	if (path == NULL) {
		say(talk, "There is no home directory to write it to. Save it by hand and start postroom with --config FILE.\n");
		return 78;
	}
	if (access(path, F_OK) == 0) {
		say(talk, "%s exists already and is not touched.\n", path);
		return 78;
	}
	answer = ask(talk, arena_format(talk->arena, "Write this to %s? Type yes to write it, Enter to leave it:", path));
	if (answer == NULL || strcmp(answer, "yes") != 0) {
		say(talk, "Nothing was written.\n");
		return 78;
	}
	if (!write_file(path, sample, &error)) {
		say(talk, "%s\nNothing was written.\n", error.text);
		return error_exit_status(error.kind);
	}
	say(talk, "Written to %s, readable by you alone.\n"
			"Look it over: the login and the file with its password are yours to fill in.\n"
			"`postroom doctor` checks all of it; then start postroom again.\n", path);
	return 0;
}

int first_start_run(const struct first_start *start)
{
	struct talk talk = { start, arena_new() };
	struct directory_proposal chosen;
	int status = 78;

	print_found(&talk);
	if (!start->person)
		print_ways_on(&talk);
	else if (choose(&talk, &chosen))
		status = offer_writing(&talk, &chosen);
	else
		say(&talk, "Nothing was written.\n");
	arena_free(talk.arena);
	return status;
}

char *first_start_path(struct arena *arena, const char *asked_for)
{
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");

	if (asked_for != NULL)
		return arena_text(arena, asked_for);
	if (geteuid() == 0)
		return arena_text(arena, "/etc/postroom/postroom.conf");
	/* Where config_load will look for it. */
	if (xdg != NULL && xdg[0] == '/')
		return arena_format(arena, "%s/postroom/postroom.conf", xdg);
	if (home == NULL || home[0] != '/')
		return NULL;
	return arena_format(arena, "%s/.config/postroom/postroom.conf", home);
}

int console_first_start(const struct options *options)
{
	struct arena *arena = arena_new();
	struct directory_proposal *proposals = NULL;
	struct first_start start = {
		.in = stdin, .out = stdout,
		.form = !options->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? VISIBLE_UTF8 : VISIBLE_ASCII,
		.person = isatty(0) && isatty(1),
	};
	int status;

	start.path = first_start_path(arena, options->config);
	start.count = directory_propose(arena, &proposals);
	start.proposals = proposals;
	status = first_start_run(&start);
	arena_free(arena);
	return status;
}
