/*
 * smtp_sessions: see smtp_sessions.h.
 *
 * The log says which process served whom; the process must still be there,
 * older than what the log says, a child of this Postfix, and must hold a
 * connection from that client.  Ended is the connection, through a second
 * descriptor of it (pidfd_getfd), so that the process lives on and Postfix logs
 * a client that went: a process that is killed in its first connection would
 * make the master pause the whole service.  Only where the kernel does not give
 * the descriptor, the process is asked to end (SIGTERM).  Blocks.
 */
#include "settings/smtp_sessions.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/loop.h"
#include "settings/guardian_private.h"
#include "settings/smtp_log.h"

enum { LOG_MOST = 16 << 20, LOG_BEFORE = 8 << 20, STALE_S = 3600, LOOKS = 20, LOOK_MS = 150, START_SLACK_S = 2, SETTLE_MS = 300 };

struct look {
	struct guardian guardian;          /* for its way to run programs */
	const char *postfix;
	char *const *logins;
	const char *place;                 /* which log */
	long master;
	bool sasl_everywhere;              /* every smtpd may be logged in to */
	int64_t killed;                    /* ended by their process */
	struct smtp_log log;
	struct error error;
};

/* --- the log --------------------------------------------------------------------------------------------- */

static void take_bytes(struct smtp_log *log, const char *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t size = end ? (size_t)(end - bytes) - at : length - at;

		smtp_log_line(log, bytes + at, size);
		at += size + 1;
	}
}

/* The end of a file, at most so much of it; 0 where it cannot be read. */
static size_t take_file(struct smtp_log *log, const char *path, size_t most)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	size_t length = 0;
	char *bytes;
	ssize_t got;

	if (descriptor < 0)
		return 0;
	if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0) {
		close(descriptor);
		return 0;
	}
	if ((size_t)status.st_size > most)
		lseek(descriptor, status.st_size - (off_t)most, SEEK_SET);
	bytes = memory_new(most);
	while (length < most && ((got = read(descriptor, bytes + length, most - length)) > 0 || (got < 0 && errno == EINTR)))
		length += got > 0 ? (size_t)got : 0;
	close(descriptor);
	take_bytes(log, bytes, length);
	free(bytes);
	return length;
}

/* A log that was begun anew lately is short of who connected before; the one before it is tried first. */
static bool take_log(struct look *look, const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || access(path, R_OK) != 0)
		return false;
	if (status.st_size < LOG_BEFORE)
		take_file(&look->log, arena_format(look->guardian.arena, "%s.1", path), LOG_BEFORE);
	take_file(&look->log, path, LOG_MOST);
	look->place = path;
	return true;
}

static bool take_journal(struct look *look)
{
	struct guardian_ran ran;

	if (access("/usr/bin/journalctl", X_OK) != 0)
		return false;
	ran = GUARDIAN_RUN(&look->guardian, "/usr/bin/journalctl", "-q", "--no-pager", "-o", "short", "--since=-3d", "-n", "20000", "_COMM=smtpd", "_COMM=smtp", "_COMM=lmtp");
	if (!ran.ended || ran.status != 0 || !*ran.output)
		return false;
	take_bytes(&look->log, ran.output, strlen(ran.output));
	look->place = "the journal";
	return true;
}

/* One parameter of Postfix; "" where it cannot be had. */
static const char *parameter(struct look *look, const char *name)
{
	struct guardian_ran ran = look->postfix ? GUARDIAN_RUN(&look->guardian, "/usr/sbin/postconf", "-c", look->postfix, "-h", name) :
		GUARDIAN_RUN(&look->guardian, "/usr/sbin/postconf", "-h", name);

	return ran.ended && ran.status == 0 ? arena_bytes(look->guardian.arena, ran.output, strcspn(ran.output, "\n")) : "";
}

static bool fresh(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_mtime > clock_now() - STALE_S;
}

/* Where Postfix says it logs; else what syslog writes, where that still goes on; else the journal; else an old file. */
static bool read_log(struct look *look)
{
	static const char *const files[] = { "/var/log/mail.log", "/var/log/maillog" };
	const char *own = parameter(look, "maillog_file");

	smtp_log_free(&look->log);
	look->log = (struct smtp_log){ .now = clock_now(), .logins = (const char *const *)look->logins };
	if (own[0] == '/' && strcmp(own, "/dev/stdout") != 0)
		return take_log(look, own) || error_set(&look->error, ERROR_FILE, "the log of Postfix, %s, cannot be read", own);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (fresh(files[i]) && take_log(look, files[i]))
			return true;
	if (take_journal(look))
		return true;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (take_log(look, files[i]))
			return true;
	return error_set(&look->error, ERROR_FILE, "no log of Postfix can be read: neither maillog_file, /var/log/mail.log, /var/log/maillog nor the journal");
}

/* --- processes ------------------------------------------------------------------------------------------- */

static bool read_line_of(const char *path, char *line, size_t size)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = descriptor >= 0 ? read(descriptor, line, size - 1) : -1;

	if (descriptor >= 0)
		close(descriptor);
	line[length > 0 ? length : 0] = '\0';
	return length > 0;
}

static bool find_master(struct look *look)
{
	const char *queue = parameter(look, "queue_directory");
	char line[64];

	if (!*queue || !read_line_of(arena_format(look->guardian.arena, "%s/pid/master.pid", queue), line, sizeof(line)))
		return error_set(&look->error, ERROR_UNREACHABLE, "Postfix is not running, or not where postroom looks for it (queue_directory %s)", queue);
	look->master = strtol(line, NULL, 10);
	look->sasl_everywhere = !strcmp(parameter(look, "smtpd_sasl_auth_enable"), "yes");
	return look->master > 1 || error_set(&look->error, ERROR_UNREACHABLE, "Postfix is not running");
}

/* Name, parent and the second of its start; false: it is gone. */
static bool process_of(long pid, char *name, size_t size, long *parent, int64_t *started)
{
	char line[1024], path[64], up[64], *open, *close_at;
	unsigned long long ticks = 0;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	if (!read_line_of(path, line, sizeof(line)) || !read_line_of("/proc/uptime", up, sizeof(up)))
		return false;
	open = strchr(line, '(');
	close_at = strrchr(line, ')');
	if (!open || !close_at || sscanf(close_at + 1, " %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", parent,
			&ticks) != 2)
		return false;
	snprintf(name, size, "%.*s", (int)(close_at - open - 1), open + 1);
	*started = clock_now() - (int64_t)(strtod(up, NULL) - (double)ticks / (double)sysconf(_SC_CLK_TCK));
	return true;
}

static bool is_that_one(const struct look *look, const struct smtp_open *open)
{
	char name[64];
	long parent;
	int64_t started;

	return process_of(open->pid, name, sizeof(name), &parent, &started) && !strcmp(name, "smtpd") && parent == look->master &&
		(open->since_s == 0 || started <= open->since_s + START_SLACK_S);
}

static bool may_log_in(const struct look *look, long pid)
{
	char path[64], line[4096];
	int descriptor;
	ssize_t length;

	if (look->sasl_everywhere)
		return true;
	snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	length = descriptor >= 0 ? read(descriptor, line, sizeof(line)) : 0;
	if (descriptor >= 0)
		close(descriptor);
	return length > 0 && memmem(line, (size_t)length, "smtpd_sasl_auth_enable=yes", 26) != NULL;
}

/* --- its connection ------------------------------------------------------------------------------------------ */

static int pidfd_of(long pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
#else
	(void)pid;
	errno = ENOSYS;
	return -1;
#endif
}

/* By the descriptor where there is one, so that nothing else can have come under this number. */
static bool end_process(long pid, int pidfd)
{
#ifdef SYS_pidfd_send_signal
	if (pidfd >= 0)
		return syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0) == 0;
#endif
	return kill((pid_t)pid, SIGTERM) == 0;
}

static int descriptor_of(int pidfd, int number)
{
#ifdef SYS_pidfd_getfd
	return (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
#else
	(void)pidfd;
	(void)number;
	errno = ENOSYS;
	return -1;
#endif
}

struct endpoint { bool is_tcp, listens; unsigned port; char peer[INET6_ADDRSTRLEN]; };

static unsigned address_words(const struct sockaddr_storage *address, char *words, size_t size)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

	words[0] = '\0';
	if (address->ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, words, (socklen_t)size);
	else if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, words, (socklen_t)size);
	else
		inet_ntop(AF_INET6, &v6->sin6_addr, words, (socklen_t)size);
	return ntohs(address->ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
}

static struct endpoint endpoint_of(int descriptor)
{
	struct endpoint endpoint = { false, false, 0, "" };
	struct sockaddr_storage address;
	socklen_t size = sizeof(address), small = sizeof(int);
	int type = 0, listens = 0;
	char own[INET6_ADDRSTRLEN];

	if (getsockname(descriptor, (struct sockaddr *)&address, &size) != 0 || (address.ss_family != AF_INET && address.ss_family != AF_INET6) ||
	    getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &small) != 0 || type != SOCK_STREAM)
		return endpoint;
	endpoint.is_tcp = true;
	endpoint.port = address_words(&address, own, sizeof(own));
	small = sizeof(listens);
	endpoint.listens = getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &small) == 0 && listens;
	size = sizeof(address);
	if (!endpoint.listens && getpeername(descriptor, (struct sockaddr *)&address, &size) == 0)
		address_words(&address, endpoint.peer, sizeof(endpoint.peer));
	return endpoint;
}

struct held { int descriptors[64]; struct endpoint ends[64]; size_t count; };

/* False where the kernel gives none (too old, or not allowed). */
static bool hold_sockets(long pid, int pidfd, struct held *held)
{
	char path[64];
	DIR *directory;
	struct dirent *entry;
	bool given = true;

	held->count = 0;
	snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
	directory = opendir(path);
	while (directory && given && (entry = readdir(directory)) && held->count < 64) {
		int copy;

		if (entry->d_name[0] == '.')
			continue;
		copy = descriptor_of(pidfd, atoi(entry->d_name));
		if (copy < 0) {
			given = errno != ENOSYS && errno != EPERM && errno != EACCES;
			continue;
		}
		held->ends[held->count] = endpoint_of(copy);
		if (held->ends[held->count].is_tcp)
			held->descriptors[held->count++] = copy;
		else
			close(copy);
	}
	if (directory)
		closedir(directory);
	return directory && given;
}

static void let_go(struct held *held)
{
	for (size_t i = 0; i < held->count; i++)
		close(held->descriptors[i]);
	held->count = 0;
}

/* The client's: at a port that the process listens at, else from the address that the log names. -1: none. */
static int client_of(const struct held *held, const struct smtp_open *open)
{
	bool listens = false;

	for (size_t i = 0; i < held->count; i++)
		listens = listens || held->ends[i].listens;
	for (size_t i = 0; i < held->count; i++) {
		const struct endpoint *end = &held->ends[i];

		for (size_t j = 0; *end->peer && j < held->count; j++)
			if (held->ends[j].listens && held->ends[j].port == end->port)
				return held->descriptors[i];
		if (*end->peer && !listens && !strcmp(end->peer, open->client))
			return held->descriptors[i];
	}
	return -1;
}

/* A session as it was found, with its process and its connection held. */
struct grip {
	struct smtp_open open;             /* as the log told when it was found */
	int pidfd, client;                 /* -1: none; no client with a pidfd: the kernel gives none */
	ino_t socket;                      /* of the client */
};

static void loosen(struct grip *grip)
{
	if (grip->client >= 0)
		close(grip->client);
	if (grip->pidfd >= 0)
		close(grip->pidfd);
}

/* False: the process is gone, another one, or has no client. */
static bool take_grip(const struct look *look, const struct smtp_open *open, struct grip *grip)
{
	struct stat status;
	struct held held;
	bool given;
	int client;

	*grip = (struct grip){ .open = *open, .pidfd = pidfd_of(open->pid), .client = -1 };
	/* Asked while the number is held: from here on it cannot become another process's. */
	if (!is_that_one(look, open)) {
		loosen(grip);
		return false;
	}
	held.count = 0;
	given = grip->pidfd >= 0 && hold_sockets(open->pid, grip->pidfd, &held);
	client = given ? client_of(&held, open) : -1;
	grip->client = client >= 0 ? fcntl(client, F_DUPFD_CLOEXEC, 3) : -1;
	grip->socket = grip->client >= 0 && fstat(grip->client, &status) == 0 ? status.st_ino : 0;
	let_go(&held);
	if (!given || grip->client >= 0)
		return true;
	loosen(grip);
	return false;
}

static bool is_connected(const struct look *look, const struct smtp_open *open)
{
	struct grip grip;

	if (!take_grip(look, open, &grip))
		return false;
	loosen(&grip);
	return true;
}

/* Does the process still hold this very connection? It may serve somebody else by now. */
static bool holds(const struct grip *grip)
{
	char path[300];
	DIR *directory;
	struct dirent *entry;
	struct stat status;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%ld/fd", grip->open.pid);
	directory = opendir(path);
	while (directory && !found && (entry = readdir(directory))) {
		snprintf(path, sizeof(path), "/proc/%ld/fd/%s", grip->open.pid, entry->d_name);
		found = entry->d_name[0] != '.' && stat(path, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_ino == grip->socket;
	}
	if (directory)
		closedir(directory);
	return found;
}

/* --- together ----------------------------------------------------------------------------------------------------- */

static bool wanted(const struct look *look, const struct smtp_open *open)
{
	for (size_t i = 0; look->logins[i]; i++)
		if (smtp_log_same_login(open->login, look->logins[i]))
			return true;
	return false;
}

static void add_text(struct json *object, const char *key, const char *text)
{
	json_put_bytes(object, key, text, strlen(text));
}

static void add_session(struct json *list, const struct smtp_open *open)
{
	struct json *item = json_object_new();

	json_put_number(item, "pid", open->pid);
	add_text(item, "login", open->login);
	add_text(item, "client", open->client);
	add_text(item, "since", open->since);
	json_put_number(item, "mails", (int64_t)open->mails);
	json_add(list, item);
}

/* What these logins sent, by queue id; most of it has left the queue. */
static struct json *sent_of(const struct look *look)
{
	struct json *list = json_array_new();
	size_t count = smtp_log_sent(&look->log);

	for (size_t i = 0; i < count; i++) {
		struct json *item = json_object_new();

		add_text(item, "id", look->log.sent[i].id);
		json_put_number(item, "time", look->log.sent[i].when);
		json_add(list, item);
	}
	return list;
}

static struct json *report(struct look *look, int64_t ended)
{
	struct json *json = json_object_new(), *list = json_array_new();
	int64_t silent = 0;

	for (size_t i = 0; i < look->log.count; i++) {
		const struct smtp_open *open = &look->log.open[i];

		if (wanted(look, open) && is_connected(look, open))
			add_session(list, open);
		else if (!*open->login && open->mails == 0 && is_that_one(look, open) && may_log_in(look, open->pid) && is_connected(look, open))
			silent++;
	}
	add_text(json, "place", look->place);
	add_text(json, "from", look->log.from);
	json_put(json, "sessions", list);
	json_put(json, "sent", sent_of(look));
	json_put_number(json, "silent", silent);
	json_put_number(json, "ended", ended);
	json_put_number(json, "killed", look->killed);
	return json;
}

/* Is the process still in the session in which it was found, as the log tells now? */
static bool is_same_session(const struct look *look, const struct smtp_open *found)
{
	for (size_t i = 0; i < look->log.count; i++) {
		const struct smtp_open *open = &look->log.open[i];

		if (open->pid == found->pid)
			return strcmp(open->login, found->login) == 0 && strcmp(open->client, found->client) == 0 && strcmp(open->since, found->since) == 0;
	}
	return false;
}

static bool cut(struct look *look, const struct grip *grip)
{
	if (grip->client >= 0)
		return shutdown(grip->client, SHUT_RDWR) == 0;
	/* Without its descriptor there is only the process; what it serves was asked a moment ago. */
	if (!is_that_one(look, &grip->open) || !end_process(grip->open.pid, grip->pidfd))
		return false;
	look->killed++;
	return true;
}

static bool is_gone(const struct look *look, const struct grip *grip)
{
	return grip->client >= 0 ? !holds(grip) : !is_that_one(look, &grip->open);
}

/*
 * Each is cut and seen to be gone.  A process serves one client after the other, so what the log told once may be over
 * when its turn comes.  All connections are held first; then the log gets the time in which a line of before reaches it,
 * and is read anew.  A process that is in the same session there was in it when its connection was held, so what is held
 * is that session's; whatever else has begun since has another connection and is never touched.
 */
static bool end_all(struct look *look, int64_t *ended)
{
	struct grip *grips = arena_alloc(look->guardian.arena, (look->log.count + 1) * sizeof(*grips));
	size_t count = 0;
	bool fine;

	guardian_point("smtp-found");
	for (size_t i = 0; i < look->log.count; i++)
		if (wanted(look, &look->log.open[i]) && take_grip(look, &look->log.open[i], &grips[count]))
			count++;
	guardian_point("smtp-held");
	if (count > 0)
		guardian_pause(SETTLE_MS);
	fine = count == 0 || read_log(look);
	for (size_t i = 0; i < count; i++) {
		int tries = 0;

		if (!fine || !is_same_session(look, &grips[i].open) || !cut(look, &grips[i])) {
			loosen(&grips[i]);
			grips[i] = (struct grip){ .pidfd = -1, .client = -1 };
			continue;
		}
		/* The copy stays until the end, so that no other socket can get its number meanwhile. */
		while (tries++ < LOOKS && !is_gone(look, &grips[i]))
			guardian_pause(LOOK_MS);
		*ended += tries <= LOOKS;
	}
	for (size_t i = 0; i < count; i++)
		loosen(&grips[i]);
	return fine;
}

static int print(struct json *json, int status)
{
	char *line = json_print(json, false);

	puts(line);
	free(line);
	json_free(json);
	return status;
}

int smtp_sessions_main(bool end, const char *postfix, char *const *logins)
{
	struct look look = { .guardian = { .arena = arena_new(), .lock = -1 }, .postfix = postfix, .logins = logins, .place = "" };
	struct json *json;
	int64_t ended = 0;
	bool fine;

	guardian_points_read();
	fine = find_master(&look) && read_log(&look);
	if (fine && end)
		fine = end_all(&look, &ended) && read_log(&look);
	json = fine ? report(&look, ended) : json_object_new();
	if (!fine)
		json_put_text(json, "error", look.error.text);
	smtp_log_free(&look.log);
	if (look.guardian.loop)
		loop_free(look.guardian.loop);
	arena_free(look.guardian.arena);
	return print(json, fine ? 0 : error_exit_status(ERROR_UNREACHABLE));
}
