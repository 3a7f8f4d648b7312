#!/bin/sh
# Looks up every option of the list beside this script in the kernel's configuration: the kernel's own copy where it has
# one (CONFIG_IKCONFIG_PROC), else the file that the harness took from the kernel's package.

. /usr/lib/kit-test/ktap.sh

config=/etc/kit-test/kernel-config
if [ -e /proc/config.gz ]; then
    config=/tmp/kernel-config
    mkdir -p /tmp
    zcat /proc/config.gz >"$config"
fi
[ -s "$config" ] || skip_all 'this kernel does not tell its configuration'

exec awk -f /check.awk /options "$config"
