/*
 * fake_udm: HTTP and faults of the fake UDM.
 *
 * Blocking, one connection at a time, on a thread of its own; it answers with
 * as many and as long headers as UDM does.  A mistake of the fake itself ends
 * the test program.
 */
#include "tests/fakes/fake_udm.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base64.h"
#include "tests/fakes/fake_udm_private.h"

enum { METHODS = 5, REQUEST_MOST = 256 * 1024 };
static const char *const methods[METHODS] = { "GET", "POST", "PATCH", "DELETE", "PUT" };

struct fake_udm {
	int listener, stop[2];
	pthread_t thread;
	char url[100], *base, *allowed, *stranger;
	LDAP *ldap;
	pthread_mutex_t lock;              /* guards everything below */
	struct { enum udm_fault fault; unsigned times; size_t count; char *last; } by[METHODS];
	char *lent;
	size_t unguarded;
	void (*meanwhile)(void *context);
	void *context;
	/* the thread's own */
	unsigned progress;
	char *moved;
};

struct asked {
	char *whole, *path, *query;
	const char *headers, *body;
	int method;
};

/* --- requests --------------------------------------------------------------------------------------- */

static bool read_request(int descriptor, struct asked *asked)
{
	size_t length = 0, want = 0;
	char *end = NULL;

	asked->whole = calloc(1, REQUEST_MOST + 1);
	while (!end || length < want) {
		ssize_t count = recv(descriptor, asked->whole + length, REQUEST_MOST - length, 0);

		if (count <= 0)
			return false;
		length += (size_t)count;
		if (!end && (end = strstr(asked->whole, "\r\n\r\n"))) {
			const char *said = strcasestr(asked->whole, "\r\nContent-Length:");

			want = (size_t)(end + 4 - asked->whole) + (said ? (size_t)atol(said + 17) : 0);
		}
	}
	asked->body = end + 4;
	asked->headers = strstr(asked->whole, "\r\n");
	return true;
}

static char *decoded(const char *words)
{
	char *out = calloc(1, strlen(words) + 1), *at = out;

	for (; *words; words++) {
		unsigned code;

		if (*words == '%' && sscanf(words + 1, "%2x", &code) == 1) {
			*at++ = (char)code;
			words += 2;
		} else if (strncmp(words, ",/=/,", 5) == 0) {
			*at++ = '/';
			*at++ = '/';
			words += 4;
		} else {
			*at++ = *words;
		}
	}
	return out;
}

static bool take_apart(struct asked *asked)
{
	char method[16], target[4000], *mark;

	if (sscanf(asked->whole, "%15s %3999s", method, target) != 2)
		return false;
	for (asked->method = 0; asked->method < METHODS && strcmp(methods[asked->method], method) != 0; asked->method++)
		continue;
	mark = strchr(target, '?');
	asked->query = strdup(mark ? mark + 1 : "");
	if (mark)
		*mark = '\0';
	asked->path = decoded(target);
	return asked->method < METHODS;
}

/* Value of a header; heap, NULL: none. */
static char *header(const struct asked *asked, const char *name)
{
	char key[60];
	const char *at;

	snprintf(key, sizeof key, "\r\n%s:", name);
	at = strcasestr(asked->headers, key);
	if (!at || at >= asked->body)
		return NULL;
	at += strlen(key);
	at += strspn(at, " ");
	return strndup(at, strcspn(at, "\r\n"));
}

/* --- answers -------------------------------------------------------------------------------------------- */

static void say(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = send(descriptor, bytes, length, MSG_NOSIGNAL);

		if (count <= 0)
			return;
		bytes += count;
		length -= (size_t)count;
	}
}

static void answer(struct fake_udm *fake, int descriptor, const struct udm_reply *reply, bool cut)
{
	char *body = reply->body ? json_dumps(reply->body, JSON_COMPACT) : NULL, *head = calloc(1, 64 * 1024);
	size_t room = 64 * 1024, length;

	length = (size_t)snprintf(head, room, "HTTP/1.1 %d Said\r\nConnection: close\r\nContent-Type: application/json\r\n", reply->status);
	/* UDM repeats every link of the body as a header. */
	for (int i = 0; i < 120; i++)
		length += (size_t)snprintf(head + length, room - length, "Link: <%s/users/user/?position=%.200s>; rel=\"udm:object-%d\"; title=\"%064d\"\r\n", fake->url, fake->base, i, i);
	if (reply->etag)
		length += (size_t)snprintf(head + length, room - length, "Etag: %s\r\n", reply->etag);
	if (reply->location)
		length += (size_t)snprintf(head + length, room - length, "Location: %s\r\n", reply->location);
	if (reply->status == 503)
		length += (size_t)snprintf(head + length, room - length, "Retry-After: 1\r\n");
	length += (size_t)snprintf(head + length, room - length, "Content-Length: %zu\r\n\r\n", body ? strlen(body) : 0);
	say(descriptor, head, cut ? length / 2 : length);
	if (!cut && body)
		say(descriptor, body, strlen(body));
	free(head);
	free(body);
}

/* Until the client has gone, or the test ends. */
static void hang(struct fake_udm *fake, int descriptor)
{
	struct pollfd wait[] = { { .fd = descriptor, .events = POLLIN }, { .fd = fake->stop[0], .events = POLLIN } };
	char byte;

	while (poll(wait, 2, 60000) > 0 && !wait[1].revents)
		if (wait[0].revents && recv(descriptor, &byte, 1, 0) <= 0)
			return;
}

static void free_reply(struct udm_reply *reply)
{
	json_decref(reply->body);
	free(reply->etag);
	free(reply->location);
	*reply = (struct udm_reply){ .status = 0 };
}

/* --- what is asked ------------------------------------------------------------------------------------------ */

static const char *dn_in(const struct asked *asked)
{
	static const char prefix[] = "/univention/udm/";
	const char *path = strncmp(asked->path, prefix, sizeof prefix - 1) == 0 ? asked->path + sizeof prefix - 1 : "";
	const char *slash = strchr(path, '/') ? strchr(strchr(path, '/') + 1, '/') : NULL;
	char module[40] = "";

	if (slash)
		snprintf(module, sizeof module, "%.*s", (int)(slash - path), path);
	return slash && udm_directory_module(module) ? slash + 1 : NULL;
}

static bool matches(struct fake_udm *fake, const struct asked *asked, const char *dn, struct udm_reply *reply)
{
	struct udm_reply now = { .status = 0 };
	char *given = header(asked, "If-Match");
	bool fine;

	udm_directory_show(fake->ldap, dn, &now);
	fine = now.status == 200 && (!given || strcmp(given, now.etag) == 0);
	if (!given) {
		pthread_mutex_lock(&fake->lock);
		fake->unguarded++;
		pthread_mutex_unlock(&fake->lock);
	}
	if (!fine)
		reply->status = now.status == 200 ? 412 : 404;
	free_reply(&now);
	free(given);
	return fine;
}

static void serve_progress(struct fake_udm *fake, struct udm_reply *reply)
{
	char place[200];

	reply->status = fake->progress++ < 2 ? 202 : 303;
	snprintf(place, sizeof place, reply->status == 202 ? "/univention/udm/progress/1" : "/univention/udm/users/user/%.100s", fake->moved ? fake->moved : "");
	reply->location = strdup(place);
}

static void serve(struct fake_udm *fake, const struct asked *asked, struct udm_reply *reply)
{
	const char *dn = dn_in(asked);
	json_t *body = json_loads(asked->body, 0, NULL);
	char *type = header(asked, "Content-Type");

	if (strncmp(asked->path, "/univention/udm/progress/", 25) == 0) {
		serve_progress(fake, reply);
	} else if (!dn) {
		reply->status = 404;
	} else if ((asked->method == 1 || asked->method == 2) && (!body || !type || strcmp(type, "application/json") != 0)) {
		reply->status = 400;
	} else if (asked->method == 0 && strcmp(dn, "add") == 0) {
		udm_directory_template(reply);
	} else if (asked->method == 0) {
		udm_directory_show(fake->ldap, dn, reply);
	} else if (asked->method == 1) {
		udm_directory_add(fake->ldap, fake->base, body, reply);
	} else if (asked->method == 2 && matches(fake, asked, dn, reply)) {
		udm_directory_change(fake->ldap, fake->base, dn, body, reply);
	} else if (asked->method == 3 && matches(fake, asked, dn, reply)) {
		/* On unless switched off, both of them. */
		if (!strstr(asked->query, "recursive=0"))
			udm_directory_refuse(reply, "dn", "this would have taken everything below along");
		else
			udm_directory_remove(fake->ldap, fake->base, dn, reply);
	}
	if (reply->status == 0)
		reply->status = 405;
	free(type);
	json_decref(body);
}

static bool authorised(struct fake_udm *fake, const struct asked *asked, struct udm_reply *reply)
{
	char *login = header(asked, "Authorization");

	reply->status = login && strcmp(login, fake->stranger) == 0 ? 403 : login && strcmp(login, fake->allowed) == 0 ? 0 : 401;
	free(login);
	return reply->status == 0;
}

/* --- faults -------------------------------------------------------------------------------------------------- */

static void two_fields(struct udm_reply *reply)
{
	reply->status = 422;
	reply->body = json_pack("{s:{s:i, s:s}, s:{s:[{s:[s,s,s], s:s}, {s:[s,s,s], s:s}]}}", "error", "code", 422, "message", "2 error(s) occurred",
		"_embedded", "udm:error", "location", "body", "properties", "mailPrimaryAddress", "message", "The mail address is already in use",
		"location", "body", "properties", "password", "message", "Password is too short");
}

static void with_fault(struct fake_udm *fake, int descriptor, const struct asked *asked, enum udm_fault fault, struct udm_reply *reply)
{
	bool does = fault == UDM_BROKEN_AFTER || fault == UDM_HANGS_AFTER || fault == UDM_CUT_AFTER || fault == UDM_LATER || fault == UDM_LATER_NEVER ||
		fault == UDM_OTHER_UUID || fault == UDM_NO_ETAG;

	if (does)
		serve(fake, asked, reply);
	if (fault == UDM_HANGS || fault == UDM_HANGS_AFTER) {
		hang(fake, descriptor);
		return;
	}
	if (fault == UDM_OTHER_UUID) {
		json_object_set_new(reply->body, "uuid", json_string("00000000-0000-4000-8000-000000000000"));
	} else if (fault == UDM_NO_ETAG) {
		free(reply->etag);
		reply->etag = NULL;
	} else if (fault == UDM_LATER || fault == UDM_LATER_NEVER) {
		free_reply(reply);
		reply->status = 202;
		reply->location = strdup(fault == UDM_LATER ? "/univention/udm/progress/1" : "http://elsewhere.example/progress/1");
		fake->progress = 0;
	} else if (fault == UDM_INVALID) {
		two_fields(reply);
	} else if (fault == UDM_CUT) {
		reply->status = 204;
	} else if (fault != UDM_CUT_AFTER) {
		free_reply(reply);
		reply->status = fault == UDM_UNMATCHED ? 412 : fault == UDM_FORBIDDEN ? 403 : fault == UDM_BUSY ? 503 : 500;
		reply->body = json_pack("{s:{s:i, s:s}}", "error", "code", reply->status, "message", "the fake was asked to");
	}
	answer(fake, descriptor, reply, fault == UDM_CUT || fault == UDM_CUT_AFTER);
}

/* --- the thread ------------------------------------------------------------------------------------------------- */

static enum udm_fault note(struct fake_udm *fake, const struct asked *asked)
{
	enum udm_fault fault = UDM_FINE;
	void (*meanwhile)(void *context) = NULL;

	pthread_mutex_lock(&fake->lock);
	fake->by[asked->method].count++;
	free(fake->by[asked->method].last);
	fake->by[asked->method].last = strdup(asked->whole);
	if (fake->by[asked->method].times > 0) {
		fake->by[asked->method].times--;
		fault = fake->by[asked->method].fault;
	}
	if (asked->method == 2 || asked->method == 3) {
		meanwhile = fake->meanwhile;
		fake->meanwhile = NULL;
	}
	pthread_mutex_unlock(&fake->lock);
	if (meanwhile)
		meanwhile(fake->context);
	return fault;
}

static void one_connection(struct fake_udm *fake, int descriptor)
{
	struct asked asked = { .whole = NULL };
	struct udm_reply reply = { .status = 0 };

	if (read_request(descriptor, &asked) && take_apart(&asked)) {
		enum udm_fault fault = note(fake, &asked);

		if (!authorised(fake, &asked, &reply)) {
			answer(fake, descriptor, &reply, false);
		} else if (fault != UDM_FINE) {
			with_fault(fake, descriptor, &asked, fault, &reply);
		} else {
			serve(fake, &asked, &reply);
			answer(fake, descriptor, &reply, false);
		}
	}
	free_reply(&reply);
	free(asked.whole);
	free(asked.path);
	free(asked.query);
	close(descriptor);
}

static void *run(void *context)
{
	struct fake_udm *fake = context;
	struct pollfd wait[] = { { .fd = fake->listener, .events = POLLIN }, { .fd = fake->stop[0], .events = POLLIN } };

	while (poll(wait, 2, -1) > 0 && !wait[1].revents) {
		int descriptor = accept4(fake->listener, NULL, NULL, SOCK_CLOEXEC);

		if (descriptor >= 0)
			one_connection(fake, descriptor);
	}
	return NULL;
}

/* --- from outside -------------------------------------------------------------------------------------------------- */

static char *basic(const char *user, const char *secret)
{
	struct arena *arena = arena_new();
	char words[300], *out;
	size_t size;

	snprintf(words, sizeof words, "%s:%s", user, secret);
	size = strlen(words) * 2 + 20;
	out = malloc(size);
	snprintf(out, size, "Basic %s", base64_encode(arena, words, strlen(words)));
	arena_free(arena);
	return out;
}

struct fake_udm *fake_udm_new(const char *uri, const char *ca_file, const char *base, const char *bind_dn, const char *secret_file)
{
	struct fake_udm *fake = calloc(1, sizeof *fake);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	char secret[200] = "";
	FILE *file = fopen(secret_file, "r");

	if (!file || !fgets(secret, sizeof secret, file))
		abort();
	fclose(file);
	secret[strcspn(secret, "\n")] = '\0';
	fake->ldap = udm_directory_open(uri, ca_file, bind_dn, secret);
	fake->base = strdup(base);
	fake->allowed = basic("postroom", secret);
	fake->stranger = basic("stranger", secret);
	pthread_mutex_init(&fake->lock, NULL);
	fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!fake->ldap || bind(fake->listener, (struct sockaddr *)&address, sizeof address) || listen(fake->listener, 16) ||
	    getsockname(fake->listener, (struct sockaddr *)&address, &length) || pipe(fake->stop))
		abort();
	snprintf(fake->url, sizeof fake->url, "http://127.0.0.1:%u/univention/udm", ntohs(address.sin_port));
	if (pthread_create(&fake->thread, NULL, run, fake))
		abort();
	return fake;
}

void fake_udm_free(struct fake_udm *fake)
{
	if (write(fake->stop[1], "", 1) != 1)
		abort();
	pthread_join(fake->thread, NULL);
	close(fake->listener);
	close(fake->stop[0]);
	close(fake->stop[1]);
	ldap_unbind_ext(fake->ldap, NULL, NULL);
	for (int i = 0; i < METHODS; i++)
		free(fake->by[i].last);
	pthread_mutex_destroy(&fake->lock);
	free(fake->lent);
	free(fake->base);
	free(fake->allowed);
	free(fake->stranger);
	free(fake);
}

const char *fake_udm_url(const struct fake_udm *fake)
{
	return fake->url;
}

static int index_of(const char *method)
{
	for (int i = 0; i < METHODS; i++)
		if (strcmp(methods[i], method) == 0)
			return i;
	abort();
}

void fake_udm_fault(struct fake_udm *fake, const char *method, enum udm_fault fault, unsigned times)
{
	pthread_mutex_lock(&fake->lock);
	fake->by[index_of(method)].fault = fault;
	fake->by[index_of(method)].times = times;
	pthread_mutex_unlock(&fake->lock);
}

const char *fake_udm_last(struct fake_udm *fake, const char *method)
{
	pthread_mutex_lock(&fake->lock);
	free(fake->lent);
	fake->lent = fake->by[index_of(method)].last ? strdup(fake->by[index_of(method)].last) : strdup("");
	pthread_mutex_unlock(&fake->lock);
	return fake->lent;
}

size_t fake_udm_count(struct fake_udm *fake, const char *method)
{
	size_t count;

	pthread_mutex_lock(&fake->lock);
	count = fake->by[index_of(method)].count;
	pthread_mutex_unlock(&fake->lock);
	return count;
}

size_t fake_udm_unguarded(struct fake_udm *fake)
{
	size_t count;

	pthread_mutex_lock(&fake->lock);
	count = fake->unguarded;
	pthread_mutex_unlock(&fake->lock);
	return count;
}

void fake_udm_meanwhile(struct fake_udm *fake, void (*call)(void *context), void *context)
{
	pthread_mutex_lock(&fake->lock);
	fake->meanwhile = call;
	fake->context = context;
	pthread_mutex_unlock(&fake->lock);
}
