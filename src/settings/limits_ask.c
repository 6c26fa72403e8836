/*
 * limits_ask: asks a server for everything that the limit rules need.
 *
 * One command after the other, each with its deadline; what only adds (the
 * machine, who is connected) may fail and is left as not known, the
 * configuration may not.  Only the settings that the rules need are asked for,
 * since others are secrets.  Loop thread.
 */
#include "settings/limits_private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "settings/dropin.h"

/* anvil tells its state once a second at most, and only when a client comes or goes; who is one. */
enum { ANVIL_MS = 1200, ANVIL_WAITS = 3 };

struct limits_asking {
	struct hosts *hosts;
	size_t host, step;
	struct host_call *call;
	struct loop_timer *wait;           /* before who and process-status are asked again */
	unsigned waits;
	bool again;                        /* anvil has not told since a reload */
	struct limits_world *world;
	struct limits_version version;
	struct limits_processes *processes;        /* NULL: not told */
	struct layers *layers;
	struct dovecot_files *files;
	const char *directory;             /* of UCR */
	const char *hole[LAYERS];
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

static const char *dovecot_conf(const struct limits_asking *asking)
{
	return settings_of(asking)->dovecot_config ? settings_of(asking)->dovecot_config : "/etc/dovecot/dovecot.conf";
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
	else if (answer->error.kind != ERROR_NONE)
		world->untold = arena_text(world->arena, answer->error.text);
	else if (answer->status != 0)
		world->untold = arena_bytes(world->arena, answer->complaint, strcspn(answer->complaint, "\n"));
	return true;
}

static bool take_anvil(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	(void)error;
	if (answer->error.kind != ERROR_NONE || answer->status != 0 || answer->form != FORM_OUTPUT || answer->cut)
		return true;
	asking->world->facts->anvil_started = limits_anvil_started(asking->world->arena, answer->output);
	asking->again = limits_anvil_silent(asking->world->arena, answer->output) && asking->waits < ANVIL_WAITS;
	return true;
}

static bool take_running(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	(void)error;
	if (answer->error.kind == ERROR_NONE && answer->status == 0 && answer->form == FORM_OUTPUT && !answer->cut && !asking->world->unread)
		limits_running(asking->world->arena, answer->output, asking->world->facts);
	return true;
}

static bool take_base_dir(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct arena *arena = asking->world->arena;

	(void)error;
	/* Of another machine the process itself is asked, see take_limits. */
	if (answer->error.kind != ERROR_NONE || answer->status != 0 || *answer->output != '/' ||
	    host_way(asking->hosts, asking->host, "base-dir", NULL) != WAY_EXEC)
		return true;
	asking->world->facts->open_files = limits_open_files(arena, arena_bytes(arena, answer->output, strcspn(answer->output, "\n")), dovecot_conf(asking));
	return true;
}

static bool take_processes(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct limits_world *world = asking->world;

	(void)error;
	if (answer->error.kind != ERROR_NONE || answer->status != 0 || answer->cut)
		return true;
	asking->processes = limits_processes_read(world->arena, answer->output, settings_of(asking)->dovecot_config);
	world->master = asking->processes->master;
	return true;
}

/* Who may not look into a process of another user gets nothing, and then nothing was measured. */
static bool take_process_memory(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct limits_world *world = asking->world;
	const struct limits_service *login = limits_service_named(world->facts, "imap-login");

	(void)error;
	if (answer->error.kind != ERROR_NONE)
		return true;
	limits_processes_measure(asking->processes, answer->output);
	world->facts->mail_kb = asking->processes->kb[LIMITS_SESSION];
	world->measured_sessions = asking->processes->measured[LIMITS_SESSION];
	/* One that serves many says nothing about one that serves one. */
	if (login && login->service_count == 1) {
		world->facts->login_kb = asking->processes->kb[LIMITS_LOGIN];
		world->measured_logins = asking->processes->measured[LIMITS_LOGIN];
	}
	return true;
}

static bool take_limits(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	const char *words = answer->error.kind == ERROR_NONE && answer->status == 0 ? strpbrk(answer->output, "0123456789") : NULL;

	(void)error;
	if (words)
		asking->world->facts->open_files = strtoull(words, NULL, 10);
	return true;
}

/* --- UCS ------------------------------------------------------------------------------------------------ */

/* "PATH:NUMBER:LINE" as grep -n -H writes it. */
static void each_line(struct limits_asking *asking, const char *output, void (*take)(struct limits_asking *asking, const char *path, unsigned number,
		const char *line, size_t length))
{
	for (const char *at = output; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		const char *stop = at + strcspn(at, "\n"), *colon = memchr(at, ':', (size_t)(stop - at));
		const char *second = colon ? memchr(colon + 1, ':', (size_t)(stop - colon - 1)) : NULL;

		if (second)
			take(asking, arena_bytes(asking->world->arena, at, (size_t)(colon - at)), (unsigned)strtoul(colon + 1, NULL, 10), second + 1,
				(size_t)(stop - second - 1));
	}
}

static void take_layer_line(struct limits_asking *asking, const char *path, unsigned number, const char *line, size_t length)
{
	const char *base = strrchr(path, '/');

	for (size_t i = 0; base && i < LAYERS; i++)
		if (strcmp(base + 1, layer_files[i]) == 0)
			layers_line(asking->layers, (enum layer)i, number, line, length);
}

static bool take_layers(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct limits_world *world = asking->world;

	(void)error;
	/* grep ends with 2 where a layer has no file. */
	if (answer->error.kind != ERROR_NONE || answer->status > 2 || answer->cut || !*answer->output) {
		world->locked = arena_format(world->arena, "%s: the files of UCR in %s cannot be read, so nothing can be set there", world->server, asking->directory);
		return true;
	}
	asking->layers = layers_new(world->arena);
	each_line(asking, answer->output, take_layer_line);
	world->ucr = asking->layers;
	if (!world->unread)
		limits_ucr_follow(world->facts, world->ucr);
	return true;
}

static void take_dovecot_line(struct limits_asking *asking, const char *path, unsigned number, const char *line, size_t length)
{
	dovecot_files_line(asking->files, path, number, line, length);
}

static bool take_dovecot_lines(struct limits_asking *asking, const struct host_answer *answer, struct error *error)
{
	struct limits_world *world = asking->world;

	(void)error;
	if (answer->error.kind != ERROR_NONE || answer->status > 2 || answer->cut)
		return true;
	asking->files = dovecot_files_new(world->arena);
	each_line(asking, answer->output, take_dovecot_line);
	dovecot_files_walk(asking->files, dovecot_conf(asking));
	world->place = dropin_place(world->arena, dovecot_conf(asking), world->ucs, asking->files);
	world->place_unread = !dovecot_files_reads(asking->files, world->place);
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

/* --- what stands in the holes; none: the step is left out ---------------------------------------------- */

static size_t place_hole(struct limits_asking *asking, const char *const **holes)
{
	*holes = &asking->world->place;
	return 1;
}

static size_t memory_holes(struct limits_asking *asking, const char *const **holes)
{
	*holes = asking->processes ? asking->processes->paths : NULL;
	return asking->processes ? asking->processes->count : 0;
}

static size_t limits_hole(struct limits_asking *asking, const char *const **holes)
{
	asking->hole[0] = arena_format(asking->world->arena, "/proc/%lu/limits", asking->world->master);
	*holes = asking->hole;
	return asking->world->master && asking->world->facts->open_files == LIMITS_UNKNOWN;
}

static size_t layer_holes(struct limits_asking *asking, const char *const **holes)
{
	for (size_t i = 0; i < LAYERS; i++)
		asking->hole[i] = arena_format(asking->world->arena, "%s/%s", asking->directory, layer_files[i]);
	*holes = asking->hole;
	return asking->world->ucs ? LAYERS : 0;
}

static size_t folder_hole(struct limits_asking *asking, const char *const **holes)
{
	const char *conf = dovecot_conf(asking), *slash = strrchr(conf, '/');

	asking->hole[0] = arena_format(asking->world->arena, "%.*s", (int)(slash - conf), conf);
	*holes = asking->hole;
	return asking->world->ucs;
}

/* --- one after the other --------------------------------------------------------------------------------------- */

static const struct step {
	const char *command;
	bool (*take)(struct limits_asking *asking, const struct host_answer *answer, struct error *error);
	size_t (*holes)(struct limits_asking *asking, const char *const **holes);
} steps[] = {
	{ "configuration", take_configuration, NULL },
	{ "dovecot-version", take_version, NULL },
	{ "memory", take_memory, NULL },
	{ "cores", take_cores, NULL },
	{ "userip", take_userip, NULL },
	{ "userip-pop3", take_userip_pop3, NULL },
	{ "who", take_who, NULL },
	{ "process-status", take_anvil, NULL },
	{ "service-status", take_running, NULL },
	{ "base-dir", take_base_dir, NULL },
	{ "dovecot-processes", take_processes, NULL },
	{ "dovecot-memory", take_process_memory, memory_holes },
	{ "process-limits", take_limits, limits_hole },
	{ "lines", take_layers, layer_holes },
	{ "dovecot-lines", take_dovecot_lines, folder_hole },
	{ "file", take_file, place_hole },
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static void next_step(struct limits_asking *asking);

static void on_wait(void *context)
{
	struct limits_asking *asking = context;

	loop_timer_stop(asking->wait);
	asking->wait = NULL;
	while (strcmp(steps[asking->step].command, "who") != 0)
		asking->step--;
	next_step(asking);
}

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
	if (asking->again) {
		asking->again = false;
		asking->waits++;
		asking->wait = loop_after(hosts_loop(asking->hosts), ANVIL_MS, 0, on_wait, asking);
		return;
	}
	asking->step++;
	next_step(asking);
}

/* What has no way here is not known; the first step has one, or there was no call. */
static void passed_over(struct limits_asking *asking)
{
	struct limits_world *world = asking->world;

	if (asking->step == 1)
		take_version(asking, &(struct host_answer){ .error = { .kind = ERROR_UNSUPPORTED } }, NULL);
	if (strcmp(steps[asking->step].command, "file") == 0)
		world->locked = arena_format(world->arena, "%s: files there cannot be read or written: it has neither exec nor ssh", world->server);
}

static void next_step(struct limits_asking *asking)
{
	struct host_request request = { .done = on_answer, .context = asking };

	for (; asking->step < STEPS; asking->step++) {
		const struct step *step = &steps[asking->step];

		if (asking->step > 0 && host_way(asking->hosts, asking->host, step->command, NULL) == WAY_NONE) {
			passed_over(asking);
			continue;
		}
		request.hole_count = step->holes ? step->holes(asking, &request.holes) : 0;
		if (step->holes && request.hole_count == 0)
			continue;
		request.command = step->command;
		asking->call = host_run(asking->hosts, asking->host, &request);
		return;
	}
	finish(asking, NULL);
}

struct limits_asking *limits_ask(struct hosts *hosts, size_t host, void (*done)(void *context, struct limits_world *takes, const struct error *error),
		void *context)
{
	struct limits_asking *asking = memory_new(sizeof(*asking));
	struct arena *arena = arena_new();
	struct limits_world *world = arena_alloc(arena, sizeof(*world));
	const struct host_settings *settings = host_at(hosts, host);

	asking->hosts = hosts;
	asking->host = host;
	asking->done = done;
	asking->context = context;
	asking->version = (struct limits_version){ 2, 3, 19 };
	asking->directory = settings->ucr_directory ? settings->ucr_directory : "/etc/univention";
	asking->world = world;
	world->arena = arena;
	world->host = host;
	world->server = arena_text(arena, settings->name);
	world->asked = clock_now();
	world->connections = world->people = world->memory_free = LIMITS_UNKNOWN;
	world->ucs = settings->flavour == FLAVOUR_UCS;
	world->place = dropin_path(arena, dovecot_conf(asking));
	next_step(asking);
	return asking;
}

void limits_ask_cancel(struct limits_asking *asking)
{
	if (!asking)
		return;
	asking->done = NULL;
	if (asking->wait) {
		loop_timer_stop(asking->wait);
		limits_world_free(asking->world);
		free(asking);
		return;
	}
	host_cancel(asking->call);
}
