/*
 * limits_ask: asks a server for everything that the limit rules need.
 *
 * One command after the other, each with its deadline; what only adds (the
 * machine, who is connected) may fail and is left as not known, the
 * configuration may not.  Only the settings that the rules need are asked for,
 * since others are secrets.  Loop thread.
 */
#include "settings/limits_plan.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "settings/dropin.h"

struct limits_asking {
	struct hosts *hosts;
	size_t host, step;
	struct host_call *call;
	struct limits_world *world;
	struct limits_version version;
	char *configuration;               /* arena of the world */
	size_t configuration_length;
	void (*done)(void *context, struct limits_world *takes, const struct error *error);
	void *context;
};

void limits_world_free(struct limits_world *world)
{
	if (world)
		arena_free(world->arena);
}

static const struct host_settings *settings_of(const struct limits_asking *asking)
{
	return host_at(asking->hosts, asking->host);
}

static void finish(struct limits_asking *asking, const struct error *error)
{
	struct limits_world *world = asking->world;

	if (error) {
		asking->done(asking->context, NULL, error);
		limits_world_free(world);
	} else {
		static const struct error none;

		asking->done(asking->context, world, &none);
	}
	free(asking);
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

/* --- what each answer says ------------------------------------------------------------------------------- */

/*
 * Its reason behind the prefix, as it says it first: a failed check as "Error: X" and again with the file's name, a
 * value that cannot be read only with it. What a doveconf below it complained of (managesieve) is told again above.
 */
const char *limits_refusal(struct arena *arena, const char *complaint)
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

static bool take_configuration(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct limits_world *world = asking->world;

	if (answer->error.kind != ERROR_NONE) {
		*error = answer->error;
		return false;
	}
	if (answer->cut)
		return error_set(error, ERROR_UNREACHABLE, "%s: doveconf gave no whole answer", world->server);
	world->refused = answer->status ? limits_refusal(world->arena, answer->complaint) : NULL;
	if (answer->status && !world->refused)
		return host_answer_good(settings_of(asking), "configuration", answer, error) ?
			error_set(error, ERROR_UNREACHABLE, "%s: doveconf failed and does not say why (%d)", world->server, answer->status) : false;
	asking->configuration = arena_bytes(world->arena, answer->output, answer->length);
	asking->configuration_length = answer->length;
	world->keeps_sessions = strstr(answer->output, "shutdown_clients=no") != NULL;
	world->unread = limits_form(answer->output, answer->length) != LIMITS_DUMP;
	if (world->unread && !world->refused)
		return error_set(error, ERROR_UNREACHABLE, "%s: doveconf named no service; try doveconf -S there", world->server);
	return true;
}

static bool take_version(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct limits_world *world = asking->world;

	(void)error;
	if (answer->error.kind == ERROR_NONE && answer->status == 0)
		limits_version_read(answer->output, &asking->version);
	world->facts = limits_read(world->arena, LIMITS_DUMP, asking->configuration, asking->configuration_length, &asking->version);
	return true;
}

static void take_number(const struct host_answer *answer, uint64_t *number)
{
	if (answer->error.kind == ERROR_NONE && answer->status == 0 && *answer->output >= '0' && *answer->output <= '9')
		*number = strtoull(answer->output, NULL, 10);
}

static bool take_memory(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	bool fine = answer->error.kind == ERROR_NONE && answer->status == 0;
	const char *total = fine ? strstr(answer->output, "MemTotal:") : NULL, *available = fine ? strstr(answer->output, "MemAvailable:") : NULL;

	(void)error;
	if (total)
		asking->world->facts->memory = strtoull(total + 9, NULL, 10) * 1024;
	if (available)
		asking->world->memory_free = strtoull(available + 13, NULL, 10) * 1024;
	return true;
}

static bool take_cores(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	(void)error;
	take_number(answer, &asking->world->facts->cores);
	return true;
}

static bool take_userip(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	(void)error;
	take_number(answer, &asking->world->facts->userip);
	return true;
}

static bool take_userip_pop3(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	(void)error;
	take_number(answer, &asking->world->facts->userip_pop3);
	return true;
}

static bool take_who(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct limits_world *world = asking->world;

	(void)error;
	if (answer->error.kind == ERROR_NONE && answer->status == 0 && answer->form == FORM_OUTPUT && !answer->cut)
		limits_people(world->arena, answer->output, world->facts, &world->connections, &world->people);
	return true;
}

static bool take_base_dir(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct arena *arena = asking->world->arena;
	const char *configuration = settings_of(asking)->dovecot_config ? settings_of(asking)->dovecot_config : "/etc/dovecot/dovecot.conf";

	(void)error;
	/* Only of this machine: of no other the limits of a process can be read. */
	if (answer->error.kind != ERROR_NONE || answer->status != 0 || *answer->output != '/' ||
	    host_way(asking->hosts, asking->host, "base-dir", NULL) != WAY_EXEC)
		return true;
	asking->world->facts->open_files = limits_open_files(arena, arena_bytes(arena, answer->output, strcspn(answer->output, "\n")), configuration);
	return true;
}

static bool take_file(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct limits_world *world = asking->world;

	if (answer->error.kind != ERROR_NONE) {
		*error = answer->error;
		return false;
	}
	if (answer->status != 0 && strstr(answer->complaint, "No such file"))
		return true;
	if (answer->status != 0) {
		world->locked = arena_format(world->arena, "%s: %s cannot be read: %.*s", world->server, world->place,
			(int)strcspn(answer->complaint, "\n"), answer->complaint);
		return true;
	}
	world->bytes = arena_bytes(world->arena, answer->output, answer->length);
	world->length = answer->length;
	return true;
}

/* --- one after the other --------------------------------------------------------------------------------------- */

static const struct step {
	const char *command;
	bool (*take)(struct limits_asking *asking, const struct host_answer *answer, struct error *error);
	bool of_place;                     /* its hole is the drop-in */
} steps[] = {
	{ "configuration", take_configuration, false },
	{ "dovecot-version", take_version, false },
	{ "memory", take_memory, false },
	{ "cores", take_cores, false },
	{ "userip", take_userip, false },
	{ "userip-pop3", take_userip_pop3, false },
	{ "who", take_who, false },
	{ "base-dir", take_base_dir, false },
	{ "file", take_file, true },
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static void next_step(struct limits_asking *asking);

static void on_answer(void *context, const struct host_answer *answer)
{
	struct limits_asking *asking = context;
	struct error error = { 0 };

	asking->call = NULL;
	if (asking->done == NULL) {
		limits_world_free(asking->world);
		free(asking);
		return;
	}
	if (!steps[asking->step].take(asking, answer, &error)) {
		finish(asking, &error);
		return;
	}
	asking->step++;
	next_step(asking);
}

static void next_step(struct limits_asking *asking)
{
	struct host_request request = { .done = on_answer, .context = asking };

	/* What has no way here is not known; the first step has one, or there was no call. */
	while (asking->step < STEPS && asking->step > 0 && host_way(asking->hosts, asking->host, steps[asking->step].command, NULL) == WAY_NONE) {
		if (asking->step == 1)
			take_version(asking, &(struct host_answer){ .error = { .kind = ERROR_UNSUPPORTED } }, NULL);
		if (steps[asking->step].of_place)
			asking->world->locked = arena_format(asking->world->arena, "%s: files there cannot be read or written: it has neither exec nor ssh",
				asking->world->server);
		asking->step++;
	}
	if (asking->step >= STEPS) {
		finish(asking, NULL);
		return;
	}
	request.command = steps[asking->step].command;
	if (steps[asking->step].of_place) {
		request.holes = &asking->world->place;
		request.hole_count = 1;
	}
	asking->call = host_run(asking->hosts, asking->host, &request);
}

struct limits_asking *limits_ask(struct hosts *hosts, size_t host, void (*done)(void *context, struct limits_world *takes, const struct error *error),
		void *context)
{
	struct limits_asking *asking = memory_new(sizeof(*asking));
	struct arena *arena = arena_new();

	asking->hosts = hosts;
	asking->host = host;
	asking->done = done;
	asking->context = context;
	asking->version = (struct limits_version){ 2, 3, 19 };
	asking->world = arena_alloc(arena, sizeof(*asking->world));
	asking->world->arena = arena;
	asking->world->host = host;
	asking->world->server = arena_text(arena, host_at(hosts, host)->name);
	asking->world->connections = asking->world->people = asking->world->memory_free = LIMITS_UNKNOWN;
	asking->world->place = dropin_path(arena, host_at(hosts, host)->dovecot_config ? host_at(hosts, host)->dovecot_config : "/etc/dovecot/dovecot.conf");
	if (host_at(hosts, host)->flavour == FLAVOUR_UCS)
		asking->world->locked = arena_format(arena, "%s is a UCS server: its limits are set with ucr (mail/dovecot/limits/*), since Dovecot's files are "
			"generated there", asking->world->server);
	next_step(asking);
	return asking;
}

void limits_ask_cancel(struct limits_asking *asking)
{
	if (!asking)
		return;
	asking->done = NULL;
	host_cancel(asking->call);
}
