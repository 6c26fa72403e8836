# dovecot.sh - the two IMAP servers of the lab, mail1 and mail2; sourced.
#
# Each has its own directory $DIR/dovecotN, its own mail below $DIR/mail/mailN,
# and serves the users whose home server it is or who have none, as a UCS mail
# server does. As root mail belongs to the user "mail", else to the caller.
# Passwords and quota come from slapd over its local socket.

# Whoever sends is known to Postfix by the login name, also after a login by
# address, as PAM does it on UCS.
dovecot_ldap_conf() {
	local host=mail$1.example.com home user
	home="(|(!(univentionMailHomeServer=*))(univentionMailHomeServer=$host))"
	user='(|(mailPrimaryAddress=%u)(&(uid=%n)(mailPrimaryAddress=*)))'
	[ "$2" = submission ] && home=
	cat <<-CONF
	# written by tests/lab/lab
	uris = $(ldapi_uri)
	base = $BASE
	dn = cn=mailserver,cn=services,$BASE
	dnpass = $(cat "$DIR/secrets/mailserver")
	auth_bind = yes
	# a login whose password must be changed binds all the same (slapo-ppolicy), so the mail server looks by itself
	pass_filter = (&(objectClass=univentionMail)(!(shadowExpire=1))(!(pwdReset=TRUE))$home$user)
	pass_attrs = $([ "$2" = submission ] && echo uid || echo mailPrimaryAddress)=user
	user_filter = (&(|(objectClass=univentionMail)(objectClass=univentionMailSharedFolder))$home$user)
	user_attrs = mailPrimaryAddress=user, univentionMailUserQuota=quota_rule=*:storage=%\$M
	iterate_filter = (&(objectClass=univentionMail)$home(mailPrimaryAddress=*))
	iterate_attrs = mailPrimaryAddress=user
	CONF
}

# The user that mail belongs to; shared folders make it ask auth about others.
mail_user() { if [ "$(id -u)" = 0 ]; then echo mail; else id -un; fi; }

# Who runs what: Debian's users where root starts it, one user for all else.
dovecot_users() {
	if [ "$(id -u)" = 0 ]; then
		printf '%s\n' "mail_uid = mail" "mail_gid = mail" "first_valid_uid = $(id -u mail)" \
			"first_valid_gid = $(id -g mail)"
		return
	fi
	printf '%s\n' "default_internal_user = $(id -un)" "default_internal_group = $(id -gn)" \
		"default_login_user = $(id -un)" "mail_uid = $(id -u)" "mail_gid = $(id -g)" \
		"first_valid_uid = 0" "first_valid_gid = 0"
	local s
	for s in anvil aggregator director ipc old-stats imap-urlauth-login imap-login \
	    pop3-login managesieve-login; do
		printf 'service %s {\n  chroot =\n}\n' "$s"
	done
}

dovecot_listeners() {
	cat <<-CONF
	service imap-login {
	  inet_listener imap {
	    port = $(p IMAP$1)
	  }
	  inet_listener imaps {
	    port = $(p IMAPS$1)
	    ssl = yes
	  }
	}
	service pop3-login {
	  inet_listener pop3 {
	    port = $(p POP3_$1)
	  }
	  inet_listener pop3s {
	    port = $(p POP3S$1)
	    ssl = yes
	  }
	}
	service managesieve-login {
	  inet_listener sieve {
	    port = $(p SIEVE$1)
	  }
	}
	service lmtp {
	  inet_listener lmtp {
	    port = $(p LMTP$1)
	  }
	}
	service doveadm {
	  inet_listener {
	    port = $(p DOVEADM$1)
	  }
	  inet_listener http {
	    port = $(p HTTP$1)
	    $([ "$1" = 1 ] || printf 'ssl = yes\n    # The API speaks TLS.')
	    $([ "$1" = 1 ] && printf 'address = %s, 127.0.0.2, 127.0.0.3' "$(dovecot_addresses)")
	  }
	}
	# A test that logs in wrongly on purpose must not slow down all others.
	service anvil {
	  unix_listener anvil-auth-penalty {
	    mode = 0
	  }
	}
	service auth {
	  inet_listener {
	    port = $(p AUTH$1)
	  }
	  unix_listener auth-userdb {
	    mode = 0600
	    user = $(mail_user)
	  }
	}
	CONF
}

# Folders without an address are a public namespace each, those with one are
# mailboxes that others see below shared/.
dovecot_namespaces() {
	cat <<-CONF
	namespace inbox {
	  inbox = yes
	  separator = /
	  mailbox Drafts {
	    special_use = \Drafts
	    auto = create
	  }
	  mailbox Sent {
	    special_use = \Sent
	    auto = create
	  }
	  mailbox Trash {
	    special_use = \Trash
	    auto = create
	  }
	}
	CONF
	dovecot_shared_namespaces "$1"
}

dovecot_shared_namespaces() {
	local n=$1
	cat <<-CONF
	namespace shared {
	  type = shared
	  separator = /
	  prefix = shared/%%u/
	  location = maildir:%%h/Maildir:INDEXPVT=~/shared/%%u
	  subscriptions = no
	  list = children
	}
	!include_try $DIR/dovecot$n/folders.conf
	CONF
}

# Which groups somebody is in is asked at each login; without folders nothing goes by it.
dovecot_login_groups() {
	cat <<-CONF
	service imap {
	  executable = imap imap-postlogin
	}
	service imap-postlogin {
	  executable = script-login /bin/bash $DIR/helpers/login-groups
	  user = $(mail_user)
	  unix_listener imap-postlogin {
	  }
	}
	CONF
}

# IPv6 only where the machine has it: Dovecot does not start on an address that is not there.
dovecot_addresses() {
	if grep -qs '^0\{31\}1 .* lo$' /proc/net/if_inet6; then echo "127.0.0.1, ::1"; else echo 127.0.0.1; fi
}

# A key for each role, as it is shipped; 127.0.0.2 is the helpdesk's address, 127.0.0.3 the monitor's.
dovecot_roles() {
	[ "$1" = 1 ] || return 0
	sed -n '/^local /,/^}/p' "$TOP/packaging/dovecot/doveadm-roles.conf" | sed "s/192\.0\.2\.12/127.0.0.2/; s/192\.0\.2\.13/127.0.0.3/
		s/KEY-OF-THE-HELPDESK/$(cat "$DIR/secrets/doveadm-helpdesk")/; s/KEY-OF-THE-MONITOR/$(cat "$DIR/secrets/doveadm-monitor")/"
}

dovecot_conf() {
	local n=$1 d=$DIR/dovecot$1
	cat <<-CONF
	# written by tests/lab/lab: mail$n.example.com of the lab "$NAME"
	base_dir = $d/run
	state_dir = $d/state
	instance_name = postroom-lab-$NAME-mail$n
	log_path = $DIR/log/dovecot$n.log
	hostname = mail$n.example.com
	# Answers of filters go out by the lab's own Postfix, which takes mail for people here only.
	submission_host = 127.0.0.1:$(p SMTP)
	postmaster_address = postmaster@example.com
	listen = $(dovecot_addresses)
	protocols = imap pop3 lmtp sieve
	ssl = yes
	ssl_cert = <$DIR/tls/server.pem
	ssl_key = <$DIR/tls/server.key
	auth_username_format = %Lu
	auth_username_chars = abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@+/'
	auth_mechanisms = plain login
	auth_failure_delay = 0
	recipient_delimiter =
	default_client_limit = 600
	mail_home = $DIR/mail/mail$n/%Ld/%Ln
	mail_location = maildir:~/Maildir
	mail_plugins = quota acl
	mail_max_userip_connections = 100
	doveadm_api_key = $(cat "$DIR/secrets/doveadm")
	doveadm_password = $(cat "$DIR/secrets/doveadm")
	$(dovecot_users)
	# Sending is not bound to the home server, so Postfix asks for anybody.
	protocol !smtp {
	  passdb {
	    driver = ldap
	    args = $d/ldap.conf
	  }
	}
	protocol smtp {
	  passdb {
	    driver = ldap
	    args = $d/ldap-smtp.conf
	  }
	}
	userdb {
	  driver = ldap
	  args = $d/ldap.conf
	}
	$(dovecot_listeners "$n")
	$(dovecot_login_groups)
	$(dovecot_namespaces "$n")
	protocol imap {
	  mail_plugins = quota acl imap_quota imap_acl
	}
	protocol lmtp {
	  mail_plugins = quota acl sieve
	}
	plugin {
	  quota = count:User quota
	  quota_vsizes = yes
	  quota_rule = *:storage=0
	  quota_rule2 = Trash:storage=+100M
	  quota_grace = 10%%
	  acl = vfile
	  acl_shared_dict = file:$DIR/mail/mail$n/shared-mailboxes.db
	  acl_anyone = allow
	  sieve = file:~/sieve;active=~/.dovecot.sieve
	}
	$(dovecot_roles "$n")
	# Last, so that what postroom or a story writes there wins.
	!include_try conf.d/*.conf
	!include_try local.conf
	CONF
}

dovecot_dirs() {
	local n=$1
	mkdir -p -m 755 "$DIR/dovecot$n/run" "$DIR/dovecot$n/state" "$DIR/dovecot$n/conf.d"
	[ -d "$DIR/mail/mail$n" ] && return
	mkdir -p "$DIR/mail/mail$n/public"
	[ "$(id -u)" != 0 ] || chown -R mail:mail "$DIR/mail/mail$n"
}

dovecot_start() {
	local n=$1 d=$DIR/dovecot$1
	running "dovecot$n" && return
	secret doveadm
	secret doveadm-helpdesk
	secret doveadm-monitor
	helpers_place
	dovecot_dirs "$n"
	( umask 077
	dovecot_ldap_conf "$n" imap >"$d/ldap.conf"
	dovecot_ldap_conf "$n" submission >"$d/ldap-smtp.conf"
	dovecot_conf "$n" >"$d/dovecot.conf" )
	folders_configure "$n"
	rm -f "$d/run/master.pid"
	if ! dovecot -c "$d/dovecot.conf" >>"$DIR/log/dovecot$n-start.log" 2>&1 </dev/null 9>&-; then
		tail -n 5 "$DIR/log/dovecot$n-start.log" >&2
		die "Dovecot mail$n does not start; its log: $DIR/log/dovecot$n.log"
	fi
	# The master goes to the background before it has written its process id.
	for _ in {1..600}; do
		[ -s "$d/run/master.pid" ] && break
		sleep 0.05
	done
	cat "$d/run/master.pid" >"$DIR/pids/dovecot$n" || {
		tail -n 5 "$DIR/log/dovecot$n.log" >&2
		die "Dovecot mail$n wrote no process id"
	}
	wait_for "Dovecot mail$n" "$DIR/log/dovecot$n.log" port_open "$(p IMAP$n)"
	folders_share "$n"
}

# dovecot_reload N - and waits until it has happened: the master says in its log that it begins, and answers
# nobody before it is done
dovecot_reload() {
	local conf=$DIR/dovecot$1/dovecot.conf log=$DIR/log/dovecot$1.log before i
	before=$(grep -c 'SIGHUP received' "$log")
	doveadm -c "$conf" reload </dev/null 9>&- || return 1
	for ((i = 0; i < 300; i++)); do
		[ "$(grep -c 'SIGHUP received' "$log")" -gt "$before" ] && break
		sleep 0.05
	done
	doveadm -c "$conf" service status >/dev/null 2>&1 </dev/null 9>&-
}

dovecot_stop() { end_part "dovecot$1"; }
