#!/bin/sh
# Inside a container with all capabilities and a writable root.

. /usr/lib/kit-test/ktap.sh

sees_the_hosts_processes() {
    [ "$shell_pid" -gt 1 ] || fail 'it has a process namespace of its own'
    grep -q kit-test /proc/1/cmdline || grep -q init /proc/1/cmdline || fail 'the first process is not init'
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

makes_user_namespaces() {
    [ "$(unshare -U -r id -u)" = 0 ] || fail 'it cannot make a user namespace'
}

pivots_its_root() {
    mkdir -p /new && mount -t tmpfs tmpfs /new && mkdir /new/old || fail 'cannot make a new root'
    unshare -m sh -c 'cd /new && pivot_root . old' || fail 'cannot pivot the root'
    umount /new
}

shell_pid=$$
run_tests \
    sees_the_hosts_processes root_is_an_overlay tmpfs_is_limited can_mount makes_user_namespaces pivots_its_root
