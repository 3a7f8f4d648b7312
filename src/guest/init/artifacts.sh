#!/bin/sh
# Brings files of the guest home: a tar archive on the drive that /etc/kit-test/artifacts names. Nothing here fails a run.
# shellcheck source-path=SCRIPTDIR

. "$lib/find-drive.sh"

# The file's first line is the drive's serial number; then one path or glob for each line.
write_artifacts() {
    {
        read -r serial
        set --
        IFS='' # a glob grows, blanks do not separate
        while read -r pattern; do
            for path in $pattern; do
                if [ -e "$path" ] || [ -L "$path" ]; then set -- "$@" "./${path#/}"; fi
            done
        done
        unset IFS
    } </etc/kit-test/artifacts
    [ $# -gt 0 ] || return 0
    find_drive "$serial" || {
        artifacts_problem "there is no drive $serial"
        return 0
    }
    tar -C / -c -f "$drive" "$@" 2>"$state/tar" || artifacts_problem 'not all could be written'
    while read -r line; do artifacts_problem "$line"; done <"$state/tar"
    sync
}

artifacts_problem() { echo "# kit-test: artifacts: $1"; }

write_artifacts
