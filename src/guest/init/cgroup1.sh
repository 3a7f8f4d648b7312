#!/bin/sh
# The cgroups of old, one hierarchy for each controller, in place of cgroup v2: for images whose command line says
# linuxkit.unified_cgroup_hierarchy=0. Controllers that the kernel has no v1 code for are not in /proc/cgroups, or fail to mount.

mount_cgroup1() {
    umount /sys/fs/cgroup
    mount -t tmpfs -o nosuid,nodev,noexec,mode=755 cgroup /sys/fs/cgroup
    while read -r controller _ _ enabled; do
        [ "$enabled" = 1 ] || continue
        mkdir "/sys/fs/cgroup/$controller"
        mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller" 2>/dev/null ||
            rmdir "/sys/fs/cgroup/$controller"
    done </proc/cgroups
}

mount_cgroup1
