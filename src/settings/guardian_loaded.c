/*
 * guardian_loaded: has the configuration been changed since the Dovecot that
 * runs read it?
 *
 * doveconf tells what the files say, and nobody what the master read of them.
 * But each start and each reload that is taken begins a new process "log"
 * (dovecot 5.3), so a file that was touched after that is not what runs.  What
 * cannot be seen is told as changed: who asks wants to be sure.  Guardian's
 * process.
 */
#include "settings/guardian_private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

/* A reload begins its process some ms after the file came; clocks of files are coarse. */
enum { MOST_DEPTH = 4, MOST_BYTES = 4 << 20, SLACK_MS = 500 };

struct walk { struct guardian *guardian; const char *setting; int64_t loaded_ms; const char *newer; };

static int64_t now_ms(clockid_t clock)
{
	struct timespec at = { 0 };

	clock_gettime(clock, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

/* When a child "log" of the master began, in ms since 1970; 0: this is none. */
static int64_t began(struct guardian *guardian, long pid, long master)
{
	unsigned long long ticks = 0;
	size_t length;
	char *words = file_read(guardian->arena, arena_format(guardian->arena, "/proc/%ld/stat", pid), 4096, &length, NULL);
	const char *end = words ? strrchr(words, ')') : NULL;
	long parent = 0;

	if (!end || !strstr(words, " (log) ") || sscanf(end + 1, " %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			&parent, &ticks) != 2 || parent != master)
		return 0;
	return now_ms(CLOCK_REALTIME) - now_ms(CLOCK_BOOTTIME) + (int64_t)(ticks * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
}

/* The newest: old ones live on while sessions of before a reload do. */
static int64_t loaded_ms(struct guardian *guardian)
{
	long master = guardian_dovecot_master(guardian, NULL);
	DIR *processes = master ? opendir("/proc") : NULL;
	struct dirent *entry;
	int64_t newest = 0;

	while (processes && (entry = readdir(processes))) {
		long pid = strtol(entry->d_name, NULL, 10);
		int64_t one = pid > 1 ? began(guardian, pid, master) : 0;

		newest = one > newest ? one : newest;
	}
	if (processes)
		closedir(processes);
	return newest;
}

static void look_at(struct walk *walk, const char *path)
{
	struct stat status;
	size_t length;
	const char *bytes;

	/* The time of a change of any kind: a copy may bring an old time of its bytes. */
	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
	    (int64_t)status.st_ctim.tv_sec * 1000 + status.st_ctim.tv_nsec / 1000000 <= walk->loaded_ms + SLACK_MS)
		return;
	bytes = file_read(walk->guardian->arena, path, MOST_BYTES, &length, NULL);
	if (!bytes || strstr(bytes, walk->setting))
		walk->newer = path;
}

static void look_in(struct walk *walk, const char *path, unsigned depth)
{
	DIR *directory = depth < MOST_DEPTH ? opendir(path) : NULL;
	struct dirent *entry;

	while (directory && !walk->newer && (entry = readdir(directory))) {
		const char *name = arena_format(walk->guardian->arena, "%s/%s", path, entry->d_name), *dot = strrchr(entry->d_name, '.');

		if (entry->d_name[0] == '.')
			continue;
		if (dot && !strcmp(dot, ".conf"))
			look_at(walk, name);
		else if (entry->d_type == DT_DIR)
			look_in(walk, name, depth + 1);
	}
	if (directory)
		closedir(directory);
}

const char *guardian_dovecot_newer(struct guardian *guardian, const char *setting)
{
	struct walk walk = { .guardian = guardian, .setting = setting, .loaded_ms = loaded_ms(guardian) };
	const char *config = guardian_config(guardian), *slash = strrchr(config, '/');

	look_at(&walk, config);
	if (!walk.newer && slash > config)
		look_in(&walk, arena_format(guardian->arena, "%.*s", (int)(slash - config), config), 0);
	return walk.newer;
}
