#!/bin/sh
# The file systems below containers: tmpfs and overlay, and ext4 and squashfs on loop devices. The images were made by
# make-images.sh.

. /usr/lib/kit-test/ktap.sh

# new_dir [OPTIONS]: a tmpfs of the test's own, in $dir.
new_dir() {
    dir=/mnt/${test:?}
    mkdir "$dir"
    mount -t tmpfs -o "${1:-mode=755}" tmpfs "$dir" || fail 'cannot mount tmpfs'
}

# has FILE TEXT: the file's first line.
has() {
    read -r line <"$1" || fail "cannot read $1"
    [ "$line" = "$2" ] || fail "$1 is $line and not $2"
}

tmpfs_keeps_files() {
    new_dir
    echo text >"$dir/file"
    ln "$dir/file" "$dir/hard"
    ln -s hard "$dir/soft"
    has "$dir/soft" text
    [ "$(stat -c %h "$dir/file")" = 2 ] || fail 'a hard link does not count'
}

tmpfs_limits_size() {
    new_dir size=1m
    ! dd if=/dev/zero of="$dir/file" bs=64k count=32 2>/dev/null || fail '2 MiB fit into 1 MiB'
    dd if=/dev/zero of="$dir/file" bs=64k count=8 2>/dev/null || fail '512 KiB do not fit into 1 MiB'
}

tmpfs_is_read_only_when_told() {
    new_dir
    mount -o remount,ro "$dir" || fail 'cannot remount'
    ! touch "$dir/file" 2>/dev/null || fail 'it was written to'
}

# In $dir: lower with content, upper, work, and merged with the overlay.
new_overlay() {
    new_dir
    mkdir "$dir/lower" "$dir/lower/folder" "$dir/upper" "$dir/work" "$dir/merged"
    echo below >"$dir/lower/file"
    echo below >"$dir/lower/folder/file"
    mount -t overlay -o "lowerdir=$dir/lower,upperdir=$dir/upper,workdir=$dir/work" overlay "$dir/merged" ||
        fail 'cannot mount overlay'
}

overlay_merges() {
    new_overlay
    echo above >"$dir/merged/new"
    has "$dir/merged/file" below
    has "$dir/merged/folder/file" below
    has "$dir/upper/new" above
}

overlay_copies_up() {
    new_overlay
    echo changed >"$dir/merged/file"
    has "$dir/merged/file" changed
    has "$dir/upper/file" changed
    has "$dir/lower/file" below
}

overlay_removes_by_whiteout() {
    new_overlay
    rm "$dir/merged/file"
    [ ! -e "$dir/merged/file" ] || fail 'the file is still there'
    has "$dir/lower/file" below
    [ "$(stat -c %F "$dir/upper/file")" = 'character special file' ] || fail 'there is no whiteout'
}

overlay_replaces_folders() {
    new_overlay
    rm -r "$dir/merged/folder"
    mkdir "$dir/merged/folder"
    [ ! -e "$dir/merged/folder/file" ] || fail 'the old content shines through'
}

overlay_stacks_lower_layers() {
    new_dir
    mkdir "$dir/a" "$dir/b" "$dir/merged"
    echo a >"$dir/a/file"
    echo b >"$dir/b/file"
    echo b >"$dir/b/other"
    mount -t overlay -o "lowerdir=$dir/a:$dir/b" overlay "$dir/merged" || fail 'cannot mount overlay'
    has "$dir/merged/file" a
    has "$dir/merged/other" b
    ! touch "$dir/merged/new" 2>/dev/null || fail 'an overlay without upper layer was written to'
}

loop_shows_a_file_as_a_device() {
    new_dir
    dd if=/dev/zero of="$dir/disk" bs=64k count=16 2>/dev/null
    device=$(losetup -f)
    losetup "$device" "$dir/disk" || fail "cannot attach $device"
    echo text | dd of="$device" bs=512 seek=3 conv=fsync 2>/dev/null || fail 'cannot write'
    found=$(dd if="$dir/disk" bs=512 skip=3 count=1 2>/dev/null | head -n 1)
    losetup -d "$device"
    [ "$found" = text ] || fail "the file has $found"
}

# attach_image FILE TYPE [OPTIONS]: mounts it on $dir/mount.
attach_image() {
    mkdir -p "$dir/mount"
    mount -t "$2" -o "loop${3:+,$3}" "$1" "$dir/mount" || fail "cannot mount $2"
}

ext4_keeps_files_over_a_remount() {
    new_dir
    zcat /ext4.img.gz >"$dir/disk"
    attach_image "$dir/disk" ext4
    dd if=/dev/urandom of="$dir/mount/file" bs=64k count=16 2>/dev/null || fail 'cannot write'
    sum=$(md5sum <"$dir/mount/file")
    chown 12:34 "$dir/mount/file"
    umount "$dir/mount" || fail 'cannot unmount'
    attach_image "$dir/disk" ext4
    [ "$(md5sum <"$dir/mount/file")" = "$sum" ] || fail 'the content changed'
    [ "$(stat -c %u:%g "$dir/mount/file")" = 12:34 ] || fail 'the owner changed'
    umount "$dir/mount"
}

ext4_recovers_its_journal() {
    new_dir
    zcat /ext4.img.gz >"$dir/disk"
    attach_image "$dir/disk" ext4
    echo text >"$dir/mount/file"
    sync
    cp "$dir/disk" "$dir/crashed" # as if the power had failed
    umount "$dir/mount"
    attach_image "$dir/crashed" ext4
    has "$dir/mount/file" text
    umount "$dir/mount"
}

squashfs_shows_its_content() {
    new_dir
    attach_image /squashfs.img squashfs ro
    has "$dir/mount/folder/file" Moby
    has "$dir/mount/link" Moby
    [ "$(stat -c '%a %u %h' "$dir/mount/hard")" = '640 0 2' ] || fail 'mode, owner or links are wrong'
    ! touch "$dir/mount/new" 2>/dev/null || fail 'it was written to'
    umount "$dir/mount"
}

overlay_lies_on_squashfs() {
    new_dir
    attach_image /squashfs.img squashfs ro
    mkdir "$dir/upper" "$dir/work" "$dir/merged"
    mount -t overlay -o "lowerdir=$dir/mount,upperdir=$dir/upper,workdir=$dir/work" overlay "$dir/merged" ||
        fail 'cannot mount overlay'
    echo changed >"$dir/merged/folder/file"
    has "$dir/merged/folder/file" changed
    has "$dir/mount/folder/file" Moby
    umount "$dir/merged" "$dir/mount"
}

mkdir -p /mnt
run_tests \
    tmpfs_keeps_files tmpfs_limits_size tmpfs_is_read_only_when_told overlay_merges overlay_copies_up \
    overlay_removes_by_whiteout overlay_replaces_folders overlay_stacks_lower_layers loop_shows_a_file_as_a_device \
    ext4_keeps_files_over_a_remount ext4_recovers_its_journal squashfs_shows_its_content overlay_lies_on_squashfs
