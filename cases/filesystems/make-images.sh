#!/bin/sh
# Makes check/ext4.img.gz and check/squashfs.img, which are kept in git so that the guest needs no mkfs. The same bytes
# come out each time. Needs e2fsprogs and squashfs-tools.
set -eu

cd "$(dirname "$0")/check"
content=$(mktemp -d)
trap 'rm -rf "$content" ext4.img' EXIT

mkdir "$content/folder"
echo 'Moby' >"$content/folder/file"
ln -s folder/file "$content/link"
ln "$content/folder/file" "$content/hard"
chmod 0755 "$content" "$content/folder"
chmod 0640 "$content/folder/file"
find "$content" -exec touch -h -d @0 {} +

rm -f squashfs.img
mksquashfs "$content" squashfs.img -quiet -no-progress -all-root -no-exports -no-xattrs -mkfs-time 0 -all-time 0

# A journal of 1 MiB is the smallest there is. The two features are younger than the oldest kernels we boot.
truncate -s 4M ext4.img
E2FSPROGS_FAKE_TIME=1 mke2fs -q -t ext4 -b 1024 -J size=1 -O ^orphan_file,^metadata_csum_seed \
    -U 00000000-0000-4000-8000-000000000001 -E hash_seed=00000000-0000-4000-8000-000000000002,lazy_itable_init=0 \
    -L check ext4.img
gzip -9 -n -f ext4.img
