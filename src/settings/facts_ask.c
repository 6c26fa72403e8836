/*
 * facts_ask: the questions of facts_ask.h as a table, and what each answer gives.
 *
 * A step is left out where its fact is not needed, where it is known by an
 * earlier one, or where an earlier one found nothing to ask about.  Fails by
 * facts that stay unknown.  Loop thread of hosts.
 */
#include "settings/facts_ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { STEP_MS = 8000, ALL_MS = 20000, LOG_MOST = 6 * 1024 * 1024, TABLES = 3 };

struct facts_asking {
	struct hosts *hosts;
	size_t host, step;
	unsigned needs;
	uint64_t began;                    /* monotonic ms */
	struct arena *arena;
	struct setting_facts *facts;
	struct host_call *call;
	struct loop_timer *start;          /* NULL: it has begun */
	const char *holes[2];
	const char *queue, *log, *processes, *tables[TABLES];
	long master;
	bool syslog;
	void (*done)(void *context, const struct setting_facts *facts);
	void *context;
};

static bool is_known(const struct facts_asking *asking, enum setting_fact fact)
{
	return (asking->facts->known & FACT(fact)) != 0;
}

/* The first line, or NULL. */
static const char *line_of(struct facts_asking *asking, const struct host_answer *answer)
{
	size_t length = strcspn(answer->output, "\n");

	return length ? arena_bytes(asking->arena, answer->output, length) : NULL;
}

/* --- memory of processes ------------------------------------------------------------------------------ */

static void take_queue(struct facts_asking *asking, const struct host_answer *answer)
{
	asking->queue = line_of(asking, answer);
}

static bool hole_pid(struct facts_asking *asking, struct host_request *request)
{
	asking->holes[0] = asking->queue && *asking->queue == '/' ? arena_format(asking->arena, "%s/pid/master.pid", asking->queue) : NULL;
	request->holes = asking->holes;
	request->hole_count = 1;
	return asking->holes[0] != NULL;
}

static void take_pid(struct facts_asking *asking, const struct host_answer *answer)
{
	asking->master = strtol(answer->output, NULL, 10);
}

static void take_processes(struct facts_asking *asking, const struct host_answer *answer)
{
	asking->processes = arena_bytes(asking->arena, answer->output, answer->length);
	facts_take_processes(asking->arena, asking->facts, asking->processes, asking->master);
	if (!is_known(asking, FACT_PROCESSES))
		asking->facts->why[FACT_PROCESSES] = "no process of Postfix runs there";
}

static bool hole_memory(struct facts_asking *asking, struct host_request *request)
{
	const char *const *paths = is_known(asking, FACT_PROCESSES) ? facts_memory_paths(asking->arena, asking->processes, asking->master) : NULL;

	request->holes = paths;
	while (paths && paths[request->hole_count])
		request->hole_count++;
	return request->hole_count > 0;
}

static void take_own(struct facts_asking *asking, const struct host_answer *answer)
{
	facts_take_own(asking->arena, asking->facts, asking->processes, arena_bytes(asking->arena, answer->output, answer->length), asking->master);
}

static bool only_processes(struct facts_asking *asking, struct host_request *request)
{
	(void)request;
	return is_known(asking, FACT_PROCESSES);
}

static void take_memory(struct facts_asking *asking, const struct host_answer *answer)
{
	facts_take_memory(asking->facts, answer->output);
}

/* --- greetings ------------------------------------------------------------------------------------------ */

static bool hole_queue(struct facts_asking *asking, struct host_request *request)
{
	asking->holes[0] = "queue_directory";
	request->holes = asking->holes;
	request->hole_count = 1;
	return true;
}

static bool hole_maillog(struct facts_asking *asking, struct host_request *request)
{
	asking->holes[0] = "maillog_file";
	request->holes = asking->holes;
	request->hole_count = 1;
	return true;
}

static void take_log_path(struct facts_asking *asking, const struct host_answer *answer)
{
	asking->log = line_of(asking, answer);
}

static bool hole_log(struct facts_asking *asking, struct host_request *request)
{
	asking->holes[0] = asking->log && *asking->log == '/' ? asking->log : "/var/log/mail.log";
	request->holes = asking->holes;
	request->hole_count = 1;
	request->most = LOG_MOST;
	return true;
}

static void take_mail_log(struct facts_asking *asking, const struct host_answer *answer)
{
	facts_take_mail_log(asking->arena, asking->facts, answer->output, answer->length);
}

static bool only_without_log(struct facts_asking *asking, struct host_request *request)
{
	request->most = LOG_MOST;
	return !is_known(asking, FACT_HELO) && !(asking->log && *asking->log == '/');
}

/* --- Dovecot ---------------------------------------------------------------------------------------------- */

static void take_metrics(struct facts_asking *asking, const struct host_answer *answer)
{
	if (!facts_take_metrics(asking->arena, asking->facts, answer->output))
		asking->facts->why[FACT_CACHE] = "no metric of Dovecot's statistics tells it (metric auth_passdb { filter = event=auth_passdb_request_finished "
			"group_by = cache }), and kill -USR2 of the process dovecot/auth, which writes it to the log, was not sent lately";
}

static bool hole_paths(struct facts_asking *asking, struct host_request *request)
{
	static const char *const names[] = { "log_path", "info_log_path", "debug_log_path" };

	request->holes = names;
	request->hole_count = 3;
	return !is_known(asking, FACT_CACHE) || asking->needs & FACT(FACT_LOG);
}

static void take_paths(struct facts_asking *asking, const struct host_answer *answer)
{
	asking->syslog = strstr(answer->output, "=syslog") != NULL;
	if (asking->syslog)
		asking->facts->why[FACT_LOG] = "they go to syslog, and where that puts them Dovecot finds only by a line of each level that it writes; "
			"writing test lines does both";
}

static bool only_files(struct facts_asking *asking, struct host_request *request)
{
	(void)request;
	return !asking->syslog && (!is_known(asking, FACT_CACHE) || asking->needs & FACT(FACT_LOG));
}

static void take_log_files(struct facts_asking *asking, const struct host_answer *answer)
{
	facts_take_log_files(asking->arena, asking->facts, answer->output);
	if (!is_known(asking, FACT_LOG))
		asking->facts->why[FACT_LOG] = "doveadm log find named no file";
}

static bool hole_info(struct facts_asking *asking, struct host_request *request)
{
	for (size_t i = 0; i < asking->facts->log_file_count; i++)
		if (!strcmp(asking->facts->log_files[i].level, "Info"))
			asking->holes[0] = asking->facts->log_files[i].path;
	request->holes = asking->holes;
	request->hole_count = 1;
	request->most = LOG_MOST;
	return asking->facts->log_file_count > 0 && asking->holes[0] && !is_known(asking, FACT_CACHE);
}

static void take_cache_log(struct facts_asking *asking, const struct host_answer *answer)
{
	facts_take_cache_log(asking->arena, asking->facts, answer->output, answer->length);
}

/* --- domains ------------------------------------------------------------------------------------------------- */

static bool hole_mailbox_domains(struct facts_asking *asking, struct host_request *request)
{
	asking->holes[0] = "virtual_mailbox_domains";
	request->holes = asking->holes;
	request->hole_count = 1;
	return is_known(asking, FACT_DOMAINS);
}

static void take_tables(struct facts_asking *asking, const struct host_answer *answer)
{
	const char *words = line_of(asking, answer);
	size_t count = 0;

	for (const char *at = words ? words : ""; *(at += strspn(at, ", \t")) && count < TABLES; at += strcspn(at, ", \t"))
		if (memchr(at, ':', strcspn(at, ", \t")))
			asking->tables[count++] = arena_bytes(asking->arena, at, strcspn(at, ", \t"));
}

static bool hole_table(struct facts_asking *asking, struct host_request *request, size_t which)
{
	struct text names = { 0 };

	if (!is_known(asking, FACT_DOMAINS) || !asking->tables[which] || !asking->facts->domains || !*asking->facts->domains)
		return false;
	for (const char *const *domain = asking->facts->domains; *domain; domain++)
		text_addf(&names, "%s\n", *domain);
	asking->holes[0] = asking->tables[which];
	request->holes = asking->holes;
	request->hole_count = 1;
	request->input = arena_bytes(asking->arena, text_get(&names), names.length);
	request->input_length = names.length;
	text_free(&names);
	return true;
}

static bool hole_first(struct facts_asking *asking, struct host_request *request)
{
	return hole_table(asking, request, 0);
}

static bool hole_second(struct facts_asking *asking, struct host_request *request)
{
	return hole_table(asking, request, 1);
}

static bool hole_third(struct facts_asking *asking, struct host_request *request)
{
	return hole_table(asking, request, 2);
}

/* "DOMAIN<tab>WORD" for each that it has. */
static void take_answered(struct facts_asking *asking, const struct host_answer *answer)
{
	const char *const *before = asking->facts->answered;
	const char **list = NULL;
	size_t count = 0, capacity = 0;

	list = arena_grow(asking->arena, list, &capacity, 1, sizeof(*list));
	for (; before && before[count]; count++) {
		list = arena_grow(asking->arena, list, &capacity, count + 2, sizeof(*list));
		list[count] = before[count];
	}
	for (const char *line = answer->output; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		list = arena_grow(asking->arena, list, &capacity, count + 2, sizeof(*list));
		list[count++] = arena_bytes(asking->arena, line, strcspn(line, "\t\n"));
	}
	list[count] = NULL;
	asking->facts->answered = list;
}

/* --- one after the other ---------------------------------------------------------------------------------------- */

static const struct step {
	unsigned facts;                    /* needed for one of these */
	enum setting_fact tells;           /* whose reason it is where it cannot be asked */
	bool matters;                      /* it is */
	const char *command;
	/* Fills the holes; false: there is nothing to ask. NULL: always, without. */
	bool (*hole)(struct facts_asking *asking, struct host_request *request);
	void (*take)(struct facts_asking *asking, const struct host_answer *answer);
	int good;                          /* exit status up to which it counts */
} steps[] = {
	{ FACT(FACT_PROCESSES), FACT_PROCESSES, false, "postconf", hole_queue, take_queue, 0 },
	{ FACT(FACT_PROCESSES), FACT_PROCESSES, false, "file", hole_pid, take_pid, 0 },
	{ FACT(FACT_PROCESSES), FACT_PROCESSES, true, "processes", NULL, take_processes, 0 },
	/* grep ends with 2 where one of the processes has gone meanwhile. */
	{ FACT(FACT_PROCESSES), FACT_PROCESSES, false, "process-memory", hole_memory, take_own, 2 },
	{ FACT(FACT_PROCESSES), FACT_PROCESSES, false, "memory", only_processes, take_memory, 0 },
	{ FACT(FACT_HELO), FACT_HELO, false, "postconf", hole_maillog, take_log_path, 0 },
	{ FACT(FACT_HELO), FACT_HELO, true, "mail-log", hole_log, take_mail_log, 0 },
	{ FACT(FACT_HELO), FACT_HELO, false, "mail-journal", only_without_log, take_mail_log, 0 },
	{ FACT(FACT_CACHE), FACT_CACHE, true, "stats-dump", NULL, take_metrics, 0 },
	{ FACT(FACT_CACHE) | FACT(FACT_LOG), FACT_LOG, true, "dovecot-values", hole_paths, take_paths, 0 },
	{ FACT(FACT_CACHE) | FACT(FACT_LOG), FACT_LOG, true, "log-find", only_files, take_log_files, 0 },
	{ FACT(FACT_CACHE), FACT_CACHE, false, "mail-log", hole_info, take_cache_log, 0 },
	{ FACT(FACT_DOMAINS), FACT_DOMAINS, false, "postconf", hole_mailbox_domains, take_tables, 0 },
	/* postmap ends with 1 where none of them is there. */
	{ FACT(FACT_DOMAINS), FACT_DOMAINS, false, "table-words", hole_first, take_answered, 1 },
	{ FACT(FACT_DOMAINS), FACT_DOMAINS, false, "table-words", hole_second, take_answered, 1 },
	{ FACT(FACT_DOMAINS), FACT_DOMAINS, false, "table-words", hole_third, take_answered, 1 },
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static void next_step(struct facts_asking *asking);

static void drop(struct facts_asking *asking)
{
	arena_free(asking->arena);
	free(asking);
}

/* What came whole enough to be read: a log that was cut tells as much as it has. */
static bool usable(struct facts_asking *asking, const struct step *step, const struct host_answer *answer, struct error *error)
{
	struct host_answer as = *answer;

	if (answer->error.kind == ERROR_NONE && answer->status <= step->good && (answer->status == 0 || !*answer->complaint))
		as.status = 0;
	as.cut = false;
	return host_answer_good(host_at(asking->hosts, asking->host), step->command, &as, error);
}

static void on_answer(void *context, const struct host_answer *answer)
{
	struct facts_asking *asking = context;
	const struct step *step = &steps[asking->step];
	struct error error = { 0 };

	asking->call = NULL;
	if (!asking->done) {
		drop(asking);
		return;
	}
	if (usable(asking, step, answer, &error))
		step->take(asking, answer);
	else if (step->matters && !is_known(asking, step->tells))
		asking->facts->why[step->tells] = arena_text(asking->arena, error.text);
	asking->step++;
	next_step(asking);
}

/* Is there something to ask, and a way and time for it? */
static bool begins(struct facts_asking *asking, const struct step *step, struct host_request *request)
{
	uint64_t spent = (uint64_t)clock_monotonic_ms() - asking->began;
	struct error error = { 0 };

	*request = (struct host_request){ .command = step->command, .done = on_answer, .context = asking, .deadline = STEP_MS };
	if (!(asking->needs & step->facts) || (step->hole && !step->hole(asking, request)))
		return false;
	if (spent >= ALL_MS)
		error_set(&error, ERROR_TIMEOUT, "%s did not tell it within %d s", host_at(asking->hosts, asking->host)->name, ALL_MS / 1000);
	else if (host_way(asking->hosts, asking->host, step->command, &error) != WAY_NONE)
		return true;
	if (step->matters && !is_known(asking, step->tells))
		asking->facts->why[step->tells] = arena_text(asking->arena, error.text);
	return false;
}

static void finish(struct facts_asking *asking)
{
	asking->done(asking->context, asking->facts);
	drop(asking);
}

static void next_step(struct facts_asking *asking)
{
	struct host_request request;

	while (asking->step < STEPS && !begins(asking, &steps[asking->step], &request))
		asking->step++;
	if (asking->step < STEPS)
		asking->call = host_run(asking->hosts, asking->host, &request);
	else
		finish(asking);
}

static void start(void *context)
{
	struct facts_asking *asking = context;

	loop_timer_stop(asking->start);
	asking->start = NULL;
	next_step(asking);
}

struct facts_asking *facts_ask(struct loop *loop, struct hosts *hosts, size_t host, unsigned needs, const struct setting_facts *begin,
		void (*done)(void *context, const struct setting_facts *facts), void *context)
{
	struct facts_asking *asking = memory_new(sizeof(*asking));
	const struct setting_facts none = setting_facts_none();

	*asking = (struct facts_asking){ .hosts = hosts, .host = host, .needs = needs, .began = (uint64_t)clock_monotonic_ms(), .done = done, .context = context };
	asking->arena = arena_new();
	asking->facts = setting_facts_copy(asking->arena, begin ? begin : &none);
	asking->start = loop_after(loop, 0, 0, start, asking);
	return asking;
}

void facts_ask_cancel(struct facts_asking *asking)
{
	if (!asking)
		return;
	asking->done = NULL;
	loop_timer_stop(asking->start);
	if (asking->call)
		host_cancel(asking->call);
	else
		drop(asking);
}
