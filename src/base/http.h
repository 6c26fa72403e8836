/*
 * http: one request over the loop: verified TLS, a cap in bytes, a deadline.
 *
 * libcurl inside (http.c is the only file that includes it).  Certificate and
 * name are always checked; no redirect is followed, no proxy and no other
 * variable of the environment is heeded, nothing is written to disk.  Plain
 * http:// only where the caller allows it, and then only to this machine: the
 * address that is really connected to must be 127.0.0.0/8 or ::1.  Fails by
 * answer.  Loop thread; each loop has an http of its own.
 */
#ifndef POSTROOM_BASE_HTTP_H
#define POSTROOM_BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/memory.h"

struct http;
struct http *http_open(struct loop *loop);
/* Gives up what runs: no callback comes any more. */
void http_close(struct http *http);

struct http_request {
	const char *url;                   /* https://host:port/path; IPv6 in brackets */
	const char *method;                /* "GET", "POST", "PATCH", ...; NULL: GET, or POST where there is a body */
	const char *const *headers;        /* "Name: value", NULL-terminated; NULL: none. Our copy is wiped after use */
	const void *body;                  /* NULL: none. Our copy is wiped after use */
	size_t body_length;
	const char *ca_file;               /* PEM: only these authorities count; NULL: the system's */
	bool plain;                        /* http:// is allowed, to this machine */
	size_t most;                       /* cap of the answer's body; 0: 8 MiB */
	uint64_t deadline;                 /* milliseconds for everything; 0: 10,000 */
};
struct http_answer {
	struct error error;                /* NONE: an answer came, whatever its status; else the URL and what to do */
	long status;                       /* 200, 401, ...; 0: none */
	const char *body;                  /* zero-terminated; borrowed during the callback */
	size_t length;
	bool cut;                          /* longer than the cap: ended there */
	const char *headers;               /* of the answer, line by line, 256 KiB at most; borrowed; see http_header */
	bool sent;                         /* a part of the request left this machine: with an error, it may have been heeded */
};
struct http_call;
/* Copies the request. done comes exactly once, never from inside this call. */
struct http_call *http_run(struct http *http, const struct http_request *request,
		void (*done)(const struct http_answer *answer, void *context), void *context);
void http_cancel(struct http_call *call);      /* done comes with ERROR_CANCELLED, from a later turn */
void http_abandon(struct http_call *call);     /* done does not come */

/* The first header of this name, blanks around its value cut; case of the name is ignored. Arena; NULL: there is none. */
char *http_header(struct arena *arena, const struct http_answer *answer, const char *name);
/*
 * Waits for the answer, for stores on a thread of their own: runs the loop that http was opened with. *give_up, set by
 * another thread, ends it with ERROR_CANCELLED (NULL: nobody does). Body and headers live in the arena.
 */
const struct http_answer *http_run_here(struct http *http, const struct http_request *request, const volatile bool *give_up, struct arena *arena);

/* Version of the library inside, with its TLS. Any thread. */
const char *http_library(void);

#endif
