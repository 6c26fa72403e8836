# helpers.sh - the small programs that Postfix and Dovecot of the lab run; sourced.
#
# They stand in $DIR/helpers, as the tree may lie where the mail user cannot
# read, with a copy of the password that the mail servers search with.

helpers_place() {
	local d=$DIR/helpers
	mkdir -p -m 755 "$d"
	# Renamed into place: a program that runs keeps what it reads.
	local f
	for f in "$HERE"/helpers/*; do
		cp "$f" "$d/.new" && chmod 755 "$d/.new" && mv "$d/.new" "$d/${f##*/}"
	done
	{ printf 'URI=%q\n' "$(ldapi_uri)"
	printf 'BASE=%q\n' "$BASE"
	printf 'BIND_DN=%q\n' "cn=mailserver,cn=services,$BASE"
	printf 'SECRET=%q\n' "$d/secret"; } >"$d/.new" && chmod 644 "$d/.new" && mv "$d/.new" "$d/settings"
	( umask 077; cat "$DIR/secrets/mailserver" >"$d/.new" )
	[ "$(id -u)" != 0 ] || chown mail "$d/.new"
	mv "$d/.new" "$d/secret"
}
