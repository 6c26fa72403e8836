/*
 * http: one request over the loop; libcurl's multi interface inside.
 *
 * libcurl tells which sockets and which timer it wants, the loop waits for
 * them.  A timer of libcurl is never served from inside its callback.  Errors
 * of libcurl become a sentence with the URL.  What libcurl itself copies of a
 * header cannot be wiped, our copies are.  Loop thread.
 */
#include "base/http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/loop_private.h"
#include "base/memory.h"

#define CAP_DEFAULT (8u * 1024 * 1024)
#define DEADLINE_DEFAULT_MS 10000
/*
 * Its own deadline libcurl 7.88 forgets where another of its timers is served in the last millisecond before it, as
 * on a machine that stood still: it has no timer left then, and the call would never end.  Ours comes this much later.
 */
#define OVERDUE_MS 200
/* Services that repeat each link as a header (UDM) send tens of KiB of them. */
#define HEADERS_MOST (256u * 1024)

struct http {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	struct http_call *calls;
};

struct http_call {
	struct http *http;
	CURL *easy;
	struct curl_slist *headers;
	char *url, *body;
	size_t body_length;
	bool plain, not_here;              /* not_here: the address was not of this machine */
	bool cancelled, cut;
	char *answer;
	size_t length, capacity, most;
	char *head;                        /* headers of the answer at hand */
	size_t head_length, head_capacity;
	bool head_whole;                   /* the empty line behind them came */
	char complaint[CURL_ERROR_SIZE];
	struct error error;                /* it could not even be started */
	struct loop_timer *timer;          /* tells what needs no wire */
	struct loop_timer *overdue;        /* ends what libcurl should have ended */
	void (*done)(const struct http_answer *answer, void *context);
	void *context;
	struct http_call *next;
};

struct socket_watch {
	struct http *http;
	curl_socket_t socket;
	struct loop_watch *watch;
};

static void initialise(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* --- the end of a call ------------------------------------------------------------------------- */

static void free_headers(struct curl_slist *headers)
{
	struct curl_slist *at;

	for (at = headers; at; at = at->next)
		memory_wipe(at->data, strlen(at->data));
	curl_slist_free_all(headers);
}

static void free_call(struct http_call *call)
{
	struct http_call **at;

	for (at = &call->http->calls; *at; at = &(*at)->next)
		if (*at == call) {
			*at = call->next;
			break;
		}
	loop_release(call->http->loop);
	loop_timer_stop(call->timer);
	loop_timer_stop(call->overdue);
	if (call->easy) {
		curl_multi_remove_handle(call->http->multi, call->easy);
		curl_easy_cleanup(call->easy);
	}
	free_headers(call->headers);
	if (call->body)
		memory_wipe(call->body, call->body_length);
	free(call->body);
	free(call->url);
	free(call->answer);
	free(call->head);
	free(call);
}

static const struct {
	CURLcode code;
	enum error_kind kind;
	const char *sentence;              /* after "URL: " */
} meanings[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, ERROR_UNREACHABLE, "the name is not known: correct the URL, or the name service" },
	{ CURLE_COULDNT_CONNECT, ERROR_UNREACHABLE, "nobody listens there, or it cannot be reached: is the service running, is the port right?" },
	{ CURLE_OPERATION_TIMEDOUT, ERROR_TIMEOUT, "no complete answer in time" },
	{ CURLE_PEER_FAILED_VERIFICATION, ERROR_REFUSED, "its certificate is not trusted or bears another name: "
		"name the authority as ca_file, or use the name in the certificate" },
	{ CURLE_SSL_CONNECT_ERROR, ERROR_UNREACHABLE, "TLS could not be agreed on: does this port speak https?" },
	{ CURLE_SSL_CACERT_BADFILE, ERROR_CONFIG, "the file of certificate authorities cannot be read" },
	{ CURLE_GOT_NOTHING, ERROR_UNREACHABLE, "the connection ended without an answer: the server's log says why" },
	{ CURLE_RECV_ERROR, ERROR_UNREACHABLE, "the connection broke" },
	{ CURLE_SEND_ERROR, ERROR_UNREACHABLE, "the connection broke" },
	{ CURLE_PARTIAL_FILE, ERROR_UNREACHABLE, "the answer ended in the middle" },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERROR_UNREACHABLE, "what answers there does not speak HTTP, or the URL is not https" },
	{ CURLE_WEIRD_SERVER_REPLY, ERROR_UNREACHABLE, "what answers there does not speak HTTP" },
	{ CURLE_URL_MALFORMAT, ERROR_CONFIG, "this is not a URL" },
};

static void explain(const struct http_call *call, CURLcode code, struct error *error)
{
	const char *detail = call->complaint[0] ? call->complaint : curl_easy_strerror(code);
	size_t i;

	if (call->cancelled)
		error_set(error, ERROR_CANCELLED, "%s: taken back", call->url);
	else if (call->not_here)
		error_set(error, ERROR_CONFIG, "%s: http without TLS is only for this machine, and this address is another; use https", call->url);
	for (i = 0; error->kind == ERROR_NONE && i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].code == code)
			error_set(error, meanings[i].kind, "%s: %s [%s; curl %d]", call->url, meanings[i].sentence, detail, (int)code);
	if (error->kind == ERROR_NONE)
		error_set(error, ERROR_UNREACHABLE, "%s: the request failed [%s; curl %d]", call->url, detail, (int)code);
}

static void tell(struct http_call *call, CURLcode code)
{
	struct http_answer answer = { .body = call->answer ? call->answer : "", .length = call->length, .cut = call->cut,
		.headers = call->head ? call->head : "" };
	long sent = 0;

	if (call->easy) {
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &answer.status);
		curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent);
		answer.sent = sent > 0;
	}
	/* libcurl takes headers that end in the middle for an answer where a body need not follow. */
	if (code == CURLE_OK && call->easy && !call->cancelled && !call->head_whole)
		code = CURLE_PARTIAL_FILE;
	if (call->error.kind != ERROR_NONE && !call->cancelled)
		answer.error = call->error;
	else if (call->cancelled || (code != CURLE_OK && !call->cut))
		explain(call, code, &answer.error);
	call->done(&answer, call->context);
	free_call(call);
}

static void tell_later(void *context)
{
	tell(context, CURLE_OK);
}

static void on_overdue(void *context)
{
	struct http_call *call = context;

	curl_multi_remove_handle(call->http->multi, call->easy);
	tell(call, CURLE_OPERATION_TIMEDOUT);
}

/* --- libcurl's sockets and timer on our loop ------------------------------------------------------ */

static void tell_finished(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		struct http_call *call = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		tell(call, message->data.result);
	}
}

static void act(struct http *http, curl_socket_t socket, int events)
{
	int running;

	curl_multi_socket_action(http->multi, socket, events, &running);
	tell_finished(http);
}

static void on_ready(unsigned events, void *context)
{
	const struct socket_watch *watch = context;

	act(watch->http, watch->socket, (events & LOOP_READABLE ? CURL_CSELECT_IN : 0) | (events & LOOP_WRITABLE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(void *context)
{
	act(context, CURL_SOCKET_TIMEOUT, 0);
}

static int want_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *of_socket)
{
	struct http *http = context;
	struct socket_watch *watch = of_socket;
	unsigned events = (what & CURL_POLL_IN ? LOOP_READABLE : 0) | (what & CURL_POLL_OUT ? LOOP_WRITABLE : 0);

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch)
			loop_watch_stop(watch->watch);
		free(watch);
		curl_multi_assign(http->multi, socket, NULL);
		return 0;
	}
	if (watch) {
		loop_watch_change(watch->watch, events);
		return 0;
	}
	watch = memory_new(sizeof(*watch));
	watch->http = http;
	watch->socket = socket;
	watch->watch = loop_watch_events(http->loop, socket, events, on_ready, watch);
	if (!watch->watch) {
		free(watch);
		return -1;
	}
	curl_multi_assign(http->multi, socket, watch);
	return 0;
}

static int want_timer(CURLM *multi, long milliseconds, void *context)
{
	struct http *http = context;

	(void)multi;
	loop_timer_stop(http->timer);
	http->timer = milliseconds < 0 ? NULL : loop_after(http->loop, milliseconds ? (uint64_t)milliseconds : 1, 0, on_timer, http);
	return 0;
}

/* --- what libcurl asks during a call ----------------------------------------------------------------- */

static bool of_this_machine(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
	return address->sa_family == AF_INET6 &&
		IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_call *call = context;

	(void)purpose;
	if (call->plain && !of_this_machine(&address->addr)) {
		call->not_here = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct http_call *call = context;
	size_t length = size * count, room = call->most - call->length, take = length < room ? length : room;

	call->answer = memory_grow(call->answer, &call->capacity, call->length + take + 1, 1);
	memcpy(call->answer + call->length, bytes, take);
	call->length += take;
	call->answer[call->length] = '\0';
	call->cut = take < length;
	return take;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
	struct http_call *call = context;
	size_t length = size * count;

	/* A status line begins the headers of another answer: those of "100 Continue" are not ours. */
	if (length > 5 && !memcmp(bytes, "HTTP/", 5))
		call->head_length = 0;
	call->head_whole = bytes[0] == '\r' || bytes[0] == '\n';
	if (call->head_length + length > HEADERS_MOST)
		return 0;
	call->head = memory_grow(call->head, &call->head_capacity, call->head_length + length + 1, 1);
	memcpy(call->head + call->head_length, bytes, length);
	call->head_length += length;
	call->head[call->head_length] = '\0';
	return length;
}

/* --- starting ------------------------------------------------------------------------------------------ */

static void add_headers(struct http_call *call, const struct http_request *request)
{
	size_t i;

	/* A body is sent at once, not after asking whether it may be. */
	call->headers = curl_slist_append(NULL, "Expect:");
	for (i = 0; request->headers && request->headers[i]; i++)
		call->headers = curl_slist_append(call->headers, request->headers[i]);
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
}

static uint64_t deadline_of(const struct http_request *request)
{
	return request->deadline ? request->deadline : DEADLINE_DEFAULT_MS;
}

static void set_safety(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, call->plain ? "http" : "https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (request->ca_file) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* A name server that hangs must not hold whoever closes the call. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)deadline_of(request));
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

static void set_request(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->complaint);
	curl_easy_setopt(easy, CURLOPT_URL, call->url);
	/* Names of objects stand in paths: nothing in them may be taken for a step up. */
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "postroom");
	if (request->body) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_length);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body);
	}
	if (request->method)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	add_headers(call, request);
}

static bool may_start(struct http_call *call, const struct http_request *request)
{
	call->plain = !strncmp(request->url, "http://", 7);
	if (call->plain && !request->plain)
		return error_set(&call->error, ERROR_CONFIG, "%s: http without TLS is not allowed here; use https", request->url);
	if (!call->plain && strncmp(request->url, "https://", 8))
		return error_set(&call->error, ERROR_CONFIG, "%s: this is not a URL that begins with https://", request->url);
	return true;
}

static struct http_call *new_call(struct http *http, const struct http_request *request)
{
	struct http_call *call = memory_new(sizeof(*call));

	call->http = http;
	call->url = memory_text(request->url);
	call->most = request->most ? request->most : CAP_DEFAULT;
	if (request->body) {
		call->body_length = request->body_length;
		call->body = memory_new(request->body_length + 1);
		memcpy(call->body, request->body, request->body_length);
	}
	call->next = http->calls;
	http->calls = call;
	/* A time that leaps must not pass while the wire is waited for. */
	loop_hold(http->loop);
	return call;
}

struct http_call *http_run(struct http *http, const struct http_request *request,
		void (*done)(const struct http_answer *answer, void *context), void *context)
{
	struct http_call *call = new_call(http, request);

	call->done = done;
	call->context = context;
	if (may_start(call, request)) {
		call->easy = curl_easy_init();
		set_safety(call, request);
		set_request(call, request);
		if (curl_multi_add_handle(http->multi, call->easy) == CURLM_OK) {
			call->overdue = loop_after(http->loop, deadline_of(request) + OVERDUE_MS, 0, on_overdue, call);
			return call;
		}
		error_set(&call->error, ERROR_INTERNAL, "%s: the request cannot be started", call->url);
	}
	call->timer = loop_after(http->loop, 0, 0, tell_later, call);
	return call;
}

void http_cancel(struct http_call *call)
{
	if (call->cancelled)
		return;
	call->cancelled = true;
	if (call->easy)
		curl_multi_remove_handle(call->http->multi, call->easy);
	if (!call->timer)
		call->timer = loop_after(call->http->loop, 0, 0, tell_later, call);
}

void http_abandon(struct http_call *call)
{
	free_call(call);
}

/* --- headers, and waiting ------------------------------------------------------------------------ */

char *http_header(struct arena *arena, const struct http_answer *answer, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = answer->headers; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		const char *begin, *end = line + strcspn(line, "\r\n");

		if (strncasecmp(line, name, length) || line[length] != ':')
			continue;
		begin = line + length + 1;
		begin += strspn(begin, " \t");
		while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		return arena_bytes(arena, begin, (size_t)(end - begin));
	}
	return NULL;
}

struct here {
	struct arena *arena;
	struct http_call *call;
	struct http_answer *answer;
	bool done;
};

static void on_here_done(const struct http_answer *answer, void *context)
{
	struct here *here = context;

	*here->answer = *answer;
	here->answer->body = arena_bytes(here->arena, answer->body, answer->length);
	here->answer->headers = arena_text(here->arena, answer->headers);
	here->done = true;
}

static void on_here_give_up(void *context)
{
	http_cancel(((struct here *)context)->call);
}

const struct http_answer *http_run_here(struct http *http, const struct http_request *request, const volatile bool *give_up, struct arena *arena)
{
	struct here here = { .arena = arena, .answer = arena_alloc(arena, sizeof(*here.answer)) };

	here.call = http_run(http, request, on_here_done, &here);
	loop_wait(http->loop, &here.done, give_up, on_here_give_up, &here);
	return here.answer;
}

struct http *http_open(struct loop *loop)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *http = memory_new(sizeof(*http));

	pthread_once(&once, initialise);
	http->loop = loop;
	http->multi = curl_multi_init();
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	return http;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	while (http->calls)
		free_call(http->calls);
	curl_multi_cleanup(http->multi);
	loop_timer_stop(http->timer);
	free(http);
}

const char *http_library(void)
{
	return curl_version();
}
