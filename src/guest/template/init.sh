#!/bin/sh
# /init of a template: a guest that has booted, and waits for the root file system of a case. The machine is kept at the moment
# when `enter` waits to be woken; what comes after it runs in each of its copies: see enter.ts.

lib=/usr/lib/kit-test
blocks=/sys/bus/virtio/drivers/virtio_blk
notes=/layers/notes

/bin/busybox mount -a -T "$lib/kernel.fstab"
while read -r module; do modules="$modules $module"; done </etc/kit-test/modules
# What cannot be loaded is no loss unless a mount fails, which nobody takes for the case.
# shellcheck disable=SC2086 # names of modules have no blanks
[ -z "$modules" ] || /bin/busybox modprobe -a $modules 2>/dev/null
mkdir /layers/lower /layers/upper /layers/work

# builtin:init would bring it up: more work for a kernel than all that it mounts.
[ ! -e /etc/kit-test/loopback ] || ip link set lo up

"$lib/keep-terminal" 3>"$notes"

# A driver asks for size and serial number when it is bound: the copies have other drives. But the last one, which is the
# payload's, is only said to be larger than any: it stays bound. Names are written to `bind` in records of 16 bytes, of which
# the kernel reads those before a NUL.
release_all_but_last() {
    while [ $# -gt 1 ]; do
        name=$(readlink "$1/device")
        name=${name##*/}
        echo "$name" >"$blocks/unbind"
        printf '%s\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' "$name" | head -c 16 >>"$notes"
        shift
    done
    payload=${1##*/}
}
release_all_but_last /sys/block/vd?

# What showed the kernel goes now, and not in each copy: descriptors stay open, and the payload's node lies elsewhere.
cp -a "/dev/$payload" /layers/payload
exec 3<"$notes" 4>"$blocks/bind" 5>/dev/random
umount -l /dev /sys /proc

# As many bytes as a copy is told, whatever they are; nothing that is typed comes back.
stty raw opost -echo min 56

unset PATH PWD OLDPWD SHLVL
exec "$lib/enter" "$@"
