#!/bin/sh
# For checks that run in the guest: reports the outcome of shell functions as KTAP.
# https://docs.kernel.org/dev-tools/ktap.html
#
#   . /usr/lib/kit-test/ktap.sh
#   mounts_are_private() { unshare -m mount -t tmpfs none /mnt && ! grep ' /mnt ' /proc/mounts; }
#   run_tests mounts_are_private ...
#
# A test passes when its function ends with 0; `fail` and `skip` end it early with a reason.

# run_tests FUNCTION...: one result each; ends the script, with 0 when none failed.
run_tests() {
    number=0 failures=0
    echo 'KTAP version 1'
    echo "1..$#"
    for test in "$@"; do
        number=$((number + 1))
        ("$test")
        case $? in
            0) echo "ok $number $test" ;;
            4) ;; # skip has said it
            *)
                failures=$((failures + 1))
                echo "not ok $number $test"
                ;;
        esac
    done
    exit $((failures > 0))
}

# fail REASON
fail() {
    echo "# $*"
    exit 1
}

# skip REASON: ends the test with its result line.
skip() {
    echo "ok $number $test # SKIP $*"
    exit 4
}

# skip_all REASON: instead of run_tests, when nothing of the script can be tested.
skip_all() {
    echo 'KTAP version 1'
    echo "1..0 # SKIP $*"
    exit 4
}

# kernel_before MAJOR MINOR: whether the running kernel is older.
kernel_before() {
    IFS=.- read -r major minor _ </proc/sys/kernel/osrelease
    [ "$major" -lt "$1" ] || { [ "$major" -eq "$1" ] && [ "${minor%%[!0-9]*}" -lt "$2" ]; }
}
