/*
 * fuzz_http_words: whatever answers in place of a doveadm API becomes an error
 * or one value; what was taken out lies within what came.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/http.h"
#include "hosts/hosts_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct host_settings settings = { .name = "mail3", .http_url = "https://mail3" };
	static const long statuses[] = { 200, 200, 200, 401, 404, 500 };
	struct arena *arena = arena_new();
	struct http_answer from = { .status = 200 };
	struct host_answer answer = { .form = FORM_JSON };

	if (size > 0) {
		from.status = statuses[bytes[0] % (sizeof(statuses) / sizeof(statuses[0]))];
		bytes++;
		size--;
	}
	from.body = arena_bytes(arena, bytes, size);
	from.length = size;
	http_unwrap(arena, &settings, host_command_find("who"), &from, &answer);
	if (answer.error.kind == ERROR_NONE && from.status != 200)
		abort();
	if (answer.output && strlen(answer.output) > answer.length)
		abort();
	if (answer.status < 0 || answer.status > 255)
		abort();
	arena_free(arena);
	return 0;
}
