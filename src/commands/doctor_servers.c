/*
 * doctor_servers: one small question to Dovecot, Postfix and the machine of
 * each mail server, all at once, and a line for each answer.
 *
 * Only questions that change nothing.  A server that does not answer is what
 * the doctor is for, so it fails nothing here.  Loop thread.
 */
#include "commands/doctor_servers.h"

#include <string.h>

#include "hosts/hosts.h"

static const struct question {
	const char *words;                 /* what is asked */
	unsigned role;                     /* asked where the server has it; 0: always */
	const char *command, *hole;
} questions[] = {
	{ "Dovecot", HOST_MAILBOX, "service-status", NULL },
	{ "Postfix", HOST_TRANSPORT, "postconf", "mail_version" },
	{ "its queue", HOST_TRANSPORT, "queue", NULL },
	{ "the machine", 0, "load", NULL },
};
#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

struct round;
struct result {
	struct round *round;
	const struct host_settings *settings;
	const struct question *question;
	enum host_way way;
	int severity;
	const char *sentence;              /* NULL: not asked */
};
struct round {
	struct headless *headless;
	struct arena *arena;
	size_t left;
};

static const char *way_words(enum host_way way)
{
	static const char *const words[] = { [WAY_NONE] = "nowhere", [WAY_EXEC] = "here", [WAY_SSH] = "over ssh", [WAY_HTTP] = "over its API" };

	return words[way];
}

static void on_answer(void *context, const struct host_answer *answer)
{
	struct result *result = context;
	struct round *round = result->round;
	struct error error = { 0 };

	if (host_answer_good(result->settings, result->question->command, answer, &error)) {
		result->severity = FINDING_OK;
		result->sentence = arena_format(round->arena, "%s answers %s, in %u ms", result->question->words, way_words(result->way),
			answer->took_ms);
	} else {
		result->severity = FINDING_ERROR;
		result->sentence = arena_text(round->arena, error.text);
	}
	if (--round->left == 0)
		round->headless->done = true;
}

/* Of a queue only that it can be read counts. */
static void drop_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	(void)context;
	(void)form;
	(void)bytes;
	(void)length;
}

static void ask(struct round *round, struct hosts *hosts, size_t host, struct result *result)
{
	const struct question *question = result->question;
	struct host_request request = {
		.command = question->command, .holes = &question->hole, .hole_count = question->hole ? 1 : 0,
		.piece = strcmp(question->command, "queue") ? NULL : drop_piece, .done = on_answer, .context = result,
	};
	struct error error = { 0 };

	if (question->role && !(result->settings->roles & question->role))
		return;
	result->round = round;
	result->way = host_way(hosts, host, question->command, &error);
	if (result->way == WAY_NONE) {
		result->severity = FINDING_NOTE;
		result->sentence = arena_text(round->arena, error.text);
		return;
	}
	round->left++;
	host_run(hosts, host, &request);
}

void doctor_servers(struct headless *headless, struct arena *arena,
		void (*say)(void *context, int severity, const char *subject, const char *sentence), void *context)
{
	struct hosts *hosts = headless->engine->hosts;
	size_t count = hosts_count(hosts), i;
	struct result *results = arena_alloc(arena, count * QUESTIONS * sizeof(*results));
	struct round round = { .headless = headless, .arena = arena };

	if (count == 0)
		say(context, FINDING_NOTE, "mail servers", "none is configured, and neither Dovecot nor Postfix runs on this machine; "
			"name them in sections server of postroom.conf");
	for (i = 0; i < count * QUESTIONS; i++) {
		results[i].settings = host_at(hosts, i / QUESTIONS);
		results[i].question = &questions[i % QUESTIONS];
		ask(&round, hosts, i / QUESTIONS, &results[i]);
	}
	if (round.left)
		headless_wait(headless);
	for (i = 0; i < count * QUESTIONS; i++)
		if (results[i].sentence)
			say(context, results[i].severity, results[i].settings->name, results[i].sentence);
}
