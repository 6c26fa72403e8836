/*
 * fuzz_conffile: any text is read or refused with a sentence, nothing comes
 * from the environment, and a right file is still read right afterwards.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/conffile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct conf_option inner[] = {
	{ .name = "attribute", .type = CONF_TEXT },
	{ .name = "convert", .type = CONF_LIST, .fallback = "a, b" },
	{ 0 }
};
static const struct conf_option single[] = {
	{ .name = "timeout", .type = CONF_NUMBER, .fallback = "5" },
	{ .name = "direct", .type = CONF_FLAG },
	{ 0 }
};
static const struct conf_option options[] = {
	{ .name = "name", .type = CONF_TEXT },
	{ .name = "uri", .type = CONF_LIST },
	{ .name = "kind", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = inner },
	{ .name = "host", .type = CONF_SECTION, .flags = CONF_MANY, .inside = single },
	{ .name = "directory", .type = CONF_SECTION, .inside = single },
	{ 0 }
};

static const char secret[] = "value-of-the-environment";

static void check_text(const char *words)
{
	if (words && strstr(words, secret))
		abort();
}

static void ask_all(const struct conf_section *root)
{
	check_text(conf_text(root, "name"));
	for (size_t i = 0; i < conf_list_count(root, "uri"); i++)
		check_text(conf_list_item(root, "uri", i));
	for (size_t i = 0; i < conf_section_count(root, "kind"); i++) {
		const struct conf_section *kind = conf_section(root, "kind", i);

		check_text(conf_title(kind));
		check_text(conf_text(kind, "attribute"));
		if (conf_line(kind) < 1)
			abort();
		for (size_t j = 0; j < conf_list_count(kind, "convert"); j++)
			check_text(conf_list_item(kind, "convert", j));
	}
	conf_number(conf_section(root, "directory", 0), "timeout");
	conf_flag(conf_section(root, "directory", 0), "direct");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	const char *words = arena_bytes(arena, bytes, size);
	struct error error = { 0 };
	struct conf *conf;

	setenv("A", strstr(words, secret) ? "" : secret, 1);
	conf = conf_read_text("fuzz", words, options, &error);
	if (conf && !strstr(words, secret))
		ask_all(conf_root(conf));
	else if (!conf && (error.kind != ERROR_CONFIG || strncmp(error.text, "fuzz, line ", 11) != 0))
		abort();
	conf_free(conf);
	conf = conf_read_text("right", "name = right", options, &error);
	if (!conf || strcmp(conf_text(conf_root(conf), "name"), "right") != 0)
		abort();
	conf_free(conf);
	arena_free(arena);
	return 0;
}
