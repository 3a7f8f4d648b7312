#!/bin/sh
# cgroup v2 as container runtimes use it: groups, controllers, and limits that bite.
# https://docs.kernel.org/admin-guide/cgroup-v2.html

. /usr/lib/kit-test/ktap.sh

root=/sys/fs/cgroup

# new_group CONTROLLER...: an empty group in $group with these controllers.
new_group() {
    for controller in "$@"; do
        echo "+$controller" >"$root/cgroup.subtree_control" || fail "no $controller controller"
    done
    group=$root/${test:?}
    mkdir "$group" || fail 'cannot make a group'
}

# inside COMMAND...: in the group, as a process of its own.
inside() (
    sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"
)

# The number behind KEY in a file such as memory.events.
value_of() {
    value=''
    while read -r key number; do
        [ "$key" != "$1" ] || value=$number
    done <"$group/$2"
    echo "$2: $1 $value"
}

# A background process in the group; its pid is $!.
start_inside() {
    sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@" &
    until grep -q . "$group/cgroup.procs"; do sleep 0.1; done
}

# Groups go when they are empty, which takes a moment after a kill.
remove_group() {
    until rmdir "$group" 2>/dev/null; do sleep 0.1; done
}

controllers_are_there() {
    read -r controllers <"$root/cgroup.controllers"
    echo "$controllers"
    for controller in cpu cpuset io memory pids; do
        case " $controllers " in *" $controller "*) ;; *) fail "no $controller controller" ;; esac
    done
}

groups_nest() {
    new_group
    mkdir "$group/child" || fail 'no group in a group'
    ! rmdir "$group" 2>/dev/null || fail 'a group with a child was removed'
    rmdir "$group/child" "$group" || fail 'cannot remove an empty group'
}

processes_move() {
    new_group
    start_inside sleep 100
    grep -qx "0::/${group##*/}" "/proc/$!/cgroup" || fail 'the process is elsewhere'
    ! rmdir "$group" 2>/dev/null || fail 'a group with a process was removed'
    kill $!
    remove_group
}

pids_max_stops_forks() {
    new_group pids
    echo 2 >"$group/pids.max"
    ! inside sh -c 'sleep 1 & sleep 1 & wait' 2>/dev/null || fail 'three processes where two are allowed'
    value_of max pids.events
    [ "$value" -ge 1 ] || fail 'no event tells of it'
    remove_group
}

# The kernel tells of it on the console at length; warnings are not for the reader of a passing test.
memory_max_kills() {
    new_group memory
    echo 16M >"$group/memory.max"
    [ ! -e "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
    echo 1 >/proc/sys/kernel/printk
    inside dd if=/dev/zero of=/dev/null bs=64M count=1 2>/dev/null
    status=$?
    echo 5 >/proc/sys/kernel/printk
    [ "$status" -eq 137 ] || fail "it ended with status $status where SIGKILL was due"
    value_of oom_kill memory.events
    [ "$value" -ge 1 ] || fail 'no event tells of it'
    remove_group
}

memory_is_counted() {
    new_group memory
    before=$(cat "$group/memory.current")
    start_inside sh -c 'dd if=/dev/zero of=/dev/shm/counted bs=1M count=8 2>/dev/null; exec sleep 100'
    until [ "$(cat "$group/memory.current")" -gt $((before + 8000000)) ]; do sleep 0.1; done
    kill $!
    rm /dev/shm/counted
    remove_group
}

cpu_max_throttles() {
    new_group cpu
    echo '5000 100000' >"$group/cpu.max"
    inside timeout 1 sh -c 'while :; do :; done'
    value_of nr_throttled cpu.stat
    [ "$value" -ge 1 ] || fail 'it was never throttled'
    remove_group
}

cpuset_binds() {
    new_group cpuset
    echo 0 >"$group/cpuset.cpus"
    allowed=$(inside grep Cpus_allowed_list /proc/self/status)
    [ "${allowed##*[!0-9]}" = 0 ] || fail "$allowed"
    remove_group
}

# await_event KEY: waits until cgroup.events says it is 1.
await_event() {
    value=0
    until [ "$value" = 1 ]; do value_of "$1" cgroup.events >/dev/null; done
}

freezer_stops_processes() {
    new_group
    start_inside sh -c 'while :; do echo >>/tmp/ticks; sleep 0.1; done'
    until [ -s /tmp/ticks ]; do sleep 0.1; done
    echo 1 >"$group/cgroup.freeze"
    await_event frozen
    before=$(wc -l </tmp/ticks)
    sleep 0.5
    after=$(wc -l </tmp/ticks)
    echo 0 >"$group/cgroup.freeze"
    until [ "$(wc -l </tmp/ticks)" -gt "$after" ]; do sleep 0.1; done
    kill $!
    remove_group
    [ "$before" = "$after" ] || fail 'a frozen process went on'
}

kill_ends_all() {
    new_group
    [ -e "$group/cgroup.kill" ] || skip 'cgroup.kill came with Linux 5.14'
    start_inside sh -c 'sleep 100 & sleep 100'
    echo 1 >"$group/cgroup.kill"
    remove_group
}

pressure_is_told() {
    [ -e /proc/pressure/memory ] || skip 'this kernel has no pressure stall information'
    new_group memory
    grep -q '^some avg10=' "$group/memory.pressure" || fail 'memory.pressure tells nothing'
    remove_group
}

[ -e "$root/cgroup.controllers" ] || skip_all 'cgroup v2 is not mounted'
mkdir -p /tmp
run_tests \
    controllers_are_there groups_nest processes_move pids_max_stops_forks memory_max_kills memory_is_counted \
    cpu_max_throttles cpuset_binds freezer_stops_processes kill_ends_all pressure_is_told
