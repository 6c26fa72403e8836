/*
 * limits_says: what a set of limits causes, in sentences with live numbers, the
 * same on the screen, in a terminal and in the review.
 *
 * What is measured and what is an estimate is said.  Pure, any thread.
 * Sources: dovecot 3, 4.2, 4.4, ucs-variables 2.1.
 */
#include <string.h>

#include "base/text.h"
#include "settings/limits_plan.h"

enum { MOST_SAYS = 24, KB_MAIL = 717, KB_LOGIN_TLS = 1331 };

struct saying {
	struct arena *arena;
	const struct limits_world *world;
	const struct limits_set *set;
	struct limits_say *list;
	size_t count;
};
#define WORDS(...) arena_format(saying->arena, __VA_ARGS__)

static void say(struct saying *saying, bool warns, const char *text)
{
	if (saying->count < MOST_SAYS)
		saying->list[saying->count++] = (struct limits_say){ warns, text };
}

static char *count_words(struct arena *arena, uint64_t number)
{
	return number == LIMITS_UNKNOWN ? arena_text(arena, "an unknown number") : text_from_count(arena, (int64_t)number);
}

static char *memory_words(struct arena *arena, uint64_t bytes)
{
	return text_from_size(arena, (int64_t)(bytes / 1048576 * 1048576));
}

/* --- memory ------------------------------------------------------------------------------------------- */

/* With these values: does a login process serve many, so that its memory is always the facts' figure? */
static bool performs(const struct limits_facts *facts)
{
	for (size_t i = 0; i < facts->service_count; i++)
		if (limits_behind(facts, &facts->services[i]) && limits_looked_at(facts, &facts->services[i]) && limits_at_once(facts, &facts->services[i]) > 1)
			return true;
	return false;
}

/* "0.7 MB each, measured of 25 sessions" */
static char *source_words(struct arena *arena, const struct limits_world *world, const struct limits_set *set)
{
	const struct limits_facts *facts = world->facts;
	bool shared = performs(set->after);

	if (facts->mail_kb == LIMITS_UNKNOWN)
		return arena_format(arena, "an estimate: 0.7 MB a session and %s; none could be measured there", shared ?
			"1.3 MB a login process, or 1.1 MB and 84 kB a session where it serves many" : "1.3 MB a login process");
	if (facts->login_kb == LIMITS_UNKNOWN || shared)
		return arena_format(arena, "measured: %llu kB a session, of the %zu that run; login processes are an estimate", (unsigned long long)facts->mail_kb,
			world->measured_sessions);
	return arena_format(arena, "measured: %llu kB a session, of %zu, and %llu kB a login process, of %zu; larger mailboxes take more",
		(unsigned long long)facts->mail_kb, world->measured_sessions, (unsigned long long)facts->login_kb, world->measured_logins);
}

/* What the sessions of now have already. */
static uint64_t in_use(const struct limits_world *world)
{
	const struct limits_facts *facts = world->facts;
	uint64_t each = (facts->mail_kb == LIMITS_UNKNOWN ? KB_MAIL : facts->mail_kb) + (facts->login_kb == LIMITS_UNKNOWN ? KB_LOGIN_TLS : facts->login_kb);
	uint64_t possible = limits_memory(facts), used = world->connections == LIMITS_UNKNOWN ? 0 : world->connections * each * 1024;

	return used < possible ? used : possible;
}

struct limits_say limits_memory_say(struct arena *arena, const struct limits_world *world, const struct limits_set *set)
{
	uint64_t used = in_use(world), more = set->memory > used ? set->memory - used : 0;
	bool known = world->memory_free != LIMITS_UNKNOWN, short_of = known && more > world->memory_free;

	return (struct limits_say){ short_of, arena_format(arena, "Memory when all of it is in use: about %s, of which the sessions of now have %s; free now: %s%s (%s)",
		memory_words(arena, set->memory), used > 0 ? arena_format(arena, "about %s", memory_words(arena, used)) : "none", known ? memory_words(arena, world->memory_free) : "not known",
		short_of ? ". That is not enough for all of them" : "", source_words(arena, world, set)) };
}

/* --- the rest --------------------------------------------------------------------------------------------- */

enum limits_sessions limits_sessions_of(const struct limits_world *world, bool keep)
{
	return world->keeps_sessions ? LIMITS_SESSIONS_STAY : keep ? LIMITS_SESSIONS_LATER : LIMITS_SESSIONS_END;
}

bool limits_keep_preselected(const struct limits_world *world)
{
	return world->keeps_sessions || world->connections != 0;
}

static void say_sessions(struct saying *saying, enum limits_keep keep)
{
	const struct limits_world *world = saying->world;
	const char *now = count_words(saying->arena, world->connections);

	if (keep == LIMITS_KEEP_STRICTLY && !world->keeps_sessions) {
		say(saying, true, WORDS("Nothing would be installed: the sessions of now (%s) are to stay, and a reload ends them, since shutdown_clients is yes", now));
		return;
	}
	switch (limits_sessions_of(world, keep != LIMITS_KEEP_NOT)) {
	case LIMITS_SESSIONS_STAY:
		say(saying, false, WORDS("Dovecot is reloaded and the sessions of now (%s) stay: shutdown_clients is no there. Nothing is installed if that came into its files "
			"after it read them", now));
		break;
	case LIMITS_SESSIONS_LATER:
		say(saying, true, WORDS("Dovecot is reloaded, and the sessions of now (%s) end 6 seconds later all the same: it runs with shutdown_clients = yes, and what "
			"runs decides. The change sets no, so the way back and every later reload leave them alone", now));
		break;
	case LIMITS_SESSIONS_END:
		if (world->connections == 0) {
			say(saying, false, WORDS("Dovecot is reloaded, and 6 seconds later whoever is connected by then is thrown out; nobody is now. The way back is a reload too"));
			break;
		}
		say(saying, true, WORDS("Dovecot is reloaded, and 6 seconds later all sessions of now (%s) end; mail programs connect again by themselves. The way back is a "
			"reload too", now));
		break;
	}
}

static void say_descriptors(struct saying *saying, const struct limits_value *value)
{
	uint64_t made = limits_ucr_descriptors(saying->arena, saying->world, saying->set);
	const char *then = count_words(saying->arena, value->then);

	if (saying->world->ucs && made != LIMITS_UNKNOWN && made >= value->then)
		say(saying, true, WORDS("Open files: UCR gives Dovecot %s at its next start, by itself; until then it has %s, which can be raised in a change of its own "
			"(postroom limits descriptors)", count_words(saying->arena, made), count_words(saying->arena, value->now)));
	else if (saying->world->ucs)
		say(saying, true, WORDS("Open files: %s are needed and UCR gives Dovecot %s at its start, since it knows of its own variables only; the running one can be "
			"raised in a change of its own (postroom limits descriptors), again after each restart", then, count_words(saying->arena, made)));
	else
		say(saying, true, WORDS("Open files: %s are needed, and a reload does not change them. LimitNOFILE=%llu for dovecot.service and a restart do, which ends all "
			"sessions; or, for the running Dovecot, a change of its own (postroom limits descriptors)", then, (unsigned long long)value->then));
}

static void say_places(struct saying *saying)
{
	const struct limits_world *world = saying->world;
	struct text without = { 0 };
	size_t variables = 0;
	const char *name;

	for (size_t i = 0; i < saying->set->value_count; i++) {
		const struct limits_value *value = &saying->set->values[i];
		enum limits_where where = limits_value_where(saying->arena, world, value, &name);
		const char *hidden = limits_value_hidden(saying->arena, world, value);

		if (hidden)
			say(saying, true, hidden);
		variables += where == LIMITS_IN_UCR;
		if (where == LIMITS_IN_FILE)
			text_addf(&without, "%s%s", without.length ? ", " : "", limits_value_name(saying->arena, value));
	}
	if (world->ucs && variables > 0)
		say(saying, false, WORDS("%zu %s set with ucr, which makes Dovecot's files; no file that it writes is touched", variables,
			variables == 1 ? "variable is" : "variables are"));
	if (world->ucs && without.length > 0)
		say(saying, world->place_unread, WORDS("UCR has no variable for: %s. %s %s", text_get(&without), world->place_unread ?
			"Dovecot does not read" : "That goes to", world->place));
	if (!world->ucs && without.length > 0)
		say(saying, false, WORDS("It is written to %s, and checked there by Dovecot's own reader before anything is touched", world->place));
	text_free(&without);
}

static void say_person(struct saying *saying)
{
	const struct limits_facts *facts = saying->set->after;

	if (facts->userip == LIMITS_UNKNOWN || facts->userip == 0 || facts->userip != saying->world->facts->userip || !strstr(facts->protocols, "imap"))
		return;
	say(saying, false, facts->peak_of_person == LIMITS_UNKNOWN ?
		WORDS("One person may have %llu IMAP connections from one address, as before; webmail comes from one address", (unsigned long long)facts->userip) :
		WORDS("One person may have %llu IMAP connections from one address, as before; the most that anybody has now is %llu",
			(unsigned long long)facts->userip, (unsigned long long)facts->peak_of_person));
}

/*
 * Measured with 2.3.19: started with 6 and reloaded to 700, service status tells 700 and the seventh client is dropped; ended by hand it comes back
 * without its sockets.
 */
static void say_anvil(struct saying *saying, const struct limits_value *value)
{
	uint64_t started = saying->world->facts->anvil_started;

	/* Less than the value of now where the process is older than a raise before this one. */
	if (value->service && strcmp(value->service, "anvil") == 0 && value->now != LIMITS_UNKNOWN)
		say(saying, true, WORDS("anvil outlives a reload and keeps the %s clients that it was started with, whatever is shown of it; with more login processes than "
			"that logins are dropped until Dovecot is restarted, which ends all sessions", text_from_count(saying->arena, (int64_t)(value->now < started ? value->now : started))));
}

/* To the second: an age would tell one hour of ninety minutes. */
static char *ttl_words(struct arena *arena, uint64_t ttl)
{
	if (ttl == LIMITS_UNKNOWN)
		return arena_text(arena, "as auth_cache_ttl says");
	return ttl % 3600 == 0 || ttl < 60 ? text_from_age(arena, (int64_t)ttl) : ttl % 60 == 0 ? arena_format(arena, "%llu m", (unsigned long long)(ttl / 60)) :
		arena_format(arena, "%llu s", (unsigned long long)ttl);
}

static void say_cache(struct saying *saying, const struct limits_value *value)
{
	const struct limits_facts *after = saying->set->after;

	if (strcmp(value->setting, "auth_cache_size") == 0 && value->then > 0)
		say(saying, false, WORDS("With the auth cache a changed password or a locked account counts only when its entry is %s old",
			ttl_words(saying->arena, after->cache_ttl)));
	if (strcmp(value->setting, "auth_cache_ttl") == 0 && after->cache_size == 0)
		say(saying, true, WORDS("auth_cache_ttl does nothing while there is no auth cache: auth_cache_size is 0"));
}

size_t limits_says(struct arena *arena, const struct limits_world *world, const struct limits_set *set, enum limits_keep keep, struct limits_say **says)
{
	struct saying saying = { .arena = arena, .world = world, .set = set, .list = arena_alloc(arena, MOST_SAYS * sizeof(**says)) };
	struct limits_say memory = limits_memory_say(arena, world, set);
	const char *unread = set->value_count > 0 ? limits_unread_words(arena, world->facts) : NULL;
	bool writes = false;

	if (unread)
		say(&saying, true, arena_format(arena, "%s, this one too; the way back does not take them back", unread));
	say(&saying, memory.warns, memory.text);
	for (size_t i = 0; i < set->value_count; i++) {
		writes = writes || limits_value_written(&set->values[i]);
		if (!limits_value_written(&set->values[i]))
			say_descriptors(&saying, &set->values[i]);
		say_anvil(&saying, &set->values[i]);
		say_cache(&saying, &set->values[i]);
	}
	if (writes) {
		say_sessions(&saying, keep);
		say_places(&saying);
	}
	say_person(&saying);
	*says = saying.list;
	return saying.count;
}

size_t limits_descriptors_says(struct arena *arena, const struct limits_world *world, uint64_t wanted, struct limits_say **says)
{
	struct saying saying_here = { .arena = arena, .world = world, .list = arena_alloc(arena, MOST_SAYS * sizeof(**says)) }, *saying = &saying_here;

	say(saying, false, WORDS("The master process of the running Dovecot gets %llu open files, and then Dovecot is reloaded, so that its new processes have them",
		(unsigned long long)wanted));
	say_sessions(saying, LIMITS_KEEP_NOT);
	say(saying, true, WORDS("anvil and other processes that outlive a reload keep the old limit, and the next start of Dovecot begins with %s",
		world->ucs ? "what UCR gives it" : "LimitNOFILE of dovecot.service: set that as well, or it is as before"));
	*says = saying->list;
	return saying->count;
}
