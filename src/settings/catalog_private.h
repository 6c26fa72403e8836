/*
 * catalog_private: the tables of the catalogue, one file a field of work.
 */
#ifndef POSTROOM_SETTINGS_CATALOG_PRIVATE_H
#define POSTROOM_SETTINGS_CATALOG_PRIVATE_H

#include "settings/catalog.h"

extern const struct setting settings_sending[], settings_smtp[], settings_postscreen[], settings_postfix[], settings_mailboxes[],
	settings_login[], settings_logging[], settings_limits[], settings_filters[], settings_cyrus[];

#define CHOICES(...) (const char *const[]){ __VA_ARGS__, NULL }

#endif
