#!/bin/sh
# prepare.sh BUNDLE: what runtime.json asks for between the creation of a container and its start: network interfaces, and
# namespaces bound to paths. runc calls it as a createRuntime hook, in our namespaces, with the state on standard input.
# https://github.com/opencontainers/runtime-spec/blob/main/config.md#posix-platform-hooks

set -eu

while read -r line || [ "$line" ]; do
    case $line in *'"pid":'*) pid=${line#*'"pid":'} pid=${pid%%[!0-9]*} ;; esac
done

for call in runtime_mount runtime_mkdir runtime_cgroup runtime_namespace container_mount container_start; do
    eval "$call() { :; }"
done

# runtime_interface NAME TYPE PEER WHERE: an existing link moves into the container; one with a type is made there, or
# here (WHERE is `root`) and then moved. Of a pair the peer stays here.
runtime_interface() {
    if [ "$2" = veth ]; then
        add_pair "$1" "$3"
    elif [ "$2" ] && [ "$4" != root ]; then
        nsenter -t "$pid" -n /bin/busybox ip link add name "$1" type "$2"
        return
    elif [ "$2" ]; then
        ip link add name "$1" type "$2"
    fi
    ip link set dev "$1" netns "$pid"
}

# add_pair NAME PEER. Busybox cannot name the second half of a pair: the kernel does, and says where by its index.
add_pair() {
    ip link add name kit-test0 type veth
    read -r index </sys/class/net/kit-test0/iflink
    for link in /sys/class/net/*/ifindex; do
        read -r found <"$link"
        [ "$found" != "$index" ] || break
    done
    link=${link%/ifindex} link=${link##*/}
    [ "$link" = "$2" ] || ip link set dev "$link" name "$2"
    ip link set dev kit-test0 name "$1"
}

# runtime_bindns KIND PATH
runtime_bindns() {
    mkdir -p "${2%/*}"
    : >>"$2"
    [ "$1" != mnt ] || make_private "${2%/*}"
    mount -o bind "/proc/$pid/ns/$1" "$2"
}

# The kernel refuses to bind a mount namespace where mounts are shared.
make_private() {
    mount -o bind "$1" "$1"
    mount --make-private "$1"
}

# shellcheck source=/dev/null
. "$1/entry"
