/*
 * carrier_ssh: runs a command over there, through the system's ssh.
 *
 * One shared master connection for each server, so that a question costs a
 * channel and no login; its sockets lie in a private directory of this hosts
 * and end with it.  Nothing is ever asked (BatchMode), no agent and no X11 goes
 * along, there is no terminal.  A remote program that outlives its time is
 * ended by timeout over there.  What ssh says when it fails becomes a sentence.
 * Loop thread.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/text.h"
#include "hosts/hosts_private.h"

#define SSH "/usr/bin/ssh"
#define CONNECT_SECONDS "8"
/* At the end of the console, all at once. */
#define CLOSE_MS 500
#define SSH_FAILED 255
/* What timeout over there answers: ended by SIGTERM, or in the end by SIGKILL. */
#define ENDED_THERE 124
#define KILLED_THERE 137

/* --- the line over there ------------------------------------------------------------------------- */

void ssh_quote(struct text *line, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-";

	if (*word && strspn(word, plain) == strlen(word)) {
		text_add(line, word);
		return;
	}
	text_add_char(line, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			text_add(line, "'\\''");
		else
			text_add_char(line, *word);
	}
	text_add_char(line, '\'');
}

/* Our own deadline comes first; a second later the program over there is ended too. */
static char *remote_line(const struct host_call *call)
{
	struct text line = { 0 };
	const char *const *words;
	size_t count, i;

	text_addf(&line, "exec /usr/bin/env LC_ALL=C.UTF-8 /usr/bin/timeout -k 2 %u", (unsigned)(call->deadline / 1000 + 1));
	words = command_line(call, &count);
	for (i = 0; i < count; i++) {
		text_add_char(&line, ' ');
		ssh_quote(&line, words[i]);
	}
	return text_take(&line);
}

/* --- the line here --------------------------------------------------------------------------------- */

/* A directory that only we can enter, made when it is first needed. Short, since names of sockets are. */
static const char *runtime_directory(struct hosts *hosts)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	char path[60];
	struct stat status;

	if (hosts->runtime)
		return hosts->runtime;
	if (!base || *base != '/' || strlen(base) > 30 || stat(base, &status) || status.st_uid != geteuid() || (status.st_mode & 077))
		base = "/tmp";
	snprintf(path, sizeof(path), "%s/postroom-XXXXXX", base);
	if (!mkdtemp(path))
		return NULL;
	hosts->runtime = memory_text(path);
	return hosts->runtime;
}

struct line { const char *words[64]; size_t count; };

static void add(struct line *line, const char *word)
{
	line->words[line->count++] = word;
}

static void add_option(struct line *line, const char *option)
{
	add(line, "-o");
	add(line, option);
}

static void add_files(struct line *line, struct arena *arena, const struct host_settings *settings)
{
	if (settings->ssh_config) {
		add(line, "-F");
		add(line, settings->ssh_config);
	}
	if (settings->ssh_key) {
		add(line, "-i");
		add(line, settings->ssh_key);
		add_option(line, "IdentitiesOnly=yes");
	}
	if (settings->ssh_known_hosts) {
		add_option(line, arena_format(arena, "UserKnownHostsFile=\"%s\"", settings->ssh_known_hosts));
		add_option(line, "GlobalKnownHostsFile=/dev/null");
		add_option(line, "StrictHostKeyChecking=yes");
	}
	if (settings->ssh_port) {
		add(line, "-p");
		add(line, arena_format(arena, "%d", settings->ssh_port));
	}
}

static void add_connection(struct line *line, struct arena *arena, struct hosts *hosts, const struct host_settings *settings)
{
	const char *directory = runtime_directory(hosts);

	add(line, settings->ssh_program ? settings->ssh_program : SSH);
	add_files(line, arena, settings);
	add_option(line, "BatchMode=yes");
	add_option(line, "ConnectTimeout=" CONNECT_SECONDS);
	add_option(line, "ServerAliveInterval=10");
	add_option(line, "ServerAliveCountMax=3");
	if (directory) {
		add_option(line, arena_format(arena, "ControlPath=%s/%%C", directory));
		add_option(line, "ControlPersist=120");
	}
}

static void judge(struct host_call *call, const struct child_result *result, struct error *error)
{
	if (result->status == SSH_FAILED) {
		ssh_explain(&call->host->settings, result->complaint, error);
		/* A link that was cut in the middle: what goes on over there nobody here knows. */
		if (call->command->changes && ssh_may_have_run(result->complaint))
			error->kind = ERROR_UNKNOWN_OUTCOME;
	} else if (result->status == ENDED_THERE || result->status == KILLED_THERE)
		error_set(error, ERROR_TIMEOUT, "%s: %s gave no answer within %u s and was ended there", call->host->settings.name,
			call->command->name, (unsigned)((call->deadline + 999) / 1000));
}

static void start(struct host_call *call)
{
	const struct host_settings *settings = &call->host->settings;
	char *remote = remote_line(call);
	struct line line = { .count = 0 };

	add_connection(&line, call->arena, call->hosts, settings);
	add_option(&line, call->hosts->runtime ? "ControlMaster=auto" : "ControlMaster=no");
	add_option(&line, "ForwardAgent=no");
	add_option(&line, "ForwardX11=no");
	add_option(&line, "ClearAllForwardings=yes");
	add_option(&line, "PermitLocalCommand=no");
	add_option(&line, "RequestTTY=no");
	add_option(&line, "LogLevel=ERROR");
	add(&line, "--");
	add(&line, settings->ssh_target);
	add(&line, arena_text(call->arena, remote));
	add(&line, NULL);
	free(remote);
	carrier_child_start(call, line.words, judge);
}

const struct carrier carrier_ssh = {
	.way = WAY_SSH, .start = start, .cancel = carrier_child_cancel, .abandon = carrier_child_abandon,
};

/* --- the end ------------------------------------------------------------------------------------------ */

struct closing {
	size_t left;
	bool done;
};

static void on_ended(const struct child_result *result, void *context)
{
	struct closing *closing = context;

	(void)result;
	if (--closing->left == 0)
		closing->done = true;
}

static bool empty_directory(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	bool empty = true;

	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			empty = false;
	if (directory)
		closedir(directory);
	return empty;
}

static void remove_directory(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory)
		closedir(directory);
	rmdir(path);
}

/* Asks every master to end, all at once, on a loop of its own: nothing of ours runs meanwhile. */
static void end_masters(struct hosts *hosts)
{
	struct closing closing = { 0 };
	struct loop *loop = loop_new();
	size_t i;

	for (i = 0; i < hosts->count; i++) {
		const struct host_settings *settings = &hosts->list[i].settings;
		struct child_request request = { .deadline = CLOSE_MS };
		struct line line = { .count = 0 };

		if (!settings->ssh_target)
			continue;
		add_connection(&line, hosts->arena, hosts, settings);
		add(&line, "-O");
		add(&line, "exit");
		add(&line, "--");
		add(&line, settings->ssh_target);
		add(&line, NULL);
		request.argv = line.words;
		closing.left++;
		child_run(loop, &request, on_ended, &closing);
	}
	if (closing.left)
		loop_run_until(loop, &closing.done);
	loop_free(loop);
}

void ssh_close(struct hosts *hosts)
{
	if (!hosts->runtime)
		return;
	if (!empty_directory(hosts->runtime))
		end_masters(hosts);
	remove_directory(hosts->runtime);
	free(hosts->runtime);
	hosts->runtime = NULL;
}
