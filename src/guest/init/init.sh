#!/bin/sh
# /init, the guest's first process. It hands over to main.sh, in a root that can be pivoted where something needs one.
#
# The kernel unpacks an initramfs into `rootfs`, which pivot_root(2) refuses to leave; runc, and what `run:` may bring
# along, need a mount above it. root.fstab binds / to a folder and moves that mount onto /, so no file is copied. /.. leads
# there: only a look-up of .. crosses the mounts that lie on the root.
#
# Applets are called through /bin/busybox: without /proc, busybox's shell cannot start them by their names.

lib=/usr/lib/kit-test

echo 'kit-test: init 1'
if [ -x /usr/bin/runc ] || [ -x /usr/sbin/runc ] || [ -e /etc/kit-test/run ]; then
    /bin/busybox mount -a -T "$lib/root.fstab"
    exec /bin/busybox chroot /.. /bin/sh "$lib/main.sh"
fi
. "$lib/main.sh"
