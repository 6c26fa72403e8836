/*
 * reading: asks a server for everything that its settings are read from.
 *
 * The questions are a table; those that a server has no way or no role for are
 * left out, with the reason as a gap.  They run side by side, as many as hosts
 * lets.  Fails by gaps of the state.  Loop thread of hosts.
 */
#include "settings/backend_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { DEADLINE_MS = 20000 };

/* What is asked of whom. */
static const struct question {
	const char *command;
	unsigned roles;                    /* enum host_role; 0: of all */
} questions[] = {
	{ "lines", 0 },
	{ "postconf-set", HOST_TRANSPORT },
	{ "postconf-defaults", HOST_TRANSPORT },
	{ "dovecot-values", HOST_MAILBOX },
	{ "dovecot-version", HOST_MAILBOX },
	{ "dovecot-defaults", HOST_MAILBOX },
	{ "dovecot-lines", HOST_MAILBOX },
	/* Which tables there are is known only after the others. */
	{ "table-lines", HOST_TRANSPORT },
	{ "guardian-logins", HOST_TRANSPORT },
};
#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))
enum { TABLES = QUESTIONS - 2, LOGINS = QUESTIONS - 1 };

struct settings_reading {
	struct hosts *hosts;
	size_t host;
	struct settings_state *state;
	struct host_call *calls[QUESTIONS];
	size_t open;
	bool second;                       /* the tables were asked for */
	bool tables_only;                  /* and nothing but them is wanted, without those that hold logins */
	bool silent;
	void (*done)(void *context, struct settings_state *state);
	void *context;
};
/* Which question an answer belongs to; heap, freed with the answer. */
struct asked_one { struct settings_reading *reading; size_t question; };

static void ask_tables(struct settings_reading *reading);

static void finish(struct settings_reading *reading)
{
	if (--reading->open > 0)
		return;
	if (!reading->silent && !reading->second) {
		reading->second = true;
		reading->open = 1;
		ask_tables(reading);
		finish(reading);
		return;
	}
	if (reading->silent) {
		settings_state_free(reading->state);
	} else {
		settings_state_end(reading->state);
		reading->done(reading->context, reading->state);
	}
	free(reading);
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct asked_one *one = context;
	struct settings_reading *reading = one->reading;

	reading->calls[one->question] = NULL;
	if (!reading->silent)
		settings_state_take(reading->state, questions[one->question].command, answer);
	free(one);
	finish(reading);
}

/* --- holes ------------------------------------------------------------------------------------------ */

struct names { struct arena *arena; const char **list; size_t count, capacity; };

static void add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->list[i], name))
			return;
	names->list = arena_grow(names->arena, names->list, &names->capacity, names->count + 1, sizeof(*names->list));
	names->list[names->count++] = name;
}

static void dovecot_names(struct names *names, const char *const *own)
{
	const struct setting *setting;
	size_t at = 0;

	while ((setting = setting_next(&at))) {
		if (setting->dovecot)
			add_name(names, setting->dovecot);
		if (setting->dovecot24 && strcmp(setting->dovecot24, "="))
			add_name(names, setting->dovecot24);
	}
	for (size_t i = 0; own && own[i]; i++)
		add_name(names, own[i]);
}

static void paths(struct names *names, const struct settings_state *state)
{
	if (state->settings->roles & HOST_TRANSPORT) {
		add_name(names, state->main_path);
		add_name(names, state->master_path);
	}
	if (state->settings->flavour != FLAVOUR_UCS)
		return;
	if (state->settings->roles & HOST_TRANSPORT)
		add_name(names, state->local_path);
	for (size_t i = 0; i < LAYERS; i++)
		add_name(names, arena_format(names->arena, "%s/%s", state->ucr_directory, layer_files[i]));
}

static void holes_of(struct settings_reading *reading, const struct question *question, const char *const *own, struct names *names)
{
	const struct settings_state *state = reading->state;
	const char *slash = strrchr(state->dovecot_conf, '/');

	if (!strcmp(question->command, "lines"))
		paths(names, state);
	else if (!strcmp(question->command, "dovecot-lines"))
		add_name(names, arena_format(names->arena, "%.*s", slash ? (int)(slash - state->dovecot_conf) : 1, slash ? state->dovecot_conf : "."));
	else if (!strcmp(question->command, "dovecot-values") || !strcmp(question->command, "dovecot-defaults"))
		dovecot_names(names, own);
}

static void run(struct settings_reading *reading, size_t place, const char *const *holes, size_t count)
{
	struct asked_one *one = memory_new(sizeof(*one));

	*one = (struct asked_one){ reading, place };
	reading->open++;
	reading->calls[place] = host_run(reading->hosts, reading->host, &(struct host_request){ .command = questions[place].command, .holes = holes,
		.hole_count = count, .deadline = DEADLINE_MS, .done = on_done, .context = one });
}

static void ask(struct settings_reading *reading, size_t place, const char *const *own)
{
	const struct question *question = &questions[place];
	struct names names = { .arena = reading->state->arena };

	if ((question->roles && !(reading->state->settings->roles & question->roles)) || (reading->tables_only && question->roles == HOST_MAILBOX))
		return;
	holes_of(reading, question, own, &names);
	if (!strcmp(question->command, "lines") && names.count == 0)
		return;
	/* Where there is no way to the one there is none to the others of its kind: told once, by the first. */
	if (place > 0 && question->roles == questions[place - 1].roles && host_way(reading->hosts, reading->host, question->command, NULL) == WAY_NONE)
		return;
	run(reading, place, names.list, names.count);
}

/* Files with logins one by one, since only root may read them and sudo knows one path. */
static void ask_tables(struct settings_reading *reading)
{
	const char *const *paths = settings_state_tables(reading->state, false), *const *logins = settings_state_tables(reading->state, true);
	size_t count = 0;

	while (paths[count])
		count++;
	if (count > 0)
		run(reading, TABLES, paths, count);
	if (logins[0] && !reading->tables_only)
		run(reading, LOGINS, logins, 1);
}

static struct settings_reading *begin(struct hosts *hosts, size_t host, const char *const *own, bool tables_only,
		void (*done)(void *context, struct settings_state *state), void *context)
{
	struct settings_reading *reading = memory_new(sizeof(*reading));

	reading->tables_only = tables_only;
	reading->hosts = hosts;
	reading->host = host;
	reading->state = settings_state_new(host_at(hosts, host), clock_now());
	reading->done = done;
	reading->context = context;
	for (size_t i = 0; i < TABLES; i++)
		ask(reading, i, own);
	return reading;
}

struct settings_reading *settings_read(struct hosts *hosts, size_t host, const char *const *own, void (*done)(void *context, struct settings_state *state),
		void *context)
{
	return begin(hosts, host, own, false, done, context);
}

struct settings_reading *settings_read_tables(struct hosts *hosts, size_t host, void (*done)(void *context, struct settings_state *state), void *context)
{
	return begin(hosts, host, NULL, true, done, context);
}

void settings_read_cancel(struct settings_reading *reading)
{
	reading->silent = true;
	for (size_t i = 0; i < QUESTIONS; i++)
		if (reading->calls[i])
			host_cancel(reading->calls[i]);
}
