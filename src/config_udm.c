/*
 * config_udm: the section udm of postroom.conf to the settings of the
 * directory.
 *
 * Fails for what could not work: no login, an address that is not https, a
 * section beside direct = yes.  Start only.
 */
#include "config_udm.h"

#include <string.h>

const struct conf_option config_udm_options[] = {
	{ .name = "url", .type = CONF_TEXT, .help = "https://PRIMARY/univention/udm, on the Primary Directory Node; unset: nothing is written through UDM." },
	{ .name = "user", .type = CONF_TEXT, .help = "Who logs in there: a user of one of the groups that UDM's REST interface authorises." },
	{ .name = "password_file", .type = CONF_TEXT, .help = "File with the password in its first line, readable by nobody else." },
	{ .name = "ca_file", .type = CONF_TEXT, .help = "Trust only the certificate authorities of this file (PEM)." },
	{ .name = "plain", .type = CONF_FLAG, .fallback = "no", .help = "Allow http:// to 127.0.0.0/8 and ::1; for tests." },
	{ .name = "seconds", .type = CONF_NUMBER, .fallback = "20", .help = "Time limit for one request; 1 to 50." },
	{ .name = NULL },
};

static bool wrong(const struct conf_section *section, struct error *error, const char *what)
{
	return error_set(error, ERROR_CONFIG, "%s: section at line %d: udm: %s", conf_file(section), conf_line(section), what);
}

static const struct conf_section *section_of(const struct conf_section *root)
{
	return root ? conf_section(root, "udm", 0) : NULL;
}

/* "https://host/univention/udm" without the slash at its end, to which paths are added. */
static const char *url_of(struct arena *arena, const char *url)
{
	size_t length = strlen(url);

	while (length > 0 && url[length - 1] == '/')
		length--;
	return arena_bytes(arena, url, length);
}

bool config_udm(struct arena *arena, const struct conf_section *own, const struct conf_section *machine, struct directory_settings *directory,
		struct error *error)
{
	const struct conf_section *section = section_of(own);
	struct directory_udm *udm = &directory->udm;
	long seconds;

	if (!section || !conf_has(section, "url"))
		section = section_of(machine);
	if (!section || !conf_has(section, "url"))
		return true;
	udm->url = url_of(arena, conf_text(section, "url"));
	udm->user = arena_text(arena, conf_text(section, "user"));
	udm->password_file = arena_text(arena, conf_text(section, "password_file"));
	udm->ca_file = arena_text(arena, conf_text(section, "ca_file"));
	udm->plain = conf_flag(section, "plain");
	seconds = conf_number(section, "seconds");
	udm->seconds = (unsigned)seconds;
	if (strncmp(udm->url, "https://", 8) && (strncmp(udm->url, "http://", 7) || !udm->plain))
		return wrong(section, error, "url must begin with https://; http:// is only for this machine, with plain = yes");
	if (strpbrk(udm->url, "?#@ \t"))
		return wrong(section, error, "url is an address without login, blanks, ? and #; user and password_file say who logs in");
	if (!udm->user || !*udm->user || strchr(udm->user, ':'))
		return wrong(section, error, "user is missing, or has a colon");
	if (!udm->password_file || !*udm->password_file)
		return wrong(section, error, "password_file is missing");
	if (seconds < 1 || seconds > 50)
		return wrong(section, error, "seconds is 1 to 50");
	if (directory->direct)
		return wrong(section, error, "direct = yes in the section directory says that no UDM manages this directory; take one of both out");
	return true;
}
