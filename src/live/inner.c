/*
 * inner: the source of the services that mail passes inside: Dovecot's auth and
 * LMTP sockets, quota-status, amavis, clamd, postgrey, the listener of UCS.
 *
 * Only what a site names is looked at.  Each is asked the least that proves it
 * works and leaves no trace: a greeting, a version, no question that a policy
 * service would keep.  Sockets and ports of this machine only are reached only
 * where the console runs on it; elsewhere that is said and not guessed.  Never
 * fails as a whole.  Loop thread.
 */
#include "live/inner_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/talk.h"
#include "live/source.h"

enum { NAMED = 6, WORDS_MOST = 300, DEADLINE_MS = 10000 };

struct inner_asking;
struct one {
	struct inner_asking *asking;
	const struct inner_service *service;
	struct talk *talk;                 /* NULL: not under way */
	char host[256];
	int64_t started;
	struct inner_row row;
	bool counts, left;                 /* counts: it has a row; left: it has said enough */
};
struct inner_asking {
	struct live *live;
	size_t host, under_way;
	struct arena *arena;
	struct one ones[NAMED];
	struct inner_row listener;
	bool listener_counts;
	struct host_call *call;            /* for the listener; NULL: not under way */
	size_t out_of_reach;
	asked *done;
	void *context;
	bool silent;                       /* cancelled; goes with the end of its call */
};

/* --- the end ----------------------------------------------------------------------------------- */

static void one_less(struct inner_asking *asking)
{
	struct inner *inner;
	size_t i;

	if (--asking->under_way)
		return;
	if (asking->silent) {
		arena_free(asking->arena);
		free(asking);
		return;
	}
	inner = arena_alloc(asking->arena, sizeof(*inner));
	inner->arena = asking->arena;
	inner->rows = arena_alloc(asking->arena, (NAMED + 1) * sizeof(*inner->rows));
	for (i = 0; i < NAMED; i++)
		if (asking->ones[i].counts)
			inner->rows[inner->count++] = asking->ones[i].row;
	if (asking->listener_counts)
		inner->rows[inner->count++] = asking->listener;
	inner->out_of_reach = asking->out_of_reach;
	asking->done(asking->context, inner, &(struct error){ .kind = ERROR_NONE });
	free(asking);
}

/* --- one service ----------------------------------------------------------------------------------- */

static void finish(struct one *one)
{
	talk_close(one->talk);
	one->talk = NULL;
	one_less(one->asking);
}

static void judge(struct one *one, bool ok, const char *words)
{
	one->left = true;
	one->row.ok = ok;
	one->row.words = arena_format(one->asking->arena, "%.*s", WORDS_MOST, words);
	one->row.took_ms = (unsigned)(clock_monotonic_ms() - one->started);
}

static void on_ready(void *context)
{
	struct one *one = context;
	char words[100];

	if (!strcmp(one->service->name, "auth")) {
		snprintf(words, sizeof(words), "VERSION\t1\t1\nCPID\t%ld\n", (long)getpid());
		talk_send(one->talk, words);
	} else if (one->service->say) {
		talk_send(one->talk, one->service->say);
	} else if (!one->service->good) {
		judge(one, true, "takes connections");
		finish(one);
	}
}

static void on_line(void *context, const char *line)
{
	struct one *one = context;
	int64_t age = -1;

	if (one->left)
		return;
	if (!strncmp(line, one->service->good, strlen(one->service->good))) {
		judge(one, true, line);
		if (!strcmp(one->service->name, "clamd") && inner_signatures_age(line, clock_now(), &age))
			one->row.age_s = age;
	} else if (one->service->more && !strncmp(line, one->service->more, strlen(one->service->more))) {
		return;
	} else if (!one->service->any_more) {
		judge(one, false, line);
	} else {
		return;
	}
	if (one->service->bye)
		talk_send(one->talk, one->service->bye);
	else
		finish(one);
}

static void on_ended(void *context, const struct error *error)
{
	struct one *one = context;

	if (!one->left)
		judge(one, false, error->kind == ERROR_NONE ? "it closed the connection without a word" : error->text);
	finish(one);
}

/* "host:port", "[address]:port" or a path. */
static bool open_talk(struct one *one, const char *place)
{
	struct talk_settings settings = { .deadline = DEADLINE_MS, .ready = on_ready, .line = on_line, .ended = on_ended, .context = one };
	bool here = host_at(live_hosts(one->asking->live), one->asking->host)->exec;

	if (!inner_place(place, one->host, sizeof(one->host), &settings.port))
		settings.path = place;
	else
		settings.host = one->host;
	if (!here && (settings.path || inner_is_loopback(one->host))) {
		one->asking->out_of_reach++;
		return false;
	}
	one->talk = talk_open(live_loop(one->asking->live), &settings);
	return true;
}

static void ask_one(struct inner_asking *asking, struct one *one, const struct inner_service *service, const char *place)
{
	one->asking = asking;
	one->service = service;
	one->started = clock_monotonic_ms();
	one->row = (struct inner_row){ .name = service->name, .place = arena_text(asking->arena, place), .words = "", .age_s = -1 };
	one->counts = open_talk(one, one->row.place);
	asking->under_way += one->counts;
}

/* --- the listener of UCS ----------------------------------------------------------------------------- */

static void on_listener(void *context, const struct host_answer *answer)
{
	struct inner_asking *asking = context;
	struct listener_ids ids;

	asking->call = NULL;
	if (asking->silent) {
		one_less(asking);
		return;
	}
	asking->listener_counts = true;
	asking->listener.took_ms = answer->took_ms;
	if (answer->error.kind != ERROR_NONE) {
		asking->listener.words = arena_text(asking->arena, answer->error.text);
	} else if (!inner_listener_read(answer->output, &ids)) {
		asking->listener.words = "notifier_id cannot be read: is this its directory?";
	} else {
		asking->listener.ok = true;
		asking->listener.words = inner_listener_words(asking->arena, &ids);
		asking->listener.age_s = inner_listener_lag(live_snapshot(asking->live, asking->host, LIVE_INNER), &ids, clock_now(), &asking->listener.behind_since);
		asking->listener.mark = ids.done;
	}
	one_less(asking);
}

static void ask_listener(struct inner_asking *asking, const char *directory)
{
	struct hosts *hosts = live_hosts(asking->live);
	const char *holes[2] = { arena_format(asking->arena, "%s/notifier_id", directory), "/var/lib/univention-ldap/last_id" };

	if (host_way(hosts, asking->host, "listener", NULL) == WAY_NONE) {
		asking->out_of_reach++;
		return;
	}
	asking->listener = (struct inner_row){ .name = "listener", .place = arena_text(asking->arena, directory), .words = "", .age_s = -1 };
	asking->under_way++;
	asking->call = host_run(hosts, asking->host, &(struct host_request){ .command = "listener", .holes = holes, .hole_count = 2,
		.done = on_listener, .context = asking });
}

/* --- the source ------------------------------------------------------------------------------------------ */

static const char *place_of(const struct live_host_settings *settings, size_t number)
{
	const char *const places[NAMED] = { settings->auth_socket, settings->lmtp_socket, settings->quota_status, settings->amavis,
		settings->clamd, settings->postgrey };

	return places[number];
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	struct inner_asking *asking = memory_new(sizeof(*asking));
	const struct live_host_settings *settings = live_host(live, host);
	size_t i;

	asking->live = live;
	asking->host = host;
	asking->arena = arena_new();
	asking->done = done;
	asking->context = context;
	for (i = 0; i < NAMED; i++)
		if (place_of(settings, i))
			ask_one(asking, &asking->ones[i], &inner_services[i], place_of(settings, i));
	if (settings->listener_directory)
		ask_listener(asking, settings->listener_directory);
	return (struct asking *)asking;
}

static void cancel(struct asking *opaque)
{
	struct inner_asking *asking = (struct inner_asking *)opaque;
	size_t i;

	asking->silent = true;
	asking->under_way++;
	for (i = 0; i < NAMED; i++)
		if (asking->ones[i].talk) {
			talk_close(asking->ones[i].talk);
			asking->under_way--;
		}
	if (asking->call)
		host_cancel(asking->call);
	one_less(asking);
}

/* Is there one that can be reached from here? Only then asking leads to an answer. */
static bool applies(struct live *live, size_t host, const char **reason)
{
	const struct live_host_settings *settings = live_host(live, host);
	bool here = host_at(live_hosts(live), host)->exec, any = settings->listener_directory != NULL;
	char name[256];
	size_t i;
	int port;

	*reason = NULL;
	if (any && host_way(live_hosts(live), host, "listener", NULL) != WAY_NONE)
		return true;
	for (i = 0; i < NAMED; i++) {
		const char *place = place_of(settings, i);

		if (!place)
			continue;
		any = true;
		if (here || (inner_place(place, name, sizeof(name), &port) && !inner_is_loopback(name)))
			return true;
	}
	if (any)
		*reason = "its inner services answer on the machine itself only: run postroom there to watch them";
	return false;
}

static void forget(void *snapshot)
{
	arena_free(((struct inner *)snapshot)->arena);
}

const struct source source_inner = {
	.number = LIVE_INNER, .name = "inner", .words = "inner services", .interval_ms = 60000, .least_ms = 10000,
	.applies = applies, .ask = ask, .cancel = cancel, .free = forget,
};
