#!/bin/sh
# At shutdown, in the network of the service `connected`: what services did and left.

. /usr/lib/kit-test/ktap.sh

said() { grep -qx "$1" /var/log/connected.log || fail "the service did not say: $1"; }

services_are_still_running() {
    count=$(grep -l 'sleep.1000[0]' /proc/[0-9]*/cmdline | grep -c '')
    [ "$count" = 2 ] || fail "$count of them are"
}

output_of_services_is_kept() {
    grep -qx 'hello from the neighbour' /var/log/neighbour.log || fail "$(cat /var/log/neighbour.log)"
    said 'all said'
}

interfaces_were_there_at_the_start() {
    for link in lo inner0 inside0 outside0 dummy0; do said "link $link"; done
    ! grep -qx 'link outer0' /var/log/connected.log || fail 'the peer is in the container'
}

joins_the_bound_network() {
    [ "$(readlink /proc/self/ns/net)" != "$(cat /shared/net)" ] || fail 'it is in the network of the host'
    ip -o address show dev inner0 | grep -q 192.168.77.2 || fail 'the address of the service is not here'
}

joins_the_bound_hostname() { [ "$(hostname)" = connected ] || fail "the hostname is $(hostname)"; }

binds_other_namespaces() {
    for kind in mnt cgroup; do
        grep "/run/kit-test-ns/$kind " /proc/1/mounts || fail "the $kind namespace is bound nowhere"
    done
}

peer_stays_outside() {
    nsenter -t 1 -n ip address add 192.168.77.1/24 dev outer0 || fail 'there is no outer0 on the host'
    nsenter -t 1 -n ip link set outer0 up
    ping -c 1 -W 10 192.168.77.1 || fail 'the pair does not connect'
}

runtime_mounts_and_folders() {
    said 'folder made'
    said 'bind is read-only'
    [ "$(cat /host/run/connected/text)" = data ] || fail 'what the service wrote is not on the mount of the host'
}

mounts_of_a_container_reach_the_host() {
    grep ' /run/mounted tmpfs ' /proc/1/mounts || fail 'what a container mounted on a shared bind is not here'
    [ "$(cat /host/run/mounted/file)" = text ] || fail 'its content is not here'
}

volumes_are_shared() { [ "$(cat /shared/text)" = data ] || fail 'what the service wrote is not in the volume'; }

state_is_in_its_namespace() {
    [ -d /host/run/containerd/runc/kit-test/connected ] || fail 'runc keeps the state of the service elsewhere'
}

run_tests \
    services_are_still_running output_of_services_is_kept interfaces_were_there_at_the_start joins_the_bound_network \
    joins_the_bound_hostname binds_other_namespaces peer_stays_outside runtime_mounts_and_folders \
    mounts_of_a_container_reach_the_host volumes_are_shared state_is_in_its_namespace
