/*
 * guardian_descriptors: the open-files limit of the Dovecot that runs.
 *
 * It is inherited from the master process, and a reload does not change it; the
 * kernel lets root give another one to a running process, and what the master
 * starts from then on has it (dovecot 4.4, measured).  It holds until the next
 * start.  Fails with a sentence; what was changed is put back by restore.
 * Guardian's process.
 */
#include "settings/guardian_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/file.h"

pid_t guardian_dovecot_master(struct guardian *guardian, struct error *error)
{
	struct guardian_ran ran = GUARDIAN_RUN(guardian, "/usr/bin/doveconf", "-h", "-c", guardian_config(guardian), "base_dir");
	size_t length;
	const char *words;
	long pid;

	if (!ran.ended || ran.status != 0 || ran.output[0] != '/') {
		error_set(error, ERROR_UNREACHABLE, "doveconf does not say where Dovecot's master process is");
		return 0;
	}
	words = file_read(guardian->arena, arena_format(guardian->arena, "%.*s/master.pid", (int)strcspn(ran.output, "\n"), ran.output), 64, &length, NULL);
	pid = words ? strtol(words, NULL, 10) : 0;
	words = pid > 1 ? file_read(guardian->arena, arena_format(guardian->arena, "/proc/%ld/comm", pid), 64, &length, NULL) : NULL;
	if (words && strcmp(words, "dovecot\n") == 0)
		return (pid_t)pid;
	error_set(error, ERROR_UNREACHABLE, "the master process of Dovecot does not run");
	return 0;
}

static bool give(pid_t pid, const struct rlimit *limit, struct error *error)
{
	if (prlimit(pid, RLIMIT_NOFILE, limit, NULL) == 0)
		return true;
	return error_set(error, ERROR_REFUSED, "the kernel refuses Dovecot %llu open files: %s",
		(unsigned long long)limit->rlim_cur, strerror(errno));
}

bool guardian_descriptors_read(struct guardian *guardian, struct error *error)
{
	struct rlimit now;
	pid_t pid;

	if (guardian->change.descriptors == 0)
		return true;
	pid = guardian_dovecot_master(guardian, error);
	if (pid == 0)
		return false;
	if (prlimit(pid, RLIMIT_NOFILE, NULL, &now) != 0)
		return error_set(error, ERROR_REFUSED, "the open-files limit of Dovecot cannot be read: %s", strerror(errno));
	if (now.rlim_cur != guardian->change.descriptors_seen)
		return error_set(error, ERROR_CONFLICT, "Dovecot runs with %llu open files and not with %llu any more; look again", (unsigned long long)now.rlim_cur,
			(unsigned long long)guardian->change.descriptors_seen);
	guardian->hard = now.rlim_max;
	return true;
}

bool guardian_descriptors_install(struct guardian *guardian, struct error *error)
{
	struct rlimit limit = { .rlim_cur = guardian->change.descriptors, .rlim_max = guardian->hard };
	pid_t pid;

	if (guardian->change.descriptors == 0)
		return true;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	pid = guardian_dovecot_master(guardian, error);
	if (pid == 0 || !give(pid, &limit, error))
		return false;
	guardian_say(guardian, "Dovecot's master process has %llu open files now", (unsigned long long)limit.rlim_cur);
	return true;
}

bool guardian_descriptors_restore(struct guardian *guardian, struct error *error)
{
	struct rlimit limit = { .rlim_cur = guardian->change.descriptors_seen, .rlim_max = guardian->hard }, now;
	pid_t pid;

	if (guardian->change.descriptors == 0)
		return true;
	pid = guardian_dovecot_master(guardian, NULL);
	if (pid == 0 || prlimit(pid, RLIMIT_NOFILE, NULL, &now) != 0 || now.rlim_cur != guardian->change.descriptors)
		return true;
	if (!give(pid, &limit, error))
		return false;
	guardian_say(guardian, "Dovecot's master process has %llu open files again", (unsigned long long)limit.rlim_cur);
	return true;
}
