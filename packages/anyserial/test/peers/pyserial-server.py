# pyserial-server.py PATH: serves a port by pySerial's own server of RFC 2217, serial.rfc2217.PortManager, to one
# client after the other, on loopback. Prints the number of its TCP port, and each output line that a client sets; a
# line such as "cts 1" on its standard input sets an input line. Its port is a pty, which has none of them.
import os
import socket
import sys
import threading

import serial
import serial.rfc2217


class Port(serial.Serial):
    lines = {"cts": False, "dsr": False, "ri": False, "cd": False}
    cts = property(lambda self: self.lines["cts"])
    dsr = property(lambda self: self.lines["dsr"])
    ri = property(lambda self: self.lines["ri"])
    cd = property(lambda self: self.lines["cd"])

    def _update_dtr_state(self):
        print("dtr", int(self._dtr_state), flush=True)

    def _update_rts_state(self):
        print("rts", int(self._rts_state), flush=True)

    def _update_break_state(self):
        print("break", int(self._break_state), flush=True)


class Client:
    def __init__(self, port, connection):
        self.port = port
        self.connection = connection
        self.lock = threading.Lock()
        self.is_open = True
        self.manager = serial.rfc2217.PortManager(port, self)

    def write(self, data):
        with self.lock:
            self.connection.sendall(data)

    def from_port(self):
        try:
            while self.is_open:
                data = self.port.read(self.port.in_waiting or 1)
                if data:
                    self.write(b"".join(self.manager.escape(data)))
        except (OSError, serial.SerialException):
            self.connection.shutdown(socket.SHUT_RDWR)

    def poll(self, ended):
        while not ended.wait(1):
            try:
                self.manager.check_modem_lines()
            except OSError:
                return

    def run(self):
        ended = threading.Event()
        reader = threading.Thread(target=self.from_port)
        poller = threading.Thread(target=self.poll, args=(ended,))
        reader.start()
        poller.start()
        try:
            while data := self.connection.recv(1024):
                self.port.write(b"".join(self.manager.filter(data)))
        except (OSError, serial.SerialException):
            pass
        self.is_open = False
        ended.set()
        self.connection.close()
        reader.join()
        poller.join()


def take_lines():
    for command in sys.stdin:
        name, level = command.split()
        Port.lines[name] = level == "1"
    os._exit(0)  # the test is gone


port = Port(sys.argv[1])
port.timeout = 0.1  # the reader looks for its end
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=take_lines, daemon=True).start()
while True:
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Client(port, connection).run()
