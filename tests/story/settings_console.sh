#!/bin/bash
# settings_console.sh - the section Settings against the real Postfix: found by
# the name that Postfix has for it, edited, reviewed, applied, and taken back.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${LAB_DIR:-}" ] && [ -n "${LAB_POSTFIX_CONF:-}" ] || { skip "settings on the screen" "no private mail system with Postfix"; finish; exit; }

same() { if [ "$2" = "$3" ]; then say_ok "$1"; else { printf 'wanted: %s\ngot: %s\n' "$2" "$3"; screen 2>/dev/null; } | say_not "$1"; fi; }
postfix_has() { postconf -c "$LAB_POSTFIX_CONF" -h "$1"; }

before=$(sha256sum <"$LAB_POSTFIX_CONF/main.cf")
start=settings
console 100 30
ok "every server is read" shows 'maximum message size +9\.8 MB' 30
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
ok "a rule between settings is told" shows 'must not be below message-size' 30
same "and nothing was written" 10240000 "$(postfix_has message_size_limit)"
pause; keys C-u; type_slowly '30 MB'
ok "how it is understood" shows '30 MB \(31,457,280 bytes\)'
pause; keys Enter
ok "the review" shows 'nothing is written yet' 30
ok "tells before and after" shows 'message-size = 31457280'
press_apply
for i in $(seq 60); do [ "$(postfix_has message_size_limit)" = 31457280 ] && break; sleep 0.5; done
same "the real Postfix has it" 31457280 "$(postfix_has message_size_limit)"
ok "and the screen shows it" shows '> mail1 +30 MB' 30
pause; keys u
ok "the review of taking it back" shows 'message-size = 10240000|Put the former' 30
press_apply
for i in $(seq 60); do [ "$(postfix_has message_size_limit)" = 10240000 ] && break; sleep 0.5; done
same "taken back" 10240000 "$(postfix_has message_size_limit)"
same "byte for byte" "$before" "$(sha256sum <"$LAB_POSTFIX_CONF/main.cf")"
close_console

finish
