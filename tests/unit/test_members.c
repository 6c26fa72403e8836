/* Consequences of changes of groups and mailing lists: who may write, and what a name brings with it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/change.h"
#include "model/consequence.h"
#include "model/facts.h"
#include "model/kind.h"
#include "model/record.h"

static struct arena *arena;

static int open_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* A group or list; a field without a value is left out. */
static struct record *holder(const struct kind *kind, const char *name, const char *field, const char *value)
{
	struct record *record = record_new_in(arena, kind);

	record_set_text(record, "name", name);
	record->name = name;
	if (field && value)
		record_add_text(record, field, value);
	return record;
}

static const struct consequence *consequence(const char *rule, struct record *before, const struct record *after, enum known listfilter)
{
	struct facts facts = { .now = before, .listfilter = listfilter, .references_complete = true };
	struct change *change = change_new(before ? VERB_EDIT : VERB_ADD, after->kind, after->name);
	struct consequence *list;
	size_t count = consequences_of(arena, change, after, &facts, &list);

	change_free(change);
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].rule, rule) == 0)
			return &list[i];
	return NULL;
}

/* Mail to an address that a group or list loses comes back; a letter that only became a large one is no loss. */
static void an_address_that_goes_is_told(void **state)
{
	static const struct { const char *before, *after, *says; } cases[] = {
		{ "sales@example.com", "sale@example.com", "Mail to sales@example.com is refused from now on." }, { "sales@example.com", NULL, "Mail to sales@example.com is refused" },
		{ "sales@example.com", "Sales@example.com", NULL }, { NULL, "sales@example.com", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct record *before = holder(&kind_group, "Sales", "address", cases[i].before);
		const struct consequence *found = consequence("members-address-gone", before, holder(&kind_group, "Sales", "address", cases[i].after), KNOWN_YES);

		if ((found != NULL) != (cases[i].says != NULL) || (found && !strstr(found->sentence, cases[i].says)))
			fail_msg("case %zu: %s", i, found ? found->sentence : "silent");
	}
}

/* What is said of the allowed senders is what the mail servers do, as far as it was told. */
static void senders_are_told_as_configured(void **state)
{
	static const struct { const char *field, *before, *after; enum known listfilter; enum severity severity; const char *says; } cases[] = {
		{ "sender_users", NULL, "anna", KNOWN_YES, SEVERITY_NOTE, "Everybody else is refused" },
		{ "sender_users", NULL, "anna", KNOWN_NO, SEVERITY_WARNING, "stored and not enforced" },
		{ "sender_users", NULL, "anna", KNOWN_NOT, SEVERITY_WARNING, "nobody told postroom" },
		{ "sender_groups", NULL, "Sales", KNOWN_YES, SEVERITY_NOTE, "Everybody else is refused" },
		{ "sender_groups", "Sales", NULL, KNOWN_YES, SEVERITY_WARNING, "anybody may write to it" },
		{ "sender_groups", "Sales", NULL, KNOWN_NO, SEVERITY_WARNING, "anybody may write to it" },
		{ "sender_groups", "Sales", "Sales", KNOWN_NO, SEVERITY_NOTE, NULL },
	};
	const struct kind *const both[] = { &kind_group, &kind_mailinglist };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
		size_t n = i / 2;
		const struct kind *kind = both[i % 2];
		const struct consequence *told = consequence("members-senders", holder(kind, "News", cases[n].field, cases[n].before),
			holder(kind, "News", cases[n].field, cases[n].after), cases[n].listfilter);

		if (!told != !cases[n].says || (told && (told->severity != cases[n].severity || !strstr(told->sentence, cases[n].says))))
			fail_msg("%s %zu: %s", kind->name, n, told ? told->sentence : "(nothing)");
	}
}

static void names_that_mislead_are_told(void **state)
{
	struct record *plain = holder(&kind_group, "Sales", NULL, NULL), *comma = holder(&kind_group, "Sales, North", NULL, NULL),
		*digits = holder(&kind_group, "4711", NULL, NULL), *list = holder(&kind_mailinglist, "Sales, North", NULL, NULL);

	(void)state;
	assert_null(consequence("members-name-comma", NULL, plain, KNOWN_NO));
	assert_int_equal(consequence("members-name-comma", NULL, comma, KNOWN_NO)->severity, SEVERITY_WARNING);
	assert_non_null(consequence("members-name-comma", plain, comma, KNOWN_NO));
	assert_null(consequence("members-name-comma", comma, comma, KNOWN_NO));
	assert_null(consequence("members-name-comma", NULL, list, KNOWN_NO));
	assert_non_null(consequence("members-name-digits", NULL, digits, KNOWN_NO));
	assert_null(consequence("members-name-digits", NULL, plain, KNOWN_NO));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_address_that_goes_is_told, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(senders_are_told_as_configured, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(names_that_mislead_are_told, open_arena, close_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
