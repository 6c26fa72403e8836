#!/bin/bash
# settings.sh - settings as a script sees them: read from the real Postfix and
# Dovecot, refused where they are wrong, changed through main.cf, through our
# file in conf.d and, on a server of UCS, through variables and main.cf.local;
# a policy that hides; what waits for a confirmation goes back.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${LAB_DIR:-}" ] && [ -n "${LAB_POSTFIX_CONF:-}" ] || { skip "settings" "no private mail system with Postfix"; finish; exit; }
lab=${LAB_NAME:?}

s() { "$POSTROOM" settings "$@"; }
postfix_has() { postconf -c "$LAB_POSTFIX_CONF" -h "$1"; }
dovecot_has() { doveconf -c "$LAB_DOVECOT1_CONF" -h "$1"; }
# column NAME SETTING - a value of the list
column() { s list --host mail1 --format tsv --columns "setting,$1" 2>/dev/null | sed -n "s/^$2\t//p"; }
waits() { "$POSTROOM" status --host mail1 --format tsv --columns state 2>/dev/null | grep -q waiting || "$POSTROOM" status --host mail1 | grep -q waiting; }

# --- reading ------------------------------------------------------------------------------------------
status 0 "the settings of a server are listed" s list --host mail1
said "those of Postfix" message-size
said "those of Dovecot" login-cache-size
same "what Postfix has" "$(postfix_has message_size_limit)" "$(column value message-size)"
same "what Dovecot has" "$(dovecot_has mail_max_userip_connections)" "$(column value connections-per-address)"
same "the line where it stands" "$LAB_POSTFIX_CONF/main.cf line $(grep -n '^inet_interfaces' "$LAB_POSTFIX_CONF/main.cf" | cut -d: -f1)" "$(column from smtp-interfaces)"
same "the line of Dovecot's file too" "$LAB_DOVECOT1_CONF line $(grep -n 'mail_max_userip_connections' "$LAB_DOVECOT1_CONF" | cut -d: -f1)" "$(column from connections-per-address)"
same "nothing secret is among it" 0 "$(s list --host mail1 --format json | grep -cFf "$LAB_DIR/secrets/doveadm")"
status 69 "a server that only has the API is told" s show message-size
said "with its reason" "mail2"
said "beside what is known" "10240000"

# --- refusals --------------------------------------------------------------------------------------------
status 65 "a misspelt name is refused" s show mesage-size --host mail1
said "with the nearest" "nearest: message-size"
status 65 "a name that Postfix does not know too" s set postfix:message_size_limt=5 --host mail1 --yes
said "with what to do" "--own"
status 65 "a value that is none" s set message-size=many --host mail1 --yes
status 65 "a size above the mailbox's" s set message-size=100MB --host mail1 --yes
said "with the rule" "mailbox-file-size (51,200,000) must not be below message-size"
status 65 "an open relay" s set relay-restrictions=permit_mynetworks --host mail1 --yes
said "is named as one" "relay for everybody"
status 69 "quota of the VDA patch" s set virtual-mailbox-quota=hash:/x --host mail1 --yes
said "with its reason" "VDA"
status 64 "several servers want a choice" s set soft-bounce=yes --yes
same "nothing was written by all that" 10240000 "$(postfix_has message_size_limit)"

# --- Postfix ------------------------------------------------------------------------------------------------
status 0 "a dry run" s set message-size=30MB --host mail1 --dry-run
said "tells how large an attachment may be" "The largest attachment is then about 21 MB"
same "and changes nothing" 10240000 "$(postfix_has message_size_limit)"
before=$(sha256sum <"$LAB_POSTFIX_CONF/main.cf")
status 0 "the size is set" s set message-size=30MB --host mail1 --yes --reason "story"
same "main.cf has it" 31457280 "$(postfix_has message_size_limit)"
ehlo() { timeout 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$LAB_SMTP; printf 'EHLO story\r\nQUIT\r\n' >&3; cat <&3" | tr -d '\r' | sed -n 's/^250.SIZE //p'; }
says_size() { local got; got=$(ehlo); [ "$got" = "$1" ] || { echo "$got"; return 1; }; }
ok "and the running Postfix says so" soon says_size 31457280
ok "nobody has to confirm it" bash -c "! \"$POSTROOM\" status --host mail1 | grep -q waiting"
status 0 "what is so already is told" s set message-size=31457280 --host mail1 --yes
said "and not written" "it is so already"
status 0 "undo takes it back" "$POSTROOM" undo --yes
same "to what it was" 10240000 "$(postfix_has message_size_limit)"
same "byte for byte" "$before" "$(sha256sum <"$LAB_POSTFIX_CONF/main.cf")"

status 0 "what can turn mail away waits" s set process-limit=60 --host mail1 --yes
said "and says so" "on trial"
ok "under the timer" soon waits
status 75 "another change has to wait meanwhile" s set process-limit=61 --host mail1 --yes
status 0 "confirmed" "$POSTROOM" confirm --host mail1 --yes
same "it stays" 60 "$(postfix_has default_process_limit)"
status 0 "unset" s unset process-limit --host mail1 --yes
status 0 "rolled back instead of confirmed" "$POSTROOM" rollback --host mail1 --yes
same "the old value runs" 60 "$(postfix_has default_process_limit)"
"$POSTROOM" settings unset process-limit --host mail1 --yes >/dev/null 2>&1
"$POSTROOM" confirm --host mail1 --yes >/dev/null 2>&1
same "and at last the built-in one" 100 "$(postfix_has default_process_limit)"

status 0 "a site's own parameter" s set postfix:story_restrictions=permit --own --host mail1 --yes
status 0 "goes back like any other" "$POSTROOM" rollback --host mail1 --yes

# --- postscreen in front of port 25 ------------------------------------------------------------------------
# A port 25 of our own, at an address of loopback that no other mail system here has.
front=127.$((LAB_SMTP / 250)).$((LAB_SMTP % 250)).7
cp "$LAB_POSTFIX_CONF/master.cf" "$work/master.cf"
status 69 "without a port 25 it is refused" s set postscreen=yes --host mail1 --yes
said "with the reason" "no service at port 25"
printf '%s:25 inet n - n - 20 smtpd\n -o smtpd_client_restrictions=permit_mynetworks\n' "$front" >>"$LAB_POSTFIX_CONF/master.cf"
reload_postfix >/dev/null
greeted() { timeout 20 bash -c "exec 3<>/dev/tcp/$front/25; printf 'QUIT\r\n' >&3; cat <&3" | grep -q '^220'; }
seen() { for i in $(seq 120); do grep -q "postfix/postscreen.*\[$front\]:25" "$(postfix_has maillog_file)" && return; sleep 0.5; done; return 1; }
ok "smtpd greets there" soon greeted
status 0 "postscreen is put in front" s set postscreen=yes --host mail1 --yes
said "with what becomes of smtpd" "smtpd with its limit and its options behind it"
said "its limit and its options" "smtpd pass - - n - 20 smtpd"
ok "it waits" soon waits
same "it is listed" yes "$(column value postscreen)"
ok "somebody greets at port 25" soon greeted
ok "and it is postscreen" seen
status 0 "confirmed" "$POSTROOM" confirm --host mail1 --yes
status 0 "options of port 25 are read at smtpd behind it" s show smtp-login --host mail1
status 0 "put away again" s set postscreen=no --host mail1 --yes
same "smtpd has its line back" "$front:25 inet n - n - 20 smtpd" "$(grep "^$front" "$LAB_POSTFIX_CONF/master.cf")"
status 0 "which goes back too" "$POSTROOM" rollback --host mail1 --yes
status 0 "and away for good" s unset postscreen --host mail1 --yes
status 0 "confirmed as well" "$POSTROOM" confirm --host mail1 --yes
ok "smtpd greets again" soon greeted
cp "$work/master.cf" "$LAB_POSTFIX_CONF/master.cf"
reload_postfix >/dev/null

# --- a login that may not send ------------------------------------------------------------------------------
# SASL through Dovecot on the lab's submission port, and a rule check_sasl_access in main.cf.
refuse=$LAB_POSTFIX_CONF/refused_logins
before=$(sha256sum <"$refuse")
ok "somebody who logs in may send" submitted aschmid1 jan.novak2@example.org "before"
status 0 "a login is refused" s set refused-logins/aschmid1='REJECT Your account sends spam' --host mail1 --yes
ok "by the file that the rule names" grep -qx 'aschmid1 REJECT Your account sends spam' "$refuse"
same "its remark stays" "# logins that may not send" "$(head -1 "$refuse")"
same "the table has it" "REJECT Your account sends spam" "$(postmap -c "$LAB_POSTFIX_CONF" -q aschmid1 "hash:$refuse")"
refused_login() { submit aschmid1 jan.novak2@example.org "after" | grep -F "554 5.7.1 <aschmid1>: SASL login name rejected: Your account sends spam" || { cat "$work/talk"; return 1; }; }
ok "and Postfix refuses at once" soon refused_login
ok "but nobody else" submitted jnovak1 jan.novak2@example.org "another"
ok "nobody has to confirm it" bash -c "! \"$POSTROOM\" status --host mail1 | grep -q waiting"
status 65 "what would let everybody pass is no answer" s set refused-logins/jnovak1='OK yes' --host mail1 --yes
status 0 "undo takes the line out" "$POSTROOM" undo --yes
same "byte for byte" "$before" "$(sha256sum <"$refuse")"
ok "and the login may send again" soon submitted aschmid1 jan.novak2@example.org "again"

# --- the login at a relay --------------------------------------------------------------------------------------
auth=$LAB_POSTFIX_CONF/smtp_auth
secret=s3same:Open-$$
printf '# relays\n[other.example]:587 else:their-own-word\n' >"$auth"
chmod 600 "$auth"
printf '%s\n' "$secret" | s set 'relay-authentication/[mx.isp.example]:587=story' relay-login=yes "relay-password-maps=hash:$auth" \
	--password-stdin --host mail1 --yes --reason relay >"$work/out" 2>&1
same "a login at a relay is set" 0 $?
said "its password is dots" 'story, password new: ********'
ok "under the timer" soon waits
same "the line is there" "[mx.isp.example]:587 story:$secret" "$(tail -1 "$auth")"
same "the others stay" "[other.example]:587 else:their-own-word" "$(sed -n 2p "$auth")"
same "only root reads the file" 600 "$(stat -c %a "$auth")"
same "and its table" 600 "$(stat -c %a "$auth.db")"
same "main.cf is read by all as before" 644 "$(stat -c %a "$LAB_POSTFIX_CONF/main.cf")"
same "Postfix knows it" "story:$secret" "$(postmap -c "$LAB_POSTFIX_CONF" -q '[mx.isp.example]:587' "hash:$auth")"
same "the armed state is only root's" 600 "$(find "$LAB_DIR" -name state.json -path '*guardian*1*' -exec stat -c %a {} +)"
status 0 "it is listed by its name" s list --host mail1 --filter relay-authentication
said "of the relay" "story"
same "never with a password" 0 "$(grep -cF -e "$secret" -e their-own-word "$work/out")"
status 0 "confirmed" "$POSTROOM" confirm --host mail1 --yes
# hidden WORD - in no file of the lab but the file and its table, and in nothing that postroom keeps
hidden() { ! grep -rlF -- "$1" "$LAB_DIR" "${XDG_STATE_HOME:-$HOME/.local/state}" 2>/dev/null | grep -v -e "^$auth\$" -e "^$auth.db\$"; }
ok "then the password is nowhere else" soon hidden "$secret"
ok "the other one neither" soon hidden their-own-word
status 0 "another name keeps the password" s set 'relay-authentication/[mx.isp.example]:587=other' --host mail1 --yes
same "that is there" "[mx.isp.example]:587 other:$secret" "$(tail -1 "$auth")"
status 0 "rolled back" "$POSTROOM" rollback --host mail1 --yes
same "the old line is back" "[mx.isp.example]:587 story:$secret" "$(tail -1 "$auth")"
status 64 "a new relay needs a password" s set relay-authentication/mx2.isp.example=story --host mail1 --yes
status 64 "which is no argument" s set relay-login=no --password-stdin --host mail1 --yes
"$POSTROOM" settings unset relay-login relay-password-maps 'relay-authentication/[mx.isp.example]:587' --host mail1 --yes >/dev/null 2>&1
"$POSTROOM" confirm --host mail1 --yes >/dev/null 2>&1
same "taken out again" "[other.example]:587 else:their-own-word" "$(tail -1 "$auth")"
same "Postfix has no table any more" "" "$(postfix_has smtp_sasl_password_maps)"
rm -f "$auth" "$auth.db"

# --- restarts, the same on all ---------------------------------------------------------------------------------
if [ -d /run/systemd/system ]; then
	skip "restarts" "systemd runs here"
else
	status 69 "without systemd nothing is restarted" s restart dovecot --host mail1 --yes
	said "but what to type is told" "systemctl restart dovecot"
fi
status 64 "only what the table names" s restart sshd --host mail1 --yes
status 69 "main.cf.local is a matter of UCS" s local --host mail1
status 64 "the same on all needs a server to copy from" s same soft-bounce --yes

# --- Dovecot -------------------------------------------------------------------------------------------------
status 0 "a setting of Dovecot" s set names-in-process-list=yes --host mail1 --yes
same "is in our file" "verbose_proctitle = yes" "$(grep verbose "$LAB_DIR/dovecot1/conf.d/99-postroom.conf")"
same "and Dovecot has it" yes "$(dovecot_has verbose_proctitle)"
same "from our file" "$LAB_DIR/dovecot1/conf.d/99-postroom.conf line 2" "$(column from names-in-process-list)"
status 0 "unset again" s unset names-in-process-list --host mail1 --yes
ok "the file is gone" soon test ! -e "$LAB_DIR/dovecot1/conf.d/99-postroom.conf"
status 69 "what another file sets is not unset" s unset connections-per-address --host mail1 --yes
said "but its place is told" "$LAB_DOVECOT1_CONF line"

# --- a server of UCS --------------------------------------------------------------------------------------------
ok "mail1 becomes a server of UCS" bash tests/lab/lab start-ucr --name "$lab"
eval "$(bash tests/lab/lab env --name "$lab")"
export POSTROOM_CONFIG=$LAB_CONFIG_UCS
same "a value comes from UCR" "UCR, normal layer (base.conf line 4)" "$(column from message-size)"
status 0 "a variable is set" s set message-size=30MB --host mail1 --yes
same "by ucr" 31457280 "$("$LAB_UCR" get mail/messagesizelimit)"
same "which made main.cf" 31457280 "$(postfix_has message_size_limit)"
ok "which the running Postfix has" soon says_size 31457280
"$LAB_UCR" set --ldap-policy mail/messagesizelimit=52428800 >/dev/null 2>&1
same "a policy hides it" "UCR, UCR policy layer (base-ldap.conf line 3)" "$(column from message-size)"
status 0 "which is told" s show message-size --host mail1
said "with what is hidden" 'the normal layer says "31457280" (base.conf line 4) and is hidden'
status 77 "what would change nothing is refused" s set message-size=40MB --host mail1 --yes
"$LAB_UCR" unset --ldap-policy mail/messagesizelimit >/dev/null 2>&1
status 0 "undo puts the variable back" "$POSTROOM" undo --yes
same "by ucr" 10240000 "$("$LAB_UCR" get mail/messagesizelimit)"
status 0 "what has no variable goes into main.cf.local" s set alias-expansion-limit=5000 --host mail1 --yes
same "and counts" 5000 "$(postfix_has virtual_alias_expansion_limit)"
same "from there" "$LAB_POSTFIX_CONF/main.cf.local line 1" "$(column from alias-expansion-limit)"
status 0 "what it says is shown" s local --host mail1
said "with what it overrides" virtual_alias_expansion_limit
status 0 "it is set aside" s local aside --host mail1 --yes
same "and counts no more" 1000 "$(postfix_has virtual_alias_expansion_limit)"
ok "its lines stay beside it" grep -q 5000 "$LAB_POSTFIX_CONF/main.cf.local.aside"
status 0 "confirmed" "$POSTROOM" confirm --host mail1 --yes
status 0 "it is put back" s local back --host mail1 --yes
status 0 "confirmed too" "$POSTROOM" confirm --host mail1 --yes
same "and counts again" 5000 "$(postfix_has virtual_alias_expansion_limit)"
status 0 "what another service reads" s set spam-filter=no --host mail1 --dry-run
said "counts after its restart" "Counts only after this, which is an action of its own (postroom settings restart amavis --host mail1): systemctl restart amavis"
status 0 "a limit of Dovecot waits" s set limit-clients=800 --host mail1 --yes
same "while it runs" 800 "$(dovecot_has default_client_limit)"
status 0 "rolled back" "$POSTROOM" rollback --host mail1 --yes
same "ucr made the old one again" 600 "$(dovecot_has default_client_limit)"
printf '[mx.isp.example]:587 user:secret\n' >"$LAB_POSTFIX_CONF/smtp_auth"
chmod 600 "$LAB_POSTFIX_CONF/smtp_auth"
relay=$("$LAB_UCR" get mail/relayhost)
status 0 "another relay" s set relay-host='[mx.isp.example]:587' relay-login=yes --host mail1 --yes
ok "has its login already" bash -c "! grep -q 'begins with exactly' '$work/out'"
ok "its table is made" test -s "$LAB_POSTFIX_CONF/smtp_auth.db"
status 0 "waits and goes back" "$POSTROOM" rollback --host mail1 --yes
same "to the relay before" "$relay" "$(postfix_has relayhost)"
rm -f "$LAB_POSTFIX_CONF/smtp_auth" "$LAB_POSTFIX_CONF/smtp_auth.db"
status 0 "what nobody has to reload" s set mailbox-rename=yes --host mail1 --yes
same "is there" yes "$("$LAB_UCR" get mail/dovecot/mailbox/rename)"
status 65 "a wrong percentage" s set quota-warning/9=full --host mail1 --yes
status 0 "a right one" s set 'quota-warning/90=Your mailbox is $PERCENT% full.' --host mail1 --yes
same "reaches ucr as it is" 'Your mailbox is $PERCENT% full.' "$("$LAB_UCR" get mail/dovecot/quota/warning/text/90)"
status 0 "is listed by its number" s list --host mail1 --group quota
said "as one of its family" "quota-warning/90"
# Index files beside the mail or on the local disk, and mail on NFS: the same mail is seen with each.
mails() { imap "$indexed" 'SELECT INBOX' | sed -n 's/^2 \* \([0-9]*\) EXISTS$/\1/p'; }
has_index() { find "$LAB_DIR/mail/index1" -name 'dovecot.index*' | grep .; }
indexed=$("$POSTROOM" list user --format csv --columns address,home_server | tr -d '"\r' | awk -F, '$2 ~ /mail1/ && $1 ~ /^[a-z]+[.][a-z]+@example[.]com$/ {print $1; exit}')
ok "somebody has mail" put_in "$indexed" INBOX
seen=$(mails)
status 0 "an index of its own, mail on NFS" s set separate-index=yes nfs-mail=yes --host mail1 --yes
said "built anew at the first visit, which is said before" "Indexes are built anew"
status 0 "confirmed" "$POSTROOM" confirm --host mail1 --yes
same "Dovecot has the one" "maildir:~/Maildir:INDEX=$LAB_DIR/mail/index1/%Ld/%Ln" "$(dovecot_has mail_location)"
same "and the other" yes "$(dovecot_has mail_nfs_storage)"
same "all mail is seen" "$seen" "$(mails)"
ok "by an index that lies there" has_index
status 0 "the index on NFS as well" s set nfs-index=yes --host mail1 --dry-run
said "would have no use" "nfs-index has no use"
ok "mail1 is as it was" bash tests/lab/lab stop-ucr --name "$lab"
same "all mail is seen at the end" "$seen" "$(mails)"
finish
