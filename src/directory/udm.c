/*
 * udm: UDM's REST interface, one request after the other.
 *
 * Reading is repeated once where UDM says to come back soon; writing never is.
 * An answer 202 leads to a place that tells when it is done.  On the thread
 * that owns it, except udm_interrupt.
 */
#include "directory/udm.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/http.h"
#include "base/text.h"

enum { TOGETHER_MS = 50000, REQUEST_SECONDS = 20, SLICE_MS = 50, RETRY_MOST_SECONDS = 5, BODY_MOST = 16 * 1024 * 1024 };

struct udm {
	const struct directory_udm *settings;
	struct password *password;
	struct loop *loop;
	struct http *http;
	int64_t until;                     /* by loop_now */
	volatile bool give_up;             /* set on any thread */
};

struct udm *udm_new(const struct directory_udm *settings, struct password *password)
{
	struct udm *udm = memory_new(sizeof *udm);

	udm->settings = settings;
	udm->password = password;
	return udm;
}

void udm_free(struct udm *udm)
{
	if (udm == NULL)
		return;
	http_close(udm->http);
	if (udm->loop != NULL)
		loop_free(udm->loop);
	free(udm);
}

void udm_begin(struct udm *udm)
{
	if (udm->loop == NULL) {
		udm->loop = loop_new();
		udm->http = http_open(udm->loop);
	}
	udm->give_up = false;
	udm->until = 0;
}

void udm_interrupt(struct udm *udm)
{
	udm->give_up = true;
}

/* --- time -------------------------------------------------------------------------------------- */

static void waited(void *context)
{
	*(bool *)context = true;
}

/* The loop's own clock goes on only while it runs, so it is turned once. */
static int64_t now(struct udm *udm)
{
	bool done = false;
	struct loop_timer *timer = loop_after(udm->loop, 0, 0, waited, &done);

	loop_run_until(udm->loop, &done);
	loop_timer_stop(timer);
	return loop_now(udm->loop);
}

bool udm_sleep(struct udm *udm, unsigned milliseconds)
{
	for (unsigned slept = 0; slept < milliseconds && !udm->give_up; slept += SLICE_MS) {
		bool done = false;
		struct loop_timer *timer = loop_after(udm->loop, SLICE_MS, 0, waited, &done);

		loop_run_until(udm->loop, &done);
		loop_timer_stop(timer);
	}
	return !udm->give_up;
}

/* Milliseconds for one more request; 0: the time is over. */
static uint64_t patience(struct udm *udm)
{
	int64_t at = now(udm), one = (int64_t)(udm->settings->seconds > 0 ? udm->settings->seconds : REQUEST_SECONDS) * 1000, left;

	if (udm->until == 0)
		udm->until = at + TOGETHER_MS;
	left = udm->until - at;
	return left <= 0 ? 0 : (uint64_t)(left < one ? left : one);
}

/* --- one request ---------------------------------------------------------------------------------- */

/* "Authorization: Basic ..."; heap, to be wiped. NULL with why there is no password. */
static char *authorization(struct udm *udm, struct error *error)
{
	struct arena *arena;
	struct text words = { 0 };
	char *bytes, *encoded, *header;
	size_t length;

	if (!password_get(udm->password, &bytes, &length, error))
		return NULL;
	arena = arena_new();
	text_addf(&words, "%s:", udm->settings->user);
	text_add_bytes(&words, bytes, length);
	password_put(bytes, length);
	encoded = base64_encode(arena, text_get(&words), words.length);
	header = memory_new(strlen(encoded) + 32);
	memcpy(header, "Authorization: Basic ", 21);
	memcpy(header + 21, encoded, strlen(encoded) + 1);
	memory_wipe(encoded, strlen(encoded));
	memory_wipe(words.bytes, words.length);
	text_free(&words);
	arena_free(arena);
	return header;
}

/* NULL with an error: nothing was sent. */
static const struct http_answer *ask(struct udm *udm, struct arena *arena, const char *method, const char *url, const char *etag, const char *body,
		struct error *error)
{
	const char *headers[6] = { NULL, "Accept: application/json", "Accept-Language: en-US" };
	struct http_request request = { .url = url, .method = method, .headers = headers, .body = body, .body_length = body == NULL ? 0 : strlen(body),
		.ca_file = udm->settings->ca_file, .plain = udm->settings->plain, .most = BODY_MOST, .deadline = patience(udm) };
	const struct http_answer *answer;
	char *login = request.deadline == 0 || udm->give_up ? NULL : authorization(udm, error);
	size_t count = 3;

	if (request.deadline == 0 || udm->give_up) {
		error_set(error, udm->give_up ? ERROR_CANCELLED : ERROR_TIMEOUT, "%s: %s", udm->settings->url, udm->give_up ? "taken back" : "UDM was too slow");
		return NULL;
	}
	if (login == NULL) {
		error_prefix(error, "the password for UDM");
		if (error != NULL)
			error->kind = ERROR_CONFIG;
		return NULL;
	}
	headers[0] = login;
	if (body != NULL)
		headers[count++] = "Content-Type: application/json";
	if (etag != NULL)
		headers[count++] = arena_format(arena, "If-Match: %s", etag);
	answer = http_run_here(udm->http, &request, &udm->give_up, arena);
	memory_wipe(login, strlen(login));
	free(login);
	return answer;
}

static struct json *json_of(const struct http_answer *answer)
{
	return answer->length == 0 || answer->cut ? NULL : json_parse(answer->body, answer->length, NULL);
}

static unsigned retry_seconds(struct arena *arena, const struct http_answer *answer, unsigned otherwise)
{
	const char *words = http_header(arena, answer, "Retry-After");
	long seconds = words == NULL ? (long)otherwise : strtol(words, NULL, 10);

	return seconds < 0 || seconds > 3600 ? 3600 : (unsigned)seconds;
}

/* --- reading ---------------------------------------------------------------------------------------- */

static bool get(struct udm *udm, struct arena *arena, const struct profile *profile, const char *module, const char *url, struct udm_object *object,
		struct error *error)
{
	const struct http_answer *answer = ask(udm, arena, "GET", url, NULL, NULL, error);

	if (answer != NULL && answer->error.kind == ERROR_NONE && answer->status == 503 && retry_seconds(arena, answer, 60) <= RETRY_MOST_SECONDS &&
	    udm_sleep(udm, 1000 * retry_seconds(arena, answer, 1)))
		answer = ask(udm, arena, "GET", url, NULL, NULL, error);
	if (answer == NULL)
		return false;
	if (answer->error.kind != ERROR_NONE) {
		if (error != NULL)
			*error = answer->error;
		return false;
	}
	object->json = json_of(answer);
	if (answer->status != 200) {
		udm_explain(error, profile, module, udm->settings->user, answer->status, object->json, http_header(arena, answer, "Retry-After"));
		udm_object_free(object);
		return false;
	}
	object->properties = json_get(object->json, "properties");
	if (json_sort(object->properties) != JSON_FIELDS) {
		udm_object_free(object);
		return error_set(error, ERROR_UNSUPPORTED, "%s: what answers there is not UDM's REST interface: correct url in the section udm", udm->settings->url);
	}
	object->etag = http_header(arena, answer, "ETag");
	object->uuid = arena_text(arena, json_get_text(object->json, "uuid"));
	object->dn = arena_text(arena, json_get_text(object->json, "dn"));
	return true;
}

bool udm_read(struct udm *udm, struct arena *arena, const struct profile *profile, const char *module, const char *dn, struct udm_object *object,
		struct error *error)
{
	const char *url = udm_url(arena, udm->settings->url, module, dn);

	*object = (struct udm_object){ .json = NULL };
	if (url == NULL)
		return error_set(error, ERROR_UNSUPPORTED, "%s: a name like a path cannot be sent to UDM", dn);
	if (!get(udm, arena, profile, module, url, object, error))
		return false;
	if (object->etag != NULL && object->uuid != NULL)
		return true;
	udm_object_free(object);
	return error_set(error, ERROR_UNSUPPORTED, "%s: UDM tells no ETag or no uuid, so a change by somebody else could not be noticed", dn);
}

bool udm_template(struct udm *udm, struct arena *arena, const struct profile *profile, const char *module, const char *position,
		struct udm_object *object, struct error *error)
{
	*object = (struct udm_object){ .json = NULL };
	return get(udm, arena, profile, module, arena_format(arena, "%s/%s/add?position=%s", udm->settings->url, module, udm_query(arena, position)), object, error);
}

void udm_object_free(struct udm_object *object)
{
	json_free(object->json);
	*object = (struct udm_object){ .json = NULL };
}

/* --- writing ------------------------------------------------------------------------------------------ */

static bool is_progress(const char *url)
{
	return strstr(url, "/progress/") != NULL;
}

/* 202 and 303 name a place that tells when it is done: until then it answers with itself. False: that was not seen. */
static bool see_done(struct udm *udm, struct arena *arena, const struct http_answer *answer)
{
	const char *url = NULL;

	while (answer != NULL && answer->error.kind == ERROR_NONE && answer->status >= 200 && answer->status <= 308) {
		const char *location = http_header(arena, answer, "Location");
		unsigned seconds = retry_seconds(arena, answer, 1);

		if (location != NULL)
			url = udm_follow(arena, udm->settings->url, location);
		if (url == NULL)
			return false;
		/* Sent on from the progress to the object itself. */
		if (answer->status >= 301 && !is_progress(url))
			return true;
		if (!udm_sleep(udm, 1000 * (seconds > RETRY_MOST_SECONDS ? RETRY_MOST_SECONDS : seconds)))
			return false;
		answer = ask(udm, arena, "GET", url, NULL, NULL, NULL);
	}
	return false;
}

static const char *target_url(struct udm *udm, struct arena *arena, const char *method, const char *module, const char *dn)
{
	const char *url;

	if (strcmp(method, "POST") == 0)
		return arena_format(arena, "%s/%s/", udm->settings->url, module);
	url = udm_url(arena, udm->settings->url, module, dn);
	/* Both are on where they are left out, and recursive would take what is below along. */
	return url == NULL || strcmp(method, "DELETE") != 0 ? url : arena_format(arena, "%s?cleanup=1&recursive=0", url);
}

static void judge(struct udm *udm, struct arena *arena, const struct profile *profile, const char *module, const struct http_answer *answer,
		struct udm_answer *out)
{
	struct json *body = json_of(answer);

	out->status = answer->status;
	out->how = ANSWER_GIVEN;
	if (answer->status == 200 || answer->status == 201 || answer->status == 204) {
		out->uuid = arena_text(arena, json_get_text(body, "uuid"));
		out->dn = arena_text(arena, json_get_text(body, "dn"));
	} else if (answer->status == 202 || answer->status == 303) {
		if (!see_done(udm, arena, answer)) {
			out->how = ANSWER_LOST;
			error_set(&out->error, ERROR_UNKNOWN_OUTCOME, "UDM is still at it, and that it was done has not been seen [UDM %ld]", answer->status);
		}
	} else {
		udm_explain(&out->error, profile, module, udm->settings->user, answer->status, body, http_header(arena, answer, "Retry-After"));
		if (udm_is_open(answer->status))
			out->how = ANSWER_LOST;
	}
	json_free(body);
}

void udm_write(struct udm *udm, struct arena *arena, const struct profile *profile, const char *method, const char *module, const char *dn,
		const char *etag, struct json *body, struct udm_answer *answer)
{
	const char *url = target_url(udm, arena, method, module, dn);
	char *printed = body == NULL ? NULL : json_print(body, false);
	const struct http_answer *heard = NULL;

	*answer = (struct udm_answer){ .how = ANSWER_UNSENT };
	if (url == NULL)
		error_set(&answer->error, ERROR_UNSUPPORTED, "%s: a name like a path cannot be sent to UDM", dn);
	else
		heard = ask(udm, arena, method, url, etag, printed, &answer->error);
	if (heard != NULL && heard->error.kind != ERROR_NONE) {
		answer->how = heard->sent ? ANSWER_LOST : ANSWER_UNSENT;
		answer->error = heard->error;
	} else if (heard != NULL) {
		judge(udm, arena, profile, module, heard, answer);
	}
	if (printed != NULL)
		memory_wipe(printed, strlen(printed));
	free(printed);
	json_free_wiped(body);
}
