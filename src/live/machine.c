/*
 * machine: the source of file systems, load, processors and memory.
 *
 * Asked one after the other, so that a machine that is short of everything is
 * not made shorter.  Where queue and mail store lie is asked once and kept with
 * the snapshots; a site may name the paths instead.  What a machine cannot tell
 * is not known; where nobody answers, the source fails.  Loop thread.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "live/data.h"
#include "live/machine_read.h"
#include "live/source.h"

enum step { QUEUE_PATH, MAIL_PATH, SPACE, INODES, LOAD, CORES, MEMORY, STEPS };
enum { PATHS_MOST = 32 };
static const struct { const char *command, *hole; } steps[STEPS] = {
	[QUEUE_PATH] = { "postconf", "queue_directory" }, [MAIL_PATH] = { "mail-location", NULL }, [SPACE] = { "disks", NULL },
	[INODES] = { "inodes", NULL }, [LOAD] = { "load", NULL }, [CORES] = { "cores", NULL }, [MEMORY] = { "memory", NULL },
};

struct machine_asking {
	struct live *live;
	size_t host;
	unsigned step;
	struct machine *made;              /* its arena holds all texts */
	struct machine_path paths[PATHS_MOST];
	size_t path_count;
	const char *space, *inodes;
	size_t answered;
	struct error error;                /* of the last one that did not answer */
	struct host_call *call;
	asked *done;
	void *context;
	bool silent;                       /* cancelled; goes with the end of its call */
};

static void next(struct machine_asking *asking);

static void free_asking(struct machine_asking *asking)
{
	if (asking->made)
		arena_free(asking->made->arena);
	free(asking);
}

static const struct machine *last_one(const struct machine_asking *asking)
{
	return live_snapshot(asking->live, asking->host, LIVE_MACHINE);
}

/* --- which paths --------------------------------------------------------------------------------- */

static void add_path(struct machine_asking *asking, const char *path, const char *what)
{
	if (path && *path == '/' && asking->path_count < PATHS_MOST)
		asking->paths[asking->path_count++] = (struct machine_path){ path, what };
}

static bool within(const char *inner, const char *outer)
{
	size_t length = strlen(outer);

	return !strncmp(inner, outer, length) && (!inner[length] || inner[length] == '/');
}

/*
 * What a path of the site's is for: as Postfix and Dovecot say, and where they say nothing (people's mail may lie in their
 * homes) by the name of the folder.
 */
static const char *purpose(const struct machine_asking *asking, const char *path)
{
	static const struct { const char *folder, *what; } names[] = {
		{ "/log", "log" }, { "/mail", "mail store" }, { "/vmail", "mail store" }, { "/dovecot", "mail store" }, { "/imap", "mail store" },
	};
	size_t length = strlen(path), i;

	if (asking->made->queue_path && (within(asking->made->queue_path, path) || within(path, asking->made->queue_path)))
		return "queue";
	if (asking->made->mail_path && (within(asking->made->mail_path, path) || within(path, asking->made->mail_path)))
		return "mail store";
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (length >= strlen(names[i].folder) && !strcmp(path + length - strlen(names[i].folder), names[i].folder))
			return names[i].what;
	return within(path, "/var/log") ? "log" : path;
}

static void choose_paths(struct machine_asking *asking)
{
	const char *const *named = live_host(asking->live, asking->host)->paths;
	const struct host_settings *host = host_at(live_hosts(asking->live), asking->host);
	const struct machine *made = asking->made;
	size_t i;

	for (i = 0; named && named[i]; i++)
		add_path(asking, named[i], purpose(asking, named[i]));
	if (named)
		return;
	if (host->roles & HOST_TRANSPORT)
		add_path(asking, made->queue_path ? made->queue_path : "/var/spool/postfix", "queue");
	if (host->roles & HOST_MAILBOX)
		add_path(asking, made->mail_path ? made->mail_path : host->flavour == FLAVOUR_UCS ? "/var/spool/dovecot" : "/var/mail", "mail store");
	add_path(asking, "/var/log", "log");
}

/* --- one step after the other -------------------------------------------------------------------- */

static void finish(struct machine_asking *asking)
{
	struct machine *made = asking->answered ? asking->made : NULL;
	const struct machine *before = last_one(asking);
	size_t i, j;

	if (made) {
		error_clear(&asking->error);
		made->disk_count = machine_join(made->arena, asking->paths, asking->path_count, asking->space ? asking->space : "",
			asking->inodes ? asking->inodes : "", &made->disks);
		for (i = 0; i < made->disk_count; i++) {
			const struct disk_row *old = NULL;

			for (j = 0; before && j < before->disk_count; j++)
				if (!strcmp(before->disks[j].path, made->disks[i].path) && before->disks[j].bytes == made->disks[i].bytes)
					old = &before->disks[j];
			machine_grow(made->arena, &made->disks[i], old, clock_now());
		}
		asking->made = NULL;
	}
	asking->done(asking->context, made, &asking->error);
	free_asking(asking);
}

static const char *first_line(struct arena *arena, const char *output)
{
	return arena_bytes(arena, output, strcspn(output, "\r\n"));
}

static void take(struct machine_asking *asking, const struct host_answer *answer)
{
	struct machine *made = asking->made;

	switch ((enum step)asking->step) {
	case QUEUE_PATH: made->queue_path = first_line(made->arena, answer->output); break;
	case MAIL_PATH: made->mail_path = machine_mail_folder(made->arena, answer->output); break;
	case SPACE: asking->space = arena_text(made->arena, answer->output); break;
	case INODES: asking->inodes = arena_text(made->arena, answer->output); break;
	case LOAD: machine_read_load(answer->output, made->load); break;
	case CORES: made->cores = (unsigned)strtoul(answer->output, NULL, 10); break;
	case MEMORY: machine_read_memory(answer->output, &made->memory, &made->memory_free); break;
	case STEPS: break;
	}
}

/* Who does not answer one question does not answer the next one either. */
static bool hopeless(const struct error *error)
{
	return error->kind == ERROR_UNREACHABLE || error->kind == ERROR_TIMEOUT || error->kind == ERROR_REFUSED;
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct machine_asking *asking = context;
	/* df says with its status that some path is not there; the others count. */
	bool usable = answer->error.kind == ERROR_NONE && !answer->cut &&
		(answer->status == 0 || ((asking->step == SPACE || asking->step == INODES) && answer->length));

	asking->call = NULL;
	if (asking->silent) {
		free_asking(asking);
		return;
	}
	if (usable) {
		take(asking, answer);
		if (asking->step >= SPACE)
			asking->answered++;
	} else if (answer->error.kind != ERROR_NONE) {
		asking->error = answer->error;
	} else {
		host_answer_good(host_at(live_hosts(asking->live), asking->host), steps[asking->step].command, answer, &asking->error);
	}
	asking->step = !usable && hopeless(&answer->error) && !asking->answered ? STEPS : asking->step + 1;
	next(asking);
}

static bool needed(const struct machine_asking *asking, enum step step)
{
	const struct host_settings *host = host_at(live_hosts(asking->live), asking->host);

	if (step == QUEUE_PATH && (asking->made->queue_path || !(host->roles & HOST_TRANSPORT)))
		return false;
	if (step == MAIL_PATH && (asking->made->mail_path || !(host->roles & HOST_MAILBOX)))
		return false;
	return host_way(live_hosts(asking->live), asking->host, steps[step].command, NULL) != WAY_NONE;
}

static void next(struct machine_asking *asking)
{
	const char *holes[PATHS_MOST];
	struct host_request request = { .holes = holes, .done = on_done, .context = asking };
	size_t i;

	while (asking->step < STEPS && !needed(asking, (enum step)asking->step))
		asking->step++;
	if (asking->step == STEPS) {
		finish(asking);
		return;
	}
	if (asking->step >= SPACE && !asking->path_count)
		choose_paths(asking);
	request.command = steps[asking->step].command;
	if (steps[asking->step].hole) {
		holes[request.hole_count++] = steps[asking->step].hole;
	} else if (asking->step == SPACE || asking->step == INODES) {
		for (i = 0; i < asking->path_count; i++)
			holes[request.hole_count++] = asking->paths[i].path;
	}
	asking->call = host_run(live_hosts(asking->live), asking->host, &request);
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	struct machine_asking *asking = memory_new(sizeof(*asking));
	struct arena *arena = arena_new();
	const struct machine *before;

	asking->live = live;
	asking->host = host;
	asking->done = done;
	asking->context = context;
	asking->made = arena_alloc(arena, sizeof(*asking->made));
	asking->made->arena = arena;
	asking->made->load[0] = asking->made->load[1] = asking->made->load[2] = NAN;
	before = last_one(asking);
	asking->made->queue_path = before ? arena_text(arena, before->queue_path) : NULL;
	asking->made->mail_path = before ? arena_text(arena, before->mail_path) : NULL;
	next(asking);
	return (struct asking *)asking;
}

static void cancel(struct asking *opaque)
{
	struct machine_asking *asking = (struct machine_asking *)opaque;

	asking->silent = true;
	host_cancel(asking->call);
}

static bool applies(struct live *live, size_t host, const char **reason)
{
	static struct error error;         /* of the last question: what reason points to */

	*reason = NULL;
	if (host_way(live_hosts(live), host, "disks", &error) != WAY_NONE)
		return true;
	*reason = error.text;
	return false;
}

static void forget(void *snapshot)
{
	arena_free(((struct machine *)snapshot)->arena);
}

const struct source source_machine = {
	.number = LIVE_MACHINE, .name = "machine", .words = "disks, load and memory", .interval_ms = 60000, .least_ms = 10000,
	.applies = applies, .ask = ask, .cancel = cancel, .free = forget,
};
