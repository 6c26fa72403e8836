/* Reading from the real slapd of tests/lab: link, lists, limits, records with derived fields. */
#include "live.h"

#include "base/text.h"

static void test_link_comes_up(void **state)
{
	struct live live;
	const struct directory_status *status;

	(void)state;
	if (live_missing())
		skip();
	live_prepare(&live, "ADMIN");
	live.settings.base = NULL;
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	status = directory_status(live.directory);
	assert_string_equal(status->base, live_env("LAB_BASE"));
	assert_string_equal(status->identity, live_env("LAB_ADMIN_DN"));
	assert_string_equal(status->profile, "ucs");
	assert_string_equal(status->uri, live_env("LAB_URI"));
	assert_true(status->can_write);
	assert_null(status->write_reason);
	assert_true(status->latency_ms >= 0);
	live_close(&live);
}

static void test_lists(void **state)
{
	struct live live;
	size_t all;

	(void)state;
	if (live_missing())
		skip();
	live_prepare(&live, "ADMIN");
	live_open(&live);

	live_list(&live, "user", NULL, 0);
	if (!live.list_end.complete)
		fail_msg("%s %s", live.reason, live.list_end.error.text);
	all = live.rows;
	assert_true(all > 200);
	assert_int_equal(live.list_end.count, all);
	live.each = NULL;
	live_list(&live, "user", NULL, 10);
	assert_int_equal(live.rows, 10);
	assert_false(live.list_end.complete);
	live_list(&live, "user", NULL, all);
	assert_true(live.list_end.complete);
	live_list(&live, "user", "example.com", 0);
	assert_true(live.rows > 0 && live.rows < all);
	live_list(&live, "user", "zzqqxxyy", 0);
	assert_int_equal(live.rows, 0);
	assert_true(live.list_end.complete);
	live_list(&live, "domain", NULL, 0);
	assert_true(live.list_end.complete && live.rows >= 4);
	live_list(&live, "server", NULL, 0);
	assert_int_equal(live.rows, 2);
	live_close(&live);
}

static void test_a_cut_list_says_so(void **state)
{
	struct live live;

	(void)state;
	if (live_missing())
		skip();
	live_prepare(&live, "LIMITED");
	live_open(&live);
	live_list(&live, "user", NULL, 0);
	printf("# %s\n", live.reason);
	assert_false(live.list_end.complete);
	assert_int_equal(live.rows, 100);
	assert_int_equal(live.list_end.error.kind, ERROR_NONE);
	assert_non_null(strstr(live.reason, "100 of more (the server's size limit) [LDAP 4]"));
	live_close(&live);
}

static char first_user[200];

static void remember(struct live *live, const struct rows *rows)
{
	(void)live;
	if (rows->count > 0)
		snprintf(first_user, sizeof first_user, "%s", rows->rows[0].name);
}

static void test_records(void **state)
{
	struct live live;
	struct record *record;
	char by_uuid[100], by_dn[300], address[200];

	(void)state;
	if (live_missing())
		skip();
	live_prepare(&live, "ADMIN");
	live_open(&live);
	live.each = remember;
	live_list(&live, "user", NULL, 50);
	record = live_read(&live, "user", first_user);
	if (record == NULL)
		fail_msg("%s", live.error.text);
	assert_string_equal(record->name, first_user);
	assert_non_null(record->id);
	assert_non_null(record->version);
	assert_null(record_attribute(record, "userPassword"));
	assert_non_null(record_attribute(record, "objectClass"));
	assert_null(record_attribute(record, "entryUUID"));
	snprintf(by_uuid, sizeof by_uuid, "uuid:%s", record->id);
	snprintf(by_dn, sizeof by_dn, "%s", record->place);
	snprintf(address, sizeof address, "%s", record_text(record, "address"));
	assert_non_null(live_read(&live, "user", by_uuid));
	assert_string_equal(live.record->name, first_user);
	assert_non_null(live_read(&live, "user", by_dn));
	if (address[0] != '\0')
		assert_non_null(live_read(&live, "user", address));
	assert_null(live_read(&live, "user", "nobody-of-this-name"));
	assert_int_equal(live.error.kind, ERROR_NOT_FOUND);
	assert_null(live_read(&live, "user", "*"));
	assert_int_equal(live.error.kind, ERROR_NOT_FOUND);
	assert_null(live_read(&live, "domain", "a)(objectClass=*"));
	record = live_read(&live, "domain", "example.com");
	assert_non_null(record);
	assert_true(atoi(record_text(record, "users")) > 10);
	live_close(&live);
}

/* --- a filter, against all rows filtered here ---------------------------------------------------- */

enum { FILTERS = 150, KEPT_MOST = 2000 };
static struct { char id[320]; char *folded; bool found; } kept[KEPT_MOST];
static size_t kept_count;

static void keep(struct live *live, const struct rows *rows)
{
	(void)live;
	for (size_t i = 0; i < rows->count && kept_count < KEPT_MOST; i++) {
		snprintf(kept[kept_count].id, sizeof kept[0].id, "%s", rows->rows[i].id);
		kept[kept_count++].folded = strdup(rows->rows[i].folded);
	}
}

static void tick_off(struct live *live, const struct rows *rows)
{
	(void)live;
	for (size_t i = 0; i < rows->count; i++)
		for (size_t j = 0; j < kept_count; j++)
			if (strcmp(kept[j].id, rows->rows[i].id) == 0)
				kept[j].found = true;
}

static void compare_filter(struct live *live, const char *kind, const char *words)
{
	struct list_request request = { .kind = kind_find(kind), .filter = words };
	struct arena *arena = arena_new();
	const char *folded = text_fold(arena, words, strlen(words));

	for (size_t i = 0; i < kept_count; i++)
		kept[i].found = false;
	live->each = tick_off;
	live->ended = false;
	directory_list(live->directory, &request, live_rows, live_end, live);
	loop_run_until(live->loop, &live->ended);
	assert_true(live->list_end.complete);
	for (size_t i = 0; i < kept_count; i++) {
		const struct row row = { .folded = kept[i].folded };

		if (row_matches(&row, folded) != kept[i].found)
			fail_msg("%s \"%s\": %s is %sfound", kind, words, kept[i].folded, kept[i].found ? "" : "not ");
	}
	arena_free(arena);
}

/* A piece of what some object has; every character is taken whole, so that it can be typed. */
static void piece_of(const char *folded, char *words, size_t size)
{
	size_t length = strlen(folded), begin = length == 0 ? 0 : (size_t)rand() % length, end;

	while ((folded[begin] & 0xc0) == 0x80)
		begin++;
	end = begin + 1 + (size_t)rand() % 9;
	if (end > length)
		end = length;
	while ((folded[end] & 0xc0) == 0x80)
		end++;
	snprintf(words, size, "%.*s", (int)(end - begin), folded + begin);
}

static void test_filters(void **state)
{
	static const char *const kinds_tried[] = { "user", "group", "mailinglist", "folder", "domain", "alias", "server" };
	static const char *const fixed[] = { "@", "example.com", "M\303\234LLER", "muller", "0", "-", "(", "*", "\\", "a 1", "\303\237", "xn--" };
	struct live live;
	char words[100];

	(void)state;
	if (live_missing())
		skip();
	live_prepare(&live, "ADMIN");
	live_open(&live);
	for (size_t k = 0; k < sizeof kinds_tried / sizeof *kinds_tried; k++) {
		kept_count = 0;
		live.each = keep;
		live_list(&live, kinds_tried[k], NULL, 0);
		for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
			compare_filter(&live, kinds_tried[k], fixed[i]);
		for (size_t i = 0; kept_count > 0 && i < (k == 0 ? FILTERS : FILTERS / 10); i++) {
			piece_of(kept[(size_t)rand() % kept_count].folded, words, sizeof words);
			compare_filter(&live, kinds_tried[k], words);
		}
		while (kept_count > 0)
			free(kept[--kept_count].folded);
	}
	live_close(&live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link_comes_up),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_a_cut_list_says_so),
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
