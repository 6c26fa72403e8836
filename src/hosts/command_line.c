/*
 * command_line: a row of host_commands with its holes filled, as the arguments
 * of a program and as parameters of the doveadm API.
 *
 * Holes were checked before (command_fits).  Never fails.  Any thread.
 */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "hosts/hosts_private.h"

#define POSTFIX_DIRECTORY "/usr/sbin"
#define POSTROOM "/usr/local/bin/postroom"

static const char *in(struct arena *arena, const char *directory, const char *program)
{
	return arena_format(arena, "%s/%s", directory ? directory : POSTFIX_DIRECTORY, program);
}

const char *command_of_link(struct arena *arena, const char *path, size_t length)
{
	static const char gone[] = " (deleted)";

	if (length > strlen(gone) && memcmp(path + length - strlen(gone), gone, strlen(gone)) == 0)
		length -= strlen(gone);
	return arena_bytes(arena, path, length);
}

/* The program that runs now, so that both sides are of one version. */
static const char *ourselves(struct arena *arena)
{
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path));

	return length > 0 && (size_t)length < sizeof(path) ? command_of_link(arena, path, (size_t)length) : POSTROOM;
}

const char *command_program(struct arena *arena, const struct host_settings *settings, const char *program)
{
	if (program[0] == '/')
		return program;
	if (!strcmp(program, "doveadm"))
		return settings->doveadm ? settings->doveadm : "/usr/bin/doveadm";
	if (!strcmp(program, "doveconf"))
		return settings->doveconf ? settings->doveconf : "/usr/bin/doveconf";
	if (!strcmp(program, "postroom"))
		return settings->postroom ? settings->postroom : settings->exec ? ourselves(arena) : POSTROOM;
	/* postsuper is for the administrator, the others for everybody; Debian has them side by side. */
	return in(arena, !strcmp(program, "postsuper") ? settings->postfix_sbin : settings->postfix_bin, program);
}

/* Its configuration where it is not the usual one: every program that we start takes it as -c in front. */
static const char *config_of(const struct host_settings *settings, const char *program)
{
	if (program[0] == '/' || !strcmp(program, "postroom"))
		return NULL;
	return !strncmp(program, "dove", 4) ? settings->dovecot_config : settings->postfix_config;
}

/* "%%" in a template is a percent sign. */
static const char *literal(struct arena *arena, const char *word)
{
	char *copy = arena_text(arena, word);
	size_t from, to = 0;

	for (from = 0; copy[from]; from++) {
		if (copy[from] == '%' && copy[from + 1] == '%')
			from++;
		copy[to++] = copy[from];
	}
	copy[to] = '\0';
	return copy;
}

/* Which hole this word is; -1: none. */
static int hole_of(const char *word)
{
	return word[0] == '%' && isdigit((unsigned char)word[1]) && word[1] != '0' && !word[2] ? word[1] - '1' : -1;
}

static bool wants_sudo(const struct host_call *call)
{
	/* Here one may be root already; over there nobody knows. */
	return call->command->root && call->host->settings.sudo && !(call->carrier->way == WAY_EXEC && geteuid() == 0);
}

const char *const *command_line(const struct host_call *call, size_t *count)
{
	const struct host_settings *settings = &call->host->settings;
	const struct host_command *command = call->command;
	const char *config = config_of(settings, command->program);
	const char **words;
	size_t room = call->hole_count + 10, next = 0, i;

	for (i = 0; command->arguments && command->arguments[i]; i++)
		room++;
	words = arena_alloc(call->arena, room * sizeof(*words));
	if (wants_sudo(call)) {
		words[next++] = "/usr/bin/sudo";
		words[next++] = "-n";
		words[next++] = "--";
	}
	words[next++] = command_program(call->arena, settings, command->program);
	if (config) {
		words[next++] = "-c";
		words[next++] = config;
	}
	for (i = 0; command->arguments && command->arguments[i]; i++) {
		int hole = hole_of(command->arguments[i]);
		size_t from = hole < 0 ? 0 : (size_t)hole;

		if (hole < 0)
			words[next++] = literal(call->arena, command->arguments[i]);
		else if (command->many && from + 1 == command->hole_count)
			while (from < call->hole_count)
				words[next++] = call->holes[from++];
		else
			words[next++] = call->holes[from];
	}
	if (settings->guardian_directory && !strcmp(command->program, "postroom")) {
		words[next++] = "--directory";
		words[next++] = settings->guardian_directory;
	}
	if (command->postfix && settings->postfix_config) {
		words[next++] = "--postfix";
		words[next++] = settings->postfix_config;
	}
	words[next] = NULL;
	*count = next;
	return words;
}

static void add_json_string(struct text *parameters, const char *value)
{
	text_add_char(parameters, '"');
	for (; *value; value++) {
		if ((unsigned char)*value < ' ') {
			text_addf(parameters, "\\u%04x", (unsigned char)*value);
			continue;
		}
		if (*value == '"' || *value == '\\')
			text_add_char(parameters, '\\');
		text_add_char(parameters, *value);
	}
	text_add_char(parameters, '"');
}

/* All that a hole stands for, with commas where it is the one for several. */
static void add_hole(struct text *parameters, const struct host_call *call, size_t hole)
{
	add_json_string(parameters, call->holes[hole]);
	while (call->command->many && hole + 1 >= call->command->hole_count && ++hole < call->hole_count) {
		text_add_char(parameters, ',');
		add_json_string(parameters, call->holes[hole]);
	}
}

char *command_parameters(const struct host_call *call)
{
	const char *at = call->command->parameters;
	struct text parameters = { 0 };

	while (*at) {
		char word[3] = { at[0] == '"' ? at[1] : '\0', at[0] == '"' && at[1] ? at[2] : '\0', '\0' };
		int hole = hole_of(word);

		if (hole >= 0 && at[3] == '"') {
			add_hole(&parameters, call, (size_t)hole);
			at += 4;
		} else if (call->command->input_text && !strncmp(at, "\"%0\"", 4)) {
			add_json_string(&parameters, call->input ? call->input : "");
			at += 4;
		} else {
			text_add_char(&parameters, *at++);
		}
	}
	return text_take(&parameters);
}
