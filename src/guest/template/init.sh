#!/bin/sh
# /init of a template: a guest that has booted, and waits for the root file system of a case. The machine is kept at that
# moment; what comes after `read` runs in each of its copies, without a process of its own: see src/boot/warm/calls.ts.

lib=/usr/lib/kit-test
blocks=/sys/bus/virtio/drivers/virtio_blk

/bin/busybox mount -a -T "$lib/kernel.fstab"
while read -r module; do modules="$modules $module"; done </etc/kit-test/modules
# What cannot be loaded is no loss unless a mount fails, which nobody takes for the case.
# shellcheck disable=SC2086 # names of modules have no blanks
[ -z "$modules" ] || /bin/busybox modprobe -a $modules 2>/dev/null
mkdir /layers/lower /layers/upper /layers/work

# A driver asks for size and serial number when it is bound: the copies have other drives.
for device in "$blocks"/virtio*; do
    [ -e "$device" ] || break
    devices="$devices ${device##*/}"
    echo "${device##*/}" >"$blocks/unbind"
done

"$lib/calls" </dev/null 3<"$lib/silence"

# The line of `read` must not be echoed: nobody says that this guest is ready before the terminal is silent.
announce() {
    until stty -a </dev/console 2>/dev/null | grep -q -e '-echo '; do sleep 0.02; done
    echo 'kit-test: template'
}

announce &
# shellcheck disable=SC3045 # busybox's read can be silent
read -rs data </dev/console
wait

# shellcheck disable=SC2059 # the format is all there is
printf "$data" >/layers/data
# The payload's comes last, so that the drives of a case have the names that they have in a cold boot.
for device in $devices; do echo "$device" >"$blocks/bind"; done
unset PWD OLDPWD SHLVL
exec "$lib/calls" "$@" </layers/data 3<"$lib/enter" 5>/dev/random
