/*
 * restart: a service that is ended and started again, where that is ours to do.
 *
 * Asked before anybody reads a review, and again before it is done: is there
 * systemd, does it know the service, would it start again with the files that
 * lie there.  Fails by saying what a person can type on the server instead.
 * Gate's thread.
 */
#include <string.h>

#include "settings/store_private.h"

enum { ASK_MS = 20000, RESTART_MS = 120000 };

static bool run(const struct restarting *restarting, const char *command, const char *unit, unsigned deadline, const struct host_answer **answer,
		struct error *error)
{
	struct host_request request = { .command = command, .holes = &unit, .hole_count = unit ? 1 : 0, .deadline = deadline };

	*answer = host_run_here(restarting->hosts, restarting->loop, restarting->host, &request, restarting->give_up, restarting->arena);
	if ((*answer)->error.kind == ERROR_NONE)
		return true;
	*error = (*answer)->error;
	return false;
}

static const char *server_of(const struct restarting *restarting)
{
	return host_at(restarting->hosts, restarting->host)->name;
}

/* "LoadState=loaded" and "ActiveState=active", in any order. */
static bool says(const struct host_answer *answer, const char *line)
{
	const char *at = strstr(answer->output, line);

	return at && (at == answer->output || at[-1] == '\n') && (at[strlen(line)] == '\n' || !at[strlen(line)]);
}

/* With a mistake in its files a service that ended does not come back. */
static bool would_start(const struct restarting *restarting, struct error *error)
{
	const char *service = restarting->row->service;
	const char *command = !strcmp(service, "dovecot") ? "configuration" : !strcmp(service, "postfix") ? "postconf-set" : NULL;
	const struct host_answer *answer;

	if (!command)
		return true;
	if (!run(restarting, command, NULL, ASK_MS, &answer, error))
		return false;
	return answer->status == 0 || error_set(error, ERROR_REFUSED, "%s: %s would not start again with the files that lie there: %.300s", server_of(restarting),
		service, answer->complaint);
}

bool restart_possible(const struct restarting *restarting, struct error *error)
{
	const struct setting_follow_row *row = restarting->row;
	const struct host_answer *answer;

	if (!row->unit)
		return host_way(restarting->hosts, restarting->host, "system-build", error) != WAY_NONE;
	if (host_way(restarting->hosts, restarting->host, "service-restart", error) == WAY_NONE)
		return error_prefix(error, "postroom cannot do it there; type on that server: %s", row->command);
	if (!run(restarting, "systemd", NULL, ASK_MS, &answer, error))
		return false;
	if (answer->status != 0)
		return error_set(error, ERROR_UNSUPPORTED, "%s: no systemd runs the services there, so postroom does not restart them; do there what this does "
			"elsewhere: %s", server_of(restarting), row->command);
	if (!run(restarting, "service-state", row->unit, ASK_MS, &answer, error))
		return false;
	if (!says(answer, "LoadState=loaded"))
		return error_set(error, ERROR_NOT_FOUND, "%s: systemd knows no service %s there", server_of(restarting), row->unit);
	return would_start(restarting, error);
}

enum outcome restart_now(const struct restarting *restarting, struct error *error)
{
	const struct setting_follow_row *row = restarting->row;
	const struct host_answer *answer;

	if (!restart_possible(restarting, error))
		return OUTCOME_NOT_APPLIED;
	if (!run(restarting, row->unit ? "service-restart" : "system-build", row->unit, RESTART_MS, &answer, error))
		return error->kind == ERROR_TIMEOUT || error->kind == ERROR_CANCELLED || error->kind == ERROR_UNKNOWN_OUTCOME ? OUTCOME_UNKNOWN : OUTCOME_NOT_APPLIED;
	if (answer->status != 0) {
		error_set(error, ERROR_REFUSED, "%s: %s failed (exit status %d): %.300s", server_of(restarting), row->command, answer->status, answer->complaint);
		return OUTCOME_NOT_APPLIED;
	}
	if (!row->unit)
		return OUTCOME_APPLIED;
	if (!run(restarting, "service-state", row->unit, ASK_MS, &answer, error))
		return OUTCOME_UNKNOWN;
	if (says(answer, "ActiveState=active"))
		return OUTCOME_APPLIED;
	error_set(error, ERROR_REFUSED, "%s: %s does not run after its restart; look there at once: systemctl status %s", server_of(restarting), row->service,
		row->unit);
	return OUTCOME_NOT_APPLIED;
}

/* A service under way is waited for; else there is an end, and a second restart is what a person can do. */
enum outcome restart_look(const struct restarting *restarting, struct error *error)
{
	const struct setting_follow_row *row = restarting->row;
	const struct host_answer *answer;

	if (!row->unit) {
		error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: whether %s came to its end was not seen and does not show afterwards; do it again",
			server_of(restarting), row->command);
		return OUTCOME_NOT_APPLIED;
	}
	if (!run(restarting, "service-state", row->unit, ASK_MS, &answer, error))
		return OUTCOME_UNKNOWN;
	if (says(answer, "ActiveState=activating") || says(answer, "ActiveState=deactivating") || says(answer, "ActiveState=reloading")) {
		error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: %s is starting or ending still", server_of(restarting), row->service);
		return OUTCOME_UNKNOWN;
	}
	if (says(answer, "ActiveState=active"))
		error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: %s runs; whether it was restarted was not seen. Restart it again to be sure", server_of(restarting),
			row->service);
	else
		error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: %s does not run now; look there at once: systemctl status %s", server_of(restarting), row->service,
			row->unit);
	return OUTCOME_NOT_APPLIED;
}
