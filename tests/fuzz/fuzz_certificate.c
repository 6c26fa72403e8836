/* fuzz_certificate: any bytes are a certificate or none, and nothing is read beyond them. */
#include <stdint.h>
#include <stdlib.h>

#include "directory/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	struct certificate certificate = { 0 };

	if (certificate_read(arena, bytes, size, &certificate))
		(void)certificate_is_for(&certificate, "host.example.org");
	arena_free(arena);
	return 0;
}
