#!/bin/sh
# Runs the entries of an image (containers, services, a command) and reports how each of them ended.

# run_bundles FOLDER...: one after the other.
run_bundles() {
    for folder in "$@"; do
        [ -d "$folder" ] || continue
        name_of "$folder"
        expect_exit "$folder"
        run_indented "$name" run_bundle "${folder%/}"
        expected=''
        # What a container that failed has left in its root may be wanted as an artifact.
        [ "$status" -ne 0 ] || ! has_runc || umount "$folder/rootfs" 2>/dev/null
    done
}

# expect_exit PATH: /etc/kit-test/exit says which status is the good one, of the command of `run:` or else of the last entry
# of onboot.
expect_exit() {
    [ -e /etc/kit-test/exit ] || return 0
    watched=/etc/kit-test/run
    [ -e "$watched" ] || for watched in /containers/onboot/*/; do :; done
    [ "$1" != "$watched" ] || read -r expected </etc/kit-test/exit
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
    } </dev/null | awk -v reason_file="$state/reason" -v port="$port" -f "$lib/indent.awk"
    status=$?
    [ "$status" -ne 4 ] || read -r reason <"$state/reason"
    report "$name" "$status" "$reason"
}

# start_services FOLDER...: starts all next to one another, and lets them settle.
start_services() {
    [ -d "$1" ] || return 0
    for folder in "$@"; do
        name_of "$folder"
        run_service "$name" "${folder%/}" run_bundle "${folder%/}" &
    done
    for folder in "$@"; do await_start "${folder%/}"; done
    sleep "$settle"
}

# run_service NAME FOLDER FUNCTION [ARGUMENT]...: its status comes into FOLDER. What it prints goes to the console, with
# its name before each line, and to a file.
run_service() {
    name=$1 folder=$2
    shift 2
    : >"/var/log/$name.log"
    {
        "$@" 2>&1
        printf '\nkit-test: end of service %s\n' $?
    } </dev/null | awk -v name="$name" -v log_file="/var/log/$name.log" -v status_file="$folder/status" -f "$lib/service.awk"
}

# An emulated machine takes a second to start a container, which is no part of the time to settle.
await_start() {
    until [ -s "$1/pid" ] || [ -s "$1/status" ]; do sleep 0.1; done
}

# report_services FOLDER...: good is what still runs, and what has ended with 0.
report_services() {
    for folder in "$@"; do
        [ -d "$folder" ] || continue
        name_of "$folder"
        service_status "$folder"
        case $status in
            0 | 4) ;;
            *) tail -n 5 "/var/log/$name.log" | while IFS='' read -r line; do tell "  # $line"; done ;;
        esac
        report "$name" "$status"
    done
}

# service_status FOLDER: in $status, 0 while it runs.
service_status() {
    status=0
    [ ! -s "$1/status" ] || read -r status <"$1/status"
}

# await_harness FOLDER...: for /etc/kit-test/wait. Says that the services are up and waits for a line on the console while
# the harness asks them; a service that fails ends the wait, for there is no answer to come.
await_harness() {
    stty -echo </dev/console
    echo 'kit-test: ready'
    # shellcheck disable=SC3045 # busybox's read has a limit
    until read -r -t 1 _ </dev/console; do
        for folder in "$@"; do
            service_status "$folder"
            case $status in 0 | 4) ;; *) return ;; esac
        done
    done
}

# start_command FILE: the command of `run:` where the harness asks it from outside. It is a service then.
start_command() {
    [ -e "$1" ] || return 0
    install_applets
    mkdir -p /var/log "$state/run"
    run_service run "$state/run" source_command "$1" &
}

# run_command FILE: the command of `run:` and `kit-test exec`, in the root of init. FILE is a piece of shell script.
run_command() {
    [ -e "$1" ] || return 0
    install_applets
    expect_exit "$1"
    if [ "$raw" ]; then
        run_raw "$1"
    else
        run_indented run source_command "$1"
    fi
    expected=''
}

# Busybox's shell finds its applets without links, but what a program executes must be a file. Most images have the links.
install_applets() { [ -e "$lib/applets" ] || /bin/busybox --install -s; }

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
