/*
 * left_on: the source of things that are switched on for an hour and then
 * forgotten: soft_bounce, deferred transports, debug logging (postfix 6,
 * dovecot 4).
 *
 * Each setting is a row and asked one after the other; one that this version
 * does not know is left out.  Only where none could be asked there is no
 * snapshot.  Fails by the last error.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "live/data.h"
#include "live/source.h"

static const struct setting {
	const char *command, *hole;        /* hole NULL: none */
	const char *name;
	const char *off;                   /* the value that is well; "" nothing */
	const char *means;
} settings[] = {
	{ "postconf", "soft_bounce", "soft_bounce", "no", "no mail is refused or returned for good, so the queue only grows" },
	{ "postconf", "defer_transports", "defer_transports", "", "mail by these transports waits until somebody asks for it" },
	{ "postconf", "debug_peer_list", "debug_peer_list", "", "every word spoken with these hosts goes into the log" },
	{ "dovecot-debug", NULL, "auth_debug_passwords", "no", "passwords go into the log" },
	{ "dovecot-debug", NULL, "auth_verbose_passwords", "no", "passwords or their hashes go into the log" },
	{ "dovecot-debug", NULL, "auth_debug", "no", "every login fills the log" },
	{ "dovecot-debug", NULL, "mail_debug", "no", "every session fills the log" },
};
enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

struct left_on_asking {
	struct live *live;
	size_t host, step, answered;
	struct left_on *made;
	size_t room;
	struct host_call *call;
	struct error error;
	asked *done;
	void *context;
	bool silent;                       /* cancelled; goes with the end of its call */
};

static void run_step(struct left_on_asking *asking);

static void free_asking(struct left_on_asking *asking)
{
	if (asking->made)
		arena_free(asking->made->arena);
	free(asking);
}

static void add(struct left_on_asking *asking, const struct setting *setting, const char *value, size_t length)
{
	struct left_on *made = asking->made;

	if (strlen(setting->off) == length && !memcmp(setting->off, value, length))
		return;
	made->rows = arena_grow(made->arena, made->rows, &asking->room, made->count + 1, sizeof(*made->rows));
	made->rows[made->count++] = (struct left_on_row){
		.name = setting->name, .value = arena_bytes(made->arena, value, length), .means = setting->means,
	};
}

/* postconf gives one value; doveconf a line "name = value" for each setting that it knows. */
static void take(struct left_on_asking *asking, const struct setting *setting, const char *output)
{
	size_t name = strlen(setting->name);

	if (setting->hole) {
		add(asking, setting, output, strcspn(output, "\r\n"));
		return;
	}
	for (; *output; output += strcspn(output, "\n"), output += *output == '\n') {
		const char *value = output + name;

		if (strncmp(output, setting->name, name) || strncmp(value, " = ", 3))
			continue;
		add(asking, setting, value + 3, strcspn(value + 3, "\r\n"));
	}
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct left_on_asking *asking = context;
	const char *command = settings[asking->step].command;

	asking->call = NULL;
	if (asking->silent) {
		free_asking(asking);
		return;
	}
	if (answer->error.kind != ERROR_NONE)
		asking->error = answer->error;
	else
		asking->answered++;
	/* One answer of doveconf is for all rows that follow. */
	do {
		if (answer->error.kind == ERROR_NONE && (answer->status == 0 || !settings[asking->step].hole))
			take(asking, &settings[asking->step], answer->output);
		asking->step++;
	} while (asking->step < SETTINGS && !settings[asking->step].hole && !strcmp(settings[asking->step].command, command));
	run_step(asking);
}

static void finish(struct left_on_asking *asking)
{
	struct left_on *made = asking->answered ? asking->made : NULL;

	if (made)
		error_clear(&asking->error);
	asking->made = made ? NULL : asking->made;
	asking->done(asking->context, made, &asking->error);
	free_asking(asking);
}

/* Postfix is asked where mail is moved, Dovecot where it is stored. */
static bool is_asked(const struct hosts *hosts, size_t host, const char *command)
{
	unsigned role = strcmp(command, "postconf") == 0 ? HOST_TRANSPORT : HOST_MAILBOX;

	return host_at(hosts, host)->roles & role && host_way(hosts, host, command, NULL) != WAY_NONE;
}

static void run_step(struct left_on_asking *asking)
{
	struct hosts *hosts = live_hosts(asking->live);
	struct host_request request = { .done = on_done, .context = asking };

	while (asking->step < SETTINGS && !is_asked(hosts, asking->host, settings[asking->step].command))
		asking->step++;
	if (asking->step == SETTINGS) {
		finish(asking);
		return;
	}
	request.command = settings[asking->step].command;
	request.holes = &settings[asking->step].hole;
	request.hole_count = settings[asking->step].hole != NULL;
	asking->call = host_run(hosts, asking->host, &request);
}

static bool applies(struct live *live, size_t host, const char **reason)
{
	struct hosts *hosts = live_hosts(live);

	*reason = NULL;
	return is_asked(hosts, host, "postconf") || is_asked(hosts, host, "dovecot-debug");
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	struct left_on_asking *asking = memory_new(sizeof(*asking));
	struct arena *arena = arena_new();

	asking->live = live;
	asking->host = host;
	asking->done = done;
	asking->context = context;
	asking->made = arena_alloc(arena, sizeof(*asking->made));
	asking->made->arena = arena;
	run_step(asking);
	return (struct asking *)asking;
}

static void cancel(struct asking *opaque)
{
	struct left_on_asking *asking = (struct left_on_asking *)opaque;

	asking->silent = true;
	host_cancel(asking->call);
}

static void free_left_on(void *snapshot)
{
	arena_free(((struct left_on *)snapshot)->arena);
}

const struct source source_left_on = {
	.number = LIVE_LEFT_ON, .name = "left-on", .words = "settings left on", .interval_ms = 300000, .least_ms = 10000,
	.applies = applies, .ask = ask, .cancel = cancel, .free = free_left_on,
};
