# text_widths.awk: makes text_widths.h from Debian's unicode-data.
#
#   LC_ALL=C awk -f text_widths.awk UnicodeData.txt EastAsianWidth.txt \
#       DerivedCoreProperties.txt CaseFolding.txt Scripts.txt DerivedAge.txt > text_widths.h
#
# Three tables come out, each behind a macro so that a file takes what it
# needs: classes of characters, folding for finding, scripts that are easily
# mistaken for one another.  Plain awk (mawk has no hexadecimal numbers).

function fail(words) {
	print "text_widths.awk: " words > "/dev/stderr"
	failed = 1
	exit 1
}

function hex(digits,    i, n) {
	n = 0
	for (i = 1; i <= length(digits); i++)
		n = n * 16 + index("0123456789ABCDEF", substr(digits, i, 1)) - 1
	return n
}

# Sets first and last from "0041" or "0041..005A".
function range(words,    ends) {
	gsub(/ /, "", words)
	last = split(words, ends, /\.\./) == 2 ? hex(ends[2]) : hex(ends[1])
	first = hex(ends[1])
}

BEGIN { FS = ";" }

FNR == 1 { file = FILENAME; sub(/.*\//, "", file); files++ }

file == "UnicodeData.txt" {
	code = hex($1)
	from = $2 ~ /, Last>$/ ? range_first : code
	if ($2 ~ /, First>$/)
		range_first = code
	# Controls, formats, surrogates and private use stay hidden, as do line
	# and paragraph separators: they simply get no category here.
	if ($3 !~ /^(Cc|Cf|Cs|Co|Zl|Zp)$/)
		for (c = from; c <= code; c++)
			category[c] = $3
	if ($6 != "" && $6 !~ /^</)
		decomposition[code] = $6
	next
}

{ sub(/#.*/, "") }
NF < 2 { next }

file == "EastAsianWidth.txt" {
	gsub(/ /, "", $2)
	if ($2 == "W" || $2 == "F") {
		range($1)
		for (c = first; c <= last; c++)
			if (c in category)
				wide[c] = 1
	}
}

# Characters that are meant to be invisible: joiners, selectors, fillers, tags.
file == "DerivedCoreProperties.txt" && $2 ~ /^ *Default_Ignorable_Code_Point/ {
	range($1)
	for (c = first; c <= last; c++)
		delete category[c]
}

# The newest version of Unicode counts as unassigned: C libraries and terminals
# are behind, and curses refuses what the C library does not know.
file == "DerivedAge.txt" {
	gsub(/ /, "", $2)
	newest = $2 + 0 > newest ? $2 + 0 : newest
	age_of[$1] = $2 + 0
}

file == "CaseFolding.txt" && $2 ~ /[CF]/ {
	mapping = $3
	sub(/^ */, "", mapping)
	folding[hex($1)] = mapping
}

file == "Scripts.txt" && $2 ~ /^ *(Latin|Greek|Cyrillic) *$/ {
	gsub(/ /, "", $2)
	range($1)
	for (c = first; c <= last; c++)
		script[c] = $2
}

function hide_newest(    words) {
	for (words in age_of) {
		if (age_of[words] != newest)
			continue
		range(words)
		for (c = first; c <= last; c++)
			delete category[c]
	}
}

# Hexagrams and circled tens: one column in some terminals, two in others.
function hide_disputed() {
	for (c = 19904; c <= 19967; c++)
		delete category[c]
	for (c = 12872; c <= 12879; c++)
		delete category[c]
}

# Vowels and finals of decomposed Korean are drawn into the syllable's cell.
function jamo(c) {
	return (c >= 4449 && c <= 4607) || (c >= 55216 && c <= 55291)
}

function class(c) {
	if (!(c in category))
		return "HIDDEN"
	if (category[c] == "Mn" || category[c] == "Me" || jamo(c))
		return "MARK"
	return (c in wide) ? "WIDE" : "PLAIN"
}

# All codes of words (hexadecimal, blank between), decomposed to the end.
function decompose(words,    parts, n, i, out) {
	n = split(words, parts, " ")
	out = ""
	for (i = 1; i <= n; i++)
		out = out " " (hex(parts[i]) in decomposition ? decompose(decomposition[hex(parts[i])]) : parts[i])
	return out
}

function fold_case(words,    parts, n, i, out) {
	n = split(words, parts, " ")
	out = ""
	for (i = 1; i <= n; i++)
		out = out " " (hex(parts[i]) in folding ? folding[hex(parts[i])] : parts[i])
	return out
}

# Drops the marks, and replaces letters that have an accent built in.
function plain_letters(words,    parts, n, i, out) {
	n = split(words, parts, " ")
	out = ""
	for (i = 1; i <= n; i++)
		if (category[hex(parts[i])] != "Mn")
			out = out " " ((parts[i] in built_in) ? built_in[parts[i]] : parts[i])
	return out
}

function folded(c, digits,    words, parts) {
	words = decompose(fold_case(decompose(digits)))
	split(words, parts, " ")
	if (hex(parts[1]) in script)
		words = fold_case(plain_letters(words))
	else if (!(c in folding))
		return digits
	sub(/^ */, "", words)
	gsub(/  */, " ", words)
	return words
}

function utf8_length(c) {
	return c < 128 ? 1 : c < 2048 ? 2 : c < 65536 ? 3 : 4
}

# One row of the folding table; text_fold reserves twice the length it reads.
function print_fold(c, words,    parts, n, i, bytes, line) {
	n = split(words, parts, " ")
	if (n > 3)
		fail("more than 3 characters for " sprintf("%04X", c))
	bytes = 0
	line = sprintf("\t{ 0x%04X, { ", c)
	for (i = 1; i <= 3; i++) {
		line = line (i > 1 ? ", " : "") (i <= n ? "0x" parts[i] : "0")
		if (i <= n)
			bytes += utf8_length(hex(parts[i]))
	}
	if (bytes > 2 * utf8_length(c))
		fail("folding of " sprintf("%04X", c) " is longer than twice its length")
	print line " } },"
}

function print_runs(what,    c, start, now, before) {
	before = ""
	for (c = 0; c <= 1114112; c++) {
		now = what == "class" ? class(c) : (c in script) ? script[c] : ""
		if (now == "HIDDEN")
			now = ""
		if (now == before)
			continue
		if (before != "")
			printf "\t{ 0x%04X, 0x%04X, %s_%s },\n", start, c - 1, what == "class" ? "CHAR" : "SCRIPT", toupper(before)
		start = c
		before = now
	}
}

function list_built_in(    pairs, n, i, pair) {
	# o, d, l, h, t with stroke; dotless i; ae, oe, eth, thorn.
	n = split("00F8=006F 0111=0064 0142=006C 0127=0068 0167=0074 0131=0069 " \
		"00E6=0061,0065 0153=006F,0065 00F0=0064 00FE=0074,0068", pairs, " ")
	for (i = 1; i <= n; i++) {
		split(pairs[i], pair, "=")
		gsub(/,/, " ", pair[2])
		built_in[pair[1]] = pair[2]
	}
}

END {
	if (failed)
		exit 1
	if (files != 6 || !("65" in category) || !("19968" in wide) || !("65" in folding) || !("65" in script) || newest < 15)
		fail("the files of unicode-data are not what they should be")
	hide_newest()
	hide_disputed()
	list_built_in()
	print "/* Generated by text_widths.awk from Debian's unicode-data; not to be edited. */"
	print "#ifdef TEXT_WIDTHS_CLASSES"
	print "static const struct char_range char_ranges[] = {"
	print_runs("class")
	print "};\n#endif"
	print "#ifdef TEXT_WIDTHS_SCRIPTS"
	print "static const struct script_range script_ranges[] = {"
	print_runs("script")
	print "};\n#endif"
	print "#ifdef TEXT_WIDTHS_FOLDING"
	print "static const struct fold fold_rows[] = {"
	for (c = 128; c < 131072; c++) {
		if (!(c in category) || (!(c in script) && !(c in folding) && !(c >= 768 && c <= 879) && !(c in decomposition)))
			continue
		digits = sprintf("%04X", c)
		words = c >= 768 && c <= 879 ? "" : folded(c, digits)
		if (words != digits)
			print_fold(c, words)
	}
	print "};\n#endif"
}
