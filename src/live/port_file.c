/*
 * port_file: reads two lines of openssl x509.
 *
 * Month names are English whatever the locale is, so strptime is no help.
 */
#include "live/port_file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* "Nov 20 09:44:13 2027 GMT" */
static bool read_date(const char *words, int64_t *epoch)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm parts = { 0 };
	char month[4];
	const char *at;

	if (sscanf(words, "%3s %2d %2d:%2d:%2d %4d GMT", month, &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &parts.tm_year) != 6)
		return false;
	at = strstr(months, month);
	if (strlen(month) != 3 || !at || (at - months) % 3)
		return false;
	parts.tm_mon = (int)(at - months) / 3;
	parts.tm_year -= 1900;
	*epoch = (int64_t)timegm(&parts);
	return *epoch > 0;
}

/* "AA:BB:..." */
static bool read_print(const char *words, char print[65])
{
	size_t length = 0;

	for (; *words && *words != '\n' && *words != '\r'; words++) {
		if (*words == ':')
			continue;
		if (!isxdigit((unsigned char)*words) || length == 64)
			return false;
		print[length++] = (char)tolower((unsigned char)*words);
	}
	print[length] = '\0';
	return length == 64;
}

bool port_file_read(const char *output, struct port_file *file)
{
	bool date = false, print = false;

	*file = (struct port_file){ 0 };
	while (*output) {
		const char *value = strchr(output, '=');
		size_t length = strcspn(output, "\n");

		if (value && value < output + length && !strncmp(output, "notAfter=", 9))
			date = read_date(value + 1, &file->ends);
		else if (value && value < output + length && strstr(output, "ingerprint=") && strstr(output, "ingerprint=") < value)
			print = read_print(value + 1, file->fingerprint);
		output += length + (output[length] == '\n');
	}
	if (date && print)
		return true;
	*file = (struct port_file){ 0 };
	return false;
}
