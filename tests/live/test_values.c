/*
 * Random values for every field that can be written, against the real slapd, in
 * both sorts of directories: what the checks accept is stored and read back as
 * it was, what they refuse names the field and the rule, and the server refuses
 * nothing that they took.  A fault is told with its value and the round goes on;
 * what was made is removed.
 *
 * 40 values a field; with POSTROOM_FULL=1 2,000 a type, spread over its fields,
 * and POSTROOM_VALUES=N says another number a field.
 */
#include "odd.h"
#include "values.h"

enum { BATCH = 20, SHARE_LEAST = 250, TYPES = FIELD_SECRET + 1 };

static struct odd odd;
static struct tally of_type[TYPES];
static char profile_path[] = "/tmp/postroom-values-XXXXXX";

/* What references may name: made by the test, in every kind. */
static const char *const people[] = { "vals-a", "vals-b", "vals_c.d", NULL };
static const char *const teams[] = { "vals one", "vals-two", "vals+three", "vals, four", "vals_\xc3\xa4\xc3\xb6", NULL };
static const char *const hosts[] = { "mail1.example.com", "mail2.example.com", NULL };
static const char *const holders[] = { "vals-a@example.com", "vals-b@example.com", "anyone", "vals-two", "vals%20one", "vals+three", "vals,%20four", NULL };

/* What a new object of a kind is made of; its throw-away one gets more. closed: written by no directory of this sort. */
struct given { const char *field, *value; };
struct target { const char *kind, *name; struct given needs, with[2]; const char *closed; };
static const struct target ucs_targets[] = {
	{ "user", "vals-user", { "family_name", "Values" }, { { "address", "vals-user@example.com" }, { "forwards", "vals@elsewhere.example" } }, NULL },
	{ "group", "vals-group", { NULL, NULL }, { { "address", "vals-group@example.com" } }, NULL },
	{ "mailinglist", "vals-list", { NULL, NULL }, { { "address", "vals-list@example.com" } }, NULL },
	{ "folder", "vals-folder@example.com", { "home_server", "mail1.example.com" }, { { NULL, NULL } }, NULL },
	{ "quotapolicy", "vals-policy", { NULL, NULL }, { { "limit", "1073741824" } }, NULL },
	{ "alias", "vals-alias@example.com", { "owner", "vals-a" }, { { NULL, NULL } }, "leads_to" },
	{ "domain", "vals-domain.example", { NULL, NULL }, { { NULL, NULL } }, NULL },
	{ NULL, NULL, { NULL, NULL }, { { NULL, NULL } }, NULL },
};
static const struct target debian_targets[] = {
	{ "user", "vals-user", { "family_name", "Values" }, { { "address", "vals-user@example.com" }, { "forwards", "vals@elsewhere.example" } }, NULL },
	{ "group", "vals-group", { "members", "vals-a" }, { { "address", "vals-group@example.com" } }, NULL },
	{ "mailinglist", "vals-list", { NULL, NULL }, { { "address", "vals-list@example.com" } }, NULL },
	{ "alias", "vals-alias@example.com", { "leads_to", "vals@elsewhere.example" }, { { NULL, NULL } }, NULL },
	{ "domain", "vals-domain.example", { NULL, NULL }, { { NULL, NULL } }, NULL },
	{ NULL, NULL, { NULL, NULL }, { { NULL, NULL } }, NULL },
};
static const struct target *targets;
/* Attached in the lab, so that there is somebody whom it reaches. */
static const char *const reaching_policy = "standard-quota";

static bool in_debian(void)
{
	return strcmp(live_env("LAB_PROFILE"), "debian") == 0;
}

/* --- what is made for it ------------------------------------------------------------------------ */

static void give(struct change *change, const struct given *given)
{
	if (given->field != NULL)
		change_edit_text(change, kind_field(change->kind, given->field), EDIT_SET, given->value);
}

static const struct target *target_of(const char *kind)
{
	const struct target *target = targets;

	while (strcmp(target->kind, kind) != 0)
		target++;
	return target;
}

static struct change *new_one(const struct target *target, const char *name)
{
	struct change *change = change_new(VERB_ADD, kind_find(target->kind), name);

	give(change, &target->needs);
	return change;
}

static void make_it(struct change *change)
{
	struct walk walk;

	walk_begin(&walk);
	if (judge(&walk, change, true) != TAKEN)
		fail_msg("%s %s was not made: %s", change->kind->name, change->name, walk.error.text);
	change_free(change);
	walk_end(&walk);
}

static bool take_away(const char *kind, const char *name)
{
	struct change *change = change_new(VERB_DELETE, kind_find(kind), name);
	struct walk walk;
	bool gone;

	walk_begin(&walk);
	gone = judge(&walk, change, true) == TAKEN;
	if (!gone)
		printf("# %s was not removed: %s\n", kind, walk.error.text);
	change_free(change);
	walk_end(&walk);
	return gone;
}

/* The profile as it is shipped, but quota policies can be written. */
static void own_profile(void)
{
	FILE *from = fopen("src/directory/profiles/ucs.profile", "r"), *to;
	char line[2000];
	int descriptor = mkstemp(profile_path);

	assert_non_null(from);
	assert_true(descriptor >= 0);
	to = fdopen(descriptor, "w");
	assert_non_null(to);
	while (fgets(line, sizeof line, from) != NULL)
		fputs(strstr(line, "editable = no") != NULL ? "\teditable = yes\n" : line, to);
	fclose(from);
	assert_int_equal(fclose(to), 0);
	live.settings.profile = profile_path;
}

static int open_all(void **state)
{
	char address[100];

	(void)state;
	seed = live_seed();
	odd.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	targets = in_debian() ? debian_targets : ucs_targets;
	if (live_missing())
		return 0;
	live_prepare(&live, "ADMIN");
	if (!in_debian()) {
		live.settings.forward_mode = "flag";
		own_profile();
	}
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	store = directory_store(live.directory);
	for (size_t i = 0; people[i] != NULL; i++) {
		struct change *person = new_one(target_of("user"), people[i]);

		snprintf(address, sizeof address, "%s@example.com", people[i]);
		change_edit_text(person, kind_field(&kind_user, "address"), EDIT_SET, address);
		make_it(person);
	}
	for (size_t i = 0; teams[i] != NULL; i++)
		make_it(new_one(target_of("group"), teams[i]));
	for (const struct target *target = targets; target->kind != NULL; target++) {
		struct change *change = new_one(target, target->name);

		for (size_t i = 0; i < sizeof target->with / sizeof *target->with; i++)
			give(change, &target->with[i]);
		make_it(change);
	}
	return 0;
}

static void tell_types(void)
{
	static const char *const words[TYPES] = { [FIELD_TEXT] = "text", [FIELD_ADDRESS] = "address", [FIELD_DOMAIN] = "domain", [FIELD_LOGIN] = "login",
		[FIELD_SIZE] = "size", [FIELD_NUMBER] = "number", [FIELD_CHOICE] = "choice", [FIELD_FLAG] = "flag", [FIELD_REFERENCE] = "reference",
		[FIELD_PARTS] = "parts", [FIELD_TIME] = "time", [FIELD_SECRET] = "secret" };

	for (size_t i = 0; i < TYPES; i++)
		if (of_type[i].tried > 0)
			printf("# figure values of the type %s in %u fields: %u tried, %u stored and read back, %u refused\n", words[i], of_type[i].fields,
				of_type[i].tried, of_type[i].accepted, of_type[i].refused);
}

static int close_all(void **state)
{
	bool gone = true;

	(void)state;
	if (live_missing())
		return 0;
	tell_types();
	for (const struct target *target = targets; target->kind != NULL; target++)
		gone = take_away(target->kind, target->name) && gone;
	for (size_t i = 0; teams[i] != NULL; i++)
		gone = take_away("group", teams[i]) && gone;
	for (size_t i = 0; people[i] != NULL; i++)
		gone = take_away("user", people[i]) && gone;
	live_close(&live);
	if (!in_debian())
		remove(profile_path);
	return gone ? 0 : -1;
}

/* --- fields -------------------------------------------------------------------------------------- */

/* Typed text to canonical, or a refusal that is judged; what an editor would start with must mean the same again. */
static char *parsed(struct arena *arena, const struct field *field, const char *typed)
{
	struct error error = { .kind = ERROR_NONE };
	char *canonical = check_parse(arena, field, typed, &error), *again;

	all.tried++;
	if (canonical == NULL || !check_value(field, canonical, &error)) {
		judge_refusal(field, typed, &error);
		return NULL;
	}
	again = check_parse(arena, field, check_editable(arena, field, canonical), &error);
	if (again == NULL || strcmp(again, canonical) != 0)
		fault(field, typed, "its canonical form is not parsed to itself", again == NULL ? error.text : again);
	return canonical;
}

/* The one forward of a user in Debian's schema is a field of several elsewhere. */
static bool holds_several(const struct field *field)
{
	return field->flags & FIELD_MANY && !(in_debian() && strcmp(field->name, "forwards") == 0);
}

static bool allowed(const struct kind *kind, const char *name, const struct field *field, const char *canonical)
{
	struct change *change = change_new(VERB_EDIT, kind, name);
	struct walk walk;
	enum verdict verdict;

	walk_begin(&walk);
	change_edit_text(change, field, holds_several(field) ? EDIT_ADD : EDIT_SET, canonical);
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
		all.accepted += (unsigned)count;
		read_back(kind, name, field, change->edits[0].values, change->edits[0].count, false);
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

/*
 * What stands in other objects: one value at a time, read back and taken back. An alias is made with its owner; the
 * limit of a policy is written into a user.
 */
static bool stands_elsewhere(const struct kind *kind, const struct field *field)
{
	return field->flags & FIELD_ELSEWHERE || (kind->through_owner && field->type == FIELD_REFERENCE);
}

static void store_elsewhere(const struct kind *kind, const struct field *field, const char *canonical)
{
	const char *name = kind->through_owner ? "vals-owned@example.com" : reaching_policy;
	struct change *change = change_new(kind->through_owner ? VERB_ADD : VERB_EDIT, kind, name), *back;
	struct walk walk, undone;

	walk_begin(&walk);
	walk_begin(&undone);
	change_edit_text(change, field, EDIT_ADD, canonical);
	switch (judge(&walk, change, true)) {
	case TAKEN:
		all.accepted++;
		read_back(kind, name, field, change->edits[0].values, 1, true);
		back = walk_undo(&walk, &kind_user, canonical);
		if (walk.inverse_count == 0 || judge_own(&undone, back, true) != TAKEN)
			fault(field, canonical, "it cannot be taken back", undone.error.text);
		change_free(back);
		break;
	case REFUSED_HERE:
		judge_refusal(field, canonical, &walk.error);
		break;
	case REFUSED_THERE:
		fault(field, canonical, "it was accepted and is refused by the server", walk.error.text);
		break;
	}
	change_free(change);
	walk_end(&walk);
	walk_end(&undone);
}

static void clear(const struct kind *kind, const char *name, const struct field *field)
{
	struct change *change = change_new(VERB_EDIT, kind, name);
	struct walk walk;

	walk_begin(&walk);
	change_edit_text(change, field, EDIT_SET, NULL);
	if (judge(&walk, change, true) != TAKEN)
		fault(field, "", "it cannot be emptied", walk.error.text);
	change_free(change);
	walk_end(&walk);
}

static void choose_names(const struct field *field)
{
	odd.names = field->type == FIELD_PARTS ? holders : field->reference == NULL ? NULL :
		strcmp(field->reference, "user") == 0 ? people : strcmp(field->reference, "group") == 0 ? teams : hosts;
}

static void field_round(const struct target *target, const struct kind *kind, const struct field *field, unsigned count)
{
	size_t most = holds_several(field) ? BATCH : 1, held = 0;
	struct value values[BATCH];
	struct arena *arena = arena_new();

	choose_names(field);
	while (count-- > 0) {
		char *typed = odd_value(&odd, field), *canonical = parsed(arena, field, typed);

		if (canonical != NULL && field->type == FIELD_PARTS && parts_is_nothing(field, canonical))
			canonical = NULL;
		if (canonical != NULL && stands_elsewhere(kind, field))
			store_elsewhere(kind, field, canonical);
		else if (canonical != NULL && allowed(kind, target->name, field, canonical))
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
	/* Addresses that stay behind would be in the way of the next field. */
	if (field->type == FIELD_ADDRESS && field->flags & FIELD_MANY && field->reference != NULL)
		clear(kind, target->name, field);
}

static bool writable(const struct field *field)
{
	return !(field->flags & (FIELD_KEY | FIELD_FIXED | FIELD_READONLY | FIELD_DERIVED)) && field->type != FIELD_SECRET;
}

/* Has this directory no place for it? Then every value is refused with the reason. */
static bool placeless(const struct target *target, const struct field *field)
{
	const struct record *record;

	if (target->closed != NULL && strcmp(target->closed, field->name) == 0)
		return true;
	record = live_read(&live, target->kind, target->name);
	if (record == NULL)
		fail_msg("%s %s: %s", target->kind, target->name, live.error.text);
	return record_get(record, field->name)->presence == VALUE_UNSUPPORTED;
}

/* How many values for each field of a type. */
static unsigned share(enum field_type type)
{
	const char *wanted = live_env("POSTROOM_VALUES");
	unsigned fields = 0;

	if (wanted[0] != '\0')
		return (unsigned)strtoul(wanted, NULL, 10);
	if (!live_full())
		return 40;
	for (const struct target *target = targets; target->kind != NULL; target++)
		for (const struct field *field = kind_find(target->kind)->fields; field->name != NULL; field++)
			fields += field->type == type && (field->flags & FIELD_KEY || (writable(field) && !placeless(target, field)));
	return fields == 0 || (2000 + fields - 1) / fields < SHARE_LEAST ? SHARE_LEAST : (2000 + fields - 1) / fields;
}

static void told(const char *kind, const struct field *field, const struct tally *before)
{
	struct tally *type = &of_type[field->type];

	printf("# values %s.%s: %u tried, %u stored and read back, %u refused\n", kind, field->name, all.tried - before->tried,
		all.accepted - before->accepted, all.refused - before->refused);
	type->fields++;
	type->tried += all.tried - before->tried;
	type->accepted += all.accepted - before->accepted;
	type->refused += all.refused - before->refused;
}

static void test_fields(void **state)
{
	unsigned before = faults;

	(void)state;
	if (live_missing())
		skip();
	for (const struct target *target = targets; target->kind != NULL; target++) {
		const struct kind *kind = kind_find(target->kind);

		for (const struct field *field = kind->fields; field->name != NULL; field++) {
			struct tally was = all;

			if (!writable(field))
				continue;
			if (placeless(target, field)) {
				field_round(target, kind, field, 40);
				assert_int_equal(all.accepted, was.accepted);
				continue;
			}
			field_round(target, kind, field, share(field->type));
			told(kind->name, field, &was);
			assert_true(all.accepted > was.accepted);
			assert_true(all.refused > was.refused);
		}
	}
	assert_int_equal(faults - before, 0);
}

/* A zero byte cannot be typed, but a program may hand one over. */
static void test_zero_bytes(void **state)
{
	static const struct value value = { .bytes = "a\0b@example.com", .length = 15 };

	(void)state;
	for (const struct target *target = targets; target->kind != NULL; target++)
		for (const struct field *field = kind_find(target->kind)->fields; field->name != NULL; field++) {
			struct change *change;
			struct error error = { .kind = ERROR_NONE };

			if (!writable(field))
				continue;
			change = change_new(VERB_EDIT, kind_find(target->kind), target->name);
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
	make_it(new_one(target_of("domain"), domain));
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
static void name_round(const struct target *target, const struct kind *kind, const char *typed)
{
	const struct field *key = kind_key(kind);
	struct arena *arena = arena_new();
	char *name = parsed(arena, key, typed);
	struct change *change = new_one(target, name == NULL ? "" : name);
	struct walk walk;

	walk_begin(&walk);
	switch (name == NULL ? REFUSED_HERE : judge(&walk, change, true)) {
	case TAKEN:
		all.accepted++;
		read_back(kind, name, key, &(struct value){ name, strlen(name) }, 1, false);
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
	unsigned before = faults;

	(void)state;
	if (live_missing())
		skip();
	for (const struct target *target = targets; target->kind != NULL; target++) {
		const struct kind *kind = kind_find(target->kind);
		const struct field *key = kind_key(kind);
		struct tally was = all;

		for (unsigned left = share(key->type); left > 0; left--) {
			char *typed = odd_value(&odd, key);

			name_round(target, kind, typed);
			free(typed);
		}
		told(kind->name, key, &was);
		assert_true(all.accepted > was.accepted);
		assert_true(all.refused > was.refused);
	}
	assert_int_equal(faults - before, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_zero_bytes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_a_long_address_has_no_lock),
	};
	/* Without locks no address is too long for one. */
	const struct CMUnitTest in_debian_too[] = { tests[0], tests[1], tests[2] };

	return in_debian() ? cmocka_run_group_tests(in_debian_too, open_all, close_all) : cmocka_run_group_tests(tests, open_all, close_all);
}
