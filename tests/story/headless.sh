#!/bin/bash
# headless.sh - what an administrator does from a script: find, show, change,
# take back, in every form, with the exit statuses that scripts rely on.
# Runs against the private mail system (lab env). Not tested here: the console,
# and what the mail servers make of it (their own stories).

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "headless" "no private mail system"; finish; exit; }

# A history of this story's own, and the configurations of the three roles on it.
for role in admin helpdesk monitor; do
	case $role in
	admin) from=$POSTROOM_CONFIG ;;
	helpdesk) from=$LAB_CONFIG_HELPDESK ;;
	monitor) from=$LAB_CONFIG_MONITOR ;;
	esac
	mkdir -p -m 700 "$work/state"
	sed "s|^state_dir.*|state_dir = \"$work/state\"|" "$from" >"$work/$role.conf"
	chmod 600 "$work/$role.conf"
done
export POSTROOM_CONFIG=$work/admin.conf
helpdesk() { "$POSTROOM" --config "$work/helpdesk.conf" "$@"; }
monitor() { "$POSTROOM" --config "$work/monitor.conf" "$@"; }
login=story$$ domain=story$$.example
# A dry run beside the running server: nothing is opened but its configuration.
slapadd_reads() { slapadd -u -f "$LAB_DIR/slapd/slapd.conf" -b "$LAB_BASE" -l "$1"; }

# --- reading -----------------------------------------------------------------------
status 0 "a list" "$POSTROOM" list user
said "a list shows people" "anna.schmid@example.com"
status 0 "a filter of two fragments in any order" "$POSTROOM" list user --filter "schmid ann" --format csv --columns login,address
said "the filter finds her" "aschmid1,anna.schmid@example.com"
[ "$(wc -l <"$work/out")" -le 12 ] && say_ok "and few others" || say_not "and few others" <"$work/out"
status 0 "a filter that finds nobody" "$POSTROOM" list user --filter "nobody$$"
said "says so" "No user matches \"nobody$$\"."
status 0 "a part of a list" "$POSTROOM" list user --limit 2 --columns login --format csv
said "says that there is more" "The first 2 are shown"
status 0 "a domain as it is read" "$POSTROOM" show domain "müller.example" --format csv
said "has its xn-- form" "xn--mller-kva.example"
status 0 "a list as JSON" "$POSTROOM" list user --filter aschmid1 --format json
said "JSON keys are field names" '"login":"aschmid1"'
said "JSON sizes are bytes" '"quota":1073741824'
status 0 "one person as JSON" "$POSTROOM" show user anna.schmid@example.com --format json
said "found by address" '"login": "aschmid1"'
status 0 "one person as LDIF" "$POSTROOM" show user aschmid1 --format ldif
said "LDIF has the attributes of the directory" "mailPrimaryAddress: anna.schmid@example.com"
"$POSTROOM" list user --format ldif >"$work/people.ldif" 2>/dev/null
ok "a list of everybody as LDIF is what slapadd reads" slapadd_reads "$work/people.ldif"
status 0 "and what ldapadd reads" ldapadd -n -x -H "$LAB_URI" -f "$work/people.ldif"
[ "$(grep -c '^dn:' "$work/people.ldif")" -eq "$("$POSTROOM" list user --format tsv --columns login | tail -n +2 | wc -l)" ] && say_ok "all of them" || say_not "all of them" </dev/null
grep -qi '^userPassword' "$work/people.ldif" && say_not "and no password" </dev/null || say_ok "and no password"
status 64 "aliases are no entries" "$POSTROOM" list alias --format ldif
status 0 "ASCII only" "$POSTROOM" --ascii list domain
said "letters are told by their number" "m<U+00FC>ller.example (xn--mller-kva.example)"
status 0 "the history as a screen" "$POSTROOM" screen history
# Every section there is: the refusal of another one names them.
status 64 "no screen of a section that is none" "$POSTROOM" screen nonsense
for section in $(sed -n 's/.*there are //; s/,//gp' "$work/out"); do
	status 0 "the section $section as a screen" "$POSTROOM" screen "$section" --size 100x30
done
grep -q ' log$' "$work/out" && say_ok "waits for what others did" || say_not "waits for what others did" <"$work/out"
status 0 "domains as TSV" "$POSTROOM" list domain --format tsv --columns name
said "a domain" "example.com"
status 0 "the list of everybody, hostile names too" "$POSTROOM" list user
if LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' "$work/out"; then say_not "no control byte reaches the output" <"$work/out"; else say_ok "no control byte reaches the output"; fi
status 0 "what the doctor says" "$POSTROOM" doctor
said "the doctor looked at the directory" "unique overlay"
if [ -n "${LAB_SMTP:-}" ]; then
	said "asked the server that runs here" "Postfix answers here"
	said "and the one over its API" "Dovecot answers over its API"
	said "and said what has no way" "mail2: no way for load"
fi

# --- mistakes ------------------------------------------------------------------------
status 64 "no such option" "$POSTROOM" list user --nonsense
status 64 "no such kind" "$POSTROOM" list elephants
status 65 "no such person" "$POSTROOM" show user nobody-$$
status 69 "nobody answers" timeout 30 "$POSTROOM" --uri ldap://127.0.0.1:1 list user
status 65 "a value that is wrong" "$POSTROOM" set user aschmid1 quota=lots --yes
said "the sentence names field and value" 'Quota: "lots"'
status 64 "a field that is not there" "$POSTROOM" set user aschmid1 quotta=1GB --yes
status 64 "without a terminal and without --yes nothing is done" "$POSTROOM" set user aschmid1 quota=3GB
status 0 "a dry run" "$POSTROOM" set user aschmid1 quota=3GB --dry-run
said "the review names old and new" "1 GB -> 3 GB"
said "and the attribute lines" "replace univentionMailUserQuota: 1024 -> 3072"
status 0 "a dry run as LDIF" "$POSTROOM" set user aschmid1 quota=3GB --dry-run --format ldif
said "LDIF as ldapmodify takes it" "changetype: modify"
status 0 "nothing was written by all this" "$POSTROOM" list user --filter aschmid1 --format csv --columns quota
said "the quota is as before" "1073741824"

# --- a domain and a person --------------------------------------------------------------
status 0 "a new domain" "$POSTROOM" add domain "$domain" --yes --reason "ticket 1"
status 0 "a new person" "$POSTROOM" add user "$login" family_name=Story given_name=Sam "address=$login@$domain" quota=500MB home_server=mail1.example.com --yes
status 65 "an address that is taken" "$POSTROOM" add user "$login-2" family_name=Story "address=$login@$domain" --yes
status 0 "quota in words" "$POSTROOM" set user "$login" quota=2GB --yes --reason "ticket 4711" --format json
said "applied" '"outcome": "applied"'
id=$(sed -n 's/^ *"id": "\(.*\)",*$/\1/p' "$work/out" | head -1)
status 0 "two more addresses" "$POSTROOM" set user "$login" "alternates+=a$login@$domain" "alternates+=b$login@$domain" --yes
status 0 "one of them goes" "$POSTROOM" set user "$login" "alternates-=a$login@$domain" --yes
status 0 "it is there" "$POSTROOM" show user "$login" --format json
said "the quota in bytes" '"quota": 2147483648'
said "one alternate" "b$login@$domain"
grep -qF "a$login@$domain" "$work/out" && say_not "and only one" <"$work/out" || say_ok "and only one"
status 0 "the history" "$POSTROOM" history --format json
said "the history keeps the reason" '"reason":"ticket 4711"'
said "and the id" "\"id\":\"$id\""
status 0 "taking the quota back" "$POSTROOM" undo "$id" --yes
status 0 "it is back" "$POSTROOM" list user --filter "$login" --format csv --columns quota
said "500 MB" "524288000"
status 75 "a second time is a conflict" "$POSTROOM" undo "$id" --yes

# --- roles -----------------------------------------------------------------------------------
status 0 "helpdesk changes a quota" helpdesk set user "$login" quota=600MB --yes
status 77 "helpdesk moves nobody" helpdesk set user "$login" home_server=mail2.example.com --yes
status 77 "helpdesk deletes nobody" helpdesk remove user "$login" --yes --confirm "$login"
status 77 "a role is only lowered" helpdesk --role admin list user
status 77 "monitor writes nothing" monitor set user "$login" quota=700MB --yes
status 0 "monitor reads" monitor list user --filter "$login"
status 77 "--readonly writes nothing" "$POSTROOM" --readonly set user "$login" quota=700MB --yes

# --- renaming, deleting, taking back ------------------------------------------------------------
status 0 "another login" "$POSTROOM" rename user "$login" "$login-b" --yes --confirm "$login"
status 0 "found under it" "$POSTROOM" show user "$login-b"
status 0 "and back" "$POSTROOM" undo --yes --confirm "$login-b"
status 65 "deleting needs the name" "$POSTROOM" remove user "$login" --yes
said "and says which option gives it" "give --confirm $login"
status 0 "still there" "$POSTROOM" show user "$login"
status 77 "a domain in use stays" "$POSTROOM" remove domain "$domain" --yes --confirm "$domain"
status 0 "deleted by name" "$POSTROOM" remove user "$login" --yes --confirm "$login"
status 65 "gone" "$POSTROOM" show user "$login"
status 0 "taken back" "$POSTROOM" undo --yes --confirm "$login"
status 0 "there again" "$POSTROOM" show user "$login" --format csv
said "with the quota that it had" "629145600"
status 0 "deleted again" "$POSTROOM" remove user "$login" --yes --confirm "$login"
status 0 "now the domain goes" "$POSTROOM" remove domain "$domain" --yes --confirm "$domain"
status 0 "every chain is whole" "$POSTROOM" history --verify
file=$(ls "$work"/state/journal/*.journal | head -1)
printf 'x' | dd of="$file" bs=1 seek=300 conv=notrunc 2>/dev/null
status 74 "a changed byte is found" "$POSTROOM" history --verify
status 69 "and stops writing" "$POSTROOM" set user aschmid1 quota=3GB --yes
if grep -rqF "$(cat "$LAB_ADMIN_SECRET")" "$work/state"; then say_not "no password in the journal" </dev/null; else say_ok "no password in the journal"; fi
finish
