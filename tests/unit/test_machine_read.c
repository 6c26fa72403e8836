/*
 * test_machine_read: df, loadavg, meminfo and mail_location, as real machines
 * print them, cut at every byte, and without sense; growth over time.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/machine_read.h"

static const char space[] =
	"Filesystem                 1-blocks         Used    Available Capacity Mounted on\n"
	"/dev/mapper/vg-root     21474836480   8589934592  10737418240      45% /\n"
	"//nas/my mail          107374182400  53687091200  53687091200      50% /srv/my mail\n"
	"/dev/mapper/vg-root     21474836480   8589934592  10737418240      45% /\n";
static const char inodes[] =
	"Filesystem          Inodes IUsed  IFree IUse% Mounted on\n"
	"/dev/mapper/vg-root   1000   900    100   90% /\n"
	"//nas/my mail            -     -      -     - /srv/my mail\n"
	"/dev/mapper/vg-root   1000   900    100   90% /\n";
static const struct machine_path paths[] = { { "/var/spool/postfix", "queue" }, { "/srv/my mail/store", "mail store" }, { "/var/log", "log" } };

static void each_file_system_once(void **state)
{
	struct arena *arena = arena_new();
	struct disk_row *disks;
	size_t count = machine_join(arena, paths, 3, space, inodes, &disks);

	(void)state;
	assert_int_equal(count, 2);
	assert_string_equal(disks[0].what, "queue, log");
	assert_string_equal(disks[0].path, "/");
	assert_string_equal(disks[0].device, "/dev/mapper/vg-root");
	/* What root keeps for itself is nobody's, as df counts. */
	assert_true(disks[0].bytes == 8589934592 + 10737418240);
	assert_true(disks[0].bytes_free == 10737418240);
	assert_int_equal(disks[0].inodes, 1000);
	assert_int_equal(disks[0].inodes_free, 100);
	assert_true(isnan(disks[0].hours_left));
	assert_string_equal(disks[1].what, "mail store");
	assert_string_equal(disks[1].path, "/srv/my mail");
	assert_int_equal(disks[1].inodes, 0);
	arena_free(arena);
}

/* df left out a path that is not there: the others find their rows by their mount points. */
static void a_missing_path_moves_nothing(void **state)
{
	static const char some[] = "Filesystem 1-blocks Used Available Capacity Mounted on\n/dev/a 100 40 60 40% /\n/dev/b 200 10 190 5% /var/log\n";
	struct arena *arena = arena_new();
	struct disk_row *disks;
	size_t count = machine_join(arena, paths, 3, some, "", &disks);

	(void)state;
	assert_int_equal(count, 2);
	assert_string_equal(disks[0].what, "queue, mail store");
	assert_string_equal(disks[1].what, "log");
	assert_string_equal(disks[1].device, "/dev/b");
	arena_free(arena);
}

static void cut_anywhere(void **state)
{
	struct arena *arena = arena_new();
	struct disk_row *disks;
	size_t length, i;

	(void)state;
	for (length = 0; length < sizeof(space); length++) {
		size_t count = machine_join(arena, paths, 3, arena_bytes(arena, space, length), arena_bytes(arena, inodes, length % sizeof(inodes)), &disks);

		for (i = 0; i < count; i++) {
			assert_true(disks[i].bytes >= disks[i].bytes_free);
			assert_true(disks[i].inodes >= disks[i].inodes_free);
			assert_int_equal(disks[i].path[0], '/');
		}
		assert_true(count <= 3);
	}
	arena_free(arena);
}

static void loads(void **state)
{
	static const struct { const char *output; bool good; double one; } cases[] = {
		{ "0.52 1.58 2.59 3/589 12345\n", true, 0.52 }, { "12.00 1.58 2.59 3/589 12345\n", true, 12 },
		{ "", false, 0 }, { "0.52", false, 0 }, { "0.52 1.58", false, 0 }, { "a b c d", false, 0 }, { "-1 0 0 x", false, 0 }, { "nan 0 0 x", false, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double load[3] = { -5, -5, -5 };

		assert_int_equal(machine_read_load(cases[i].output, load), cases[i].good);
		assert_true(load[0] == (cases[i].good ? cases[i].one : -5));
	}
}

static void memories(void **state)
{
	static const char whole[] = "MemTotal:       16316412 kB\nMemFree:          123456 kB\nMemAvailable:    8158206 kB\nBuffers: 1 kB\n";
	static const char *const wrong[] = { "", "MemTotal: 5 kB\n", "MemTotal: 5 kB\nMemAvailable: 6 kB\n", "MemTotal: 0 kB\nMemAvailable: 0 kB\n",
		"MemTotal: 99999999999999999999999 kB\nMemAvailable: 1 kB\n", "xMemTotal: 5 kB\nMemAvailable: 1 kB\n" };
	uint64_t memory = 0, available = 0;
	size_t i;

	(void)state;
	assert_true(machine_read_memory(whole, &memory, &available));
	assert_true(memory == 16316412ull * 1024 && available == 8158206ull * 1024);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(machine_read_memory(wrong[i], &memory, &available));
}

static void mail_folders(void **state)
{
	static const struct { const char *location, *folder; } cases[] = {
		{ "maildir:/var/spool/dovecot/private/%Ld/%Ln/Maildir\n", "/var/spool/dovecot/private" }, { "mbox:~/mail:INBOX=/var/mail/%u\n", "/var/mail" },
		{ "maildir:/srv/vmail-%d/%n", "/srv" }, { "mdbox:/srv/mail", "/srv/mail" }, { "sdbox:/srv/mail/:INDEX=/var/index/%u", "/srv/mail" },
		{ "maildir:~/Maildir\n", NULL }, { "", NULL }, { "\n", NULL }, { "maildir:%h/Maildir", NULL }, { "maildir:/%u", NULL },
	};
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *folder = machine_mail_folder(arena, cases[i].location);

		if (cases[i].folder)
			assert_string_equal(folder, cases[i].folder);
		else
			assert_null(folder);
	}
	arena_free(arena);
}

/* --- growth --------------------------------------------------------------------------------------- */

#define GIB (1024.0 * 1024 * 1024)

/* A disk of 100 GiB, looked at each minute, that holds what `used` says. */
static struct disk_row after(struct arena *arena, unsigned minutes, double (*used)(unsigned minute))
{
	struct disk_row before = { 0 }, disk;
	unsigned minute;

	for (minute = 0; minute <= minutes; minute++) {
		disk = (struct disk_row){ .bytes = (uint64_t)(100 * GIB), .bytes_free = (uint64_t)(100 * GIB - used(minute)) };
		machine_grow(arena, &disk, minute ? &before : NULL, 1000000 + 60 * (int64_t)minute);
		before = disk;
	}
	return disk;
}

static double steadily(unsigned minute) { return 50 * GIB + minute * GIB / 60 * 10; }
static double still(unsigned minute) { (void)minute; return 50 * GIB; }
static double emptying(unsigned minute) { return 50 * GIB - minute * GIB / 60; }
static double copied_once(unsigned minute) { return 50 * GIB + (minute > 5 ? 20 * GIB : 0); }
static double hardly(unsigned minute) { return 50 * GIB + minute * 1024; }

static void growth(void **state)
{
	struct arena *arena = arena_new();
	struct disk_row disk = after(arena, 9, steadily);

	(void)state;
	assert_true(isnan(disk.hours_left));
	disk = after(arena, 10, steadily);
	assert_true(fabs(disk.bytes_per_hour - 10 * GIB) < GIB / 100);
	disk = after(arena, 300, steadily);
	assert_int_equal(disk.sample_count, DISK_SAMPLES);
	assert_true(fabs(disk.hours_left - 0) < 0.01);
	disk = after(arena, 60, steadily);
	assert_true(fabs(disk.hours_left - 4) < 0.01);
	disk = after(arena, 60, still);
	assert_true(disk.hours_left == -1);
	disk = after(arena, 60, emptying);
	assert_true(disk.hours_left == -1);
	disk = after(arena, 60, copied_once);
	assert_true(disk.hours_left == -1);
	disk = after(arena, 60, hardly);
	assert_true(disk.hours_left == -1);
	arena_free(arena);
}

/* Looks that come fast do not push the hour out; a clock that goes back begins anew. */
static void samples_keep_their_distance(void **state)
{
	struct arena *arena = arena_new();
	struct disk_row before = { 0 }, disk;
	unsigned second;

	(void)state;
	for (second = 0; second < 600; second += 5) {
		disk = (struct disk_row){ .bytes = 1000, .bytes_free = 500 };
		machine_grow(arena, &disk, second ? &before : NULL, 1000000 + (int64_t)second);
		before = disk;
	}
	assert_true(disk.sample_count <= 12);
	disk = (struct disk_row){ .bytes = 1000, .bytes_free = 500 };
	machine_grow(arena, &disk, &before, 5);
	assert_int_equal(disk.sample_count, 1);
	arena_free(arena);
}

static void inodes_count_too(void **state)
{
	struct arena *arena = arena_new();
	struct disk_row before = { 0 }, disk;
	unsigned minute;

	(void)state;
	for (minute = 0; minute <= 30; minute++) {
		disk = (struct disk_row){ .bytes = 1000, .bytes_free = 500, .inodes = 1000, .inodes_free = 500 - minute * 10 };
		machine_grow(arena, &disk, minute ? &before : NULL, 1000000 + 60 * (int64_t)minute);
		before = disk;
	}
	assert_true(fabs(disk.hours_left - 200.0 / 600) < 0.001);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_file_system_once), cmocka_unit_test(a_missing_path_moves_nothing), cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(loads), cmocka_unit_test(memories), cmocka_unit_test(mail_folders), cmocka_unit_test(growth),
		cmocka_unit_test(samples_keep_their_distance), cmocka_unit_test(inodes_count_too),
	};

	return cmocka_run_group_tests_name("machine_read", tests, NULL, NULL);
}
