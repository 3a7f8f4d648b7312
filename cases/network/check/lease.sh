#!/bin/sh
# What udhcpc calls when a lease begins or ends: sets the address and the route, and keeps both for the tests.
# shellcheck disable=SC2154 # udhcpc sets the lower-case variables

# A network that leads nowhere (QEMU's restrict=on) offers no router. The server is its gateway then.
gateway=${router%% *}

case $1 in
    bound | renew)
        ip address add "$ip/$mask" dev "$interface"
        [ ! "$gateway" ] || ip route add default via "$gateway"
        echo "$ip ${gateway:-$serverid}" >/lease
        ;;
esac
