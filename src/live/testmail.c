/*
 * testmail: the source that sends one mail the real way and looks for it in
 * its mailbox.
 *
 * It goes to the SMTP port of a transport server as any mail from outside does,
 * so the whole way is proved: port, queue, delivery, mailbox.  Then the server
 * of the mailbox is asked for its Message-ID until it is there or a minute has
 * passed.  Only the configured mailbox ever gets one.  A mail that does not
 * arrive is an answer, not a failure.  Loop thread.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/talk.h"
#include "live/data.h"
#include "live/source.h"

/* It is looked for so long, first often and then less often. */
enum { ARRIVES_MS = 60000, FIRST_LOOK_MS = 300, LOOKS_MOST_MS = 8000, SMTP_PORT = 25 };

enum step { GREETING, HELLO, FROM, TO, DATA, BODY, LEAVING };

struct testmail_asking {
	struct live *live;
	size_t host, transport;
	struct arena *arena;
	const char *id;                    /* "<...@...>" */
	struct talk *talk;
	enum step step;
	struct loop_timer *timer;
	struct host_call *call;
	unsigned pause;
	int64_t started;
	struct error error;                /* of the last look */
	asked *done;
	void *context;
	bool silent;                       /* cancelled; goes with the end of its call */
};

static void free_asking(struct testmail_asking *asking)
{
	talk_close(asking->talk);
	loop_timer_stop(asking->timer);
	free(asking);
}

static unsigned elapsed(const struct testmail_asking *asking)
{
	return (unsigned)(clock_monotonic_ms() - asking->started);
}

static void finish(struct testmail_asking *asking, bool arrived, const char *words)
{
	struct testmail *made = arena_alloc(asking->arena, sizeof(*made));

	made->arena = asking->arena;
	made->arrived = arrived;
	made->took_ms = elapsed(asking);
	made->words = arena_text(asking->arena, words);
	asking->done(asking->context, made, &(struct error){ .kind = ERROR_NONE });
	free_asking(asking);
}

static const char *transport_name(const struct testmail_asking *asking)
{
	return host_at(live_hosts(asking->live), asking->transport)->name;
}

/* --- is it there ---------------------------------------------------------------------------------- */

static void look(void *context);

/* A row of the search begins with the mailbox's GUID, 32 hexadecimal digits; the API says which column that is. */
static bool found(const struct host_answer *answer)
{
	const char *at = answer->output;

	if (answer->form == FORM_JSON)
		return strstr(at, "\"mailbox-guid\"") != NULL;
	for (; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strspn(at, "0123456789abcdef") == 32)
			return true;
	return false;
}

static void on_looked(void *context, const struct host_answer *answer)
{
	struct testmail_asking *asking = context;
	const struct host_settings *host = host_at(live_hosts(asking->live), asking->host);

	asking->call = NULL;
	if (asking->silent) {
		arena_free(asking->arena);
		free_asking(asking);
		return;
	}
	error_clear(&asking->error);
	if (answer->error.kind != ERROR_NONE)
		asking->error = answer->error;
	else if (host_answer_good(host, "mailbox-find", answer, &asking->error) && found(answer)) {
		finish(asking, true, arena_format(asking->arena, "to %s by %s", live_settings(asking->live)->testmail_to, transport_name(asking)));
		return;
	}
	if (elapsed(asking) < ARRIVES_MS) {
		asking->timer = loop_after(live_loop(asking->live), asking->pause, 0, look, asking);
		asking->pause = asking->pause * 2 > LOOKS_MOST_MS ? LOOKS_MOST_MS : asking->pause * 2;
		return;
	}
	finish(asking, false, asking->error.kind != ERROR_NONE ?
		arena_format(asking->arena, "%s took it, but its mailbox cannot be looked at: %s", transport_name(asking), asking->error.text) :
		arena_format(asking->arena, "%s took it, but it was not in the mailbox after %d s: look at the queue of %s", transport_name(asking),
			ARRIVES_MS / 1000, transport_name(asking)));
}

static void look(void *context)
{
	struct testmail_asking *asking = context;
	const char *holes[2] = { live_settings(asking->live)->testmail_to, asking->id };

	loop_timer_stop(asking->timer);
	asking->timer = NULL;
	asking->call = host_run(live_hosts(asking->live), asking->host, &(struct host_request){ .command = "mailbox-find",
		.holes = holes, .hole_count = 2, .done = on_looked, .context = asking });
}

/* --- sending ------------------------------------------------------------------------------------------ */

static const char *body(struct testmail_asking *asking)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const struct live_settings *settings = live_settings(asking->live);
	time_t now = (time_t)clock_now();
	const char *date;
	struct tm parts;

	/* Mail wants English names whatever the locale is. */
	gmtime_r(&now, &parts);
	date = arena_format(asking->arena, "%s, %d %s %d %02d:%02d:%02d +0000", days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon],
		parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
	return arena_format(asking->arena, "From: <%s>\r\nTo: <%s>\r\nDate: %s\r\nMessage-ID: %s\r\nSubject: Test mail of postroom\r\n"
		"Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
		"This mail tests whether mail arrives. Nobody needs to read it.\r\n.\r\n",
		settings->testmail_from, settings->testmail_to, date, asking->id);
}

/* What is said after the answer to the step before. */
static const char *words_of(struct testmail_asking *asking)
{
	const struct live_settings *settings = live_settings(asking->live);
	char machine[256] = "";

	switch (asking->step) {
	case GREETING: break;
	case HELLO:
		if (gethostname(machine, sizeof(machine) - 1) || !*machine)
			snprintf(machine, sizeof(machine), "localhost");
		return arena_format(asking->arena, "EHLO %s\r\n", machine);
	case FROM: return arena_format(asking->arena, "MAIL FROM:<%s>\r\n", settings->testmail_from);
	case TO: return arena_format(asking->arena, "RCPT TO:<%s>\r\n", settings->testmail_to);
	case DATA: return "DATA\r\n";
	case BODY: return body(asking);
	case LEAVING: return "QUIT\r\n";
	}
	return "";
}

static void on_line(void *context, const char *line)
{
	struct testmail_asking *asking = context;

	if (asking->step == LEAVING || (strlen(line) > 3 && line[3] == '-'))
		return;
	if (line[0] != (asking->step == DATA ? '3' : '2')) {
		talk_send(asking->talk, "QUIT\r\n");
		finish(asking, false, arena_format(asking->arena, "%s did not take it: %.300s", transport_name(asking), line));
		return;
	}
	asking->step++;
	talk_send(asking->talk, words_of(asking));
}

/* The goodbye ends it; a server that only hangs up after it took the mail has taken it. */
static void on_ended(void *context, const struct error *error)
{
	struct testmail_asking *asking = context;

	talk_close(asking->talk);
	asking->talk = NULL;
	if (asking->step == LEAVING)
		asking->timer = loop_after(live_loop(asking->live), FIRST_LOOK_MS, 0, look, asking);
	else
		finish(asking, false, arena_format(asking->arena, "%s did not take it: %s", transport_name(asking),
			error->kind == ERROR_NONE ? "it closed the connection" : error->text));
}

static void on_ready(void *context)
{
	(void)context;
}

/* --- the source --------------------------------------------------------------------------------------------- */

/* The server of the mailbox, where it takes mail itself, else the first that does. */
static bool find_transport(struct live *live, size_t mailbox, size_t *transport)
{
	struct hosts *hosts = live_hosts(live);
	size_t i;

	*transport = mailbox;
	if (host_at(hosts, mailbox)->roles & HOST_TRANSPORT)
		return true;
	for (i = 0; i < hosts_count(hosts); i++)
		if (host_at(hosts, i)->roles & HOST_TRANSPORT) {
			*transport = i;
			return true;
		}
	return false;
}

static int smtp_port(struct live *live, size_t host)
{
	const struct live_host_settings *settings = live_host(live, host);
	size_t i;

	for (i = 0; i < settings->port_count; i++)
		if (!strcmp(settings->ports[i].protocol, "smtp") && settings->ports[i].port)
			return settings->ports[i].port;
	return SMTP_PORT;
}

static bool applies(struct live *live, size_t host, const char **reason)
{
	static struct error error;         /* of the last question: what reason points to */
	const struct live_settings *settings = live_settings(live);
	size_t transport;

	*reason = NULL;
	if (!settings->testmail_host) {
		*reason = "no mailbox for test mails is configured: testmail_from, testmail_to and testmail_host in section watch";
		return false;
	}
	if (strcmp(settings->testmail_host, host_at(live_hosts(live), host)->name))
		return false;
	if (!find_transport(live, host, &transport)) {
		*reason = "there is no server with role transport that a test mail could be given to";
		return false;
	}
	if (host_way(live_hosts(live), host, "mailbox-find", &error) != WAY_NONE)
		return true;
	*reason = error.text;
	return false;
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	struct testmail_asking *asking = memory_new(sizeof(*asking));
	const char *at = strchr(live_settings(live)->testmail_from, '@');
	const struct host_settings *settings;

	asking->live = live;
	asking->host = host;
	asking->arena = arena_new();
	asking->done = done;
	asking->context = context;
	asking->pause = FIRST_LOOK_MS;
	asking->started = clock_monotonic_ms();
	find_transport(live, host, &asking->transport);
	settings = host_at(live_hosts(live), asking->transport);
	asking->id = arena_format(asking->arena, "<postroom.%" PRId64 ".%ld@%s>", clock_now_ms(), (long)getpid(), at && at[1] ? at + 1 : "localhost");
	asking->talk = talk_open(live_loop(live), &(struct talk_settings){
		.host = settings->address ? settings->address : settings->exec ? "127.0.0.1" : settings->name, .port = smtp_port(live, asking->transport),
		.deadline = 30000, .ready = on_ready, .line = on_line, .ended = on_ended, .context = asking });
	return (struct asking *)asking;
}

static void cancel(struct asking *opaque)
{
	struct testmail_asking *asking = (struct testmail_asking *)opaque;

	if (asking->call) {
		asking->silent = true;
		host_cancel(asking->call);
		return;
	}
	arena_free(asking->arena);
	free_asking(asking);
}

static void forget(void *snapshot)
{
	arena_free(((struct testmail *)snapshot)->arena);
}

const struct source source_testmail = {
	.number = LIVE_TESTMAIL, .name = "testmail", .words = "test mail", .interval_ms = 900000, .least_ms = 60000,
	.applies = applies, .ask = ask, .cancel = cancel, .free = forget,
};
