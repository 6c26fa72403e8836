/*
 * guardian_tool: what the guardian asks with: programs, ports and logs.
 *
 * Programs are run by base/child (no shell, clean environment, a deadline);
 * ports are connected to and must say something; a log is read from where it
 * stood before the reload.  Fails by answer.  Guardian's process; blocks.
 */
#include "settings/guardian_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"

enum { PROGRAM_MS = 20000, GREETING_MS = 10000, MOST_LOG = 1 << 20 };

/* --- programs ----------------------------------------------------------------------------------- */

struct waiting {
	struct guardian *guardian;
	struct guardian_ran *ran;
	bool done;
};

static void on_done(const struct child_result *result, void *context)
{
	struct waiting *waiting = context;
	struct guardian_ran *ran = waiting->ran;

	ran->ended = result->started && !result->timed_out;
	ran->status = result->status;
	ran->output = arena_bytes(waiting->guardian->arena, result->output, result->output_length);
	ran->complaint = arena_bytes(waiting->guardian->arena, result->complaint, result->complaint_length);
	ran->error = result->error;
	waiting->done = true;
}

struct guardian_ran guardian_run(struct guardian *guardian, const char *const *argv)
{
	struct guardian_ran ran = { 0 };
	struct waiting waiting = { .guardian = guardian, .ran = &ran };
	struct child_request request = { .argv = argv, .deadline = PROGRAM_MS };

	if (!guardian->loop)
		guardian->loop = loop_new();
	child_run(guardian->loop, &request, on_done, &waiting);
	loop_run_until(guardian->loop, &waiting.done);
	if (!ran.ended && ran.error.kind == ERROR_NONE)
		error_set(&ran.error, ERROR_TIMEOUT, "%s did not end within %d s", argv[0], PROGRAM_MS / 1000);
	return ran;
}

void guardian_pause(unsigned milliseconds)
{
	struct timespec rest = { .tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000 };

	while (nanosleep(&rest, &rest) != 0 && errno == EINTR && !guardian_ending())
		;
}

/* --- ports ----------------------------------------------------------------------------------------- */

static int connected(const struct guardian_port *port, int64_t until)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port->port) };
	bool six = strchr(port->address, ':') != NULL;
	int descriptor = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), code = 0;
	struct pollfd wait = { .fd = descriptor, .events = POLLOUT };
	socklen_t size = sizeof(code);

	if (descriptor < 0 || inet_pton(six ? AF_INET6 : AF_INET, port->address, six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) != 1)
		code = errno ? errno : EINVAL;
	else if (connect(descriptor, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4, six ? sizeof(v6) : sizeof(v4)) != 0 && errno != EINPROGRESS)
		code = errno;
	else if (poll(&wait, 1, (int)(until - clock_monotonic_ms())) != 1)
		code = ETIMEDOUT;
	else if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
		code = errno;
	if (code && descriptor >= 0)
		close(descriptor);
	errno = code;
	return code ? -1 : descriptor;
}

/*
 * The first message of TLS 1.2, as short as servers take it: whoever answers it with a handshake message has a certificate and
 * lives, and nothing more is wanted. Groups and signatures must be named, or OpenSSL takes none.
 */
static bool say_hello(int descriptor)
{
	static const unsigned char ciphers_and_extensions[] = {
		0, 12, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0, 0x9c, 0, 0x9d,   /* ECDHE and RSA with AES-GCM */
		1, 0,                                                                      /* no compression */
		0, 36, 0, 10, 0, 8, 0, 6, 0, 0x1d, 0, 0x17, 0, 0x18,                       /* groups x25519, P-256, P-384 */
		0, 11, 0, 2, 1, 0,                                                         /* uncompressed points */
		0, 13, 0, 14, 0, 12, 4, 1, 4, 3, 5, 1, 5, 3, 8, 4, 8, 5,                   /* RSA, ECDSA and PSS with SHA-2 */
	};
	unsigned char hello[5 + 4 + 2 + 32 + 1 + sizeof(ciphers_and_extensions)] = { 0x16, 3, 1, 0, sizeof(hello) - 5,
		1, 0, 0, sizeof(hello) - 9, 3, 3 };

	if (getrandom(hello + 11, 32, 0) != 32)
		return false;
	memcpy(hello + 44, ciphers_and_extensions, sizeof(ciphers_and_extensions));
	return send(descriptor, hello, sizeof(hello), MSG_NOSIGNAL) == (ssize_t)sizeof(hello);
}

static const char *judged(struct guardian *guardian, const struct guardian_port *port, const char *first, ssize_t got)
{
	if (got == 0)
		return "it ends the connection without a word";
	if (got < 0)
		return arena_format(guardian->arena, "no greeting: %s", strerror(errno));
	if (port->tls)
		return first[0] == 0x16 ? NULL : "it does not answer to TLS";
	if (!strncmp(first, "* BYE", 5) || !strncmp(first, "-ERR", 4) || !strncmp(first, "421", 3))
		return arena_format(guardian->arena, "it answers \"%.60s\"", first);
	return NULL;
}

/* One reply, up to its last line ("250 "); false where none comes. */
static bool reply(int descriptor, int64_t until, char *bytes, size_t room)
{
	struct pollfd wait = { .fd = descriptor, .events = POLLIN };
	size_t length = 0;

	for (;;) {
		int64_t left = until - clock_monotonic_ms();
		ssize_t got = left > 0 && poll(&wait, 1, (int)left) == 1 ? recv(descriptor, bytes + length, room - 1 - length, 0) : 0;
		char *line;

		if (got <= 0)
			return false;
		length += (size_t)got;
		bytes[length] = '\0';
		if (bytes[length - 1] != '\n')
			continue;
		bytes[length - 1] = '\0';
		line = strrchr(bytes, '\n');
		if (length >= room - 1 || (strlen(line ? line + 1 : bytes) > 3 && (line ? line + 1 : bytes)[3] == ' '))
			return true;
		bytes[length - 1] = '\n';
	}
}

/*
 * Asks whether mail for the postmaster of the host that greeted would be taken, and sends none. (A bare postmaster is taken
 * without a look at the restrictions.) A refusal is an answer too; what is looked for is a server that
 * cannot answer for its own configuration (4.3.0, 4.3.5).
 */
static const char *would_take(struct guardian *guardian, int descriptor, const char *greeting, int64_t until)
{
	const char *host = strncmp(greeting, "220 ", 4) ? "localhost" : greeting + 4;
	const char *const words[] = { "EHLO localhost\r\n", "MAIL FROM:<>\r\n",
		arena_format(guardian->arena, "RCPT TO:<postmaster@%.*s>\r\n", (int)strcspn(host, " \r\n"), host), "QUIT\r\n" };
	char bytes[4096];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (send(descriptor, words[i], strlen(words[i]), MSG_NOSIGNAL) < 0 || !reply(descriptor, until, bytes, sizeof(bytes)))
			return arena_format(guardian->arena, "no answer to %.4s", words[i]);
		if (bytes[0] == '4' && (strstr(bytes, "4.3.0") || strstr(bytes, "4.3.5")))
			return arena_format(guardian->arena, "it answers \"%.*s\" to %.4s", (int)strcspn(bytes, "\r\n"), bytes, words[i]);
	}
	return NULL;
}

bool guardian_greets(struct guardian *guardian, const struct guardian_port *port, const char **words)
{
	int64_t until = clock_monotonic_ms() + GREETING_MS;
	int descriptor = connected(port, until);
	struct pollfd wait = { .fd = descriptor, .events = POLLIN };
	char first[300] = "";
	int64_t left;

	*words = NULL;
	if (descriptor < 0) {
		*words = strerror(errno);
		return false;
	}
	if (port->tls && !say_hello(descriptor))
		*words = "it takes no TLS";
	left = until - clock_monotonic_ms();
	if (!*words && poll(&wait, 1, left > 0 ? (int)left : 0) != 1)
		*words = "no greeting within 10 s";
	if (!*words)
		*words = judged(guardian, port, first, recv(descriptor, first, sizeof(first) - 1, 0));
	if (!*words && port->smtp && !port->tls)
		*words = would_take(guardian, descriptor, first, until);
	close(descriptor);
	return !*words;
}

bool guardian_ports_look(struct guardian *guardian, struct guardian_port *ports, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		bool silent_before = false;
		const char *words;

		for (size_t k = 0; k < guardian->port_count; k++)
			silent_before = silent_before || (!guardian->ports[k].greeted && guardian->ports[k].port == ports[i].port &&
				!strcmp(guardian->ports[k].address, ports[i].address));
		if (guardian_greets(guardian, &ports[i], &words))
			continue;
		if (!silent_before)
			return error_set(error, ERROR_REFUSED, "%s: %s", ports[i].name, words);
	}
	return true;
}

/* --- logs --------------------------------------------------------------------------------------------- */

struct guardian_log guardian_log_mark(const char *path)
{
	struct guardian_log log = { 0 };
	struct stat status;

	if (path && stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, R_OK) == 0)
		log = (struct guardian_log){ .path = path, .from = status.st_size, .inode = status.st_ino };
	return log;
}

char *guardian_log_read(struct guardian *guardian, const struct guardian_log *log)
{
	int descriptor = log->path ? open(log->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	struct stat status;
	char *bytes;
	ssize_t got;
	size_t room;
	off_t from;

	if (descriptor < 0 || fstat(descriptor, &status) != 0) {
		if (descriptor >= 0)
			close(descriptor);
		return arena_text(guardian->arena, "");
	}
	/* Turned over meanwhile: the new one from its beginning. */
	from = status.st_ino == log->inode && log->from <= status.st_size ? log->from : 0;
	room = status.st_size - from < MOST_LOG ? (size_t)(status.st_size - from) : MOST_LOG;
	bytes = arena_alloc(guardian->arena, room + 1);
	got = pread(descriptor, bytes, room, from);
	close(descriptor);
	bytes[got > 0 ? got : 0] = '\0';
	return bytes;
}

static bool has_one(const char *line, const char *const *words)
{
	for (size_t i = 0; words && words[i]; i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

char *guardian_line_with(struct arena *arena, const char *text, const char *const *words, const char *const *not)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		char *line = arena_format(arena, "%.*s", (int)length, text);

		if (has_one(line, words) && !has_one(line, not))
			return line;
		text += length + (text[length] == '\n');
	}
	return NULL;
}

char *guardian_listed(struct arena *arena, const char *listing, const char *name)
{
	size_t length = strlen(name);

	while (*listing) {
		size_t line = strcspn(listing, "\n");

		if (line > length && !strncmp(listing, name, length) && listing[length] == '=')
			return arena_format(arena, "%.*s", (int)(line - length - 1), listing + length + 1);
		listing += line + (listing[line] == '\n');
	}
	return NULL;
}
