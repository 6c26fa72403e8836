#!/bin/bash
# boot.sh - the shipped unit: that systemd can read it and starts it before Dovecot
# and Postfix; and, with make check-full, in machines that boot: systemd as process
# 1 over a copy-on-write view of this one, whose power is cut while a change waits
# to be confirmed. Needs root, overlayfs, a cgroup of its own and Debian's units of
# Dovecot there; nothing of this machine is written or reached.
# Not tested here: what a disk loses that had not written yet.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
unit=packaging/systemd/postroom-guardian.service

# --- what systemd reads ------------------------------------------------------------
verified() {
	install -m 755 "$POSTROOM" "$work/postroom"
	sed -e "s|/usr/local/bin/postroom|$work/postroom|" -e '/^Documentation=/d' "$unit" >"$work/postroom-guardian.service"
	systemd-analyze verify --man=no "$work/postroom-guardian.service" >"$work/said" 2>&1 && ! grep -F postroom-guardian "$work/said"
}
if command -v systemd-analyze >/dev/null; then
	ok "systemd reads the unit" verified
else
	skip "systemd reads the unit" "no systemd"
fi

# --- a machine that boots ----------------------------------------------------------------
base=/var/tmp/postroom-boot-$$ root=$base/root init= holder=
group=$(awk '$3 == "cgroup2" {print $2; exit}' /proc/mounts)/postroom-boot-$$
cut_power() { [ -z "$init" ] || { kill -9 "$init"; soon is_dead "$init"; } 2>/dev/null; init=; }
cleared() {
	cut_power
	[ -z "$holder" ] || { kill "$holder"; wait "$holder"; } 2>/dev/null
	[ ! -d "$group" ] || soon find "$group" -depth -type d -exec rmdir {} +
	rmdir "$root" "$base/over"
	rm -rf "$base"
} >/dev/null 2>&1
outside() { nsenter -t "$holder" -m "$@"; }
inside() { nsenter -t "$init" -a env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }

# Holds the disk from one boot to the next: what is written lies in memory, above what this machine has.
disk() {
	mkdir -p "$root" "$base/over" && : >"$base/console" || return 1
	unshare -m --propagation private sh -c 'mount -t tmpfs -o size=512m tmpfs "$1/over" && mkdir "$1/over/up" "$1/over/work" &&
		mount -t overlay overlay -o "lowerdir=/,upperdir=$1/over/up,workdir=$1/over/work" "$1/root" && touch "$1/held" && exec sleep 3600' - "$base" \
		</dev/null >"$work/disk" 2>&1 &
	holder=$!
	soon test -e "$base/held"
}
# Nothing of this machine starts but what is asked for, and nothing that would touch its kernel.
furnish() {
	local r=$root one
	rm -rf "$r"/etc/systemd/system/* "$r"/etc/rc?.d/* "$r"/etc/dovecot/conf.d/* "$r"/var/lib/postroom
	: >"$r/etc/fstab"
	mkdir "$r/etc/systemd/system/multi-user.target.wants"
	ln -s /lib/systemd/system/dovecot.service "$r/etc/systemd/system/multi-user.target.wants/"
	for one in systemd-udevd.service systemd-udev-trigger.service systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-sysctl.service \
		systemd-modules-load.service systemd-timesyncd.service systemd-pstore.service dev-hugepages.mount dev-mqueue.mount \
		sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount getty.target; do
		ln -s /dev/null "$r/etc/systemd/system/$one"
	done
	printf '%s\n' 'protocols = imap' 'ssl = no' 'listen = 127.0.0.1' 'log_path = /var/log/dovecot.log' 'passdb {' 'driver = static' 'args = password=test' '}' \
		'userdb {' 'driver = static' 'args = uid=mail gid=mail home=/var/mail/%u' '}' '!include conf.d/*.conf' >"$r/etc/dovecot/dovecot.conf"
	limits 20 20 >"$r/etc/dovecot/conf.d/50-site.conf"
	install -m 755 "$POSTROOM" "$r/usr/local/bin/postroom"
	install -m 644 "$unit" "$r/etc/systemd/system/"
	mkdir -p "$r/usr/local/share/postroom/profiles" "$r/etc/postroom"
	install -m 644 src/directory/profiles/*.profile "$r/usr/local/share/postroom/profiles/"
	printf '%s\n' 'directory {' 'uri = { "ldap://127.0.0.1" }' 'base = "dc=example,dc=com"' 'bind = anonymous' 'profile = "ucs"' '}' 'role = admin' \
		'server mail1 {' 'exec = yes' 'role = mailbox' 'address = "127.0.0.1"' 'ports = { "imap 143" }' '}' >"$r/etc/postroom/postroom.conf"
	chmod 600 "$r/etc/postroom/postroom.conf"
}
limits() { printf 'service imap-login {\n  process_limit = %s\n}\nservice imap {\n  process_limit = %s\n}\n' "$1" "$2"; }
# Process 1 to be, in namespaces of its own: the file systems of a machine, and away from this one's.
first_steps() {
	local r=$1 one
	mount --make-rprivate / && mount -t proc proc "$r/proc" && mount --bind "$r/proc/sys" "$r/proc/sys" && mount -o remount,bind,ro "$r/proc/sys" || exit 1
	mount -t sysfs -o ro sysfs "$r/sys" && mount -t cgroup2 cgroup2 "$r/sys/fs/cgroup" && mount -t tmpfs -o mode=755 tmpfs "$r/dev" || exit 1
	mkdir "$r/dev/pts" "$r/dev/shm"
	for one in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "$r/dev/${one%:*}" c 1 "${one#*:}"; done
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$r/dev/pts"
	ln -s pts/ptmx "$r/dev/ptmx"
	ln -s /proc/self/fd "$r/dev/fd"
	touch "$r/dev/console"
	mount --bind "${r%/root}/console" "$r/dev/console" && mount -t tmpfs -o mode=755 tmpfs "$r/run" && mount -t tmpfs tmpfs "$r/tmp" || exit 1
	ip link set lo up
	hostname boot-test
	cd "$r" && mkdir -p mnt/before && pivot_root . mnt/before && cd / && umount -l /mnt/before || exit 1
	one=-sys_module,-sys_time,-sys_rawio,-syslog,-mknod
	exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin setpriv --bounding-set "$one" --inh-caps "$one" \
		/lib/systemd/systemd --system --log-target=console systemd.unified_cgroup_hierarchy=1
}
# boot - false where no systemd comes up within a minute
boot() {
	local outer i state=
	mkdir -p "$group" || return 1
	(
		echo "$BASHPID" >"$group/cgroup.procs" || exit 1
		exec nsenter -t "$holder" -m unshare --pid --fork --kill-child --uts --ipc --net --cgroup --mount \
			bash -c "$(declare -f first_steps); first_steps $root"
	) </dev/null >"$work/boot" 2>&1 &
	outer=$!
	disown "$outer"
	for ((i = 0; i < 300; i++)); do
		init=$(pgrep -P "$outer" | head -1)
		[ -z "$init" ] || state=$(inside systemctl is-system-running 2>/dev/null)
		case $state in running | degraded) return 0 ;; esac
		is_dead "$outer" >/dev/null && break
		sleep 0.2
	done
	cat "$work/boot" "$base/console"
	return 1
}

# --- what runs there -----------------------------------------------------------------------
limits_are() {
	local got
	got=$(inside doveadm -f tab service status | awk -F'\t' '$1 == "imap-login" || $1 == "imap" {print $4}' | xargs)
	[ "$got" = "$1 $1" ] || { echo "imap, imap-login: $got"; return 1; }
}
files_are() { local got; got=$(inside ls -A /etc/dovecot/conf.d | xargs); [ "$got" = "$1" ] || { echo "$got"; return 1; }; }
# One file is replaced and one is new, so that half of it would show.
change() {
	local json
	json=$(printf '{"id":"%s","who":"story","sentence":"a test","noun":"limits","service":"dovecot","confirm_s":3600,"wanted":["imap-login/process_limit","60",
		"imap/process_limit","60"],"files":[{"path":"/etc/dovecot/conf.d/50-site.conf","bytes":"%s","seen":"%s"},
		{"path":"/etc/dovecot/conf.d/60-more.conf","bytes":"%s","new":true}]}' "$1" "$(limits 60 20 | sed 's/$/\\n/' | tr -d '\n')" \
		"$(limits 20 20 | sed 's/$/\\n/' | tr -d '\n')" 'service imap {\n  process_limit = 60\n}\n')
	inside postroom guardian apply <<<"$json" | grep -F '"waiting"'
}
before_dovecot() {
	local done_at started
	done_at=$(inside systemctl show -p ExecMainExitTimestampMonotonic --value postroom-guardian)
	started=$(inside systemctl show -p ExecMainStartTimestampMonotonic --value dovecot)
	[ "$done_at" -gt 0 ] && [ "$done_at" -lt "$started" ] || { echo "put back at $done_at, Dovecot started at $started"; return 1; }
}
restarted() {
	local before after
	before=$(inside systemctl show -p MainPID --value dovecot)
	inside postroom settings restart dovecot --host mail1 --yes || return 1
	after=$(inside systemctl show -p MainPID --value dovecot)
	[ "$after" -gt 0 ] && [ "$after" != "$before" ] && inside systemctl is-active dovecot
}
comes_back() {
	ok "$1: it boots again" boot
	ok "$1: the old values run" limits_are 20
	ok "$1: and only the old files are there" files_are 50-site.conf
}

if [ "${POSTROOM_FULL:-0}" != 1 ]; then
	skip "a machine that boots" "make check-full does it"
elif [ "$(id -u)" != 0 ] || [ ! -x /lib/systemd/systemd ] || [ ! -e /lib/systemd/system/dovecot.service ]; then
	skip "a machine that boots" "not root, no systemd or no unit of Dovecot's"
elif trap 'cleared; rm -rf "$work"' EXIT; ! disk; then
	skip "a machine that boots" "no overlay: $(tail -1 "$work/disk")"
elif ! { outside bash -c "cd '$PWD' && root=$root unit=$unit POSTROOM=$POSTROOM; $(declare -f furnish limits); furnish" && boot; } >"$work/no" 2>&1; then
	skip "a machine that boots" "$(tail -1 "$work/no")"
else
	ok "a machine boots with Dovecot" limits_are 20
	ok "the unit is enabled there" inside systemctl enable postroom-guardian
	ok "Dovecot and Postfix come after it" grep -cE 'Before=.*dovecot.service.*postfix' <(inside systemctl show -p Before postroom-guardian)
	ok "a restart asked for is done by systemd" restarted
	ok "a change waits" change first
	ok "its values run" limits_are 60
	cut_power
	comes_back "power cut"
	ok "power cut: before Dovecot started" before_dovecot
	ok "the same again" change second
	# An orderly one: what systemd does at Ctrl-Alt-Delete.
	inside kill -s RTMIN+5 1
	soon is_dead "$init"
	comes_back "reboot"
	ok "once more" change third
	ok "confirmed" inside postroom guardian confirm third
	cut_power
	ok "a confirmed one: it boots" boot
	ok "and has stayed" limits_are 60
	inside bash -c "$(declare -f limits); rm /etc/dovecot/conf.d/*; limits 20 20 >/etc/dovecot/conf.d/50-site.conf; systemctl restart dovecot"
	ok "without the unit" inside systemctl disable postroom-guardian
	ok "a change waits here too" change fourth
	cut_power
	ok "it boots" boot
	ok "and runs with what nobody has confirmed" limits_are 60
	ok "until somebody asks" inside postroom guardian status
	ok "then it goes back" limits_are 20
fi
finish
