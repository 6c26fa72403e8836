/*
 * text_quantity: sizes, ages, counts and times between people and numbers.
 *
 * Binary units throughout, since Dovecot's quota counts so (1 MB = 1048576
 * bytes).  Reading fails by returning false and leaves the result alone;
 * writing cannot fail.  Pure, any thread.
 */
#include "base/text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *name;
	int64_t bytes;
} units[] = {
	{ "TB", INT64_C(1) << 40 },
	{ "GB", INT64_C(1) << 30 },
	{ "MB", INT64_C(1) << 20 },
	{ "KB", INT64_C(1) << 10 },
	{ "B",  1 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

static const char *skip_blanks(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "GB", "G", "GiB", in any case, blanks after it. False: no unit of ours. */
static bool read_unit(const char *at, int64_t *bytes)
{
	char word[4] = "";
	size_t length = 0;

	while (at[length] && at[length] != ' ' && at[length] != '\t') {
		if (length == sizeof(word) - 1)
			return false;
		word[length] = at[length];
		length++;
	}
	if (*skip_blanks(at + length))
		return false;
	for (size_t i = 0; i < UNITS; i++) {
		const char *name = units[i].name;
		char form[][4] = { { name[0] }, { name[0], 'i', 'B' } };

		if (text_same_ascii_case(word, name) || text_same_ascii_case(word, form[0]) ||
		    (name[1] && text_same_ascii_case(word, form[1]))) {
			*bytes = units[i].bytes;
			return true;
		}
	}
	return false;
}

/* Digits to a number; moves *at behind them. False: none, or too many. */
static bool read_digits(const char **at, int64_t *number)
{
	*number = 0;
	if (!is_digit(**at))
		return false;
	for (; is_digit(**at); (*at)++) {
		if (__builtin_mul_overflow(*number, 10, number) || __builtin_add_overflow(*number, **at - '0', number))
			return false;
	}
	return true;
}

/* "." and up to six digits (more could overflow): value is *part / *whole. */
static bool read_fraction(const char **at, int64_t *part, int64_t *whole)
{
	*part = 0;
	*whole = 1;
	if (**at != '.')
		return true;
	(*at)++;
	if (!is_digit(**at))
		return false;
	for (; is_digit(**at); (*at)++) {
		if (*whole == 1000000)
			return false;
		*part = *part * 10 + (**at - '0');
		*whole *= 10;
	}
	return true;
}

bool text_to_size(const char *words, int64_t unit, int64_t *bytes)
{
	const char *at = skip_blanks(words);
	int64_t number, part, whole, factor = unit, sum, more;

	if (strncasecmp(at, "none", 4) == 0 && !*skip_blanks(at + 4)) {
		*bytes = 0;
		return true;
	}
	if (!read_digits(&at, &number) || !read_fraction(&at, &part, &whole))
		return false;
	at = skip_blanks(at);
	if (*at && !read_unit(at, &factor))
		return false;
	/* Half a byte is a mistake; a tenth of a gigabyte is rounded. */
	if (factor == 1 && whole > 1)
		return false;
	if (__builtin_mul_overflow(number, factor, &sum) || __builtin_mul_overflow(part, factor, &more))
		return false;
	if (__builtin_add_overflow(sum, (more + whole / 2) / whole, &sum))
		return false;
	*bytes = sum;
	return true;
}

/* Largest unit in which the size is at least 1. */
static size_t natural_unit(uint64_t size)
{
	size_t i = 0;

	while (i + 1 < UNITS && size < (uint64_t)units[i].bytes)
		i++;
	return i;
}

/* Tenths of a unit, rounded; no overflow since the remainder is below 2^40. */
static uint64_t tenths(uint64_t size, uint64_t unit)
{
	return size / unit * 10 + (size % unit * 10 + unit / 2) / unit;
}

char *text_from_size(struct arena *arena, int64_t bytes)
{
	const char *sign = bytes < 0 ? "-" : "";
	uint64_t size = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;
	size_t natural = natural_unit(size);
	uint64_t rounded;

	/* Exact with at most one decimal and four digits, in the largest unit that can. */
	for (size_t i = natural; i < UNITS; i++) {
		uint64_t unit = (uint64_t)units[i].bytes, rest = size % unit;

		if (i != natural && size / unit > 9999)
			break;
		if (rest == 0)
			return arena_format(arena, "%s%" PRIu64 " %s", sign, size / unit, units[i].name);
		if (rest * 10 % unit == 0)
			return arena_format(arena, "%s%" PRIu64 ".%" PRIu64 " %s", sign, size / unit, rest * 10 / unit, units[i].name);
	}
	rounded = tenths(size, (uint64_t)units[natural].bytes);
	if (rounded >= 10240 && natural > 0)
		rounded = tenths(size, (uint64_t)units[--natural].bytes);
	return arena_format(arena, "%s%" PRIu64 ".%" PRIu64 " %s", sign, rounded / 10, rounded % 10, units[natural].name);
}

char *text_from_age(struct arena *arena, int64_t seconds)
{
	if (seconds < 0)
		seconds = 0;   /* clocks of two machines differ; "-1 s" would help nobody */
	if (seconds < 60)
		return arena_format(arena, "%" PRId64 " s", seconds);
	if (seconds < 3600)
		return arena_format(arena, "%" PRId64 " m", seconds / 60);
	if (seconds < 86400)
		return arena_format(arena, "%" PRId64 " h", seconds / 3600);
	return arena_format(arena, "%" PRId64 " d", seconds / 86400);
}

char *text_from_count(struct arena *arena, int64_t count)
{
	char digits[40];
	size_t at = sizeof(digits) - 1, done = 0;
	uint64_t rest = count < 0 ? -(uint64_t)count : (uint64_t)count;

	digits[at] = '\0';
	do {
		if (done > 0 && done % 3 == 0)
			digits[--at] = ',';
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
		done++;
	} while (rest);
	if (count < 0)
		digits[--at] = '-';
	return arena_text(arena, digits + at);
}

char *text_from_time(struct arena *arena, int64_t epoch)
{
	time_t seconds = (time_t)epoch;
	struct tm utc;

	/* ISO 8601 has four digits for the year. */
	if (!gmtime_r(&seconds, &utc) || utc.tm_year < -1900 || utc.tm_year > 9999 - 1900)
		return arena_format(arena, "@%" PRId64, epoch);
	return arena_format(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
			utc.tm_hour, utc.tm_min, utc.tm_sec);
}

/* Exactly `count` digits; moves *at behind them. */
static bool read_number(const char **at, int count, int *number)
{
	*number = 0;
	for (; count > 0; count--, (*at)++) {
		if (!is_digit(**at))
			return false;
		*number = *number * 10 + (**at - '0');
	}
	return true;
}

/* "Z" or "+HHMM" or "-HH" at the end; *offset in seconds east of Greenwich. */
static bool read_zone(const char *at, int *offset)
{
	int sign = *at == '-' ? -1 : 1;
	int hours, minutes = 0;

	*offset = 0;
	if (*at == 'Z')
		return at[1] == '\0';
	if (*at != '+' && *at != '-')
		return false;
	at++;
	if (!read_number(&at, 2, &hours) || hours > 23)
		return false;
	if (*at && (!read_number(&at, 2, &minutes) || minutes > 59))
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return *at == '\0';
}

static bool valid_date(const struct tm *utc)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year = utc->tm_year + 1900;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (utc->tm_mon < 0 || utc->tm_mon > 11 || utc->tm_hour > 23 || utc->tm_min > 59 || utc->tm_sec > 60)
		return false;
	return utc->tm_mday >= 1 && utc->tm_mday <= days[utc->tm_mon] + (leap && utc->tm_mon == 1);
}

/* RFC 4517, 3.3.13: minutes and seconds may be missing; a fraction is read only of seconds. */
bool text_to_time(const char *generalized, int64_t *epoch)
{
	const char *at = generalized;
	struct tm utc = { 0 };
	int year, offset;

	if (!read_number(&at, 4, &year) || !read_number(&at, 2, &utc.tm_mon) || !read_number(&at, 2, &utc.tm_mday) ||
	    !read_number(&at, 2, &utc.tm_hour))
		return false;
	if (is_digit(*at) && !read_number(&at, 2, &utc.tm_min))
		return false;
	if (is_digit(*at)) {
		if (!read_number(&at, 2, &utc.tm_sec))
			return false;
		if (*at == '.' || *at == ',') {
			at++;
			if (!is_digit(*at))
				return false;
			while (is_digit(*at))
				at++;
		}
	}
	utc.tm_year = year - 1900;
	utc.tm_mon--;
	if (!read_zone(at, &offset) || !valid_date(&utc))
		return false;
	*epoch = (int64_t)timegm(&utc) - offset;
	return true;
}

bool text_to_time_iso(const char *iso, int64_t *epoch)
{
	char generalized[32];
	size_t length = 0;

	for (; *iso && length + 1 < sizeof(generalized); iso++)
		if (!strchr("-:T", *iso))
			generalized[length++] = *iso;
	generalized[length] = '\0';
	return !*iso && text_to_time(generalized, epoch);
}
