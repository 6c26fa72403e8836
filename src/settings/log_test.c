/*
 * log_test: a line of each level in Dovecot's logs, and where they arrived.
 *
 * doveadm log test writes what it was asked to write and tells nothing; where
 * the lines arrived doveadm log find says, which writes such lines itself where
 * a log goes to syslog.  Nothing takes the lines out again.  Gate's thread.
 */
#include <string.h>

#include "settings/facts.h"
#include "settings/store_private.h"

enum { LOG_MS = 20000 };

struct change *settings_log_test(const char *server)
{
	static const char says[] = "!doveadm log test writes five lines to Dovecot's logs, an error and a fatal one among them: whatever watches them may "
		"raise an alarm";
	struct change *change = change_new(VERB_EDIT, &kind_setting, server);
	struct value value = { .bytes = says, .length = sizeof(says) - 1 };

	change_edit_text(change, kind_field(&kind_setting, "log_test"), EDIT_SET, "one line of each level");
	change_edit(change, kind_field(&kind_setting, "say"), EDIT_ADD, &value, 1);
	return change;
}

static bool run(struct hosts *hosts, struct loop *loop, size_t host, const char *command, const volatile bool *give_up, struct arena *arena,
		const struct host_answer **answer, struct error *error)
{
	struct host_request request = { .command = command, .deadline = LOG_MS };

	*answer = host_run_here(hosts, loop, host, &request, give_up, arena);
	return host_answer_good(host_at(hosts, host), command, *answer, error);
}

enum outcome log_test_now(struct hosts *hosts, struct loop *loop, size_t host, const volatile bool *give_up, struct arena *arena, struct operation *inverse,
		struct error *error)
{
	struct setting_facts facts = setting_facts_none();
	struct setting_lines lines = { .arena = arena };
	const struct host_answer *answer;
	const char *told = NULL;

	if (!run(hosts, loop, host, "log-test", give_up, arena, &answer, error))
		return answer->error.kind == ERROR_TIMEOUT || answer->error.kind == ERROR_CANCELLED || answer->error.kind == ERROR_UNKNOWN_OUTCOME ? OUTCOME_UNKNOWN : OUTCOME_NOT_APPLIED;
	*inverse = (struct operation){ .verb = OPERATION_MODIFY };
	if (run(hosts, loop, host, "log-find", give_up, arena, &answer, error)) {
		facts_take_log_files(arena, &facts, answer->output);
		lines_log(&lines, &facts);
	}
	error_clear(error);
	for (size_t i = 0; i < lines.count; i++)
		told = arena_format(arena, "%s%s%s", told ? told : "", told ? "; " : "they arrived in ", lines.lines[i].text);
	inverse->told = told ? told : "where they arrived doveadm log find did not tell";
	return OUTCOME_APPLIED;
}
