/*
 * ports: the source of what the ports of a server answer.
 *
 * All ports of a server are tried at once, each with its own deadline, so that
 * one that hangs costs the others nothing.  Where a site names the files of its
 * certificates, the server is asked what they hold now: a renewed certificate
 * that no service has read yet is the outage of next month.  Never fails as a
 * whole: a closed port is an answer.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "live/data.h"
#include "live/port_file.h"
#include "live/port_probe.h"
#include "live/source.h"

struct ports_asking;
struct tried {
	struct ports_asking *asking;
	struct port_probe *probe;          /* NULL: answered */
	bool expected;                     /* is shown even where nobody listens */
	struct port_seen seen;
};
struct filed {
	struct ports_asking *asking;
	struct host_call *call;            /* NULL: answered */
	const char *path;
	struct port_file file;             /* ends 0: not known */
};
struct ports_asking {
	struct live *live;
	size_t host, left;                 /* questions under way */
	struct arena *arena;
	struct tried *tried;
	size_t tried_count, room;
	struct filed *filed;
	size_t filed_count;
	asked *done;
	void *context;
	bool silent;                       /* cancelled; goes with the end of its last call */
};

static void free_asking(struct ports_asking *asking)
{
	free(asking->tried);
	free(asking->filed);
	free(asking);
}

/* --- which ports ------------------------------------------------------------------------------ */

static const char *address_of(const struct host_settings *host)
{
	return host->address ? host->address : host->exec ? "127.0.0.1" : host->name;
}

/* Was it open when it was tried last, or does a login service that runs listen there? */
static bool seen_before(const struct ports_asking *asking, int port)
{
	const struct ports *before = live_snapshot(asking->live, asking->host, LIVE_PORTS);
	const struct configuration *configuration = live_snapshot(asking->live, asking->host, LIVE_CONFIGURATION);
	size_t i;

	for (i = 0; before && i < before->count; i++)
		if (before->rows[i].port == port)
			return true;
	for (i = 0; configuration && configuration->login_ports && i < configuration->login_port_count; i++)
		if (configuration->login_ports[i] == port)
			return true;
	return false;
}

static void add(struct ports_asking *asking, const struct port_question *question, bool expected)
{
	struct tried *one;

	asking->tried = memory_grow(asking->tried, &asking->room, asking->tried_count + 1, sizeof(*asking->tried));
	one = &asking->tried[asking->tried_count++];
	one->expected = expected;
	one->seen.row = (struct port_row){ .protocol = question->protocol, .port = question->port };
}

/* What a site lists is what should be there; else the usual ones of its roles. */
static void choose(struct ports_asking *asking)
{
	const struct live_host_settings *settings = live_host(asking->live, asking->host);
	unsigned roles = host_at(live_hosts(asking->live), asking->host)->roles;
	const struct port_protocol *protocol;
	size_t i;

	for (i = 0; i < settings->port_count; i++) {
		protocol = port_protocol_find(settings->ports[i].protocol);
		if (protocol)
			add(asking, &(struct port_question){ .protocol = protocol->name,
				.port = settings->ports[i].port ? settings->ports[i].port : protocol->port }, true);
	}
	for (protocol = port_protocols; !settings->port_count && protocol->name; protocol++)
		if (protocol->role & roles)
			add(asking, &(struct port_question){ .protocol = protocol->name, .port = protocol->port },
				protocol->always || seen_before(asking, protocol->port));
}

/* --- together ------------------------------------------------------------------------------------ */

/* A file holds a certificate that lasts longer than the one that this port shows, which is in no file any more. */
static const struct filed *newer_file(const struct ports_asking *asking, const struct port_seen *seen)
{
	const struct filed *newer = NULL;
	size_t i;

	for (i = 0; *seen->fingerprint && i < asking->filed_count; i++) {
		const struct filed *filed = &asking->filed[i];

		if (!strcmp(filed->file.fingerprint, seen->fingerprint))
			return NULL;
		if (filed->file.ends > seen->row.valid_until)
			newer = filed;
	}
	return newer;
}

static int by_port(const void *left, const void *right)
{
	const struct port_row *a = left, *b = right;

	return a->port != b->port ? (a->port > b->port) - (a->port < b->port) : strcmp(a->protocol, b->protocol);
}

static struct ports *joined(struct ports_asking *asking)
{
	struct ports *ports = arena_alloc(asking->arena, sizeof(*ports));
	size_t i;

	ports->arena = asking->arena;
	ports->rows = arena_alloc(asking->arena, asking->tried_count * sizeof(*ports->rows));
	for (i = 0; i < asking->tried_count; i++) {
		struct tried *one = &asking->tried[i];
		const struct filed *newer = newer_file(asking, &one->seen);
		struct port_row *row = &one->seen.row;

		if (one->seen.refused && !one->expected)
			continue;
		if (newer && row->ok) {
			row->ok = false;
			row->trouble = arena_format(asking->arena, "%s holds a newer certificate than what is served: reload the service", newer->path);
		}
		ports->rows[ports->count++] = *row;
	}
	qsort(ports->rows, ports->count, sizeof(*ports->rows), by_port);
	return ports;
}

static void one_less(struct ports_asking *asking)
{
	struct ports *ports;

	if (--asking->left)
		return;
	if (asking->silent) {
		arena_free(asking->arena);
		free_asking(asking);
		return;
	}
	ports = joined(asking);
	asking->done(asking->context, ports, &(struct error){ .kind = ERROR_NONE });
	free_asking(asking);
}

static void on_probed(void *context, const struct port_seen *seen)
{
	struct tried *one = context;

	one->probe = NULL;
	one->seen = *seen;
	one_less(one->asking);
}

/* A file that cannot be read says nothing about a port. */
static void on_file(void *context, const struct host_answer *answer)
{
	struct filed *one = context;

	one->call = NULL;
	if (answer->error.kind == ERROR_NONE && answer->status == 0)
		port_file_read(answer->output, &one->file);
	one_less(one->asking);
}

static void ask_files(struct ports_asking *asking)
{
	const char *const *files = live_host(asking->live, asking->host)->certificate_files;
	size_t count = 0, i;

	while (files && files[count])
		count++;
	if (!count || host_way(live_hosts(asking->live), asking->host, "certificate", NULL) == WAY_NONE)
		return;
	asking->filed = memory_new(count * sizeof(*asking->filed));
	asking->filed_count = count;
	asking->left += count;
	for (i = 0; i < count; i++) {
		asking->filed[i].asking = asking;
		asking->filed[i].path = files[i];
		asking->filed[i].call = host_run(live_hosts(asking->live), asking->host, &(struct host_request){
			.command = "certificate", .holes = &files[i], .hole_count = 1, .done = on_file, .context = &asking->filed[i] });
	}
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	struct ports_asking *asking = memory_new(sizeof(*asking));
	const struct host_settings *settings = host_at(live_hosts(live), host);
	const struct live_host_settings *watched = live_host(live, host);
	size_t i;

	asking->live = live;
	asking->host = host;
	asking->arena = arena_new();
	asking->done = done;
	asking->context = context;
	choose(asking);
	asking->left = asking->tried_count;
	for (i = 0; i < asking->tried_count; i++) {
		struct tried *one = &asking->tried[i];

		one->asking = asking;
		one->probe = port_probe(live_loop(live), asking->arena, &(struct port_question){
			.protocol = one->seen.row.protocol, .port = one->seen.row.port, .address = address_of(settings), .name = settings->name,
			.name_unchecked = watched->port_count && watched->ports[i].tls_name_unchecked, .ca_file = watched->ports_ca_file },
			on_probed, one);
	}
	ask_files(asking);
	return (struct asking *)asking;
}

static void cancel(struct asking *opaque)
{
	struct ports_asking *asking = (struct ports_asking *)opaque;
	size_t i;

	asking->silent = true;
	asking->left++;
	for (i = 0; i < asking->tried_count; i++)
		if (asking->tried[i].probe) {
			port_probe_cancel(asking->tried[i].probe);
			asking->left--;
		}
	for (i = 0; i < asking->filed_count; i++)
		if (asking->filed[i].call)
			host_cancel(asking->filed[i].call);
	one_less(asking);
}

static bool applies(struct live *live, size_t host, const char **reason)
{
	*reason = NULL;
	return live_host(live, host)->port_count > 0 || (!live_host(live, host)->ports && host_at(live_hosts(live), host)->roles != 0);
}

static void forget(void *snapshot)
{
	arena_free(((struct ports *)snapshot)->arena);
}

const struct source source_ports = {
	.number = LIVE_PORTS, .name = "ports", .words = "ports", .interval_ms = 60000, .least_ms = 10000,
	.applies = applies, .ask = ask, .cancel = cancel, .free = forget,
};
