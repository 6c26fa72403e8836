/*
 * configuration: the source of what doveconf says runs: limits of services, how
 * many connections one person may have from one address, the version.
 *
 * `doveconf -S` gives the services and the value outside protocol blocks; imap
 * and pop3 may have their own, so each is asked, and the version.  Without the
 * first there is no snapshot; what the others cannot say is left as not known.
 * The doveadm API has none of this.  Loop thread.
 */
#include "live/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live/source.h"
#include "live/table_ask.h"

enum step { STEP_SERVICES, STEP_USERIP, STEP_USERIP_POP3, STEP_VERSION, STEPS };
static const char *const commands[STEPS] = { "configuration", "userip", "userip-pop3", "dovecot-version" };

struct configuration_asking {
	struct live *live;
	size_t host;
	enum step step;
	struct configuration_reader *reader;
	struct configuration *made;
	struct host_call *call;
	asked *done;
	void *context;
	bool silent;                       /* cancelled; goes with the end of its call */
};

static void run_step(struct configuration_asking *asking);

static void free_asking(struct configuration_asking *asking)
{
	configuration_reader_free(asking->reader);
	if (asking->made)
		arena_free(asking->made->arena);
	free(asking);
}

static void finish(struct configuration_asking *asking, const struct error *error)
{
	struct configuration *made = asking->made;

	asking->made = NULL;
	asking->done(asking->context, made, error);
	free_asking(asking);
}

/* The first word of an answer. */
static void first_word(const struct host_answer *answer, char *out, size_t size)
{
	size_t length = strcspn(answer->output, " \t\r\n");

	snprintf(out, size, "%.*s", length < size ? (int)length : 0, answer->output);
}

static void take_value(struct configuration_asking *asking, const struct host_answer *answer)
{
	struct configuration *made = asking->made;
	char word[64];
	struct table_cell cell = { word, 0 };
	uint64_t number;

	if (answer->error.kind || answer->status)
		return;
	first_word(answer, word, sizeof(word));
	cell.length = strlen(word);
	if (asking->step == STEP_VERSION)
		made->version = arena_text(made->arena, word);
	else if (table_reader_number(&cell, UINT32_MAX, &number))
		*(asking->step == STEP_USERIP ? &made->userip : &made->userip_pop3) = number;
}

static bool take_services(struct configuration_asking *asking, const struct host_answer *answer, struct error *error)
{
	const struct host_settings *server = host_at(live_hosts(asking->live), asking->host);

	if (!host_answer_good(server, commands[STEP_SERVICES], answer, error))
		return false;
	asking->made = configuration_reader_end(asking->reader);
	return asking->made || error_set(error, ERROR_INVALID, "%s: doveconf named no service, so this is not what it answers; "
		"try doveconf -S there", server->name);
}

static void on_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	struct configuration_asking *asking = context;

	(void)form;
	configuration_reader_take(asking->reader, bytes, length);
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct configuration_asking *asking = context;
	struct error error = { 0 };

	asking->call = NULL;
	if (asking->silent) {
		free_asking(asking);
		return;
	}
	if (asking->step != STEP_SERVICES) {
		take_value(asking, answer);
	} else if (!take_services(asking, answer, &error)) {
		finish(asking, &error);
		return;
	}
	asking->step++;
	run_step(asking);
}

static void run_step(struct configuration_asking *asking)
{
	struct hosts *hosts = live_hosts(asking->live);
	struct host_request request = { .done = on_done, .context = asking };
	struct error none = { 0 };

	while (asking->step < STEPS && asking->step && host_way(hosts, asking->host, commands[asking->step], NULL) == WAY_NONE)
		asking->step++;
	if (asking->step == STEPS) {
		finish(asking, &none);
		return;
	}
	request.command = commands[asking->step];
	request.piece = asking->step == STEP_SERVICES ? on_piece : NULL;
	asking->call = host_run(hosts, asking->host, &request);
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	struct configuration_asking *asking = memory_new(sizeof(*asking));

	asking->live = live;
	asking->host = host;
	asking->reader = configuration_reader_new();
	asking->done = done;
	asking->context = context;
	run_step(asking);
	return (struct asking *)asking;
}

static void cancel(struct asking *opaque)
{
	struct configuration_asking *asking = (struct configuration_asking *)opaque;

	asking->silent = true;
	host_cancel(asking->call);
}

static bool applies(struct live *live, size_t host, const char **reason)
{
	return mailbox_way(live, host, commands[STEP_SERVICES], reason);
}

static void free_configuration(void *snapshot)
{
	arena_free(((struct configuration *)snapshot)->arena);
}

const struct source source_configuration = {
	.number = LIVE_CONFIGURATION, .name = "configuration", .words = "configuration of Dovecot", .interval_ms = 300000, .least_ms = 10000,
	.applies = applies, .ask = ask, .cancel = cancel, .free = free_configuration,
};
