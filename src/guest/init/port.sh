#!/bin/sh
# The port that carries results beside the console, where the case asks for one: no line of the kernel cuts into it.
# /etc/kit-test/results names it. Opened for each write and closed again, so that no program of an entry has it.
# shellcheck disable=SC2034 # report.sh has $port

# Leaves its device in $port.
open_port() {
    read -r wanted </etc/kit-test/results
    if has_ports && await 10 find_port && echo 'kit-test: results 1' >"$port"; then return; fi
    port=''
    echo "# kit-test: there is no port $wanted: results come over the console alone"
}

# Where there is no such device nothing is worth waiting for. 3 is the console device of the virtio specification, 5.3.
has_ports() {
    [ -d /sys/class/virtio-ports ] || return
    for device in /sys/bus/virtio/devices/*/device; do
        [ -e "$device" ] || continue
        read -r kind <"$device"
        [ "$kind" != 0x0003 ] || return 0
    done
    return 1
}

find_port() {
    for file in /sys/class/virtio-ports/*/name; do
        [ -e "$file" ] || continue
        read -r found <"$file"
        port=${file%/name} port=/dev/${port##*/}
        [ "$found" != "$wanted" ] || return 0
    done
    return 1
}

# What was written may still be on its way, and power-off would cut it off: the harness says when it has all.
close_port() {
    {
        echo 'kit-test: end of results' >&3
        # shellcheck disable=SC3045 # busybox's read has a limit
        read -r -t 10 _ <&3
    } 3<>"$port"
    port=''
}

open_port
