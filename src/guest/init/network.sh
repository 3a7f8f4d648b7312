#!/bin/sh
# Gives the first network card the address that QEMU's user network forwards ports to, before anything asks for it.
# https://www.qemu.org/docs/master/system/devices/net.html#using-the-user-mode-network-stack

set_up_network() {
    await 10 find_card || give_up 'there is no network card'
    ifconfig "$card" 10.0.2.15 netmask 255.255.255.0
    route add default gw 10.0.2.2
    # /etc/resolv.conf may be a link to what DHCP would write.
    mkdir -p /run/resolvconf
    echo 'nameserver 10.0.2.3' >/etc/resolv.conf
}

# In $card: the first interface that stands for a device.
find_card() {
    for card in /sys/class/net/*/device; do
        card=${card%/device} card=${card##*/}
        [ "$card" = '*' ] || return 0
    done
    return 1
}

set_up_network
