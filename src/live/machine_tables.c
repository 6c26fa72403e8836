/*
 * machine_tables: ports, file systems, machines, inner services, test mails and
 * servers of the directory as rows.
 *
 * Nothing fails; what is not known stays empty.  Loop thread.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "live/alarms.h"
#include "live/data.h"
#include "live/live_private.h"
#include "live/tables.h"
#include "model/live_kinds.h"

/* Adds the rows of one server. */
typedef void fill(struct rows *rows, const char *server, const void *snapshot);

static struct rows *make(struct live *live, const struct live_question *question, const struct kind *kind, enum live_source source, fill *add)
{
	struct rows *rows = table_new(kind);
	size_t host;

	for (host = 0; host < live->host_count; host++) {
		const void *snapshot = live_snapshot(live, host, source);

		if (snapshot && (question->host == LIVE_ALL || question->host == host))
			add(rows, host_at(live->hosts, host)->name, snapshot);
	}
	return table_done(rows, question->most);
}

static struct row *add_row(struct rows *rows, const char *name, const char *server)
{
	struct row *row = table_row(rows, name, server);

	row->id = arena_format(rows->arena, "%s/%s", server, name);
	return row;
}

/* --- ports ----------------------------------------------------------------------------------- */

static void fill_ports(struct rows *rows, const char *server, const void *snapshot)
{
	const struct ports *ports = snapshot;
	size_t i;

	for (i = 0; i < ports->count; i++) {
		const struct port_row *port = &ports->rows[i];
		struct row *row = add_row(rows, arena_format(rows->arena, "%d", port->port), server);

		table_number(rows, row, LP_PORT, (uint64_t)port->port);
		table_text(rows, row, LP_SERVER, server);
		table_text(rows, row, LP_PROTOCOL, port->protocol);
		table_text(rows, row, LP_STATE, !port->open ? "closed" : port->ok ? "ok" : "wrong");
		if (port->open)
			table_number(rows, row, LP_TOOK, port->took_ms);
		table_text(rows, row, LP_TLS, port->tls);
		table_text(rows, row, LP_NAMES, port->names);
		table_text(rows, row, LP_GREETING, port->greeting);
		table_text(rows, row, LP_TROUBLE, port->trouble);
		if (!port->valid_until)
			continue;
		table_number(rows, row, LP_DAYS, port->valid_until > clock_now() ? (uint64_t)(port->valid_until - clock_now()) / 86400 : 0);
		table_time(rows, row, LP_UNTIL, port->valid_until);
		table_flag(rows, row, LP_MATCHES, port->name_matches);
		table_flag(rows, row, LP_TRUSTED, port->trusted);
	}
}

static struct rows *make_ports(struct live *live, const struct live_question *question)
{
	return make(live, question, &kind_live_ports, LIVE_PORTS, fill_ports);
}

/* --- the machine -------------------------------------------------------------------------------- */

static void fill_disks(struct rows *rows, const char *server, const void *snapshot)
{
	const struct machine *machine = snapshot;
	size_t i;

	for (i = 0; i < machine->disk_count; i++) {
		const struct disk_row *disk = &machine->disks[i];
		double full = live_disk_full(disk);
		struct row *row = add_row(rows, disk->path, server);

		table_text(rows, row, LD_PATH, disk->path);
		table_text(rows, row, LD_SERVER, server);
		table_text(rows, row, LD_WHAT, disk->what);
		if (full >= 0)
			table_number(rows, row, LD_PERCENT, (uint64_t)floor(full * 100));
		table_number(rows, row, LD_SIZE, disk->bytes);
		table_number(rows, row, LD_FREE, disk->bytes_free);
		if (disk->inodes) {
			table_number(rows, row, LD_INODES, disk->inodes);
			table_number(rows, row, LD_INODES_FREE, disk->inodes_free);
		}
		if (!isnan(disk->hours_left) && disk->hours_left >= 0)
			table_number(rows, row, LD_HOURS, (uint64_t)disk->hours_left);
		table_text(rows, row, LD_DEVICE, disk->device);
	}
}

static struct rows *make_disks(struct live *live, const struct live_question *question)
{
	return make(live, question, &kind_live_disks, LIVE_MACHINE, fill_disks);
}

static void fill_machine(struct rows *rows, const char *server, const void *snapshot)
{
	const struct machine *machine = snapshot;
	struct row *row = add_row(rows, server, server);
	size_t i;

	table_text(rows, row, LX_SERVER, server);
	for (i = 0; i < 3; i++)
		if (!isnan(machine->load[i]))
			table_text(rows, row, LX_LOAD1 + i, arena_format(rows->arena, "%.2f", machine->load[i]));
	if (machine->cores)
		table_number(rows, row, LX_CORES, machine->cores);
	if (machine->memory) {
		table_number(rows, row, LX_MEMORY, machine->memory);
		table_number(rows, row, LX_MEMORY_FREE, machine->memory_free);
	}
}

static struct rows *make_machine(struct live *live, const struct live_question *question)
{
	return make(live, question, &kind_live_machine, LIVE_MACHINE, fill_machine);
}

/* --- inner services, test mail -------------------------------------------------------------------- */

static void fill_inner(struct rows *rows, const char *server, const void *snapshot)
{
	const struct inner *inner = snapshot;
	size_t i;

	for (i = 0; i < inner->count; i++) {
		const struct inner_row *one = &inner->rows[i];
		struct row *row = add_row(rows, one->name, server);

		table_text(rows, row, LI_NAME, one->name);
		table_text(rows, row, LI_SERVER, server);
		table_flag(rows, row, LI_STATE, one->ok);
		table_text(rows, row, LI_WORDS, one->words);
		table_number(rows, row, LI_TOOK, one->took_ms);
		if (one->age_s >= 0)
			table_number(rows, row, LI_AGE, (uint64_t)one->age_s);
		table_text(rows, row, LI_PLACE, one->place);
	}
}

static struct rows *make_inner(struct live *live, const struct live_question *question)
{
	return make(live, question, &kind_live_inner, LIVE_INNER, fill_inner);
}

static void fill_testmail(struct rows *rows, const char *server, const void *snapshot)
{
	const struct testmail *testmail = snapshot;
	struct row *row = add_row(rows, server, server);

	table_text(rows, row, LT_SERVER, server);
	table_flag(rows, row, LT_ARRIVED, testmail->arrived);
	if (testmail->arrived)
		table_number(rows, row, LT_TOOK, testmail->took_ms);
	table_text(rows, row, LT_WORDS, testmail->words);
}

static struct rows *make_testmail(struct live *live, const struct live_question *question)
{
	return make(live, question, &kind_live_testmail, LIVE_TESTMAIL, fill_testmail);
}

/* --- the directory ------------------------------------------------------------------------------------ */

static struct rows *make_directory(struct live *live, const struct live_question *question)
{
	struct rows *rows = table_new(&kind_live_directory);
	size_t i;

	for (i = 0; i < PULSES_MOST && *live->pulses[i].uri; i++) {
		const struct pulse *pulse = &live->pulses[i];
		struct row *row = table_row(rows, pulse->uri, NULL);

		table_text(rows, row, LY_URI, pulse->uri);
		table_text(rows, row, LY_STATE, pulse->error.kind == ERROR_NONE ? "up" : "down");
		if (pulse->latency_ms >= 0)
			table_number(rows, row, LY_LATENCY, (uint64_t)pulse->latency_ms);
		if (pulse->lag_s >= 0)
			table_number(rows, row, LY_LAG, (uint64_t)pulse->lag_s);
		table_text(rows, row, LY_WORDS, pulse->error.text);
	}
	return table_done(rows, question->most);
}

const struct live_table table_ports = { "ports", "Ports", &kind_live_ports, 1u << LIVE_PORTS, make_ports };
const struct live_table table_disks = { "disks", "File systems", &kind_live_disks, 1u << LIVE_MACHINE, make_disks };
const struct live_table table_machine = { "machines", "Machines", &kind_live_machine, 1u << LIVE_MACHINE, make_machine };
const struct live_table table_inner = { "inner", "Inner services", &kind_live_inner, 1u << LIVE_INNER, make_inner };
const struct live_table table_testmail = { "testmail", "Test mail", &kind_live_testmail, 1u << LIVE_TESTMAIL, make_testmail };
const struct live_table table_directory = { "directory-servers", "Directory", &kind_live_directory, 1u << LIVE_DIRECTORY, make_directory };
