# debian.sh - the lab on a directory with nothing but the schema of Debian's
# slapd (lab start --profile debian); sourced by tests/lab/lab after the parts
# for UCS, of which it takes the place where the two differ.
#
# mail names the mailbox, mailLocalAddress leads to it, mailRoutingAddress leads
# elsewhere, mailHost says which of the two Dovecots has it, nisMailAlias is
# expanded: by its cn (aliases) or its mailLocalAddress (lists).

slapd_schemas() {
	local s
	for s in core cosine nis inetorgperson misc; do echo "include /etc/ldap/schema/$s.schema"; done
}

slapd_main_database() {
	cat <<-CONF
	database mdb
	suffix $BASE
	rootdn cn=admin,$BASE
	rootpw $(cat "$DIR/secrets/hash/root")
	directory $DIR/slapd/data
	maxsize 1073741824
	lastbind on
	index objectClass,entryUUID,entryCSN eq
	index member,mailLocalAddress,mailHost,mailRoutingAddress,rfc822MailMember eq,pres
	index uid,cn,dc,mail,sn,givenName,displayName eq,pres,sub
	# what a real site would add for postroom: tested here as it is shipped
	$(grep -hv '^#' "$TOP/packaging/slapd/limits.conf" "$TOP/packaging/slapd/debian-access.conf")
	# the site's own rules
	limits dn.exact="cn=mailserver,cn=services,$BASE" size=unlimited time=unlimited
	limits dn.exact="cn=postroom-limited,cn=services,$BASE" size.soft=20 size.hard=20 size.prtotal=20
	access to attrs=userPassword
	 by anonymous auth
	 by self =xw
	 by * none
	access to attrs=authzTo,authzFrom
	 by * none
	access to *
	 by dn.exact="cn=mailserver,cn=services,$BASE" read
	 by dn.exact="cn=postroom-limited,cn=services,$BASE" read
	 by self read
	 by * none

	overlay syncprov
	overlay sssvlv
	$([ "$UNIQUE" = serialize ] && grep -v '^#' "$TOP/packaging/slapd/debian-unique.conf")
	overlay ppolicy
	ppolicy_default cn=default,cn=services,$BASE
	ppolicy_hash_cleartext
	ppolicy_use_lockout
	overlay memberof
	memberof-group-oc groupOfNames
	memberof-member-ad member
	memberof-dangling ignore
	memberof-refint TRUE
	CONF
}

# One database beside the configuration: no access log, no block lists.
slapd_databases() { slapd_main_database; }

slapd_load() {
	[ -e "$DIR/slapd/loaded" ] && return
	rm -rf "$DIR/slapd/data"
	mkdir -p -m 700 "$DIR/slapd/data"
	( umask 077
	bash "$HERE/content/debian-ldif" "$DIR/secrets/hash" >"$DIR/slapd/content.ldif" ) ||
		die "cannot write the directory's content"
	slapd_fill "$BASE" "$DIR/slapd/content.ldif"
	touch "$DIR/slapd/loaded"
}

dovecot_ldap_conf() {
	local host=mail$1.example.com home
	home="(|(!(mailHost=*))(mailHost=$host))"
	[ "$2" = submission ] && home=
	cat <<-CONF
	# written by tests/lab/lab
	uris = $(ldapi_uri)
	base = ou=people,$BASE
	dn = cn=mailserver,cn=services,$BASE
	dnpass = $(cat "$DIR/secrets/mailserver")
	auth_bind = yes
	# a login whose password must be changed binds all the same (slapo-ppolicy), so the mail server looks by itself
	pass_filter = (&(objectClass=inetOrgPerson)(!(pwdReset=TRUE))$home(|(mail=%u)(&(uid=%n)(mail=*))))
	pass_attrs = mail=user
	user_filter = (&(objectClass=inetOrgPerson)$home(|(mail=%u)(&(uid=%n)(mail=*))))
	user_attrs = mail=user
	iterate_filter = (&(objectClass=inetOrgPerson)$home(mail=*))
	iterate_attrs = mail=user
	CONF
}

# There are no shared folders in this directory.
dovecot_shared_namespaces() { :; }
dovecot_login_groups() { :; }
dovecot_dirs() {
	mkdir -p -m 755 "$DIR/dovecot$1/run" "$DIR/dovecot$1/state"
	mkdir -p "$DIR/mail/mail$1"
	[ "$(id -u)" != 0 ] || chown mail:mail "$DIR/mail/mail$1"
}

ALIAS_MAPS=(further forwards groups aliases)

postfix_ldap_maps() {
	local n host others= person='(objectClass=inetOrgPerson)'
	ldap_map virtualdomains '(|(&(objectClass=domain)(dc=%s))(&(objectClass=domainRelatedObject)(associatedDomain=%s)))' \
		'result_attribute = dc, associatedDomain'
	ldap_map recipients "(&$person(mail=%s))" 'result_attribute = mail'
	ldap_map further "(&$person(mailLocalAddress=%s))" 'result_attribute = mail'
	# What is forwarded leaves no copy. Without a mailbox the further address is forwarded itself.
	ldap_map forwards "(&$person(mailRoutingAddress=*)(|(mail=%s)(&(mailLocalAddress=%s)(!(mail=*)))))" \
		'result_attribute = mailRoutingAddress'
	ldap_map groups '(&(objectClass=groupOfNames)(mailLocalAddress=%s))' \
		'result_attribute =' 'special_result_attribute = member' 'leaf_result_attribute = mail'
	ldap_map aliases '(&(objectClass=nisMailAlias)(|(cn=%s)(mailLocalAddress=%s)))' 'result_attribute = rfc822MailMember'
	for n in 1 2; do
		host=mail$n.example.com
		others+="(!(mailHost=$host))"
		ldap_map transport$n "(&$person(mailHost=$host)(mail=%s))" \
			'result_attribute = mail' "result_format = lmtp:inet:127.0.0.1:$(p LMTP$n)"
	done
	ldap_map transport3 "(&$person(mailHost=*)$others(mail=%s))" \
		'result_attribute = mailHost' 'result_format = retry:4.4.3 home server %s is not known'
}
