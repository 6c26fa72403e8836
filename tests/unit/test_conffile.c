/* conffile: what may stand in a file, and that every mistake is told with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/conffile.h"
#include "base/text.h"
#include "tests/unit/hostile.h"

static const struct conf_option field_options[] = {
	{ .name = "attribute", .type = CONF_TEXT },
	{ .name = "convert", .type = CONF_LIST, .fallback = "as_is, trim it" },
	{ 0 }
};
static const struct conf_option kind_options[] = {
	{ .name = "filter", .type = CONF_TEXT },
	{ .name = "field", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = field_options },
	{ 0 }
};
static const struct conf_option tls_options[] = {
	{ .name = "require", .type = CONF_FLAG, .fallback = "yes" },
	{ 0 }
};
static const struct conf_option directory_options[] = {
	{ .name = "uri", .type = CONF_LIST },
	{ .name = "timeout", .type = CONF_NUMBER, .fallback = "5" },
	{ .name = "direct", .type = CONF_FLAG, .fallback = "no" },
	{ .name = "tls", .type = CONF_SECTION, .inside = tls_options },
	{ 0 }
};
static const struct conf_option options[] = {
	{ .name = "name", .type = CONF_TEXT, .fallback = "nobody" },
	{ .name = "base", .type = CONF_TEXT },
	{ .name = "kind", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = kind_options },
	{ .name = "host", .type = CONF_SECTION, .flags = CONF_MANY, .inside = tls_options },
	{ .name = "directory", .type = CONF_SECTION, .inside = directory_options },
	{ 0 }
};

static struct conf *must_read(const char *words)
{
	struct error error = { 0 };
	struct conf *conf = conf_read_text("test.conf", words, options, &error);

	if (!conf)
		fail_msg("refused: %s", error.text);
	assert_int_equal(error.kind, ERROR_NONE);
	return conf;
}

static void a_whole_file(void **state)
{
	struct conf *conf = must_read(
		"# a comment with ${HOME} and a \" quote\n"
		"name = \"Anna \\\"A\\\" \\x41\\n\"   // the name\n"
		"/* two\n   lines */\n"
		"kind user {\n"
		"  filter = '(&(objectClass=*)(mail=*))'\n"
		"  field address {\n attribute = mail\n }\n"
		"  field 'home server' { attribute = host convert = { one, \"two, three\" } }\n"
		"}\n"
		"kind domain { }\n"
		"directory {\n"
		"  uri = { ldap://mail1.example:389/, ldaps://mail2.example }\n"
		"  uri += ldapi:///\n"
		"  timeout = 010\n"
		"  direct = on\n"
		"}\n"
		"host { require = no }\nhost { }\n");
	const struct conf_section *root = conf_root(conf), *user, *field, *directory;

	(void)state;
	assert_string_equal(conf_text(root, "name"), "Anna \"A\" A\n");
	assert_true(conf_has(root, "name"));
	assert_false(conf_has(root, "base"));
	assert_null(conf_text(root, "base"));
	assert_int_equal(conf_section_count(root, "kind"), 2);
	user = conf_section(root, "kind", 0);
	assert_string_equal(conf_title(user), "user");
	assert_string_equal(conf_file(user), "test.conf");
	assert_int_equal(conf_line(user), 5);
	assert_string_equal(conf_text(user, "filter"), "(&(objectClass=*)(mail=*))");
	field = conf_section(user, "field", 1);
	assert_string_equal(conf_title(field), "home server");
	assert_int_equal(conf_line(field), 10);
	assert_int_equal(conf_list_count(field, "convert"), 2);
	assert_string_equal(conf_list_item(field, "convert", 1), "two, three");
	assert_null(conf_list_item(field, "convert", 2));
	assert_int_equal(conf_line(conf_section(root, "kind", 1)), 12);
	directory = conf_section(root, "directory", 0);
	assert_int_equal(conf_list_count(directory, "uri"), 3);
	assert_string_equal(conf_list_item(directory, "uri", 0), "ldap://mail1.example:389/");
	assert_string_equal(conf_list_item(directory, "uri", 2), "ldapi:///");
	assert_int_equal(conf_number(directory, "timeout"), 10);   /* ten, not eight */
	assert_true(conf_flag(directory, "direct"));
	assert_int_equal(conf_section_count(root, "host"), 2);
	assert_false(conf_flag(conf_section(root, "host", 0), "require"));
	assert_true(conf_flag(conf_section(root, "host", 1), "require"));
	conf_free(conf);
	conf_free(NULL);
}

static const char *const empty_files[] = { "", "#", "#\n", "\n\n", "// x", "/**/", "  \t\r\n", "# no newline at the end" };

/* Also: an absent single section answers with fallbacks, nested ones too; an absent list splits its fallback. */
static void fallbacks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(empty_files) / sizeof(empty_files[0]); i++) {
		struct conf *conf = must_read(empty_files[i]);
		const struct conf_section *root = conf_root(conf), *directory = conf_section(root, "directory", 0);

		assert_string_equal(conf_text(root, "name"), "nobody");
		assert_false(conf_has(root, "name"));
		assert_int_equal(conf_section_count(root, "directory"), 0);
		assert_int_equal(conf_line(directory), 0);
		assert_int_equal(conf_number(directory, "timeout"), 5);
		assert_int_equal(conf_list_count(directory, "uri"), 0);
		assert_true(conf_flag(conf_section(directory, "tls", 0), "require"));
		assert_int_equal(conf_section_count(root, "kind"), 0);
		assert_null(conf_section(root, "kind", 0));
		conf_free(conf);
	}
}

static void lists_fall_back_and_can_be_empty(void **state)
{
	struct conf *conf = must_read("kind a { field b { } field c { convert = { } } }");
	const struct conf_section *kind = conf_section(conf_root(conf), "kind", 0);
	const struct conf_section *b = conf_section(kind, "field", 0), *c = conf_section(kind, "field", 1);

	(void)state;
	assert_false(conf_has(b, "convert"));
	assert_int_equal(conf_list_count(b, "convert"), 2);
	assert_string_equal(conf_list_item(b, "convert", 0), "as_is");
	assert_string_equal(conf_list_item(b, "convert", 1), "trim it");
	assert_true(conf_has(c, "convert"));
	assert_int_equal(conf_list_count(c, "convert"), 0);
	conf_free(conf);
}

static const struct {
	const char *words;
	int line;
	const char *part;      /* stands in the sentence */
} mistakes[] = {
	{ "nam = x", 1, "no such option 'nam'" },
	{ "/* a\n\n */ /* b */\n# c\n// d\n\nnam = x", 7, "no such option 'nam'" },
	{ "kind user {\n filter = x\n fliter = y\n}", 3, "no such option 'fliter'" },
	{ "name = \"a\nb\"\nnam = 1", 3, "no such option" },
	{ "name = a\n\nname = b", 3, "'name' stands a second time (first in line 1)" },
	{ "directory { uri = {a}\nuri = {a} }", 2, "'uri' stands a second time" },
	{ "directory {\n}\n\ndirectory {\n}", 4, "'directory' stands a second time (first in line 1)" },
	{ "kind a {\n}\nkind a {\n}", 3, "duplicate title 'a'" },
	{ "directory {\ntimeout = five }", 2, "'timeout' needs a whole number, not 'five'" },
	{ "directory { timeout = 0x10 }", 1, "needs a whole number" },
	{ "directory { timeout = 1.5 }", 1, "needs a whole number" },
	{ "directory { timeout = \"\" }", 1, "needs a whole number" },
	{ "directory {\n\n timeout = 99999999999999999999 }", 3, "'timeout' is out of range" },
	{ "directory { direct = maybe }", 1, "'direct' needs yes or no, not 'maybe'" },
	{ "name = ${HOME}", 1, "${ is not allowed" },
	{ "\nname = \"${HOME}\"", 2, "${ is not allowed" },
	{ "name = '${HOME}'", 1, "${ is not allowed" },
	{ "name = x${HOME}", 1, "${ is not allowed" },
	{ "name = 'x\n\n", 1, "never ends" },
	{ "name = x\nbase = \"\n", 2, "never ends" },
	{ "name = \"x\\", 1, "never ends" },
	{ "\n/* x", 2, "never ends" },
	{ "kind a {\n field b {\n }\n", 1, "never closed" },
	{ "}", 1, "without a {" },
	{ "name = a\n\n}", 3, "without a {" },
	{ "name = (a)", 1, "must stand in quotes" },
	{ "name = a*b", 1, "must stand in quotes" },
	{ "name = a + b", 1, "must stand in quotes" },
	{ "include('/etc/passwd')", 1, "must stand in quotes" },
	{ "name = \"\\101\"", 1, "octal" },
	{ "name = \"\\x00\"", 1, "zero byte" },
	{ "name = \"\\x0g\"", 1, "zero byte" },
	{ "name", 0, "premature end" },
	{ "name x", 1, "missing equal sign" },
	{ "name = {a}", 1, "unexpected token '{'" },
	{ "name = a b", 1, "no such option 'b'" },
	{ "name = a, b", 1, "unexpected token ','" },
	{ "name += a", 1, "non-list" },
	{ "kind { }", 1, "missing title" },
	{ "directory x { }", 1, "missing opening brace" },
	{ "kind a { kind b { } }", 1, "no such option 'kind'" },
	{ "kind|filter = x", 1, "kind" },
	{ "a {{{{{{{{{{{{{{{{{{{{", 1, "nested too deeply" },
};

static void mistakes_name_file_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct error error = { 0 };
		struct conf *conf = conf_read_text("test.conf", mistakes[i].words, options, &error);
		char place[64];

		snprintf(place, sizeof(place), "test.conf, line %d: ", mistakes[i].line);
		if (conf || error.kind != ERROR_CONFIG || !strstr(error.text, mistakes[i].part) ||
		    (mistakes[i].line && strncmp(error.text, place, strlen(place)) != 0))
			fail_msg("\"%s\" gave: %s", mistakes[i].words, conf ? "no error" : error.text);
	}
}

/* libConfuse keeps state between files: after every mistake a right file must still be read right. */
static void a_mistake_does_not_spoil_the_next_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct conf *conf;

		assert_null(conf_read_text("test.conf", mistakes[i].words, options, NULL));
		conf = must_read("name = \"right\"\n");
		assert_string_equal(conf_text(conf_root(conf), "name"), "right");
		conf_free(conf);
	}
}

/* Whatever is quoted comes back as it was; whatever stands bare is read or refused, and nothing breaks. */
static void hostile_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE_COUNT; i++) {
		const char *value = hostile_strings[i].bytes;
		struct text words = { 0 };
		struct error error = { 0 };
		struct conf *conf;

		text_addf(&words, "name = %s\n", value);
		conf = conf_read_text("test.conf", text_get(&words), options, &error);
		assert_int_equal(error.kind, conf ? ERROR_NONE : ERROR_CONFIG);
		conf_free(conf);
		text_clear(&words);
		text_add(&words, "name = '");
		for (const char *at = value; *at; at++) {
			if (*at == '\\' || *at == '\'')
				text_add_char(&words, '\\');
			text_add_char(&words, *at);
		}
		text_add(&words, "'");
		conf = conf_read_text("test.conf", text_get(&words), options, &error);
		if (strstr(value, "${")) {
			assert_null(conf);
		} else {
			assert_non_null(conf);
			assert_string_equal(conf_text(conf_root(conf), "name"), value);
		}
		conf_free(conf);
		text_free(&words);
	}
}

static void write_file(const char *path, const void *bytes, size_t length)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, length, stream), length);
	fclose(stream);
}

static void from_a_file(void **state)
{
	char folder[] = "/tmp/postroom-conffile-XXXXXX", path[64];
	struct error error = { 0 };
	struct conf *conf;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/postroom.conf", folder);
	assert_null(conf_read_file(path, options, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	write_file(path, "name = file\n", 12);
	conf = conf_read_file(path, options, &error);
	assert_non_null(conf);
	assert_string_equal(conf_text(conf_root(conf), "name"), "file");
	assert_string_equal(conf_file(conf_root(conf)), path);
	conf_free(conf);
	write_file(path, "name = a\0b\n", 11);
	assert_null(conf_read_file(path, options, &error));
	assert_int_equal(error.kind, ERROR_CONFIG);
	assert_non_null(strstr(error.text, "zero byte"));
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_file),
		cmocka_unit_test(fallbacks),
		cmocka_unit_test(lists_fall_back_and_can_be_empty),
		cmocka_unit_test(mistakes_name_file_and_line),
		cmocka_unit_test(a_mistake_does_not_spoil_the_next_file),
		cmocka_unit_test(hostile_values),
		cmocka_unit_test(from_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
