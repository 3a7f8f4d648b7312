#!/bin/sh
# Inside a container with all capabilities and a writable root.

. /usr/lib/kit-test/ktap.sh

sees_the_hosts_processes() {
    [ "$shell_pid" -gt 1 ] || fail 'it has a process namespace of its own'
    grep -q kit-test /proc/1/cmdline || grep -q init /proc/1/cmdline || fail 'the first process is not init'
}

# Other containers compare their namespaces with these.
shares_namespaces_of_the_host() {
    for kind in net ipc uts pid user cgroup; do
        [ "$(readlink "/proc/self/ns/$kind")" = "$(readlink "/proc/1/ns/$kind")" ] || fail "its $kind namespace is its own"
        readlink "/proc/1/ns/$kind" >"/shared/$kind" || fail 'the volume cannot be written to'
    done
    readlink /proc/1/ns/mnt >/shared/mnt
    [ "$(readlink /proc/self/ns/mnt)" != "$(cat /shared/mnt)" ] || fail 'its mounts are those of the host'
}

root_is_an_overlay() {
    grep '^overlay / overlay ' /proc/mounts || fail 'the root is no overlay'
    echo text >/file || fail 'the root cannot be written to'
}

tmpfs_is_limited() {
    ! dd if=/dev/zero of=/scratch/file bs=64k count=32 2>/dev/null || fail '2 MiB fit into 1 MiB'
}

can_mount() {
    mkdir -p /mnt
    mount -t tmpfs tmpfs /mnt || fail 'it cannot mount'
    umount /mnt
}

# afterwards.sh looks for it on the host.
mounts_for_the_host() {
    mount -t tmpfs tmpfs /run/mounted || fail 'it cannot mount on a shared bind'
    echo text >/run/mounted/file
}

makes_user_namespaces() {
    [ "$(unshare -U -r id -u)" = 0 ] || fail 'it cannot make a user namespace'
}

pivots_its_root() {
    mkdir -p /new && mount -t tmpfs tmpfs /new && mkdir /new/old || fail 'cannot make a new root'
    unshare -m sh -c 'cd /new && pivot_root . old' || fail 'cannot pivot the root'
    umount /new
}

has_the_device_of_its_own() {
    found=$(stat -c '%t:%T %a' /dev/messages) || fail 'the device is missing'
    [ "$found" = '1:b 640' ] || fail "it is $found"
    (: >/dev/messages) || fail 'it cannot be opened'
}

# Whatever its capabilities: the device group allows the usual devices and those of the configuration.
no_other_devices() {
    mknod /mem c 1 1 2>/dev/null && (: </mem) 2>/dev/null && fail 'the memory of the machine can be opened'
    return 0
}

bounding_set_is_full() {
    last=$(cat /proc/sys/kernel/cap_last_cap)
    bits=$(grep ^CapBnd: /proc/self/status | tr -d '[:space:]' | tr '[:upper:]' '[:lower:]')
    [ "${bits#capbnd:}" = "$(printf %016x $(((1 << (last + 1)) - 1)))" ] || fail "$bits up to $last"
}

shell_pid=$$
run_tests \
    sees_the_hosts_processes shares_namespaces_of_the_host root_is_an_overlay tmpfs_is_limited can_mount \
    mounts_for_the_host makes_user_namespaces pivots_its_root has_the_device_of_its_own no_other_devices \
    bounding_set_is_full
