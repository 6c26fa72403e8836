/*
 * talk: connects, reads lines, sends, goes over to TLS.
 *
 * Callbacks may close the talk they come from: it is marked and freed when the
 * outermost of our functions returns.
 */
#include "base/talk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/resolve.h"
#include "base/text.h"

enum { LINE_MOST = 2000, MOST_DEFAULT = 64 * 1024, DEADLINE_DEFAULT_MS = 10000, PIECE = 4096 };
enum phase { RESOLVING, CONNECTING, PLAIN, SHAKING, SECURE, OVER };

struct talk {
	struct loop *loop;
	struct talk_settings settings;     /* texts are ours */
	enum phase phase;
	struct resolve *resolve;
	struct resolved places;
	size_t next_place;
	int descriptor;                    /* -1: none */
	struct loop_watch *watch;
	struct loop_timer *timer;          /* the deadline */
	struct loop_timer *place_timer;    /* the share of one address; also what must come from a turn of its own */
	int64_t until;
	struct tls *tls;
	struct text out;                   /* not sent yet */
	char line[LINE_MOST + 1];
	size_t line_length, came;
	unsigned depth;                    /* callbacks under way */
	bool closed, turned;               /* turned: TLS wants to write before it can read */
	struct error last;                 /* of the address tried last */
};

static void on_ready(unsigned events, void *context);
static void next_place(struct talk *talk);

/* --- the end ------------------------------------------------------------------------------- */

static void drop_socket(struct talk *talk)
{
	tls_free(talk->tls);
	talk->tls = NULL;
	loop_watch_stop(talk->watch);
	talk->watch = NULL;
	if (talk->descriptor >= 0)
		close(talk->descriptor);
	talk->descriptor = -1;
}

static void drop(struct talk *talk)
{
	talk->phase = OVER;
	resolve_forget(talk->resolve);
	talk->resolve = NULL;
	loop_timer_stop(talk->timer);
	loop_timer_stop(talk->place_timer);
	talk->timer = talk->place_timer = NULL;
	drop_socket(talk);
}

static void free_talk(struct talk *talk)
{
	drop(talk);
	text_free(&talk->out);
	free((char *)talk->settings.host);
	free((char *)talk->settings.path);
	free((char *)talk->settings.server_name);
	free((char *)talk->settings.ca_file);
	free(talk);
}

static void enter(struct talk *talk)
{
	talk->depth++;
}

static void leave(struct talk *talk)
{
	if (--talk->depth == 0 && talk->closed)
		free_talk(talk);
}

void talk_close(struct talk *talk)
{
	if (!talk)
		return;
	talk->closed = true;
	if (talk->depth)
		drop(talk);
	else
		free_talk(talk);
}

/* Where it goes to, in front of what happened there. */
static void name_place(const struct talk *talk, struct error *error)
{
	if (error->kind == ERROR_NONE)
		return;
	if (talk->settings.path)
		error_prefix(error, "%s", talk->settings.path);
	else
		error_prefix(error, strchr(talk->settings.host, ':') ? "[%s]:%d" : "%s:%d", talk->settings.host, talk->settings.port);
}

/* Within enter and leave. */
static void end(struct talk *talk, const struct error *error)
{
	struct error told = { 0 };

	if (talk->phase == OVER)
		return;
	if (error)
		told = *error;
	name_place(talk, &told);
	drop(talk);
	if (!talk->closed)
		talk->settings.ended(talk->settings.context, &told);
}

static const struct { int code; enum error_kind kind; const char *words; } meanings[] = {
	{ ECONNREFUSED, ERROR_UNREACHABLE, "nobody listens there" },
	{ ENOENT, ERROR_UNREACHABLE, "there is no such socket: does the service run?" },
	{ EACCES, ERROR_REFUSED, "this user may not use that socket" },
	{ EHOSTUNREACH, ERROR_UNREACHABLE, "there is no way to it" },
	{ ENETUNREACH, ERROR_UNREACHABLE, "there is no way to its network" },
	{ ETIMEDOUT, ERROR_TIMEOUT, "no answer" },
	{ ECONNRESET, ERROR_UNREACHABLE, "the connection was cut off" },
	{ EPIPE, ERROR_UNREACHABLE, "the connection was cut off" },
};

static void explain(int code, struct error *error)
{
	size_t i;

	error_clear(error);
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].code == code)
			error_set(error, meanings[i].kind, "%s [%s]", meanings[i].words, strerror(code));
	if (error->kind == ERROR_NONE)
		error_set(error, ERROR_UNREACHABLE, "the connection failed [%s]", strerror(code));
}

static void end_by(struct talk *talk, int code)
{
	struct error error;

	explain(code, &error);
	end(talk, &error);
}

/* --- lines --------------------------------------------------------------------------------------- */

static void take_line(struct talk *talk)
{
	size_t length = talk->line_length;

	if (length && talk->line[length - 1] == '\r')
		length--;
	talk->line[length] = '\0';
	talk->line_length = 0;
	talk->settings.line(talk->settings.context, talk->line);
}

/* What comes behind the line that began TLS is told apart in talk_secure. */
static bool take_bytes(struct talk *talk, const char *bytes, size_t length)
{
	struct error error = { 0 };
	size_t i;

	talk->came += length;
	for (i = 0; i < length; i++) {
		enum phase before = talk->phase;

		if (bytes[i] != '\n') {
			if (talk->line_length < LINE_MOST)
				talk->line[talk->line_length++] = bytes[i] ? bytes[i] : ' ';
			continue;
		}
		take_line(talk);
		if (talk->phase == OVER)
			return false;
		if (talk->phase == SHAKING && before != SHAKING) {
			if (i + 1 == length)
				return false;
			error_set(&error, ERROR_REFUSED, "it sent words in the clear behind the beginning of TLS; somebody may have put them there");
			end(talk, &error);
			return false;
		}
	}
	if (talk->came <= (talk->settings.most ? talk->settings.most : MOST_DEFAULT))
		return true;
	error_set(&error, ERROR_REFUSED, "it talks without end; the connection was given up");
	end(talk, &error);
	return false;
}

/* --- bytes ---------------------------------------------------------------------------------------- */

static void wait_for(struct talk *talk)
{
	unsigned events = LOOP_READABLE;

	if (talk->phase == CONNECTING || talk->turned || (talk->out.length && talk->phase != SHAKING))
		events |= LOOP_WRITABLE;
	if (talk->watch)
		loop_watch_change(talk->watch, events);
}

static void read_plain(struct talk *talk)
{
	char bytes[PIECE];
	ssize_t count = recv(talk->descriptor, bytes, sizeof(bytes), 0);

	if (count > 0)
		take_bytes(talk, bytes, (size_t)count);
	else if (count == 0)
		end(talk, NULL);
	else if (errno != EAGAIN && errno != EINTR)
		end_by(talk, errno);
}

static void read_secure(struct talk *talk)
{
	struct error error = { 0 };
	char bytes[PIECE];
	enum tls_step step;
	size_t got;

	do {
		step = tls_read(talk->tls, bytes, sizeof(bytes), &got, &error);
		talk->turned = step == TLS_WANTS_WRITE;
	} while (step == TLS_DONE && take_bytes(talk, bytes, got));
	if (talk->phase != SECURE)
		return;
	if (step == TLS_ENDED)
		end(talk, NULL);
	else if (step == TLS_FAILED)
		end(talk, &error);
}

static void written(struct talk *talk, size_t count)
{
	struct text rest = { 0 };

	text_add_bytes(&rest, text_get(&talk->out) + count, talk->out.length - count);
	text_free(&talk->out);
	talk->out = rest;
}

static void write_out(struct talk *talk)
{
	struct error error = { 0 };
	enum tls_step step;
	size_t taken = 0;
	ssize_t count;

	if (!talk->out.length)
		return;
	if (talk->phase == PLAIN) {
		count = send(talk->descriptor, text_get(&talk->out), talk->out.length, MSG_NOSIGNAL);
		if (count > 0)
			written(talk, (size_t)count);
		else if (count < 0 && errno != EAGAIN && errno != EINTR)
			end_by(talk, errno);
	} else if (talk->phase == SECURE) {
		step = tls_write(talk->tls, text_get(&talk->out), talk->out.length, &taken, &error);
		if (step == TLS_DONE)
			written(talk, taken);
		else if (step == TLS_FAILED)
			end(talk, &error);
		else if (step == TLS_ENDED)
			end(talk, NULL);
	}
}

static void shake(struct talk *talk)
{
	struct error error = { 0 };
	enum tls_step step = tls_handshake(talk->tls, &error);

	talk->turned = step == TLS_WANTS_WRITE;
	if (step == TLS_DONE) {
		talk->phase = SECURE;
		talk->settings.ready(talk->settings.context);
		/* It may have said something right behind the handshake. */
		if (talk->phase == SECURE)
			read_secure(talk);
	} else if (step == TLS_ENDED) {
		error_set(&error, ERROR_UNREACHABLE, "it closed the connection instead of beginning TLS");
		end(talk, &error);
	} else if (step == TLS_FAILED) {
		end(talk, &error);
	}
}

static void on_connected(struct talk *talk)
{
	socklen_t size = sizeof(int);
	int code = 0;

	if (getsockopt(talk->descriptor, SOL_SOCKET, SO_ERROR, &code, &size))
		code = errno;
	if (code) {
		explain(code, &talk->last);
		next_place(talk);
		return;
	}
	loop_timer_stop(talk->place_timer);
	talk->place_timer = NULL;
	talk->phase = PLAIN;
	talk->settings.ready(talk->settings.context);
}

static void on_ready(unsigned events, void *context)
{
	struct talk *talk = context;

	enter(talk);
	if (talk->phase == CONNECTING) {
		on_connected(talk);
	} else {
		if (talk->phase == SHAKING)
			shake(talk);
		else if (events & LOOP_READABLE || talk->turned)
			(talk->phase == PLAIN ? read_plain : read_secure)(talk);
		if (talk->phase == PLAIN || talk->phase == SECURE)
			write_out(talk);
	}
	wait_for(talk);
	leave(talk);
}

/* --- connecting -------------------------------------------------------------------------------------- */

static void on_place_late(void *context)
{
	struct talk *talk = context;

	enter(talk);
	loop_timer_stop(talk->place_timer);
	talk->place_timer = NULL;
	error_set(&talk->last, ERROR_TIMEOUT, "no answer to the attempt to connect");
	next_place(talk);
	leave(talk);
}

static bool connect_to(struct talk *talk, const struct sockaddr *address, socklen_t length)
{
	talk->descriptor = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (talk->descriptor < 0 || (connect(talk->descriptor, address, length) && errno != EINPROGRESS)) {
		explain(errno, &talk->last);
		return false;
	}
	talk->phase = CONNECTING;
	talk->watch = loop_watch_events(talk->loop, talk->descriptor, LOOP_READABLE | LOOP_WRITABLE, on_ready, talk);
	return talk->watch || error_set(&talk->last, ERROR_INTERNAL, "the connection cannot be watched");
}

/* Within enter and leave. Each address gets its share of the time that is left. */
static void next_place(struct talk *talk)
{
	while (talk->next_place < talk->places.count) {
		size_t place = talk->next_place++, left = talk->places.count - place;
		int64_t time = talk->until - loop_now(talk->loop);

		drop_socket(talk);
		if (!connect_to(talk, (const struct sockaddr *)&talk->places.addresses[place], talk->places.lengths[place]))
			continue;
		loop_timer_stop(talk->place_timer);
		talk->place_timer = left > 1 ? loop_after(talk->loop, (uint64_t)(time > 0 ? time : 0) / left, 0, on_place_late, talk) : NULL;
		return;
	}
	end(talk, &talk->last);
}

static void on_resolved(void *context, const struct resolved *resolved)
{
	struct talk *talk = context;

	enter(talk);
	talk->resolve = NULL;
	talk->places = *resolved;
	talk->last = resolved->error;
	next_place(talk);
	leave(talk);
}

static void on_path(void *context)
{
	struct talk *talk = context;
	struct sockaddr_un *address = (struct sockaddr_un *)&talk->places.addresses[0];

	enter(talk);
	loop_timer_stop(talk->place_timer);
	talk->place_timer = NULL;
	if (strlen(talk->settings.path) < sizeof(address->sun_path)) {
		address->sun_family = AF_UNIX;
		snprintf(address->sun_path, sizeof(address->sun_path), "%s", talk->settings.path);
		talk->places.lengths[0] = sizeof(*address);
		talk->places.count = 1;
	} else {
		error_set(&talk->last, ERROR_CONFIG, "the path of this socket is too long");
	}
	next_place(talk);
	leave(talk);
}

static void on_deadline(void *context)
{
	static const char *const words[] = {
		[RESOLVING] = "the name service did not answer in time", [CONNECTING] = "no answer to the attempt to connect",
		[PLAIN] = "it was reached, but gave no complete answer in time", [SHAKING] = "TLS did not come about in time",
		[SECURE] = "TLS stands, but no complete answer came in time", [OVER] = "",
	};
	struct talk *talk = context;
	struct error error;

	enter(talk);
	error_set(&error, ERROR_TIMEOUT, "%s", words[talk->phase]);
	end(talk, &error);
	leave(talk);
}

struct talk *talk_open(struct loop *loop, const struct talk_settings *settings)
{
	struct talk *talk = memory_new(sizeof(*talk));
	uint64_t deadline = settings->deadline ? settings->deadline : DEADLINE_DEFAULT_MS;

	talk->loop = loop;
	talk->descriptor = -1;
	talk->settings = *settings;
	talk->settings.host = memory_text(settings->host);
	talk->settings.path = memory_text(settings->path);
	talk->settings.server_name = memory_text(settings->server_name);
	talk->settings.ca_file = memory_text(settings->ca_file);
	talk->until = loop_now(loop) + (int64_t)deadline;
	talk->timer = loop_after(loop, deadline, 0, on_deadline, talk);
	if (settings->path)
		talk->place_timer = loop_after(loop, 0, 0, on_path, talk);
	else
		talk->resolve = resolve_name(loop, settings->host, settings->port, on_resolved, talk);
	return talk;
}

/* --- public -------------------------------------------------------------------------------------------- */

void talk_send(struct talk *talk, const char *words)
{
	if (talk->phase == OVER)
		return;
	text_add(&talk->out, words);
	wait_for(talk);
}

void talk_secure(struct talk *talk)
{
	struct error error = { 0 };
	const char *name = talk->settings.server_name ? talk->settings.server_name : talk->settings.host;

	if (talk->phase != PLAIN)
		return;
	enter(talk);
	talk->tls = tls_new(talk->descriptor, name, talk->settings.ca_file, &error);
	if (talk->tls) {
		talk->phase = SHAKING;
		talk->turned = true;       /* the first word of the handshake is ours */
		wait_for(talk);
	} else {
		end(talk, &error);
	}
	leave(talk);
}

struct tls *talk_tls(struct talk *talk)
{
	return talk->phase == SECURE ? talk->tls : NULL;
}
