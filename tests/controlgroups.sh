#!/usr/bin/env bash
# Runs the tests of control groups (version 2) in a virtual machine, for machines that have none to delegate: bash tests/controlgroups.sh
# Needs Debian's qemu-system-x86, busybox-static and cpio, and a kernel: the file that KERNEL names, or that of Debian's package, which is
# downloaded. The processor is emulated, so that it runs anywhere; it takes less than a minute.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

kernel=${KERNEL:-}
if [ -z "$kernel" ]; then
	package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-\)/\1/p' | head -n 1)
	(cd "$work" && apt-get download "$package" >/dev/null 2>&1 && dpkg -x "$package"_*.deb kernel)
	kernel=$(echo "$work"/kernel/boot/vmlinuz-*)
fi

root=$work/root
mkdir -p "$root"/{bin,usr/bin,proc,sys,dev,tmp,etc}
cp "$(command -v busybox)" "$root/bin/busybox"
for name in sh mount sleep cat sed env seq setsid mktemp mkfifo rm poweroff; do ln -s busybox "$root/bin/$name"; done
ln -s /bin/env "$root/usr/bin/env"
CGO_ENABLED=0 GOARCH=amd64 go test -c -o "$root/process.test" ./engine/process
cat >"$root/init" <<'INIT'
#!/bin/sh
export PATH=/bin HOME=/tmp
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t cgroup2 none /sys/fs/cgroup
echo "kernel $(cat /proc/sys/kernel/osrelease), controllers: $(cat /sys/fs/cgroup/cgroup.controllers)"
/process.test -test.v -delegated -test.run 'TestControlGroups|TestDelegated'
echo "tests ended with $?"
poweroff -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initramfs"

qemu-system-x86_64 -accel tcg -m 1024 -smp 2 -nographic -no-reboot -net none \
	-kernel "$kernel" -initrd "$work/initramfs" -append 'console=ttyS0 quiet panic=-1' </dev/null | tee "$work/out"
grep -q 'tests ended with 0' "$work/out"
