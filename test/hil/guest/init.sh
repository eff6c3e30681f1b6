#!/bin/busybox sh
# The first program of a guest: makes the host's files its root, with a layer of memory above them.
# The kernel's command line says hil.run=FOLDER: where the host put start.sh, and hil.root=FOLDER: where
# the root is among the host's files; if it is not "/", the host's files are at /host as well, and that folder
# is where it is on the host.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev

stop() {
  echo "hil: $1"
  echo o > /proc/sysrq-trigger
  sleep 10
}

while read -r file parameters; do
  insmod "/modules/$file" $parameters || stop "cannot load $file"
done < /modules/list

for argument in $(cat /proc/cmdline); do
  case $argument in
    hil.run=*) run=${argument#hil.run=} ;;
    hil.root=*) root=${argument#hil.root=} ;;
  esac
done

mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /mnt/host ||
  stop "cannot mount the host's files"
mount -t tmpfs -o size=50% memory /mnt/memory
mkdir /mnt/memory/upper /mnt/memory/work
mount -t overlay -o "lowerdir=/mnt/host$root,upperdir=/mnt/memory/upper,workdir=/mnt/memory/work" \
  root /mnt/root || stop "cannot lay memory over the host's files"
mkdir -p /mnt/root/dev /mnt/root/proc /mnt/root/sys /mnt/root/hil
cp /bin/busybox /mnt/root/hil/
if [ "$root" != / ]; then
  mkdir -p /mnt/root/host "/mnt/root$run"
  mount --move /mnt/host /mnt/root/host
  mount --bind "/mnt/root/host$run" "/mnt/root$run"
fi
for name in dev proc sys; do mount --move /$name /mnt/root/$name; done
exec switch_root /mnt/root /hil/busybox sh "$run/start.sh"
