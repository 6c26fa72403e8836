/*
 * fake_hosts: servers that answer what a test put there; see fake_hosts.h.
 *
 * A call is a timer: it answers in a later turn of the loop, whole or in
 * pieces, or at its deadline where the reply hangs.  Nothing runs, nothing
 * fails but by the replies.  Loop thread only.
 */
#include "tests/fakes/fake_hosts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* Of src/hosts/command.c, which is the real one; its private header would bring the real servers' shapes. */
bool command_fits(const struct host_command *command, const char *const *holes, size_t hole_count,
		const char *input, size_t input_length, struct error *error);

enum { MOST_HOSTS = 9, DEFAULT_DEADLINE = 10000 };

/* What is known of one command, for the questions of a test. */
struct asked_for {
	char *command, *input, *holes;
	size_t runs, at_once;
	size_t now[MOST_HOSTS];
};

struct host_call {
	struct hosts *hosts;
	size_t host;
	char *command, *holes;
	struct host_request request;
	struct loop_timer *timer;
	struct error refused;              /* not NONE: the real ones would not run this */
	bool cancelled, in_piece;
	struct host_call *next;
};

struct hosts {
	struct loop *loop;
	struct host_settings settings[MOST_HOSTS];
	size_t count;
	struct fake_reply *replies;
	size_t *since;                     /* of each reply: runs of its `once` when it was put there */
	size_t since_room;
	size_t reply_count, reply_room;
	struct asked_for *asked;
	size_t asked_count, asked_room;
	size_t runs, at_once, now[MOST_HOSTS];
	struct host_call *calls;
};

/* --- servers ---------------------------------------------------------------------- */

struct hosts *hosts_open(struct loop *loop, const struct host_settings *settings, size_t count)
{
	struct hosts *hosts = memory_new(sizeof(*hosts));

	assert(count <= MOST_HOSTS);
	hosts->loop = loop;
	hosts->count = count;
	for (size_t i = 0; i < count; i++) {
		hosts->settings[i] = settings[i];
		hosts->settings[i].name = memory_text(settings[i].name);
	}
	return hosts;
}

struct hosts *fake_hosts_new(struct loop *loop, size_t count)
{
	static const char *const names[MOST_HOSTS] = { "mail1", "mail2", "mail3", "mail4", "mail5", "mail6", "mail7", "mail8", "mail9" };
	struct host_settings settings[MOST_HOSTS] = { { 0 } };

	assert(count <= MOST_HOSTS);
	for (size_t i = 0; i < count; i++) {
		settings[i].name = names[i];
		settings[i].roles = HOST_MAILBOX | HOST_TRANSPORT;
		settings[i].exec = true;
		/* There, so that its guardian is asked; by an answer of the test only. */
		settings[i].guardian_directory = "/";
	}
	return hosts_open(loop, settings, count);
}

void fake_hosts_flavour(struct hosts *hosts, size_t host, enum host_flavour flavour)
{
	assert(host < hosts->count);
	hosts->settings[host].flavour = flavour;
}

void hosts_only_look(struct hosts *hosts)
{
	(void)hosts;
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
	assert(host < hosts->count);
	return &hosts->settings[host];
}

bool host_named(const struct hosts *hosts, const char *name, size_t *host)
{
	for (size_t i = 0; i < hosts->count; i++) {
		if (strcmp(hosts->settings[i].name, name) == 0) {
			*host = i;
			return true;
		}
	}
	return false;
}

/* --- replies ------------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

void fake_hosts_reply(struct hosts *hosts, const struct fake_reply *reply)
{
	struct fake_reply *place = NULL;

	for (size_t i = 0; i < hosts->reply_count && !place; i++)
		if (same_text(hosts->replies[i].host, reply->host) && same_text(hosts->replies[i].command, reply->command) &&
		    same_text(hosts->replies[i].holes, reply->holes) && same_text(hosts->replies[i].once, reply->once))
			place = &hosts->replies[i];
	if (!place) {
		hosts->replies = memory_grow(hosts->replies, &hosts->reply_room, hosts->reply_count + 1, sizeof(*hosts->replies));
		place = &hosts->replies[hosts->reply_count++];
		hosts->since = memory_grow(hosts->since, &hosts->since_room, hosts->reply_count, sizeof(*hosts->since));
	} else {
		free((char *)place->host);
		free((char *)place->command);
		free((char *)place->complaint);
		free((char *)place->failure_text);
		free((char *)place->holes);
		free((char *)place->once);
	}
	*place = *reply;
	place->holes = memory_text(reply->holes);
	place->once = memory_text(reply->once);
	hosts->since[place - hosts->replies] = reply->once ? fake_hosts_runs(hosts, reply->once) : 0;
	place->host = memory_text(reply->host);
	place->command = memory_text(reply->command);
	place->complaint = memory_text(reply->complaint);
	place->failure_text = memory_text(reply->failure_text);
	if (place->output && !place->length)
		place->length = strlen(place->output);
}

/* What was put there for this host goes before what was put there for any, and so does what says more of when. */
static const struct fake_reply *reply_to(const struct hosts *hosts, size_t host, const char *command, const char *holes)
{
	const struct fake_reply *best = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < hosts->reply_count; i++) {
		const struct fake_reply *reply = &hosts->replies[i];
		unsigned fits = 1 + (reply->host != NULL) + 2 * (reply->holes != NULL) + 4 * (reply->once != NULL);

		if (strcmp(reply->command, command) != 0 || (reply->host && strcmp(reply->host, hosts->settings[host].name) != 0) ||
		    (reply->holes && !same_text(reply->holes, holes)) || (reply->once && fake_hosts_runs(hosts, reply->once) <= hosts->since[i]))
			continue;
		/* Of two that fit equally well the later one. */
		if (fits >= most) {
			best = reply;
			most = fits;
		}
	}
	return best;
}

enum host_way host_way(const struct hosts *hosts, size_t host, const char *command, struct error *error)
{
	const struct fake_reply *reply = reply_to(hosts, host, command, NULL);

	if (reply && reply->failure == ERROR_UNSUPPORTED) {
		error_set(error, ERROR_UNSUPPORTED, "%s", reply->failure_text ? reply->failure_text : "no way");
		return WAY_NONE;
	}
	return reply && reply->form == FORM_JSON ? WAY_HTTP : WAY_EXEC;
}

/* --- what was asked --------------------------------------------------------------------- */

static struct asked_for *find_asked(const struct hosts *hosts, const char *command)
{
	for (size_t i = 0; i < hosts->asked_count; i++)
		if (strcmp(hosts->asked[i].command, command) == 0)
			return &hosts->asked[i];
	return NULL;
}

static struct asked_for *want_asked(struct hosts *hosts, const char *command)
{
	struct asked_for *asked = find_asked(hosts, command);

	if (asked)
		return asked;
	hosts->asked = memory_grow(hosts->asked, &hosts->asked_room, hosts->asked_count + 1, sizeof(*hosts->asked));
	asked = &hosts->asked[hosts->asked_count++];
	asked->command = memory_text(command);
	return asked;
}

static void note_begin(struct hosts *hosts, size_t host, const struct host_request *request)
{
	struct asked_for *asked = want_asked(hosts, request->command);
	struct text holes = { 0 }, input = { 0 };

	for (size_t i = 0; i < request->hole_count; i++) {
		text_add(&holes, i ? " " : "");
		text_add(&holes, request->holes[i]);
	}
	if (request->input)
		text_add_bytes(&input, request->input, request->input_length);
	free(asked->holes);
	free(asked->input);
	asked->holes = text_take(&holes);
	asked->input = text_take(&input);
	asked->runs++;
	hosts->runs++;
	if (++asked->now[host] > asked->at_once)
		asked->at_once = asked->now[host];
	if (++hosts->now[host] > hosts->at_once)
		hosts->at_once = hosts->now[host];
}

static void note_end(struct host_call *call)
{
	find_asked(call->hosts, call->command)->now[call->host]--;
	call->hosts->now[call->host]--;
}

size_t fake_hosts_runs(const struct hosts *hosts, const char *command)
{
	const struct asked_for *asked = command ? find_asked(hosts, command) : NULL;

	if (!command)
		return hosts->runs;
	return asked ? asked->runs : 0;
}

size_t fake_hosts_at_once(const struct hosts *hosts, const char *command)
{
	const struct asked_for *asked = command ? find_asked(hosts, command) : NULL;

	if (!command)
		return hosts->at_once;
	return asked ? asked->at_once : 0;
}

const char *fake_hosts_input(const struct hosts *hosts, const char *command)
{
	const struct asked_for *asked = find_asked(hosts, command);

	return asked ? asked->input : "";
}

const char *fake_hosts_holes(const struct hosts *hosts, const char *command)
{
	const struct asked_for *asked = find_asked(hosts, command);

	return asked ? asked->holes : "";
}

/* --- calls -------------------------------------------------------------------------------- */

static void end_call(struct host_call *call, const struct host_answer *answer)
{
	struct host_call **link = &call->hosts->calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	loop_timer_stop(call->timer);
	note_end(call);
	if (call->request.done)
		call->request.done(call->request.context, answer);
	free(call->command);
	free(call->holes);
	free(call);
}

static void fail_call(struct host_call *call, enum error_kind kind, const char *words)
{
	struct host_answer answer = { .output = "", .complaint = "" };

	error_set(&answer.error, kind, "%s: %s", call->hosts->settings[call->host].name, words);
	end_call(call, &answer);
}

static void hand_pieces(struct host_call *call, const struct fake_reply *reply, size_t length)
{
	size_t piece = reply->piece && reply->form == FORM_OUTPUT ? reply->piece : length;

	call->in_piece = true;
	for (size_t at = 0; at < length && !call->cancelled; at += piece)
		call->request.piece(call->request.context, reply->form, reply->output + at, length - at < piece ? length - at : piece);
	call->in_piece = false;
}

static void answer_call(struct host_call *call, const struct fake_reply *reply)
{
	size_t cap = call->request.most ? call->request.most : (size_t)(call->request.piece ? 256 : 8) << 20;
	struct host_answer answer = {
		.form = reply->form, .status = reply->status, .output = "", .took_ms = reply->after_ms,
		.complaint = reply->complaint ? reply->complaint : "",
	};
	size_t length = reply->length < cap ? reply->length : cap;
	char *copy = NULL;

	answer.cut = reply->cut || reply->length > cap;
	if (call->request.piece) {
		hand_pieces(call, reply, length);
		if (call->cancelled) {
			fail_call(call, ERROR_CANCELLED, "taken back");
			return;
		}
	} else if (length) {
		copy = memory_new(length + 1);
		memcpy(copy, reply->output, length);
		answer.output = copy;
		answer.length = length;
	}
	end_call(call, &answer);
	free(copy);
}

static void on_time(void *context)
{
	struct host_call *call = context;
	const struct fake_reply *reply = reply_to(call->hosts, call->host, call->command, call->holes);

	if (call->cancelled)
		fail_call(call, ERROR_CANCELLED, "taken back");
	else if (call->refused.kind)
		fail_call(call, call->refused.kind, call->refused.text);
	else if (!reply)
		fail_call(call, ERROR_UNREACHABLE, "no reply");
	else if (reply->hangs)
		fail_call(call, ERROR_TIMEOUT, "no answer in time");
	else if (reply->failure != ERROR_NONE)
		fail_call(call, reply->failure, reply->failure_text ? reply->failure_text : "failed");
	else
		answer_call(call, reply);
}

/* The table of commands is the real one: what is not in it, or does not fit its holes, is refused here too. */
static void check_call(struct host_call *call, const struct host_request *request)
{
	const struct host_command *command = host_command_find(request->command);

	if (!command)
		error_set(&call->refused, ERROR_INTERNAL, "There is no command %s", request->command);
	else
		command_fits(command, request->holes, request->hole_count, request->input, request->input_length, &call->refused);
}

struct host_call *host_run(struct hosts *hosts, size_t host, const struct host_request *request)
{
	struct host_call *call = memory_new(sizeof(*call));
	const struct fake_reply *reply;
	uint64_t after;

	assert(host < hosts->count);
	note_begin(hosts, host, request);
	call->holes = memory_text(fake_hosts_holes(hosts, request->command));
	reply = reply_to(hosts, host, request->command, call->holes);
	after = reply ? reply->after_ms : 0;
	if (reply && reply->hangs)
		after = request->deadline ? request->deadline : DEFAULT_DEADLINE;
	check_call(call, request);
	call->hosts = hosts;
	call->host = host;
	call->command = memory_text(request->command);
	call->request = *request;
	call->request.command = call->command;
	call->request.holes = NULL;
	call->request.input = NULL;
	call->next = hosts->calls;
	hosts->calls = call;
	call->timer = loop_after(hosts->loop, after, 0, on_time, call);
	return call;
}

void host_cancel(struct host_call *call)
{
	call->cancelled = true;
	if (!call->in_piece)
		loop_timer_again(call->timer, 0);
}

void hosts_close(struct hosts *hosts)
{
	if (!hosts)
		return;
	while (hosts->calls)
		fail_call(hosts->calls, ERROR_CANCELLED, "the servers are left");
	for (size_t i = 0; i < hosts->count; i++)
		free((char *)hosts->settings[i].name);
	for (size_t i = 0; i < hosts->reply_count; i++) {
		free((char *)hosts->replies[i].host);
		free((char *)hosts->replies[i].command);
		free((char *)hosts->replies[i].complaint);
		free((char *)hosts->replies[i].failure_text);
		free((char *)hosts->replies[i].holes);
		free((char *)hosts->replies[i].once);
	}
	free(hosts->since);
	for (size_t i = 0; i < hosts->asked_count; i++) {
		free(hosts->asked[i].command);
		free(hosts->asked[i].input);
		free(hosts->asked[i].holes);
	}
	free(hosts->replies);
	free(hosts->asked);
	free(hosts);
}

/* --- for stores ------------------------------------------------------------------------------ */

struct here {
	struct arena *arena;
	struct host_answer *answer;
	struct host_call *call;
	const volatile bool *give_up;
	const struct host_request *request;
	bool done;
};

static void here_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	const struct here *here = context;

	here->request->piece(here->request->context, form, bytes, length);
}

static void here_done(void *context, const struct host_answer *answer)
{
	struct here *here = context;

	*here->answer = *answer;
	here->answer->output = arena_bytes(here->arena, answer->output, answer->length);
	here->answer->complaint = arena_text(here->arena, answer->complaint);
	here->call = NULL;
	here->done = true;
}

static void here_look(void *context)
{
	struct here *here = context;

	if (*here->give_up && here->call)
		host_cancel(here->call);
}

const struct host_answer *host_run_here(struct hosts *hosts, struct loop *loop, size_t host, const struct host_request *request,
		const volatile bool *give_up, struct arena *arena)
{
	struct here here = { .arena = arena, .answer = arena_alloc(arena, sizeof(*here.answer)), .give_up = give_up,
		.request = request };
	struct host_request copy = *request;
	struct loop_timer *look = NULL;

	copy.done = here_done;
	copy.context = &here;
	copy.piece = request->piece ? here_piece : NULL;
	here.call = host_run(hosts, host, &copy);
	if (give_up)
		look = loop_after(loop, 20, 20, here_look, &here);
	loop_run_until(loop, &here.done);
	loop_timer_stop(look);
	return here.answer;
}
