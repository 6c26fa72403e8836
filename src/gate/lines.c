/*
 * lines: operations as people read them, and as LDIF.
 *
 * The attribute lines of a review say old and new where one value takes the
 * place of another, and of a change of a server's files (guarded_lines.c) what
 * differs in them; LDIF is what ldapmodify would be given, base64 wherever a
 * value is not plain.  Secrets are never in either.  Raw bytes inside the
 * lines: the one who shows them makes them visible.  Pure.
 */
#include <string.h>
#include <strings.h>

#include "base/ldif.h"
#include "base/text.h"
#include "gate/gate_private.h"

#define DOTS "********"

/* --- for people ---------------------------------------------------------------- */

static void add_value(struct text *text, const struct delta *delta, const struct value *value)
{
	if (delta->secret)
		text_add(text, DOTS);
	else
		text_add_bytes(text, value->bytes, value->length);
}

static void add_values(struct text *text, const struct delta *delta)
{
	size_t i;

	if (delta->secret && delta->count == 0)
		text_add(text, DOTS);
	for (i = 0; i < delta->count; i++) {
		if (i > 0)
			text_add(text, ", ");
		add_value(text, delta, &delta->values[i]);
	}
}

static bool single(const struct delta *delta, enum delta_how how)
{
	return delta->how == how && delta->count == 1;
}

/* One value deleted and one added of the same attribute, side by side: an exchange. */
static bool is_exchange(const struct operation *operation, size_t i)
{
	const struct delta *first = &operation->deltas[i], *second = first + 1;

	return i + 1 < operation->delta_count && single(first, DELTA_DELETE) && single(second, DELTA_ADD) &&
		!strcasecmp(first->attribute, second->attribute);
}

static void add_delta(struct text *text, const struct delta *delta)
{
	static const char *const words[] = { "add", "delete", "replace" };

	text_addf(text, "%s %s", words[delta->how], delta->attribute);
	if (delta->count == 0 && !delta->secret) {
		text_add(text, delta->how == DELTA_REPLACE ? ": nothing" : ": all values");
		return;
	}
	text_add(text, ": ");
	add_values(text, delta);
}

static void add_modify(struct text *text, const struct operation *operation)
{
	size_t i;

	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];

		if (text->length > 0)
			text_add_char(text, '\n');
		if (is_exchange(operation, i)) {
			text_addf(text, "replace %s: ", delta->attribute);
			add_value(text, delta, &delta->values[0]);
			text_add(text, " -> ");
			add_value(text, delta + 1, &delta[1].values[0]);
			i++;
		} else {
			add_delta(text, delta);
		}
	}
}

/* Whole entries: the attributes below a line that names the entry. */
static void add_entry(struct text *text, const struct operation *operation, const char *verb)
{
	size_t i;

	text_addf(text, "%s %s", verb, operation->place);
	for (i = 0; i < operation->delta_count; i++) {
		text_addf(text, "\n  %s: ", operation->deltas[i].attribute);
		add_values(text, &operation->deltas[i]);
	}
}

/* What a management system is asked: its verb and module, and a line for each property, old and new. */
static void add_through(struct text *text, const struct operation *operation)
{
	static const char *const verbs[] = { [OPERATION_ADD] = "POST", [OPERATION_MODIFY] = "PATCH", [OPERATION_RENAME] = "PATCH",
		[OPERATION_DELETE] = "DELETE", [OPERATION_PASSWORD] = "PATCH" };
	bool whole = operation->verb == OPERATION_ADD || operation->verb == OPERATION_DELETE;
	size_t i;

	text_addf(text, "%s %s %s", verbs[operation->verb], operation->through, operation->place);
	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];

		text_add(text, "\n  ");
		if (is_exchange(operation, i)) {
			text_addf(text, "%s: ", delta->attribute);
			add_value(text, delta, &delta->values[0]);
			text_add(text, " -> ");
			add_value(text, delta + 1, &delta[1].values[0]);
			i++;
		} else if (whole && (delta->count > 0 || delta->secret)) {
			text_addf(text, "%s: ", delta->attribute);
			add_values(text, delta);
		} else {
			add_delta(text, delta);
		}
	}
}

char *operation_lines(struct arena *arena, const struct operation *operation)
{
	struct text text = { 0 };
	char *lines;

	if (operation->through) {
		add_through(&text, operation);
		lines = arena_text(arena, text_get(&text));
		text_free(&text);
		return lines;
	}
	switch (operation->verb) {
	case OPERATION_ADD:
		add_entry(&text, operation, "create");
		break;
	case OPERATION_DELETE:
		add_entry(&text, operation, "delete");
		break;
	case OPERATION_RENAME:
		text_addf(&text, "rename %s -> %s", operation->place, operation->new_place ? operation->new_place : "?");
		add_modify(&text, operation);
		break;
	case OPERATION_MODIFY:
		if (guarded_operation(operation))
			guarded_lines(arena, &text, operation, true);
		else
			add_modify(&text, operation);
		break;
	case OPERATION_PASSWORD:
		text_add(&text, "new password by the password modify operation: " DOTS);
		break;
	}
	lines = arena_text(arena, text_get(&text));
	text_free(&text);
	return lines;
}

/* --- LDIF ----------------------------------------------------------------------- */

static void ldif_delta_values(struct text *text, const struct delta *delta)
{
	size_t i;

	if (delta->secret) {
		text_addf(text, "# %s: left out, a secret\n", delta->attribute);
		return;
	}
	for (i = 0; i < delta->count; i++)
		ldif_value(text, delta->attribute, delta->values[i].bytes, delta->values[i].length);
}

static void ldif_modify(struct text *text, const struct operation *operation)
{
	static const char *const words[] = { "add", "delete", "replace" };
	size_t i;

	text_add(text, "changetype: modify\n");
	for (i = 0; i < operation->delta_count; i++) {
		text_addf(text, "%s: %s\n", words[operation->deltas[i].how], operation->deltas[i].attribute);
		ldif_delta_values(text, &operation->deltas[i]);
		text_add(text, "-\n");
	}
}

/* The first component of a DN and the rest; a backslash hides a comma. */
static void ldif_rename(struct text *text, const char *new_place)
{
	size_t i = 0;

	text_add(text, "changetype: modrdn\n");
	while (new_place[i] && new_place[i] != ',')
		i += new_place[i] == '\\' && new_place[i + 1] ? 2 : 1;
	ldif_value(text, "newrdn", new_place, i);
	text_add(text, "deleteoldrdn: 1\n");
	if (new_place[i] == ',')
		ldif_value(text, "newsuperior", new_place + i + 1, strlen(new_place + i + 1));
}

/* Not for ldapmodify, which would do it past the management system: as remarks, values in the same spelling as the others. */
static void ldif_through(struct text *text, const struct operation *operation)
{
	static const char *const verbs[] = { "create", "change", "rename", "delete", "change" };
	struct text lines = { 0 };
	const char *at, *end;
	size_t i;

	text_addf(text, "# not LDIF: %s through %s\n", verbs[operation->verb], operation->through);
	ldif_value(&lines, "dn", operation->place, strlen(operation->place));
	for (i = 0; i < operation->delta_count; i++) {
		text_addf(&lines, "%s: %s\n", operation->deltas[i].how == DELTA_DELETE ? "delete" : operation->deltas[i].how == DELTA_ADD ? "add" : "replace",
			operation->deltas[i].attribute);
		ldif_delta_values(&lines, &operation->deltas[i]);
	}
	for (at = text_get(&lines); *at; at = end + 1) {
		end = strchr(at, '\n');
		text_add(text, *at == '#' ? "" : "# ");
		text_add_bytes(text, at, (size_t)(end - at) + 1);
	}
	text_free(&lines);
}

static void ldif_operation(struct text *text, const struct operation *operation)
{
	size_t i;

	if (operation->through) {
		ldif_through(text, operation);
		return;
	}
	/* As LDIF it would be a stored password in clear, or with the secret left out none at all. */
	if (operation->verb == OPERATION_PASSWORD) {
		text_add(text, "# not LDIF: new password by the password modify operation (ldappasswd), a secret\n# ");
		ldif_value(text, "dn", operation->place, strlen(operation->place));
		return;
	}
	ldif_value(text, "dn", operation->place, strlen(operation->place));
	switch (operation->verb) {
	case OPERATION_ADD:
		text_add(text, "changetype: add\n");
		for (i = 0; i < operation->delta_count; i++)
			ldif_delta_values(text, &operation->deltas[i]);
		break;
	case OPERATION_DELETE:
		text_add(text, "changetype: delete\n");
		break;
	case OPERATION_RENAME:
		ldif_rename(text, operation->new_place ? operation->new_place : "");
		break;
	case OPERATION_MODIFY:
		ldif_modify(text, operation);
		break;
	case OPERATION_PASSWORD:
		break;
	}
}

char *plan_ldif(struct arena *arena, const struct plan *plan)
{
	struct text text = { 0 };
	char *ldif;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		if (i > 0)
			text_add_char(&text, '\n');
		if (guarded_operation(&plan->operations[i]))
			text_addf(&text, "# %s: files of a server, no entry of the directory\n", plan->operations[i].place);
		else
			ldif_operation(&text, &plan->operations[i]);
	}
	ldif = arena_text(arena, text_get(&text));
	text_free(&text);
	return ldif;
}

char *operation_files(struct arena *arena, const struct operation *operation)
{
	struct text text = { 0 };
	char *lines;

	if (operation->through || !guarded_operation(operation))
		return operation_lines(arena, operation);
	guarded_lines(arena, &text, operation, false);
	lines = arena_text(arena, text_get(&text));
	text_free(&text);
	return lines;
}
