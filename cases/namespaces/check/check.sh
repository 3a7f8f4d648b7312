#!/bin/sh
# Every type of namespace: what it isolates, how it is joined by setns(2), how sysctl limits it.
#
# unshare and nsenter are util-linux's, not the applets of the same names. They start commands through sh, for only
# busybox's own shell finds applets.
# shellcheck disable=SC2016

. /usr/lib/kit-test/ktap.sh

# within OPTION... SCRIPT: runs the script in new namespaces.
within() {
    options=''
    while [ $# -gt 1 ]; do
        options="$options $1"
        shift
    done
    # shellcheck disable=SC2086
    /usr/bin/unshare $options sh -c "$1"
}

needs_namespace() {
    [ -e "/proc/self/ns/$1" ] || skip "this kernel has no $1 namespaces"
}

mnt_isolates_mounts() {
    within --mount 'mount -t tmpfs inside /mnt && grep -q ^inside /proc/mounts' || fail 'cannot mount inside'
    ! grep -q ^inside /proc/mounts || fail 'the mount is seen outside'
}

uts_isolates_hostname() {
    within --uts 'hostname inside && [ "$(hostname)" = inside ]' || fail 'cannot set the hostname inside'
    [ "$(hostname)" != inside ] || fail 'the hostname changed outside'
}

ipc_isolates_queues() {
    within --ipc 'ipcmk --queue && [ "$(wc -l </proc/sysvipc/msg)" -eq 2 ]' || fail 'cannot make a queue inside'
    [ "$(wc -l </proc/sysvipc/msg)" -eq 1 ] || fail 'the queue is seen outside'
}

net_isolates_interfaces() {
    within --net '[ "$(grep -c : /proc/self/net/dev)" -ge 1 ] && ! ip -o link | grep -v " lo: "' ||
        fail 'there is more than a loopback interface inside'
    within --net 'ip link set lo up && ping -c 1 -W 5 127.0.0.1 >/dev/null' || fail 'no loopback inside'
}

pid_starts_at_one() {
    inside=$(within --pid --fork 'echo $$')
    [ "$inside" = 1 ] || fail "the first process is $inside"
}

pid_dies_with_its_first_process() {
    within --pid --fork 'sleep 1234 sleep 1234 & : exit 0'
    ! grep -sq 'sleep.1234' /proc/[0-9]*/cmdline || fail 'a process outlived its namespace'
}

user_maps_root() {
    [ "$(within --user 'id -u')" = 65534 ] || fail 'without a map the user is not the overflow user'
    within --user --map-root-user '[ "$(id -u)" = 0 ]' || fail 'root is not mapped'
}

user_owns_other_namespaces() {
    read -r allowed 2>/dev/null </proc/sys/kernel/unprivileged_userns_clone || allowed=1
    [ "$allowed" = 1 ] || skip 'kernel.unprivileged_userns_clone is 0'
    /usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups \
        /usr/bin/unshare --user --map-root-user --uts sh -c 'hostname inside' ||
        fail 'an ordinary user is no root in a user namespace of his own'
}

cgroup_hides_ancestors() {
    group=/sys/fs/cgroup/namespaces
    mkdir "$group" || fail 'cannot make a cgroup'
    inside=$(echo 0 >"$group/cgroup.procs" && within --cgroup 'cat /proc/self/cgroup')
    rmdir "$group"
    [ "$inside" = 0::/ ] || fail "inside it is $inside"
}

time_shifts_boottime() {
    needs_namespace time
    uptime=$(within --time --boottime=1000000 --fork 'cat /proc/uptime')
    [ "${uptime%%.*}" -ge 1000000 ] || fail "the uptime inside is $uptime"
}

# join TYPE OPTION: a process of the outside enters the namespace of another process.
join() {
    needs_namespace "$1"
    rm -f /ready
    /usr/bin/unshare "--$2" --fork sh -c 'echo >/ready; sleep 100' &
    until [ -e /ready ]; do sleep 0.1; done
    read -r child _ <"/proc/$!/task/$!/children"
    there=$(readlink "/proc/$child/ns/$1")
    joined=$(/usr/bin/nsenter --target "$child" "--$2" --preserve-credentials sh -c "readlink /proc/self/ns/$1")
    kill "$child"
    [ "$there" != "$(readlink "/proc/self/ns/$1")" ] || fail 'it is our own namespace'
    [ "$joined" = "$there" ] || fail "joined $joined and not $there"
}

join_mnt() { join mnt mount; }
join_uts() { join uts uts; }
join_ipc() { join ipc ipc; }
join_net() { join net net; }
join_pid() { join pid pid; }
join_user() { join user user; }
join_cgroup() { join cgroup cgroup; }
join_time() { join time time; }

limit_is_enforced() {
    limit=/proc/sys/user/max_uts_namespaces
    read -r before <"$limit"
    echo 0 >"$limit"
    within --uts : 2>/dev/null && above_limit=yes || above_limit=''
    echo "$before" >"$limit"
    [ ! "$above_limit" ] || fail 'a namespace was made above the limit'
}

mkdir -p /mnt
run_tests \
    mnt_isolates_mounts uts_isolates_hostname ipc_isolates_queues net_isolates_interfaces pid_starts_at_one \
    pid_dies_with_its_first_process user_maps_root user_owns_other_namespaces cgroup_hides_ancestors \
    time_shifts_boottime join_mnt join_uts join_ipc join_net join_pid join_user join_cgroup join_time limit_is_enforced
