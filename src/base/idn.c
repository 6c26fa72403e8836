/*
 * idn: domain names in both spellings; the only file that includes idn2.h.
 *
 * Where libidn2 refuses a name the input comes back as it was, so callers may
 * always show the result.  Pure, any thread.
 */
#include "base/text.h"

#include <idn2.h>

char *text_domain_unicode(struct arena *arena, const char *domain)
{
	char *label = NULL;
	char *copy;

	if (idn2_to_unicode_8z8z(domain, &label, 0) != IDN2_OK || !label)
		return arena_text(arena, domain);
	copy = arena_text(arena, label);
	idn2_free(label);
	return copy;
}

char *text_domain_ascii(struct arena *arena, const char *domain)
{
	char *label = NULL;
	char *copy;

	/* Not transitional: the sharp s stays one, as registries do it today. */
	if (idn2_to_ascii_8z(domain, &label, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK || !label)
		return arena_text(arena, domain);
	copy = arena_text(arena, label);
	idn2_free(label);
	return copy;
}
