# Passes on what a service prints: to the console with the service's name before each line, and to its log file. Its exit
# status comes as a line of its own and goes into a file; what the service left running may still print after that.

/^kit-test: end of service [0-9]+$/ {
    print $NF >status_file
    close(status_file)
    ended = 1
    empty = 0 # the newline before that line is not the service's
    next
}

/^$/ {
    empty++
    next
}

{
    for (; empty > 0; empty--) pass("")
    pass($0)
}

END {
    if (!ended) print 1 >status_file
}

function pass(line) {
    print "# " name ": " line
    print line >log_file
    fflush(log_file)
}
