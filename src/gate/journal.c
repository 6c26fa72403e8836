/*
 * journal: writing one session's file.
 *
 * The file is made by O_EXCL at the first record and locked for as long as the
 * session runs, so that others can tell a running session from a dead one.  A
 * megabyte beyond the end stays reserved, so that the record of what happened
 * fits where the record of what was meant did.  Every failure is final for the
 * session.  Gate's thread.
 */
#include "gate/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/text.h"
#include "gate/record_line.h"

#define RESERVE (1 << 20)

struct journal {
	struct journal_writer writer;
	char session[9];
	char salt[33];
	char path[PATH_MAX];
	int descriptor;                    /* -1: no record yet */
	int shared;                        /* -1: no copy */
	off_t size;
	unsigned number;                   /* of the next record */
	char chain[SHA256_HEX];            /* hash of the last record */
	struct error broken;               /* first failure; kind ERROR_NONE: fine */
};

static void random_hex(char *out, size_t digits)
{
	unsigned char bytes[32];
	size_t i;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, &now.tv_nsec, sizeof(now.tv_nsec));
	}
	for (i = 0; i < digits; i++)
		out[i] = "0123456789abcdef"[bytes[i] & 15];
	out[digits] = '\0';
}

struct journal *journal_open(const struct journal_writer *writer, struct error *error)
{
	struct journal *journal;

	if (!file_make_directory(writer->directory, 0700, error))
		return NULL;
	if (access(writer->directory, W_OK | X_OK)) {
		error_set(error, ERROR_FILE, "The journal cannot be written in %s: %s. Nothing can be changed without it [errno %d]",
			writer->directory, strerror(errno), errno);
		return NULL;
	}
	journal = memory_new(sizeof(*journal));
	journal->writer = *writer;
	journal->descriptor = journal->shared = -1;
	random_hex(journal->session, 8);
	random_hex(journal->salt, 32);
	memset(journal->chain, '0', SHA256_HEX - 1);
	return journal;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->descriptor >= 0) {
		/* To its own length: gives back what was reserved behind it. */
		if (ftruncate(journal->descriptor, journal->size))
			log_line(LOG_LEVEL_WARNING, "%s: %s", journal->path, strerror(errno));
		close(journal->descriptor);
	}
	if (journal->shared >= 0)
		close(journal->shared);
	memory_wipe(journal->salt, sizeof(journal->salt));
	free(journal);
}

const char *journal_session(const struct journal *journal)
{
	return journal->session;
}

const char *journal_head(const struct journal *journal)
{
	return journal->chain;
}

char *journal_secret(struct arena *arena, const struct journal *journal, const void *bytes, size_t length)
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 hash;

	sha256_begin(&hash);
	sha256_add(&hash, journal->salt, strlen(journal->salt));
	sha256_add(&hash, bytes, length);
	sha256_end(&hash, digest);
	memory_wipe(&hash, sizeof(hash));
	return arena_format(arena, "sha256:%02x%02x%02x%02x", digest[0], digest[1], digest[2], digest[3]);
}

/* --- one record ------------------------------------------------------------ */

/* Remembers the first failure, so that nothing is sent after a record was lost. */
static bool breaks(struct journal *journal, struct error *error, const char *what)
{
	int code = errno;

	error_set(&journal->broken, ERROR_FILE,
		"%s: %s: %s. Nothing more can be changed in this session: make room or mend the disk, then start again [errno %d]",
		journal->path, what, strerror(code), code);
	journal->broken.code = code;
	if (error)
		*error = journal->broken;
	return false;
}

static bool write_all(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t wrote = write(descriptor, bytes, length);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0) {
			errno = wrote == 0 ? ENOSPC : errno;
			return false;
		}
		bytes += wrote;
		length -= (size_t)wrote;
	}
	return true;
}

/* A file system that cannot reserve is used as it is; a full one is told before anything is written. */
static bool reserve(struct journal *journal, size_t length)
{
	if (!fallocate(journal->descriptor, FALLOC_FL_KEEP_SIZE, journal->size, (off_t)length + RESERVE))
		return true;
	return errno == EOPNOTSUPP || errno == ENOSYS;
}

static void write_shared(struct journal *journal, const struct text *line)
{
	if (journal->shared < 0 || write_all(journal->shared, line->bytes, line->length))
		return;
	log_line(LOG_LEVEL_WARNING, "shared journal in %s: %s; others do not see these changes from now on",
		journal->writer.shared_directory, strerror(errno));
	close(journal->shared);
	journal->shared = -1;
}

/* intent: a record that must reach the disk, with room reserved behind it for what follows. */
static bool write_record(struct journal *journal, struct json *takes, bool intent, struct error *error)
{
	struct text line = { 0 };
	char *words;
	bool fine;

	json_put_number(takes, "seq", journal->number);
	json_put_number(takes, "time", clock_now_ms());
	json_put_text(takes, "prev", journal->chain);
	words = json_print(takes, false);
	json_free(takes);
	record_line(&line, words);
	free(words);
	fine = (!intent || reserve(journal, line.length)) && write_all(journal->descriptor, line.bytes, line.length) &&
		(!intent || !fdatasync(journal->descriptor));
	if (fine) {
		journal->size += (off_t)line.length;
		journal->number++;
		sha256_hex(line.bytes, line.length, journal->chain);
		write_shared(journal, &line);
	} else {
		breaks(journal, error, "the journal cannot be written");
		if (ftruncate(journal->descriptor, journal->size))
			log_line(LOG_LEVEL_ERROR, "%s: %s", journal->path, strerror(errno));
	}
	text_free(&line);
	return fine;
}

/* --- the file of the session ----------------------------------------------- */

static const char *login_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user && user->pw_name ? user->pw_name : "";
}

static struct json *session_record(const struct journal *journal)
{
	struct json *record = json_object_new();
	const char *peer = getenv("SSH_CONNECTION");
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	json_put_text(record, "record", "session");
	json_put_number(record, "version", JOURNAL_VERSION);
	json_put_text(record, "session", journal->session);
	json_put_text(record, "who", login_name());
	json_put_number(record, "uid", (int64_t)getuid());
	json_put_text(record, "host", host);
	json_put_text(record, "peer", peer ? peer : "");
	json_put_text(record, "identity", journal->writer.identity);
	json_put_text(record, "system", journal->writer.system);
	json_put_text(record, "salt", journal->salt);
	return record;
}

static void stamp(char out[32])
{
	time_t now = (time_t)clock_now();
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(out, 32, "%Y%m%dT%H%M%SZ", &utc);
}

static void open_shared(struct journal *journal, const char *name)
{
	char path[PATH_MAX];
	struct error error = { 0 };
	bool created;

	if (!journal->writer.shared_directory)
		return;
	if (snprintf(path, sizeof(path), "%s/%s", journal->writer.shared_directory, name) >= (int)sizeof(path))
		return;
	journal->shared = file_open_append(path, 0640, &created, &error);
	/* The umask may have taken the group's right to read, which is what the copy is for. */
	if (journal->shared >= 0 && fchmod(journal->shared, 0640))
		log_line(LOG_LEVEL_WARNING, "%s: %s", path, strerror(errno));
	if (journal->shared < 0)
		log_line(LOG_LEVEL_WARNING, "shared journal: %s; others do not see these changes", error.text);
}

static bool begin_file(struct journal *journal, struct error *error)
{
	char name[64], when[32];
	bool created = false;

	stamp(when);
	snprintf(name, sizeof(name), "%s-%s.journal", when, journal->session);
	if (snprintf(journal->path, sizeof(journal->path), "%s/%s", journal->writer.directory, name) >= (int)sizeof(journal->path)) {
		errno = ENAMETOOLONG;
		return breaks(journal, error, "the journal cannot be made");
	}
	journal->descriptor = file_open_append(journal->path, 0600, &created, error);
	if (journal->descriptor < 0 || !created || !file_lock(journal->descriptor, journal->path, error)) {
		errno = journal->descriptor < 0 && error && error->code ? error->code : EEXIST;
		return breaks(journal, error, "the journal cannot be made");
	}
	open_shared(journal, name);
	memset(journal->chain, '0', SHA256_HEX - 1);
	return write_record(journal, session_record(journal), false, error);
}

bool journal_append(struct journal *journal, struct json *takes, bool sync, struct error *error)
{
	struct error why = { 0 };

	if (journal->broken.kind == ERROR_NONE && journal->descriptor < 0)
		begin_file(journal, &why);
	if (journal->broken.kind != ERROR_NONE) {
		json_free(takes);
		if (error)
			*error = journal->broken;
		return false;
	}
	return write_record(journal, takes, sync, error);
}
