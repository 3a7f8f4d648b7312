#!/bin/sh
# Mounts the drives that the harness adds to the machine, read-only: the lines `SERIAL TYPE FOLDER` of
# /etc/kit-test/drives. Where one of them cannot be had the run ends.
# shellcheck source-path=SCRIPTDIR

. "$lib/find-drive.sh"

while read -r serial type folder; do
    await 10 find_drive "$serial" || give_up "there is no drive $serial for $folder"
    mkdir -p "$folder"
    mount -t "$type" -o ro "$drive" "$folder" || give_up "cannot mount drive $serial ($type) at $folder"
done </etc/kit-test/drives
