#!/bin/sh
# What the guest says to the harness: KTAP results, the marker, and the power-off after it.
# https://docs.kernel.org/dev-tools/ktap.html

# The port that carries results beside the console; empty where there is none.
port=''

# tell LINE...: what belongs to the report.
tell() {
    printf '%s\n' "$@"
    [ ! "$port" ] || printf '%s\n' "$@" >"$port"
}

# begin_report PATH...: announces one result for each PATH that exists; a glob without a match does not.
begin_report() {
    number=0 failures=0 announced=0 expected=''
    for path in "$@"; do
        [ ! -e "$path" ] || announced=$((announced + 1))
    done
    tell 'KTAP version 1' "1..$announced"
}

# report NAME STATUS [REASON]: one result line. Status 4 is a skip, as kselftest has it (KSFT_SKIP). Where the case expects
# a status, $expected, that one alone is good and the line tells it either way.
report() {
    number=$((number + 1))
    case $2:$expected in
        "$expected:$expected") tell "ok $number $1 # exit=$2 as expected" ;;
        *:?*)
            failures=$((failures + 1))
            tell "not ok $number $1 # exit=$2, expected $expected"
            ;;
        0:) tell "ok $number $1" ;;
        4:) tell "ok $number $1 # SKIP${3:+ $3}" ;;
        *)
            failures=$((failures + 1))
            tell "not ok $number $1 # exit=$2"
            ;;
    esac
}

end_report() {
    [ "$number" -eq "$announced" ] || give_up "$number of $announced results"
    if [ "$failures" -eq 0 ]; then
        echo 'Moby test suite PASSED'
    else
        echo 'Moby test suite FAILED'
    fi
    power_off
}

# give_up REASON: init itself cannot go on; whatever it said before, the run has failed.
give_up() {
    tell "# kit-test: $1"
    [ ! "$port" ] || close_port
    echo 'Moby test suite FAILED'
    power_off
}

# Never returns: see power-off.ts.
power_off() {
    trap - EXIT
    exec "$lib/power-off"
}
