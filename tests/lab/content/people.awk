# people.awk - writes the people and groups of the demonstration as LDIF.
#
# Reads names.txt; twelve people a language, every rule below by a person's
# running number, so the result is always the same. The password hash comes
# from the file named in the environment (HASHFILE), not from the command line.
# Only bytes are joined and split at ';', ',' and '=', so any awk will do.

BEGIN {
	FS = ";"
	B = "dc=example,dc=com"
	getline HASH < ENVIRON["HASHFILE"]
	split("example.com example.org example.com kassel.example xn--mller-kva.example", DOM, " ")
	split("Purchasing Sales Production Support Accounting Research", DEPT, " ")
	group("Domain Users", 5001, "", "every account")
	group("Sales", 5101, "sales@example.com", "")
	group("Support", 5102, "support@example.com", "first line")
	group("Management", 5103, "", "may write to the newsletter")
	group("All Hands", 5104, "allhands@example.com", "nested: Sales and Support")
	group("Company", 5105, "Company@example.org", "nested twice")
	special()
}

/^#/ || NF != 3 { next }

{
	ng = split($2, G, ",")
	ns = split($3, S, ",")
	for (j = 0; j < 12; j++) {
		split(G[j % ng + 1], g, "=")
		split(S[(j * 3 + int(j / 8)) % ns + 1], s, "=")
		regular(g[1], g[2], s[1], s[2])
	}
}

END {
	join("All Hands", dn_group("Sales"), "")
	join("All Hands", dn_group("Support"), "")
	join("Company", dn_group("All Hands"), "")
	join("Domain Users", "uid=hostile,cn=users," B, "hostile")
	join("Domain Users", "uid=odd.place,ou=Odd \\,\\+\\\"\\\\\\<\\>\\;\\=\\# place," B, "odd.place")
	join("Domain Users", "uid=unmarked,cn=users," B, "unmarked")
	for (i = 1; i <= npeople; i++) {
		printf "%s", TEXT[i]
		printf "%s", MEMBEROF[DN[i]]
		printf "userPassword: %s\n\n", PASS[i]
	}
	for (i = 1; i <= ngroups; i++)
		print_group(GNAME[i])
}

function dn_group(name) { return "cn=" name ",cn=groups," B }

function group(name, gid, address, description) {
	GNAME[++ngroups] = name
	GID[name] = gid
	GADDR[name] = address
	GDESC[name] = description
}

# join - member DN (and uid, for a user) into group NAME
function join(name, dn, uid) {
	UNIQUE[name] = UNIQUE[name] "uniqueMember: " dn "\n"
	if (uid != "")
		MUID[name] = MUID[name] "memberUid: " uid "\n"
	MEMBEROF[dn] = MEMBEROF[dn] "memberOf: " dn_group(name) "\n"
}

function print_group(name,    t) {
	t = "dn: " dn_group(name) "\nobjectClass: top\nobjectClass: posixGroup\nobjectClass: univentionGroup\n"
	t = t "objectClass: univentionObject\nuniventionObjectType: groups/group\ncn: " name "\n"
	t = t "gidNumber: " GID[name] "\n"
	if (GDESC[name] != "")
		t = t "description: " GDESC[name] "\n"
	if (GADDR[name] != "")
		t = t "mailPrimaryAddress: " GADDR[name] "\n"
	printf "%s%s%s%s\n", t, UNIQUE[name], MUID[name], MEMBEROF[dn_group(name)]
}

# person - the part every account has; returns the running number.
# more: attribute lines of this one, address may be empty.
function person(uid, given, sn, address, where, more,    i, fetch) {
	if (more ~ /univentionFetchmail/)
		fetch = "objectClass: univentionFetchmail\n"
	i = ++npeople
	DN[i] = "uid=" uid "," where
	PASS[i] = HASH
	TEXT[i] = "dn: " DN[i] "\nobjectClass: top\nobjectClass: person\nobjectClass: organizationalPerson\n" \
		"objectClass: inetOrgPerson\nobjectClass: posixAccount\nobjectClass: shadowAccount\n" \
		"objectClass: univentionMail\nobjectClass: univentionObject\n" fetch \
		"univentionObjectType: users/user\n" \
		sprintf("univentionObjectIdentifier: 7d1f0000-0000-4000-8000-%012x\n", i) \
		"uid: " uid "\ncn: " given " " sn "\nsn: " sn "\ngivenName: " given "\ndisplayName: " given " " sn "\n" \
		"gecos: " uid "\nuidNumber: " (2000 + i) "\ngidNumber: 5001\n" \
		"homeDirectory: /home/" uid "\nloginShell: /bin/bash\n"
	if (address != "")
		TEXT[i] = TEXT[i] "mailPrimaryAddress: " address "\nmail: " address "\n"
	TEXT[i] = TEXT[i] more
	join("Domain Users", DN[i], uid)
	return i
}

function desk(i) {
	return sprintf("telephoneNumber: +49 561 55%05d\ndepartmentNumber: %s\nemployeeNumber: %d\nroomNumber: %s%03d\n", \
		10000 + i * 37 % 90000, DEPT[i % 6 + 1], 4000 + i, substr("ABCD", i % 4 + 1, 1), i * 7 % 400)
}

function home(domain) {
	return "univentionMailHomeServer: " \
		(domain ~ /^(kassel|xn--)/ ? "mail2" : "mail1") ".example.com\n"
}

# login - initial and surname, at most nine letters, and a running digit
function login(g, s,    l) {
	l = substr(g, 1, 1) substr(s, 1, 8)
	return l (++USED[l])
}

function regular(given, g, sn, s,    n, dom, local, address, uid, more, where, quota, i) {
	n = ++nregular
	dom = DOM[n % 5 + 1]
	uid = login(g, s)
	local = g "." s
	if (SEEN[local "@" dom]++)
		local = local SEEN[local "@" dom]
	address = local "@" dom
	where = "cn=users," B
	if (n % 20 == 7)
		where = "ou=sales," B
	else if (n % 20 == 13)
		where = "ou=Kassel," B
	more = n % 31 == 5 ? "" : desk(n)
	if (n % 50 == 11)
		address = ""			# an account without a mailbox
	if (address != "") {
		if (n % 40 != 3)
			more = more home(dom)
		if (n % 9 == 0)
			more = more "mailAlternativeAddress: " substr(g, 1, 1) "." s n "@" dom "\n"
		if (n % 27 == 0)
			more = more "mailAlternativeAddress: " uid "@example.org\n"
		split("500 1024 2048 0 5120", quota, " ")
		if (n % 6 != 0)
			more = more "univentionMailUserQuota: " quota[n % 5 + 1] "\n"
		if (n % 23 == 4)
			more = more "mailForwardAddress: " uid "@outside.test\nmailForwardCopyToSelf: " n % 2 "\n"
	}
	i = person(uid, given, sn, address, where, more)
	if (n % 12 == 1)
		join("Sales", DN[i], uid)
	if (n % 17 == 2)
		join("Support", DN[i], uid)
	if (n % 60 == 8)
		join("Management", DN[i], uid)
}

# The people that tests and the tour name.
function special(    i, users, q) {
	users = "cn=users," B
	q = "univentionMailUserQuota: "
	# two pairs of one name: only phone, department, number and room differ
	i = person("aschmid1", "Anna", "Schmid", "anna.schmid@example.com", users, desk(901) home("example.com") q "1024\n" \
		"mailAlternativeAddress: a.schmid@example.com\nmailAlternativeAddress: office@example.com\n")
	join("Management", DN[i], "aschmid1")
	join("Sales", DN[i], "aschmid1")
	i = person("aschmid2", "Anna", "Schmid", "anna.schmid2@kassel.example", users, desk(902) home("kassel.example") q "500\n")
	join("Support", DN[i], "aschmid2")
	i = person("jnovak1", "Jan", "Novák", "jan.novak@example.org", users, desk(903) home("example.org") q "2048\n" \
		"mailAlternativeAddress: office@example.com\n")
	join("Support", DN[i], "jnovak1")
	person("jnovak2", "Jan", "Novák", "jan.novak2@example.org", users, desk(904) home("example.org"))
	USED["aschmid"] = 2
	USED["jnovak"] = 2
	# forwards: with a copy, without, without the flag (a copy is kept), dangling
	person("fkeep1", "Frieda", "Keeps", "frieda.keeps@example.com", users, desk(905) home("example.com") \
		"mailForwardAddress: jan.novak2@example.org\nmailForwardAddress: frieda@outside.test\nmailForwardCopyToSelf: 1\n")
	person("faway1", "Falk", "Away", "falk.away@example.com", users, desk(906) home("example.com") \
		"mailAlternativeAddress: f.away@example.com\nmailForwardAddress: anna.schmid@example.com\nmailForwardCopyToSelf: 0\n")
	person("fplain1", "Flora", "Plain", "flora.plain@example.com", users, desk(907) home("example.com") \
		"mailForwardAddress: anna.schmid2@kassel.example\n")
	person("fdangle1", "Fritz", "Dangling", "fritz.dangling@example.com", users, desk(908) home("example.com") \
		"mailForwardAddress: nobody.there@example.org\nmailForwardCopyToSelf: 0\n")
	# an alias loop: each forwards to the other and keeps nothing
	person("lloop1", "Lena", "Loop", "lena.loop@example.com", users, desk(909) home("example.com") \
		"mailForwardAddress: lars.loop@example.com\nmailForwardCopyToSelf: 0\n")
	person("lloop2", "Lars", "Loop", "lars.loop@example.com", users, desk(910) home("example.com") \
		"mailForwardAddress: lena.loop@example.com\nmailForwardCopyToSelf: 0\n")
	# locked in the three ways a directory can say it
	i = person("lcrypt1", "Ludwig", "Locked", "ludwig.locked@example.com", users, desk(911) home("example.com"))
	PASS[i] = "{crypt}!$6$locked$0123456789abcdef"
	person("lexpired1", "Edda", "Expired", "edda.expired@example.com", users, desk(912) home("example.com") "shadowExpire: 1\n")
	person("lpolicy1", "Paula", "Policy", "paula.policy@example.com", users, desk(913) home("example.com") \
		"pwdAccountLockedTime: 000001010000Z\n")
	# fetches mail elsewhere
	person("fetch1", "Fanny", "Fetch", "fanny.fetch@example.com", users, desk(914) home("example.com") \
		"univentionFetchmailSingle: [\"imap.outside.test\", \"IMAP\", \"fanny\", \"not-a-real-password\", \"1\", \"0\"]\n")
	# a home server that exists no more, an address as an old program stored it
	person("oldhost1", "Otto", "Oldhost", "otto.oldhost@example.com", users, desk(915) "univentionMailHomeServer: old.example.com\n")
	person("ocase1", "Olga", "O'Case", "Olga.O'Case@Example.COM", users, desk(916) home("example.com") q "250\n")
	# collects the mail of a provider's mailbox, stored in the form before UCS 5.0-3
	person("fetch2", "Fred", "Fetch", "fred.fetch@example.com", users, desk(917) home("example.com") \
		"univentionFetchmailMulti: \"pop.outside.test\";\"POP3\";\"catchall\";\"not-a-real-password\";\"example.com example.org\";\"\";\"X-Original-To\";\"1\";\"1\"\n")
}
