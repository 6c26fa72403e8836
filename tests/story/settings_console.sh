#!/bin/bash
# settings_console.sh - the section Settings against the real Postfix: found by
# the name that Postfix has for it, edited, reviewed, applied, and taken back.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${LAB_DIR:-}" ] && [ -n "${LAB_POSTFIX_CONF:-}" ] || { skip "settings on the screen" "no private mail system with Postfix"; finish; exit; }

postfix_has() { postconf -c "$LAB_POSTFIX_CONF" -h "$1"; }

before=$(sha256sum <"$LAB_POSTFIX_CONF/main.cf")
start=settings
console 100 30
ok "every server is read" shows 'maximum message size +9\.8 MB'
pause; keys /; type_slowly message_size
ok "found by Postfix' name for it" shows 'Settings - .*1 of '
ok "with its origin" shows 'mail1: built-in value'
pause; keys Enter
ok "one setting on all servers" shows 'On the servers'
ok "what must follow" shows 'Postfix reload'
pause; keys Enter
ok "a new value is asked for" shows 'maximum message size - mail1 - change'
pause; keys C-u; type_slowly many
ok "a wrong value is told while it is typed" shows 'is not possible'
pause; keys C-u; type_slowly '100 MB'
pause; keys Enter
ok "a rule between settings is told" shows 'must not be below message-size'
same "and nothing was written" 10240000 "$(postfix_has message_size_limit)"
pause; keys C-u; type_slowly '30 MB'
ok "how it is understood" shows '30 MB \(31,457,280 bytes\)'
pause; keys Enter
ok "the review" shows 'nothing is written yet'
ok "tells before and after" shows 'message-size +10240000 \(9\.8 MB\) -> 31457280 \(30 MB\)'
press_apply
for i in $(seq 60); do [ "$(postfix_has message_size_limit)" = 31457280 ] && break; sleep 0.5; done
same "the real Postfix has it" 31457280 "$(postfix_has message_size_limit)"
ok "and the screen shows it" shows '> mail1 +30 MB'
pause; keys u
ok "the review of taking it back" shows 'message-size +31457280 \(30 MB\) -> |Put the former'
press_apply
for i in $(seq 60); do [ "$(postfix_has message_size_limit)" = 10240000 ] && break; sleep 0.5; done
same "taken back" 10240000 "$(postfix_has message_size_limit)"
same "byte for byte" "$before" "$(sha256sum <"$LAB_POSTFIX_CONF/main.cf")"

# Several settings in one review.
stage() { pause; keys /; pause; keys C-u; type_slowly "$1"; pause; keys Enter; shows 'On the servers'; pause; keys Enter; shows ' - mail1 - change'; }
pause; keys Escape
stage message_size
pause; keys C-u; type_slowly '20 MB'; pause; keys C-g
ok "a new value is staged" shows 'staged: 9\.8 MB -> 20 MB'
pause; keys Escape
ok "and marked in the list" shows 'Settings - 1 staged'
stage soft_bounce
pause; keys Right; pause; keys C-g
ok "another one too" shows 'staged: no -> yes'
pause; keys Escape; pause; keys 2; pause; keys S
ok "moving loses neither" shows 'Settings - 2 staged'
pause; keys C-g
ok "one review of both" shows 'soft-bounce +no -> yes' 60
press_apply
for i in $(seq 60); do [ "$(postfix_has soft_bounce)" = yes ] && break; sleep 0.5; done
same "both are applied at once" "yes 20971520" "$(postfix_has soft_bounce) $(postfix_has message_size_limit)"
ok "and nothing is staged any more" shows '─ Settings - [^2]*$|Settings - [0-9]+ of|Settings - [0-9]+ - '
pause; keys u
ok "taken back together" shows 'message-size'
press_apply
for i in $(seq 60); do [ "$(postfix_has soft_bounce)" = no ] && break; sleep 0.5; done
same "byte for byte too" "$before" "$(sha256sum <"$LAB_POSTFIX_CONF/main.cf")"

# The cache of logins is new after a reload, whatever manuals say of a restart.
close_console
console 100 30
ok "every server is read again" shows 'maximum message size'
stage auth_cache_size
now=$(doveconf -c "$LAB_DOVECOT1_CONF" -h auth_cache_size)
pause; keys C-u; type_slowly '7 MB'; pause; keys Enter
ok "the review tells of the reload" shows 'Dovecot is reloaded' 60
ok "and asks for no restart" eval '! screen | grep -q "Counts only after"'
press_apply
cached() { doveadm -c "$LAB_DOVECOT1_CONF" auth test anna.schmid@example.com "$(cat "$LAB_PEOPLE_SECRET")" >/dev/null 2>&1
	doveadm -c "$LAB_DOVECOT1_CONF" auth cache flush 2>/dev/null | grep -q '^[1-9]'; }
for i in $(seq 120); do cached && break; sleep 0.5; done
ok "then the running Dovecot remembers a login" cached
close_console
"$POSTROOM" rollback --host mail1 --yes >/dev/null 2>&1 || "$POSTROOM" undo --yes >/dev/null 2>&1
same "as before" "$now" "$(doveconf -c "$LAB_DOVECOT1_CONF" -h auth_cache_size)"

finish
