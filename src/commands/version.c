/*
 * version: name, version, and the libraries as they are loaded now, asked
 * through the one file of each that knows it.
 */
#include "commands/version.h"

#include <gnu/libc-version.h>
#include <stdio.h>

#include "base/http.h"
#include "base/json.h"
#include "base/loop.h"
#include "directory/directory.h"
#include "engine.h"

void print_version(void)
{
	printf("postroom %s\n", POSTROOM_VERSION);
	printf("OpenLDAP library %s, libuv %s, Jansson %s, glibc %s\n", directory_library(), loop_library(), json_library(),
		gnu_get_libc_version());
	printf("%s\n", http_library());
}
