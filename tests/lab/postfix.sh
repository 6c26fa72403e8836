# postfix.sh - the mail transport of the lab; sourced by tests/lab/lab.
#
# A private Postfix below $DIR/postfix, only as root. All maps ask slapd, in
# the way a UCS mail server of today does: the maps that rewrite a recipient
# are united (unionmap), users who forward and keep no copy are left out.
# Local mail goes by LMTP to the user's home server. Nothing leaves the
# machine: outside.test and partner.test are thrown away, all other outside
# domains go to a loopback port where nobody listens, and stay in the queue.

USER_OR_FOLDER='(|(objectClass=univentionMail)(objectClass=univentionMailSharedFolder))'

# ldap_map NAME FILTER LINES... - one map file; LINES say what comes back
ldap_map() {
	local file=$DIR/postfix/etc/ldap.$1 filter=$2
	shift 2
	( umask 027
	{ printf '%s\n' "server_host = $(ldapi_uri)" "version = 3" "search_base = $BASE" \
		"bind = yes" "bind_dn = cn=mailserver,cn=services,$BASE" \
		"bind_pw = $(cat "$DIR/secrets/mailserver")" "query_filter = $filter"
	printf '%s\n' "$@"; } >"$file" )
	chgrp postfix "$file"
}

ALIAS_MAPS=(virtual keepers forwards groups lists)

postfix_ldap_maps() {
	local n host others
	ldap_map virtualdomains '(&(objectClass=univentionMailDomainname)(cn=%s))' 'result_attribute = cn'
	ldap_map virtual "(&$USER_OR_FOLDER(mailAlternativeAddress=%s))" \
		'result_attribute = mailPrimaryAddress'
	ldap_map recipients "(&$USER_OR_FOLDER(mailPrimaryAddress=%s))" \
		'result_attribute = mailPrimaryAddress'
	ldap_map keepers "(&$USER_OR_FOLDER(mailPrimaryAddress=%s)(!(&(mailForwardAddress=*)(mailForwardCopyToSelf=0))))" \
		'result_attribute = mailPrimaryAddress'
	ldap_map forwards '(&(objectClass=univentionMail)(|(mailPrimaryAddress=%s)(mailAlternativeAddress=%s)))' \
		'result_attribute = mailForwardAddress'
	ldap_map groups '(&(objectClass=posixGroup)(mailPrimaryAddress=%s))' \
		'result_attribute =' 'special_result_attribute = uniqueMember' \
		'leaf_result_attribute = mailPrimaryAddress'
	ldap_map lists '(&(objectClass=univentionMailList)(mailPrimaryAddress=%s))' \
		'result_attribute = univentionMailMember'
	others=
	for n in 1 2; do
		host=mail$n.example.com
		others+="(!(univentionMailHomeServer=$host))"
		ldap_map transport$n "(&$USER_OR_FOLDER(univentionMailHomeServer=$host)(mailPrimaryAddress=%s))" \
			'result_attribute = mailPrimaryAddress' "result_format = lmtp:inet:127.0.0.1:$(p LMTP$n)"
	done
	ldap_map transport3 "(&$USER_OR_FOLDER(univentionMailHomeServer=*)$others(mailPrimaryAddress=%s))" \
		'result_attribute = univentionMailHomeServer' 'result_format = retry:4.4.3 home server %s is not known'
}

postfix_maps() {
	postfix_ldap_maps
	printf '%s\n' 'outside.test discard:outside' 'partner.test discard:outside' >"$DIR/postfix/etc/transport"
	# Logins that may not send; a restart keeps what a test put there.
	[ -e "$DIR/postfix/etc/refused_logins" ] || printf '# logins that may not send\n' >"$DIR/postfix/etc/refused_logins"
	postmap -c "$DIR/postfix/etc" "hash:$DIR/postfix/etc/refused_logins"
}

postfix_main_cf() {
	local e=$DIR/postfix/etc
	cat <<-CONF
	# written by tests/lab/lab
	compatibility_level = 3.6
	config_directory = $e
	queue_directory = $DIR/postfix/spool
	data_directory = $DIR/postfix/data
	mail_owner = postfix
	setgid_group = postdrop
	maillog_file = $DIR/log/postfix.log
	maillog_file_prefixes = /var/tmp
	myhostname = mail1.example.com
	mydomain = example.com
	myorigin = example.com
	mydestination =
	local_recipient_maps =
	alias_maps =
	alias_database =
	biff = no
	inet_interfaces = 127.0.0.1
	inet_protocols = ipv4
	disable_dns_lookups = yes
	smtp_host_lookup = native
	mynetworks =
	relayhost = [127.0.0.1]:$(p CLOSED)
	virtual_mailbox_domains = ldap:$e/ldap.virtualdomains
	virtual_mailbox_maps = ldap:$e/ldap.recipients
	virtual_alias_maps = unionmap:{$(printf "ldap:$e/ldap.%s " "${ALIAS_MAPS[@]}")}
	virtual_transport = lmtp:inet:127.0.0.1:$(p LMTP1)
	transport_maps = texthash:$e/transport, ldap:$e/ldap.transport1, ldap:$e/ldap.transport2, ldap:$e/ldap.transport3
	smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
	smtpd_sender_restrictions = check_sasl_access hash:$e/refused_logins
	smtpd_recipient_restrictions = $([ "$LISTFILTER" = no ] || echo check_policy_service unix:private/listfilter)
	smtpd_tls_security_level = may
	smtpd_tls_cert_file = $DIR/tls/server.pem
	smtpd_tls_key_file = $DIR/tls/server.key
	smtpd_tls_CAfile = $DIR/tls/ca.pem
	smtpd_sasl_type = dovecot
	smtpd_sasl_path = inet:127.0.0.1:$(p AUTH1)
	smtpd_sasl_auth_enable = no
	maximal_backoff_time = 3600s
	CONF
}

# The queue manager is told of new mail; it looks by itself but once an hour, or what a test
# has put into a queue would move under it.
postfix_master_cf() {
	cat <<-CONF
	127.0.0.1:$(p SMTP) inet n - n - - smtpd
	127.0.0.1:$(p SUBMISSION) inet n - n - - smtpd
	 -o smtpd_tls_security_level=encrypt
	 -o smtpd_sasl_auth_enable=yes
	 -o smtpd_client_restrictions=permit_sasl_authenticated,reject
	pickup unix n - n 60 1 pickup
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 3600 1 qmgr
	tlsmgr unix - - n 1000? 1 tlsmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	verify unix - - n - 1 verify
	flush unix n - n 1000? 0 flush
	proxymap unix - - n - - proxymap
	proxywrite unix - - n - 1 proxymap
	smtp unix - - n - - smtp
	relay unix - - n - - smtp
	showq unix n - n - - showq
	error unix - - n - - error
	retry unix - - n - - error
	discard unix - - n - - discard
	local unix - n n - - local
	virtual unix - n n - - virtual
	lmtp unix - - n - - lmtp
	anvil unix - - n - 1 anvil
	scache unix - - n - 1 scache
	postlog unix-dgram n - n - 1 postlogd
	CONF
	[ "$LISTFILTER" = no ] || cat <<-CONF
	listfilter unix - n n - 30 spawn user=$(mail_user)
	 argv=/bin/bash $DIR/helpers/listfilter $([ "$LISTFILTER" = envelope ] && echo envelope || echo login)
	CONF
}

postfix_start() {
	local d=$DIR/postfix
	running postfix && return
	mkdir -p -m 755 "$d/etc" "$d/spool"
	[ -d "$d/data" ] || { mkdir -m 700 "$d/data" && chown postfix "$d/data"; }
	helpers_place
	postfix_main_cf >"$d/etc/main.cf"
	postfix_master_cf >"$d/etc/master.cf"
	postfix_maps
	if ! postfix -c "$d/etc" start >>"$DIR/log/postfix-start.log" 2>&1 </dev/null 9>&-; then
		tail -n 5 "$DIR/log/postfix-start.log" "$DIR/log/postfix.log" >&2
		die "Postfix does not start; its log: $DIR/log/postfix.log"
	fi
	wait_for Postfix "$DIR/log/postfix.log" port_open "$(p SMTP)"
	tr -d ' ' <"$d/spool/pid/master.pid" >"$DIR/pids/postfix" || die "Postfix wrote no process id"
}

postfix_stop() { end_part postfix postfix -c "$DIR/postfix/etc" stop; }
