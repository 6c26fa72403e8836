/*
 * rescue: gives the terminal back where nothing else can any more.
 *
 * The handler touches only what rescue_arm prepared.  After it the old
 * disposition of the signal is back and the signal is raised again, so core
 * dumps and sanitizers see what they would have seen.  Loop thread sets it up;
 * the handler may run on any thread.
 */
#include "ui/rescue.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define BYTES_MOST 512
#define STACK_SIZE 32768
#define WRITE_WAIT_MS 100
#define FAULTS 5

static const int faults[FAULTS] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

static struct {
	volatile sig_atomic_t armed;
	int descriptor;
	struct termios settings;
	char bytes[BYTES_MOST];
	size_t length;
	struct sigaction before[FAULTS];
	void *stack;
	bool hooked;           /* exit and memory failure; once for the process */
} rescue;

/* Async-signal-safe. Only the first caller does it. */
static void give_back(void)
{
	struct pollfd ready = { .fd = rescue.descriptor, .events = POLLOUT };
	size_t sent = 0;

	if (!rescue.armed)
		return;
	rescue.armed = 0;
	while (sent < rescue.length) {
		ssize_t n = write(rescue.descriptor, rescue.bytes + sent, rescue.length - sent);

		if (n > 0)
			sent += (size_t)n;
		else if (errno != EAGAIN || poll(&ready, 1, WRITE_WAIT_MS) != 1)
			break;
	}
	tcsetattr(rescue.descriptor, TCSANOW, &rescue.settings);
}

static void on_fault(int number)
{
	int saved = errno, i;

	give_back();
	for (i = 0; i < FAULTS; i++) {
		if (faults[i] == number)
			sigaction(number, &rescue.before[i], NULL);
	}
	errno = saved;
	raise(number);
}

static void arm_signals(void)
{
	struct sigaction action = { .sa_flags = SA_ONSTACK | SA_NODEFER };
	stack_t stack = { .ss_size = STACK_SIZE };
	int i;

	rescue.stack = memory_new(STACK_SIZE);
	stack.ss_sp = rescue.stack;
	sigaltstack(&stack, NULL);
	action.sa_handler = on_fault;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < FAULTS; i++)
		sigaction(faults[i], &action, &rescue.before[i]);
}

void rescue_arm(int descriptor, const struct termios *settings, const char *bytes, size_t length)
{
	bool again = rescue.armed;

	rescue.armed = 0;
	rescue.descriptor = descriptor;
	rescue.settings = *settings;
	rescue.length = length < BYTES_MOST ? length : BYTES_MOST;
	memcpy(rescue.bytes, bytes, rescue.length);
	if (!again)
		arm_signals();
	if (!rescue.hooked) {
		rescue.hooked = true;
		atexit(give_back);
		memory_on_failure(give_back);
	}
	rescue.armed = 1;
}

void rescue_disarm(void)
{
	stack_t off = { .ss_flags = SS_DISABLE };
	int i;

	if (!rescue.armed)
		return;
	rescue.armed = 0;
	for (i = 0; i < FAULTS; i++)
		sigaction(faults[i], &rescue.before[i], NULL);
	sigaltstack(&off, NULL);
	free(rescue.stack);
	rescue.stack = NULL;
}
