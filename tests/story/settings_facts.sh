#!/bin/bash
# settings_facts.sh - what a setting is judged by, from the real directory, Postfix
# and Dovecot: the largest list, the address of the archive, mail domains, memory
# of processes, greetings in the mail log, the cache of logins, where lines arrive.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${LAB_DIR:-}" ] && [ -n "${LAB_POSTFIX_CONF:-}" ] || { skip "what settings are judged by" "no private mail system with Postfix"; finish; exit; }

s() { "$POSTROOM" settings "$@"; }
lacks() { grep -qF -- "$2" "$work/out" && say_not "$1" <"$work/out" || say_ok "$1"; }
export LDAPTLS_CACERT=$LAB_CA
admin=(-x -LLL -ZZ -o ldif-wrap=no -H "$LAB_URI" -D "$LAB_ADMIN_DN" -y "$LAB_ADMIN_SECRET" -b "$LAB_BASE")
# greets NAME - a client that greets with this name and is refused for its recipient
greets() {
	timeout 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$LAB_SMTP; read -r -u 3 _; printf 'EHLO %s\r\n' '$1' >&3
		while read -r -u 3 line; do case \$line in 250\ *) break;; esac; done
		printf 'MAIL FROM:<a@example.net>\r\nRCPT TO:<nobody.of.this.name@example.com>\r\nQUIT\r\n' >&3; cat <&3" >/dev/null
}

# --- the directory ------------------------------------------------------------------------------------
domain=$(ldapsearch "${admin[@]}" '(objectClass=univentionMailDomainname)' cn | sed -n 's/^cn: //p' | sort | head -1)
status 0 "the largest list is told" s show alias-expansion-limit --host mail1
said "with how many it becomes" "The largest group or list today is"
status 0 "a limit below it is possible" s set alias-expansion-limit=2 --host mail1 --dry-run
said "and warned of" "recipients today, above the limit of 2: mail to it is not delivered"
status 65 "an archive that is not there is refused" s set archive-copy="nobody.of.this.name@$domain" --host mail1 --dry-run
said "with the reason" "does not exist, so every mail would make a bounce"
status 0 "one elsewhere may be" s set archive-copy=archive@elsewhere.example --host mail1 --dry-run
said "and is not known" "elsewhere.example is no mail domain of the directory"
person=$(ldapsearch "${admin[@]}" "(&(uid=*)(mailPrimaryAddress=*@$domain))" mailPrimaryAddress | sed -n 's/^mailPrimaryAddress: //p' | head -1)
status 0 "one that is there is told" s set archive-copy="$person" --host mail1 --dry-run
said "with who has it" "$person exists: user "
status 0 "the domains of the server are compared" s show mailbox-domains --host mail1
said "with those of the directory, asked of its table" "mail domains of the directory are taken by mail1"
table=$(postconf -c "$LAB_POSTFIX_CONF" -h virtual_mailbox_domains)
status 0 "a list without one of them" s set mailbox-domains="$domain old.example" --host mail1 --dry-run
said "is told before" "mailbox-domains = $table"

# --- Postfix -------------------------------------------------------------------------------------------
greets printer; greets printer; greets mx.example.net
ok "the log has them" bash -c "for i in \$(seq 150); do [ \$(grep -c 'helo=<printer>' '$LAB_DIR/log/postfix.log') -ge 2 ] && exit; sleep 0.2; done; false"
status 0 "who would be turned away" s set helo-restrictions=reject_non_fqdn_helo_hostname --host mail1 --dry-run
said "is told with name and client" "printer  from 127.0.0.1"
lacks "and who would not is not" "mx.example.net  from"
status 0 "with our own networks spared" s set helo-restrictions='permit, reject_non_fqdn_helo_hostname' --host mail1 --dry-run
said "nobody is" "0 of the "
status 0 "the page tells how much the log knows" s show helo-restrictions --host mail1
said "and how it would know more" "warn_if_reject"
# A process of smtpd runs while somebody is connected.
exec 3<>"/dev/tcp/127.0.0.1/$LAB_SMTP"
read -r -u 3 _
status 0 "the memory of processes" s show process-limit --host mail1
said "is measured" "processes of Postfix run"
said "by program" "smtpd:"
said "against what is free" "are free now"
status 0 "too many" s set process-limit=10000 --host mail1 --dry-run
said "are reckoned" "All at 10,000 need"
exec 3>&-

# --- Dovecot --------------------------------------------------------------------------------------------
status 0 "where Dovecot's lines arrive" s show log-path --host mail1
said "is a file" "$LAB_DIR/log/dovecot1.log: Debug, Info, Warning, Error, Fatal"
lines() { grep -c "This is Dovecot's error log" "$LAB_DIR/log/dovecot1.log"; }
count=$(lines)
status 0 "test lines are reviewed" s log-test --host mail1 --dry-run
said "with what they may set off" "whatever watches them may raise an alarm"
same "and not written before" "$count" "$(lines)"
status 0 "written" s log-test --host mail1 --yes
said "it is told where they arrived" "they arrived in $LAB_DIR/log/dovecot1.log"
same "and they did" $((count + 1)) "$(lines)"
status 64 "of several servers one must be named" s log-test --yes
status 0 "the cache of logins" s show login-cache-size --host mail1
said "is off here" "None: the cache is off"
cp "$LAB_DOVECOT1_CONF" "$work/dovecot.conf"
printf 'auth_cache_size = 1M\n' >>"$LAB_DOVECOT1_CONF"
reload_dovecot "$LAB_DOVECOT1_CONF"
status 0 "on" s show login-cache-size --host mail1
lacks "is told as on" "None: the cache is off"
printf 'metric auth_passdb {\n  filter = event=auth_passdb_request_finished\n  group_by = cache\n}\n' >>"$LAB_DOVECOT1_CONF"
reload_dovecot "$LAB_DOVECOT1_CONF"
counted() {
	for _ in $(seq 60); do
		doveadm -c "$LAB_DOVECOT1_CONF" auth test "$person" wrong >/dev/null 2>&1
		s show login-cache-size --host mail1 >"$work/cache" 2>&1
		grep -q 'logins came out of the cache (metric auth_passdb' "$work/cache" && return
		sleep 0.5
	done
	cat "$work/cache"
	false
}
ok "with a metric the hit rate is there" counted
cp "$work/dovecot.conf" "$LAB_DOVECOT1_CONF"
reload_dovecot "$LAB_DOVECOT1_CONF"

# --- on the screen ------------------------------------------------------------------------------------------
before=$(sha256sum <"$LAB_POSTFIX_CONF/main.cf")
start=settings
console 80 24
ok "every server is read" shows 'maximum message size'
pause; keys /; type_slowly helo_restrictions
ok "found" shows 'Settings - .*1 of '
pause; keys Enter
ok "what it means comes with the page" shows 'connections in the last'
pause; keys Enter
ok "a new value is asked for" shows 'rules for HELO - mail1 - change'
pause; type_slowly 'reject_non_fqdn_helo_hostname'
ok "who would be turned away stands below it while it is typed" shows 'printer  from 127\.0\.0\.1'
pause; keys Enter
ok "and in the review" shows 'greetings that the log tells'
close_console
same "nothing was written" "$before" "$(sha256sum <"$LAB_POSTFIX_CONF/main.cf")"

finish
