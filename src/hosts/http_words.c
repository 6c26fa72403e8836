/*
 * http_words: what the doveadm API answered: the result out of its envelope,
 * and each way in which it says no as a sentence.
 *
 * An answer is [["doveadmResponse", RESULT, tag]] or [["error", {type,
 * exitCode}, tag]]; anything else is told as such (dovecot 6).  Pure, any
 * thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/http.h"
#include "base/json.h"
#include "base/text.h"
#include "hosts/hosts_private.h"

/* Larger ones are taken out of their envelope by sight, so that no turn of the loop parses them twice. */
#define PARSED_MOST (256u * 1024)
static const char opening[] = "[[\"doveadmResponse\",";
static const char closing[] = ",\"" HTTP_TAG "\"]]";

static const struct {
	long status;
	enum error_kind kind;
	const char *sentence;
} statuses[] = {
	{ 401, ERROR_REFUSED, "the doveadm API does not take our key: compare the key's file with doveadm_api_key (or doveadm_password) there" },
	{ 403, ERROR_REFUSED, "the doveadm API is forbidden to us" },
	{ 404, ERROR_UNSUPPORTED, "there is no doveadm API at this URL: the listener of service doveadm must be named http" },
	{ 400, ERROR_INTERNAL, "the doveadm API did not understand the question" },
	{ 413, ERROR_INVALID, "the question is too large for the doveadm API" },
	{ 500, ERROR_CONFIG, "the doveadm API cannot answer: neither doveadm_api_key nor doveadm_password may be set there; its log says more" },
	{ 503, ERROR_UNREACHABLE, "the doveadm API is busy" },
};

/* What was asked may have been done by whoever answered so that nobody can tell. */
static enum error_kind unclear(const struct host_command *command, enum error_kind otherwise)
{
	return command->changes ? ERROR_UNKNOWN_OUTCOME : otherwise;
}

static bool status_error(const struct host_settings *settings, const struct host_command *command, const struct http_answer *from,
		struct error *error)
{
	/* 502 and 504 are a proxy's, which may have handed the request on; 500 and 503 are said before anything is done. */
	enum error_kind failed = from->status > 500 ? unclear(command, ERROR_UNREACHABLE) : ERROR_UNREACHABLE;
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == from->status)
			return error_set(error, statuses[i].kind, "%s: %s: %s [HTTP %ld]", settings->name, settings->http_url,
				statuses[i].sentence, from->status);
	if (from->status >= 300 && from->status < 400)
		return error_set(error, ERROR_REFUSED, "%s: %s sends us elsewhere, which is not followed: correct the URL [HTTP %ld]",
			settings->name, settings->http_url, from->status);
	return error_set(error, failed, "%s: %s: the doveadm API failed [HTTP %ld]", settings->name, settings->http_url, from->status);
}

static bool no_json(const struct host_settings *settings, const struct host_command *command, const char *why, struct error *error)
{
	/* Somebody answers there, so it is not as if nobody did. */
	return error_set(error, unclear(command, ERROR_UNSUPPORTED), "%s: %s: what came is no answer of a doveadm API: does the URL lead to Dovecot? [%s]",
		settings->name, settings->http_url, why);
}

/* An entry "error": of type exitCode it is the program's status, else the API itself says no. */
static bool take_error(const struct host_settings *settings, const struct host_command *command, const struct json *entry,
		struct arena *arena, struct host_answer *answer)
{
	const char *type = json_get_text(json_item(entry, 1), "type");
	int64_t code = json_get_number(json_item(entry, 1), "exitCode", 0);

	answer->complaint = arena_text(arena, type ? type : "no type");
	answer->status = code > 0 && code < 256 ? (int)code : 1;
	if (type && !strcmp(type, "exitCode") && code > 0)
		return true;
	return answer_explain(settings, command->name, answer, &answer->error);
}

static bool take_entry(struct arena *arena, const struct host_settings *settings, const struct host_command *command,
		const struct json *root, struct host_answer *answer)
{
	const struct json *entry = json_item(root, 0);
	const struct json *word = json_item(entry, 0);
	char *name = word ? json_bytes(arena, word, &(size_t){ 0 }) : NULL;
	char *printed;

	if (json_count(root) != 1 || json_count(entry) < 3 || !name)
		return no_json(settings, command, "not one entry", &answer->error);
	if (!strcmp(name, "error"))
		return take_error(settings, command, entry, arena, answer);
	if (strcmp(name, "doveadmResponse") || json_count(entry) != 3)
		return no_json(settings, command, "an entry of another shape", &answer->error);
	printed = json_print(json_item(entry, 1), false);
	answer->length = strlen(printed);
	answer->output = arena_bytes(arena, printed, answer->length);
	free(printed);
	return true;
}

/* A long answer whose envelope is as it should be: what is inside is for whoever reads it. */
static bool take_by_sight(struct arena *arena, const struct http_answer *from, struct host_answer *answer)
{
	size_t front = sizeof(opening) - 1, back = sizeof(closing) - 1;

	if (from->length <= PARSED_MOST || memcmp(from->body, opening, front) || memcmp(from->body + from->length - back, closing, back))
		return false;
	answer->length = from->length - front - back;
	answer->output = arena_bytes(arena, from->body + front, answer->length);
	return true;
}

void http_unwrap(struct arena *arena, const struct host_settings *settings, const struct host_command *command,
		const struct http_answer *from, struct host_answer *answer)
{
	struct error error = { 0 };
	struct json *root;

	if (from->status != 200) {
		status_error(settings, command, from, &answer->error);
		return;
	}
	if (from->cut) {
		error_set(&answer->error, unclear(command, ERROR_UNSUPPORTED), "%s: the doveadm API answered %s with more than %zu bytes, which was not read to the end",
			settings->name, command->method, from->length);
		return;
	}
	if (from->length == 0) {
		no_json(settings, command, "an empty answer", &answer->error);
		return;
	}
	if (take_by_sight(arena, from, answer))
		return;
	root = json_parse(from->body, from->length, &error);
	if (!root) {
		no_json(settings, command, error.text, &answer->error);
		return;
	}
	take_entry(arena, settings, command, root, answer);
	json_free(root);
}
