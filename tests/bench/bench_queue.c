/*
 * bench_queue: what the queue costs, by the real Postfix whose configuration
 * directory is given: time of our source as ratio to `postqueue -j >/dev/null`,
 * medians of rounds that alternate, and the most memory it took; then reading
 * the same bytes with our own reader against a JSON tree for each line, which
 * is why there is a reader.  Ends with 1 where something fails.  Main thread.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "live/data.h"
#include "live/queue_count.h"
#include "live/queue_read.h"
#include "live/source.h"
#include "tests/bench/bench.h"

enum { ROUNDS_MOST = 25 };

struct bench {
	struct loop *loop;
	struct hosts *hosts;
	struct live *live;
	const char *configuration;
	bool done;
	struct queue *queue;
	struct error error;
	struct text sample;                /* the first bytes of a listing */
};

static bool theirs(const struct bench *bench)
{
	const char *argv[] = { "/usr/sbin/postqueue", "-c", bench->configuration, "-j", NULL };
	posix_spawn_file_actions_t actions;
	char *environment[] = { NULL };
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)argv, environment) == 0)
		waitpid(pid, &status, 0);
	posix_spawn_file_actions_destroy(&actions);
	return status == 0;
}

static void asked_queue(void *context, void *snapshot, const struct error *error)
{
	struct bench *bench = context;

	bench->queue = snapshot;
	bench->error = *error;
	bench->done = true;
}

static bool ours(struct bench *bench)
{
	queue_free(bench->queue);
	bench->queue = NULL;
	bench->done = false;
	source_queue.ask(bench->live, 0, asked_queue, bench);
	loop_run_until(bench->loop, &bench->done);
	if (!bench->queue)
		fprintf(stderr, "%s\n", bench->error.text);
	return bench->queue != NULL;
}

static void print_ratio(const char *name, const char *mine, double *a, const char *other, double *b, int rounds)
{
	double ratio[ROUNDS_MOST];

	for (int i = 0; i < rounds; i++)
		ratio[i] = a[i] / b[i];
	qsort(a, (size_t)rounds, sizeof(*a), by_value);
	qsort(b, (size_t)rounds, sizeof(*b), by_value);
	qsort(ratio, (size_t)rounds, sizeof(*ratio), by_value);
	printf("%-34s ratio %5.2f (%.2f to %.2f)   %s %.0f ms, %s %.0f ms\n", name, ratio[rounds / 2], ratio[0], ratio[rounds - 1],
		mine, a[rounds / 2] * 1e3, other, b[rounds / 2] * 1e3);
}

static bool whole_queue(struct bench *bench, int rounds)
{
	double a[ROUNDS_MOST], b[ROUNDS_MOST], start;
	long before = peak(), taken;
	char name[60];

	for (int i = 0; i < rounds; i++) {
		start = seconds();
		if (!ours(bench))
			return false;
		a[i] = seconds() - start;
		if (i == 0)
			taken = peak() - before;
		start = seconds();
		if (!theirs(bench))
			return false;
		b[i] = seconds() - start;
	}
	snprintf(name, sizeof(name), "queue of %llu mails", (unsigned long long)bench->queue->all.mails);
	print_ratio(name, "postroom", a, "postqueue -j >/dev/null", b, rounds);
	printf("  peak memory %ld KiB more than before, %.1f bytes a mail\n", taken,
		(double)taken * 1024 / (double)(bench->queue->all.mails ? bench->queue->all.mails : 1));
	return true;
}

/* --- reading alone ------------------------------------------------------------------------------------ */

static bool read_sample(struct bench *bench)
{
	const char *argv[] = { "/usr/sbin/postqueue", "-c", bench->configuration, "-j", NULL };
	posix_spawn_file_actions_t actions;
	char *environment[] = { NULL }, bytes[65536];
	int ends[2], status;
	ssize_t got;
	pid_t pid;

	if (pipe(ends) != 0)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	status = posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	while (status == 0 && bench->sample.length < 4000000 && (got = read(ends[0], bytes, sizeof(bytes))) > 0)
		text_add_bytes(&bench->sample, bytes, (size_t)got);
	close(ends[0]);
	if (status == 0)
		waitpid(pid, &status, 0);
	return bench->sample.length > 0;
}

static void by_reader(const struct bench *bench)
{
	struct queue_counter *counter = queue_counter_new(1, NULL);
	struct queue_reader *reader = queue_reader_new(queue_counter_take, counter);

	queue_reader_feed(reader, bench->sample.bytes, bench->sample.length);
	queue_reader_free(reader);
	queue_free(queue_counter_finish(counter));
}

static void by_tree(const struct bench *bench)
{
	const char *at = bench->sample.bytes, *end;

	for (; (end = strchr(at, '\n')) != NULL; at = end + 1)
		json_free(json_parse(at, (size_t)(end - at), NULL));
}

static void reading(const struct bench *bench, int rounds)
{
	double a[ROUNDS_MOST], b[ROUNDS_MOST], start;

	for (int i = 0; i < rounds; i++) {
		start = seconds();
		by_reader(bench);
		a[i] = seconds() - start;
		start = seconds();
		by_tree(bench);
		b[i] = seconds() - start;
	}
	print_ratio("its first 4 MB read and counted", "own reader", a, "a JSON tree a line, only read", b, rounds);
}

int main(int argc, char **argv)
{
	static const struct live_settings settings = { .faster = 1 };
	struct host_settings host = { .name = "mail1", .roles = HOST_TRANSPORT, .exec = true };
	struct bench bench = { .configuration = argc > 1 ? argv[1] : "" };
	int rounds = argc > 2 ? atoi(argv[2]) : 5;
	bool good;

	if (argc < 2 || rounds < 1 || rounds > ROUNDS_MOST) {
		fprintf(stderr, "bench_queue CONFIGURATION_DIRECTORY [ROUNDS]\n");
		return 64;
	}
	host.postfix_config = bench.configuration;
	bench.loop = loop_new();
	bench.hosts = hosts_open(bench.loop, &host, 1);
	bench.live = live_open(bench.loop, bench.hosts, &settings);
	good = whole_queue(&bench, rounds) && read_sample(&bench);
	if (good)
		reading(&bench, rounds);
	queue_free(bench.queue);
	text_free(&bench.sample);
	live_close(bench.live);
	hosts_close(bench.hosts);
	loop_free(bench.loop);
	return good ? 0 : 1;
}
