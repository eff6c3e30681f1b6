# pyserial_opener.py PATH: opener.mjs with pySerial.
import sys

import serial

print("ready", flush=True)
for _ in sys.stdin:
    with serial.Serial(sys.argv[1], 9600, timeout=0.15) as port:
        print("true" if port.read(1) else "false", flush=True)
