#!/bin/sh
# Starts one container from its bundle folder: by runc where the image has it, else by a change of root.
#
# Beside config.json and runtime.json the image builder writes the same facts as calls of the functions below, one for
# each line, every word quoted, into the file `entry`:
#
#   runtime_mount TYPE SOURCE DESTINATION OPTIONS                  mounts of runtime.json
#   runtime_mkdir PATH                                            mkdir of runtime.json
#   runtime_cgroup PATH                                           cgroups of runtime.json
#   runtime_namespace NAME                                        namespace of runtime.json
#   runtime_interface NAME TYPE PEER WHERE                        interfaces of runtime.json: see prepare.sh
#   runtime_bindns KIND PATH                                      bindNS of runtime.json: see prepare.sh
#   container_mount TYPE SOURCE DESTINATION OPTIONS                mounts of config.json
#   container_start UID CWD [NAME=VALUE]... COMMAND [ARGUMENT]...  process of config.json

# run_bundle FOLDER: runs the container to its end; its exit status is ours.
run_bundle() {
    bundle=$1 rootfs=$1/rootfs runc_root=/run/runc broken='' hook='' table="\
/dev $1/rootfs/dev none rbind 0 0
/proc $1/rootfs/proc none rbind 0 0
/sys $1/rootfs/sys none rbind 0 0
"
    # shellcheck source=/dev/null
    . "$bundle/entry"
}

runtime_mount() {
    runtime_mkdir "$3"
    case $1:$2 in
        overlay:*) mount_overlay "$4" "$path" ;;
        :) mount -o "$4" "$path" ;;
        *) mount ${1:+-t "$1"} ${4:+-o "$4"} "${2:-none}" "$path" ;;
    esac || broken=yes
}

# A relative path is one in the container.
runtime_mkdir() {
    case $1 in
        /*) path=$1 ;;
        *) path=$rootfs/$1 ;;
    esac
    [ -e "$path" ] || mkdir -p "$path" || broken=yes
}

# One group, or with the cgroups of old one in each hierarchy.
runtime_cgroup() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        runtime_mkdir "/sys/fs/cgroup/$1"
    else
        for hierarchy in /sys/fs/cgroup/*/; do runtime_mkdir "$hierarchy$1"; done
    fi
}

# The namespace is containerd's, which keeps runc's state of each apart: so that equal names of containers do not meet.
runtime_namespace() { runc_root=/run/containerd/runc/$1; }

runtime_interface() { hook=yes; }
runtime_bindns() { hook=yes; }

# mount_overlay OPTIONS FOLDER. Where the kernel has no overlayfs a bind does, for the lower folder lies in memory too.
mount_overlay() {
    lower='' upper='' work=''
    split_overlay_options "$1"
    mkdir -p "$upper" "$work"
    mount -t overlay -o "$1" overlay "$2" 2>/dev/null || mount -o bind "$lower" "$2"
}

split_overlay_options() {
    old_ifs=$IFS IFS=,
    for option in $1; do
        case $option in
            lowerdir=*) lower=${option#*=} ;;
            upperdir=*) upper=${option#*=} ;;
            workdir=*) work=${option#*=} ;;
        esac
    done
    IFS=$old_ifs
}

# Without runc a container sees the /dev, /proc and /sys of init; other mounts are as they are written.
container_mount() {
    ! has_runc || return 0
    case $3 in /dev | /dev/pts | /proc | /sys | /sys/fs/cgroup) return 0 ;; esac
    make_mount_point "$2" "$rootfs$3"
    add_to_table "$2" "$rootfs$3" "${1:-none}" "${4:-defaults}"
}

# make_mount_point SOURCE DESTINATION: a file is bound to a file, all else lies on a folder.
make_mount_point() {
    [ ! -e "$2" ] || return 0
    if [ -f "$1" ]; then
        mkdir -p "${2%/*}"
        : >"$2"
    else
        mkdir -p "$2"
    fi
}

# add_to_table SOURCE DESTINATION TYPE OPTIONS: a line of the fstab that enter.sh mounts.
add_to_table() {
    escape_blanks "$1"
    source=$escaped
    escape_blanks "$2"
    table="$table$source $escaped $3 $4 0 0
"
}

escape_blanks() {
    escaped=$1
    while :; do
        case $escaped in
            *' '*) escaped=${escaped%% *}\\040${escaped#* } ;;
            *) return ;;
        esac
    done
}

# 125, as docker has it, where no process was started.
container_start() {
    if [ "$broken" ]; then
        echo 'the container was not started: what its runtime section asks for failed'
        return 125
    elif has_runc; then
        [ ! "$hook" ] || add_hook
        runc=$state/runc
        [ -s "$runc" ] || runc=runc
        "$runc" --root "$runc_root" run --bundle "$bundle" --pid-file "$bundle/pid" "${bundle##*/}"
    elif [ "$1" != 0 ]; then
        echo "a container with uid $1 needs runc: add apt:runc to init"
        return 125
    elif [ "$hook" ]; then
        echo 'interfaces and bindNS need runc: add apt:runc to init'
        return 125
    else
        shift
        mkdir -p "$rootfs/dev" "$rootfs/proc" "$rootfs/sys" "$rootfs$1"
        echo "$table" >"$bundle/fstab"
        unshare -m /bin/sh "$lib/enter.sh" "$bundle" "$@"
    fi
}

# Puts the call of prepare.sh before the first key of config.json: between creation and start is the moment of this hook,
# and `runc run` keeps the exit status that `runc create` and `runc start` would lose.
add_hook() {
    {
        echo '{"hooks": {"createRuntime": [{'
        echo '"path": "/bin/sh", "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],'
        echo "\"args\": [\"sh\", \"$lib/prepare.sh\", \"$bundle\"]}]},"
        tail -c +2 "$bundle/config.json"
    } >"$bundle/config.json.new"
    mv "$bundle/config.json.new" "$bundle/config.json"
}
