/*
 * limits_goal: from "so many connections" to a consistent set of values, each
 * with its reason; see limits.h.
 *
 * Order: first what the login mode demands, then the services behind, then the
 * ones that count those (auth, anvil, stats, log), last the descriptors, which
 * follow from all of them (dovecot 3).  Pure, any thread.
 */
#include "model/limits.h"

#include <string.h>

#include "base/text.h"
#include "model/limits_pairs.h"

/* Where nobody knows the processors. Idle processes cost a megabyte each, so a few too many do no harm. */
enum { CORES_ASSUMED = 4, MOST_VALUES = 500, MOST_CONNECTIONS = 1000000, MASTER_DESCRIPTORS = 300 };

struct walk {
	struct arena *arena;
	const struct limits_goal *goal;
	const struct limits_facts *before;
	struct limits_facts *facts;            /* as they become */
	struct limits_value *values;
	size_t count;
};

typedef unsigned long long wide;
#define WHY(...) arena_format(walk->arena, __VA_ARGS__)

static uint64_t cores_of(const struct limits_facts *facts)
{
	return facts->cores == LIMITS_UNKNOWN || !facts->cores ? CORES_ASSUMED : facts->cores;
}

static uint64_t tls_of(const struct limits_goal *goal)
{
	uint64_t part = limits_share(goal->connections, goal->tls_percent);

	/* Who comes without TLS holds a login process too, until the password is checked. */
	return part ? part : 1;
}

/* --- services of a goal -------------------------------------------------------------------------------- */

static struct limits_service *login_of(const struct limits_facts *facts, const char *protocol, size_t length)
{
	for (size_t i = 0; i < facts->service_count; i++) {
		struct limits_service *service = &facts->services[i];

		if (strlen(service->protocol) == length && memcmp(service->protocol, protocol, length) == 0 && limits_is_login(service) &&
		    !limits_of_urlauth(service) && limits_looked_at(facts, service) && limits_behind(facts, service))
			return service;
	}
	return NULL;
}

static struct limits_service *mail_of(const struct limits_facts *facts, const struct limits_service *login)
{
	return limits_service_named(facts, limits_behind(facts, login)->name);
}

/* The next word of the goal's protocols; NULL at the end. */
static const char *next_protocol(const struct limits_goal *goal, const char *at, size_t *length)
{
	at = at ? at + *length : goal->protocols ? goal->protocols : "imap";
	at += strspn(at, " ,");
	*length = strcspn(at, " ,");
	return *length ? at : NULL;
}

/* --- noting values --------------------------------------------------------------------------------------- */

static void note(struct walk *walk, const char *service, const char *setting, uint64_t now, uint64_t then, const char *why)
{
	size_t i;

	if (now == then)
		return;
	for (i = 0; i < walk->count; i++) {
		struct limits_value *old = &walk->values[i];

		if (strcmp(old->setting, setting) != 0 || (old->service != service && (!old->service || !service || strcmp(old->service, service) != 0)))
			continue;
		now = old->now;
		break;
	}
	if (i == MOST_VALUES)
		return;
	walk->values[i] = (struct limits_value){ service, setting, now, then, why };
	walk->count = i == walk->count ? i + 1 : walk->count;
}

static void set_processes(struct walk *walk, struct limits_service *service, uint64_t then, const char *why)
{
	uint64_t now = limits_processes(walk->facts, service);

	if (now == then)
		return;
	if (walk->goal->by_default && !service->process_limit && then > now) {
		note(walk, NULL, "default_process_limit", walk->facts->default_process_limit, then, why);
		walk->facts->default_process_limit = (uint32_t)then;
		return;
	}
	note(walk, service->name, "process_limit", now, then, why);
	service->process_limit = (uint32_t)then;
}

static void set_clients(struct walk *walk, struct limits_service *service, uint64_t then, const char *why)
{
	note(walk, service->name, "client_limit", limits_clients(walk->facts, service), then, why);
	service->client_limit = (uint32_t)then;
}

static const char *count_name(const struct limits_facts *facts)
{
	return limits_version_from(&facts->version, 2, 4, 0) ? "restart_request_count" : "service_count";
}

static void set_count(struct walk *walk, struct limits_service *login, uint32_t then, const char *why)
{
	note(walk, login->name, count_name(walk->facts), login->service_count, then, why);
	login->service_count = then;
}

/* --- the modes --------------------------------------------------------------------------------------------- */

static void secure(struct walk *walk, struct limits_service *login)
{
	uint64_t needed = tls_of(walk->goal);

	set_count(walk, login, 1, "a process for each connection: what breaks into one sees one person's session only");
	if (limits_processes(walk->facts, login) < needed)
		set_processes(walk, login, needed, WHY("a login process stays with each TLS session, and %llu are to be possible", (wide)needed));
}

/* How many connections a login process may get without more memory or descriptors than there are. */
static uint64_t most_at_once(const struct limits_facts *facts, const struct limits_service *login)
{
	uint64_t vsz = login->vsz_limit == LIMITS_UNKNOWN ? facts->default_vsz_limit : login->vsz_limit;
	uint64_t most = vsz ? limits_sessions_in(vsz) : MOST_CONNECTIONS;

	/* A raised descriptor limit needs a restart; a few more processes do not. */
	if (facts->open_files != LIMITS_UNKNOWN && facts->open_files >= MASTER_DESCRIPTORS && (facts->open_files - LIMITS_SPARE_DESCRIPTORS) / 2 < most)
		most = (facts->open_files - LIMITS_SPARE_DESCRIPTORS) / 2;
	/* With 1 it would be the other mode in all but name. */
	return most > 2 ? most : 2;
}

/* So many connections over at least so many processes: more of these only where one would get too many. */
static void spread(struct walk *walk, struct limits_service *login, uint64_t needed, uint64_t least)
{
	uint64_t most = most_at_once(walk->facts, login), processes = limits_parts(needed, most), clients;

	processes = processes < least ? least : processes;
	clients = limits_parts(needed, processes);
	clients = clients < 2 ? 2 : clients;
	note(walk, login->name, "process_limit", limits_processes(walk->facts, login), processes,
		processes > least ? WHY("so many that none has more than %llu sessions, for its memory and descriptors", (wide)most) :
		"one for each processor is enough");
	login->process_limit = (uint32_t)processes;
	set_clients(walk, login, clients, WHY("%llu processes with so many each let in %llu", (wide)processes, (wide)(processes * clients)));
}

static void perform(struct walk *walk, struct limits_service *login)
{
	uint64_t cores = cores_of(walk->facts);

	/* What performs already is left alone; with more descriptors another division would do, but it would do nothing more. */
	if (login->service_count == 0 && limits_at_once(walk->facts, login) > 1 && login->process_min_avail >= cores &&
	    limits_capacity(walk->facts, login) >= tls_of(walk->goal) && !limits_mail_lags(walk->facts, login, limits_behind(walk->facts, login)))
		return;
	set_count(walk, login, 0, "a process serves many connections, which needs less memory; what breaks into one sees all of them");
	note(walk, login->name, "process_min_avail", login->process_min_avail, cores,
		WHY("a process for each of the %llu processors from the start, or the first one takes everybody until it is full", (wide)cores));
	login->process_min_avail = (uint32_t)cores;
	spread(walk, login, tls_of(walk->goal), cores);
}

/*
 * The mail service takes fewer than its login service lets in. With a process for each connection it must follow; where a
 * process takes many they let in too many, so these come down to what can be taken: of each first, then how many.
 */
static void follow(struct walk *walk, struct limits_service *login, struct limits_service *mail)
{
	uint64_t processes = limits_processes(walk->facts, login), taken = limits_capacity(walk->facts, mail);
	uint64_t each = limits_parts(taken, processes), fewer = limits_parts(taken, 2);

	/* Fewer than before may still be more than one process has memory for. */
	if (limits_at_once(walk->facts, login) > 1 && processes < taken && each > most_at_once(walk->facts, login)) {
		spread(walk, login, taken, processes);
		return;
	}
	if (limits_at_once(walk->facts, login) > 1 && processes < taken) {
		set_clients(walk, login, each, WHY("%s takes %llu sessions and no more", mail->name, (wide)taken));
		return;
	}
	if (limits_at_once(walk->facts, login) > 1) {
		fewer = fewer > login->process_min_avail ? fewer : login->process_min_avail;
		set_processes(walk, login, fewer ? fewer : 1, WHY("%s takes %llu sessions and no more", mail->name, (wide)taken));
		set_clients(walk, login, 2, "two a process are enough for these");
		processes = limits_processes(walk->facts, login);
		/* More than one for each of them stay ready, so the mail service does follow. */
		if (limits_mail_lags(walk->facts, login, mail))
			set_processes(walk, mail, limits_parts(processes + 1, limits_at_once(walk->facts, mail)), WHY("%s keeps %llu ready", login->name, (wide)processes));
		return;
	}
	set_processes(walk, mail, limits_parts(processes, limits_at_once(walk->facts, mail)), WHY("%s lets in %llu", login->name, (wide)processes));
}

/* A built-in number is nobody's wish. */
static bool wished(struct walk *walk, const struct limits_service *mail)
{
	const struct limits_service *own = limits_service_named(limits_facts_new(walk->arena, &walk->facts->version), mail->name);

	return !own || !own->process_limit || own->process_limit != mail->process_limit;
}

/* Other protocols, or older values, so that no service stands behind the one before it. */
static void settle(struct walk *walk)
{
	for (size_t i = 0; i < walk->facts->service_count; i++) {
		struct limits_service *login = &walk->facts->services[i], *mail;
		uint64_t taken;

		if (!limits_looked_at(walk->facts, login) || limits_of_urlauth(login) || !limits_behind(walk->facts, login))
			continue;
		mail = mail_of(walk->facts, login);
		taken = limits_capacity(walk->facts, mail);
		if (limits_mail_lags(walk->facts, login, mail))
			follow(walk, login, mail);
		else if (!limits_login_lags(walk->facts, login, mail) || !wished(walk, mail))
			continue;
		else if (login->service_count == 0 && limits_at_once(walk->facts, login) > 1)
			spread(walk, login, limits_share(taken, walk->facts->tls_percent), limits_processes(walk->facts, login));
		else
			set_processes(walk, login, limits_parts(limits_share(taken, walk->facts->tls_percent), limits_at_once(walk->facts, login)),
				WHY("%s takes %llu sessions", mail->name, (wide)taken));
	}
}

/* --- who counts the others ------------------------------------------------------------------------------------ */

static void raise_clients(struct walk *walk, const char *name, uint64_t needed, const char *why)
{
	struct limits_service *service = limits_service_named(walk->facts, name);

	if (service && limits_clients(walk->facts, service) < needed)
		set_clients(walk, service, needed, why);
}

/* A login process that has as many clients as the default says: raised, it would let in more than its mail service takes. */
static bool logins_go_by_default(const struct limits_facts *facts)
{
	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *service = &facts->services[i];

		if (limits_is_login(service) && limits_looked_at(facts, service) && !service->client_limit && limits_at_once(facts, service) > 1)
			return true;
	}
	return false;
}

/* stats and log have no variable in UCR; without a number of their own they go by the default of all. */
static void raise_default_clients(struct walk *walk, const char *name, uint64_t needed, const char *why)
{
	struct limits_service *service = limits_service_named(walk->facts, name);

	if (!walk->goal->clients_by_default || !service || service->client_limit || logins_go_by_default(walk->facts)) {
		raise_clients(walk, name, needed, why);
		return;
	}
	if (walk->facts->default_client_limit >= needed)
		return;
	note(walk, NULL, "default_client_limit", walk->facts->default_client_limit, needed, WHY("%s has no number of its own: %s", name, why));
	walk->facts->default_client_limit = (uint32_t)needed;
}

static void set_counters(struct walk *walk)
{
	struct limits_sums sums = limits_sums(walk->facts);

	raise_clients(walk, "auth", sums.auth, "Dovecot's own sum: every process that may ask auth at the same time");
	raise_clients(walk, "anvil", sums.anvil, "Dovecot's own sum: the login processes, auth and 2");
	raise_default_clients(walk, "stats", limits_stats_clients(walk->facts), "each login, mail and lmtp process holds a client; Dovecot does not check it");
	raise_default_clients(walk, "log", limits_log_clients(walk->facts), "each service takes one to write its log lines");
}

uint64_t limits_descriptors_needed(struct arena *arena, const struct limits_facts *facts)
{
	uint64_t needed = limits_descriptors(arena, facts, NULL);

	if (needed < MASTER_DESCRIPTORS)
		needed = MASTER_DESCRIPTORS;
	for (size_t i = 0; i < facts->service_count; i++) {
		uint64_t two_each = limits_looked_at(facts, &facts->services[i]) ? limits_login_descriptors(facts, &facts->services[i]) : 0;

		if (two_each && two_each + LIMITS_SPARE_DESCRIPTORS > needed)
			needed = two_each + LIMITS_SPARE_DESCRIPTORS;
	}
	return needed;
}

static void set_descriptors(struct walk *walk)
{
	uint64_t needed = limits_descriptors_needed(walk->arena, walk->facts);
	const char *because;
	uint64_t most = limits_descriptors(walk->arena, walk->facts, &because);

	if (walk->facts->open_files != LIMITS_UNKNOWN && walk->facts->open_files >= needed)
		return;
	note(walk, NULL, "fd_limit", walk->facts->open_files, needed,
		needed == most ? WHY("a descriptor for each client of the largest, %s; it takes a restart", because) :
		needed == MASTER_DESCRIPTORS ? "the master process alone holds about 270; it takes a restart" :
		"two descriptors for each TLS session in a login process, and 30 of its own; it takes a restart");
	walk->facts->open_files = needed;
}

/* wanted: 0 where the goal says nothing of this protocol; what was seen counts all the same. */
static void set_person(struct walk *walk, const char *protocol, uint64_t *limit, uint64_t seen, uint64_t wanted)
{
	const struct limits_service *mail = limits_service_named(walk->facts, protocol);

	if (!mail || !limits_looked_at(walk->facts, mail) || !*limit || *limit == LIMITS_UNKNOWN)
		return;
	if (seen != LIMITS_UNKNOWN && seen >= *limit && seen >= wanted)
		wanted = seen + 1;
	if (*limit >= wanted)
		return;
	note(walk, protocol, "mail_max_userip_connections", *limit, wanted,
		"so many connections of one person come from one address: webmail, or all devices behind one router");
	*limit = wanted;
}

/* As it was asked for: smaller would forget people, larger keep a changed password alive longer. */
static void set_cache(struct walk *walk)
{
	const struct limits_goal *goal = walk->goal;
	struct limits_facts *facts = walk->facts;

	if (goal->cache_size && facts->cache_size != goal->cache_size) {
		note(walk, NULL, "auth_cache_size", facts->cache_size, goal->cache_size,
			WHY("room for about %s people, so that not each login asks the directory",
				text_from_count(walk->arena, (int64_t)limits_cached_people(goal->cache_size))));
		facts->cache_size = goal->cache_size;
	}
	if (goal->cache_ttl && facts->cache_ttl != goal->cache_ttl) {
		note(walk, NULL, "auth_cache_ttl", facts->cache_ttl, goal->cache_ttl, "so long an answer of the directory counts; so long an old password does too");
		facts->cache_ttl = goal->cache_ttl;
	}
}

/* --- the goal --------------------------------------------------------------------------------------------------- */

static const char *refusal(struct arena *arena, const struct limits_facts *facts, const struct limits_goal *goal)
{
	struct limits_verdict verdict = { 0 };
	const char *protocol = NULL;
	size_t length = 0;

	if (!goal->connections || goal->connections > MOST_CONNECTIONS)
		return "the number of connections must be from 1 to 1,000,000";
	if (goal->tls_percent > 100)
		return "the share of TLS must be from 0 to 100 percent";
	limits_judge(arena, facts, &verdict);
	if (verdict.error_count)
		return arena_format(arena, "Dovecot refuses the configuration as it is: %s; mend that first", verdict.errors[0]);
	while ((protocol = next_protocol(goal, protocol, &length)))
		if (!login_of(facts, protocol, length))
			return arena_format(arena, "%.*s is not among the protocols that Dovecot offers here, or has no login service", (int)length, protocol);
	return NULL;
}

static void go(struct walk *walk)
{
	const char *protocol = NULL;
	bool imap = false, pop3 = false;
	size_t length = 0;

	while ((protocol = next_protocol(walk->goal, protocol, &length))) {
		struct limits_service *login = login_of(walk->facts, protocol, length), *mail = mail_of(walk->facts, login);
		uint64_t needed = limits_parts(walk->goal->connections, limits_at_once(walk->facts, mail));

		if (limits_processes(walk->facts, mail) < needed)
			set_processes(walk, mail, needed, WHY("each of the %llu sessions has a process of its own", (wide)walk->goal->connections));
		if (walk->goal->mode == LIMITS_SECURITY)
			secure(walk, login);
		else
			perform(walk, login);
		imap |= length == 4 && memcmp(protocol, "imap", 4) == 0;
		pop3 |= length == 4 && memcmp(protocol, "pop3", 4) == 0;
	}
	set_person(walk, "imap", &walk->facts->userip, walk->facts->peak_of_person, imap ? walk->goal->of_person : 0);
	set_person(walk, "pop3", &walk->facts->userip_pop3, walk->facts->peak_of_person_pop3, pop3 ? walk->goal->of_person : 0);
	/* What is raised for one pair may be the default of another, which then is behind. */
	for (unsigned pass = 0; pass < 4; pass++)
		settle(walk);
	set_counters(walk);
	set_descriptors(walk);
	set_cache(walk);
}

/* Of how many this is so many percent. */
static uint64_t share_of(uint64_t part, unsigned percent)
{
	return part > UINT64_MAX / 128 ? part : part * 100 / percent;
}

/* What was changed there and back is no change. */
static void drop_unchanged(struct walk *walk)
{
	size_t kept = 0;

	for (size_t i = 0; i < walk->count; i++)
		if (walk->values[i].now != walk->values[i].then)
			walk->values[kept++] = walk->values[i];
	walk->count = kept;
}

/* What is lowered is lower than what the service has now, and not than a default that was raised on the way. */
static void tell_before(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		struct limits_value *value = &walk->values[i];
		const struct limits_service *service = value->service ? limits_service_named(walk->before, value->service) : NULL;
		uint64_t before = !service ? 0 : strcmp(value->setting, "process_limit") == 0 ? limits_processes(walk->before, service) :
			strcmp(value->setting, "client_limit") == 0 ? limits_clients(walk->before, service) : 0;

		if (value->then < before)
			value->now = before;
	}
}

static uint64_t reach_of(const struct limits_facts *facts, const struct limits_goal *goal)
{
	uint64_t reach = LIMITS_UNKNOWN;
	const char *protocol = NULL;
	size_t length = 0;

	while ((protocol = next_protocol(goal, protocol, &length))) {
		const struct limits_service *login = login_of(facts, protocol, length);
		uint64_t taken = login ? limits_capacity(facts, limits_behind(facts, login)) : 0;
		uint64_t let_in = login && goal->tls_percent ? share_of(limits_capacity(facts, login), goal->tls_percent) : taken;

		taken = taken < let_in ? taken : let_in;
		reach = reach < taken ? reach : taken;
	}
	return reach == LIMITS_UNKNOWN ? 0 : reach;
}

struct limits_set limits_reach(struct arena *arena, const struct limits_facts *facts, const struct limits_goal *goal)
{
	struct walk walk = { .arena = arena, .goal = goal, .before = facts, .facts = limits_facts_copy(arena, facts) };
	struct limits_set set = { .refused = refusal(arena, facts, goal) };
	struct limits_sums sums;

	if (set.refused)
		return set;
	walk.values = arena_alloc(arena, MOST_VALUES * sizeof(*walk.values));
	walk.facts->tls_percent = goal->tls_percent;
	go(&walk);
	drop_unchanged(&walk);
	tell_before(&walk);
	sums = limits_sums(walk.facts);
	if (sums.auth_true != sums.auth || sums.anvil_true != sums.anvil)
		set.refused = "the limits as they are make Dovecot's own sum start over at 4,294,967,296; lower them first";
	/* What this raise causes is told beside it; the verdict then is about the values. */
	for (size_t i = 0; i < walk.count; i++)
		if (walk.values[i].service && strcmp(walk.values[i].service, "anvil") == 0)
			walk.facts->anvil_started = LIMITS_UNKNOWN;
	if (walk.count > 0)
		walk.facts->unread = (struct limits_unread){ 0 };
	set.values = walk.values;
	set.value_count = walk.count;
	set.after = walk.facts;
	set.verdict = limits_check(arena, walk.facts);
	set.reach = reach_of(walk.facts, goal);
	set.memory = limits_memory(walk.facts);
	return set;
}

/* --- does it hold? ------------------------------------------------------------------------------------------------ */

static const char *too_small_for(struct arena *arena, const struct limits_facts *facts, const struct limits_goal *goal,
		const struct limits_service *login, const struct limits_service *mail)
{
	bool performs = goal->mode == LIMITS_PERFORMANCE;

	if (performs ? login->service_count != 0 : login->service_count != 1)
		return arena_format(arena, "%s of %s does not fit the login mode", count_name(facts), login->name);
	if (limits_capacity(facts, login) < tls_of(goal))
		return arena_format(arena, "%s lets in %llu of %llu TLS sessions", login->name, (wide)limits_capacity(facts, login), (wide)tls_of(goal));
	if (limits_capacity(facts, mail) < goal->connections)
		return arena_format(arena, "%s takes %llu of %llu sessions", mail->name, (wide)limits_capacity(facts, mail), (wide)goal->connections);
	if (performs && login->process_min_avail < cores_of(facts))
		return arena_format(arena, "%s keeps fewer processes than there are processors", login->name);
	return NULL;
}

bool limits_reaches(struct arena *arena, const struct limits_facts *facts, const struct limits_goal *goal, const char **why)
{
	const struct limits_service *stats = limits_service_named(facts, "stats");
	const char *small = NULL, *protocol = NULL;
	size_t length = 0;

	while (!small && (protocol = next_protocol(goal, protocol, &length))) {
		const struct limits_service *login = login_of(facts, protocol, length);
		uint64_t userip = length == 4 && memcmp(protocol, "imap", 4) == 0 ? facts->userip :
			length == 4 && memcmp(protocol, "pop3", 4) == 0 ? facts->userip_pop3 : 0;

		small = login ? too_small_for(arena, facts, goal, login, limits_behind(facts, login)) : "a protocol of the goal is not offered";
		if (!small && userip && userip < goal->of_person)
			small = "mail_max_userip_connections is too small";
	}
	if (!small && ((goal->cache_size && facts->cache_size < goal->cache_size) || (goal->cache_ttl && facts->cache_ttl < goal->cache_ttl)))
		small = "the auth cache is smaller than it is to be";
	if (!small && stats && limits_clients(facts, stats) < limits_stats_clients(facts))
		small = "stats has fewer clients than processes may run";
	if (!small)
		small = limits_anvil_words(arena, facts);
	if (!small && facts->open_files != LIMITS_UNKNOWN && facts->open_files < limits_descriptors_needed(arena, facts))
		small = "there are too few descriptors";
	if (why)
		*why = small;
	return !small;
}
