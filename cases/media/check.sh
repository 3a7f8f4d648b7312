# A boot loader adds words of its own to the kernel command line: where QEMU loads kernel and initrd, there are none.
# systemd-boot says `initrd=\initrd.img`, isolinux and syslinux say `BOOT_IMAGE=/kernel`.
if [ -d /sys/firmware/efi ]; then
	word='initrd=\initrd.img'
else
	word='BOOT_IMAGE=/kernel'
fi
echo "the kernel command line: $(cat /proc/cmdline)"
grep -qF "$word" /proc/cmdline
