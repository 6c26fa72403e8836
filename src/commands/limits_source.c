/*
 * limits_source: asks doveconf, here or on a mail server, and the machine.
 *
 * Only the settings that the rules need are asked for by name, since the others
 * hold secrets.  What the machine does not tell is left as not known.  doveconf
 * ends with 89 where Dovecot would refuse the configuration; that is an answer.
 */
#include "commands/limits_source.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/file.h"
#include "base/text.h"
#include "hosts/hosts.h"

enum { MOST_BYTES = 8 << 20, REFUSED_STATUS = 89 };

/* Where doveconf lies, and the dovecot of the same installation. */
static const struct installed { const char *doveconf, *dovecot; } installations[] = {
	{ "/usr/bin/doveconf", "/usr/sbin/dovecot" }, { "/usr/local/bin/doveconf", "/usr/local/sbin/dovecot" },
};

static const struct installed *find_installed(void)
{
	for (size_t i = 0; i < sizeof(installations) / sizeof(installations[0]); i++)
		if (access(installations[i].doveconf, X_OK) == 0)
			return &installations[i];
	return NULL;
}

/* --- a program here -------------------------------------------------------------------------------- */

struct asked { struct arena *arena; bool done; bool fine; int status; const char *output, *complaint; size_t length; struct error error; };

static void on_child(const struct child_result *result, void *context)
{
	struct asked *asked = context;

	asked->done = true;
	asked->fine = result->started && !result->timed_out && !result->cut;
	asked->status = result->status;
	asked->error = result->error;
	asked->output = arena_bytes(asked->arena, result->output ? result->output : "", result->output_length);
	asked->length = result->output_length;
	asked->complaint = arena_bytes(asked->arena, result->complaint ? result->complaint : "", result->complaint_length);
}

static struct asked ask_here(struct arena *arena, const char *const *words)
{
	struct asked asked = { .arena = arena };
	struct loop *loop = loop_new();

	child_run(loop, &(struct child_request){ .argv = words, .most = MOST_BYTES }, on_child, &asked);
	loop_run_until(loop, &asked.done);
	loop_free(loop);
	return asked;
}

/* --- what doveconf refused -------------------------------------------------------------------------- */

struct limits_verdict limits_source_judge(struct arena *arena, const struct limits_source *source)
{
	struct limits_verdict verdict = { 0 };
	const char **errors = arena_alloc(arena, sizeof(*errors));

	if (!source->unread) {
		verdict = limits_check(arena, source->facts);
		if (!source->refused || verdict.error_count)
			return verdict;
		/* Only of the listeners, and of a section without its end, Dovecot speaks after it warned (1.6). */
		if (strncmp(source->refused, "duplicate listener: ", 20) != 0 && !strstr(source->refused, ": Missing '}' (section started at "))
			verdict.warning_count = 0;
		verdict.finding_count = 0;
	}
	errors[0] = source->refused;
	verdict.errors = errors;
	verdict.error_count = 1;
	return verdict;
}

/* --- a file ------------------------------------------------------------------------------------------------- */

static bool includes_others(const char *words)
{
	for (; *words; words += strcspn(words, "\n"), words += *words == '\n') {
		words += strspn(words, " \t");
		if (strncmp(words, "!include", 8) == 0)
			return true;
	}
	return false;
}

static struct limits_version installed_version(struct arena *arena, const struct installed *installed)
{
	const char *words[] = { installed->dovecot, "--version", NULL };
	struct limits_version version = { 2, 3, 19 };
	struct asked asked = ask_here(arena, words);

	if (asked.fine && asked.status == 0)
		limits_version_read(asked.output, &version);
	return version;
}

static void ask_userip(struct arena *arena, const struct installed *installed, const char *path, const char *protocol, uint64_t *limit)
{
	const char *words[] = { installed->doveconf, "-h", "-c", path, "-f", protocol, "mail_max_userip_connections", NULL };
	struct asked asked = ask_here(arena, words);
	char *end;
	unsigned long long read = strtoull(asked.output, &end, 10);

	if (asked.fine && asked.status == 0 && end != asked.output)
		*limit = read;
}

static bool read_by_doveconf(struct arena *arena, const struct installed *installed, const char *path, const struct limits_version *version,
		struct limits_source *source, struct error *error)
{
	const char *words[] = { installed->doveconf, "-S", "-c", path, "service", "protocols", "default_process_limit", "default_client_limit",
		"default_vsz_limit", "mail_max_userip_connections", "base_dir", "listen", "first_valid_uid", "last_valid_uid", "first_valid_gid",
		"last_valid_gid", NULL };
	struct asked asked = ask_here(arena, words);
	struct limits_version own = installed_version(arena, installed);

	if (!asked.fine)
		return error_set(error, asked.error.kind ? asked.error.kind : ERROR_UNREACHABLE, "%s did not answer about %s: %s",
			installed->doveconf, path, asked.error.text[0] ? asked.error.text : "it was ended");
	source->refused = asked.status ? limits_refusal(arena, asked.complaint) : NULL;
	if (asked.status && asked.status != REFUSED_STATUS && !source->refused)
		return error_set(error, ERROR_FILE, "%s cannot read %s: %.200s (%d)", installed->doveconf, path,
			*asked.complaint ? asked.complaint : "it does not say why", asked.status);
	source->unread = limits_form(asked.output, asked.length) != LIMITS_DUMP;
	/* What this user may not read is no fault of the configuration. */
	if (source->unread && source->refused && strstr(source->refused, "Permission denied"))
		return error_set(error, ERROR_FILE, "%s cannot be read as a whole, so run this as somebody who may read what it includes: %s", path,
			source->refused);
	if (source->unread && !source->refused)
		return error_set(error, ERROR_FILE, "%s names no service of %s, so this is no configuration that it can read", installed->doveconf, path);
	source->facts = limits_read(arena, LIMITS_DUMP, asked.output, asked.length, &own);
	if (version)
		limits_facts_turn(source->facts, version);
	if (source->unread)
		return true;
	ask_userip(arena, installed, path, "protocol=imap", &source->facts->userip);
	ask_userip(arena, installed, path, "protocol=pop3", &source->facts->userip_pop3);
	if (source->facts->base_dir)
		source->facts->open_files = limits_open_files(arena, source->facts->base_dir, path);
	return true;
}

bool limits_from_file(struct arena *arena, const char *path, const struct limits_version *version, struct limits_source *source,
		struct error *error)
{
	const struct installed *installed = find_installed();
	size_t length;
	const char *bytes = file_read(arena, path, MOST_BYTES, &length, error);
	char whole[PATH_MAX];
	enum limits_form form;

	*source = (struct limits_source){ 0 };
	if (!bytes) {
		/* 65 is what a refused configuration ends with; a script must be able to tell. */
		if (error->kind == ERROR_NOT_FOUND)
			error->kind = ERROR_FILE;
		return false;
	}
	/* A child runs in another directory. */
	if (*path != '/' && realpath(path, whole))
		path = arena_text(arena, whole);
	form = limits_form(bytes, length);
	if (form == LIMITS_NOT_READ && installed)
		return read_by_doveconf(arena, installed, path, version, source, error);
	if (form == LIMITS_NOT_READ && includes_others(bytes))
		return error_set(error, ERROR_UNSUPPORTED, "%s includes other files, and there is no doveconf on this machine to read it; "
			"give what doveconf -n prints where Dovecot runs", path);
	/* What a doveconf printed has its own version, and with -a and -S what is built into that; a plain file has what it is read for. */
	source->facts = limits_read(arena, form == LIMITS_NOT_READ ? LIMITS_BLOCKS : form, bytes, length, form == LIMITS_NOT_READ ? version : NULL);
	if (version)
		limits_facts_turn(source->facts, version);
	return true;
}

/* --- a server ------------------------------------------------------------------------------------------------- */

struct asked_world { struct headless *headless; struct limits_world *world; struct error error; };

static void on_world(void *context, struct limits_world *takes, const struct error *error)
{
	struct asked_world *asked = context;

	asked->world = takes;
	asked->error = *error;
	asked->headless->done = true;
}

struct limits_world *limits_world_of(struct headless *headless, size_t host, struct error *error)
{
	struct asked_world asked = { .headless = headless };

	if (host_way(headless->engine->hosts, host, "configuration", error) == WAY_NONE)
		return NULL;
	limits_ask(headless->engine->hosts, host, on_world, &asked);
	headless_wait(headless);
	*error = asked.error;
	return asked.world;
}
