# pyserial_client.py PATH...: pySerial as people use it, blocking. Commands on standard input, one
# JSON answer each: see protocol.mjs. pySerial reads one port at a time, so "together" writes to all
# ports and then reads them in order.
import json
import resource
import sys
import threading
import time

import serial

RECEIVE = 65536
PERIOD = 251

ports = [serial.serial_for_url(path, 115200, timeout=30) for path in sys.argv[1:]]


def cpu_us():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


def round_trips(count):
    port = ports[0]
    samples = [0] * count
    cpu = cpu_us()
    for i in range(count):
        start = time.perf_counter_ns()
        port.write(b"x")
        port.read(1)
        samples[i] = time.perf_counter_ns() - start
    cpu = cpu_us() - cpu
    samples.sort()
    return {
        "p50Us": samples[count // 2] / 1e3,
        "p90Us": samples[count * 9 // 10] / 1e3,
        "p99Us": samples[count * 99 // 100] / 1e3,
        "cpuUs": cpu / count,
    }


def together(count):
    start, cpu = time.perf_counter(), cpu_us()
    for _ in range(count):
        for port in ports:
            port.write(b"x")
        for port in ports:
            port.read(1)
    each = count * len(ports)
    return {
        "wallUs": (time.perf_counter() - start) * 1e6 / each,
        "cpuUs": (cpu_us() - cpu) / each,
        "threads": threading.active_count(),
    }


def read_pattern(wanted):
    port = ports[0]
    done = calls = 0
    intact = True
    while done < wanted:
        chunk = port.read(max(1, min(RECEIVE, port.in_waiting)))
        if calls == 0:
            start, cpu = time.perf_counter(), cpu_us()
        calls += 1
        intact &= chunk[0] == done % PERIOD
        done += len(chunk)
        intact &= chunk[-1] == (done - 1) % PERIOD
    return {
        "seconds": time.perf_counter() - start,
        "cpuSeconds": (cpu_us() - cpu) / 1e6,
        "intact": bool(intact and done == wanted),
        "calls": calls,
    }


commands = {"roundTrips": round_trips, "together": together, "read": read_pattern}
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    command, count = line.split()[:2]
    print(json.dumps(commands[command](int(count))), flush=True)
