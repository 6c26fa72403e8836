/*
 * hosts: the list of servers, and the calls that are under way on each.
 *
 * A call waits for its turn, runs by its carrier and is told exactly once, from
 * the loop.  What does not end though its time is over is told as late and kept
 * as an orphan until it ends, so that it still counts among the programs of its
 * server.  Fails by answer.  Loop thread of the hosts.
 */
#include "hosts/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/http.h"
#include "hosts/hosts_private.h"

#define CAP_DEFAULT (8u * 1024 * 1024)
#define CAP_STREAM (256u * 1024 * 1024)
/* What a cancelled program gets at the end of the console to end by itself, all of them together. */
#define CLOSE_MS 200

/* --- the list ------------------------------------------------------------------------------------ */

static struct host_settings copied(struct arena *arena, const struct host_settings *from)
{
	struct host_settings to = *from;
	const char **texts[] = {
		&to.name, &to.address, &to.ssh_target, &to.ssh_key, &to.ssh_known_hosts, &to.ssh_config, &to.http_url,
		&to.http_key_file, &to.http_password_file, &to.http_ca_file, &to.doveadm, &to.doveconf, &to.dovecot_config,
		&to.postfix_bin, &to.postfix_sbin, &to.postfix_config, &to.postroom, &to.guardian_directory, &to.ucr, &to.ucr_directory,
		&to.ssh_program,
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_text(arena, *texts[i]);
	return to;
}

struct hosts *hosts_open(struct loop *loop, const struct host_settings *settings, size_t count)
{
	struct hosts *hosts = memory_new(sizeof(*hosts));
	size_t i;

	hosts->loop = loop;
	hosts->arena = arena_new();
	hosts->count = count;
	hosts->list = arena_alloc(hosts->arena, count * sizeof(*hosts->list));
	for (i = 0; i < count; i++) {
		hosts->list[i].hosts = hosts;
		hosts->list[i].settings = copied(hosts->arena, &settings[i]);
	}
	return hosts;
}

void hosts_only_look(struct hosts *hosts)
{
	hosts->only_look = true;
}

struct loop *hosts_loop(const struct hosts *hosts)
{
	return hosts->loop;
}

size_t hosts_count(const struct hosts *hosts)
{
	return hosts->count;
}

const struct host_settings *host_at(const struct hosts *hosts, size_t host)
{
	return host < hosts->count ? &hosts->list[host].settings : NULL;
}

bool host_named(const struct hosts *hosts, const char *name, size_t *host)
{
	size_t i;

	for (i = 0; i < hosts->count; i++)
		if (!strcmp(hosts->list[i].settings.name, name)) {
			*host = i;
			return true;
		}
	return false;
}

/* --- a call ---------------------------------------------------------------------------------------- */

void call_wipe_input(struct host_call *call)
{
	if (call->input)
		memory_wipe(call->input, call->input_length);
	free(call->input);
	call->input = NULL;
}

static void free_call(struct host_call *call)
{
	loop_timer_stop(call->timer);
	call_wipe_input(call);
	arena_free(call->arena);
	free(call);
}

static void unlink_from(struct host_call **list, const struct host_call *call)
{
	for (; *list; list = &(*list)->next)
		if (*list == call) {
			*list = call->next;
			return;
		}
}

static void tell(struct host_call *call, struct host_answer *answer)
{
	if (call->cancelled) {
		memset(answer, 0, sizeof(*answer));
		error_set(&answer->error, ERROR_CANCELLED, "%s: %s was taken back",
			call->host ? call->host->settings.name : "no server", call->command ? call->command->name : "a question");
	}
	if (!answer->output)
		answer->output = "";
	if (!answer->complaint)
		answer->complaint = "";
	answer->took_ms = call->began ? (unsigned)(clock_monotonic_ms() - call->began) : 0;
	call->done(call->context, answer);
}

static void tell_error(struct host_call *call, const struct error *error)
{
	struct host_answer answer = { .error = *error };

	tell(call, &answer);
}

static void tell_late(struct host_call *call)
{
	struct error error;

	error_set(&error, ERROR_TIMEOUT, call->state == CALL_WAITS ?
		"%s: %s could not be started within %u s, because earlier questions to this server still run" :
		"%s: %s gave no answer within %u s and does not end",
		call->host->settings.name, call->command->name, (unsigned)((call->deadline + 999) / 1000));
	tell_error(call, &error);
}

static void start_next(struct host *host);

void call_answer(struct host_call *call, struct host_answer *answer)
{
	struct host *host = call->host;

	unlink_from(&host->running, call);
	host->running_count--;
	if (call->carrier->way == WAY_SSH && !call->cancelled)
		host->ssh_stands = answer->error.kind == ERROR_NONE;
	if (call->state == CALL_RUNS)
		tell(call, answer);
	free_call(call);
	if (!host->hosts->closing)
		start_next(host);
}

/* The timer of a call: what failed at once is told, what waited or ran for too long is given up. */
static void on_time(void *context)
{
	struct host_call *call = context;

	if (call->state == CALL_RUNS) {
		tell_late(call);
		call->state = CALL_ORPHAN;
		return;
	}
	if (call->state == CALL_ORPHAN)
		return;
	unlink_from(call->state == CALL_FAILED ? &call->hosts->failed : &call->host->waiting, call);
	if (call->state == CALL_FAILED)
		tell_error(call, &call->error);
	else
		tell_late(call);
	free_call(call);
}

static unsigned most_at_once(const struct host *host, const struct host_call *call)
{
	/* One login makes the connection that all others share. */
	return call->carrier->way == WAY_SSH && !host->ssh_stands ? 1 : HOSTS_AT_ONCE;
}

static void start(struct host_call *call)
{
	struct host *host = call->host;

	call->state = CALL_RUNS;
	call->next = host->running;
	host->running = call;
	host->running_count++;
	call->began = clock_monotonic_ms();
	loop_timer_again(call->timer, call->deadline + HOSTS_GRACE_MS);
	call->carrier->start(call);
}

static void start_next(struct host *host)
{
	struct host_call *call;

	while ((call = host->waiting) && host->running_count < most_at_once(host, call)) {
		host->waiting = call->next;
		start(call);
	}
}

static void enqueue(struct host_call *call)
{
	struct host_call **last = &call->host->waiting;

	call->state = CALL_WAITS;
	while (*last)
		last = &(*last)->next;
	*last = call;
	start_next(call->host);
}

static const struct carrier *carrier_of(enum host_way way)
{
	switch (way) {
	case WAY_EXEC: return &carrier_exec;
	case WAY_SSH: return &carrier_ssh;
	case WAY_HTTP: return &carrier_http;
	case WAY_NONE: break;
	}
	return NULL;
}

static void copy_request(struct host_call *call, const struct host_request *request)
{
	const char **holes = arena_alloc(call->arena, (request->hole_count + 1) * sizeof(*holes));
	size_t i;

	for (i = 0; i < request->hole_count; i++)
		holes[i] = arena_text(call->arena, request->holes[i]);
	call->holes = holes;
	call->hole_count = request->hole_count;
	if (request->input) {
		call->input = memory_new(request->input_length + 1);
		memcpy(call->input, request->input, request->input_length);
		call->input_length = request->input_length;
	}
	call->deadline = request->deadline ? request->deadline : HOSTS_DEADLINE_MS;
	call->most = request->most ? request->most : request->piece ? CAP_STREAM : CAP_DEFAULT;
	call->piece = request->piece;
	call->done = request->done;
	call->context = request->context;
}

/* Everything that can be said before anything starts. */
static bool prepare(struct host_call *call, size_t host, const char *command)
{
	struct hosts *hosts = call->hosts;

	if (hosts->count == 0)
		return error_set(&call->error, ERROR_NOT_FOUND, "No mail server is configured and none was found on this machine; "
			"name them in postroom.conf, one section server each");
	if (host >= hosts->count)
		return error_set(&call->error, ERROR_NOT_FOUND, "There is no such server");
	call->host = &hosts->list[host];
	call->command = host_command_find(command);
	if (!call->command)
		return error_set(&call->error, ERROR_INTERNAL, "There is no command %s", command);
	if (hosts->only_look && call->command->changes)
		return error_set(&call->error, ERROR_REFUSED, "%s: %s changes something, and this session only looks",
			call->host->settings.name, call->command->name);
	if (!command_fits(call->command, call->holes, call->hole_count, call->input, call->input_length, &call->error))
		return error_prefix(&call->error, "%s", call->host->settings.name);
	call->carrier = carrier_of(host_way(hosts, host, command, &call->error));
	return call->carrier != NULL;
}

struct host_call *host_run(struct hosts *hosts, size_t host, const struct host_request *request)
{
	struct host_call *call = memory_new(sizeof(*call));

	call->hosts = hosts;
	call->arena = arena_new();
	copy_request(call, request);
	call->timer = loop_after(hosts->loop, call->deadline, 0, on_time, call);
	if (prepare(call, host, request->command)) {
		enqueue(call);
	} else {
		call->state = CALL_FAILED;
		call->next = hosts->failed;
		hosts->failed = call;
		loop_timer_again(call->timer, 0);
	}
	return call;
}

void host_cancel(struct host_call *call)
{
	if (!call || call->cancelled)
		return;
	call->cancelled = true;
	if (call->state == CALL_RUNS)
		call->carrier->cancel(call);
	else if (call->state != CALL_ORPHAN)
		loop_timer_again(call->timer, 0);
}

/* --- the end ---------------------------------------------------------------------------------------- */

static void end_waiting(struct host_call **list)
{
	struct host_call *call;

	while ((call = *list)) {
		*list = call->next;
		call->cancelled = true;
		tell_error(call, &call->error);
		free_call(call);
	}
}

static void cancel_running(struct host *host)
{
	struct host_call *call;

	for (call = host->running; call; call = call->next) {
		call->cancelled = true;
		call->carrier->cancel(call);
	}
}

static void abandon_running(struct host *host, int64_t until)
{
	struct host_call *call;

	while ((call = host->running)) {
		int64_t left = until - clock_monotonic_ms();

		host->running = call->next;
		call->carrier->abandon(call, left > 0 ? (uint64_t)left : 0);
		if (call->state == CALL_RUNS)
			tell_error(call, &call->error);
		free_call(call);
	}
}

void hosts_close(struct hosts *hosts)
{
	int64_t until = clock_monotonic_ms() + CLOSE_MS;
	size_t i;

	if (!hosts)
		return;
	hosts->closing = true;
	end_waiting(&hosts->failed);
	for (i = 0; i < hosts->count; i++) {
		end_waiting(&hosts->list[i].waiting);
		cancel_running(&hosts->list[i]);
	}
	for (i = 0; i < hosts->count; i++)
		abandon_running(&hosts->list[i], until);
	for (i = 0; i < hosts->count; i++)
		http_forget(&hosts->list[i]);
	http_close(hosts->http);
	ssh_close(hosts);
	arena_free(hosts->arena);
	free(hosts);
}
