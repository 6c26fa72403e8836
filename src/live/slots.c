/*
 * slots: the source of login slots: asks for the kernel's sockets, then for
 * who, and joins them with the last penalties.
 *
 * Where the machine cannot be asked (only the API is there), or its answer is
 * none, the snapshot says so and has what who and penalty tell.  Without who
 * there is no snapshot.  Loop thread.
 */
#include "live/slots.h"

#include <stdlib.h>
#include <string.h>

#include "live/source.h"
#include "live/table_ask.h"

struct slots_asking {
	struct live *live;
	size_t host;
	struct sockets_reader *reader;
	struct error unreadable;           /* NONE: the sockets were read */
	struct host_call *call;            /* sockets under way */
	struct asking *who;                /* who under way */
	asked *done;
	void *context;
	bool silent;                       /* cancelled; goes with the end of its call */
};

static void free_asking(struct slots_asking *asking)
{
	sockets_reader_free(asking->reader);
	free(asking);
}

/* --- which ports ------------------------------------------------------------------------------ */

enum { MOST_PORTS = 64 };
static const struct { const char *protocol; uint16_t port; } usual[] = {
	{ "imap", 143 }, { "imaps", 993 }, { "pop3", 110 }, { "pop3s", 995 }, { "sieve", 4190 },
};

static size_t configured_ports(const struct live_host_settings *settings, uint16_t *ports)
{
	size_t count = 0;

	for (size_t i = 0; i < settings->port_count; i++)
		for (size_t j = 0; j < sizeof(usual) / sizeof(usual[0]) && count < MOST_PORTS; j++)
			if (strcmp(settings->ports[i].protocol, usual[j].protocol) == 0)
				ports[count++] = settings->ports[i].port ? (uint16_t)settings->ports[i].port : usual[j].port;
	return count;
}

/* Where Dovecot says its login services listen; else what is configured here; else the usual ones. */
static size_t login_ports(const struct slots_asking *asking, uint16_t *ports)
{
	const struct configuration *configuration = live_snapshot(asking->live, asking->host, LIVE_CONFIGURATION);
	size_t count = configuration ? configuration->login_port_count : 0;

	if (count) {
		count = count < MOST_PORTS ? count : MOST_PORTS;
		memcpy(ports, configuration->login_ports, count * sizeof(*ports));
		return count;
	}
	count = configured_ports(live_host(asking->live, asking->host), ports);
	if (count)
		return count;
	for (; count < sizeof(usual) / sizeof(usual[0]); count++)
		ports[count] = usual[count].port;
	return count;
}

/* --- the questions -------------------------------------------------------------------------------- */

/* Whoever shows it names the server already. */
static const char *why_unreadable(const struct slots_asking *asking)
{
	const char *name = host_at(live_hosts(asking->live), asking->host)->name, *words = asking->unreadable.text;
	size_t length = strlen(name);

	if (!asking->unreadable.kind)
		return NULL;
	return strncmp(words, name, length) == 0 && strncmp(words + length, ": ", 2) == 0 ? words + length + 2 : words;
}

static void on_who(void *context, void *snapshot, const struct error *error)
{
	struct slots_asking *asking = context;
	struct who *who = snapshot;
	struct slots *slots = NULL;

	if (who) {
		struct socket_count *list = NULL;
		size_t count = asking->unreadable.kind ? 0 : sockets_reader_end(asking->reader, who->arena, &list);

		slots = slots_join(list, count, who, live_snapshot(asking->live, asking->host, LIVE_PENALTY),
			why_unreadable(asking));
		source_who.free(who);
	}
	asking->done(asking->context, slots, error);
	free_asking(asking);
}

static void ask_who(struct slots_asking *asking)
{
	asking->who = source_who.ask(asking->live, asking->host, on_who, asking);
}

static void on_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	struct slots_asking *asking = context;

	(void)form;
	sockets_reader_take(asking->reader, bytes, length);
}

static void on_sockets(void *context, const struct host_answer *answer)
{
	struct slots_asking *asking = context;

	asking->call = NULL;
	if (asking->silent) {
		free_asking(asking);
		return;
	}
	if (answer->error.kind)
		asking->unreadable = answer->error;
	/* A kernel without IPv6 has no tcp6: cat complains, and has shown the rest. */
	else if (!sockets_reader_lines(asking->reader))
		error_set(&asking->unreadable, ERROR_UNREACHABLE, "%s: the list of sockets cannot be read%s%.300s [%d]",
			host_at(live_hosts(asking->live), asking->host)->name, *answer->complaint ? ": " : "", answer->complaint, answer->status);
	else if (answer->cut)
		error_set(&asking->unreadable, ERROR_UNREACHABLE, "%s: the list of sockets is too long to be read",
			host_at(live_hosts(asking->live), asking->host)->name);
	ask_who(asking);
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	struct slots_asking *asking = memory_new(sizeof(*asking));
	struct host_request request = { .command = "sockets", .piece = on_piece, .done = on_sockets, .context = asking };
	uint16_t ports[MOST_PORTS];

	asking->live = live;
	asking->host = host;
	asking->done = done;
	asking->context = context;
	asking->reader = sockets_reader_new(ports, login_ports(asking, ports));
	if (host_way(live_hosts(live), host, request.command, &asking->unreadable) == WAY_NONE)
		ask_who(asking);
	else
		asking->call = host_run(live_hosts(live), host, &request);
	return (struct asking *)asking;
}

static void cancel(struct asking *opaque)
{
	struct slots_asking *asking = (struct slots_asking *)opaque;

	if (!asking->call) {
		source_who.cancel(asking->who);
		free_asking(asking);
		return;
	}
	asking->silent = true;
	host_cancel(asking->call);
}

static bool applies(struct live *live, size_t host, const char **reason)
{
	return mailbox_way(live, host, "who", reason);
}

static void free_slots(void *snapshot)
{
	arena_free(((struct slots *)snapshot)->arena);
}

const struct source source_slots = {
	.number = LIVE_SLOTS, .name = "slots", .words = "login slots", .interval_ms = 15000, .least_ms = 2000,
	.applies = applies, .ask = ask, .cancel = cancel, .free = free_slots,
};
