/*
 * watch: asks the guardians of the servers and counts down; see watch.h.
 *
 * A call that runs while the watch is freed holds a note of its own, so its
 * answer finds nobody.  Loop thread.
 */
#include "settings/watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "settings/settings.h"

/* While something waits. A deadline that has passed is looked at each second. */
enum { AGAIN_MS = 3000, STATUS_MS = 30000 };

struct watched {
	struct settings_watch *watch;
	size_t host;
	struct asking *asking;             /* NULL: it is not being asked */
	struct arena *arena;               /* of report; NULL: nothing was heard yet */
	struct guardian_report report;
	bool waits, busy;                  /* busy: a guardian is at it, and what comes of it is not known yet */
	int64_t until_ms, heard_ms;        /* monotonic */
};
/* One question under way; server is NULL once nobody wants the answer. */
struct asking { struct watched *server; struct host_call *call; };
struct settings_watch {
	struct hosts *hosts;
	struct watched *servers;
	size_t count;
	void (*changed)(void *context);
	void (*ended)(void *context, const struct settings_wait *wait);
	void *context;
};

/* Here a guardian has a directory as soon as it has had one change; a program that says so need not be started. */
static bool may_have_one(const struct settings_watch *self, size_t host)
{
	const struct host_settings *settings = host_at(self->hosts, host);
	enum host_way way = host_way(self->hosts, host, "guardian-look", NULL);

	return way != WAY_NONE && (way != WAY_EXEC || access(settings->guardian_directory ? settings->guardian_directory : GUARDIAN_DIRECTORY, F_OK) == 0);
}

static struct settings_wait wait_of(const struct watched *server)
{
	int64_t left = server->until_ms - clock_monotonic_ms();

	return (struct settings_wait){ .host = server->host, .server = host_at(server->watch->hosts, server->host)->name, .report = &server->report,
		.left_s = left > 0 ? (left + 999) / 1000 : 0, .waited = server->waits };
}

static bool over(enum guardian_state state)
{
	return state == GUARDIAN_CONFIRMED || state == GUARDIAN_ROLLED_BACK || state == GUARDIAN_STUCK;
}

/* On its way to one of these or to waiting; whoever looks just then must look again. */
static bool under_way(enum guardian_state state)
{
	return state == GUARDIAN_CHECKING || state == GUARDIAN_INSTALLING || state == GUARDIAN_LOOKING;
}

/* The report is of server->arena. */
static void heard(struct watched *server, struct arena *arena, const struct guardian_report *report)
{
	struct settings_watch *self = server->watch;
	bool news = server->arena == NULL || server->busy, waited = server->waits;
	int64_t left = report->deadline > report->now ? report->deadline - report->now : 0;

	if (server->arena)
		arena_free(server->arena);
	server->arena = arena;
	server->report = *report;
	server->heard_ms = clock_monotonic_ms();
	server->until_ms = server->heard_ms + left * 1000;
	server->busy = under_way(report->state);
	/* Going back it is still something that a person looks at, also where the first answer says so; the end is told when it is there. */
	server->waits = report->state == GUARDIAN_WAITING || ((waited || news) && report->state == GUARDIAN_ROLLING_BACK);
	if (over(report->state) && (waited || news)) {
		struct settings_wait wait = wait_of(server);

		wait.waited = waited;
		self->ended(self->context, &wait);
	}
	if (waited || server->waits || news)
		self->changed(self->context);
}

static void on_answer(void *context, const struct host_answer *answer)
{
	struct asking *asking = context;
	struct watched *server = asking->server;
	struct arena *arena;
	struct guardian_report report = { 0 };
	struct error error = { 0 };

	free(asking);
	if (!server)
		return;
	server->asking = NULL;
	server->heard_ms = clock_monotonic_ms();
	arena = arena_new();
	/* No answer: what is known stays, and its time goes on. */
	if (settings_report(arena, answer, &report, &error))
		heard(server, arena, &report);
	else
		arena_free(arena);
}

static void ask(struct watched *server)
{
	struct host_request request = { .command = "guardian-look", .deadline = STATUS_MS, .done = on_answer };
	struct asking *asking;

	if (server->asking || !may_have_one(server->watch, server->host))
		return;
	asking = memory_new(sizeof(*asking));
	asking->server = server;
	server->asking = asking;
	request.context = asking;
	asking->call = host_run(server->watch->hosts, server->host, &request);
}

struct settings_watch *settings_watch_new(struct hosts *hosts, void (*changed)(void *context),
		void (*ended)(void *context, const struct settings_wait *wait), void *context)
{
	struct settings_watch *self = memory_new(sizeof(*self));

	*self = (struct settings_watch){ .hosts = hosts, .count = hosts ? hosts_count(hosts) : 0, .changed = changed, .ended = ended, .context = context };
	self->servers = memory_new((self->count + 1) * sizeof(*self->servers));
	for (size_t i = 0; i < self->count; i++) {
		self->servers[i] = (struct watched){ .watch = self, .host = i };
		ask(&self->servers[i]);
	}
	return self;
}

void settings_watch_free(struct settings_watch *self)
{
	if (!self)
		return;
	for (size_t i = 0; i < self->count; i++) {
		struct asking *asking = self->servers[i].asking;

		if (asking) {
			asking->server = NULL;
			host_cancel(asking->call);
		}
		if (self->servers[i].arena)
			arena_free(self->servers[i].arena);
	}
	free(self->servers);
	free(self);
}

void settings_watch_look(struct settings_watch *self, const char *server)
{
	size_t host;

	if (self->count > 0 && host_named(self->hosts, server, &host))
		ask(&self->servers[host]);
}

void settings_watch_tick(struct settings_watch *self)
{
	int64_t now = clock_monotonic_ms();

	for (size_t i = 0; i < self->count; i++) {
		struct watched *server = &self->servers[i];

		if ((server->waits || server->busy) && (now - server->heard_ms >= AGAIN_MS || (server->waits && now >= server->until_ms)))
			ask(server);
	}
}

bool settings_watch_first(const struct settings_watch *self, struct settings_wait *wait)
{
	const struct watched *first = NULL;

	for (size_t i = 0; i < self->count; i++)
		if (self->servers[i].waits && (!first || self->servers[i].until_ms < first->until_ms))
			first = &self->servers[i];
	if (first)
		*wait = wait_of(first);
	return first != NULL;
}

bool settings_watch_known(const struct settings_watch *self, const char *server, const char *id, struct settings_wait *wait)
{
	for (size_t i = 0; i < self->count; i++) {
		const struct watched *one = &self->servers[i];

		if (strcmp(host_at(self->hosts, i)->name, server) || !one->arena || !one->report.id || strcmp(one->report.id, id))
			continue;
		*wait = wait_of(one);
		return true;
	}
	return false;
}

size_t settings_watch_count(const struct settings_watch *self)
{
	size_t count = 0;

	for (size_t i = 0; i < self->count; i++)
		count += self->servers[i].waits;
	return count;
}
