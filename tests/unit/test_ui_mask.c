/* test_ui_mask: names of people in addresses are hidden, everything else stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/mask.h"

static void addresses(void **state)
{
	static const struct { const char *words, *masked; } cases[] = {
		{ "mail1: j.smith@example.com has 9 of 10 imap connections from 192.0.2.1", "mail1: j***@example.com has 9 of 10 imap connections from 192.0.2.1" },
		{ "<a@b.example>: no, <cc@d.example>", "<a***@b.example>: no, <c***@d.example>" },
		{ "j@example.com", "j***@example.com" },
		{ "\xc3\xa4nne@example.com", "\xc3\xa4***@example.com" },
		{ "postmaster@example.com and MAILER-DAEMON@mail1", "postmaster@example.com and MAILER-DAEMON@mail1" },
		{ "an @ alone, and foo@ and @bar", "an @ alone, and foo@ and @bar" },
		{ "a@b@c.example", "a***@***@c.example" },
		{ "", "" }, { "nothing to hide", "nothing to hide" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(mask_addresses(arena, cases[i].words), cases[i].masked);
	assert_null(mask_addresses(arena, NULL));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(addresses) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
