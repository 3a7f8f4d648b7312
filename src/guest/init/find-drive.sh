#!/bin/sh
# The drives that the harness adds to the machine are known by their serial numbers.

# find_drive SERIAL: its device in $drive.
find_drive() {
    for drive in /sys/block/*/serial; do
        [ -e "$drive" ] || continue
        found=''
        read -r found <"$drive"
        [ "$found" != "$1" ] || {
            drive=${drive%/serial} drive=/dev/${drive##*/}
            return 0
        }
    done
    return 1
}
