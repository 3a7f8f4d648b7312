#!/bin/sh
# Inside a container that runs as an ordinary user with a few capabilities.

. /usr/lib/kit-test/ktap.sh

status_is() {
    grep "^$1:" /proc/self/status | grep -qx "$1:[[:space:]]*$2" || fail "$(grep "^$1:" /proc/self/status)"
}

ids() {
    [ "$(id -u)" = 1000 ] || fail "$(id)"
    [ "$(id -g)" = 101 ] || fail "$(id)"
    grep '^Groups:' /proc/self/status
    status_is Groups '5 102 *'
}

# CHOWN is bit 0, KILL 5, NET_RAW 13. What an ordinary user keeps across exec are the ambient ones.
exact_capabilities() {
    status_is CapBnd 0000000000002021
    status_is CapInh 0000000000002021
    status_is CapAmb 0000000000002000
    status_is CapPrm 0000000000002000
    status_is CapEff 0000000000002000
}

ambient_capability_works() {
    ! ip link set lo mtu 1280 2>/dev/null || fail 'it changes interfaces without NET_ADMIN'
    ping -c 1 -W 10 127.0.0.1 || fail 'it cannot open a raw socket'
}

# shellcheck disable=SC3045 # busybox's ulimit has them
limits() {
    [ "$(ulimit -n)" = 64 ] || fail "$(ulimit -n) open files"
    [ "$(ulimit -H -n)" = 128 ] || fail "$(ulimit -H -n) open files at most"
    [ "$(ulimit -c)" = 0 ] || fail "$(ulimit -c) blocks of core"
}

kernel_parameters() {
    [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || fail 'ip_forward is not what the configuration says'
    [ "$(cat /proc/sys/kernel/msgmax)" = 4096 ] || fail 'msgmax is not what the configuration says'
}

oom_score() { [ "$(cat /proc/self/oom_score_adj)" = 345 ] || fail "$(cat /proc/self/oom_score_adj)"; }

cgroup_where_it_was_asked_for() {
    IFS=: read -r _ _ group </proc/self/cgroup
    [ "$group" = /kit-test/user ] || fail "it is in $group"
}

# The first container wrote /file, in the same image: not here.
root_is_its_own() { [ ! -e /file ] || fail 'what another container of this image wrote is here'; }

files_of_root_are_not_its_own() { ! (echo text >/file) 2>/dev/null || fail 'it writes where root may'; }

run_tests \
    ids exact_capabilities ambient_capability_works limits kernel_parameters oom_score cgroup_where_it_was_asked_for \
    root_is_its_own files_of_root_are_not_its_own
