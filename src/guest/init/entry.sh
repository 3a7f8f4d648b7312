#!/bin/sh
# Runs the entries of an image (containers, services, a command) and reports how each of them ended.

# run_bundles FOLDER...: one after the other.
run_bundles() {
    for folder in "$@"; do
        [ -d "$folder" ] || continue
        name_of "$folder"
        run_indented "$name" run_bundle "${folder%/}"
    done
}

# 000-check of onboot and onshutdown is known to people as check.
name_of() {
    name=${1%/}
    name=${name##*/}
    name=${name#[0-9][0-9][0-9]-}
}

# run_indented NAME FUNCTION [ARGUMENT]...: a KTAP result, nested in it what the function prints.
#
# The status comes in the text, not at the text's end: a process that the entry left behind may hold the pipe for ever.
run_indented() {
    name=$1 reason=''
    shift
    {
        "$@" 2>&1
        printf '\nkit-test: end of entry %s\n' $?
    } </dev/null | awk -v reason_file="$state/reason" -f "$lib/indent.awk"
    status=$?
    [ "$status" -ne 4 ] || read -r reason <"$state/reason"
    report "$name" "$status" "$reason"
}

# run_services FOLDER...: starts all, lets them settle, and takes as failed what has ended with another status than 0.
run_services() {
    [ -d "$1" ] || return 0
    for folder in "$@"; do
        name_of "$folder"
        run_service "$name" "${folder%/}" &
    done
    for folder in "$@"; do await_start "${folder%/}"; done
    sleep "$settle"
    for folder in "$@"; do
        name_of "$folder"
        status=0
        [ ! -s "$folder/status" ] || read -r status <"$folder/status"
        report "$name" "$status"
    done
}

run_service() {
    {
        run_bundle "$2" 2>&1
        echo $? >"$2/status"
    } </dev/null | awk -v name="$1" '{ print "# " name ": " $0 }'
}

# An emulated machine takes a second to start a container, which is no part of the time to settle.
await_start() {
    until [ -s "$1/pid" ] || [ -s "$1/status" ]; do sleep 0.1; done
}

# run_command FILE: the command of `run:` and `kit-test exec`, in the root of init. FILE is a piece of shell script.
run_command() {
    [ -e "$1" ] || return 0
    install_applets
    if [ "$raw" ]; then
        run_raw "$1"
    else
        run_indented run source_command "$1"
    fi
}

# Busybox's shell finds its applets without links, but what a program executes must be a file.
install_applets() { /bin/busybox --install -s; }

# A subshell, so that `exit` and `exec` in it end the command and not the report.
source_command() (
    set +u
    trap - EXIT
    [ ! -d /work ] || cd /work || exit
    # shellcheck source=/dev/null
    . "$1"
)

# Byte for byte what the command prints, between two lines. The newline before the second one is never the command's.
run_raw() {
    stty -opost
    echo 'kit-test: begin'
    source_command "$1" </dev/null 2>&1
    status=$?
    printf '\nkit-test: end exit=%s\n' "$status"
    report run "$status"
}
