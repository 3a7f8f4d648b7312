#!/bin/sh
# Mounts the volumes of an image, as LinuxKit's init does before the first container: an overlay at `merged` whose writable
# half lies in memory. A volume without `tmp` is read-only.

# mount_volumes FOLDER...
mount_volumes() {
    for folder in "$@"; do
        folder=${folder%/}
        if [ -d "$folder/tmp" ]; then
            mount -t tmpfs tmpfs "$folder/tmp"
            mount_overlay "lowerdir=$folder/lower,upperdir=$folder/tmp/upper,workdir=$folder/tmp/work" "$folder/merged"
        else
            mount -o bind "$folder/lower" "$folder/merged" && mount -o remount,bind,ro "$folder/merged"
        fi || give_up "cannot mount the volume ${folder##*/}"
    done
}

mount_volumes /containers/volumes/*/
