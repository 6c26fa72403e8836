/*
 * bench_who: what 50,000 connections cost, by the real doveadm against an anvil
 * that is a few lines here (dovecot 5.1 has the protocol): time of our source
 * and its groups as ratio to `doveadm -h who -1 | sort | uniq -c`, medians of
 * rounds that alternate, and the most memory that each took.  Ends with 1 where
 * something fails or counts differ.  Main thread; the anvil is a child.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "live/connections_group.h"
#include "live/data.h"
#include "live/source.h"
#include "tests/bench/bench_lines.h"

enum { ROUNDS_MOST = 25, CONNECTIONS = 50000, PEOPLE = 20000 };

struct bench {
	struct loop *loop;
	struct hosts *hosts;
	struct live *live;
	char folder[64], configuration[96];
	pid_t anvil;
	bool done;
	struct who *who;
	size_t groups;
	struct error error;
};

/* --- the anvil --------------------------------------------------------------------------------- */

/* service/address/user, process, how often; in no order, as the real one. */
static void fill(struct text *dump)
{
	static const char *const services[] = { "imap", "imap", "imap", "imap", "imap", "pop3", "sieve" };

	for (unsigned long i = 0; i < CONNECTIONS; i++) {
		unsigned long n = i * 2654435761UL % 4294967296UL;

		text_addf(dump, "%s/%s%lu.%lu/person%lu@example.com\t%lu\t1\n", services[n % 7], n % 5 ? "10.7." : "192.0.", n / 7 % 250, n / 11 % 250,
			n / 13 % PEOPLE, 1000 + i);
	}
	text_add(dump, "\n");
}

static void answer(int client, const struct text *dump)
{
	char question[200] = "";
	size_t length = 0, sent = 0;

	while (!strstr(question, "CONNECT-DUMP\n") && length < sizeof(question) - 1) {
		ssize_t more = read(client, question + length, sizeof(question) - 1 - length);

		if (more <= 0)
			return;
		length += (size_t)more;
		question[length] = '\0';
	}
	while (sent < dump->length) {
		ssize_t more = write(client, dump->bytes + sent, dump->length - sent);

		if (more <= 0)
			return;
		sent += (size_t)more;
	}
	/* doveadm closes when it has read all. */
	while (read(client, question, sizeof(question)) > 0)
		;
}

static bool start_anvil(struct bench *bench)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct text dump = { 0 };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/anvil", bench->folder);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(listener, 5) != 0)
		return false;
	bench->anvil = fork();
	if (bench->anvil == 0) {
		signal(SIGPIPE, SIG_IGN);
		fill(&dump);
		for (;;) {
			int client = accept(listener, NULL, NULL);

			answer(client, &dump);
			close(client);
		}
	}
	close(listener);
	return bench->anvil > 0;
}

/* --- both ways ------------------------------------------------------------------------------------- */

/* *kib: of the largest of the three. */
static bool theirs(const struct bench *bench, long *kib)
{
	char line[300];
	const char *argv[] = { "/bin/sh", "-c", line, NULL };
	char path[] = "PATH=/usr/bin:/bin", *environment[] = { path, NULL };
	struct rusage used;
	int status = -1;
	pid_t pid;

	snprintf(line, sizeof(line), "doveadm -c %s -h who -1 2>/dev/null | sort | uniq -c >%s/theirs", bench->configuration, bench->folder);
	if (posix_spawn(&pid, argv[0], NULL, NULL, (char *const *)argv, environment) == 0)
		wait4(pid, &status, 0, &used);
	*kib = used.ru_maxrss;
	return status == 0;
}

static void asked_who(void *context, void *snapshot, const struct error *error)
{
	struct bench *bench = context;

	bench->who = snapshot;
	bench->error = *error;
	bench->done = true;
}

/* The source and the groups by user, of which a screen is made. */
static bool ours(struct bench *bench)
{
	struct arena *arena = arena_new();
	struct connection_group *groups;

	if (bench->who)
		source_who.free(bench->who);
	bench->who = NULL;
	bench->done = false;
	source_who.ask(bench->live, 0, asked_who, bench);
	loop_run_until(bench->loop, &bench->done);
	if (!bench->who)
		fprintf(stderr, "%s\n", bench->error.text);
	else
		bench->groups = connections_group(arena, BY_USER, &(struct group_server){ .name = "here", .who = bench->who }, 1, NULL, &groups);
	arena_free(arena);
	return bench->who != NULL;
}

static bool compare(struct bench *bench, int rounds)
{
	double a[ROUNDS_MOST], b[ROUNDS_MOST], ratio[ROUNDS_MOST], start, middle;
	long before = peak(), kib = 0;

	for (int i = 0; i < rounds; i++) {
		start = seconds();
		if (!ours(bench))
			return false;
		middle = seconds();
		if (!theirs(bench, &kib))
			return false;
		a[i] = middle - start;
		b[i] = seconds() - middle;
		ratio[i] = a[i] / b[i];
	}
	qsort(a, (size_t)rounds, sizeof(*a), by_value);
	qsort(b, (size_t)rounds, sizeof(*b), by_value);
	qsort(ratio, (size_t)rounds, sizeof(*ratio), by_value);
	printf("%-34s ratio %5.2f (%.2f to %.2f)   postroom %.0f ms, doveadm | sort | uniq %.0f ms\n", "50,000 connections, by user", ratio[rounds / 2],
		ratio[0], ratio[rounds - 1], a[rounds / 2] * 1e3, b[rounds / 2] * 1e3);
	printf("  rows: %zu of %zu people in %zu groups, %zu malformed; memory: %.1f MB more than before, the largest of theirs %.1f MB\n", bench->who->count,
		bench->who->people, bench->groups, bench->who->malformed, (double)(peak() - before) / 1024, (double)kib / 1024);
	return bench->who->count == CONNECTIONS && bench->groups == bench->who->people && !bench->who->malformed;
}

static bool write_configuration(struct bench *bench)
{
	FILE *file;

	snprintf(bench->configuration, sizeof(bench->configuration), "%s/dovecot.conf", bench->folder);
	file = fopen(bench->configuration, "w");
	if (!file)
		return false;
	fprintf(file, "base_dir = %s\nstate_dir = %s\nlog_path = /dev/null\nssl = no\n", bench->folder, bench->folder);
	return fclose(file) == 0;
}

/* The command, whole; POSTROOM names the program. */
static bool as_processes(const struct bench *bench, int rounds)
{
	char path[120], ours_line[400], theirs_line[300];
	const char *program = getenv("POSTROOM");
	FILE *file;
	bool good;

	if (!program)
		return true;
	snprintf(path, sizeof(path), "%s/postroom.conf", bench->folder);
	file = fopen(path, "w");
	if (!file)
		return false;
	fprintf(file, "system = \"BENCH\"\ndirectory {\n\turi = { \"ldapi://%%2Fnowhere\" }\n\tbase = \"dc=example,dc=com\"\n\tbind = external\n}\n"
		"server here {\n\trole = mailbox\n\texec = yes\n\tdovecot_config = \"%s\"\n}\n", bench->configuration);
	if (fclose(file) != 0)
		return false;
	snprintf(ours_line, sizeof(ours_line), "%s --config %s who --by user --format tsv >%s/ours 2>/dev/null; [ $(wc -l <%s/ours) -gt 10000 ]", program, path,
		bench->folder, bench->folder);
	snprintf(theirs_line, sizeof(theirs_line), "doveadm -c %s -h who -1 2>/dev/null | cut -f1 | sort | uniq -c >%s/theirs", bench->configuration, bench->folder);
	good = bench_lines("50,000 connections, as processes", rounds, ours_line, theirs_line);
	unlink(path);
	snprintf(path, sizeof(path), "%s/ours", bench->folder);
	unlink(path);
	return good;
}

int main(int argc, char **argv)
{
	static struct live_settings settings;
	struct bench bench = { .folder = "/var/tmp/postroom-bench-XXXXXX" };
	struct host_settings server = { .name = "here", .roles = HOST_MAILBOX, .exec = true };
	int rounds = argc > 1 ? atoi(argv[1]) : 5;
	bool good;
	char line[200];

	rounds = rounds < 1 ? 1 : rounds > ROUNDS_MOST ? ROUNDS_MOST : rounds;
	if (!mkdtemp(bench.folder) || !write_configuration(&bench) || !start_anvil(&bench)) {
		perror(bench.folder);
		return 1;
	}
	server.dovecot_config = bench.configuration;
	bench.loop = loop_new();
	bench.hosts = hosts_open(bench.loop, &server, 1);
	bench.live = live_open(bench.loop, bench.hosts, &settings);
	good = compare(&bench, rounds) && as_processes(&bench, rounds);
	if (bench.who)
		source_who.free(bench.who);
	live_close(bench.live);
	hosts_close(bench.hosts);
	loop_free(bench.loop);
	kill(bench.anvil, SIGKILL);
	waitpid(bench.anvil, NULL, 0);
	for (const char *const *name = (const char *const[]){ "anvil", "theirs", "dovecot.conf", NULL }; *name; name++) {
		snprintf(line, sizeof(line), "%s/%s", bench.folder, *name);
		unlink(line);
	}
	rmdir(bench.folder);
	return good ? 0 : 1;
}
