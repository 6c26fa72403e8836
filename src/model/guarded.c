/*
 * guarded: the tables of limits and settings as they are changed.
 *
 * Two kinds with the same fields, so that the history tells which of the two
 * it was.  Source: terminal-and-safety 9.  Pure; any thread.
 */
#include "model/guarded.h"

#include <string.h>

#include "base/memory.h"
#include "model/change.h"

static const char *const services[] = { "dovecot", "postfix", "none", NULL };

#define GROUP "Guardian"
static const struct field guarded_fields[] = {
	{ .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED, .group = "Server",
	  .help = "The name of the server in postroom.conf." },
	{ .name = "value", .label = "Value", .type = FIELD_TEXT, .flags = FIELD_MANY, .group = "Server", .help = "A setting and what it is set to." },
	{ .name = "say", .label = "Note", .type = FIELD_TEXT, .flags = FIELD_MANY, .group = "Server",
	  .help = "What must be known before, as whoever planned it found: a line that begins with ! warns." },
	{ .name = "then", .label = "Then", .type = FIELD_TEXT, .flags = FIELD_MANY, .group = "Server",
	  .help = "A service without whose restart it does not count." },
	{ .name = "change", .label = "Change", .type = FIELD_TEXT, .group = GROUP,
	  .help = "Files with the bytes that they are to have, and what must run afterwards, as the guardian reads it." },
	{ .name = "id", .label = "Id", .type = FIELD_TEXT, .group = GROUP, .help = "By which the change is confirmed." },
	{ .name = "secret", .label = "Secret", .type = FIELD_FLAG, .group = GROUP, .help = "Whether the files hold secrets, which no journal may." },
	{ .name = "service", .label = "Service", .type = FIELD_CHOICE, .choices = services, .group = GROUP, .help = "Which service reads the files." },
	{ .name = "within", .label = "Confirm within", .type = FIELD_NUMBER, .least = 1, .most = 86400, .unit_name = "s", .group = GROUP,
	  .help = "Seconds after which the old files come back unless it was confirmed." },
	{ .name = "keep", .label = "Keep sessions", .type = FIELD_FLAG, .group = GROUP, .help = "Whether sessions must outlive the reload." },
	{ .name = "confirm", .label = "Confirm", .type = FIELD_TEXT, .group = "Orders", .help = "The change of this id stays." },
	{ .name = "rollback", .label = "Roll back", .type = FIELD_TEXT, .group = "Orders", .help = "The change of this id goes back now." },
	{ .name = "more", .label = "More time", .type = FIELD_TEXT, .group = "Orders", .help = "The change of this id waits so many seconds longer." },
	{ .name = "settle", .label = "Ended", .type = FIELD_TEXT, .group = "Orders", .help = "How the change of this id ended while nobody looked." },
	{ .name = "restart", .label = "Restart", .type = FIELD_TEXT, .group = "Orders", .help = "This service ends and starts again." },
	{ .name = "log_test", .label = "Test lines", .type = FIELD_TEXT, .group = "Orders", .help = "Dovecot writes these to its logs." },
	{ .name = NULL },
};

const char *guarded_set(const struct change *change, const char *field)
{
	for (size_t i = 0; i < change->edit_count; i++)
		if (change->edits[i].count > 0 && strcmp(change->edits[i].field->name, field) == 0)
			return change->edits[i].values[0].bytes;
	return NULL;
}

/* ": message-size, relay-host and 3 more": which settings, where the change names them; "" where it does not. */
static const char *names(struct arena *arena, const struct change *change)
{
	enum { NAMES = 2 };
	const char *words = "";

	for (size_t i = 0; change->kind == &kind_setting && i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];

		if (strcmp(edit->field->name, "value") != 0)
			continue;
		for (size_t j = 0; j < edit->count && j < NAMES; j++)
			words = arena_format(arena, "%s%s%.*s", words, j == 0 ? ": " : ", ", (int)strcspn(edit->values[j].bytes, " =\t"), edit->values[j].bytes);
		if (edit->count > NAMES)
			words = arena_format(arena, "%s and %zu more", words, edit->count - NAMES);
		break;
	}
	return words;
}

static char *sentence(struct arena *arena, const struct change *change)
{
	const char *noun = change->kind->noun;

	if (guarded_set(change, "confirm"))
		return arena_format(arena, "Confirm: the new %s of %s stay", noun, change->name);
	if (guarded_set(change, "rollback"))
		return arena_format(arena, "Roll back: the old %s of %s come back now", noun, change->name);
	if (guarded_set(change, "more"))
		return arena_format(arena, "More time to confirm the %s of %s", noun, change->name);
	if (guarded_set(change, "settle"))
		return arena_format(arena, "The former %s of %s came back by themselves", noun, change->name);
	if (guarded_set(change, "restart"))
		return arena_format(arena, "Restart %s on %s", guarded_set(change, "restart"), change->name);
	if (guarded_set(change, "log_test"))
		return arena_format(arena, "Write test lines to Dovecot's logs on %s", change->name);
	if (change->verb == VERB_UNDO)
		return arena_format(arena, "Put the former %s of %s back", noun, change->name);
	return arena_format(arena, "Change the %s of %s%s", noun, change->name, names(arena, change));
}

const struct kind kind_limits = {
	.name = "limits", .title = "Limits", .noun = "limits", .verbs = KIND_CAN_EDIT, .fields = guarded_fields, .name_field = "server",
	.sentence = sentence, .help = "How many connections a server takes.",
};
const struct kind kind_setting = {
	.name = "setting", .title = "Settings", .noun = "settings", .verbs = KIND_CAN_EDIT, .fields = guarded_fields, .name_field = "server",
	.sentence = sentence, .help = "What the services of a server are set to.",
};

bool kind_guarded(const struct kind *kind)
{
	return kind == &kind_limits || kind == &kind_setting;
}

const struct kind *guarded_kind(const char *name)
{
	return !strcmp(name, kind_limits.name) ? &kind_limits : !strcmp(name, kind_setting.name) ? &kind_setting : NULL;
}
