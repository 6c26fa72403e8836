/*
 * plan_change: a plan as the change that the gate takes and the guardian does.
 *
 * Pure; any thread.
 */
#include <string.h>

#include "settings/backend.h"
#include "settings/settings.h"

enum { HERE_S = 120, FAR_S = 300 };

static const char *config_of(const struct setting_plan *plan, const struct host_settings *server)
{
	if (!plan->service)
		return NULL;
	return plan->service[0] == 'd' ? server->dovecot_config : server->postfix_config;
}

struct change *settings_plan_change(const struct setting_plan *plan, const struct host_settings *server, unsigned confirm_s)
{
	struct arena *arena = arena_new();
	struct settings_shown *shown = arena_alloc(arena, (plan->shown_count + 1) * sizeof(*shown));
	struct guarded_variable *variables;
	struct guarded_change what = {
		.sentence = plan->sentence, .files = plan->files, .file_count = plan->file_count, .service = plan->service ? plan->service : "none",
		.config = config_of(plan, server), .confirm_s = confirm_s ? confirm_s : server->exec ? HERE_S : FAR_S, .commits = plan->commits, .maps = plan->maps, .entries = plan->entries, .entry_count = plan->entry_count, .secret = plan->secret,
		.ucr = server->ucr, .ucr_directory = server->ucr_directory, .at_once = !plan->timer, .own = plan->own,
		.restarts = (plan->follow & FOLLOW_POSTFIX_STOP) != 0,
	};
	struct change *change;
	size_t count = 0;

	while (plan->variables && plan->variables[2 * count])
		count++;
	variables = arena_alloc(arena, (count + 1) * sizeof(*variables));
	for (size_t i = 0; i < count; i++)
		variables[i] = (struct guarded_variable){ .name = plan->variables[2 * i], .value = plan->variables[2 * i + 1], .seen = plan->variables_before[2 * i + 1] };
	what.variables = variables;
	what.variable_count = count;
	for (size_t i = 0; i < plan->shown_count; i++)
		shown[i] = (struct settings_shown){ .name = plan->shown[i].name, .before = plan->shown[i].before, .after = plan->shown[i].after,
			.wanted = plan->shown[i].wanted, .runs_before = plan->shown[i].runs_before, .runs_after = plan->shown[i].runs_after };
	change = settings_change(&kind_setting, server->name, &what, shown, plan->shown_count);
	for (size_t i = 0; i < plan->say_count; i++) {
		struct value value = { .bytes = arena_format(arena, "%s%s", plan->says[i].weight == SETTING_WARNING ? "!" : "", plan->says[i].text) };

		value.length = strlen(value.bytes);
		change_edit(change, kind_field(&kind_setting, "say"), EDIT_ADD, &value, 1);
	}
	for (const struct setting_follow_row *row = setting_follows; row->bit; row++) {
		struct value value = { .bytes = row->service, .length = row->service ? strlen(row->service) : 0 };

		if (plan->follow & row->bit && row->service)
			change_edit(change, kind_field(&kind_setting, "then"), EDIT_ADD, &value, 1);
	}
	arena_free(arena);
	return change;
}
