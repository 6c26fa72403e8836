/*
 * journal: no write without its record, whatever the disk does; what a crash
 * leaves is cut off, anything else stops writing.
 *
 * This file has its own write, fdatasync and fallocate, which the linker
 * prefers to those of the C library: so the disk can fill up and fail at will.
 */
#include <errno.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "base/file.h"
#include "gate/archive.h"
#include "gate/codec.h"
#include "gate/journal.h"
#include "tests/unit/gate_bench.h"

#define TWO_MB "2097152"
#define THREE_MB "3145728"

/* --- a disk that fails ------------------------------------------------------------------ */

static struct {
	bool armed;
	int descriptor;                    /* of the journal; others are left alone */
	unsigned writes;                   /* until this one, which fails; 0: none fails */
	size_t part;                       /* of it that is written all the same */
	int write_error, sync_error, room_error;
	bool dirty;                        /* something was written and not synced */
} disk;

static bool is_journal(int descriptor)
{
	char link[64], path[500];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	length = readlink(link, path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	return disk.armed && strstr(path, "/journal/") && strstr(path, ".journal");
}

ssize_t write(int descriptor, const void *bytes, size_t length)
{
	if (is_journal(descriptor)) {
		disk.dirty = true;
		if (disk.writes > 0 && --disk.writes == 0) {
			if (disk.part > 0 && disk.part < length) {
				disk.writes = 1;
				length = disk.part;
				disk.part = 0;
				return syscall(SYS_write, descriptor, bytes, length);
			}
			errno = disk.write_error;
			return -1;
		}
	}
	return syscall(SYS_write, descriptor, bytes, length);
}

int fdatasync(int descriptor)
{
	if (is_journal(descriptor)) {
		if (disk.sync_error) {
			errno = disk.sync_error;
			return -1;
		}
		disk.dirty = false;
	}
	return (int)syscall(SYS_fdatasync, descriptor);
}

int fallocate(int descriptor, int mode, off_t offset, off_t length)
{
	if (is_journal(descriptor) && disk.room_error) {
		errno = disk.room_error;
		return -1;
	}
	return (int)syscall(SYS_fallocate, descriptor, mode, offset, length);
}

/* --- frame --------------------------------------------------------------------------------- */

static struct bench bench;

static int set_up(void **state)
{
	(void)state;
	memset(&disk, 0, sizeof(disk));
	disk.armed = true;
	bench_open(&bench);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	disk.armed = false;
	bench_close(&bench);
	return 0;
}

static const char *quota(void)
{
	return fake_store_text(&bench.fake, "anna", "quota");
}

static void put_journal(const char *bytes, size_t length)
{
	char path[500];
	FILE *file;

	snprintf(path, sizeof(path), "%s/journal", bench.directory);
	bench_remove(path);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/journal/20261120T120000Z-00000001.journal", bench.directory);
	file = fopen(path, "wb");
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	chmod(path, 0600);
}

/* A journal with an edit, a failure, a deletion and its undo, on the heap. */
static char *make_journal(size_t *length)
{
	struct change *change = change_new(VERB_DELETE, kind_find("user"), "anna");
	char path[500], *bytes;

	bench_set(&bench, "anna", "quota", TWO_MB);
	bench.fake.trouble_at = 1;
	bench.fake.trouble = OUTCOME_NOT_APPLIED;
	bench_set(&bench, "anna", "quota", THREE_MB);
	bench_preview(&bench, change);
	bench_submit(&bench, bench.review->confirm_text, "gone");
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	bench_preview_undo(&bench, NULL);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	change_free(change);
	bench_close_gate(&bench);
	assert_true(bench_journal(&bench, path, sizeof(path)));
	bytes = bench_read(path, length);
	assert_true(*length > 1000);
	return bytes;
}

/* --- no write without its record ----------------------------------------------------------- */

static void record_is_on_disk(struct fake_store *fake, const struct operation *operation, void *context)
{
	struct journal_reading reading;
	char path[500], *bytes;
	size_t length;

	(void)fake;
	(void)context;
	assert_false(disk.dirty);
	assert_true(bench_journal(&bench, path, sizeof(path)));
	bytes = bench_read(path, &length);
	journal_read_bytes("test", bytes, length, NULL, NULL, &reading);
	assert_int_equal(reading.state, JOURNAL_WHOLE);
	assert_non_null(strstr(bytes, "\"record\":\"intent\""));
	assert_non_null(strstr(bytes, operation->id));
	free(bytes);
}

static void the_intent_is_synced_before_anything_is_sent(void **state)
{
	(void)state;
	bench.fake.before_apply = record_is_on_disk;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
	assert_int_equal(bench.fake.applies, 1);
}

static const struct { const char *name; int write_error; unsigned at; size_t part; int sync_error, room_error; } faults[] = {
	{ "no room for the first record", ENOSPC, 1, 0, 0, 0 },
	{ "no room for the intent", ENOSPC, 2, 0, 0, 0 },
	{ "half of the intent", ENOSPC, 2, 100, 0, 0 },
	{ "quota of the file system", EDQUOT, 2, 0, 0, 0 },
	{ "broken disk", EIO, 2, 10, 0, 0 },
	{ "sync fails", 0, 0, 0, EIO, 0 },
	{ "sync finds the disk full", 0, 0, 0, ENOSPC, 0 },
	{ "nothing can be reserved", 0, 0, 0, 0, ENOSPC },
	{ "mounted read-only", EROFS, 2, 0, 0, 0 },
};

static void a_failing_disk_sends_nothing(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		disk.armed = false;
		bench_close(&bench);
		bench_open(&bench);
		disk.armed = true;
		disk.writes = faults[i].at;
		disk.part = faults[i].part;
		disk.write_error = faults[i].write_error;
		disk.sync_error = faults[i].sync_error;
		disk.room_error = faults[i].room_error;
		assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_NOT_APPLIED);
		assert_int_equal(bench.fake.applies, 0);
		assert_string_equal(quota(), "1048576");
		assert_non_null(gate_write_reason(bench.gate));
		disk.writes = 0;
		disk.sync_error = disk.room_error = 0;
		/* Room again changes nothing in this session. */
		assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_NOT_APPLIED);
		assert_int_equal(bench.fake.applies, 0);
		/* The next one finds a whole journal and goes on. */
		bench_close_gate(&bench);
		bench_open_gate(&bench);
		assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
		assert_null(gate_write_reason(bench.gate));
	}
}

static void a_lost_end_is_found_again(void **state)
{
	(void)state;
	/* Session and intent are written, the step is not. */
	disk.writes = 3;
	disk.write_error = ENOSPC;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
	assert_string_equal(quota(), TWO_MB);
	assert_non_null(gate_write_reason(bench.gate));
	bench_close_gate(&bench);
	disk.writes = 0;
	bench_open_gate(&bench);
	assert_int_equal(bench_resolve(&bench), 0);
	assert_int_equal(bench_history(&bench)->entries[0].state, HISTORY_DONE);
	assert_true(bench.history->entries[0].can_undo);
}

/* --- cut and damage --------------------------------------------------------------------------- */

static void cut_at_every_byte(void **state)
{
	size_t length, cut, good = 0, ends = 0;
	char *bytes = make_journal(&length);

	(void)state;
	for (cut = 0; cut <= length; cut++) {
		struct journal_reading reading;

		journal_read_bytes("test", bytes, cut, NULL, NULL, &reading);
		assert_int_not_equal(reading.state, JOURNAL_DAMAGED);
		assert_int_equal(reading.state == JOURNAL_WHOLE, reading.good == cut);
		assert_true(reading.good == good || reading.good == cut);
		ends += reading.good > good;
		good = reading.good;
	}
	assert_int_equal(good, length);
	assert_true(ends > 10);
	bench_open_gate(&bench);
	free(bytes);
}

static void a_gate_opens_on_every_cut(void **state)
{
	size_t length, cut, count;
	char *bytes = make_journal(&length), path[500];
	struct stat status;

	(void)state;
	for (cut = 0; cut < length; cut += 61) {
		struct journal_reading reading;

		journal_read_bytes("test", bytes, cut, NULL, NULL, &reading);
		put_journal(bytes, cut);
		bench_open_gate(&bench);
		count = bench_verify(&bench);
		assert_int_equal(bench.error.kind, ERROR_NONE);
		/* What was open is looked at at once, by a session of its own. */
		assert_true(count >= reading.records);
		assert_null(gate_write_reason(bench.gate));
		snprintf(path, sizeof(path), "%s/journal/20261120T120000Z-00000001.journal", bench.directory);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_size, reading.good);
		assert_int_equal(bench_resolve(&bench), 0);
		bench_close_gate(&bench);
	}
	bench_open_gate(&bench);
	free(bytes);
}

static void every_flipped_byte_is_found(void **state)
{
	size_t length, at;
	char *bytes = make_journal(&length);

	(void)state;
	for (at = 0; at < length; at++) {
		struct journal_reading reading;

		bytes[at] ^= 1;
		journal_read_bytes("test", bytes, length, NULL, NULL, &reading);
		assert_int_not_equal(reading.state, JOURNAL_WHOLE);
		bytes[at] ^= 1;
	}
	bench_open_gate(&bench);
	free(bytes);
}

static void a_record_taken_out_is_found(void **state)
{
	size_t length, first, second;
	char *bytes = make_journal(&length);
	struct journal_reading reading;

	(void)state;
	first = (size_t)(strchr(bytes, '\n') + 1 - bytes);
	second = (size_t)(strchr(bytes + first, '\n') + 1 - bytes);
	memmove(bytes + first, bytes + second, length - second);
	journal_read_bytes("test", bytes, length - (second - first), NULL, NULL, &reading);
	assert_int_equal(reading.state, JOURNAL_DAMAGED);
	assert_int_equal(reading.records, 1);
	bench_open_gate(&bench);
	free(bytes);
}

static void zeros_behind_the_end_are_a_torn_end(void **state)
{
	size_t length;
	char *bytes = make_journal(&length);
	struct journal_reading reading;

	(void)state;
	memset(bytes + length, 0, 4096);
	journal_read_bytes("test", bytes, length + 4096, NULL, NULL, &reading);
	assert_int_equal(reading.state, JOURNAL_TORN);
	assert_int_equal(reading.good, length);
	bench_open_gate(&bench);
	free(bytes);
}

static void damage_stops_writing_and_says_where(void **state)
{
	size_t length;
	char *bytes = make_journal(&length);

	(void)state;
	bytes[length / 2] ^= 1;
	put_journal(bytes, length);
	bench_open_gate(&bench);
	bench_verify(&bench);
	assert_int_equal(bench.error.kind, ERROR_FILE);
	assert_non_null(gate_write_reason(bench.gate));
	assert_non_null(strstr(gate_write_reason(bench.gate), "00000001.journal"));
	assert_int_not_equal(bench_set(&bench, "anna", "quota", THREE_MB), OUTCOME_APPLIED);
	free(bytes);
}

/* --- files -------------------------------------------------------------------------------------- */

static void only_we_can_read_it(void **state)
{
	struct stat status;
	char path[500];

	(void)state;
	bench_set(&bench, "anna", "quota", TWO_MB);
	assert_true(bench_journal(&bench, path, sizeof(path)));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	*strrchr(path, '/') = '\0';
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
}

static void a_running_session_is_left_alone(void **state)
{
	struct bench other = bench;
	char path[500];

	(void)state;
	bench_set(&bench, "anna", "quota", TWO_MB);
	assert_true(bench_journal(&bench, path, sizeof(path)));
	assert_true(journal_is_live(path));
	/* A second session beside it: neither cuts nor locks what the first is at. */
	other.done = false;
	other.review = NULL;
	other.history = NULL;
	bench_open_gate(&other);
	assert_int_equal(bench_resolve(&other), 0);
	assert_null(gate_write_reason(other.gate));
	assert_int_equal(bench_history(&other)->count, 1);
	history_free(other.history);
	bench_close_gate(&other);
	bench_close_gate(&bench);
	assert_false(journal_is_live(path));
	bench_open_gate(&bench);
}

static void no_directory_means_read_only(void **state)
{
	(void)state;
	bench_close_gate(&bench);
	bench.settings.state_directory = NULL;
	bench_open_gate(&bench);
	assert_non_null(gate_write_reason(bench.gate));
	bench_close_gate(&bench);
	bench.settings.state_directory = "/proc/1/nowhere";
	bench_open_gate(&bench);
	assert_non_null(gate_write_reason(bench.gate));
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_NOT_APPLIED);
	assert_int_equal(bench.fake.applies, 0);
}

/* As another user would have left it: only root can make such a file. */
static void others_are_shown_by_the_owner_of_their_file(void **state)
{
	const struct passwd *nobody = getpwnam("nobody");
	char path[600], *bytes;
	size_t length;
	FILE *file;

	(void)state;
	if (getuid() || !nobody)
		skip();
	bench_set(&bench, "anna", "quota", TWO_MB);
	bench_close_gate(&bench);
	assert_true(bench_journal(&bench, path, sizeof(path)));
	bytes = bench_read(path, &length);
	remove(path);
	assert_int_equal(mkdir(bench.shared, 0755), 0);
	snprintf(path, sizeof(path), "%s/20261120T120000Z-00000002.journal", bench.shared);
	file = fopen(path, "wb");
	fwrite(bytes, 1, length, file);
	fclose(file);
	assert_int_equal(chown(path, nobody->pw_uid, nobody->pw_gid), 0);
	bench.settings.shared_directory = bench.shared;
	bench_open_gate(&bench);
	bench_history(&bench);
	assert_int_equal(bench.history->count, 1);
	assert_true(bench.history->others);
	assert_string_equal(bench.history->entries[0].who, "nobody");
	free(bytes);
}

static void a_shared_copy_is_readable_by_the_group_and_not_told_twice(void **state)
{
	struct stat status;
	char path[600], name[500];

	(void)state;
	bench_close_gate(&bench);
	assert_int_equal(mkdir(bench.shared, 0755), 0);
	bench.settings.shared_directory = bench.shared;
	bench_open_gate(&bench);
	bench_set(&bench, "anna", "quota", TWO_MB);
	assert_true(bench_journal(&bench, name, sizeof(name)));
	snprintf(path, sizeof(path), "%s%s", bench.shared, strrchr(name, '/'));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	bench_history(&bench);
	assert_int_equal(bench.history->count, 1);
	assert_false(bench.history->others);
	assert_string_equal(bench.history->entries[0].who, "made by you here");
}

/* --- contents -------------------------------------------------------------------------------------- */

static const struct value odd_values[] = {
	{ "", 0 }, { "plain", 5 }, { "M\xfcller", 6 }, { "a\0b", 3 }, { "\n\t\"\\", 4 }, { "\xe2\x80\xae", 3 }, { "\xff\xfe\0", 3 },
};

static void operations_come_back_byte_for_byte(void **state)
{
	struct arena *arena = arena_new();
	const struct delta deltas[] = {
		{ .attribute = "cn", .how = DELTA_DELETE, .values = odd_values, .count = 7 },
		{ .attribute = "mail", .how = DELTA_ADD, .values = odd_values + 1, .count = 2 },
		{ .attribute = "gone", .how = DELTA_REPLACE, .count = 0 },
	};
	const struct operation operation = {
		.verb = OPERATION_RENAME, .place = "cn=M\xfcller", .new_place = "cn=x", .id = "id-1", .version = "v1",
		.deltas = deltas, .delta_count = 3, .commutes = true, .stays = true, .words = "rename",
	};
	struct journal_writer writer = { .directory = bench.directory, .identity = "", .system = "" };
	struct journal *journal = journal_open(&writer, NULL);
	struct json *json = operation_to_json(&operation, journal), *parsed;
	struct operation back;
	char *words = json_print(json, false);
	size_t i;

	(void)state;
	parsed = json_parse(words, strlen(words), NULL);
	assert_non_null(parsed);
	assert_true(operation_from_json(arena, parsed, &back));
	assert_int_equal(back.verb, OPERATION_RENAME);
	assert_string_equal(back.place, operation.place);
	assert_string_equal(back.new_place, "cn=x");
	assert_string_equal(back.version, "v1");
	assert_true(back.commutes);
	assert_true(back.stays);
	assert_int_equal(back.delta_count, 3);
	assert_int_equal(back.deltas[0].count, 7);
	assert_int_equal(back.deltas[2].how, DELTA_REPLACE);
	for (i = 0; i < 7; i++)
		assert_true(value_same(&back.deltas[0].values[i], &odd_values[i]));
	free(words);
	json_free(json);
	json_free(parsed);
	journal_close(journal);
	arena_free(arena);
}

static void a_secret_leaves_only_a_hash(void **state)
{
	struct arena *arena = arena_new();
	const struct value secret = { "Canary-4711", 11 };
	const struct delta delta = { .attribute = "userPassword", .how = DELTA_ADD, .values = &secret, .count = 1, .secret = true };
	const struct operation operation = { .verb = OPERATION_PASSWORD, .place = "cn=anna", .deltas = &delta, .delta_count = 1 };
	struct journal_writer writer = { .directory = bench.directory, .identity = "", .system = "" };
	struct journal *journal = journal_open(&writer, NULL), *other = journal_open(&writer, NULL);
	struct json *json = operation_to_json(&operation, journal);
	struct operation back;
	char *words = json_print(json, false);

	(void)state;
	assert_null(strstr(words, "Canary"));
	assert_non_null(strstr(words, "sha256:"));
	assert_string_not_equal(journal_secret(arena, journal, "a", 1), journal_secret(arena, other, "a", 1));
	assert_string_equal(journal_secret(arena, journal, "a", 1), journal_secret(arena, journal, "a", 1));
	assert_true(operation_from_json(arena, json, &back));
	assert_int_equal(back.verb, OPERATION_PASSWORD);
	assert_true(back.deltas[0].secret);
	assert_int_equal(back.deltas[0].count, 0);
	free(words);
	json_free(json);
	journal_close(journal);
	journal_close(other);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_intent_is_synced_before_anything_is_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_failing_disk_sends_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_lost_end_is_found_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_at_every_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_gate_opens_on_every_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_flipped_byte_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_record_taken_out_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(zeros_behind_the_end_are_a_torn_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_stops_writing_and_says_where, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_we_can_read_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_running_session_is_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_directory_means_read_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(others_are_shown_by_the_owner_of_their_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_shared_copy_is_readable_by_the_group_and_not_told_twice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(operations_come_back_byte_for_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_secret_leaves_only_a_hash, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
