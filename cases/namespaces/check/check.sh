#!/bin/sh
# Every type of namespace: entered by unshare(2) or clone(2), what it isolates, joined by setns(2), limited by sysctl.
# shellcheck disable=SC2317 # run_tests calls the functions

. /usr/lib/kit-test/ktap.sh

# util-linux, and not the applets of the same names.
unshare() { /usr/bin/unshare "$@"; }
nsenter() { /usr/bin/nsenter "$@"; }

needs_namespace() {
    [ -e "/proc/self/ns/$1" ] || skip "this kernel has no $1 namespaces"
}

mnt_isolates_mounts() {
    unshare --mount sh -c 'mount -t tmpfs inside /tmp && grep -q ^inside /proc/mounts' || fail 'cannot mount inside'
    ! grep -q ^inside /proc/mounts || fail 'the mount is seen outside'
}

uts_isolates_hostname() {
    unshare --uts sh -c 'hostname inside && [ "$(hostname)" = inside ]' || fail 'cannot set the hostname inside'
    [ "$(hostname)" != inside ] || fail 'the hostname changed outside'
}

ipc_isolates_queues() {
    unshare --ipc sh -c 'ipcmk --queue && [ "$(wc -l </proc/sysvipc/msg)" -eq 2 ]' || fail 'cannot make a queue inside'
    [ "$(wc -l </proc/sysvipc/msg)" -eq 1 ] || fail 'the queue is seen outside'
}

net_isolates_interfaces() {
    devices=$(unshare --net sh -c 'grep -c : /proc/self/net/dev; ip -o link show lo')
    echo "$devices"
    case $devices in *LOOPBACK*UP*) fail 'a new loopback interface is up' ;; *LOOPBACK*) ;; *) fail 'no loopback' ;; esac
}

pid_starts_at_one() {
    inside=$(unshare --pid --fork sh -c 'echo $$')
    [ "$inside" = 1 ] || fail "the first process is $inside"
}

pid_dies_with_its_first_process() {
    unshare --pid --fork --mount-proc sh -c 'sleep 1234 & [ "$(pgrep -f "sleep 1234" | wc -l)" -ge 1 ]' || fail 'no child'
    ! ps | grep -q '[s]leep 1234' || fail 'a process outlived its namespace'
}

user_maps_root() {
    map=$(unshare --user --map-root-user sh -c 'id -u; cat /proc/self/uid_map' | tr -s ' \n' ' ')
    [ "$map" = '0 0 0 1 ' ] || fail "the map is $map"
    [ "$(unshare --user id -u)" = 65534 ] || fail 'without a map the user is not the overflow user'
}

user_owns_other_namespaces() {
    setpriv=/usr/bin/setpriv
    "$setpriv" --reuid=1000 --regid=1000 --clear-groups --inh-caps=-all \
        /usr/bin/unshare --user --map-root-user --uts hostname inside ||
        skip_if_restricted || fail 'an ordinary user cannot make namespaces in a user namespace of his own'
}

skip_if_restricted() {
    read -r allowed 2>/dev/null </proc/sys/kernel/unprivileged_userns_clone || allowed=1
    [ "$allowed" = 1 ] || skip 'kernel.unprivileged_userns_clone is 0'
    return 1
}

cgroup_hides_ancestors() {
    group=/sys/fs/cgroup/namespaces-check
    [ -e /sys/fs/cgroup/cgroup.procs ] || skip 'cgroup2 is not mounted'
    mkdir "$group" || fail 'cannot make a cgroup'
    inside=$(sh -c "echo \$\$ >$group/cgroup.procs && exec /usr/bin/unshare --cgroup cat /proc/self/cgroup")
    rmdir "$group"
    [ "$inside" = 0::/ ] || fail "inside it is $inside"
}

time_shifts_boottime() {
    needs_namespace time
    uptime=$(unshare --time --boottime 1000000 --fork cat /proc/uptime)
    [ "${uptime%%.*}" -ge 1000000 ] || fail "uptime inside is $uptime"
}

# join TYPE OPTION: a process of the outside enters the namespace of another process.
join() {
    needs_namespace "$1"
    /usr/bin/unshare "--$2" --fork sleep 100 &
    await_child $!
    there=$(readlink "/proc/$child/ns/$1")
    [ "$there" != "$(readlink "/proc/self/ns/$1")" ] || fail 'it is our own namespace'
    joined=$(nsenter --target "$child" "--$2" readlink "/proc/self/ns/$1")
    kill "$child"
    [ "$joined" = "$there" ] || fail "joined $joined and not $there"
}

# --fork: the namespaces are those of the child, once it runs its command.
await_child() {
    child=''
    until [ "$child" ] && grep -q sleep "/proc/$child/cmdline"; do
        read -r child _ 2>/dev/null <"/proc/$1/task/$1/children"
    done
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
    [ -e "$limit" ] || skip 'this kernel has no limits for namespaces'
    read -r before <"$limit"
    echo 0 >"$limit"
    unshare --uts true
    status=$?
    echo "$before" >"$limit"
    [ "$status" -ne 0 ] || fail 'a namespace was made above the limit'
}

run_tests \
    mnt_isolates_mounts uts_isolates_hostname ipc_isolates_queues net_isolates_interfaces pid_starts_at_one \
    pid_dies_with_its_first_process user_maps_root user_owns_other_namespaces cgroup_hides_ancestors \
    time_shifts_boottime join_mnt join_uts join_ipc join_net join_pid join_user join_cgroup join_time limit_is_enforced
