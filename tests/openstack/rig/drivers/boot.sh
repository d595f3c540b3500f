#!/bin/sh
# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Process 1 of a guest, in namespaces of its own: boot.sh FOLDER LOWER ok|hang|refuse|dark SECONDS LAST-INTERFACE
# What it says goes to the console; one line to standard output says that it stands on its own root.
folder=$1 lower=$2 sshd=$3 seconds=$4 interface=$5
say() { echo "[rig] $*" >&2; }
fail() { say "failed: $*"; exit 1; }
umask 022

mount -t overlay -o "lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work" guest "$folder/root" || fail overlay
cd "$folder/root" || fail root
mount -t proc proc proc || fail proc
mount -t sysfs -o ro sysfs sys || fail sys
mount -t tmpfs -o mode=755,size=1m dev dev || fail dev
mount -t tmpfs -o mode=755,size=64m run run || fail run
mkdir dev/pts dev/shm run/sshd run/lock
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
while read -r name major minor; do
  mknod -m 666 "dev/$name" c "$major" "$minor"
done <<END
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
END
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
chmod 1777 dev/shm
# What no namespace has for itself is the machine's: to be looked at, not touched.
for name in kernel vm fs; do mount -o bind,ro "proc/sys/$name" "proc/sys/$name"; done
pivot_root . mnt || fail pivot_root
cd / || fail /
umount -l /mnt
read -r name </etc/hostname
hostname "$name"
echo standing
exec >&2

# Now the driver plugs the interfaces.
tries=0
until [ -e "/sys/class/net/$interface" ]; do
  tries=$((tries + 1))
  [ $tries -gt 600 ] && fail "no $interface"
  sleep 0.05
done
echo 1 >/proc/sys/net/ipv4/conf/all/arp_notify
ip -force -batch /var/lib/rig/network
instance=/var/lib/cloud/instance
say "$name boots"
rm -f /run/nologin
[ -e /etc/ssh/ssh_host_ed25519_key ] ||
  ssh-keygen -q -t ed25519 -N '' -C "root@$name" -f /etc/ssh/ssh_host_ed25519_key
ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
tame() { setpriv --bounding-set=-sys_time,-sys_module,-sys_rawio,-sys_boot,-mknod,-syslog "$@"; }
(
  sleep "$seconds"
  case $sshd in
    refuse) say "sshd is not started (knob)" ;;
    hang)
      tame /usr/sbin/sshd
      sleep 0.2
      kill -STOP "$(cat /run/sshd.pid)"
      say "sshd is frozen (knob)"
      ;;
    *) tame /usr/sbin/sshd && say "sshd is up" ;;
  esac
  # Once in the life of the instance, as cloud-init would.
  if [ ! -e $instance/boot-finished ]; then
    status=0
    if [ -x $instance/scripts/part-001 ]; then
      tame $instance/scripts/part-001 >/var/log/cloud-init-output.log 2>&1 </dev/null
      status=$?
      say "the script of user_data ended with $status"
    fi
    echo $status >/var/lib/cloud/data/result
    echo "$(date -R) - finished, user_data exit status $status" >$instance/boot-finished
  fi
) &
# Process 1 collects what its children leave.
while :; do
  sleep 1000000 &
  wait $!
done
