# Nests what an entry prints in the report, on the console and on the port where there is one, line by line as it comes (sed
# would be one line behind). Exits with the entry's status, which follows its output in a line of its own, or with 1 where
# that line is missing.

/^kit-test: end of entry [0-9]+$/ {
    status = $NF
    ended = 1
    exit
}

# A newline before that line is not the entry's: empty lines are held back until something follows.
/^$/ {
    empty++
    next
}

# Why all was skipped: "1..0 # SKIP reason" of TAP, "SKIP: reason" of many scripts.
/^(1\.\.0 )?# SKIP|^SKIP:/ {
    reason = $0
    sub(/^[^S]*SKIP:? */, "", reason)
}

{
    for (; empty > 0; empty--) tell("")
    tell("  " $0)
}

function tell(line) {
    print line
    if (port == "") return
    print line >port
    fflush(port)
}

END {
    if (!ended) status = 1
    if (status == 4) print reason > reason_file
    exit status
}
