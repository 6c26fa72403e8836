# repairs_lib.sh - what the two stories of repairs share: a person of their own,
# servers that are away, sessions that stay open, mail that waits. Sourced.

# mask: a sender that is not theirs; stranger: somebody else.
mask=boss$$@bank.invalid stranger=stranger$$@bank.invalid
who=rep$$ address=rep.story$$@example.com second=rep.second$$@example.com group="Repairs $$" list="Repaired $$"
day=$(date -u -d '+30 days' +%Y-%m-%d)

pr() { case " $* " in *" --dry-run "*) answered "$POSTROOM" --config "$work/up.conf" "$@" ;; *) "$POSTROOM" --config "$work/up.conf" "$@" </dev/null ;; esac; }
pr_with() { local which=$1; shift; "$POSTROOM" --config "$work/$which.conf" "$@" </dev/null; }
# pr_typed FILE WORDS... - the password is typed at the terminal that script gives it
pr_typed() {
	local file=$1 i
	shift
	rm -f "$work/typed"
	{ sleep 1; cat "$file"; echo; for ((i = 0; i < 300; i++)); do [ -s "$work/typed" ] && break; sleep 0.1; done; } |
		script -qc "$(printf '%q ' "$POSTROOM" --config "$work/up.conf" "$@"); echo \$? >$work/typed" /dev/null
	return "$(cat "$work/typed")"
}

repairs_begin() {
	umask 077
	local i
	mkdir -p -m 700 "$work/state" "$work/guardian3"
	sed "s|^state_dir.*|state_dir = \"$work/state\"|" "$POSTROOM_CONFIG" >"$work/up.conf"
	sed "s|http = \"https*://127.0.0.1:[0-9]*\"|http = \"http://127.0.0.1:1\"|" "$work/up.conf" >"$work/down.conf"
	# A third server that sends: away over ssh, and back it is the one Postfix of the lab under another name.
	{ cat "$work/up.conf"; printf 'server mail3 {\n\tssh = "nobody@127.0.0.1"\n\tssh_port = 1\n\trole = transport\n}\n'; } >"$work/away.conf"
	{ cat "$work/up.conf"; printf 'server mail3 {\n\texec = yes\n\trole = transport\n\tpostfix_config = "%s"\n\tguardian_directory = "%s"\n}\n' \
		"$LAB_POSTFIX_CONF" "$work/guardian3"; } >"$work/back.conf"
	for i in 1 2 3; do printf 'Repair-canary-%s-%s' "$i" "$$" >"$work/word$i"; done
	printf 'tiny' >"$work/short"
	config=$work/up.conf
	other=$(logins 3)
	other_address=$(address_of "$other")
	# So that the old password would go on counting if nobody emptied the cache.
	cp "$LAB_DOVECOT1_CONF" "$work/dovecot1.conf"
	printf '\nauth_cache_size = 10 M\nauth_cache_ttl = 1 hour\n' >>"$LAB_DOVECOT1_CONF"
	reload_dovecot "$LAB_DOVECOT1_CONF"
	ok "a person" pr add user "$who" given_name=Rep family_name=Story "address=$address" "alternates=$second" home_server=mail1.example.com quota=0 \
		"password=@$work/word1" --yes
	ok "a group" pr add group "$group" --yes
	ok "a list" pr add mailinglist "$list" "address=repaired$$@example.com" "members=$other_address" --yes
}

repairs_forget() {
	local pid
	wake_mail2 2>/dev/null
	for pid in $(jobs -p); do kill "$pid" 2>/dev/null; done
	pr remove user "$who" --yes --confirm "$who" >/dev/null 2>&1
	pr remove group "$group" --yes --confirm "$group" >/dev/null 2>&1
	pr remove mailinglist "$list" --yes --confirm "$list" >/dev/null 2>&1
	if [ -s "$work/dovecot1.conf" ]; then
		cat "$work/dovecot1.conf" >"$LAB_DOVECOT1_CONF"
		reload_dovecot "$LAB_DOVECOT1_CONF"
	fi
	postsuper_own
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$work"
}

# --- what was printed ------------------------------------------------------------------
made_password() { sed -n 's/^Password: //p' "$work/out" | tr -d '\r\n'; }
job_number() { sed -n 's/^Number: //p' "$work/out" | tail -1; }
due_id() { pr due --format csv | sed -n 2p | cut -d, -f1 | tr -d '"\r'; }
none_due() { [ -z "$(due_id)" ] || { pr due; return 1; }; }
some_due() { # within SECONDS
	local i
	for ((i = 0; i < ${1:-1} * 10; i++)); do
		[ -n "$(due_id)" ] && return 0
		sleep 0.1
	done
	echo "nothing is due"
	return 1
}
# one_job NUMBER - steps of two goes stand under it
one_job() { [ "$(pr history --format csv | grep -c ",$1,")" -gt 9 ] || { pr history --format csv; return 1; }; }

# --- logins and sessions ------------------------------------------------------------------
# opens LOGIN FILE - the password opens the mailbox
opens() { soon login "$1" "$2" "$LAB_IMAP1"; }
# refuses LOGIN FILE - it does not, since the server says so
refuses() {
	local status
	login "$1" "$2" "$LAB_IMAP1" >"$work/refused" 2>&1
	status=$?
	[ "$status" = 67 ] || { echo "status $status"; cat "$work/refused"; return 1; }
}
# comes FILE COUNT - one more IMAP session of the person that stays; Dovecot lists so many then
comes() { log_in "$LAB_IMAP1" "$address" "$1" && connected "$LAB_DOVECOT1_CONF" "$address" "$2"; }
left() { connected "$LAB_DOVECOT1_CONF" "$address" "$1"; }
# smtp_stays FILE - a login for sending that has sent one mail and stays open
smtp_stays() {
	local i
	# "Later" is tried again, as mail programs do: Dovecot may just be reloading.
	for i in 1 2 3 4 5; do
		smtp_once "$1" >"$work/smtp.log" && return 0
		kill "$smtp_pid" 2>/dev/null
		sleep 0.5
	done
	cat "$work/smtp.log"
	return 1
}
smtp_once() {
	local plain
	plain=$(printf '\0%s\0%s' "$address" "$(cat "$1")" | base64 -w0)
	rm -f "$work/smtp.in" "$work/smtp.out"
	mkfifo "$work/smtp.in"
	openssl s_client -quiet -starttls smtp -connect "127.0.0.1:$LAB_SUBMISSION" -CAfile "$LAB_CA" <"$work/smtp.in" >"$work/smtp.out" 2>&1 &
	smtp_pid=$!
	exec 7>"$work/smtp.in"
	talk 'EHLO story.example' 250 && talk "AUTH PLAIN $plain" 235 && talk "MAIL FROM:<$address>" 250 && talk "RCPT TO:<$other_address>" 250 &&
		talk DATA 354 && talk $'Subject: open session\r\n\r\nx\r\n.' 'queued as'
}
talk() { # talk WORDS ANSWER - waits until a new line has it
	local i before
	before=$(wc -l <"$work/smtp.out")
	printf '%s\r\n' "$1" >&7
	for ((i = 0; i < 300; i++)); do
		tail -n "+$((before + 1))" "$work/smtp.out" | grep -q -- "$2" && return 0
		sleep 0.1
	done
	cat "$work/smtp.out"
	return 1
}
smtp_is_gone() {
	local i
	for ((i = 0; i < 300; i++)); do
		is_dead "$smtp_pid" >/dev/null && { exec 7>&-; return 0; }
		sleep 0.1
	done
	cat "$work/smtp.out"
	return 1
}
smtp_quits() { talk QUIT 221 && smtp_is_gone; }
stopped() { # within a minute the process stops itself
	local i
	for ((i = 0; i < 600; i++)); do
		grep -q '^State:.T' "/proc/$1/status" 2>/dev/null && return 0
		sleep 0.1
	done
	cat "/proc/$1/status"
	return 1
}
# submit_as LOGIN FILE - a mail as the person; prints the talk
submit_as() {
	local status from=${3:-$address}
	printf 'From: %s\nTo: x@far.invalid\nSubject: submitted\n\nx\n' "$from" >"$work/mail"
	printf 'user = "%s:%s"\n' "$1" "$(cat "$2")" >"$work/login"
	handed --ssl-reqd --cacert "$LAB_CA" -K "$work/login" --mail-from "$from" --mail-rcpt x@far.invalid "smtp://127.0.0.1:$LAB_SUBMISSION"
	status=$?
	cat "$work/talk"
	return $status
}

# --- mail ------------------------------------------------------------------------------------
# lmtp KB [SENDER] - one delivery to the person; prints the last answer
lmtp() {
	local line fd from=${2:-story@partner.test}
	exec {fd}<>"/dev/tcp/127.0.0.1/$LAB_LMTP1" || return 1
	printf 'LHLO story\r\nMAIL FROM:<%s>\r\nRCPT TO:<%s>\r\n' "$from" "$address" >&"$fd"
	while read -r -t 20 line <&"$fd"; do
		case $line in
		*' 2.1.5 '*) break ;;
		5*) echo "$line"; exec {fd}>&-; return 0 ;;
		esac
	done
	printf 'DATA\r\nFrom: <%s>\r\nTo: <%s>\r\nSubject: filled\r\n\r\n' "$from" "$address" >&"$fd"
	head -c $(($1 * 760)) /dev/zero | base64 | sed 's/$/\r/' >&"$fd"
	printf '.\r\nQUIT\r\n' >&"$fd"
	while read -r -t 20 line <&"$fd"; do
		case $line in
		354*|221*) ;;
		*) echo "$line"; break ;;
		esac
	done
	exec {fd}>&-
}
lmtp_says() { lmtp 300 "${2:-story@partner.test}" >"$work/lmtp"; grep -q "^$1" "$work/lmtp" || { cat "$work/lmtp"; return 1; }; }
fill() {
	local i
	for ((i = 0; i < 20; i++)); do
		lmtp 300 | grep -q '^552' && return 0
	done
	echo "never full"
	return 1
}
# mailed_by_other SUBJECT - the colleague writes to the person
mailed_by_other() {
	printf 'From: %s\nTo: %s\nSubject: %s\n\nx\n' "$other_address" "$address" "$1" >"$work/mail"
	handed --mail-from "$other_address" --mail-rcpt "$address" "smtp://127.0.0.1:$LAB_SMTP" || { cat "$work/talk"; return 1; }
}
# queued N [LOGIN SENDER FILE] - N mails of the person, or of another login, wait for a partner whose server is away
queued() {
	local i from=${3:-$address}
	for ((i = 0; i < $1; i++)); do submit_as "${2:-$address}" "${4:-$work/word3}" "$from" >"$work/queued" || { grep '^[<>]' "$work/queued" | tail -12; return 1; }; done
	for ((i = 0; i < 200; i++)); do
		[ "$(waiting deferred "$from")" = "$1" ] && return 0
		sleep 0.2
	done
	postqueue -c "$LAB_POSTFIX_CONF" -p
	return 1
}
waiting() { postqueue -c "$LAB_POSTFIX_CONF" -j | grep -F "\"sender\": \"${2:-$address}\"" | grep -cE "\"queue_name\": \"$1\""; }
on_hold() { [ "$(waiting hold "${2:-}")" = "$1" ] || { postqueue -c "$LAB_POSTFIX_CONF" -p; return 1; }; }
postsuper_own() {
	postqueue -c "$LAB_POSTFIX_CONF" -j 2>/dev/null | grep -F -e "\"sender\": \"$address\"" -e "\"sender\": \"$mask\"" -e "\"sender\": \"$stranger\"" | sed 's/.*"queue_id": "\([^"]*\)".*/\1/' |
		postsuper -c "$LAB_POSTFIX_CONF" -d - >/dev/null 2>&1
}
refused_in_table() { postmap -c "$LAB_POSTFIX_CONF" -q "$1" "hash:$LAB_POSTFIX_CONF/refused_logins" | grep -q REJECT; }
not_refused_in_table() { ! refused_in_table "$address" && ! refused_in_table "$who"; }

# --- sieve, access ------------------------------------------------------------------------------
put_filter() {
	echo 'keep;' | doveadm -c "$LAB_DOVECOT1_CONF" sieve put -u "$address" -a thief
}
filter_is() { [ "$(doveadm -c "$LAB_DOVECOT1_CONF" sieve list -u "$address" | sed -n 's/ *ACTIVE *$//p')" = "$1" ] || { doveadm -c "$LAB_DOVECOT1_CONF" sieve list -u "$address"; return 1; }; }
has_right() { doveadm -c "$LAB_DOVECOT1_CONF" acl get -u "$address" INBOX | grep -F "user=$1" | grep -q "$2" || { doveadm -c "$LAB_DOVECOT1_CONF" acl get -u "$address" INBOX; return 1; }; }
has_no_right() { ! has_right "$1" . >"$work/rights" 2>&1; }
sees_shared() { imap "$other" "GETACL INBOX" 'LIST "" "*"' >"$work/imap"; grep -qi "$address" "$work/imap" || { cat "$work/imap"; return 1; }; }

# --- the directory ---------------------------------------------------------------------------------
no_value() { ! ldapvalue "(uid=$who)" "$1" ''; }
no_mark() { ! ldapvalue "(uid=$who)" pwdReset TRUE; }
not_in() { ! ldapvalue "$1" "$2" "$who" && ! ldapvalue "$1" "$2" "$second" && ! ldapvalue "$1" "$2" "$address"; }

# --- a server that gives no answer -----------------------------------------------------------------------
halt_mail2() { local pid; pid=$(cat "$LAB_DIR/dovecot2/run/master.pid" 2>/dev/null || cat "$LAB_DIR/pids/dovecot2"); kill -STOP "$pid" $(pgrep -P "$pid"); mail2_halted=$pid; }
wake_mail2() { [ -z "${mail2_halted:-}" ] || { kill -CONT "$mail2_halted" $(pgrep -P "$mail2_halted"); mail2_halted=; soon doveadm -c "$LAB_DOVECOT2_CONF" service status >/dev/null; }; }

# secrets - every password of the story, and what the directory and doveadm ask of postroom, one a line
secrets() {
	local file
	for file in "$work"/word? "$LAB_ADMIN_SECRET" "$LAB_DOVEADM_KEY_FILE"; do cat "$file"; echo; done | grep .
}
# Programs of Dovecot hand its own settings, doveadm_password among them, to themselves in the environment.
not_in_trace() {
	secrets >"$work/secrets"
	! grep -v DOVECONF_ENV=1 "$work/trace" | grep -nF -f "$work/secrets" && ! grep -nF -f <(secrets | grep -vxF -f "$LAB_DOVEADM_KEY_FILE") "$work/trace"
}
# Not in what postroom keeps, not in what mail servers and directory log.
no_secret() { secrets >"$work/secrets"; ! grep -rlF -f "$work/secrets" "$work/state" "$LAB_DIR/log" "$LAB_DIR/guardian1" "$work/guardian3"; }

# quota_is KB - what Dovecot has as the limit
quota_is() { doveadm -c "$LAB_DOVECOT1_CONF" quota get -u "$address" | grep -E "STORAGE.*$1"; }

# --- at the keyboard ----------------------------------------------------------------------------
# open_person CONFIGURATION - the console on the person's page
open_person() {
	close_console
	console 100 40 --config "$work/$1.conf"
	shows 'list complete' && keys / && shows 'Find' && type_slowly "$who" && shows 'Users - 1 of' && keys Enter && shows 'What is wrong|Quota' && pause
}
review() { keys C-g && shows 'Nothing is written yet' && shows '< Apply >'; }
# apply - to the button Apply, wherever the focus is, and Enter until it is taken
apply() {
	local i
	for ((i = 0; i < 5; i++)); do
		sleep 0.4
		tab_to 'Enter APPLY' || return 1
		keys Enter
		gone 'Enter APPLY' 3 >/dev/null && return 0
	done
	screen
	return 1
}
scrollback() { tmux -L "$socket" capture-pane -p -S - 2>/dev/null; }
over() { shows "$1"; }
