/*
 * guardian_orders: how a guardian that waits is told: a local socket in its
 * directory.
 *
 * One line in, one report out; only who may enter the directory (root) gets
 * there.  The socket is reached through the descriptor of the directory, since
 * the name of a socket may be 107 bytes long at most.  Guardian's process.
 */
#include "settings/guardian_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

/* An order is answered after another look at the service at the latest. */
enum { ANSWER_MS = 90000, ORDER_MS = 2000, MOST_ANSWER = 1 << 20 };

/* Address of the socket; the descriptor of the directory must stay open while it is used. */
static int address_of(const char *directory, struct sockaddr_un *address)
{
	int descriptor = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/orders", descriptor);
	return descriptor;
}

int guardian_orders_open(struct guardian *guardian, struct error *error)
{
	struct sockaddr_un address;
	int directory = address_of(guardian->directory, &address);
	int orders = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	unlink(address.sun_path);
	if (directory < 0 || orders < 0 || bind(orders, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(orders, 8) != 0) {
		error_set(error, ERROR_CREATE, "%s/orders cannot be made, so nobody could confirm: %s", guardian->directory, strerror(errno));
		if (orders >= 0)
			close(orders);
		orders = -1;
	}
	if (directory >= 0)
		close(directory);
	return orders;
}

int guardian_orders_wait(int orders, int64_t milliseconds, char *order, size_t room)
{
	struct pollfd wait = { .fd = orders, .events = POLLIN };
	int client;
	ssize_t got;

	if (poll(&wait, 1, milliseconds > 60000 ? 60000 : (int)milliseconds) != 1)
		return -1;
	client = accept4(orders, NULL, NULL, SOCK_CLOEXEC);
	if (client < 0)
		return -1;
	wait.fd = client;
	got = poll(&wait, 1, ORDER_MS) == 1 ? recv(client, order, room - 1, 0) : -1;
	if (got <= 0) {
		close(client);
		return -1;
	}
	order[got] = '\0';
	order[strcspn(order, "\n")] = '\0';
	return client;
}

static bool take_answer(struct guardian *guardian, int descriptor, char **answer)
{
	struct pollfd wait = { .fd = descriptor, .events = POLLIN };
	int64_t until = clock_monotonic_ms() + ANSWER_MS;
	char *bytes = arena_alloc(guardian->arena, MOST_ANSWER + 1);
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length < MOST_ANSWER && clock_monotonic_ms() < until) {
		got = poll(&wait, 1, (int)(until - clock_monotonic_ms())) == 1 ? recv(descriptor, bytes + length, MOST_ANSWER - length, 0) : -1;
		length += got > 0 ? (size_t)got : 0;
	}
	*answer = length > 0 ? bytes : NULL;
	return got == 0 && length > 0;
}

bool guardian_order(struct guardian *guardian, const char *order, char **answer, struct error *error)
{
	struct sockaddr_un address;
	int directory = address_of(guardian->directory, &address), descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool there = directory >= 0 && descriptor >= 0 && connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0;
	bool fine = there && send(descriptor, order, strlen(order), MSG_NOSIGNAL) == (ssize_t)strlen(order) &&
		take_answer(guardian, descriptor, answer);

	if (!there)
		error_set(error, ERROR_NOT_FOUND, "no guardian waits in %s", guardian->directory);
	else if (!fine)
		error_set(error, ERROR_UNKNOWN_OUTCOME, "the guardian in %s did not answer; ask for its status", guardian->directory);
	if (descriptor >= 0)
		close(descriptor);
	if (directory >= 0)
		close(directory);
	return fine;
}
