#!/bin/sh
# Inside a container without privileges.

. /usr/lib/kit-test/ktap.sh

status_is() {
    grep "^$1:" /proc/self/status | grep -qx "$1:[[:space:]]*$2" || fail "$(grep "^$1:" /proc/self/status)"
}

first_process() { [ "$shell_pid" = 1 ] || fail "the container began as process $shell_pid"; }

command_environment() {
    [ "${GREETING-}" = "it's me" ] || fail "the variable is ${GREETING-unset}"
    [ "$(pwd)" = /var/empty ] || fail "the working folder is $(pwd)"
}

capabilities_are_dropped() {
    for set in CapInh CapPrm CapEff CapBnd CapAmb; do status_is "$set" 0000000000000000; done
    ! mount -t tmpfs tmpfs /mnt 2>/dev/null || fail 'it can mount'
}

no_new_privileges() { status_is NoNewPrivs 1; }

# The container before this one wrote down those of the host.
namespaces_of_its_own() {
    for kind in net ipc uts pid mnt; do
        [ "$(readlink "/proc/self/ns/$kind")" != "$(cat "/shared/$kind")" ] || fail "its $kind namespace is the host's"
    done
    [ "$(readlink /proc/self/ns/user)" = "$(cat /shared/user)" ] || fail 'it has a user namespace of its own'
}

own_hostname() { [ "$(hostname)" = inside ] || fail "the hostname is $(hostname)"; }

own_network() {
    ip -o link
    [ "$(ip -o link | grep -c '')" = 1 ] || fail 'there is more than a loopback interface'
}

own_cgroup_with_limits() {
    IFS=: read -r _ _ group </proc/self/cgroup
    [ "$group" != / ] || fail 'it is in the root cgroup'
    limit_is pids.max 16
    limit_is memory.max 67108864
    limit_is cpu.max '50000 100000'
}

limit_is() {
    [ "$(cat "/sys/fs/cgroup$group/$1")" = "$2" ] || fail "$1 is $(cat "/sys/fs/cgroup$group/$1")"
}

processes_are_counted() {
    ! (for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do sleep 1 & done; wait) 2>/dev/null ||
        fail 'more than 16 processes'
}

read_only_root() { ! touch /file 2>/dev/null || fail 'the root was written to'; }

masked_and_read_only_paths() {
    [ ! -s /proc/timer_list ] && ! grep -q . /proc/timer_list || fail 'a masked path can be read'
    # The redirection fails in a shell of its own, for it would end this one.
    ! (echo inside >/proc/sys/kernel/hostname) 2>/dev/null || fail 'a read-only path was written to'
}

few_devices() {
    [ -c /dev/null ] && [ -c /dev/urandom ] || fail 'the common devices are missing'
    [ ! -e /dev/mem ] && [ ! -e /dev/kmsg ] || fail 'there are devices of the host'
}

read_only_volumes() {
    [ "$(cat /fixed/text)" = 'a volume of files' ] || fail 'the volume does not hold the files of its image'
    ! touch /fixed/file 2>/dev/null || fail 'a read-only volume was written to'
    ! touch /shared/file 2>/dev/null || fail 'a volume bound read-only was written to'
}

shell_pid=$$
run_tests \
    first_process command_environment capabilities_are_dropped no_new_privileges namespaces_of_its_own own_hostname \
    own_network own_cgroup_with_limits processes_are_counted read_only_root masked_and_read_only_paths few_devices \
    read_only_volumes
