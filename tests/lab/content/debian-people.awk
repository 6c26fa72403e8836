# debian-people.awk - the people of the directory with Debian's schema as LDIF.
#
# Reads names.txt; three people a language. Every rule goes by a person's
# running number, so the result is always the same. The password hash comes
# from the file named in the environment (HASHFILE), not from the command line.

BEGIN {
	FS = ";"
	getline HASH < ENVIRON["HASHFILE"]
	split("Purchasing Sales Production Support Accounting Research", DEPT, " ")
}

/^#/ || NF != 3 { next }

{
	split($2, G, ",")
	split($3, S, ",")
	for (j = 1; j <= 3; j++) {
		split(G[j], g, "=")
		split(S[j * 3 - 2], s, "=")
		person(g[1], g[2], s[1], s[2])
	}
}

function b64(text,   command, out) {
	if (text !~ /[^ -~]/) return ": " text
	command = "printf '%s' '" text "' | base64 -w0"
	command | getline out
	close(command)
	return ":: " out
}

function person(given, given_ascii, family, family_ascii,   login, domain, n) {
	n = ++count
	login = given_ascii "." family_ascii
	domain = n % 3 == 0 ? "example.org" : "example.com"
	printf "dn: uid=%s,ou=people,%s\n", login, B
	print "objectClass: top\nobjectClass: person\nobjectClass: organizationalPerson\nobjectClass: inetOrgPerson"
	if (n % 20 != 0) print "objectClass: inetLocalMailRecipient"
	printf "uid: %s\ngivenName%s\nsn%s\ncn%s\ndisplayName%s\n", login, b64(given), b64(family), b64(given " " family), b64(given " " family)
	printf "departmentNumber: %s\ntelephoneNumber: +49 30 5550 %04d\n", DEPT[n % 6 + 1], 100 + n
	# Two are in the directory and have no mail.
	if (n == 20 || n == 40) { printf "userPassword: %s\n\n", HASH; return }
	printf "mail: %s@%s\n", login, domain
	if (n % 20 != 0) {
		if (n % 4 == 1) printf "mailLocalAddress: %s%s@%s\n", substr(given_ascii, 1, 1), family_ascii, domain
		if (n % 8 == 1) printf "mailLocalAddress: %s@%s\n", family_ascii, domain
		if (n % 12 == 7) printf "mailRoutingAddress: %s@outside.test\n", login
		if (n % 10 != 9) printf "mailHost: mail%d.example.com\n", n % 2 + 1
	}
	printf "userPassword: %s\n\n", HASH
}
