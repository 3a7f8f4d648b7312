# check.awk OPTIONS CONFIG: one KTAP result for each option of the first file.

FNR == 1 { files++ }

files == 1 && /^[?]?[A-Z0-9]/ {
    option = $1
    if (sub(/^[?]/, "", option)) optional[option] = 1
    options[++count] = option
}

files == 2 && /^CONFIG_[A-Za-z0-9_]+=[ym]$/ {
    split(substr($0, 8), word, "=")
    value[word[1]] = word[2]
}

END {
    print "KTAP version 1"
    print "1.." count
    for (i = 1; i <= count; i++) {
        option = options[i]
        if (option in value) print "ok " i " CONFIG_" option
        else if (option in optional) print "ok " i " CONFIG_" option " # SKIP optional, and not in this kernel"
        else {
            print "not ok " i " CONFIG_" option
            failed = 1
        }
    }
    exit failed
}
