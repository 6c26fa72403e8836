# ucr.sh - mail1 as a server of UCS: its Postfix and Dovecot run on what is set
# through a ucr of our own (tests/fakes/ucr); sourced.
#
# Not part of start. $DIR/ucs holds the layers, the program and the template;
# postroom-ucs.conf names mail1 with the flavour ucs. The next start of the lab
# writes main.cf anew, so start-ucr is called after it.

UCR_MAIN_CF='message_size_limit|mailbox_size_limit|relayhost|smtp_sasl_auth_enable|always_bcc|soft_bounce|disable_vrfy_command|smtpd_banner|maximal_queue_lifetime'

ucr_program() {
	cat <<-END
	#!/bin/bash
	export UCR_DIRECTORY=$DIR/ucs UCR_TEMPLATES=$DIR/ucs/templates UCR_POSTFIX=$DIR/postfix/etc UCR_DOVECOT=$DIR/dovecot1/conf.d/20-ucr.conf UCR_INDEX=$DIR/mail/index1
	exec /bin/bash $DIR/ucs/ucr.sh "\$@"
	END
}

ucr_conf() {
	sed -e '/^server mail1 {/a\	flavour = ucs\n\tucr = "'"$DIR/ucs/ucr"'"\n\tucr_directory = "'"$DIR/ucs"'"' "$DIR/postroom.conf"
}

ucr_start() {
	local d=$DIR/ucs layer
	[ "$(id -u)" = 0 ] || die "a mail server of UCS needs root"
	running postfix && running dovecot1 || die "start the lab first" 3
	mkdir -p -m 755 "$d/templates" "$DIR/dovecot1/conf.d"
	mkdir -p "$DIR/mail/index1"
	chown mail:mail "$DIR/mail/index1"
	cp "$TOP/tests/fakes/ucr" "$d/ucr.sh"
	ucr_program >"$d/ucr" && chmod 755 "$d/ucr"
	[ -e "$d/templates/main.cf" ] || cp -p "$DIR/postfix/etc/main.cf" "$d/main.cf.before"
	[ -e "$d/templates/main.cf" ] || grep -vE "^($UCR_MAIN_CF) =" "$DIR/postfix/etc/main.cf" >"$d/templates/main.cf"
	for layer in base-defaults base base-ldap base-schedule base-forced; do
		[ -e "$d/$layer.conf" ] || printf '# univention_ base.conf\n\n' >"$d/$layer.conf"
	done
	"$d/ucr" set "mail/relayhost=[127.0.0.1]:$(p CLOSED)" mail/dovecot/limits/default_client_limit=600 mail/messagesizelimit?10240000 >/dev/null ||
		die "the stand-in of ucr fails"
	: >>"$DIR/postfix/etc/main.cf.local"
	postfix -c "$DIR/postfix/etc" reload >>"$DIR/log/postfix-start.log" 2>&1 </dev/null 9>&- || die "Postfix does not take what ucr made"
	dovecot_reload 1 || die "Dovecot does not take what ucr made"
	ucr_conf >"$DIR/postroom-ucs.conf"
}

# The files are as they were before.
ucr_stop() {
	[ ! -e "$DIR/ucs/main.cf.before" ] || mv "$DIR/ucs/main.cf.before" "$DIR/postfix/etc/main.cf"
	rm -rf "$DIR/ucs" "$DIR/mail/index1" "$DIR/postroom-ucs.conf" "$DIR/dovecot1/conf.d/20-ucr.conf" "$DIR/dovecot1/local.conf" "$DIR/postfix/etc/main.cf.local"
	! running postfix || postfix -c "$DIR/postfix/etc" reload >>"$DIR/log/postfix-start.log" 2>&1 </dev/null 9>&-
	! running dovecot1 || dovecot_reload 1
}
