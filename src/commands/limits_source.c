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

/*
 * Its reason behind the prefix, as it says it first: a failed check as "Error: X" and again with the file's name, a
 * value that cannot be read only with it. What a doveconf below it complained of (managesieve) is told again above.
 */
static const char *refusal_in(struct arena *arena, const char *complaint)
{
	static const char error[] = "doveconf: Error: ", fatal[] = "doveconf: Fatal: ", below[] = "managesieve-login: dump-capability";
	const char *line = complaint, *told = NULL;

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		bool is_error = strncmp(line, error, sizeof(error) - 1) == 0;
		const char *words = line + sizeof(error) - 1;

		if (!is_error && strncmp(line, fatal, sizeof(fatal) - 1) != 0)
			continue;
		if (is_error && strncmp(words, below, sizeof(below) - 1) == 0)
			continue;
		told = arena_bytes(arena, words, strcspn(words, "\n"));
		break;
	}
	return told;
}

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

/* --- the open-files limit ------------------------------------------------------------------------------ */

static bool same_file(const char *one, const char *other)
{
	char first[PATH_MAX], second[PATH_MAX];

	return realpath(one, first) && realpath(other, second) && strcmp(first, second) == 0;
}

uint64_t limits_open_files(struct arena *arena, const char *base_dir, const char *configuration)
{
	static const char label[] = "Max open files";
	const char *words, *link = arena_format(arena, "%s/dovecot.conf", base_dir);
	size_t length;
	long pid;

	/* The master leaves a link to what it runs with beside its sockets. */
	if (configuration && !same_file(link, configuration))
		return LIMITS_UNKNOWN;
	words = file_read(arena, arena_format(arena, "%s/master.pid", base_dir), 64, &length, NULL);
	pid = words ? strtol(words, NULL, 10) : 0;
	if (pid <= 1)
		return LIMITS_UNKNOWN;
	words = file_read(arena, arena_format(arena, "/proc/%ld/limits", pid), 64 * 1024, &length, NULL);
	words = words ? strstr(words, label) : NULL;
	if (!words)
		return LIMITS_UNKNOWN;
	words += sizeof(label) - 1;
	words += strspn(words, " ");
	return *words >= '0' && *words <= '9' ? strtoull(words, NULL, 10) : UINT32_MAX;
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
	struct limits_version own = version ? *version : installed_version(arena, installed);

	if (!asked.fine)
		return error_set(error, asked.error.kind ? asked.error.kind : ERROR_UNREACHABLE, "%s did not answer about %s: %s",
			installed->doveconf, path, asked.error.text[0] ? asked.error.text : "it was ended");
	source->refused = asked.status ? refusal_in(arena, asked.complaint) : NULL;
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
	source->facts = limits_read(arena, form == LIMITS_NOT_READ ? LIMITS_BLOCKS : form, bytes, length, version);
	return true;
}

/* --- a server ------------------------------------------------------------------------------------------------- */

struct answers { struct headless *headless; bool fine; int status; const char *output, *complaint; size_t length; struct error error; };

static void on_answer(void *context, const struct host_answer *answer)
{
	struct answers *answers = context;
	struct arena *arena = answers->headless->arena;

	answers->error = answer->error;
	answers->fine = answer->error.kind == ERROR_NONE && !answer->cut;
	answers->status = answer->status;
	answers->output = arena_bytes(arena, answer->output ? answer->output : "", answer->length);
	answers->length = answer->length;
	answers->complaint = arena_text(arena, answer->complaint ? answer->complaint : "");
	answers->headless->done = true;
}

static struct answers ask_host(struct headless *headless, size_t host, const char *command)
{
	struct answers answers = { .headless = headless, .output = "", .complaint = "" };

	if (host_way(headless->engine->hosts, host, command, &answers.error) == WAY_NONE)
		return answers;
	host_run(headless->engine->hosts, host, &(struct host_request){ .command = command, .done = on_answer, .context = &answers });
	headless_wait(headless);
	return answers;
}

static void take_number(struct headless *headless, size_t host, const char *command, uint64_t *number)
{
	struct answers answers = ask_host(headless, host, command);

	if (answers.fine && answers.status == 0 && *answers.output >= '0' && *answers.output <= '9')
		*number = strtoull(answers.output, NULL, 10);
}

/* --- who is there now, and of whom the most from one address ----------------------------------------- */

static int compare_lines(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The column of this head; SIZE_MAX: there is none. */
static size_t column_of(const char *head, const char *name)
{
	size_t column = 0, length = strlen(name);

	for (; *head && *head != '\n'; column++) {
		size_t cell = strcspn(head, "\t\n");

		if (cell == length && memcmp(head, name, length) == 0)
			return column;
		head += cell + (head[cell] == '\t');
	}
	return SIZE_MAX;
}

static char *cell_of(struct arena *arena, const char *line, size_t column)
{
	for (; column; column--) {
		line += strcspn(line, "\t\n");
		line += *line == '\t';
	}
	return arena_bytes(arena, line, strcspn(line, "\t\n"));
}

static void count_people(char **people, size_t count, const char *protocol, uint64_t *sessions, uint64_t *most)
{
	size_t length = strlen(protocol), run = 0;

	*sessions = *most = 0;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(people[i], protocol, length) != 0 || people[i][length] != '\t')
			continue;
		run = i && strcmp(people[i], people[i - 1]) == 0 ? run + 1 : 1;
		*most = run > *most ? run : *most;
		++*sessions;
	}
}

static void look_at_people(struct headless *headless, size_t host, struct limits_facts *facts)
{
	static const char *const protocols[][2] = { { "imap", "imap" }, { "pop3", "pop3" }, { "sieve", "managesieve" }, { "submission", "submission" } };
	struct answers answers = ask_host(headless, host, "who");
	size_t user = column_of(answers.output, "username"), address = column_of(answers.output, "ip"), count = 0, room = 0;
	size_t service = column_of(answers.output, "service");
	char **people = NULL;

	if (service == SIZE_MAX)
		service = column_of(answers.output, "proto");
	if (!answers.fine || answers.status || user == SIZE_MAX || address == SIZE_MAX || service == SIZE_MAX)
		return;
	for (const char *line = strchr(answers.output, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
		people = arena_grow(headless->arena, people, &room, count + 1, sizeof(*people));
		people[count++] = arena_format(headless->arena, "%s\t%s\t%s", cell_of(headless->arena, line + 1, service),
			cell_of(headless->arena, line + 1, user), cell_of(headless->arena, line + 1, address));
	}
	if (count)
		qsort(people, count, sizeof(*people), compare_lines);
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		struct limits_service *mail = limits_service_named(facts, protocols[i][1]);
		uint64_t sessions, most;

		count_people(people, count, protocols[i][0], &sessions, &most);
		if (mail)
			mail->peak = sessions;
		if (i < 2)
			*(i ? &facts->peak_of_person_pop3 : &facts->peak_of_person) = most;
	}
}

static void look_at_machine(struct headless *headless, size_t host, struct limits_facts *facts)
{
	struct answers answers = ask_host(headless, host, "memory");
	const char *total = answers.fine && answers.status == 0 ? strstr(answers.output, "MemTotal:") : NULL;

	if (total)
		facts->memory = strtoull(total + 9, NULL, 10) * 1024;
	take_number(headless, host, "cores", &facts->cores);
	look_at_people(headless, host, facts);
	take_number(headless, host, "userip", &facts->userip);
	take_number(headless, host, "userip-pop3", &facts->userip_pop3);
}

/* Only of this machine, whose processes can be looked at. */
static void look_at_master(struct headless *headless, size_t host, struct limits_facts *facts)
{
	const struct host_settings *settings = host_at(headless->engine->hosts, host);
	const char *configuration = settings->dovecot_config ? settings->dovecot_config : "/etc/dovecot/dovecot.conf";
	const char *words[] = { settings->doveconf ? settings->doveconf : "/usr/bin/doveconf", "-h", "-c", configuration, "base_dir", NULL };
	struct asked asked;

	if (host_way(headless->engine->hosts, host, "configuration", NULL) != WAY_EXEC)
		return;
	asked = ask_here(headless->arena, words);
	if (asked.fine && asked.status == 0 && *asked.output == '/')
		facts->open_files = limits_open_files(headless->arena, arena_bytes(headless->arena, asked.output, strcspn(asked.output, "\n")), configuration);
}

bool limits_from_host(struct headless *headless, size_t host, const struct limits_version *version, struct limits_source *source,
		struct error *error)
{
	const struct host_settings *settings = host_at(headless->engine->hosts, host);
	struct answers answers = ask_host(headless, host, "configuration"), told;
	struct limits_version own = version ? *version : (struct limits_version){ 2, 3, 19 };

	*source = (struct limits_source){ 0 };
	if (!answers.fine) {
		*error = answers.error;
		return answers.error.kind ? false : error_set(error, ERROR_UNREACHABLE, "%s: doveconf gave no whole answer", settings->name);
	}
	source->refused = answers.status ? refusal_in(headless->arena, answers.complaint) : NULL;
	if (answers.status && !source->refused) {
		if (host_answer_good(settings, "configuration", &(struct host_answer){ .status = answers.status, .output = answers.output,
			.length = answers.length, .complaint = answers.complaint }, error))
			error_set(error, ERROR_UNREACHABLE, "%s: doveconf failed and does not say why (%d)", settings->name, answers.status);
		return false;
	}
	source->unread = limits_form(answers.output, answers.length) != LIMITS_DUMP;
	if (source->unread && !source->refused)
		return error_set(error, ERROR_UNREACHABLE, "%s: doveconf named no service; try doveconf -S there", settings->name);
	told = version ? (struct answers){ 0 } : ask_host(headless, host, "dovecot-version");
	if (told.fine && told.status == 0)
		limits_version_read(told.output, &own);
	source->facts = limits_read(headless->arena, LIMITS_DUMP, answers.output, answers.length, &own);
	if (!source->unread) {
		look_at_machine(headless, host, source->facts);
		look_at_master(headless, host, source->facts);
	}
	return true;
}
