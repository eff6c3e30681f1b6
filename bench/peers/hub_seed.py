"""The hub that people write first, with its masters non-blocking so that it does not hang: one
selector, os.read, os.write to all others. Prints the device paths."""

import os
import pty
import selectors
import sys
import tty

masters = []
slaves = []
for _ in range(int(sys.argv[1])):
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    masters.append(master)
    slaves.append(slave)
    print(os.ttyname(slave))
sys.stdout.flush()

selector = selectors.DefaultSelector()
for master in masters:
    selector.register(master, selectors.EVENT_READ)

while True:
    for key, _ in selector.select(timeout=1):
        try:
            data = os.read(key.fd, 4096)
        except BlockingIOError:
            continue
        for master in masters:
            if master != key.fd:
                try:
                    os.write(master, data)
                except BlockingIOError:
                    pass
