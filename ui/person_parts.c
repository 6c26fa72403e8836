/*
 * person_parts: the table of parts, and how each is asked.
 *
 * A job that passes its deadline is taken back, and its part says so.  Loop
 * thread.
 */
#include "ui/person_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

enum how { HOW_QUOTA, HOW_REFUSED, HOW_TABLE, HOW_TO, HOW_FROM };
enum { QUEUE_ROWS = 20 };

/* Folders are looked at one by one, and logs may be long; the rest is one question. What people wrote themselves waits for a request. */
static const struct {
	enum how how;
	const char *table;                 /* of live_person_tables */
	unsigned roles;
	bool at_home;                      /* asked where the mailbox is, if that is known */
	bool on_request, by_names;
	unsigned seconds;
} rows[PERSON_PARTS] = {
	[PART_QUOTA] = { HOW_QUOTA, NULL, HOST_MAILBOX, true, false, false, 12 },
	[PART_REFUSED] = { HOW_REFUSED, NULL, HOST_TRANSPORT, false, false, true, 25 },
	[PART_SMTP] = { HOW_TABLE, "smtp", HOST_TRANSPORT, false, false, true, 15 },
	[PART_ABSENCE] = { HOW_TABLE, "absence", HOST_MAILBOX, true, false, false, 15 },
	[PART_FILTERS] = { HOW_TABLE, "filters", HOST_MAILBOX, true, false, false, 15 },
	[PART_SCRIPT] = { HOW_TABLE, "script", HOST_MAILBOX, true, true, false, 20 },
	[PART_ACCESS] = { HOW_TABLE, "access", HOST_MAILBOX, true, false, false, 30 },
	[PART_TO] = { HOW_TO, NULL, HOST_TRANSPORT, false, false, false, 30 },
	[PART_FROM] = { HOW_FROM, NULL, HOST_TRANSPORT, false, false, false, 30 },
	[PART_FOLDERS] = { HOW_TABLE, "folders", HOST_MAILBOX, true, true, false, 60 },
	[PART_LOG] = { HOW_TABLE, "log", HOST_MAILBOX | HOST_TRANSPORT, false, false, true, 20 },
};

struct person_slot *person_slot_at(const struct person_parts *parts, enum person_part part, size_t host)
{
	return &parts->slots[(size_t)part * parts->host_count + host];
}

/* --- one question ---------------------------------------------------------------------------------------- */

static void asked(struct person_slot *slot)
{
	slot->job = NULL;
	slot->asking = NULL;
	loop_timer_stop(slot->deadline);
	slot->deadline = NULL;
}

static void fail(struct person_slot *slot, enum error_kind kind, const char *words)
{
	free(slot->trouble);
	slot->trouble = memory_text(words);
	slot->failed = kind;
}

static void came(struct person_slot *slot, struct rows *takes, uint64_t matching, const char *note, const struct error *error)
{
	asked(slot);
	if (takes == NULL) {
		fail(slot, error->kind, error->text);
	} else {
		rows_free(slot->rows);
		slot->rows = takes;
		slot->matching = matching;
		free(slot->note);
		slot->note = note == NULL ? NULL : memory_text(note);
		slot->came_at = clock_now();
		free(slot->trouble);
		slot->trouble = NULL;
		slot->failed = ERROR_NONE;
	}
	slot->parts->changed(slot->parts->context);
}

static void quota_came(void *context, struct rows *takes, const struct error *error)
{
	came(context, takes, 0, NULL, error);
}

static void table_came(void *context, struct rows *takes, const char *note, const struct error *error)
{
	came(context, takes, 0, note, error);
}

static void messages_came(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	came(context, takes, matching, NULL, error);
}

/* Without a table there is nobody in it. */
static void refused_came(void *context, struct rows *takes, const char *why, const struct error *error)
{
	came(context, takes, 0, why, error);
}

static void take_back(struct person_slot *slot)
{
	if (slot->job != NULL)
		live_job_cancel(slot->job);
	if (slot->asking != NULL)
		refused_logins_ask_cancel(slot->asking);
	asked(slot);
}

bool person_slot_busy(const struct person_slot *slot)
{
	return slot->job != NULL || slot->asking != NULL;
}

bool person_slot_no_way(const struct person_slot *slot)
{
	for (const struct live_person_table *table = live_person_tables; table->name != NULL && rows[slot->part].table != NULL && !rows[slot->part].at_home; table++)
		if (strcmp(table->name, rows[slot->part].table) == 0)
			return host_way(live_hosts(slot->parts->live), slot->host, table->command, NULL) == WAY_NONE;
	return false;
}

static void too_late(void *context)
{
	struct person_slot *slot = context;
	struct error error = { 0 };

	take_back(slot);
	error_set(&error, ERROR_TIMEOUT, "%s: no answer within %u s", host_at(live_hosts(slot->parts->live), slot->host)->name, rows[slot->part].seconds);
	fail(slot, error.kind, error.text);
	slot->parts->changed(slot->parts->context);
}

static void ask(struct person_slot *slot)
{
	const struct person_parts *parts = slot->parts;
	struct live_pick pick = { 0 };

	if (!slot->applies || person_slot_busy(slot))
		return;
	switch (rows[slot->part].how) {
	case HOW_QUOTA:
		slot->job = live_quota(parts->live, slot->host, parts->user, quota_came, slot);
		break;
	case HOW_REFUSED:
		slot->asking = refused_logins_ask(live_hosts(parts->live), slot->host, parts->names, refused_came, slot);
		break;
	case HOW_TABLE:
		slot->job = live_person(parts->live, slot->host, rows[slot->part].table, rows[slot->part].by_names ? parts->names : parts->user, table_came, slot);
		break;
	case HOW_TO:
		pick.recipients = (const char *const *)parts->addresses;
		slot->job = live_messages(parts->live, slot->host, &pick, QUEUE_ROWS, messages_came, slot);
		break;
	case HOW_FROM:
		pick.senders = (const char *const *)parts->addresses;
		slot->job = live_messages(parts->live, slot->host, &pick, QUEUE_ROWS, messages_came, slot);
		break;
	}
	if (person_slot_busy(slot))
		slot->deadline = loop_after(parts->loop, 1000 * (uint64_t)rows[slot->part].seconds, 0, too_late, slot);
}

/* --- all of them ------------------------------------------------------------------------------------------- */

void person_parts_ask(struct person_parts *parts, enum person_part part)
{
	for (size_t host = 0; host < parts->host_count; host++)
		ask(person_slot_at(parts, part, host));
}

bool person_part_busy(const struct person_parts *parts, enum person_part part)
{
	for (size_t host = 0; host < parts->host_count; host++)
		if (person_slot_busy(person_slot_at(parts, part, host)))
			return true;
	return false;
}

static bool was_asked(const struct person_parts *parts, enum person_part part)
{
	for (size_t host = 0; host < parts->host_count; host++)
		if (person_slot_at(parts, part, host)->rows != NULL || person_slot_at(parts, part, host)->trouble != NULL)
			return true;
	return false;
}

bool person_part_on_request(enum person_part part)
{
	return rows[part].on_request;
}

void person_parts_refresh(struct person_parts *parts)
{
	for (unsigned part = 0; part < PERSON_PARTS && parts->live != NULL; part++)
		if (!rows[part].on_request || was_asked(parts, (enum person_part)part))
			person_parts_ask(parts, (enum person_part)part);
}

bool person_parts_busy(const struct person_parts *parts)
{
	for (size_t i = 0; parts->live != NULL && i < PERSON_PARTS * parts->host_count; i++)
		if (person_slot_busy(&parts->slots[i]))
			return true;
	return false;
}

static void make_slots(struct person_parts *parts)
{
	const struct hosts *hosts = live_hosts(parts->live);

	parts->slots = memory_new(PERSON_PARTS * parts->host_count * sizeof *parts->slots);
	for (unsigned part = 0; part < PERSON_PARTS; part++) {
		for (size_t host = 0; host < parts->host_count; host++) {
			struct person_slot *slot = person_slot_at(parts, (enum person_part)part, host);

			slot->parts = parts;
			slot->part = (enum person_part)part;
			slot->host = host;
			slot->applies = (host_at(hosts, host)->roles & rows[part].roles) != 0 &&
				(!rows[part].at_home || parts->home == PERSON_ANYWHERE || parts->home == host);
		}
	}
}

/* Heap: everything that stands in envelopes for this person, ended by NULL. */
static char **addresses_of(const char *user, const char *login, const struct field_values *alternates)
{
	char **addresses = memory_new((alternates->count + 3) * sizeof *addresses);
	size_t count = 0;

	addresses[count++] = memory_text(user);
	if (login[0] != '\0')
		addresses[count++] = memory_text(login);
	for (size_t i = 0; i < alternates->count; i++)
		addresses[count++] = memory_text(alternates->values[i].bytes);
	addresses[count] = NULL;
	return addresses;
}

static void free_addresses(char **addresses)
{
	for (size_t i = 0; addresses != NULL && addresses[i] != NULL; i++)
		free(addresses[i]);
	free(addresses);
}

static bool same_addresses(char *const *some, char *const *others)
{
	size_t i = 0;

	while (some[i] != NULL && others[i] != NULL && strcmp(some[i], others[i]) == 0)
		i++;
	return some[i] == NULL && others[i] == NULL;
}

void person_parts_start(struct person_parts *parts, struct live *live, struct loop *loop, const char *user, const char *login,
		const struct field_values *alternates, size_t home, void (*changed)(void *context), void *context)
{
	char **addresses = addresses_of(user, login, alternates);
	struct text names = { 0 };

	text_add(&names, user);
	if (login[0] != '\0' && strcmp(login, user) != 0)
		text_addf(&names, " %s", login);
	if (parts->live != NULL && parts->home == home && strcmp(parts->user, user) == 0 && strcmp(parts->names, text_get(&names)) == 0 &&
	    same_addresses(parts->addresses, addresses)) {
		text_free(&names);
		free_addresses(addresses);
		return;
	}
	person_parts_end(parts);
	*parts = (struct person_parts){ .live = live, .loop = loop, .changed = changed, .context = context, .home = home,
		.host_count = hosts_count(live_hosts(live)), .user = memory_text(user) };
	parts->names = text_take(&names);
	parts->addresses = addresses;
	make_slots(parts);
	person_parts_refresh(parts);
}

void person_parts_end(struct person_parts *parts)
{
	for (size_t i = 0; parts->live != NULL && i < PERSON_PARTS * parts->host_count; i++) {
		struct person_slot *slot = &parts->slots[i];

		take_back(slot);
		rows_free(slot->rows);
		free(slot->note);
		free(slot->trouble);
	}
	free(parts->slots);
	free(parts->user);
	free(parts->names);
	free_addresses(parts->addresses);
	*parts = (struct person_parts){ .live = NULL };
}
