/*
 * password: the one secret that postroom itself needs.
 *
 * A typed one lies in pages of its own that are locked and left out of core
 * dumps; one in a file is read at each login and wiped after it.  libldap keeps
 * copies of its own while it sends, which nobody can reach.
 */
#include "directory/password.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

struct password {
	char *path;
	char *page;                        /* locked; NULL: none */
	size_t room, length;
};

static size_t rounded(size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (length / page + 1) * page;
}

struct password *password_new(const char *path, char *text)
{
	struct password *password = memory_new(sizeof *password);

	password->path = memory_text(path);
	if (text == NULL)
		return password;
	password->length = strlen(text);
	password->room = rounded(password->length);
	password->page = mmap(NULL, password->room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (password->page == MAP_FAILED) {
		password->page = NULL;
	} else {
		/* Both may be refused by a small limit; the password is then as safe as the rest of our memory. */
		(void)mlock(password->page, password->room);
		(void)madvise(password->page, password->room, MADV_DONTDUMP);
		memcpy(password->page, text, password->length);
	}
	memory_wipe(text, password->length);
	return password;
}

void password_free(struct password *password)
{
	if (password == NULL)
		return;
	if (password->page != NULL) {
		memory_wipe(password->page, password->room);
		munmap(password->page, password->room);
	}
	free(password->path);
	free(password);
}

bool password_get(struct password *password, char **bytes, size_t *length, struct error *error)
{
	struct arena *arena;
	char *read;

	if (password->page != NULL) {
		*length = password->length;
		*bytes = memory_new(*length + 1);
		memcpy(*bytes, password->page, *length);
		return true;
	}
	if (password->path == NULL)
		return error_set(error, ERROR_CONFIG, "there is no password for the directory: give bind_password_file in postroom.conf");
	arena = arena_new();
	read = file_read_secret(arena, password->path, error);
	if (read != NULL) {
		*length = strlen(read);
		*bytes = memory_text(read);
		memory_wipe(read, *length);
	}
	arena_free(arena);
	/* An empty password would be an anonymous login that succeeds. */
	if (read != NULL && *length == 0) {
		free(*bytes);
		return error_set(error, ERROR_CONFIG, "%s: the password is empty", password->path);
	}
	return read != NULL;
}

void password_put(char *bytes, size_t length)
{
	memory_wipe(bytes, length);
	free(bytes);
}
