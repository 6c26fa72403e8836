/*
 * smtp_log: see smtp_log.h.
 */
#include "settings/smtp_log.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log_time.h"
#include "base/lookup.h"
#include "base/memory.h"

/* --- what is open ------------------------------------------------------------------------------------------- */

static struct smtp_open *open_of(struct smtp_log *log, long pid)
{
	for (size_t i = log->count; i-- > 0;)
		if (log->open[i].pid == pid)
			return &log->open[i];
	return NULL;
}

static void close_it(struct smtp_log *log, struct smtp_open *gone)
{
	size_t at = (size_t)(gone - log->open);

	log->count--;
	memmove(gone, gone + 1, (log->count - at) * sizeof(*gone));
}

static struct smtp_open *begin(struct smtp_log *log, long pid)
{
	struct smtp_open *open = open_of(log, pid);

	if (open)
		close_it(log, open);
	/* The oldest go first: most likely processes that died without a word. */
	if (log->count == SMTP_OPEN_MOST)
		close_it(log, log->open);
	log->open = memory_grow(log->open, &log->room, log->count + 1, sizeof(*log->open));
	open = &log->open[log->count++];
	memset(open, 0, sizeof(*open));
	open->pid = pid;
	return open;
}

static void copy(char *to, size_t size, const char *from, size_t length)
{
	snprintf(to, size, "%.*s", (int)(length < size ? length : size - 1), from);
}

/* "name[192.0.2.7]" or "name[192.0.2.7]:12345": the name may be anything, the address is the last thing in brackets. */
static void copy_client(struct smtp_open *open, const char *words, size_t length)
{
	const char *end = memchr(words, ',', length), *left, *right;

	length = end ? (size_t)(end - words) : length;
	left = memrchr(words, '[', length);
	right = left ? memchr(left, ']', length - (size_t)(left - words)) : NULL;
	if (left && right)
		copy(open->client, sizeof(open->client), left + 1, (size_t)(right - left - 1));
	else
		copy(open->client, sizeof(open->client), words, length);
}

static bool begins(const char *words, size_t length, const char *mark)
{
	return length >= strlen(mark) && strncmp(words, mark, strlen(mark)) == 0;
}

bool smtp_log_same_login(const char *logged, const char *login)
{
	return *logged && strcasecmp(logged, login) == 0;
}

size_t smtp_log_sent(const struct smtp_log *log)
{
	return log->sent_total < SMTP_SENT_MOST ? (size_t)log->sent_total : SMTP_SENT_MOST;
}

/* A queue id is letters and digits, as later in a command; nothing else is kept. */
static bool id_of(const char *words, size_t length, char id[SMTP_ID_MOST])
{
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)words[i]))
			return false;
	if (length == 0 || length >= SMTP_ID_MOST)
		return false;
	copy(id, SMTP_ID_MOST, words, length);
	return true;
}

static void keep_id(struct smtp_log *log, const char *words, size_t length, int64_t time)
{
	struct smtp_sent *sent;
	char id[SMTP_ID_MOST];

	if (!id_of(words, length, id))
		return;
	if (!log->sent_known)
		log->sent_known = lookup_new();
	if (lookup_get(log->sent_known, id))
		return;
	lookup_put(log->sent_known, id, log);
	if (log->sent_total < SMTP_SENT_MOST)
		log->sent = memory_grow(log->sent, &log->sent_room, (size_t)log->sent_total + 1, sizeof(*log->sent));
	sent = &log->sent[log->sent_total++ % SMTP_SENT_MOST];
	memcpy(sent->id, id, sizeof(id));
	sent->when = time;
}

static void keep_sent(struct smtp_log *log, const char *login, const char *id, size_t length, int64_t time)
{
	for (size_t i = 0; log->logins && log->logins[i]; i++)
		if (smtp_log_same_login(login, log->logins[i])) {
			keep_id(log, id, length, time);
			return;
		}
}

/*
 * "3D2A5E1F: to=<x>, relay=127.0.0.1[127.0.0.1]:10024, ..., status=sent (250 ... queued as 4F00A1B2)": a filter of this
 * machine gives it back under another id. What other machines answer is theirs to choose.
 */
static void take_delivery(struct smtp_log *log, const char *words, size_t length, int64_t time)
{
	static const char to[] = ": to=<", relay[] = ", relay=", queued[] = "queued as ";
	const char *at = memmem(words, length, to, sizeof(to) - 1), *end = words + length, *comma;
	char id[SMTP_ID_MOST];
	size_t size = 0;

	if (!at || !id_of(words, (size_t)(at - words), id) || !lookup_get(log->sent_known, id))
		return;
	at = memmem(at, (size_t)(end - at), relay, sizeof(relay) - 1);
	comma = at ? memchr(at + 2, ',', (size_t)(end - at - 2)) : NULL;
	if (!comma || (!memmem(at, (size_t)(comma - at), "[127.0.0.1]", 11) && !memmem(at, (size_t)(comma - at), "[::1]", 5)))
		return;
	/* The last one is the filter's own answer. */
	for (const char *next = comma; (next = memmem(next, (size_t)(end - next), queued, sizeof(queued) - 1)); )
		at = next += sizeof(queued) - 1;
	if (at < comma)
		return;
	while (at + size < end && isalnum((unsigned char)at[size]))
		size++;
	keep_id(log, at, size, time);
}

/* "3D2A5E1F: client=name[192.0.2.7], sasl_method=PLAIN, sasl_username=anna" */
static void take_mail(struct smtp_log *log, long pid, const char *line, size_t time_length, int64_t time, const char *words, size_t length)
{
	static const char client[] = ": client=", login[] = ", sasl_username=";
	const char *at = memmem(words, length, client, sizeof(client) - 1), *user;
	struct smtp_open *open = open_of(log, pid);
	size_t rest, id = at ? (size_t)(at - words) : 0;

	if (!at || memchr(words, ' ', id))
		return;
	at += sizeof(client) - 1;
	rest = length - (size_t)(at - words);
	if (!open) {
		/* It began before what is read of the log. */
		open = begin(log, pid);
		copy(open->since, sizeof(open->since), line, time_length);
		open->since_s = time;
		copy_client(open, at, rest);
	}
	open->mails++;
	user = memmem(at, rest, login, sizeof(login) - 1);
	if (!user)
		return;
	user += sizeof(login) - 1;
	rest = length - (size_t)(user - words);
	at = memmem(user, rest, ", ", 2);
	copy(open->login, sizeof(open->login), user, at ? (size_t)(at - user) : rest);
	keep_sent(log, open->login, words, id, time);
}

/* Behind time and host: "postfix/submission/smtpd[123]: words". False: no program tells so. */
static bool of_program(const char *at, const char *end, bool *smtpd, long *pid, const char **words)
{
	const char *blank = memchr(at, ' ', (size_t)(end - at)), *open;
	char *stop;

	if (!blank)
		return false;
	at = blank + 1;
	open = memchr(at, '[', (size_t)(end - at));
	if (!open || memchr(at, ' ', (size_t)(open - at)) || !isdigit((unsigned char)open[1]))
		return false;
	*smtpd = open - at >= 5 && memcmp(open - 5, "smtpd", 5) == 0 && (open - at == 5 || open[-6] == '/');
	*pid = strtol(open + 1, &stop, 10);
	*words = stop + 3;
	return *pid > 1 && stop + 3 <= end && stop[0] == ']' && stop[1] == ':' && stop[2] == ' ';
}

/* line ends with a zero byte. */
static void take_line(struct smtp_log *log, const char *line, size_t length)
{
	static const char connect[] = "connect from ";
	const char *words;
	size_t time_length, left;
	int64_t time = log_time(line, length, log->now, &time_length);
	struct smtp_open *open;
	bool smtpd;
	long pid;

	if (time_length == 0 || time_length >= length)
		return;
	if (!*log->from)
		copy(log->from, sizeof(log->from), line, time_length);
	if (!of_program(line + time_length + 1, line + length, &smtpd, &pid, &words))
		return;
	left = (size_t)(line + length - words);
	if (!smtpd) {
		if (log->sent_known)
			take_delivery(log, words, left, time);
		return;
	}
	if (begins(words, left, connect)) {
		open = begin(log, pid);
		copy(open->since, sizeof(open->since), line, time_length);
		open->since_s = time;
		copy_client(open, words + sizeof(connect) - 1, left - (sizeof(connect) - 1));
	} else if (begins(words, left, "disconnect from ")) {
		open = open_of(log, pid);
		if (open)
			close_it(log, open);
	} else {
		take_mail(log, pid, line, time_length, time, words, left);
	}
}

void smtp_log_line(struct smtp_log *log, const char *line, size_t length)
{
	char copied[1024];

	while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	/* What matters stands at the beginning. */
	if (length >= sizeof(copied))
		length = sizeof(copied) - 1;
	memcpy(copied, line, length);
	copied[length] = '\0';
	for (size_t i = 0; i < length; i++)
		if (!copied[i])
			copied[i] = ' ';
	take_line(log, copied, length);
}

void smtp_log_free(struct smtp_log *log)
{
	free(log->open);
	free(log->sent);
	lookup_free(log->sent_known);
	log->sent_known = NULL;
	log->open = NULL;
	log->sent = NULL;
	log->count = log->room = log->sent_room = 0;
	log->sent_total = 0;
}
