#!/bin/sh
# The life of the guest after set-up.ts has mounted what the kernel has to show: run the image's entries, report, power off.
#
# Forks cost milliseconds each in an emulated guest, and `read` costs microseconds a byte: hence no `$(...)` on the way but one, which containers repay.
# shellcheck source-path=SCRIPTDIR
set -u

lib=/usr/lib/kit-test
state=/run/kit-test

# Containers are made by a sealed copy of runc: seal-runc.ts begins this once more with it. Who only looks around makes none.
if [ $# = 0 ] && [ -d /containers ] && [ ! -e /etc/kit-test/shell ] && runc=$(command -v runc); then
    exec 3<"$runc"
    exec "$lib/seal-runc" sealed
fi

. "$lib/report.sh"
trap 'give_up "init ended early"' EXIT
. "$lib/entry.sh"
[ ! -d /containers ] || . "$lib/bundle.sh"

set_up_system() {
    # As LinuxKit has it: a container may ask that what it mounts in a bind is seen here.
    ! has_runc || mount --make-rshared /
    read_arguments
    # Nothing of the kernel's but errors in the bytes of somebody else's command.
    [ ! "$raw" ] || echo 4 >/proc/sys/kernel/printk
    [ ! -s /etc/hostname ] || set_hostname
    load_modules
    [ ! "$cgroup1" ] || . "$lib/cgroup1.sh"
    [ ! -e /etc/kit-test/network ] || . "$lib/network.sh"
    [ ! -e /etc/kit-test/drives ] || . "$lib/drives.sh"
    [ ! -d /containers/volumes ] || . "$lib/volumes.sh"
}

has_runc() { command -v runc >/dev/null; }

# Kernel arguments: kit_test.raw, kit_test.settle=SECONDS, linuxkit.unified_cgroup_hierarchy=0.
read_arguments() {
    raw='' settle=1 cgroup1=''
    read -r arguments </proc/cmdline
    for argument in $arguments; do
        case $argument in
            kit_test.raw) raw=yes ;;
            kit_test.settle=*) settle=${argument#*=} ;;
            linuxkit.unified_cgroup_hierarchy=0) cgroup1=yes ;;
        esac
    done
}

set_hostname() {
    read -r hostname </etc/hostname
    echo "$hostname" >/proc/sys/kernel/hostname
}

# The names in /etc/kit-test/modules; modprobe itself says which of them it cannot load.
load_modules() {
    [ -s /etc/kit-test/modules ] || return 0
    set --
    while read -r module; do set -- "$@" "$module"; done </etc/kit-test/modules
    modprobe -a "$@" 2>&1
}

# await SECONDS COMMAND...: until the command succeeds.
await() {
    tries=$(($1 * 10))
    shift
    until "$@"; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.1
    done
}

set_up_system
if [ -e /etc/kit-test/shell ]; then
    install_applets
    setsid cttyhack sh -l
    power_off
fi

[ ! -e /etc/kit-test/results ] || . "$lib/port.sh"
begin_report /containers/onboot/*/ /containers/services/*/ /etc/kit-test/run /containers/onshutdown/*/
run_bundles /containers/onboot/*/
start_services /containers/services/*/
if [ -e /etc/kit-test/wait ]; then
    start_command /etc/kit-test/run
    await_harness /containers/services/*/ "$state/run"
    report_services /containers/services/*/ "$state/run"
else
    report_services /containers/services/*/
    run_command /etc/kit-test/run
fi
run_bundles /containers/onshutdown/*/
[ ! "$port" ] || close_port
[ ! -e /etc/kit-test/artifacts ] || . "$lib/artifacts.sh"
end_report
