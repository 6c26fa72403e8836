/*
 * watch: overview, alarms and sources as a line of JSON, once or again and
 * again.
 *
 * For programs: what is not known is null, times are seconds since 1970.  Each
 * line stands for itself.  With --once one reading is enough for an alarm;
 * without it alarms need three, as on the screen, and events are kept.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "commands/ending.h"
#include "commands/look.h"
#include "commands/output.h"
#include "commands/subcommands.h"

/* A line at most so often. */
#define EVERY_MS 10000

struct watching {
	struct look look;
	struct loop_timer *timer;
	long left;                         /* lines; 0: without end */
};

static void put_known(struct json *object, const char *key, bool known, int64_t number)
{
	if (known)
		json_put_number(object, key, number);
	else
		json_put_text(object, key, NULL);
}

static struct json *wall_of(const struct live_wall *wall)
{
	struct json *object = json_object_new();

	json_put_text(object, "service", wall->service);
	json_put_text(object, "unit", wall->unit);
	put_known(object, "used", wall->service, (int64_t)wall->used);
	put_known(object, "possible", wall->service, (int64_t)wall->possible);
	put_known(object, "minutes_left", wall->minutes_left >= 0, wall->minutes_left);
	json_put_number(object, "turned_away", (int64_t)wall->turned_away);
	put_known(object, "last_drop", wall->last_drop > 0, wall->last_drop);
	return object;
}

static struct json *queue_of(const struct live_server *server)
{
	static const char *const names[5] = { "maildrop", "active", "incoming", "deferred", "hold" };
	struct json *object = json_object_new();
	size_t i;

	for (i = 0; i < 5; i++)
		json_put_number(object, names[i], (int64_t)server->queue[i]);
	json_put_number(object, "queued", (int64_t)server->queued);
	json_put_number(object, "grows_per_minute", server->queue_grows);
	put_known(object, "oldest", server->queue_oldest > 0, server->queue_oldest);
	put_known(object, "own_deferred", server->own_known, (int64_t)server->own_deferred);
	return object;
}

static void put_disks(struct json *object, const struct live_server *server)
{
	static const char *const names[3] = { "queue", "store", "log" };
	struct json *disks = json_object_new();
	size_t i;

	for (i = 0; i < 3; i++) {
		struct json *disk = json_object_new();

		put_known(disk, "percent", server->disk_full[i] >= 0, (int64_t)floor(server->disk_full[i] * 100));
		put_known(disk, "hours_left", server->disk_hours[i] >= 0, server->disk_hours[i]);
		json_put(disks, names[i], disk);
	}
	json_put(object, "disks", disks);
}

static struct json *server_of(struct live *live, const struct live_server *server)
{
	bool who = live_state(live, server->host, LIVE_WHO)->known, queue = live_state(live, server->host, LIVE_QUEUE)->known;
	struct json *object = json_object_new();

	json_put_text(object, "name", server->name);
	json_put_flag(object, "dead", server->dead);
	json_put_flag(object, "partly", server->partly);
	put_known(object, "dead_since", server->dead, server->dead_since / 1000);
	json_put_text(object, "ports", server->ports_words);
	json_put(object, "wall", wall_of(&server->wall));
	put_known(object, "connections", who, (int64_t)server->connections);
	put_known(object, "people", who, (int64_t)server->people);
	if (queue)
		json_put(object, "queue", queue_of(server));
	else
		json_put_text(object, "queue", NULL);
	put_disks(object, server);
	put_known(object, "load_hundredths", server->load >= 0, (int64_t)(server->load * 100));
	put_known(object, "certificate_days", server->certificate_days != LONG_MAX, server->certificate_days);
	json_put_number(object, "age_s", server->age_s);
	json_put_flag(object, "old", server->old);
	return object;
}

static struct json *alarms_of(struct look *look)
{
	static const char *const levels[] = { "ok", "note", "warning", "critical" };
	struct json *array = json_array_new();
	size_t count, i;
	const struct live_alarm *alarms = live_alarms(look->live, &count);

	for (i = 0; i < count; i++) {
		const struct live_alarm *alarm = &alarms[i];
		struct json *object;

		if (look->host != LIVE_ALL && alarm->host != look->host)
			continue;
		object = json_object_new();
		json_put_text(object, "id", alarm->id);
		json_put_text(object, "rule", alarm->rule);
		json_put_text(object, "level", levels[alarm->level]);
		json_put_text(object, "server", alarm->host == LIVE_ALL ? NULL : host_at(live_hosts(look->live), alarm->host)->name);
		json_put_number(object, "since", alarm->since / 1000);
		json_put_text(object, "sentence", alarm->sentence);
		json_put_text(object, "more", alarm->more);
		json_put_text(object, "advice", alarm->advice);
		json_put_text(object, "known_by", alarm->known_by);
		json_add(array, object);
	}
	return array;
}

static void put_sources(struct json *root, struct look *look)
{
	struct json *array = json_array_new();
	size_t host;
	unsigned source;

	for (host = 0; host < hosts_count(live_hosts(look->live)); host++)
		for (source = 0; source < LIVE_SOURCES; source++) {
			const struct live_state *state = live_state(look->live, host, (enum live_source)source);
			struct json *object;

			if (!(look->sources & (1u << source)) || !state->applies || (look->host != LIVE_ALL && look->host != host))
				continue;
			object = json_object_new();
			json_put_text(object, "server", host_at(live_hosts(look->live), host)->name);
			json_put_text(object, "source", live_source_name((enum live_source)source));
			put_known(object, "taken_at", state->known, state->taken_at / 1000);
			put_known(object, "took_ms", state->known, state->took_ms);
			json_put_flag(object, "old", state->old);
			json_put_text(object, "error", state->error.kind == ERROR_NONE ? NULL : state->error.text);
			json_add(array, object);
		}
	json_put(root, "sources", array);
}

static void print_line(struct look *look)
{
	struct live_overview *overview = live_overview(look->live);
	struct json *root = json_object_new(), *servers = json_array_new(), *directory = json_object_new();
	char *line;
	size_t i;

	for (i = 0; i < overview->count; i++)
		if (look->host == LIVE_ALL || look->host == overview->servers[i].host)
			json_add(servers, server_of(look->live, &overview->servers[i]));
	json_put_number(root, "time", clock_now());
	json_put_number(root, "up", (int64_t)overview->up);
	json_put_number(root, "partly", (int64_t)overview->partly);
	json_put(root, "servers", servers);
	put_known(directory, "latency_ms", overview->directory_ms >= 0, overview->directory_ms);
	put_known(directory, "lag_s", overview->directory_lag >= 0, overview->directory_lag);
	json_put(root, "directory", directory);
	json_put(root, "alarms", alarms_of(look));
	put_sources(root, look);
	line = json_print(root, false);
	printf("%s\n", line);
	fflush(stdout);
	free(line);
	json_free(root);
	live_overview_free(overview);
}

static void on_time(void *context)
{
	struct watching *watching = context;

	print_line(&watching->look);
	/* Nobody reads any more. */
	if (ferror(stdout) || (watching->left > 0 && --watching->left == 0))
		watching->look.headless.done = true;
}

static void go_on(struct watching *watching)
{
	struct look *look = &watching->look;
	uint64_t every = look->headless.engine->config->live.faster > 1 ? EVERY_MS / look->headless.engine->config->live.faster : EVERY_MS;

	live_want(look->live, look->sources);
	look_settle(look);
	if (look->headless.ended_by)
		return;
	watching->timer = loop_after(look->headless.engine->loop, 0, every ? every : 1, on_time, watching);
	ending_wait_look(&look->headless);
	loop_timer_stop(watching->timer);
}

int run_watch(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct watching watching = { .left = arguments->limit };

	(void)argc;
	(void)argv;
	if (arguments->once) {
		if (look_open(&watching.look, takes, arguments, live_overview_sources())) {
			print_line(&watching.look);
			look_tell_missing(&watching.look);
		}
	} else if (look_begin(&watching.look, takes, arguments, live_overview_sources())) {
		go_on(&watching);
	}
	return headless_close(&watching.look.headless);
}
