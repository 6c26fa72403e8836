/*
 * udm_words: addresses of objects in UDM's REST interface, and what its
 * refusals mean.
 *
 * Pure; any thread.  Rules: ucs-directory 20.1, 20.5.
 */
#include <string.h>

#include "base/text.h"
#include "directory/udm.h"
#include "directory/udm_property.h"

/* --- addresses ------------------------------------------------------------------------------ */

/* Unreserved ones of RFC 3986; = and , may stay raw in a path (20.1). */
static bool stays(char c, const char *also)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c) != NULL) ||
		(c != '\0' && strchr(also, c) != NULL);
}

static void add_encoded(struct text *out, const char *words, const char *also)
{
	for (; *words != '\0'; words++) {
		if (stays(*words, also))
			text_add_char(out, *words);
		else
			text_addf(out, "%%%02X", (unsigned)(unsigned char)*words);
	}
}

/* "a/../b": whoever passes a path on may take the step. */
static bool has_steps(const char *path)
{
	const char *at;

	for (at = strchr(path, '/'); at != NULL; at = strchr(at + 1, '/'))
		if (strncmp(at, "/./", 3) == 0 || strncmp(at, "/../", 4) == 0 || strcmp(at, "/.") == 0 || strcmp(at, "/..") == 0)
			return true;
	return false;
}

static char *taken(struct arena *arena, struct text *text)
{
	char *copy = arena_text(arena, text_get(text));

	text_free(text);
	return copy;
}

char *udm_url(struct arena *arena, const char *base, const char *module, const char *dn)
{
	struct text doubled = { 0 }, out = { 0 };
	const char *at;

	if (has_steps(dn) || strncmp(dn, "./", 2) == 0 || strncmp(dn, "../", 3) == 0)
		return NULL;
	for (at = dn; *at != '\0'; at++) {
		if (at[0] == '/' && at[1] == '/') {
			text_add(&doubled, ",/=/,");
			at++;
		} else {
			text_add_char(&doubled, *at);
		}
	}
	text_addf(&out, "%s/%s/", base, module);
	add_encoded(&out, text_get(&doubled), "/=,");
	text_free(&doubled);
	return taken(arena, &out);
}

char *udm_query(struct arena *arena, const char *words)
{
	struct text out = { 0 };

	add_encoded(&out, words, "");
	return taken(arena, &out);
}

char *udm_follow(struct arena *arena, const char *base, const char *location)
{
	const char *host = strstr(base, "://");
	size_t origin = host == NULL ? 0 : (size_t)(host + 3 - base) + strcspn(host + 3, "/");

	if (origin == 0 || strpbrk(location, " \t\r\n") != NULL)
		return NULL;
	if (location[0] == '/' && location[1] != '/')
		return arena_format(arena, "%.*s%s", (int)origin, base, location);
	/* The password goes along, so another host is not followed, nor one that only begins like ours. */
	return strncmp(location, base, origin) == 0 && location[origin] == '/' ? arena_text(arena, location) : NULL;
}

/* --- refusals --------------------------------------------------------------------------------- */

/* How we call what a property means; the property where we have no field for it. */
static const char *label_of(const struct profile *profile, const char *module, const char *name)
{
	const struct udm_property *property = udm_property_named(module, name);
	const char *field = property != NULL ? property->field : strcmp(name, "mailPrimaryAddress") == 0 ? "address" : NULL;

	for (size_t i = 0; field != NULL && profile != NULL && i < profile->kind_count; i++) {
		const struct profile_kind *held = &profile->kinds[i];

		if (held->type != NULL && strcmp(held->type, module) == 0 && kind_field(held->kind, field) != NULL)
			return kind_field(held->kind, field)->label;
	}
	return name;
}

static void add_part(struct text *out, const char *words)
{
	text_addf(out, "%s%s", out->length > 0 ? "; " : "", words);
}

/* Each field with its own words: "Password: too short; Primary address: in use". */
static void add_fields(struct text *out, const struct profile *profile, const char *module, const struct json *body)
{
	const struct json *list = json_get(json_get(body, "_embedded"), "udm:error");

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_item(list, i), *location = json_get(one, "location");
		const char *words = json_get_text(one, "message"), *where = json_get_text(one, "location");

		if (json_count(location) > 0) {
			struct arena *scratch = arena_new();
			size_t length;
			const char *last = json_bytes(scratch, json_item(location, json_count(location) - 1), &length);

			add_part(out, last == NULL ? "" : label_of(profile, module, last));
			arena_free(scratch);
		} else if (where != NULL) {
			add_part(out, label_of(profile, module, strrchr(where, '/') == NULL ? where : strrchr(where, '/') + 1));
		} else {
			add_part(out, "UDM");
		}
		text_addf(out, ": %s", words == NULL ? "refused" : words);
	}
}

static const struct { long status; enum error_kind kind; const char *words; } meanings[] = {
	{ 400, ERROR_INTERNAL, "UDM does not understand the request" },
	{ 401, ERROR_REFUSED, "UDM refuses the login: name user and password_file in the section udm rightly" },
	{ 403, ERROR_REFUSED, "this login may not do that through UDM: its group must be named in a UCR variable directory/manager/rest/authorized-groups/*, "
		"and it must have the right itself" },
	{ 404, ERROR_NOT_FOUND, "UDM does not know it: it is gone, or of another sort, or the url in the section udm is wrong" },
	{ 412, ERROR_CONFLICT, "it was changed by somebody else meanwhile" },
	{ 422, ERROR_INVALID, "UDM refuses the values" },
	{ 500, ERROR_UNREACHABLE, "UDM failed; its log on that server says why (/var/log/univention/directory-manager-rest.log)" },
	{ 502, ERROR_UNREACHABLE, "the web server there does not reach UDM: is the service univention-directory-manager-rest running?" },
	{ 503, ERROR_UNREACHABLE, "UDM cannot reach its directory now, or is restarting" },
	{ 504, ERROR_TIMEOUT, "the web server there waited too long for UDM" },
};

void udm_explain(struct error *error, const struct profile *profile, const char *module, const char *user, long status, const struct json *body,
		const char *retry)
{
	const char *message = json_get_text(json_get(body, "error"), "message");
	enum error_kind kind = ERROR_UNREACHABLE;
	struct text out = { 0 };
	size_t i;

	add_fields(&out, profile, module, body);
	for (i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		if (meanings[i].status != status)
			continue;
		kind = meanings[i].kind;
		if (status == 401 || status == 403)
			text_addf(&out, "%s%s: ", out.length > 0 ? "; " : "", user);
		if (out.length == 0 || status == 401 || status == 403)
			text_add(&out, meanings[i].words);
	}
	if (out.length == 0)
		text_addf(&out, "UDM gives an answer that is not understood");
	if (message != NULL && json_count(json_get(json_get(body, "_embedded"), "udm:error")) == 0)
		text_addf(&out, " (%.300s)", message);
	if (status == 503 && retry != NULL && retry[strspn(retry, "0123456789")] == '\0' && retry[0] != '\0')
		text_addf(&out, "; it says to try again in %.6s s", retry);
	error_set(error, kind, "%.540s [UDM %ld]", text_get(&out), status);
	if (error != NULL)
		error->code = (int)status;
	text_free(&out);
}

bool udm_is_open(long status)
{
	/* Refusals come before anything is written; after any other status only reading tells. */
	return status < 400 || status >= 500;
}
