#!/bin/sh
# enter.sh BUNDLE CWD [NAME=VALUE]... COMMAND [ARGUMENT]...
# Becomes the command of a container, in the mount namespace made for it: the way of an image without runc.

bundle=$1 cwd=$2
shift 2

echo $$ >"$bundle/pid"
mount -a -T "$bundle/fstab" || exit
cd "$bundle/rootfs" || exit
# Moved onto /, as switch_root does it: in a mere chroot the kernel refuses to make user namespaces.
mount -o move . / || exit

unset HOME TERM PATH PWD OLDPWD SHLVL
while case $1 in *=*) ;; *) false ;; esac do
    export "${1?}"
    shift
done
if [ $# -eq 0 ]; then
    echo 'the container has no command'
    exit 125
fi
exec nsenter --root=. --wd=".$cwd" -- "$@"
