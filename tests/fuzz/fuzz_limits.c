/*
 * fuzz_limits: whatever doveconf is said to have printed is read, judged and
 * led to a goal; what a set promises holds, and the forms are told apart alike
 * however often they are asked.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void judge(struct arena *arena, struct limits_facts *facts, uint8_t dice)
{
	struct limits_goal goal = { .connections = 1 + dice * 100u, .tls_percent = dice % 101, .mode = dice & 1 ? LIMITS_PERFORMANCE : LIMITS_SECURITY,
		.by_default = dice & 2 };
	struct limits_verdict verdict;
	struct limits_set set;

	facts->open_files = dice & 4 ? LIMITS_UNKNOWN : dice * 64u;
	facts->memory = dice & 8 ? LIMITS_UNKNOWN : 1u << 30;
	verdict = limits_check(arena, facts);
	if (verdict.warning_count > 3 || verdict.error_count > 1 || (verdict.error_count && verdict.finding_count))
		abort();
	set = limits_reach(arena, facts, &goal);
	if (!set.refused && limits_service_named(facts, "auth") && limits_service_named(facts, "anvil") && set.verdict.warning_count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	const char *words = (const char *)bytes;
	uint8_t dice = size ? bytes[size - 1] : 0;
	enum limits_form form;

	if (size > 64 * 1024) {
		arena_free(arena);
		return 0;
	}
	form = limits_form(words, size);
	judge(arena, limits_read(arena, LIMITS_BLOCKS, words, size, NULL), dice);
	judge(arena, limits_read(arena, LIMITS_DUMP, words, size, NULL), dice);
	if (form != limits_form(words, size))
		abort();
	arena_free(arena);
	return 0;
}
