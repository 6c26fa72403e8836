/*
 * child: runs a program without a shell, over libuv.
 *
 * Fails only by its result: a program that cannot be started, that runs out of
 * time or that says too much is told as such.  The child is a session leader of
 * its own, so that it cannot reach the terminal (/dev/tty) and so that whatever
 * it started can be ended with it.  Loop thread only.
 */
#include "base/child.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <uv.h>

#include "base/loop_private.h"
#include "base/memory.h"

#define CAP_DEFAULT (8u * 1024 * 1024)
#define DEADLINE_DEFAULT_MS 10000
#define KILL_AFTER_MS 2000
/* Output still open after the exit belongs to something left running (ssh's shared connection): not waited for. */
#define LINGER_MS 100
#define LINGER_TURNS 2
#define ABANDON_TURNS 50

struct stream {
	uv_pipe_t pipe;
	bool open;
	char *bytes;                   /* room for `most` and a zero byte at the end; of a streamed output the piece at hand */
	size_t length, capacity;
	size_t most;
	uint64_t handed_on;            /* bytes that went to piece */
};

struct child {
	uv_process_t process;
	uv_timer_t timer;
	uv_pipe_t input;
	uv_write_t write;
	bool known;                    /* libuv has seen the process handle, so it must be closed */
	bool exited, told, stopping;
	unsigned quiet;                /* turns of waiting after the exit in which nothing came */
	struct stream output, complaint;
	unsigned handles;              /* not closed yet; the memory goes with the last */
	char **argv;
	char *input_bytes;
	size_t input_length;
	struct child_result result;
	void (*piece)(void *context, const char *bytes, size_t length);
	void (*done)(const struct child_result *result, void *context);
	void *context;
};

/* --- the end ---------------------------------------------------------------- */

static void free_child(struct child *child)
{
	size_t i;

	for (i = 0; child->argv[i]; i++)
		free(child->argv[i]);
	free(child->argv);
	if (child->input_bytes)
		memory_wipe(child->input_bytes, child->input_length);
	free(child->input_bytes);
	free(child->output.bytes);
	free(child->complaint.bytes);
	free(child);
}

static void on_closed(uv_handle_t *handle)
{
	struct child *child = handle->data;

	if (--child->handles == 0)
		free_child(child);
}

static void close_handle(void *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_closed);
}

static void close_all(struct child *child)
{
	close_handle(&child->timer);
	if (child->known)
		close_handle(&child->process);
	close_handle(&child->input);
	close_handle(&child->output.pipe);
	close_handle(&child->complaint.pipe);
}

static const char *stream_text(struct stream *stream)
{
	stream->bytes = memory_grow(stream->bytes, &stream->capacity, stream->length + 1, 1);
	stream->bytes[stream->length] = '\0';
	return stream->bytes;
}

/* Tells the result and closes everything; the memory goes with the last handle. */
static void tell(struct child *child)
{
	struct child_result *result = &child->result;

	if (child->told)
		return;
	child->told = true;
	result->output = stream_text(&child->output);
	result->output_length = child->output.length;
	result->complaint = stream_text(&child->complaint);
	result->complaint_length = child->complaint.length;
	child->done(result, child->context);
	close_all(child);
}

static void tell_when_complete(struct child *child)
{
	if (child->exited && !child->output.open && !child->complaint.open)
		tell(child);
}

/* --- stopping ---------------------------------------------------------------- */

static void signal_child(struct child *child, int number)
{
	/* Its process group is its own (it was started as a session leader); nobody has reaped the id yet. */
	if (!child->exited && child->result.started && kill(-child->process.pid, number) != 0)
		kill(child->process.pid, number);
}

static void on_kill_time(uv_timer_t *timer)
{
	signal_child(timer->data, SIGKILL);
}

static void stop(struct child *child)
{
	if (child->stopping || child->exited)
		return;
	child->stopping = true;
	signal_child(child, SIGTERM);
	uv_timer_start(&child->timer, on_kill_time, KILL_AFTER_MS, 0);
}

static void on_deadline(uv_timer_t *timer)
{
	struct child *child = timer->data;

	child->result.timed_out = true;
	stop(child);
}

/* Two turns, since timers come before reading: after a long turn the first would cut output that waits. */
static void on_linger(uv_timer_t *timer)
{
	struct child *child = timer->data;

	if (++child->quiet >= LINGER_TURNS || !child->result.started)
		tell(child);
}

static void on_exit_of(uv_process_t *process, int64_t status, int number)
{
	struct child *child = process->data;

	child->exited = true;
	child->result.status = number ? 128 + number : (int)status;
	tell_when_complete(child);
	if (!child->told)
		uv_timer_start(&child->timer, on_linger, LINGER_MS, LINGER_MS);
}

/* --- output and input -------------------------------------------------------- */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct child *child = handle->data;
	struct stream *stream = handle == (uv_handle_t *)&child->output.pipe ? &child->output : &child->complaint;

	(void)suggested;
	stream->bytes = memory_grow(stream->bytes, &stream->capacity, stream->length + 16384, 1);
	*buffer = uv_buf_init(stream->bytes + stream->length, 16384);
}

/* A piece of a streamed output; what goes beyond the cap ends the program and is thrown away. */
static void hand_on(struct child *child, struct stream *stream, size_t count)
{
	uint64_t room = stream->most - stream->handed_on;

	if (count > room) {
		count = (size_t)room;
		child->result.cut = true;
		stop(child);
	}
	stream->handed_on += count;
	if (count && !child->told)
		child->piece(child->context, stream->bytes, count);
}

static void on_bytes(uv_stream_t *handle, ssize_t count, const uv_buf_t *buffer)
{
	struct child *child = handle->data;
	struct stream *stream = handle == (uv_stream_t *)&child->output.pipe ? &child->output : &child->complaint;

	(void)buffer;
	child->quiet = 0;
	if (count < 0) {
		stream->open = false;
		uv_read_stop(handle);
		tell_when_complete(child);
		return;
	}
	if (child->piece && stream == &child->output) {
		hand_on(child, stream, (size_t)count);
		return;
	}
	stream->length += (size_t)count;
	if (stream->length > stream->most) {
		stream->length = stream->most;
		child->result.cut = true;
		stop(child);
	}
}

/* Done with it: a secret must not wait for the end of the program that it was for. */
static void wipe_input(struct child *child)
{
	if (child->input_bytes)
		memory_wipe(child->input_bytes, child->input_length);
}

static void on_written(uv_write_t *write, int status)
{
	struct child *child = write->data;

	/* A program that does not read its input says so by its exit status. */
	(void)status;
	wipe_input(child);
	close_handle(&child->input);
}

/* --- starting ---------------------------------------------------------------- */

/* Whatever descriptor a library left open must not reach the child. */
static void keep_descriptors_home(void)
{
	struct dirent *entry;
	DIR *all;

	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	all = opendir("/proc/self/fd");
	while (all && (entry = readdir(all))) {
		int descriptor = atoi(entry->d_name);

		if (descriptor > 2)
			fcntl(descriptor, F_SETFD, FD_CLOEXEC);
	}
	if (all)
		closedir(all);
}

static int spawn(struct child *child, uv_loop_t *uv)
{
	const char *home = getenv("HOME"), *zone = getenv("TZ");
	char home_line[4096], zone_line[256];
	char path_line[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale_line[] = "LC_ALL=C.UTF-8";
	char *environment[5] = { path_line, locale_line, NULL, NULL, NULL };
	uv_stdio_container_t streams[3] = { { .flags = UV_IGNORE } };
	uv_process_options_t options = { .exit_cb = on_exit_of };
	size_t next = 2;

	if (home && snprintf(home_line, sizeof(home_line), "HOME=%s", home) < (int)sizeof(home_line))
		environment[next++] = home_line;
	if (zone && snprintf(zone_line, sizeof(zone_line), "TZ=%s", zone) < (int)sizeof(zone_line))
		environment[next++] = zone_line;
	if (child->input_bytes) {
		streams[0].flags = UV_CREATE_PIPE | UV_READABLE_PIPE;
		streams[0].data.stream = (uv_stream_t *)&child->input;
	}
	streams[1].flags = streams[2].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
	streams[1].data.stream = (uv_stream_t *)&child->output.pipe;
	streams[2].data.stream = (uv_stream_t *)&child->complaint.pipe;
	options.file = child->argv[0];
	options.args = child->argv;
	options.env = environment;
	options.cwd = "/";
	options.flags = UV_PROCESS_DETACHED;
	options.stdio = streams;
	options.stdio_count = 3;
	keep_descriptors_home();
	child->known = true;
	child->handles++;
	return uv_spawn(uv, &child->process, &options);
}

static struct child *new_child(const struct child_request *request)
{
	struct child *child = memory_new(sizeof(*child));
	size_t count = 0, i;

	while (request->argv[count])
		count++;
	child->argv = memory_new((count + 1) * sizeof(*child->argv));
	for (i = 0; i < count; i++)
		child->argv[i] = memory_text(request->argv[i]);
	if (request->input) {
		child->input_length = request->input_length;
		child->input_bytes = memory_new(request->input_length + 1);
		memcpy(child->input_bytes, request->input, request->input_length);
	}
	child->output.most = child->complaint.most = request->most ? request->most : CAP_DEFAULT;
	child->piece = request->piece;
	if (child->piece && child->complaint.most > CAP_DEFAULT)
		child->complaint.most = CAP_DEFAULT;
	return child;
}

static void init_handles(struct child *child, uv_loop_t *uv)
{
	child->handles = 4;
	uv_timer_init(uv, &child->timer);
	uv_pipe_init(uv, &child->input, 0);
	uv_pipe_init(uv, &child->output.pipe, 0);
	uv_pipe_init(uv, &child->complaint.pipe, 0);
	child->process.data = child->timer.data = child->input.data = child;
	child->output.pipe.data = child->complaint.pipe.data = child->write.data = child;
}

struct child *child_run(struct loop *loop, const struct child_request *request,
		void (*done)(const struct child_result *result, void *context), void *context)
{
	struct child *child = new_child(request);
	uv_loop_t *uv = loop_uv(loop);
	int status = UV_EINVAL;

	child->done = done;
	child->context = context;
	init_handles(child, uv);
	/* Only an absolute path: PATH is never searched. */
	if (child->argv[0] && child->argv[0][0] == '/')
		status = spawn(child, uv);
	uv_update_time(uv);
	if (status != 0) {
		error_set(&child->result.error, ERROR_UNREACHABLE, "%s cannot be started: %s (%s)",
				child->argv[0] ? child->argv[0] : "a program", uv_strerror(status), uv_err_name(status));
		child->exited = true;
		uv_timer_start(&child->timer, on_linger, 0, 0);
		return child;
	}
	child->result.started = true;
	child->output.open = child->complaint.open = true;
	uv_read_start((uv_stream_t *)&child->output.pipe, on_room, on_bytes);
	uv_read_start((uv_stream_t *)&child->complaint.pipe, on_room, on_bytes);
	if (child->input_bytes) {
		uv_buf_t buffer = uv_buf_init(child->input_bytes, (unsigned)child->input_length);

		uv_write(&child->write, (uv_stream_t *)&child->input, &buffer, 1, on_written);
	}
	uv_timer_start(&child->timer, on_deadline, request->deadline ? request->deadline : DEADLINE_DEFAULT_MS, 0);
	return child;
}

void child_cancel(struct child *child)
{
	if (child)
		stop(child);
}

/* True once the process is gone; libuv has not seen it, since its loop does not run meanwhile. */
static bool reaped(struct child *child)
{
	int status;

	if (!child->exited && child->result.started && waitpid(child->process.pid, &status, WNOHANG) != 0)
		child->exited = true;
	return child->exited || !child->result.started;
}

void child_abandon(struct child *child, uint64_t milliseconds)
{
	const struct timespec moment = { .tv_nsec = 1000 * 1000 };
	unsigned turns;

	if (!child || child->told)
		return;
	while (!reaped(child) && milliseconds-- > 0)
		nanosleep(&moment, NULL);
	/* Whoever hangs in the kernel even then is left to whoever inherits it. */
	signal_child(child, SIGKILL);
	for (turns = 0; turns < ABANDON_TURNS && !reaped(child); turns++)
		nanosleep(&moment, NULL);
	child->told = true;
	wipe_input(child);
	close_all(child);
}
