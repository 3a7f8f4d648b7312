# What scripts of rtf expect of "${RT_LIB}": the functions of its library that tests use, in POSIX sh.

# Exit status of a test that cannot test what it should.
RT_TEST_CANCEL=253

# echoerr WORDS: prints them on standard error.
echoerr() {
    echo "$@" >&2
}

# rt_label_set LABEL: succeeds where the run has this label.
rt_label_set() {
    case ":${RT_LABELS-}:" in
        *":$1:"*) return 0 ;;
    esac
    return 1
}

# COMMAND | assert_contains PATTERN: shows the output, and succeeds where a line of it matches.
assert_contains() {
    _rt_text=$(cat)
    printf '%s\n' "$_rt_text"
    printf '%s\n' "$_rt_text" | grep -q -- "$1"
}

# COMMAND | assert_empty: shows the output, and succeeds where there is none.
assert_empty() {
    _rt_text=$(cat)
    printf '%s\n' "$_rt_text"
    [ -z "$_rt_text" ]
}

# assert_equals [MESSAGE] EXPECTED ACTUAL
assert_equals() {
    _rt_message=
    if [ $# -eq 3 ]; then
        _rt_message="$1: "
        shift
    fi
    [ "${1-}" = "${2-}" ] && return 0
    echo "${_rt_message}expected <${1-}>, got <${2-}>"
    return 1
}

# assert_true [MESSAGE] STATUS-OR-CONDITION: a number is an exit status, anything else a command.
assert_true() {
    _rt_message=
    if [ $# -eq 2 ]; then
        _rt_message="$1: "
        shift
    fi
    case "${1-}" in
        '') false ;;
        *[!0-9]*) (eval "$1") >/dev/null 2>&1 ;;
        *) [ "$1" -eq 0 ] ;;
    esac && return 0
    echo "${_rt_message}not true: ${1-}"
    return 1
}

# assert_null [MESSAGE] TEXT, assert_not_null [MESSAGE] TEXT
assert_null() {
    if [ $# -eq 2 ]; then assert_equals "$1" '' "$2"; else assert_equals '' "${1-}"; fi
}

assert_not_null() {
    if [ $# -eq 2 ]; then
        _rt_message="$1: "
        shift
    else
        _rt_message=
    fi
    [ -n "${1-}" ] && return 0
    echo "${_rt_message}expected some text"
    return 1
}
