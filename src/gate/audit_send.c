/*
 * audit_send: lines on their way to the audit's datagram socket.
 *
 * The socket is journald's own or one of the form of /dev/log; it is opened
 * anew each time, so that a daemon that was started again is found.  Nothing
 * waits here while a change is made: what is not taken at once is kept in
 * order, goes before the next line, and is tried again each second.  Lines
 * that nobody took until the end, or that there was no more room for, are lost
 * for the audit (the journal has them): the log names them, and the next line
 * that goes has their number.  Gate's thread, except audit_waiting and
 * gate_audit_listens (any) and opening and closing (loop, without that thread).
 */
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "gate/gate_private.h"

/* Below 4 MB. */
enum { KEPT_MOST = 500, SLICE_MS = 50 };
/* authpriv.info, RFC 3164. */
enum { AUTHPRIV_INFO = 10 * 8 + 6 };

static const char takes_no_more[] = "whoever listens there takes no more lines";

struct kept {
	struct kept *next;
	char *id, *bytes;
	size_t length;
};

struct audit_line {
	const char *path;                  /* of the gate's settings */
	struct kept *first, **end;
	atomic_size_t waiting;
	size_t lost;                       /* since the last line that was kept or sent */
	bool behind;                       /* the last try left something */
};

/* --- the socket ----------------------------------------------------------------------------------- */

/* journald's own socket takes fields, every other one a line with a priority. */
static bool is_journald(const char *path)
{
	const char *end = "/journal/socket";
	size_t length = strlen(path);

	return length >= strlen(end) && strcmp(path + length - strlen(end), end) == 0;
}

static int connect_to(const char *path, struct error *error)
{
	struct sockaddr_un place = { .sun_family = AF_UNIX };
	int descriptor;

	if (strlen(path) >= sizeof(place.sun_path)) {
		error_set(error, ERROR_FILE, "%s: the name is too long for a socket", path);
		return -1;
	}
	memcpy(place.sun_path, path, strlen(path) + 1);
	descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor >= 0 && connect(descriptor, (const struct sockaddr *)&place, sizeof(place)) == 0)
		return descriptor;
	error_set(error, ERROR_FILE, "%s: %s", path, strerror(errno));
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

static bool has_room(int descriptor, int64_t until)
{
	struct pollfd waiting = { .fd = descriptor, .events = POLLOUT };
	int64_t left;

	do {
		left = until - clock_monotonic_ms();
		if (poll(&waiting, 1, left <= 0 ? 0 : left < SLICE_MS ? (int)left : SLICE_MS) > 0 && (waiting.revents & POLLOUT))
			return true;
	} while (left > 0);
	return false;
}

bool gate_audit_listens(const struct gate *gate, struct error *error)
{
	const char *path = gate->settings.audit_socket;
	int descriptor = path ? connect_to(path, error) : -1;
	bool room;

	if (descriptor < 0)
		return !path;
	room = has_room(descriptor, clock_monotonic_ms() + AUDIT_MOMENT_MS);
	close(descriptor);
	return room || error_set(error, ERROR_FILE, "%s: %s", path, takes_no_more);
}

/* 1: gone, 0: not now, with errno, -1: never. */
static int send_one(int descriptor, const struct kept *kept, int64_t until)
{
	while (send(descriptor, kept->bytes, kept->length, MSG_NOSIGNAL) < 0) {
		bool full = errno == EAGAIN || errno == ENOBUFS;

		if (errno == EMSGSIZE)
			return -1;
		if (errno == EINTR || (full && until > 0 && has_room(descriptor, until)))
			continue;
		if (full)
			errno = EAGAIN;
		return 0;
	}
	return 1;
}

/* --- what is kept --------------------------------------------------------------------------------- */

static void lose(struct audit_line *line, const char *id, const char *why)
{
	line->lost++;
	log_line(LOG_LEVEL_WARNING, "audit of change %s is lost: %s: %s", id, line->path, why);
}

static void drop_first(struct audit_line *line)
{
	struct kept *gone = line->first;

	line->first = gone->next;
	if (!line->first)
		line->end = &line->first;
	atomic_fetch_sub(&line->waiting, 1);
	free(gone->id);
	free(gone->bytes);
	free(gone);
}

static bool deliver(struct audit_line *line, int64_t until, struct error *error)
{
	int descriptor = line->first ? connect_to(line->path, error) : -1, sent = 1;

	while (descriptor >= 0 && line->first && (sent = send_one(descriptor, line->first, until)) != 0) {
		if (sent < 0)
			lose(line, line->first->id, strerror(errno));
		drop_first(line);
	}
	if (sent == 0)
		error_set(error, ERROR_FILE, "%s: %s", line->path, errno == EAGAIN ? takes_no_more : strerror(errno));
	if (descriptor >= 0)
		close(descriptor);
	if (line->behind && !line->first)
		log_line(LOG_LEVEL_INFO, "audit: what was kept has been taken at %s", line->path);
	line->behind = line->first != NULL;
	return !line->first;
}

bool audit_deliver(struct audit_line *line, unsigned milliseconds, struct error *error)
{
	return !line || deliver(line, clock_monotonic_ms() + milliseconds, error);
}

static struct kept *kept_new(const char *path, const char *id, const char *words)
{
	struct kept *kept = memory_new(sizeof(*kept));
	struct text message = { 0 };

	if (is_journald(path))
		text_addf(&message, "MESSAGE=%s\nPRIORITY=6\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=postroom\nPOSTROOM_CHANGE=%s\n", words, id);
	else
		text_addf(&message, "<%d>postroom[%ld]: %s", AUTHPRIV_INFO, (long)getpid(), words);
	kept->id = memory_text(id);
	kept->length = message.length;
	kept->bytes = text_take(&message);
	return kept;
}

bool audit_send(struct audit_line *line, const char *id, const char *words, struct error *error)
{
	struct kept *kept;

	if (atomic_load(&line->waiting) >= KEPT_MOST)
		deliver(line, 0, error);
	if (atomic_load(&line->waiting) >= KEPT_MOST) {
		lose(line, id, "too many lines wait");
		return false;
	}
	kept = kept_new(line->path, id, words);
	line->lost = 0;
	*line->end = kept;
	line->end = &kept->next;
	atomic_fetch_add(&line->waiting, 1);
	return deliver(line, 0, error);
}

size_t audit_lost(const struct audit_line *line)
{
	return line ? line->lost : 0;
}

size_t audit_waiting(const struct audit_line *line)
{
	return line ? atomic_load(&line->waiting) : 0;
}

/* --- from beginning to end -------------------------------------------------------------------------- */

struct audit_line *audit_open(const char *path)
{
	struct audit_line *line = path ? memory_new(sizeof(*line)) : NULL;

	if (!line)
		return NULL;
	line->path = path;
	line->end = &line->first;
	return line;
}

void audit_close(struct audit_line *line)
{
	struct error error = { 0 };

	if (!line)
		return;
	deliver(line, clock_monotonic_ms() + AUDIT_MOMENT_MS, &error);
	while (line->first) {
		lose(line, line->first->id, error.text);
		drop_first(line);
	}
	free(line);
}
