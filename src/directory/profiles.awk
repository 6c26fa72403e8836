# profiles.awk - writes the profile files into a C table, so that the program
# runs from anywhere. One string for each line keeps the C file readable.
BEGIN {
	print "/* generated from src/directory/profiles by profiles.awk */"
	print "#include \"directory/profile.h\"\n"
	print "const struct profile_builtin profile_builtins[] = {"
}
FNR == 1 {
	if (NR > 1) print "\t},"
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\.profile$/, "", name)
	printf "\t{ .name = \"%s\", .words =\n", name
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	printf "\t  \"%s\\n\"\n", $0
}
END {
	if (NR > 0) print "\t},"
	print "\t{ .name = 0, .words = 0 },\n};"
}
