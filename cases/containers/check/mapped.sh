#!/bin/sh
# Inside a container whose root is an ordinary user outside.

. /usr/lib/kit-test/ktap.sh

has_mappings() {
    grep -qx ' *0 *100000 *65536' /proc/self/uid_map || fail "users: $(cat /proc/self/uid_map)"
    grep -qx ' *0 *200000 *65536' /proc/self/gid_map || fail "groups: $(cat /proc/self/gid_map)"
}

is_root_inside() { [ "$(id -u):$(id -g)" = 0:0 ] || fail "$(id)"; }

user_namespace_of_its_own() {
    [ "$(readlink /proc/self/ns/user)" != "$(cat /shared/user)" ] || fail 'its user namespace is the host'"'"'s'
}

is_nobody_outside() {
    [ "$(stat -c %u /shared/user)" = 65534 ] || fail 'root of the host is somebody here'
    ! (echo text >/shared/user) 2>/dev/null || fail 'it writes to files of the host'"'"'s root'
}

capabilities_hold_inside_only() {
    mount -t tmpfs tmpfs /var/empty || fail 'it cannot mount in its own namespace'
    ! (echo 1 >/proc/sys/kernel/sysrq) 2>/dev/null || fail 'it sets what belongs to the host'
}

run_tests has_mappings is_root_inside user_namespace_of_its_own is_nobody_outside capabilities_hold_inside_only
