/*
 * limits_findings: what goes wrong under load although Dovecot says nothing;
 * see limits.h.
 *
 * Each rule was reproduced on a running Dovecot 2.3.19 (dovecot 1.8, 3) or
 * follows from one that was.  A finding is a warning where what the limits let
 * in runs into it, and a note where it only is worth knowing.  Pure, any thread.
 */
#include "model/limits.h"

#include <string.h>

#include "base/text.h"
#include "model/limits_pairs.h"

enum { MOST_FINDINGS = 400, MASTER_DESCRIPTORS = 300, OWN_DESCRIPTORS = 20, SESSIONS_IN_DEFAULT = 3000 };
#define MEASURED "measured on Dovecot 2.3.19"
#define MEGABYTE UINT64_C(1048576)
#define MOST_SESSIONS (UINT64_C(1) << 40)      /* more is nonsense, and would not fit a sum */
/* Private memory of processes, in kB (3). */
enum { KB_MAIL = 717, KB_LOGIN_TLS = 1331, KB_LOGIN = 1126, KB_MORE_TLS = 84 };

struct finding_list { struct arena *arena; const struct limits_facts *facts; struct limits_finding *rows; size_t count; };

static void find(struct finding_list *list, struct limits_finding finding)
{
	if (list->count < MOST_FINDINGS)
		list->rows[list->count++] = finding;
}
#define WORDS(...) arena_format(list->arena, __VA_ARGS__)

typedef unsigned long long wide;

/* --- figures ----------------------------------------------------------------------------------------- */

bool limits_of_urlauth(const struct limits_service *service)
{
	return strncmp(service->name, "imap-urlauth", 12) == 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t limits_stats_clients(const struct limits_facts *facts)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *service = &facts->services[i];

		if (*service->protocol && limits_looked_at(facts, service) && !limits_of_urlauth(service) && strcmp(service->name, "imap-hibernate") != 0)
			sum += limits_processes(facts, service);
	}
	return sum;
}

uint64_t limits_stats_reached(const struct limits_facts *facts)
{
	uint64_t sum = 0;

	/* Without TLS login processes do not bound the sessions, so everything can run. */
	if (facts->tls_percent < 100)
		return limits_stats_clients(facts);
	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *login = &facts->services[i], *mail;

		if (!limits_looked_at(facts, login) || limits_of_urlauth(login))
			continue;
		if (limits_is_login(login)) {
			mail = limits_behind(facts, login);
			sum += limits_processes(facts, login) + (mail ? least(limits_capacity(facts, login), limits_processes(facts, mail)) : 0);
		} else if (strcmp(login->name, "lmtp") == 0) {
			sum += limits_processes(facts, login);
		}
	}
	return sum;
}

uint64_t limits_login_descriptors(const struct limits_facts *facts, const struct limits_service *login)
{
	uint64_t at_once = limits_at_once(facts, login);

	return limits_is_login(login) && at_once > 1 ? 2 * at_once : 0;
}

uint64_t limits_log_clients(const struct limits_facts *facts)
{
	uint64_t count = 0;

	for (size_t i = 0; i < facts->service_count; i++)
		count += limits_looked_at(facts, &facts->services[i]);
	return count;
}

uint64_t limits_sessions_in(uint64_t vsz_limit)
{
	return vsz_limit / (256 * MEGABYTE / SESSIONS_IN_DEFAULT);
}

uint64_t limits_memory(const struct limits_facts *facts)
{
	uint64_t kb = 0, kb_mail = facts->mail_kb == LIMITS_UNKNOWN ? KB_MAIL : facts->mail_kb;
	uint64_t kb_login = facts->login_kb == LIMITS_UNKNOWN ? KB_LOGIN_TLS : facts->login_kb;

	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *login = &facts->services[i], *mail = limits_behind(facts, login);
		uint64_t taken, sessions, plain;

		if (!mail || !limits_looked_at(facts, login) || limits_of_urlauth(login))
			continue;
		taken = least(limits_capacity(facts, mail), MOST_SESSIONS);
		sessions = least(limits_capacity(facts, login), taken);
		plain = facts->tls_percent < 100 ? taken - sessions : 0;
		kb += (sessions + plain) * kb_mail;
		kb += limits_at_once(facts, login) <= 1 ? sessions * kb_login :
			least(limits_processes(facts, login), sessions) * KB_LOGIN + sessions * KB_MORE_TLS;
	}
	return kb * 1024;
}

/* --- services that hold each other up ----------------------------------------------------------------- */

static void find_stats(struct finding_list *list)
{
	const struct limits_service *stats = limits_service_named(list->facts, "stats");
	uint64_t clients = stats ? limits_clients(list->facts, stats) : LIMITS_UNKNOWN;
	uint64_t required = limits_stats_clients(list->facts), reached = limits_stats_reached(list->facts);

	if (clients >= required)
		return;
	find(list, (struct limits_finding){ "stats", clients < reached ? LIMITS_WARNING : LIMITS_NOTE, "stats", "client_limit", clients, required,
		clients < reached ?
		WORDS("every login process and every session holds a client of stats, so this is full before the other limits are (TLS sessions alone "
			"can take %llu), and logins wait from then on; Dovecot itself does not look at it", (wide)reached) :
		WORDS("every login process and every session holds a client of stats; TLS sessions cannot fill it (%llu), sessions without TLS can", (wide)reached),
		MEASURED ": 1,500 sessions filled the 1,000 clients of stats" });
}

/* Could a client of each login process be taken away, and sessions still be lost behind it? Roundings are no finding. */
bool limits_mail_lags(const struct limits_facts *facts, const struct limits_service *login, const struct limits_service *mail)
{
	uint64_t at_once = limits_at_once(facts, login), processes = limits_processes(facts, login), taken = limits_capacity(facts, mail);

	return at_once <= 1 ? taken < processes : taken <= processes * (at_once - 1);
}

/* The built-in 1024 of imap and pop3 is nobody's wish, so it is no reason to raise the logins. */
bool limits_login_lags(const struct limits_facts *facts, const struct limits_service *login, const struct limits_service *mail)
{
	return limits_capacity(facts, login) < limits_share(limits_capacity(facts, mail), facts->tls_percent);
}

static bool built_in_limit(struct finding_list *list, const struct limits_service *mail)
{
	const struct limits_service *own = limits_service_named(limits_facts_new(list->arena, &list->facts->version), mail->name);

	return own && own->process_limit && own->process_limit == mail->process_limit;
}

static void find_lagging(struct finding_list *list, const struct limits_service *login, const struct limits_service *mail)
{
	const struct limits_facts *facts = list->facts;
	uint64_t let_in = limits_capacity(facts, login), taken = limits_capacity(facts, mail);

	if (limits_mail_lags(facts, login, mail)) {
		find(list, (struct limits_finding){ "mail-behind-login", LIMITS_WARNING, mail->name, "process_limit", limits_processes(facts, mail),
			limits_parts(let_in, limits_at_once(facts, mail)),
			WORDS("%s lets in %llu connections and %s takes %llu sessions; whoever comes after them logs in, waits ten seconds and is turned away",
				login->name, (wide)let_in, mail->name, (wide)taken), MEASURED ": destination service { process_limit } reached" });
	} else if (limits_login_lags(facts, login, mail)) {
		uint64_t needed = limits_share(taken, facts->tls_percent);

		find(list, (struct limits_finding){ "login-behind-mail", built_in_limit(list, mail) ? LIMITS_NOTE : LIMITS_WARNING,
			login->name, "process_limit", limits_processes(facts, login), limits_parts(needed, limits_at_once(facts, login)),
			WORDS("%s would take %llu sessions, but %s stays with each TLS session and lets in %llu; only sessions without TLS get further",
				mail->name, (wide)taken, login->name, (wide)let_in), MEASURED ": a login process stays as long as its TLS session" });
	}
}

/* --- high performance ------------------------------------------------------------------------------------ */

static void find_performance(struct finding_list *list, const struct limits_service *login)
{
	const struct limits_facts *facts = list->facts;
	uint64_t two_each = limits_login_descriptors(facts, login), at_once = limits_at_once(facts, login), held = at_once;
	const struct limits_service *mail = limits_behind(facts, login);
	uint64_t vsz = login->vsz_limit == LIMITS_UNKNOWN ? facts->default_vsz_limit : login->vsz_limit;

	if (!two_each)
		return;
	if (facts->open_files < two_each + OWN_DESCRIPTORS)
		find(list, (struct limits_finding){ "tls-descriptors", LIMITS_WARNING, login->name, "fd_limit", facts->open_files, two_each + OWN_DESCRIPTORS,
			WORDS("a process of %s may have %llu connections, and a TLS session takes two descriptors there, beside about %d that it needs itself; "
				"Dovecot asks for one each only", login->name, (wide)at_once, OWN_DESCRIPTORS),
			MEASURED ": socketpair() failed: Too many open files" });
	if (mail)
		held = least(held, limits_capacity(facts, mail));
	if (vsz && vsz != LIMITS_UNKNOWN && held > limits_sessions_in(vsz))
		find(list, (struct limits_finding){ "login-memory", LIMITS_WARNING, login->name, "vsz_limit", vsz,
			held * (256 * MEGABYTE / SESSIONS_IN_DEFAULT),
			WORDS("a process of %s may hold %llu TLS sessions; in %llu MB there is room for about %llu, and when it is full the process ends with all of them",
				login->name, (wide)held, (wide)(vsz / MEGABYTE), (wide)limits_sessions_in(vsz)),
			MEASURED ": 256 MB hold about 3,000 TLS sessions" });
}

/* --- people, machine, log ----------------------------------------------------------------------------------- */

static void find_person(struct finding_list *list, const char *protocol, uint64_t limit, uint64_t seen)
{
	const struct limits_service *mail = limits_service_named(list->facts, protocol);
	bool reached = seen != LIMITS_UNKNOWN && seen >= limit;

	if (!limit || limit == LIMITS_UNKNOWN || !mail || !limits_looked_at(list->facts, mail) || (seen != LIMITS_UNKNOWN && !reached))
		return;
	find(list, (struct limits_finding){ "webmail", reached ? LIMITS_WARNING : LIMITS_NOTE, protocol, "mail_max_userip_connections", limit,
		reached ? seen + 1 : LIMITS_UNKNOWN, reached ?
		WORDS("one person had %llu %s connections from one address, which is all that this allows", (wide)seen, protocol) :
		WORDS("a person may have %llu %s connections from one address, and webmail comes from one address, as does everybody behind one router",
			(wide)limit, protocol),
		"Dovecot's setting mail_max_userip_connections (10 where nobody sets it)" });
}

/* How near the sessions that were seen came to what is let in. */
static void find_headroom(struct finding_list *list, const struct limits_service *login, const struct limits_service *mail)
{
	uint64_t let_in = limits_capacity(list->facts, login), taken = limits_capacity(list->facts, mail), possible = least(let_in, taken);

	if (mail->peak == LIMITS_UNKNOWN || mail->peak < limits_share(possible, 80))
		return;
	find(list, (struct limits_finding){ "headroom", LIMITS_NOTE, let_in < taken ? login->name : mail->name, "process_limit",
		limits_processes(list->facts, let_in < taken ? login : mail), LIMITS_UNKNOWN,
		WORDS("%llu sessions were there at once, and %llu with TLS are possible", (wide)mail->peak, (wide)possible), "what doveadm who counts" });
}

static void find_memory(struct finding_list *list)
{
	uint64_t needed = limits_memory(list->facts), memory = list->facts->memory;

	if (memory == LIMITS_UNKNOWN || needed <= memory / 2)
		return;
	find(list, (struct limits_finding){ "memory", needed > memory ? LIMITS_WARNING : LIMITS_NOTE, NULL, "memory", memory, needed,
		WORDS("with all sessions that the limits let in Dovecot's processes need about %s, and the machine has %s; big mailboxes need more",
			text_from_size(list->arena, (int64_t)(needed / MEGABYTE * MEGABYTE)), text_from_size(list->arena, (int64_t)(memory / MEGABYTE * MEGABYTE))),
		list->facts->mail_kb == LIMITS_UNKNOWN ? "an estimate from processes " MEASURED ": 0.7 MB a session, 1.3 MB a login process with TLS, 84 kB a session in one "
			"that serves many" :
		WORDS("the processes that run there now: %llu kB a session", (wide)list->facts->mail_kb) });
}

static void find_descriptors(struct finding_list *list)
{
	const struct limits_facts *facts = list->facts;
	const char *because;
	uint64_t most = limits_descriptors(list->arena, facts, &because);

	if (facts->open_files == LIMITS_UNKNOWN)
		find(list, (struct limits_finding){ "descriptors-unknown", LIMITS_NOTE, NULL, "fd_limit", LIMITS_UNKNOWN, most,
			WORDS("the open-files limit that Dovecot runs with is not known here (--fd-limit); it must not be below this, because of %s", because),
			"Dovecot's own check at its start" });
	else if (facts->open_files < MASTER_DESCRIPTORS)
		find(list, (struct limits_finding){ "master-descriptors", LIMITS_WARNING, NULL, "fd_limit", facts->open_files, MASTER_DESCRIPTORS,
			WORDS("the master process alone holds about 270 descriptors; with fewer it starts and does not work, or does not start"),
			MEASURED ": service(x): pipe() failed: Too many open files" });
	else if (facts->open_files >= most && facts->open_files < most + OWN_DESCRIPTORS)
		find(list, (struct limits_finding){ "descriptors-tight", LIMITS_NOTE, NULL, "fd_limit", facts->open_files, most + OWN_DESCRIPTORS,
			WORDS("a process with all its clients needs about %d descriptors for itself; that is not in Dovecot's figure, because of %s",
				OWN_DESCRIPTORS, because), MEASURED });
}

static void find_log(struct finding_list *list)
{
	const struct limits_service *log = limits_service_named(list->facts, "log");
	uint64_t clients = log ? limits_clients(list->facts, log) : LIMITS_UNKNOWN, required = limits_log_clients(list->facts);

	if (clients >= required)
		return;
	find(list, (struct limits_finding){ "log", LIMITS_WARNING, log->client_limit ? "log" : NULL, log->client_limit ? "client_limit" : "default_client_limit",
		clients, required,
		WORDS("each service takes a client of service log, and what the last ones write is lost without a word, config and auth among them"),
		MEASURED " with 20" });
}

/* Measured with 2.3.19: started with 6 and reloaded to 700, the seventh client is dropped, whatever service status tells. */
uint64_t limits_anvil_lacks(const struct limits_facts *facts)
{
	const struct limits_service *anvil = limits_service_named(facts, "anvil");
	uint64_t needed = anvil ? least(limits_sums(facts).anvil_true, limits_clients(facts, anvil)) : 0;

	return facts->anvil_started < needed ? needed : 0;
}

char *limits_anvil_words(struct arena *arena, const struct limits_facts *facts)
{
	return limits_anvil_lacks(facts) ? arena_format(arena, "the process of anvil that runs was started with about %s clients and keeps that until Dovecot is "
		"restarted, which ends all sessions; with more login processes than that logins are dropped", text_from_count(arena, (int64_t)facts->anvil_started)) : NULL;
}

static void find_anvil(struct finding_list *list)
{
	uint64_t needed = limits_anvil_lacks(list->facts);

	if (needed)
		find(list, (struct limits_finding){ "anvil-restart", LIMITS_WARNING, "anvil", "client_limit", list->facts->anvil_started, needed,
			limits_anvil_words(list->arena, list->facts), MEASURED ": what its process has left, and who uses it" });
}

char *limits_unread_words(struct arena *arena, const struct limits_facts *facts)
{
	const struct limits_unread *unread = &facts->unread;

	return unread->service ? arena_format(arena, "%s runs with a %s of %s, and the files say %s%s: they were changed after Dovecot read them, and count only "
		"after a reload", unread->service, unread->setting, text_from_count(arena, (int64_t)unread->runs), text_from_count(arena, (int64_t)unread->file),
		unread->more ? arena_format(arena, " (%zu more differ)", unread->more) : "") : NULL;
}

static void find_unread(struct finding_list *list)
{
	const struct limits_unread *unread = &list->facts->unread;

	if (unread->service)
		find(list, (struct limits_finding){ "not-loaded", LIMITS_WARNING, unread->service, unread->setting, unread->runs, unread->file,
			limits_unread_words(list->arena, list->facts), "what doveadm service status tells" });
}

static void find_wrapped_sum(struct finding_list *list, const char *service, uint32_t sum, uint64_t true_sum)
{
	if (true_sum != sum)
		find(list, (struct limits_finding){ "wrapped", LIMITS_WARNING, service, "client_limit", sum, true_sum,
			"the limits are so high that Dovecot's own sum starts over at 4,294,967,296, so that it does not warn", "Dovecot counts in 32 bits" });
}

static void find_wrapped(struct finding_list *list)
{
	struct limits_sums sums = limits_sums(list->facts);

	find_wrapped_sum(list, "auth", sums.auth, sums.auth_true);
	find_wrapped_sum(list, "anvil", sums.anvil, sums.anvil_true);
}

/* --- values without effect ------------------------------------------------------------------------------------ */

static void find_idle_value(struct finding_list *list, const struct limits_service *service)
{
	const struct limits_facts *facts = list->facts;
	const char *count = limits_version_from(&facts->version, 2, 4, 0) ? "restart_request_count" : "service_count";

	if (limits_is_login(service) && service->client_limit > 1 && service->service_count && service->service_count < service->client_limit)
		find(list, (struct limits_finding){ "no-effect", LIMITS_NOTE, service->name, "client_limit", service->client_limit, service->service_count,
			service->service_count == 1 ? WORDS("%s of %s is 1, so a process has one connection whatever client_limit says; process_limit is what counts", count, service->name) :
			WORDS("%s of %s is %u, so a process never has more at once", count, service->name, service->service_count),
			MEASURED ": a process has the smaller of the two" });
}

static void find_off(struct finding_list *list, const struct limits_facts *own, const struct limits_service *service)
{
	const struct limits_service *was = limits_service_named(own, service->name);
	const char *setting = NULL;

	if (!was || limits_looked_at(list->facts, service))
		return;
	if (service->process_limit != was->process_limit)
		setting = "process_limit";
	else if (service->client_limit != was->client_limit)
		setting = "client_limit";
	if (setting)
		find(list, (struct limits_finding){ "no-effect", LIMITS_NOTE, service->name, setting,
			*setting == 'p' ? service->process_limit : service->client_limit, LIMITS_UNKNOWN,
			WORDS("protocols does not have %s, so nothing of this service is used", service->protocol), "Dovecot's own check passes it over" });
}

static char *number_words(struct arena *arena, const char *setting, uint64_t number)
{
	return strcmp(setting, "vsz_limit") == 0 ? text_from_size(arena, (int64_t)number) : text_from_count(arena, (int64_t)number);
}

void limits_find(struct arena *arena, const struct limits_facts *facts, struct limits_verdict *verdict)
{
	struct finding_list found = { arena, facts, arena_alloc(arena, MOST_FINDINGS * sizeof(*found.rows)), 0 }, *list = &found;
	const struct limits_facts *own = limits_facts_new(arena, &facts->version);
	struct limits_finding *sorted = arena_alloc(arena, MOST_FINDINGS * sizeof(*sorted));
	size_t count = 0;

	find_wrapped(list);
	find_unread(list);
	find_anvil(list);
	find_stats(list);
	find_log(list);
	for (size_t i = 0; i < facts->service_count; i++) {
		const struct limits_service *service = &facts->services[i], *mail = limits_behind(facts, service);

		if (limits_looked_at(facts, service) && !limits_of_urlauth(service)) {
			if (mail) {
				find_lagging(list, service, mail);
				find_headroom(list, service, mail);
			}
			find_performance(list, service);
			find_idle_value(list, service);
		}
		find_off(list, own, service);
	}
	find_descriptors(list);
	find_memory(list);
	find_person(list, "imap", facts->userip, facts->peak_of_person);
	find_person(list, "pop3", facts->userip_pop3, facts->peak_of_person_pop3);
	for (int severity = LIMITS_WARNING; severity >= LIMITS_NOTE; severity--)
		for (size_t i = 0; i < found.count; i++)
			if ((int)found.rows[i].severity == severity)
				sorted[count++] = found.rows[i];
	verdict->findings = sorted;
	verdict->finding_count = count;
}

/* Of the machine's memory the sentence has both numbers itself, in their unit. */
char *limits_finding_words(struct arena *arena, const struct limits_finding *finding)
{
	struct text words = { 0 };
	char *copy;

	if (strcmp(finding->setting, "memory") != 0) {
		text_addf(&words, "%s%s%s", finding->service ? finding->service : "", finding->service ? " " : "",
			strcmp(finding->setting, "fd_limit") == 0 ? "open files" : finding->setting);
		if (finding->value != LIMITS_UNKNOWN)
			text_addf(&words, " %s", number_words(arena, finding->setting, finding->value));
		if (finding->severity == LIMITS_WARNING && finding->required != LIMITS_UNKNOWN)
			text_addf(&words, ", needed %s", number_words(arena, finding->setting, finding->required));
		text_add(&words, ": ");
	}
	text_add(&words, finding->text);
	copy = arena_text(arena, text_get(&words));
	text_free(&words);
	return copy;
}
