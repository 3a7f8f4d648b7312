#!/bin/sh
# login.sh PORT: logs in with a key that is made here and now, after leaving its public half with the guest.

set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
port=$1

for name in known unknown; do ssh-keygen -q -t ed25519 -N '' -f "$folder/$name"; done

# login USER KEY [COMMAND]: with that key and no other, and no configuration of this machine.
login() {
    user=$1 key=$2
    shift 2
    ssh -F /dev/null -p "$port" -i "$folder/$key" -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
        -o StrictHostKeyChecking=no -o UserKnownHostsFile="$folder/hosts" -o LogLevel=ERROR "$user@127.0.0.1" "$@"
}

login enrol unknown <"$folder/known.pub"
# shellcheck disable=SC2016 # it is the guest that expands them
said=$(login visitor known 'echo "$USER $((6 * 7))"')
[ "$said" = 'visitor 42' ]
! login visitor unknown true 2>/dev/null
