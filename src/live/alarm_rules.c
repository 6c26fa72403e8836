/*
 * alarm_rules: what is looked at, as a table; each rule turns snapshots into
 * findings.
 *
 * A finding bears a value for its threshold, or a level of its own where there
 * is nothing to measure.  Sentences name the server, what is wrong and the
 * figures.  Nothing fails.  Loop thread.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "live/alarms.h"
#include "live/events.h"
#include "live/live_private.h"

#define SNAPSHOT(pass, source) live_snapshot((pass)->live, (pass)->host, source)
#define BIT(source) (1u << (source))

struct alarm_finding *alarm_find(struct alarm_pass *pass, const char *part, const char *sentence, const char *more)
{
	struct alarm_finding *finding;

	pass->findings = arena_grow(pass->arena, pass->findings, &pass->room, pass->count + 1, sizeof(*pass->findings));
	finding = &pass->findings[pass->count++];
	*finding = (struct alarm_finding){ .part = part, .sentence = sentence, .more = more };
	return finding;
}

static const char *count_of(struct alarm_pass *pass, uint64_t number)
{
	return text_from_count(pass->arena, (int64_t)number);
}

/* --- is anybody there ------------------------------------------------------------------------ */

/* All sources fail together then; one of them is enough to count readings by. */
static bool counts_for_dead(const struct live *live, size_t host, enum live_source source)
{
	unsigned i;

	for (i = 0; i < LIVE_SOURCES; i++) {
		const struct watched *cell = cell_at(live, host, (enum live_source)i);

		if (live->wanted & BIT(i) && cell->state.applies && sources[i])
			return i == source;
	}
	return false;
}

static bool look_dead(struct alarm_pass *pass, enum live_source source)
{
	const struct live_state *state = live_state(pass->live, pass->host, source);

	if (!live_dead_since(pass->live, pass->host))
		return true;
	if (!counts_for_dead(pass->live, pass->host, source))
		return false;
	alarm_find(pass, "", arena_format(pass->arena, "%s does not answer", pass->name),
		arena_text(pass->arena, state->error.text))->level = LEVEL_CRITICAL;
	return true;
}

static bool look_failing(struct alarm_pass *pass, enum live_source source)
{
	const struct live_state *state = live_state(pass->live, pass->host, source);

	if (state->error.kind == ERROR_NONE || live_dead_since(pass->live, pass->host))
		return true;
	alarm_find(pass, arena_format(pass->arena, "/%s", live_source_name(source)),
		arena_format(pass->arena, "%s: nothing is known of %s", pass->name, live_source_words(source)),
		arena_text(pass->arena, state->error.text))->level = state->error.kind == ERROR_UNREACHABLE ? LEVEL_CRITICAL : LEVEL_WARNING;
	return true;
}

static bool look_ports(struct alarm_pass *pass, enum live_source source)
{
	const struct ports *ports = SNAPSHOT(pass, LIVE_PORTS);
	size_t i;

	(void)source;
	for (i = 0; i < ports->count; i++) {
		const struct port_row *row = &ports->rows[i];

		if (row->ok || live_dead_since(pass->live, pass->host))
			continue;
		alarm_find(pass, arena_format(pass->arena, "/%d", row->port),
			arena_format(pass->arena, "%s: %s on port %d %s", pass->name, row->protocol, row->port,
				port_spoke(row) ? "answers wrongly" : "does not answer"),
			arena_text(pass->arena, row->trouble))->level = port_spoke(row) ? LEVEL_WARNING : LEVEL_CRITICAL;
	}
	return true;
}

static bool look_certificate(struct alarm_pass *pass, enum live_source source)
{
	const struct ports *ports = SNAPSHOT(pass, LIVE_PORTS);
	const struct port_row *first = NULL;
	size_t i;
	double days;

	(void)source;
	for (i = 0; i < ports->count; i++)
		if (ports->rows[i].valid_until && (!first || ports->rows[i].valid_until < first->valid_until))
			first = &ports->rows[i];
	if (!first)
		return true;
	days = floor((double)(first->valid_until - clock_now()) / 86400);
	alarm_find(pass, "", arena_format(pass->arena, "%s: the certificate of port %d %s", pass->name, first->port,
		days < 0 ? "is no longer valid" : days < 1 ? "ends within a day" :
		arena_format(pass->arena, "ends in %.0f day%s", days, days < 2 ? "" : "s")), arena_text(pass->arena, first->names))->value = days;
	return true;
}

/* --- connections against limits ------------------------------------------------------------------ */

/* Who pushes most, where it is known. */
static const char *pusher(struct alarm_pass *pass)
{
	const struct slots *slots = SNAPSHOT(pass, LIVE_SLOTS);
	const struct slot_row *most = NULL;
	size_t i;

	for (i = 0; slots && i < slots->count; i++)
		if (!most || slots->rows[i].trying > most->trying)
			most = &slots->rows[i];
	if (!most || most->trying == 0)
		return NULL;
	return arena_format(pass->arena, "most try from %s: %s", most->address, count_of(pass, most->trying));
}

static void find_full(struct alarm_pass *pass, const struct capacity *capacity)
{
	double percent = 100.0 * (double)capacity->used / (double)capacity->possible;
	const char *sentence = arena_format(pass->arena, "%s: %s %.0f %% used, %s of %s %s", pass->name, capacity->service,
		floor(percent), count_of(pass, capacity->used), count_of(pass, capacity->possible), capacity->unit);
	const char *more = !strcmp(capacity->service, "stats") ? "once it is full, every login waits up to five seconds" :
		live_for_people(capacity) ? pusher(pass) : capacity->note;

	alarm_find(pass, arena_format(pass->arena, "/%s", capacity->service), sentence, arena_text(pass->arena, more))->value = percent;
}

static bool look_full(struct alarm_pass *pass, bool people)
{
	struct capacity *list;
	size_t count = live_capacities(pass->live, pass->host, pass->arena, &list), i;

	for (i = 0; i < count; i++)
		if (list[i].used_known && list[i].possible >= 2 && live_for_people(&list[i]) == people)
			find_full(pass, &list[i]);
	return true;
}

static bool look_logins(struct alarm_pass *pass, enum live_source source)
{
	(void)source;
	return look_full(pass, true);
}

static bool look_limits(struct alarm_pass *pass, enum live_source source)
{
	(void)source;
	return look_full(pass, false);
}

/*
 * Connections of one person from one address, where people sit behind one address each.  who is sorted by person,
 * service and address, so equals stand together.
 */
static void find_userip(struct alarm_pass *pass, const struct who *who, const char *service, uint64_t limit)
{
	const struct who_connection *most = NULL;
	size_t highest = 0, run = 0, i;

	for (i = 0; i < who->count; i++) {
		const struct who_connection *one = &who->rows[i], *before = i ? &who->rows[i - 1] : NULL;
		bool same = before && !strcmp(one->user, before->user) && !strcmp(one->service, before->service) && !strcmp(one->address, before->address);

		run = same ? run + 1 : 1;
		if (!strcmp(one->service, service) && *one->address && run > highest) {
			highest = run;
			most = one;
		}
	}
	if (most)
		alarm_find(pass, arena_format(pass->arena, "/%s", service), arena_format(pass->arena, "%s: %s has %s of %s %s connections from %s",
			pass->name, most->user, count_of(pass, highest), count_of(pass, limit), service, most->address),
			"beyond that the server refuses that person's next program")->value = 100.0 * (double)highest / (double)limit;
}

static bool look_userip(struct alarm_pass *pass, enum live_source source)
{
	const struct who *who = SNAPSHOT(pass, LIVE_WHO);
	const struct configuration *configuration = SNAPSHOT(pass, LIVE_CONFIGURATION);

	(void)source;
	if (configuration && configuration->userip && configuration->userip != UINT64_MAX)
		find_userip(pass, who, "imap", configuration->userip);
	if (configuration && configuration->userip_pop3 && configuration->userip_pop3 != UINT64_MAX)
		find_userip(pass, who, "pop3", configuration->userip_pop3);
	return true;
}

static bool look_full_soon(struct alarm_pass *pass, enum live_source source)
{
	struct capacity *list;
	size_t count = live_capacities(pass->live, pass->host, pass->arena, &list), i;

	(void)source;
	for (i = 0; i < count; i++) {
		const struct capacity *one = &list[i];
		long minutes = live_minutes_left(pass->live, pass->host, one->service, one->used, one->possible);

		/* A service that was empty a minute ago fills quickly and is far from any limit. */
		if (!one->used_known || !live_for_people(one) || one->used * 2 < one->possible || minutes <= 0)
			continue;
		alarm_find(pass, arena_format(pass->arena, "/%s", one->service),
			arena_format(pass->arena, "%s: %s full in %ld min, %s of %s now", pass->name, one->service, minutes,
				count_of(pass, one->used), count_of(pass, one->possible)), pusher(pass))->value = (double)minutes;
	}
	return true;
}

/* Whoever was turned away in the last quarter of an hour is somebody who rings up now. */
#define DROP_S 900

static bool look_turned_away(struct alarm_pass *pass, enum live_source source)
{
	const struct services *services = SNAPSHOT(pass, LIVE_SERVICES);
	size_t i;

	(void)source;
	for (i = 0; i < services->count; i++) {
		const struct service_row *row = &services->rows[i];
		char digits[9];

		if (row->last_drop == 0 || clock_now() - row->last_drop > DROP_S)
			continue;
		clock_digits(row->last_drop, 0, digits);
		alarm_find(pass, arena_format(pass->arena, "/%s", row->name),
			arena_format(pass->arena, "%s: %s turns clients away, at least %s, last at %s", pass->name, row->name,
				count_of(pass, live_drops(pass->live, pass->host, row->name)), digits), pusher(pass))->level = LEVEL_CRITICAL;
	}
	return true;
}

static bool look_throttled(struct alarm_pass *pass, enum live_source source)
{
	const struct services *services = SNAPSHOT(pass, LIVE_SERVICES);
	size_t i;

	(void)source;
	for (i = 0; i < services->count; i++)
		if (services->rows[i].throttle_s)
			alarm_find(pass, arena_format(pass->arena, "/%s", services->rows[i].name),
				arena_format(pass->arena, "%s: processes of %s end at once, next try after %" PRIu64 " s", pass->name,
					services->rows[i].name, services->rows[i].throttle_s), NULL)->level = LEVEL_CRITICAL;
	return true;
}

/* --- the queue -------------------------------------------------------------------------------------- */

/* Old: 320 minutes and more. Few old mails are weather, wherever they go. */
enum { OLD_BUCKET = 7, MAILS_LEAST = 50, OWN_LATE_MIN = 5, GROWTH_MIN = 10 };

/* How long somebody of ours waits: the source counts who waits for over five minutes, and knows the oldest mail. */
static double minutes_late(const struct queue_group *group)
{
	double oldest = (double)(clock_now() - group->oldest) / 60;

	if (group->late)
		return oldest > OWN_LATE_MIN ? oldest : OWN_LATE_MIN;
	return oldest < OWN_LATE_MIN ? oldest : 0;
}

static bool look_own_deferred(struct alarm_pass *pass, enum live_source source)
{
	const struct queue *queue = SNAPSHOT(pass, LIVE_QUEUE);
	size_t i;

	(void)source;
	for (i = 0; i < queue->domains.count; i++) {
		const struct queue_group *group = &queue->domains.rows[i];

		if (group->own && group->deferred)
			alarm_find(pass, arena_format(pass->arena, "/%s", group->name), arena_format(pass->arena,
				"%s: %s recipients in %s wait, a domain of ours", pass->name, count_of(pass, group->deferred), group->name),
				arena_text(pass->arena, group->example))->value = minutes_late(group);
	}
	return true;
}

static bool look_growth(struct alarm_pass *pass, enum live_source source)
{
	const struct queue *queue = SNAPSHOT(pass, LIVE_QUEUE);
	uint64_t mails = queue->all.mails - queue->by_queue[QUEUE_HOLD].mails;
	double grown = live_rate(pass->live, pass->host, MEASURE_QUEUE) * GROWTH_MIN;

	(void)source;
	if (mails >= MAILS_LEAST && !isnan(grown))
		alarm_find(pass, "", arena_format(pass->arena, "%s: the queue grows by %.0f mails in ten minutes, %s now", pass->name, grown,
			count_of(pass, mails)), NULL)->value = grown;
	return true;
}

/* Mail on hold waits for a person and has an alarm of its own. */
static bool look_old(struct alarm_pass *pass, enum live_source source)
{
	const struct queue *queue = SNAPSHOT(pass, LIVE_QUEUE);
	uint64_t mails = queue->all.mails - queue->by_queue[QUEUE_HOLD].mails, old = 0;
	size_t i;

	(void)source;
	for (i = OLD_BUCKET; i < QUEUE_AGES; i++)
		old += queue->mail_ages[i] - queue->held_ages[i];
	if (mails <= MAILS_LEAST)
		return true;
	alarm_find(pass, "", arena_format(pass->arena, "%s: %s of %s waiting mails are over 320 minutes old", pass->name, count_of(pass, old),
		count_of(pass, mails)), queue->domains.count ? arena_format(pass->arena, "most to %s", queue->domains.rows[0].name) :
		NULL)->value = 100.0 * (double)old / (double)mails;
	return true;
}

static bool look_held(struct alarm_pass *pass, enum live_source source)
{
	const struct queue *queue = SNAPSHOT(pass, LIVE_QUEUE);
	const struct queue_count *held = &queue->by_queue[QUEUE_HOLD];
	int64_t age = clock_now() - held->oldest;

	(void)source;
	if (held->mails)
		alarm_find(pass, "", arena_format(pass->arena, "%s: %s mails on hold, the oldest for %s", pass->name, count_of(pass, held->mails),
			text_from_age(pass->arena, age)), "held mail leaves only when somebody releases it")->value = (double)age / 3600;
	return true;
}

/* A note while somebody may still be at it, a warning from the next day on. */
#define FORGOTTEN_S (24 * 3600)

static bool look_left_on(struct alarm_pass *pass, enum live_source source)
{
	const struct left_on *left_on = SNAPSHOT(pass, LIVE_LEFT_ON);
	size_t i;

	(void)source;
	for (i = 0; i < left_on->count; i++) {
		const struct left_on_row *row = &left_on->rows[i];
		const char *id = arena_format(pass->arena, "%s/left-on/%s", pass->name, row->name);
		const struct event *event = events_open_of(pass->live->events, id);
		bool forgotten = event && clock_now() - event->began > FORGOTTEN_S;

		alarm_find(pass, arena_format(pass->arena, "/%s", row->name), arena_format(pass->arena, "%s: %s is %s%s%s", pass->name, row->name,
			row->value, event ? ", seen for " : "", event ? text_from_age(pass->arena, clock_now() - event->began) : ""),
			row->means)->level = forgotten ? LEVEL_WARNING : LEVEL_NOTE;
	}
	return true;
}

static bool look_postfix(struct alarm_pass *pass, enum live_source source)
{
	const struct queue *queue = SNAPSHOT(pass, LIVE_QUEUE);

	(void)source;
	if (queue->down)
		alarm_find(pass, "", arena_format(pass->arena, "%s: Postfix is down", pass->name),
			"the queue was read from its directories")->level = LEVEL_CRITICAL;
	return true;
}

/* --- the machine --------------------------------------------------------------------------------------- */

static bool look_disk(struct alarm_pass *pass, enum live_source source)
{
	const struct machine *machine = SNAPSHOT(pass, LIVE_MACHINE);
	size_t i;

	(void)source;
	for (i = 0; i < machine->disk_count; i++) {
		const struct disk_row *disk = &machine->disks[i];
		double full = live_disk_full(disk);
		bool inodes = disk->inodes && (!disk->bytes || 1 - (double)disk->inodes_free / (double)disk->inodes >
			1 - (double)disk->bytes_free / (double)disk->bytes);

		if (full >= 0)
			alarm_find(pass, arena_format(pass->arena, "/%s", disk->path), arena_format(pass->arena, "%s: %s %.0f %% full%s",
				pass->name, disk->what, floor(full * 100), inodes ? " of files (inodes)" : ""), arena_text(pass->arena, disk->path))->value = full * 100;
	}
	return true;
}

static bool look_disk_time(struct alarm_pass *pass, enum live_source source)
{
	const struct machine *machine = SNAPSHOT(pass, LIVE_MACHINE);
	size_t i;

	(void)source;
	for (i = 0; i < machine->disk_count; i++) {
		const struct disk_row *disk = &machine->disks[i];

		if (isnan(disk->hours_left) || disk->hours_left < 0)
			continue;
		alarm_find(pass, arena_format(pass->arena, "/%s", disk->path), arena_format(pass->arena, "%s: %s full in %.0f h", pass->name,
			disk->what, floor(disk->hours_left)), isnan(disk->bytes_per_hour) ? NULL : arena_format(pass->arena, "%s an hour; %s",
			text_from_size(pass->arena, (int64_t)disk->bytes_per_hour), disk->path))->value = disk->hours_left;
	}
	return true;
}

static bool look_memory(struct alarm_pass *pass, enum live_source source)
{
	const struct machine *machine = SNAPSHOT(pass, LIVE_MACHINE);

	(void)source;
	if (machine->memory)
		alarm_find(pass, "", arena_format(pass->arena, "%s: %s of %s memory are free", pass->name,
			text_from_size(pass->arena, (int64_t)machine->memory_free), text_from_size(pass->arena, (int64_t)machine->memory)), NULL)->value =
			100.0 * (double)machine->memory_free / (double)machine->memory;
	return true;
}

static bool look_load(struct alarm_pass *pass, enum live_source source)
{
	const struct machine *machine = SNAPSHOT(pass, LIVE_MACHINE);

	(void)source;
	if (machine->cores && !isnan(machine->load[1]))
		alarm_find(pass, "", arena_format(pass->arena, "%s: load %.1f on %u processors", pass->name, machine->load[1], machine->cores),
			NULL)->value = machine->load[1] / machine->cores;
	return true;
}

/* --- inner services, test mail, the directory ---------------------------------------------------------------- */

static bool look_inner(struct alarm_pass *pass, enum live_source source)
{
	const struct inner *inner = SNAPSHOT(pass, LIVE_INNER);
	size_t i;

	(void)source;
	for (i = 0; i < inner->count; i++)
		if (!inner->rows[i].ok)
			alarm_find(pass, arena_format(pass->arena, "/%s", inner->rows[i].name), arena_format(pass->arena, "%s: %s does not work",
				pass->name, inner->rows[i].name), arena_text(pass->arena, inner->rows[i].words))->level = LEVEL_CRITICAL;
	return true;
}

static bool look_age(struct alarm_pass *pass, const char *name, const char *words, double unit)
{
	const struct inner *inner = SNAPSHOT(pass, LIVE_INNER);
	size_t i;

	for (i = 0; i < inner->count; i++)
		if (!strcmp(inner->rows[i].name, name) && inner->rows[i].age_s >= 0)
			alarm_find(pass, "", arena_format(pass->arena, "%s: %s %s", pass->name, words, text_from_age(pass->arena, inner->rows[i].age_s)),
				arena_text(pass->arena, inner->rows[i].words))->value = (double)inner->rows[i].age_s / unit;
	return true;
}

static bool look_signatures(struct alarm_pass *pass, enum live_source source)
{
	(void)source;
	return look_age(pass, "clamd", "the virus scanner's signatures are old:", 3600);
}

static bool look_listener(struct alarm_pass *pass, enum live_source source)
{
	(void)source;
	return look_age(pass, "listener", "the directory listener is behind by", 1);
}

static bool look_testmail(struct alarm_pass *pass, enum live_source source)
{
	const struct testmail *testmail = SNAPSHOT(pass, LIVE_TESTMAIL);

	(void)source;
	if (!testmail->arrived)
		alarm_find(pass, "", arena_format(pass->arena, "%s: the test mail did not arrive", pass->name),
			arena_text(pass->arena, testmail->words))->level = LEVEL_CRITICAL;
	return true;
}

static bool look_directory(struct alarm_pass *pass, enum live_source source)
{
	size_t i;

	(void)source;
	for (i = 0; i < PULSES_MOST && *pass->live->pulses[i].uri; i++)
		if (pass->live->pulses[i].error.kind != ERROR_NONE)
			alarm_find(pass, arena_format(pass->arena, "/%s", pass->live->pulses[i].uri),
				arena_format(pass->arena, "the directory %s does not answer", pass->live->pulses[i].uri),
				arena_text(pass->arena, pass->live->pulses[i].error.text))->level = LEVEL_CRITICAL;
	return true;
}

static bool look_directory_slow(struct alarm_pass *pass, enum live_source source)
{
	size_t i;

	(void)source;
	for (i = 0; i < PULSES_MOST && *pass->live->pulses[i].uri; i++)
		if (pass->live->pulses[i].latency_ms >= 0)
			alarm_find(pass, arena_format(pass->arena, "/%s", pass->live->pulses[i].uri),
				arena_format(pass->arena, "the directory %s needs %ld ms for an answer", pass->live->pulses[i].uri,
					pass->live->pulses[i].latency_ms), NULL)->value = (double)pass->live->pulses[i].latency_ms;
	return true;
}

static bool look_directory_lag(struct alarm_pass *pass, enum live_source source)
{
	size_t i;

	(void)source;
	for (i = 0; i < PULSES_MOST && *pass->live->pulses[i].uri; i++)
		if (pass->live->pulses[i].lag_s >= 0)
			alarm_find(pass, arena_format(pass->arena, "/%s", pass->live->pulses[i].uri),
				arena_format(pass->arena, "the directory %s is %s behind", pass->live->pulses[i].uri,
					text_from_age(pass->arena, pass->live->pulses[i].lag_s)), NULL)->value = (double)pass->live->pulses[i].lag_s;
	return true;
}

/* --- the table ----------------------------------------------------------------------------------------------------- */

#define ANY ((1u << LIVE_SOURCES) - 1)
#define MEASURED(of) .measured = true, .limit = of

const struct alarm_rule alarm_rules[] = {
	{ .name = "dead", .sources = ANY, .failures_too = true, .section = "overview", .look = look_dead,
	  .help = "Nothing of a server answers." },
	{ .name = "failing", .sources = ANY, .failures_too = true, .by_source = true, .section = "overview", .look = look_failing,
	  .help = "One thing of a server cannot be read, though it answers: critical where nobody is there, as when Dovecot is down." },
	{ .name = "ports", .sources = BIT(LIVE_PORTS), .section = "overview", .look = look_ports,
	  .help = "A port that should be open does not answer, or not as it should." },
	{ .name = "certificate", .sources = BIT(LIVE_PORTS), MEASURED(LIMIT_CERTIFICATE), .section = "overview", .look = look_certificate,
	  .help = "A certificate ends soon." },
	{ .name = "turned-away", .sources = BIT(LIVE_SERVICES), .section = "connections", .look = look_turned_away,
	  .help = "A service of Dovecot was full and turned somebody away in the last 15 minutes." },
	{ .name = "logins", .sources = BIT(LIVE_SERVICES), MEASURED(LIMIT_SERVICE), .section = "connections", .look = look_logins,
	  .help = "Logins or sessions are near what they can be." },
	{ .name = "full", .sources = BIT(LIVE_SERVICES), MEASURED(LIMIT_FULL), .section = "connections", .look = look_full_soon,
	  .help = "Logins or sessions are full soon at the rate of the last five minutes." },
	{ .name = "userip", .sources = BIT(LIVE_WHO), MEASURED(LIMIT_USERIP), .at_most = LEVEL_NOTE, .section = "connections", .look = look_userip,
	  .help = "One person is near the limit of connections from one address: a note, since it concerns nobody else." },
	{ .name = "limits", .sources = BIT(LIVE_SERVICES), MEASURED(LIMIT_SERVICE), .section = "connections", .look = look_limits,
	  .help = "Another service, such as stats, is near what it can take." },
	{ .name = "throttled", .sources = BIT(LIVE_SERVICES), .section = "connections", .look = look_throttled,
	  .help = "A service of Dovecot cannot start its processes." },
	{ .name = "postfix-down", .sources = BIT(LIVE_QUEUE), .section = "queue", .look = look_postfix, .help = "Postfix does not run." },
	{ .name = "own-deferred", .sources = BIT(LIVE_QUEUE), MEASURED(LIMIT_OWN_DEFERRED), .section = "queue", .look = look_own_deferred,
	  .help = "Mail to our own domains is deferred for over 5 minutes: an outage." },
	{ .name = "queue-growth", .sources = BIT(LIVE_QUEUE), MEASURED(LIMIT_QUEUE_GROWTH), .section = "queue", .look = look_growth,
	  .help = "The queue grows." },
	{ .name = "queue-old", .sources = BIT(LIVE_QUEUE), MEASURED(LIMIT_QUEUE_OLD), .section = "queue", .look = look_old,
	  .help = "Most of many waiting mails are old." },
	{ .name = "held", .sources = BIT(LIVE_QUEUE), MEASURED(LIMIT_HELD), .section = "queue", .look = look_held,
	  .help = "Mail was put on hold and forgotten." },
	{ .name = "left-on", .sources = BIT(LIVE_LEFT_ON), .steady = true, .section = "overview", .look = look_left_on,
	  .help = "soft_bounce, waiting transports or debug logging is on; a warning once it was seen for a day." },
	{ .name = "disk", .sources = BIT(LIVE_MACHINE), MEASURED(LIMIT_DISK), .section = "overview", .look = look_disk,
	  .help = "A file system is nearly full." },
	{ .name = "disk-hours", .sources = BIT(LIVE_MACHINE), MEASURED(LIMIT_DISK_HOURS), .section = "overview", .look = look_disk_time,
	  .help = "A file system is full soon." },
	{ .name = "memory", .sources = BIT(LIVE_MACHINE), MEASURED(LIMIT_MEMORY), .section = "overview", .look = look_memory,
	  .help = "Memory is short." },
	{ .name = "load", .sources = BIT(LIVE_MACHINE), MEASURED(LIMIT_LOAD), .section = "overview", .look = look_load,
	  .help = "The machine has far more to do than it can." },
	{ .name = "inner", .sources = BIT(LIVE_INNER), .section = "overview", .look = look_inner,
	  .help = "A service between Postfix and Dovecot does not work." },
	{ .name = "signatures", .sources = BIT(LIVE_INNER), MEASURED(LIMIT_SIGNATURES), .section = "overview", .look = look_signatures,
	  .help = "The virus scanner gets no new signatures." },
	{ .name = "listener", .sources = BIT(LIVE_INNER), MEASURED(LIMIT_LISTENER_LAG), .section = "overview", .look = look_listener,
	  .help = "The listener of the directory is behind." },
	{ .name = "testmail", .sources = BIT(LIVE_TESTMAIL), .section = "overview", .look = look_testmail,
	  .help = "A test mail did not come through." },
	{ .name = "directory", .section = "overview", .look = look_directory, .help = "A server of the directory does not answer." },
	{ .name = "directory-slow", MEASURED(LIMIT_DIRECTORY_MS), .section = "overview", .look = look_directory_slow,
	  .help = "The directory is slow." },
	{ .name = "directory-lag", MEASURED(LIMIT_DIRECTORY_LAG), .section = "overview", .look = look_directory_lag,
	  .help = "A replica of the directory is behind." },
	{ .name = NULL },
};

const char *live_alarm_rule(size_t number, const char **help)
{
	*help = alarm_rules[number].help;
	return alarm_rules[number].name;
}
