/*
 * fuzz_journal: any bytes as a journal.
 *
 * The reader must never take more than there is, must find the same records
 * again in what it called good, and operations that it accepts must be whole.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gate/codec.h"
#include "gate/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void on_record(const struct json *record, void *context)
{
	const struct json *steps = json_get(record, "steps");
	struct arena *arena = arena_new();
	struct operation operation;
	size_t i;

	(void)context;
	for (i = 0; i < json_count(steps); i++)
		if (operation_from_json(arena, json_item(steps, i), &operation) && (!operation.place || (operation.delta_count && !operation.deltas)))
			abort();
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct journal_reading reading, again;

	journal_read_bytes("fuzz", (const char *)bytes, length, on_record, NULL, &reading);
	if (reading.good > length)
		abort();
	journal_read_bytes("fuzz", (const char *)bytes, reading.good, NULL, NULL, &again);
	if (again.state != JOURNAL_WHOLE || again.records != reading.records || again.good != reading.good)
		abort();
	return 0;
}
