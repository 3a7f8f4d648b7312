#!/bin/sh
# Loads and unloads modules and looks at what the kernel says of them: /proc/modules, /sys/module, the devices they make.
# builtin:init has loaded `bridge` (which needs stp and llc) and `dummy`, for case.yaml names them.

. /usr/lib/kit-test/ktap.sh

loaded() {
    for module in "$@"; do
        grep -q "^$module .* Live " /proc/modules || fail "$module is not in /proc/modules"
        [ "$(cat "/sys/module/$module/initstate")" = live ] || fail "$module is not live in /sys/module"
    done
}

unloaded() {
    for module in "$@"; do
        ! grep "^$module " /proc/modules || fail "$module is in /proc/modules"
        [ ! -e "/sys/module/$module/initstate" ] || fail "$module is in /sys/module"
    done
}

init_loaded_them() { loaded dummy bridge stp llc; }

unload_removes() {
    modprobe -r dummy || fail 'cannot unload dummy'
    unloaded dummy
}

unload_removes_dependencies() {
    modprobe -r bridge || fail 'cannot unload bridge'
    unloaded bridge stp llc
}

load_brings_dependencies() {
    modprobe bridge || fail 'cannot load bridge'
    loaded bridge stp llc
}

dependencies_are_held() {
    read -r users </sys/module/llc/refcnt
    [ "$users" -gt 0 ] || fail 'llc counts no users'
    ! rmmod llc 2>/dev/null || fail 'llc went though stp needs it'
    loaded llc
}

parameters_are_taken() {
    modprobe dummy numdummies=2 || fail 'cannot load dummy'
    ls -d /sys/class/net/dummy*
    [ -e /sys/class/net/dummy1 ] || fail "there is no second device"
}

devices_go_with_their_module() {
    rmmod dummy || fail 'cannot unload dummy'
    [ ! -e /sys/class/net/dummy0 ] || fail 'dummy0 is still there'
}

# The kernel calls /sbin/modprobe for what it is asked for and has not.
kernel_loads_on_demand() {
    unloaded dummy
    ip link add name ondemand type dummy || fail 'cannot add a dummy device'
    loaded dummy
    ip link delete ondemand
}

module_makes_devices() {
    ip link add name held type bridge || fail 'cannot add a bridge'
    [ -e /sys/class/net/held/bridge ] || fail 'it is no bridge'
    ip link delete held
}

unknown_module_is_refused() {
    ! modprobe no_such_module 2>/dev/null || fail 'modprobe says it loaded it'
}

run_tests \
    init_loaded_them unload_removes unload_removes_dependencies load_brings_dependencies dependencies_are_held \
    parameters_are_taken devices_go_with_their_module kernel_loads_on_demand module_makes_devices \
    unknown_module_is_refused
