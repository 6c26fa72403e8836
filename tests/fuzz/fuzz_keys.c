/*
 * fuzz_keys: any bytes in any rhythm through the key decoder.
 *
 * Pairs of input bytes are a byte and the time before it.  What comes out must
 * be well formed: a scalar value or a known name, a paste within its cap, and
 * the decoder must come to rest.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ui/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void on_key(void *context, const struct key *key)
{
	struct key again;
	char name[40];

	(void)context;
	switch (key->kind) {
	case KEY_KIND_TEXT:
		if (key->code < 32 || (key->code >= 0x7f && key->code < 0xa0) || key->code > 0x10ffff)
			abort();
		if (key->code < 127 && (!key_from_name(key_name(key, name, sizeof(name)), &again) || !key_same(key, &again)))
			abort();
		break;
	case KEY_KIND_NAMED:
		if (!key_from_name(key_name(key, name, sizeof(name)), &again) || !key_same(key, &again))
			abort();
		break;
	case KEY_KIND_PASTE:
		if (key->pasted_length > 64 || key->pasted[key->pasted_length])
			abort();
		break;
	default:
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct keys *keys = keys_new(on_key, NULL);
	int64_t now = 0, due;
	size_t i;

	keys_set_paste_most(keys, 64);
	for (i = 0; i + 1 < length; i += 2) {
		now += bytes[i + 1] < 128 ? 0 : (bytes[i + 1] - 128) * 20;
		keys_set_field(keys, bytes[i + 1] & 1);
		keys_set_mouse(keys, bytes[i + 1] & 2);
		keys_feed(keys, &bytes[i], 1, now);
	}
	for (i = 0; (due = keys_due(keys)) >= 0; i++) {
		if (i > 100000)
			abort();
		keys_tick(keys, due);
	}
	keys_free(keys);
	return 0;
}
