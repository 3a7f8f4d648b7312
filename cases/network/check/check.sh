#!/bin/sh
# A virtio network card on QEMU's user network: driver, link, DHCP, gateway, TCP. Each test needs those before it.

. /usr/lib/kit-test/ktap.sh

# The first card that virtio drives, in $card.
find_card() {
    card=''
    for path in /sys/class/net/*/device/driver; do
        case $(readlink -f "$path") in */virtio_net) card=${path#/sys/class/net/} card=${card%%/*} && return ;; esac
    done
    return 1
}

# await SECONDS COMMAND...: until the command succeeds.
await() {
    tries=$(($1 * 10))
    shift
    until "$@"; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.1
    done
}

card_is_found() {
    await 10 find_card || fail 'there is no network card that virtio_net drives'
    echo "$card $(cat "/sys/class/net/$card/address")"
}

link_comes_up() {
    find_card
    ip link set "$card" up || fail "cannot set $card up"
    await 10 grep -q 1 "/sys/class/net/$card/carrier" || fail 'there is no carrier'
}

dhcp_gives_a_lease() {
    find_card
    udhcpc -f -n -q -t 5 -T 2 -i "$card" -s /lease.sh || fail 'nobody offers a lease'
    cat /lease
    ip -o -4 address show dev "$card" | grep -q 'inet ' || fail 'the address is not set'
}

gateway_answers() {
    read_lease
    ping -c 3 -i 0.2 -W 5 "$gateway" || fail "$gateway does not answer"
}

# The hardware address of the gateway can only have come over the wire.
gateway_is_a_neighbour() {
    read_lease
    ip neigh show "$gateway" | grep lladdr || fail 'ARP knows nothing of the gateway'
}

packets_are_counted() {
    find_card
    for direction in rx tx; do
        read -r packets <"/sys/class/net/$card/statistics/${direction}_packets"
        echo "$direction $packets"
        [ "$packets" -gt 0 ] || fail "no $direction packet was counted"
    done
}

tcp_reaches_our_own_address() {
    read_lease
    echo text | nc -l -p 7 &
    await 10 grep -qs ':0007 ' /proc/net/tcp /proc/net/tcp6 || fail 'nobody listens'
    answer=$(nc -w 10 "$address" 7 </dev/null)
    [ "$answer" = text ] || fail "the answer is '$answer'"
}

# In $address and $gateway.
read_lease() {
    [ -s /lease ] || fail 'there is no lease'
    read -r address gateway </lease
}

run_tests \
    card_is_found link_comes_up dhcp_gives_a_lease gateway_answers gateway_is_a_neighbour packets_are_counted \
    tcp_reaches_our_own_address
