#!/bin/sh
# Brings files of the guest home: tar archives, one after the other, on the drive that /etc/kit-test/artifacts names.
# Nothing here fails a run.
# shellcheck source-path=SCRIPTDIR

. "$lib/find-drive.sh"

# The file's first line is the drive's serial number; then one path or glob for each line.
write_artifacts() {
    read -r serial </etc/kit-test/artifacts
    find_drive "$serial" || {
        artifacts_problem "there is no drive $serial"
        return 0
    }
    read -r sectors <"/sys/block/${drive##*/}/size"
    too_big="-type f -size +$((sectors * 512))c"
    (
        cd / || exit
        name_artifacts >"$state/artifacts"
        archive "! ( $too_big )"
        # What cannot come as a whole comes last, where it takes the place of nothing else.
        archive "$too_big"
    ) >"$drive" 2>"$state/tar" || artifacts_problem 'not all could be written'
    head -n 5 "$state/tar" | while read -r line; do artifacts_problem "$line"; done
    sync
}

# Paths from / that are there, each with a NUL behind it.
name_artifacts() {
    {
        read -r _
        IFS='' # a glob grows, blanks do not separate
        while read -r pattern; do
            for path in $pattern; do
                [ -e "$path" ] || [ -L "$path" ] || continue
                case $path in /proc/* | /sys/*) make_solid "$path" ;; esac
                printf './%s\0' "${path#/}"
            done
        done
    } </etc/kit-test/artifacts
}

# make_solid PATH: what the kernel makes up when it is read (gcov's counts) has no size, and tar believes sizes: a copy
# is laid over it.
make_solid() {
    copy=$state/solid$1
    mkdir -p "${copy%/*}"
    cp -r "$1" "$copy" 2>/dev/null # not all can be read
    mount -o bind "$copy" "$1" 2>/dev/null
}

# archive CONDITION: what find(1) finds by it. However many there are: none of them is an argument of the shell for long.
archive() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    xargs -0 -r sh -c 'condition=$1; shift; exec find "$@" $condition -print0' sh "$1" <"$state/artifacts" |
        xargs -0 -r sh -c 'tar --no-recursion -c -f - "$@" || exit 255' sh
}

artifacts_problem() { echo "# kit-test: artifacts: $1"; }

write_artifacts
