/*
 * consequence_witness: what the mail servers know of a person whose account,
 * login, address or home server goes: open sessions, queued mail, the size of
 * the mailbox, and which settings they were told by.  What no server told is
 * named with its reason.  Pure.  Source: ucs-directory 8.5, 13, 18.
 */
#include "model/consequence_rules.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

static const char *text_of(const struct record *record, const char *field)
{
	return record ? record_text(record, field) : "";
}

static bool address_goes(const struct record *before, const struct record *after)
{
	return *text_of(before, "address") && !text_same_ascii_case(text_of(before, "address"), text_of(after, "address"));
}

static bool server_moves(const struct record *before, const struct record *after)
{
	return after && *text_of(before, "address") && !text_same_ascii_case(text_of(before, "home_server"), text_of(after, "home_server"));
}

bool witness_wanted(const struct kind *kind, const struct record *before, const struct record *after)
{
	if (strcmp(kind->name, "user") != 0 || !before)
		return false;
	return !after || strcmp(before->name, after->name) != 0 || address_goes(before, after) || server_moves(before, after);
}

void witness_settle(struct facts *facts)
{
	const struct witness *witness = facts->witness;

	if (!witness || facts->plain)
		return;
	if (witness->rename != KNOWN_NOT)
		facts->mailbox_rename = witness->rename;
	if (witness->delete != KNOWN_NOT)
		facts->mailbox_delete = witness->delete;
}

/* --- sessions ------------------------------------------------------------------------------ */

enum what { SESSIONS, QUEUED_TO, QUEUED_FROM };

static uint64_t number_of(const struct witness_count *count, enum what what)
{
	return what == SESSIONS ? count->sessions : what == QUEUED_TO ? count->to : count->from;
}

/* "2 on mail1 and 1 on mail2", and their sum. */
static const char *by_server(struct scene *scene, enum what what, uint64_t *sum)
{
	const struct witness *witness = scene->facts->witness;
	const char **names = arena_alloc(scene->arena, (witness->count + 1) * sizeof(*names));
	size_t used = 0;

	*sum = 0;
	for (size_t i = 0; i < witness->count; i++) {
		uint64_t number = number_of(&witness->counts[i], what);

		if (number > 0)
			names[used++] = arena_format(scene->arena, "%" PRIu64 " on %s", number, witness->counts[i].server);
		*sum += number;
	}
	names[used] = NULL;
	return names_words(scene, names);
}

static const char *sessions_become(const struct scene *scene)
{
	bool gone = !scene->after || (address_goes(scene->before, scene->after) && !*text_after(scene, "address"));

	if (gone && scene->facts->mailbox_delete == KNOWN_YES)
		return "They end when the mailbox is removed, some seconds later.";
	if (gone)
		return "They go on until they are ended; that is a change of its own (Connections, or postroom kick).";
	if (address_goes(scene->before, scene->after))
		return "They stay in the old mailbox until the programs log in anew; end them afterwards (Connections, or postroom kick).";
	if (server_moves(scene->before, scene->after))
		return "They stay on the old server until the programs log in anew, and what they put there stays there; end them afterwards "
			"(Connections, or postroom kick).";
	return "They go on until the programs log in anew, which needs the new login then.";
}

static void sessions_open(struct scene *scene, const struct consequence_rule *rule)
{
	const char *words;
	uint64_t sum;

	if (!scene->facts->witness)
		return;
	words = by_server(scene, SESSIONS, &sum);
	if (sum > 0)
		tell_as(scene, rule, !scene->after || address_goes(scene->before, scene->after) || server_moves(scene->before, scene->after) ?
			SEVERITY_WARNING : SEVERITY_NOTE, "%s has %" PRIu64 " open session%s now: %s. %s", scene->before->name, sum, sum == 1 ? "" : "s",
			words, sessions_become(scene));
}

/* --- queued mail ----------------------------------------------------------------------------- */

/* Does the old address stay as an alternative one, or reach somebody else? */
static bool still_reached(struct scene *scene)
{
	const char *address = text_before(scene, "address");

	return (scene->after && change_holds(kind_field(scene->change->kind, "alternates"), record_get(scene->after, "alternates"), address)) ||
		*others_with(scene, address);
}

static void queued_to(struct scene *scene, const struct consequence_rule *rule)
{
	const char *words, *are;
	uint64_t sum;

	if (!scene->facts->witness)
		return;
	words = by_server(scene, QUEUED_TO, &sum);
	are = sum == 1 ? "mail waits" : "mails wait";
	if (sum == 0 || !(address_goes(scene->before, scene->after) || server_moves(scene->before, scene->after)))
		return;
	if (!address_goes(scene->before, scene->after))
		tell_as(scene, rule, SEVERITY_NOTE, "%" PRIu64 " %s in a queue for this mailbox: %s. What is delivered after the change goes to the new "
			"home server.", sum, are, words);
	else if (still_reached(scene))
		tell_as(scene, rule, SEVERITY_NOTE, "%" PRIu64 " %s in a queue for an address that moves: %s. %s delivered to whoever has the address "
			"then.", sum, are, words, sum == 1 ? "It is" : "They are");
	else
		tell(scene, rule, "%" PRIu64 " %s in a queue for an address that goes: %s. %s back to the sender as undeliverable when next tried.",
			sum, are, words, sum == 1 ? "It comes" : "They come");
}

static void queued_from(struct scene *scene, const struct consequence_rule *rule)
{
	const char *words;
	uint64_t sum;

	if (!scene->facts->witness || !address_goes(scene->before, scene->after) || still_reached(scene))
		return;
	words = by_server(scene, QUEUED_FROM, &sum);
	if (sum > 0)
		tell(scene, rule, "%" PRIu64 " mail%s from an address that goes wait%s in a queue: %s. %s still sent; a report that it could not be "
			"delivered reaches nobody.", sum, sum == 1 ? "" : "s", sum == 1 ? "s" : "", words, sum == 1 ? "It is" : "They are");
}

/* --- the mailbox, and who told it ---------------------------------------------------------------- */

static void mailbox_size(struct scene *scene, const struct consequence_rule *rule)
{
	const struct witness *witness = scene->facts->witness;

	if (!witness || !witness->mailbox_server)
		return;
	tell(scene, rule, "The mailbox on %s holds %s in %" PRIu64 " message%s.", witness->mailbox_server,
		size_words(scene->arena, kind_field(scene->change->kind, "quota"), (int64_t)witness->mailbox_bytes), witness->mailbox_messages,
		witness->mailbox_messages == 1 ? "" : "s");
}

static const char *on_or_off(enum known known)
{
	return known == KNOWN_YES ? "on" : "off or unset";
}

static void settings_told(struct scene *scene, const struct consequence_rule *rule)
{
	const struct witness *witness = scene->facts->witness;

	if (witness && witness->settings_server && witness->rename != KNOWN_NOT && witness->delete != KNOWN_NOT)
		tell(scene, rule, "%s itself says: mail/dovecot/mailbox/rename is %s, mail/dovecot/mailbox/delete is %s.", witness->settings_server,
			on_or_off(witness->rename), on_or_off(witness->delete));
}

static void live_unknown(struct scene *scene, const struct consequence_rule *rule)
{
	const struct witness *witness = scene->facts->witness;
	const char *words = "";

	for (size_t i = 0; witness && witness->unknown && witness->unknown[i]; i++)
		words = arena_format(scene->arena, "%s%s%.300s", words, i ? "; " : "", witness->unknown[i]);
	if (*words)
		tell(scene, rule, "Not known now: %s.", words);
}

/* That there is none is told only where everybody said so. */
static void live_asked(struct scene *scene, const struct consequence_rule *rule)
{
	const struct witness *witness = scene->facts->witness;
	uint64_t sessions, to, from;
	const char *none;

	if (!witness || !(witness->sessions_asked || witness->queues_asked))
		return;
	by_server(scene, SESSIONS, &sessions);
	by_server(scene, QUEUED_TO, &to);
	by_server(scene, QUEUED_FROM, &from);
	none = witness->sessions_whole && sessions == 0 ? "no session is open" : "";
	if (witness->queues_whole && to == 0 && from == 0)
		none = arena_format(scene->arena, "%s%snothing to or from them is queued", none, *none ? ", " : "");
	tell(scene, rule, "Mail servers were asked at %.8s UTC%s%s.", text_from_time(scene->arena, witness->at) + strlen("2026-11-20T"),
		*none ? ": " : "", none);
}

const struct consequence_rule consequence_rules_witness[] = {
	{ "sessions-open",    SEVERITY_WARNING, CHANGED | DELETED, sessions_open },
	{ "queued-to",        SEVERITY_WARNING, CHANGED | DELETED, queued_to },
	{ "queued-from",      SEVERITY_NOTE,    CHANGED | DELETED, queued_from },
	{ "mailbox-size",     SEVERITY_NOTE,    CHANGED | DELETED, mailbox_size },
	{ "mailbox-settings", SEVERITY_NOTE,    CHANGED | DELETED, settings_told },
	{ "live-unknown",     SEVERITY_NOTE,    CHANGED | DELETED, live_unknown },
	{ "live-asked",       SEVERITY_NOTE,    CHANGED | DELETED, live_asked },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
