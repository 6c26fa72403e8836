/*
 * library: the version of the OpenLDAP library that is loaded, for --version;
 * asking for it also makes the library prepare itself.  Start only.
 */
#include <ldap.h>
#include <stdio.h>

#include "directory/directory.h"

const char *directory_library(void)
{
	static char version[40];
	LDAPAPIInfo info = { .ldapai_info_version = LDAP_API_INFO_VERSION };

	if (ldap_get_option(NULL, LDAP_OPT_API_INFO, &info) != LDAP_OPT_SUCCESS)
		return "unknown";
	snprintf(version, sizeof(version), "%d.%d.%d", info.ldapai_vendor_version / 10000, info.ldapai_vendor_version / 100 % 100,
		info.ldapai_vendor_version % 100);
	ldap_memfree(info.ldapai_vendor_name);
	ber_memvfree((void **)info.ldapai_extensions);
	return version;
}
