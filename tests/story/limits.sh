#!/bin/bash
# limits.sh - postroom limits check as a script sees it: the manuals' examples
# with their numbers, what doveconf prints beside it, recorded output, other
# versions, exit statuses; and a server of the private mail system.
# Not tested here: random configurations (tests/live/test_limits.c).

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -x /usr/bin/doveconf ] || { skip "limits" "no doveconf"; finish; exit; }

# The files need no configuration of ours.
check() { env -u POSTROOM_CONFIG HOME="$work" XDG_CONFIG_HOME="$work" "$POSTROOM" limits check "$@"; }
# texts KEY - the values of a key in the JSON of the last command, a line each
texts() { sed -n "s/^ *\"$1\": \"\\{0,1\\}\\(.*[^\",]\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$work/out"; }
doveconf_says() { doveconf -n -c "$1" 2>&1 >/dev/null | sed -n 's/^doveconf: Warning: //p'; }

# --- the manuals: 400, then 3000 and 3000, then the numbers that are asked for --------------------
cat >"$work/ucs.conf" <<-'END'
	protocols = imap pop3 lmtp sieve
	!include_try conf.d/*.conf
END
mkdir "$work/conf.d"
defaults() { printf 'default_process_limit = %s\ndefault_client_limit = %s\n' "$1" "$1" >"$work/conf.d/10-limits.conf"; }
counters() { printf 'service auth {\n  client_limit = %s\n}\nservice anvil {\n  client_limit = %s\n}\n' "$1" "$2" >"$work/conf.d/20-counters.conf"; }
defaults 400
counters 2000 1603
check --doveconf "$work/ucs.conf" --fd-limit 65535 --format json >"$work/out"
same "400 everywhere needs 2000 and 1603: no warning of Dovecot's" '[]' "$(texts warnings | tr -d ' ')"
counters 1999 1602
check --doveconf "$work/ucs.conf" --fd-limit 65535 --format json >"$work/out"
same "one less and it asks for 2000 and 1603" "2000 1603" "$(grep -A40 '"warnings"' "$work/out" | sed '/"errors"/,$d' | sed -n 's/.*"required": \([0-9]*\).*/\1/p' | xargs)"

defaults 3000
counters 2000 1603
status 1 "3000 and 3000: Dovecot warns" check --doveconf "$work/ucs.conf" --fd-limit 65535 --format json
sed '/"errors"/,$d' "$work/out" >"$work/warnings"
same "of auth and anvil, by setting" "auth client_limit anvil client_limit" "$(sed -n 's/.*"\(service\|setting\)": "\(.*\)",/\2/p' "$work/warnings" | xargs)"
same "what they are" "2000 1603" "$(sed -n 's/.*"value": \([0-9]*\),/\1/p' "$work/warnings" | xargs)"
same "what they must be" "15000 12003" "$(sed -n 's/.*"required": \([0-9]*\),/\1/p' "$work/warnings" | xargs)"
same "word for word what doveconf prints" "$(doveconf_says "$work/ucs.conf")" "$(sed -n 's/^ *"text": "\(.*\)"$/\1/p' "$work/warnings")"
status 1 "the words of an older one" check --doveconf "$work/ucs.conf" --fd-limit 65535 --format json --dovecot-version 2.3.4
said "have no list" '"text": "service auth { client_limit=2000 } is lower than required under max. load (15000)"'
said "of both" '"text": "service anvil { client_limit=1603 } is lower than required under max. load (12003)"'

counters 15000 12003
status 1 "then the descriptors" check --doveconf "$work/ucs.conf" --fd-limit 2000 --format json
said "word for word" '"text": "fd limit (ulimit -n) is lower than required under max. load (2000 < 15000), because of service auth { client_limit }"'
same "and that alone" 1 "$(sed '/"errors"/,$d' "$work/out" | grep -c '"text"')"

# --- high performance: 1000 x 100 --------------------------------------------------------------------
cat >"$work/fast.conf" <<-'END'
	protocols = imap
	service imap-login {
	  service_count = 0
	  client_limit = 1000
	  process_limit = 100
	}
END
status 1 "1000 x 100 is the login half only" check --doveconf "$work/fast.conf" --fd-limit 2000 --format tsv
said "imap must follow" $'imap\tprocess_limit\t1024\t100000'
said "two descriptors a TLS session" $'imap-login\tfd_limit\t2000\t2020'

# --- another version: what nobody has set is what that one has built in ------------------------------
printf 'protocols = imap lmtp\nservice auth {\n  client_limit = 200\n}\n' >"$work/upgrade.conf"
status 1 "lmtp counts for auth in 2.3" check --doveconf "$work/upgrade.conf" --fd-limit 65535
said "with 100 processes" "(300)"
for option in '' -n -a -S; do
	if [ -n "$option" ]; then doveconf $option -c "$work/upgrade.conf" >"$work/printed" 2>/dev/null; else cp "$work/upgrade.conf" "$work/printed"; fi
	status 1 "2.4.0 counts it too: doveconf $option" check --doveconf "$work/printed" --fd-limit 65535 --dovecot-version 2.4.0 --format json
	said "in its words" "restart_request_count != 1: "
	check --doveconf "$work/printed" --fd-limit 65535 --dovecot-version 2.4.1 --format json >"$work/out"
	same "2.4.1 does not: doveconf $option" '[]' "$(texts warnings | tr -d ' ')"
done

# --- statuses ---------------------------------------------------------------------------------------------
printf 'protocols = imap\nservice stats {\n  client_limit = 200\n}\n' >"$work/fine.conf"
status 0 "notes only end with 0" check --doveconf "$work/fine.conf" --fd-limit 65535
printf 'protocols =\nservice x {\n  process_min_avail = 101\n}\n' >"$work/bad.conf"
status 65 "an error ends with 65" check --doveconf "$work/bad.conf" --format json
said "and is told" '"service(x): process_min_avail is higher than process_limit"'
printf 'nonsense\n' >"$work/odd.conf"
status 65 "also one that only doveconf knows" check --doveconf "$work/odd.conf"
said "with its words" "$(doveconf -n -c "$work/odd.conf" 2>&1 >/dev/null | sed -n '1s/^doveconf: Fatal: //p')"
status 74 "no such file" check --doveconf "$work/gone.conf"
if [ "$(id -u)" = 0 ]; then
	printf 'protocols = imap\n!include secret.conf\n' >"$work/partly.conf"
	install -m 600 /dev/null "$work/secret.conf"
	chmod 755 "$work"
	status 74 "an include that may not be read is no fault of it" setpriv --reuid nobody --clear-groups "$POSTROOM" limits check --doveconf "$work/partly.conf"
	said "and is named" "secret.conf"
fi
status 64 "a limit that is no number" check --doveconf "$work/fine.conf" --fd-limit many
status 64 "a version that is none" check --doveconf "$work/fine.conf" --dovecot-version new
status 64 "a file and a server" check --doveconf "$work/fine.conf" --host mail1
status 64 "no LDIF" check --doveconf "$work/fine.conf" --format ldif
status 64 "no such word" env HOME="$work" "$POSTROOM" limits guess

# --- recorded elsewhere -----------------------------------------------------------------------------------
for option in -n -a -S; do
	doveconf $option -c "$work/ucs.conf" >"$work/recorded" 2>&1
	check --doveconf "$work/ucs.conf" --fd-limit 2000 --format tsv | cut -f 1-6 | sort >"$work/wanted"
	check --doveconf "$work/recorded" --fd-limit 2000 --format tsv | cut -f 1-6 | sort >"$work/got"
	ok "what doveconf $option printed says the same" diff "$work/wanted" "$work/got"
done

# --- a server -----------------------------------------------------------------------------------------------
if [ -n "${POSTROOM_CONFIG:-}" ]; then
	"$POSTROOM" limits check --host mail1 --format json >"$work/out" 2>"$work/err"
	got=$?
	sed '/"findings"/,$d' "$work/out" | sed -n 's/^ *"text": "\(.*\)"$/\1/p' >"$work/got"
	doveconf_says "$LAB_DOVECOT1_CONF" >"$work/wanted"
	ok "mail1: what its doveconf says" diff "$work/wanted" "$work/got"
	[ "$got" -le 1 ] && say_ok "mail1: its status" || say_not "mail1: its status" <"$work/err"
	grep -q descriptors-unknown "$work/out" && say_not "mail1: its open-files limit is known" <"$work/out" || say_ok "mail1: its open-files limit is known"
	status 64 "which of several" "$POSTROOM" limits check
	said "is asked" "mail1, mail2"
	status 64 "no such server" "$POSTROOM" limits check --host nobody
	status 69 "the API has no configuration" "$POSTROOM" limits check --host mail2
	status 69 "a plan for all names the one that cannot be asked" "$POSTROOM" limits plan --connections 200 --host all --format json
	said "with its reason" '"error": "mail2: no way'
	said "beside the plan of the other" '"server": "mail1"'
	status 64 "applied is one at a time" "$POSTROOM" limits apply --connections 200 --host all --dry-run
else
	skip "mail1" "no private mail system"
fi
finish
