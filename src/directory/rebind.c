/*
 * rebind: is this somebody's password? One login on a connection and a thread
 * of its own, for the lock of an idle screen.
 *
 * The connection's deadlines hold; the secret lies in the pages of a password
 * and is wiped with it.  An empty one never reaches a server, since that would
 * be an anonymous login that succeeds.  Loop thread, except rebind_run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/directory_private.h"

enum { REFUSED = 49 };

struct rebind {
	struct directory *directory;
	struct connection_settings settings;
	struct password *password;
	struct connection *connection;
	char *dn;
	bool forgotten;
	bool same;
	struct error error;
	void (*done)(void *context, enum directory_rebound how, const struct error *error);
	void *context;
};

static void rebind_run(struct job *job, void *context)
{
	struct rebind *rebind = context;

	(void)job;
	rebind->same = connection_ready(rebind->connection, &rebind->error);
	connection_close(rebind->connection);
}

static void rebind_done(void *context, bool cancelled)
{
	struct rebind *rebind = context;
	enum directory_rebound how = rebind->same ? REBOUND_SAME : rebind->error.code == REFUSED ? REBOUND_WRONG : REBOUND_UNKNOWN;

	rebind->directory->rebind = NULL;
	if (!rebind->forgotten && !cancelled)
		rebind->done(rebind->context, how, &rebind->error);
	connection_free(rebind->connection);
	password_free(rebind->password);
	free(rebind->dn);
	free(rebind);
}

/* Loop thread, any time while it runs. */
static void rebind_interrupt(void *context)
{
	connection_interrupt(((struct rebind *)context)->connection);
}

bool directory_rebind(struct directory *directory, const char *dn, char *wiped,
		void (*done)(void *context, enum directory_rebound how, const struct error *error), void *context)
{
	static const struct job_class class = { .name = "login to unlock", .run = rebind_run, .done = rebind_done, .interrupt = rebind_interrupt };
	struct rebind *rebind;

	if (directory->rebind != NULL || directory->closing || wiped[0] == '\0') {
		memory_wipe(wiped, strlen(wiped));
		return false;
	}
	rebind = memory_new(sizeof *rebind);
	rebind->directory = directory;
	rebind->settings = directory->connecting;
	rebind->dn = memory_text(dn);
	rebind->password = password_new(NULL, wiped);
	rebind->settings.bind = DIRECTORY_BIND_SIMPLE;
	rebind->settings.bind_dn = rebind->dn;
	rebind->settings.password = rebind->password;
	rebind->connection = connection_new(directory->watchdog, &rebind->settings, false);
	rebind->done = done;
	rebind->context = context;
	directory->rebind = rebind;
	if (directory->rebinder == NULL)
		directory->rebinder = worker_new(directory->loop, "directory unlock");
	worker_post(directory->rebinder, &class, rebind, 0);
	return true;
}

void directory_rebind_forget(struct directory *directory)
{
	if (directory->rebind == NULL)
		return;
	directory->rebind->forgotten = true;
	connection_interrupt(directory->rebind->connection);
}
