/* test_offer: what a review offers beside what was asked, and what the change becomes with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/consequence.h"
#include "model/offer.h"

static const struct reference forwards[] = {
	{ "user", "bert", "uid=bert", "mailForwardAddress", "anna@example.com", "forward target", false, true },
	{ "mailinglist", "news", "cn=news", "univentionMailMember", "anna@example.com", "list member", true, true },
};
static const struct reference left[] = {
	{ "user", "bert", "uid=bert", "secretary", "uid=anna", "secretary", false, false },
};

static const struct offer_case {
	const char *what;
	enum verb verb;
	const char *kind, *field, *value;
	const char *more;                  /* further alternative address; NULL */
	const struct reference *references;
	size_t reference_count;
	bool unsupported, follows;
	const char *offer;                 /* NULL: none */
} cases[] = {
	{ "new address", VERB_EDIT, "user", "address", "new@example.com", NULL, NULL, 0, false, false, "keep-address" },
	{ "new address, old one kept", VERB_EDIT, "user", "address", "new@example.com", "ANNA@example.com", NULL, 0, false, false, NULL },
	{ "new address, no alternative ones here", VERB_EDIT, "user", "address", "new@example.com", NULL, NULL, 0, true, false, NULL },
	{ "same address", VERB_EDIT, "user", "address", "Anna@example.com", NULL, NULL, 0, false, false, NULL },
	{ "address taken away", VERB_EDIT, "user", "address", NULL, NULL, NULL, 0, false, false, NULL },
	{ "address taken away, forwarded to", VERB_EDIT, "user", "address", NULL, NULL, forwards, 2, false, false, "follow" },
	{ "address changed, forwarded to: those follow by themselves", VERB_EDIT, "user", "address", "new@example.com", "anna@example.com", forwards, 2,
		false, false, NULL },
	{ "quota", VERB_EDIT, "user", "quota", "1048576", NULL, forwards, 2, false, false, NULL },
	{ "deleted", VERB_DELETE, "user", NULL, NULL, NULL, NULL, 0, false, false, NULL },
	{ "deleted, forwarded to", VERB_DELETE, "user", NULL, NULL, NULL, forwards, 2, false, false, "follow" },
	{ "deleted with forwards", VERB_DELETE, "user", NULL, NULL, NULL, forwards, 2, false, true, NULL },
	{ "deleted, what is left cannot follow", VERB_DELETE, "user", NULL, NULL, NULL, left, 1, false, false, NULL },
	{ "deleting taken back", VERB_UNDO, "user", NULL, NULL, NULL, forwards, 2, false, false, NULL },
	{ "list deleted, forwarded to", VERB_DELETE, "mailinglist", NULL, NULL, NULL, forwards, 1, false, false, "follow" },
};

static void test_offers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct offer_case *one = &cases[i];
		const struct kind *kind = kind_find(one->kind);
		struct record *now = record_new(kind), *after;
		struct facts facts = { .now = now, .references = one->references, .reference_count = one->reference_count, .references_complete = true };
		struct change *change = change_new(one->verb, kind, "anna"), *taken;
		struct consequence *list;
		const struct offer *offer;
		size_t count;
		bool told = false;

		record_set_text(now, "address", "anna@example.com");
		record_set_text(now, kind->name_field, "anna");
		now->name = "anna";
		if (one->unsupported)
			record_set(now, "alternates", VALUE_UNSUPPORTED, NULL, 0);
		if (one->field)
			change_edit_text(change, kind_field(kind, one->field), EDIT_SET, one->value);
		if (one->more)
			change_edit_text(change, kind_field(kind, "alternates"), EDIT_ADD, one->more);
		change->follows = one->follows;
		after = one->verb == VERB_UNDO ? NULL : change_result(change->arena, change, now);
		offer = offer_for(change, &facts, after);
		if (!offer != !one->offer || (offer && strcmp(offer->name, one->offer)))
			fail_msg("%s: offers %s", one->what, offer ? offer->name : "nothing");
		/* It is told in the words of the button, and only where it is there. */
		count = consequences_of(change->arena, change, after, &facts, &list);
		for (size_t j = 0; j < count; j++)
			if (!strncmp(list[j].rule, "offer-", 6)) {
				told = true;
				assert_non_null(strstr(list[j].sentence, offer->words));
			}
		assert_int_equal(told, offer != NULL);
		if (offer) {
			taken = offer_take(offer, change, &facts);
			assert_null(offer_for(taken, &facts, change_result(taken->arena, taken, now)));
			assert_true(taken->follows || change_holds(kind_field(kind, "alternates"),
				record_get(change_result(taken->arena, taken, now), "alternates"), "anna@example.com"));
			change_free(taken);
		}
		change_free(change);
		record_free(now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
