#!/bin/sh
# Hands over to seal-runc.ts, which begins main.sh once more.
# shellcheck disable=SC2154 # lib is main.sh's

for program in /usr/local/sbin/runc /usr/local/bin/runc /usr/sbin/runc /usr/bin/runc /sbin/runc /bin/runc; do
    [ -x "$program" ] || continue
    exec 3<"$program"
    exec "$lib/seal-runc" sealed
done
