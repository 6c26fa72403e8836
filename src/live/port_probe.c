/*
 * port_probe: the conversation with one port, protocol by protocol.
 *
 * The row is complete as soon as greeting and certificate were seen; after that
 * only the goodbye is waited for, shortly, so that no server logs a lost
 * connection.  Whatever ends the talk earlier becomes the row's trouble.  Loop
 * thread.
 */
#include "live/port_probe.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/talk.h"
#include "base/text.h"

/* How long a server may take for its goodbye. */
#define BYE_MS 1500

#define M HOST_MAILBOX
#define T HOST_TRANSPORT
const struct port_protocol port_protocols[] = {
	{ "smtp", 25, T, true, FAMILY_SMTP, false, false, "EHLO" },
	{ "submission", 587, T, true, FAMILY_SMTP, false, true, "EHLO" },
	{ "smtps", 465, T, false, FAMILY_SMTP, true, true, NULL },
	{ "imap", 143, M, true, FAMILY_IMAP, false, true, "a CAPABILITY\r\n" },
	{ "imaps", 993, M, true, FAMILY_IMAP, true, true, NULL },
	{ "pop3", 110, M, false, FAMILY_POP3, false, true, "CAPA\r\n" },
	{ "pop3s", 995, M, false, FAMILY_POP3, true, true, NULL },
	{ "sieve", 4190, M, false, FAMILY_SIEVE, false, true, NULL },
	{ "lmtp", 24, 0, false, FAMILY_SMTP, false, false, "LHLO" },
	{ .name = NULL },
};
#undef M
#undef T

const struct port_protocol *port_protocol_find(const char *name)
{
	const struct port_protocol *protocol;

	for (protocol = port_protocols; protocol->name; protocol++)
		if (!strcmp(protocol->name, name))
			return protocol;
	return NULL;
}

enum step { SHAKING_FIRST, GREETING, ABILITIES, BEGINNING, SHAKING, LEAVING };

struct port_probe {
	struct loop *loop;
	const struct port_protocol *protocol;
	struct arena *arena;
	struct port_question question;     /* texts in the arena */
	struct talk *talk;
	struct loop_timer *bye;
	enum step step;
	bool announced, told;              /* announced: it can begin TLS */
	int64_t started;
	struct port_seen seen;
	void (*done)(void *context, const struct port_seen *seen);
	void *context;
};

/* --- what lines mean --------------------------------------------------------------------------- */

enum meaning { MORE, GOOD, BAD };

static enum meaning of_smtp(const char *line)
{
	if (!isdigit((unsigned char)line[0]) || !isdigit((unsigned char)line[1]) || !isdigit((unsigned char)line[2]))
		return BAD;
	if (line[0] != '2')
		return BAD;
	return line[3] == '-' ? MORE : GOOD;
}

static enum meaning of_imap(const char *line, bool greeting)
{
	if (greeting)
		return !strncasecmp(line, "* OK", 4) || !strncasecmp(line, "* PREAUTH", 9) ? GOOD : BAD;
	if (!strncmp(line, "* ", 2))
		return strncasecmp(line, "* BYE", 5) ? MORE : BAD;
	return !strncasecmp(line, "a OK", 4) ? GOOD : BAD;
}

/* A list ends with a point; only the answer to CAPA is one. */
static enum meaning of_pop3(const char *line, bool list)
{
	if (!strncasecmp(line, "-ERR", 4))
		return BAD;
	if (!strncmp(line, "+OK", 3))
		return list ? MORE : GOOD;
	if (!list)
		return BAD;
	return strcmp(line, ".") ? MORE : GOOD;
}

static enum meaning of_sieve(const char *line)
{
	if (!strncasecmp(line, "OK", 2))
		return GOOD;
	return line[0] == '"' ? MORE : BAD;
}

static enum meaning meaning_of(const struct port_probe *probe, const char *line)
{
	switch (probe->protocol->family) {
	case FAMILY_SMTP: return of_smtp(line);
	case FAMILY_IMAP: return of_imap(line, probe->step == GREETING);
	case FAMILY_POP3: return of_pop3(line, probe->step == ABILITIES);
	case FAMILY_SIEVE: return of_sieve(line);
	}
	return BAD;
}

/* The word as one of its own. */
static bool has_word(const char *line, const char *word)
{
	const char *at = line;
	size_t length = strlen(word);

	while ((at = strcasestr(at, word))) {
		bool begins = at == line || !isalnum((unsigned char)at[-1]);

		if (begins && !isalnum((unsigned char)at[length]))
			return true;
		at += length;
	}
	return false;
}

/* --- the row -------------------------------------------------------------------------------------- */

static void free_probe(struct port_probe *probe)
{
	talk_close(probe->talk);
	loop_timer_stop(probe->bye);
	free(probe);
}

static void finish(struct port_probe *probe)
{
	void (*done)(void *, const struct port_seen *) = probe->done;
	void *context = probe->context;
	struct port_seen seen = probe->seen;

	free_probe(probe);
	done(context, &seen);
}

static void trouble(struct port_probe *probe, const char *words)
{
	probe->seen.row.ok = false;
	if (!probe->seen.row.trouble)
		probe->seen.row.trouble = arena_text(probe->arena, words);
}

/* An address or a whole name must be in the certificate; a short name may be the beginning of one. */
static bool is_for(struct tls *tls, const struct tls_certificate *certificate, const char *name)
{
	size_t length = name ? strlen(name) : 0, i;

	if (!length)
		return false;
	if (tls_is_for(tls, name))
		return true;
	for (i = 0; !strpbrk(name, ".:") && i < certificate->name_count; i++)
		if (!strncasecmp(certificate->names[i], name, length) && certificate->names[i][length] == '.')
			return true;
	return false;
}

static void judge(struct port_probe *probe, const struct tls_certificate *certificate)
{
	struct port_row *row = &probe->seen.row;
	int64_t now = clock_now();

	if (row->valid_until < now)
		trouble(probe, "its certificate is no longer valid");
	else if (certificate->begins > now)
		trouble(probe, "its certificate is not valid yet: look at the clocks");
	else if (!probe->protocol->for_people)
		return;                /* servers among each other seldom look */
	else if (!row->trusted)
		trouble(probe, arena_format(probe->arena, "its certificate comes from no authority in %s",
			probe->question.ca_file ? probe->question.ca_file : "the system's list"));
	else if (!row->name_matches && !probe->question.name_unchecked)
		trouble(probe, arena_format(probe->arena, "its certificate is for %s and not for %s", row->names, probe->question.address));
}

static void look_at_certificate(struct port_probe *probe)
{
	struct tls *tls = talk_tls(probe->talk);
	struct port_row *row = &probe->seen.row;
	struct tls_certificate certificate;
	struct text names = { 0 };
	size_t i;

	if (!tls || !tls_certificate(tls, probe->arena, &certificate)) {
		trouble(probe, "it shows no certificate that can be read");
		return;
	}
	for (i = 0; i < certificate.name_count; i++)
		text_addf(&names, "%s%s", i ? " " : "", certificate.names[i]);
	row->names = arena_text(probe->arena, text_get(&names));
	text_free(&names);
	row->valid_until = certificate.ends;
	row->trusted = certificate.trusted;
	row->name_matches = is_for(tls, &certificate, probe->question.address) || is_for(tls, &certificate, probe->question.name);
	memcpy(probe->seen.fingerprint, certificate.fingerprint, sizeof(probe->seen.fingerprint));
	judge(probe, &certificate);
}

/* --- the conversation -------------------------------------------------------------------------------- */

static void on_bye_late(void *context)
{
	finish(context);
}

/* The row stands; only the goodbye is left. */
static void say_goodbye(struct port_probe *probe)
{
	static const char *const words[] = {
		[FAMILY_SMTP] = "QUIT\r\n", [FAMILY_IMAP] = "z LOGOUT\r\n", [FAMILY_POP3] = "QUIT\r\n", [FAMILY_SIEVE] = "LOGOUT\r\n",
	};

	probe->step = LEAVING;
	talk_send(probe->talk, words[probe->protocol->family]);
	if (!probe->bye)
		probe->bye = loop_after(probe->loop, BYE_MS, 0, on_bye_late, probe);
}

static void say_ability_question(struct port_probe *probe)
{
	char machine[256] = "", words[300];

	probe->step = ABILITIES;
	if (probe->protocol->family != FAMILY_SMTP) {
		talk_send(probe->talk, probe->protocol->ask);
		return;
	}
	if (gethostname(machine, sizeof(machine) - 1) || !*machine)
		snprintf(machine, sizeof(machine), "localhost");
	snprintf(words, sizeof(words), "%s %s\r\n", probe->protocol->ask, machine);
	talk_send(probe->talk, words);
}

/* It has said what it can. */
static void decide_about_tls(struct port_probe *probe)
{
	static const char *const words[] = {
		[FAMILY_SMTP] = "STARTTLS\r\n", [FAMILY_IMAP] = "a STARTTLS\r\n", [FAMILY_POP3] = "STLS\r\n", [FAMILY_SIEVE] = "STARTTLS\r\n",
	};

	if (probe->announced) {
		probe->seen.row.tls = "STARTTLS";
		probe->step = BEGINNING;
		talk_send(probe->talk, words[probe->protocol->family]);
		return;
	}
	if (probe->protocol->for_people)
		trouble(probe, "it does not offer to begin TLS, so passwords would go in the clear");
	say_goodbye(probe);
}

static void greeted(struct port_probe *probe)
{
	probe->seen.row.took_ms = (unsigned)(clock_monotonic_ms() - probe->started);
	probe->seen.row.ok = true;
	if (probe->protocol->implicit) {
		look_at_certificate(probe);
		say_goodbye(probe);
	} else if (probe->protocol->family == FAMILY_SIEVE) {
		decide_about_tls(probe);
	} else {
		say_ability_question(probe);
	}
}

static void refused(struct port_probe *probe, const char *line)
{
	static const char *const words[] = {
		[SHAKING_FIRST] = "it said", [GREETING] = "it greets with", [ABILITIES] = "asked what it can, it said",
		[BEGINNING] = "asked to begin TLS, it said", [SHAKING] = "it said", [LEAVING] = "it said",
	};

	trouble(probe, arena_format(probe->arena, "%s: %.200s", words[probe->step], line));
	say_goodbye(probe);
}

static void on_line(void *context, const char *line)
{
	struct port_probe *probe = context;
	enum meaning meaning;

	probe->seen.row.spoke = true;
	/* Sieve tells its abilities in its greeting, and again after TLS. */
	if (probe->step == LEAVING || probe->step == SHAKING || probe->step == SHAKING_FIRST)
		return;
	if (probe->step == GREETING && !*probe->seen.row.greeting)
		probe->seen.row.greeting = arena_format(probe->arena, "%.400s", line);
	meaning = meaning_of(probe, line);
	/* In its greeting an SMTP server may name anything. */
	if ((probe->step == ABILITIES || probe->protocol->family == FAMILY_SIEVE) &&
	    has_word(line, probe->protocol->family == FAMILY_POP3 ? "STLS" : "STARTTLS"))
		probe->announced = true;
	if (meaning == MORE)
		return;
	/* A POP3 server without CAPA can nothing of it. */
	if (meaning == BAD && (probe->step != ABILITIES || probe->protocol->family != FAMILY_POP3)) {
		refused(probe, line);
	} else if (probe->step == GREETING) {
		greeted(probe);
	} else if (probe->step == ABILITIES) {
		decide_about_tls(probe);
	} else {
		probe->step = SHAKING;
		talk_secure(probe->talk);
	}
}

static void on_ready(void *context)
{
	struct port_probe *probe = context;

	if (probe->step == SHAKING_FIRST && !talk_tls(probe->talk)) {
		probe->seen.row.open = true;
		talk_secure(probe->talk);
	} else if (probe->step == SHAKING_FIRST) {
		probe->step = GREETING;
	} else if (probe->step == SHAKING) {
		look_at_certificate(probe);
		say_goodbye(probe);
	} else {
		probe->seen.row.open = true;
	}
}

static void on_ended(void *context, const struct error *error)
{
	struct port_probe *probe = context;

	if (probe->step == LEAVING) {
		finish(probe);
		return;
	}
	/* No TLS that can be understood, words without end: somebody is there. */
	if (error->kind == ERROR_REFUSED)
		probe->seen.row.spoke = true;
	probe->seen.refused = !probe->seen.row.open && error->kind == ERROR_UNREACHABLE;
	trouble(probe, error->kind == ERROR_NONE ? "it closed the connection before it had said all" : error->text);
	finish(probe);
}

struct port_probe *port_probe(struct loop *loop, struct arena *arena, const struct port_question *question,
		void (*done)(void *context, const struct port_seen *seen), void *context)
{
	struct port_probe *probe = memory_new(sizeof(*probe));
	bool digits = strspn(question->address, "0123456789.:abcdefABCDEF") == strlen(question->address);

	probe->loop = loop;
	probe->arena = arena;
	probe->protocol = port_protocol_find(question->protocol);
	probe->question = *question;
	probe->question.address = arena_text(arena, question->address);
	probe->question.name = arena_text(arena, question->name);
	probe->question.ca_file = arena_text(arena, question->ca_file);
	probe->step = probe->protocol->implicit ? SHAKING_FIRST : GREETING;
	probe->seen.row = (struct port_row){ .protocol = probe->protocol->name, .port = question->port ? question->port : probe->protocol->port,
		.greeting = "", .names = "", .tls = probe->protocol->implicit ? "implicit" : "none" };
	probe->started = clock_monotonic_ms();
	probe->done = done;
	probe->context = context;
	probe->talk = talk_open(loop, &(struct talk_settings){
		.host = probe->question.address, .port = probe->seen.row.port, .ca_file = question->ca_file,
		.server_name = digits && question->name && strchr(question->name, '.') ? question->name : NULL,
		.deadline = question->deadline, .ready = on_ready, .line = on_line, .ended = on_ended, .context = probe });
	return probe;
}

void port_probe_cancel(struct port_probe *probe)
{
	if (probe)
		free_probe(probe);
}
