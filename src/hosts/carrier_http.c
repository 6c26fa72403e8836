/*
 * carrier_http: runs a command through Dovecot's own HTTP API, without a
 * program and without root.
 *
 * One command a request, since the server ends the process after some mixtures
 * (dovecot 6).  The key is read from its file when it is first needed and again
 * after a refusal, and wiped at the end.  What the answer means is in
 * http_words.c.  What was sent and not answered leaves the outcome of a change
 * unknown.  Loop thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/http.h"
#include "base/text.h"
#include "hosts/hosts_private.h"

#define PATH "/doveadm/v1"
/* An answer is held whole here, so that a stream's cap would be too much: about 300,000 connections. */
#define MOST (32u * 1024 * 1024)

struct carried {
	struct http_call *call;
};

/* --- who we are ---------------------------------------------------------------------------------- */

void http_forget(struct host *host)
{
	if (host->credentials)
		memory_wipe(host->credentials, strlen(host->credentials));
	free(host->credentials);
	host->credentials = NULL;
}

/* The whole header line, from the key's or the password's file. */
static bool load_credentials(struct host *host, struct error *error)
{
	const struct host_settings *settings = &host->settings;
	struct arena *arena = arena_new();
	char *secret = file_read_secret(arena, settings->http_key_file ? settings->http_key_file : settings->http_password_file, error);
	char *plain, *encoded;
	size_t size;

	if (!secret) {
		arena_free(arena);
		return error_prefix(error, "%s: the key of the doveadm API", settings->name);
	}
	plain = settings->http_key_file ? secret : arena_format(arena, "doveadm:%s", secret);
	encoded = base64_encode(arena, plain, strlen(plain));
	size = strlen(encoded) + 40;
	host->credentials = memory_new(size);
	snprintf(host->credentials, size, "Authorization: %s %s", settings->http_key_file ? "X-Dovecot-API" : "Basic", encoded);
	memory_wipe(secret, strlen(secret));
	memory_wipe(plain, strlen(plain));
	memory_wipe(encoded, strlen(encoded));
	arena_free(arena);
	return true;
}

/* --- a request -------------------------------------------------------------------------------------- */

static void on_answer(const struct http_answer *from, void *context)
{
	struct host_call *call = context;
	struct host_answer answer = { .error = from->error, .form = FORM_JSON, .cut = from->cut };

	((struct carried *)call->carried)->call = NULL;
	if (from->error.kind != ERROR_NONE) {
		error_prefix(&answer.error, "%s", call->host->settings.name);
		/* A change that was sent may have been done, whatever became of the link then. */
		if (call->command->changes && from->sent)
			answer.error.kind = ERROR_UNKNOWN_OUTCOME;
	} else
		http_unwrap(call->arena, &call->host->settings, call->command, from, &answer);
	if (from->status == 401)
		http_forget(call->host);
	if (call->piece && answer.error.kind == ERROR_NONE && answer.length && call->state == CALL_RUNS && !call->cancelled) {
		call->piece(call->context, FORM_JSON, answer.output, answer.length);
		answer.output = "";
		answer.length = 0;
	}
	call_answer(call, &answer);
}

static void on_failure(void *context)
{
	struct host_call *call = context;
	struct host_answer answer = { .error = call->error, .form = FORM_JSON };

	call_answer(call, &answer);
}

static char *url_of(struct host_call *call)
{
	const char *base = call->host->settings.http_url;
	size_t length = strlen(base);

	while (length > 0 && base[length - 1] == '/')
		length--;
	return arena_format(call->arena, "%.*s" PATH, (int)length, base);
}

static void start(struct host_call *call)
{
	struct host *host = call->host;
	struct carried *carried = arena_alloc(call->arena, sizeof(*carried));
	char *parameters = command_parameters(call);
	const char *body = arena_format(call->arena, "[[\"%s\",%s,\"" HTTP_TAG "\"]]", call->command->method, parameters);
	const char *headers[] = { NULL, "Content-Type: application/json", NULL };
	struct http_request request = {
		.url = url_of(call), .headers = headers, .body = body, .body_length = strlen(body),
		.ca_file = host->settings.http_ca_file, .plain = host->settings.http_plain,
		.most = call->most < MOST ? call->most : MOST, .deadline = call->deadline,
	};

	free(parameters);
	call->carried = carried;
	if (!host->credentials && !load_credentials(host, &call->error)) {
		loop_timer_stop(call->timer);
		call->timer = loop_after(call->hosts->loop, 0, 0, on_failure, call);
		return;
	}
	headers[0] = host->credentials;
	if (!call->hosts->http)
		call->hosts->http = http_open(call->hosts->loop);
	carried->call = http_run(call->hosts->http, &request, on_answer, call);
}

static void cancel(struct host_call *call)
{
	struct carried *carried = call->carried;

	if (carried->call)
		http_cancel(carried->call);
}

static void abandon(struct host_call *call, uint64_t milliseconds)
{
	struct carried *carried = call->carried;

	(void)milliseconds;
	if (carried->call)
		http_abandon(carried->call);
	carried->call = NULL;
}

const struct carrier carrier_http = { .way = WAY_HTTP, .start = start, .cancel = cancel, .abandon = abandon };
