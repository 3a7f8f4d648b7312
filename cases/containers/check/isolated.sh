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
    status_is CapEff 0000000000000000
    status_is CapBnd 0000000000000000
    ! mount -t tmpfs tmpfs /mnt 2>/dev/null || fail 'it can mount'
}

no_new_privileges() { status_is NoNewPrivs 1; }

own_hostname() { [ "$(hostname)" = inside ] || fail "the hostname is $(hostname)"; }

own_network() {
    ip -o link
    [ "$(ip -o link | grep -c '')" = 1 ] || fail 'there is more than a loopback interface'
}

own_cgroup_with_limit() {
    IFS=: read -r _ _ group </proc/self/cgroup
    [ "$group" != / ] || fail 'it is in the root cgroup'
    [ "$(cat "/sys/fs/cgroup$group/pids.max")" = 16 ] || fail 'pids.max is not what the configuration says'
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

shell_pid=$$
run_tests \
    first_process command_environment capabilities_are_dropped no_new_privileges own_hostname own_network \
    own_cgroup_with_limit read_only_root masked_and_read_only_paths few_devices
