/*
 * Random values for every field that can be written, against the real slapd:
 * what the checks accept is stored and read back as it was, what they refuse
 * names the field and the rule, and the server refuses nothing that they took.
 * A fault is told with its value and the round goes on; what was made is removed.
 */
#include "model/check.h"
#include "odd.h"
#include "walk.h"

enum { BATCH = 20 };

static struct live live;
static struct store *store;
static struct odd odd;
static unsigned seed, tried, accepted, refused, faults;

/* What references may name: made by the test, in every kind. */
static const char *const people[] = { "vals-a", "vals-b", "vals_c.d", NULL };
static const char *const teams[] = { "vals one", "vals-two", "vals+three", "vals, four", "vals_\xc3\xa4\xc3\xb6", NULL };
static const char *const hosts[] = { "mail1.example.com", "mail2.example.com", NULL };
static const char *const holders[] = { "vals-a@example.com", "vals-b@example.com", "anyone", "vals-two", "vals%20one", "vals+three", "vals,%20four", NULL };

/* The throw-away object of each kind, and what a new one must be given. */
static const struct target { const char *kind, *name, *field, *value, *field2, *value2; } targets[] = {
	{ "user", "vals-user", "address", "vals-user@example.com", "forwards", "vals@elsewhere.example" },
	{ "group", "vals-group", "address", "vals-group@example.com", NULL, NULL },
	{ "mailinglist", "vals-list", "address", "vals-list@example.com", NULL, NULL },
	{ "folder", "vals-folder@example.com", "home_server", "mail1.example.com", NULL, NULL },
};

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
static enum verdict judge(struct walk *walk, const struct change *change, bool apply)
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

static void make(const char *kind, const char *name, const struct target *with)
{
	struct change *change = change_new(VERB_ADD, kind_find(kind), name);
	struct walk walk;

	walk_begin(&walk);
	if (strcmp(kind, "user") == 0)
		change_edit_text(change, kind_field(change->kind, "family_name"), EDIT_SET, "Values");
	if (with != NULL && with->field != NULL)
		change_edit_text(change, kind_field(change->kind, with->field), EDIT_SET, with->value);
	if (with != NULL && with->field2 != NULL)
		change_edit_text(change, kind_field(change->kind, with->field2), EDIT_SET, with->value2);
	if (judge(&walk, change, true) != TAKEN)
		fail_msg("%s %s was not made: %s", kind, name, walk.error.text);
	change_free(change);
	walk_end(&walk);
}

static bool take_away(const char *kind, const char *name)
{
	struct change *change = change_new(VERB_DELETE, kind_find(kind), name);
	struct walk walk;
	enum outcome outcome;

	walk_begin(&walk);
	outcome = walk_change(&walk, store, change);
	if (outcome != OUTCOME_APPLIED)
		printf("# %s was not removed: %s\n", kind, walk.error.text);
	change_free(change);
	walk_end(&walk);
	return outcome == OUTCOME_APPLIED;
}

static int open_all(void **state)
{
	struct target person = { .kind = "user", .field = "address" };
	char address[100];

	(void)state;
	seed = live_seed();
	odd.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	if (live_missing())
		return 0;
	live_prepare(&live, "ADMIN");
	live.settings.forward_mode = "flag";
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	store = directory_store(live.directory);
	for (size_t i = 0; people[i] != NULL; i++) {
		snprintf(address, sizeof address, "%s@example.com", people[i]);
		person.value = address;
		make("user", people[i], &person);
	}
	for (size_t i = 0; teams[i] != NULL; i++)
		make("group", teams[i], NULL);
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		make(targets[i].kind, targets[i].name, &targets[i]);
	return 0;
}

static int close_all(void **state)
{
	bool gone = true;

	(void)state;
	if (live_missing())
		return 0;
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		gone = take_away(targets[i].kind, targets[i].name) && gone;
	for (size_t i = 0; teams[i] != NULL; i++)
		gone = take_away("group", teams[i]) && gone;
	for (size_t i = 0; people[i] != NULL; i++)
		gone = take_away("user", people[i]) && gone;
	live_close(&live);
	return gone ? 0 : -1;
}

/* --- what a refusal must say --------------------------------------------------------------------- */

/* The field by its label, and the rule: what is allowed, or what is wrong with what was given. */
static void judge_refusal(const struct field *field, const char *value, const struct error *error)
{
	static const char *const rules[] = { "allowed", "at most", "write", "exactly one", "has ", "is too long", "needed", "needs", "no valid UTF-8",
		"neither yes nor no", "registered", "there is no", "choose", "cannot be stored", "is missing", "out of range", "is taken", "is no ", "whole",
		"begins with", "ends in", "take it", "nobody here", "per cent", "given twice", "is the ", "own primary address", "cannot be written", "name=value", "parts are" };

	refused++;
	if (text_after_label(error->text, field->label) == error->text && strncmp(error->text, field->label, strlen(field->label)) != 0) {
		fault(field, value, "the refusal names no field", error->text);
		return;
	}
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strstr(error->text + strlen(field->label), rules[i]) != NULL)
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

static void read_back(const struct kind *kind, const char *name, const struct field *field, const struct value *values, size_t count)
{
	const struct record *record = live_read(&live, kind->name, name);
	struct arena *arena = arena_new();

	if (record == NULL) {
		fault(field, name, "the object cannot be read", live.error.text);
	} else {
		const struct field_values *now = record_get(record, field->name);

		if (now->count != count)
			fault(field, name, "another number of values is read back", arena_format(arena, "%zu, not %zu", now->count, count));
		for (size_t i = 0; i < count; i++)
			if (!is_there(arena, field, now, values[i].bytes))
				fault(field, values[i].bytes, "it is not read back so", now->count == 0 ? "(none)" : now->values[0].bytes);
	}
	arena_free(arena);
}

/* --- fields -------------------------------------------------------------------------------------- */

/* Typed text to canonical, or a refusal that is judged; what an editor would start with must mean the same again. */
static char *parsed(struct arena *arena, const struct field *field, const char *typed)
{
	struct error error = { .kind = ERROR_NONE };
	char *canonical = check_parse(arena, field, typed, &error), *again;

	tried++;
	if (canonical == NULL || !check_value(field, canonical, &error)) {
		judge_refusal(field, typed, &error);
		return NULL;
	}
	again = check_parse(arena, field, check_editable(arena, field, canonical), &error);
	if (again == NULL || strcmp(again, canonical) != 0)
		fault(field, typed, "its canonical form is not parsed to itself", again == NULL ? error.text : again);
	return canonical;
}

static bool allowed(const struct kind *kind, const char *name, const struct field *field, const char *canonical)
{
	struct change *change = change_new(VERB_EDIT, kind, name);
	struct walk walk;
	enum verdict verdict;

	walk_begin(&walk);
	change_edit_text(change, field, field->flags & FIELD_MANY ? EDIT_ADD : EDIT_SET, canonical);
	verdict = judge(&walk, change, false);
	if (verdict == REFUSED_HERE)
		judge_refusal(field, canonical, &walk.error);
	else if (verdict == REFUSED_THERE)
		fault(field, canonical, "the world around it cannot be looked at", walk.error.text);
	change_free(change);
	walk_end(&walk);
	return verdict == TAKEN;
}

/* Several values as the whole set, written and read back. */
static void store_values(const struct kind *kind, const char *name, const struct field *field, const struct value *values, size_t count)
{
	struct change *change = change_new(VERB_EDIT, kind, name);
	struct walk walk;

	if (count == 0) {
		change_free(change);
		return;
	}
	walk_begin(&walk);
	change_edit(change, field, EDIT_SET, values, count);
	switch (judge(&walk, change, true)) {
	case TAKEN:
		accepted += (unsigned)count;
		read_back(kind, name, field, change->edits[0].values, change->edits[0].count);
		break;
	case REFUSED_HERE:
		fault(field, values[0].bytes, "each was accepted, together they are not", walk.error.text);
		break;
	case REFUSED_THERE:
		if (!only_taken(&walk.error) || count > 1)
			fault(field, values[0].bytes, count > 1 ? "one of these was accepted and is refused by the server" : "it was accepted and is refused by the server", walk.error.text);
		break;
	}
	change_free(change);
	walk_end(&walk);
}

static void field_round(const struct target *target, const struct kind *kind, const struct field *field, unsigned count)
{
	size_t most = field->flags & FIELD_MANY ? BATCH : 1, held = 0;
	struct value values[BATCH];
	struct arena *arena = arena_new();

	odd.names = field->type == FIELD_PARTS ? holders : field->reference == NULL ? NULL :
		strcmp(field->reference, "user") == 0 ? people : strcmp(field->reference, "group") == 0 ? teams : hosts;
	while (count-- > 0) {
		char *typed = odd_value(&odd, field), *canonical = parsed(arena, field, typed);

		if (canonical != NULL && !(field->type == FIELD_PARTS && parts_is_nothing(field, canonical)) && allowed(kind, target->name, field, canonical))
			values[held++] = value_text(arena, canonical);
		free(typed);
		if (held == most || count == 0) {
			store_values(kind, target->name, field, values, held);
			held = 0;
			arena_free(arena);
			arena = arena_new();
		}
	}
	arena_free(arena);
}

static bool writable(const struct field *field)
{
	return !(field->flags & (FIELD_KEY | FIELD_FIXED | FIELD_READONLY | FIELD_DERIVED)) && field->type != FIELD_SECRET;
}

static void told(const char *kind, const char *field, unsigned before_tried, unsigned before_accepted, unsigned before_refused)
{
	printf("# figure values %s.%s: %u tried, %u stored and read back, %u refused\n", kind, field, tried - before_tried,
		accepted - before_accepted, refused - before_refused);
}

static void test_fields(void **state)
{
	unsigned count = live_full() ? 2000 : 40, before = faults;

	(void)state;
	if (live_missing())
		skip();
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		const struct kind *kind = kind_find(targets[i].kind);

		for (const struct field *field = kind->fields; field->name != NULL; field++) {
			unsigned was_tried = tried, was_accepted = accepted, was_refused = refused;

			if (!writable(field))
				continue;
			field_round(&targets[i], kind, field, count);
			told(kind->name, field->name, was_tried, was_accepted, was_refused);
			assert_true(accepted > was_accepted);
			assert_true(refused > was_refused);
		}
	}
	assert_int_equal(faults - before, 0);
}

/* A zero byte cannot be typed, but a program may hand one over. */
static void test_zero_bytes(void **state)
{
	static const struct value value = { .bytes = "a\0b@example.com", .length = 15 };

	(void)state;
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		for (const struct field *field = kind_find(targets[i].kind)->fields; field->name != NULL; field++) {
			struct change *change;
			struct error error = { .kind = ERROR_NONE };

			if (!writable(field))
				continue;
			change = change_new(VERB_EDIT, kind_find(targets[i].kind), targets[i].name);
			change_edit(change, field, EDIT_SET, &value, 1);
			assert_false(check_change(change, NULL, NULL, &error));
			assert_non_null(strstr(error.text, field->label));
			assert_non_null(strstr(error.text, "zero byte"));
			change_free(change);
		}
}

/* The lock of a new address bears it as its name, so an address can be too long for the directory by that alone. */
static void test_a_long_address_has_no_lock(void **state)
{
	const struct field *field = kind_field(kind_find("user"), "address");
	char domain[220] = "", address[300];

	(void)state;
	if (live_missing())
		skip();
	for (size_t i = 0; i < 200; i++)
		domain[i] = i % 40 == 39 ? '.' : 'v';
	snprintf(domain + 200, sizeof domain - 200, "vals.example");
	make("domain", domain, NULL);
	for (size_t local = 64 - 40; local <= 64; local += 40) {
		struct change *change = change_new(VERB_EDIT, kind_find("user"), "vals-user");
		struct walk walk;

		snprintf(address, sizeof address, "%.*s@%s", (int)local, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", domain);
		walk_begin(&walk);
		change_edit_text(change, field, EDIT_SET, address);
		assert_int_equal(judge(&walk, change, true), local == 64 ? REFUSED_HERE : TAKEN);
		if (local == 64) {
			assert_non_null(strstr(walk.error.text, field->label));
			assert_non_null(strstr(walk.error.text, "at most 245"));
		}
		change_free(change);
		walk_end(&walk);
	}
	store_values(kind_find("user"), "vals-user", field, &(struct value){ "vals-user@example.com", 21 }, 1);
	assert_true(take_away("domain", domain));
}

/* --- names ----------------------------------------------------------------------------------------- */

/* A new object of this name, with what its kind demands; then it goes again. */
static void name_round(const struct kind *kind, const char *typed)
{
	const struct field *key = kind_key(kind);
	struct arena *arena = arena_new();
	char *name = parsed(arena, key, typed);
	struct change *change = change_new(VERB_ADD, kind, name == NULL ? "" : name);
	struct walk walk;

	walk_begin(&walk);
	if (strcmp(kind->name, "user") == 0)
		change_edit_text(change, kind_field(kind, "family_name"), EDIT_SET, "Values");
	if (strcmp(kind->name, "folder") == 0)
		change_edit_text(change, kind_field(kind, "home_server"), EDIT_SET, "mail2.example.com");
	switch (name == NULL ? REFUSED_HERE : judge(&walk, change, true)) {
	case TAKEN:
		accepted++;
		read_back(kind, name, key, &(struct value){ name, strlen(name) }, 1);
		if (!take_away(kind->name, name))
			fault(key, name, "it was made and cannot be removed", "");
		break;
	case REFUSED_HERE:
		if (name != NULL)
			judge_refusal(key, name, &walk.error);
		break;
	case REFUSED_THERE:
		if (!only_taken(&walk.error))
			fault(key, name, "it was accepted and is refused by the server", walk.error.text);
		break;
	}
	change_free(change);
	walk_end(&walk);
	arena_free(arena);
}

static void test_names(void **state)
{
	static const char *const with_names[] = { "user", "group", "mailinglist", "folder", "domain" };
	unsigned count = live_full() ? 2000 : 40, before = faults;

	(void)state;
	if (live_missing())
		skip();
	for (size_t i = 0; i < sizeof with_names / sizeof *with_names; i++) {
		const struct kind *kind = kind_find(with_names[i]);
		unsigned was_tried = tried, was_accepted = accepted, was_refused = refused;

		for (unsigned n = 0; n < count; n++) {
			char *typed = odd_value(&odd, kind_key(kind));

			name_round(kind, typed);
			free(typed);
		}
		told(kind->name, kind_key(kind)->name, was_tried, was_accepted, was_refused);
		assert_true(accepted > was_accepted);
		assert_true(refused > was_refused);
	}
	assert_int_equal(faults - before, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_zero_bytes),
		cmocka_unit_test(test_a_long_address_has_no_lock),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
