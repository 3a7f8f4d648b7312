#!/bin/sh
# /init of a template: a guest that has booted, and waits for the root file system of a case. The machine is kept at that
# moment; what comes after `read` runs in each of its copies.
#
# Forks cost milliseconds each in an emulated guest, so a copy makes as few as it can.

lib=/usr/lib/kit-test
blocks=/sys/bus/virtio/drivers/virtio_blk

/bin/busybox mount -a -T "$lib/kernel.fstab"
while read -r module; do set -- "$@" "$module"; done </etc/kit-test/modules
# What cannot be loaded is no loss unless a mount fails, which nobody takes for the case.
[ $# -eq 0 ] || /bin/busybox modprobe -a "$@" 2>/dev/null
read -r format </etc/kit-test/payload
mkdir /layers/lower /layers/upper /layers/work

# A driver asks for size and serial number when it is bound: the copies have other drives. The payload's comes last, so
# that those of a case have the names that they have in a cold boot.
for device in "$blocks"/virtio*; do
    [ -e "$device" ] || break
    devices="$devices ${device##*/}"
    echo "${device##*/}" >"$blocks/unbind"
done

# The line of `read` must not be echoed: nobody says that this guest is ready before the terminal is silent.
announce() {
    until stty -a </dev/console 2>/dev/null | grep -q -e '-echo '; do sleep 0.02; done
    echo 'kit-test: template'
}

read -r levels </proc/sys/kernel/printk
echo 1 >/proc/sys/kernel/printk

announce &
read -rs thaw </dev/console
wait

printf "$thaw" | "$lib/thaw" >/dev/random || echo "kit-test: thaw $?"
for device in $devices; do echo "$device" >"$blocks/bind"; done
for drive in /sys/block/vd*; do :; done
mount -t "$format" -o ro "/dev/${drive##*/}" /layers/lower
mount -t overlay -o lowerdir=/layers/lower,upperdir=/layers/upper,workdir=/layers/work overlay /root
echo "$levels" >/proc/sys/kernel/printk
umount /dev /sys /proc
unset PWD OLDPWD SHLVL
# What comes before this line is no doing of the case.
echo 'kit-test: payload'
# Without /proc, busybox's shell cannot start its applets by their names.
exec /bin/busybox switch_root /root /init
