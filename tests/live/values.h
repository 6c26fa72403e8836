/*
 * values: what the rounds of random values share: a change brought through the
 * stages of the gate, and the judgement of what is refused or read back.  A fault
 * is told with its value and counted; nothing ends a round.  For test_values.c.
 */
#ifndef POSTROOM_TESTS_VALUES_H
#define POSTROOM_TESTS_VALUES_H

#include "model/check.h"
#include "walk.h"

static struct live live;
static struct store *store;
static unsigned seed, faults;
static struct tally { unsigned tried, accepted, refused, fields; } all;

static void fault(const struct field *field, const char *value, const char *what, const char *words)
{
	struct arena *arena = arena_new();

	faults++;
	printf("# fault: %s %s: %s: %s\n", field->name, text_ascii_exact(arena, value, strlen(value) > 300 ? 300 : strlen(value)), what,
		text_ascii_exact(arena, words, strlen(words)));
	arena_free(arena);
}

/* --- one change --------------------------------------------------------------------------------- */

/* As the gate does it: gather, check, plan, apply. Without apply: only whether it may. */
enum verdict { TAKEN, REFUSED_HERE, REFUSED_THERE };
static enum verdict judge_own(struct walk *walk, const struct change *change, bool apply)
{
	enum outcome outcome;

	error_clear(&walk->error);
	if (!check_change(change, change_result(walk->arena, change, NULL), NULL, &walk->error) && change->verb == VERB_ADD)
		return REFUSED_HERE;
	error_clear(&walk->error);
	if (!store->gather(store->self, change, walk->arena, &walk->facts, &walk->error))
		return REFUSED_THERE;
	if (!check_change(change, change_result(walk->arena, change, walk->facts.now), &walk->facts, &walk->error))
		return REFUSED_HERE;
	/* A store may say what its directory cannot hold; nothing has happened by then. */
	if (!store->plan(store->self, change, &walk->facts, walk->arena, &walk->plan, &walk->error))
		return walk->error.kind == ERROR_INVALID && walk->error.code == 0 ? REFUSED_HERE : REFUSED_THERE;
	if (!apply)
		return TAKEN;
	outcome = walk_change(walk, store, change);
	return outcome == OUTCOME_APPLIED || outcome == OUTCOME_ALREADY ? TAKEN : REFUSED_THERE;
}

/* The owner's change in place of one of an alias. */
static enum verdict judge(struct walk *walk, const struct change *change, bool apply)
{
	struct change *becomes = NULL;
	enum verdict verdict = REFUSED_HERE;

	error_clear(&walk->error);
	if (!change->kind->through_owner)
		return judge_own(walk, change, apply);
	if (check_change(change, change_result(walk->arena, change, NULL), NULL, &walk->error) &&
	    store->translate(store->self, change, &becomes, &walk->error))
		verdict = judge_own(walk, becomes == NULL ? change : becomes, apply);
	change_free(becomes);
	return verdict;
}

/* --- what a refusal must say --------------------------------------------------------------------- */

/* The field by its label, and the rule: what is allowed, or what is wrong with what was given. */
static void judge_refusal(const struct field *field, const char *value, const struct error *error)
{
	static const char *const rules[] = { "allowed", "at most", "write", "exactly one", "has ", "is too long", "needed", "needs", "no valid UTF-8",
		"neither yes nor no", "registered", "there is no", "choose", "cannot be stored", "is missing", "out of range", "is taken", "is no ", "whole",
		"begins with", "ends in", "take it", "nobody here", "per cent", "given twice", "is the ", "own primary address", "cannot be written", "name=value", "parts are", "follows from its owner", "cannot be kept",
		"is no LDAP filter", "does not reach", "name of the schema", "keeps one value", "cannot be set" };
	/* What becomes a change of the owner may be refused there. */
	static const char *const at_the_owner = "Alternative addresses";
	const char *label = strncmp(error->text, at_the_owner, strlen(at_the_owner)) == 0 ? at_the_owner : field->label;

	all.refused++;
	if (strncmp(error->text, label, strlen(label)) != 0) {
		fault(field, value, "the refusal names no field", error->text);
		return;
	}
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strstr(error->text + strlen(label), rules[i]) != NULL)
			return;
	fault(field, value, "the refusal names no rule", error->text);
}

/* Uniqueness is the server's to judge. */
static bool only_taken(const struct error *error)
{
	return strstr(error->text, "taken") != NULL || strstr(error->text, "already") != NULL || strstr(error->text, "exists") != NULL;
}

/* --- what is read back ---------------------------------------------------------------------------- */

/* Canonical, without what is never read back. */
static const char *readable(struct arena *arena, const struct field *field, const char *canonical)
{
	const char *pairs[66];
	size_t count = 0;

	if (field->type != FIELD_PARTS)
		return canonical;
	for (const struct part *part = field->parts; part->name != NULL && count < 64; part++) {
		char *value = part->type == FIELD_SECRET ? NULL : parts_get(arena, canonical, part->name);

		pairs[count] = part->name;
		pairs[count + 1] = value == NULL ? "" : value;
		count += 2;
	}
	pairs[count] = NULL;
	return parts_build(arena, field->parts, pairs);
}

/* A reference is read as the object spells its name; all else byte for byte. */
static bool is_there(struct arena *arena, const struct field *field, const struct field_values *values, const char *canonical)
{
	const char *want = readable(arena, field, canonical);

	for (size_t i = 0; i < values->count; i++)
		if (field->type == FIELD_REFERENCE ? text_same_ascii_case(values->values[i].bytes, want) :
		    values->values[i].length == strlen(want) && strcmp(values->values[i].bytes, want) == 0)
			return true;
	return false;
}

/* others: are there values beside these? */
static void read_back(const struct kind *kind, const char *name, const struct field *field, const struct value *values, size_t count, bool others)
{
	const struct record *record = live_read(&live, kind->name, name);
	struct arena *arena = arena_new();

	if (record == NULL) {
		fault(field, name, "the object cannot be read", live.error.text);
	} else {
		const struct field_values *now = record_get(record, field->name);

		if (now->count != count && !others)
			fault(field, name, "another number of values is read back", arena_format(arena, "%zu, not %zu", now->count, count));
		for (size_t i = 0; i < count; i++)
			if (!is_there(arena, field, now, values[i].bytes))
				fault(field, values[i].bytes, "it is not read back so", now->count == 0 ? "(none)" : now->values[0].bytes);
	}
	arena_free(arena);
}

#endif
