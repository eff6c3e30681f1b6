// The file that `anyserial hub init` writes: it works as it is, and names what else there is.

/** A commented configuration. */
export const EXAMPLE_CONFIG: string = `# A virtual serial network. Try it:  anyserial hub hub.yaml
# Check it after a change:          anyserial hub check hub.yaml
# Every field with its default:     node_modules/anyserial/docs/hub-configuration.md

networks:
  plant:
    # Connections: bus (all with all), pair (null modem), star (one controller), tap.
    topology: bus
    # How bytes are split into messages: raw, line, delimited, fixed-length, length-prefix, slip, cobs,
    # start-end, idle-gap, matching. With all but raw, messages are passed on, and lost, as a whole.
    framing: line

    members:
      # An emulated port. The application opens this path, which is relative to this file or absolute.
      # Give the last part of each path a name of its own: minicom and others lock by that part alone.
      meter:
        port: ./ports/meter/ttyS0
        # When the queue is full: drop-newest, drop-oldest, disconnect, backpressure, wait-then-drop.
        overflow: drop-oldest
        queue: 128KiB

      logger:
        port: ./ports/logger/ttyS1
        # While no application has the port open: discard, keep.
        whenAbsent: discard

      # Receives everything. Bytes that it writes are ignored.
      spy:
        port: ./ports/spy/ttyS2
        role: tap

      # An emulated USB adapter, with modem lines (Linux, as root): anyserial hub init --adapter
      # gauge: { port: { adapter: ft232r, serialNumber: A5 } }

      # A real port.
      # instrument: { serial: /dev/ttyUSB0, baudRate: 19200, parity: even }

      # The same, with the rate that the application on the member "meter" sets.
      # instrument: { serial: /dev/ttyUSB0, follow: meter }

      # A port on another machine, and this network as a port for other machines (RFC 2217).
      # far: { serial: "rfc2217://192.0.2.7:2217" }
      # clients: { remote: { listen: "127.0.0.1:2217", clients: shared } }

      # A TCP peer, to connect to or to listen for.
      # gateway: { tcp: { connect: "192.0.2.10:4001" } }
      # service: { tcp: { listen: "127.0.0.1:4001", onBusy: refuse } }

      # A unix socket, such as the serial port of a virtual machine.
      # vm: { unix: { connect: /run/vm/serial.sock } }

      # A program, and a device written in JavaScript.
      # script: { process: [./answer.sh] }
      # simulator: { device: ./simulator.js }

# Record all traffic, for Wireshark.
# capture: { file: plant.pcapng, maxSize: 64MiB, keep: 5 }

# Prometheus metrics and status on this machine.
# listen: { http: "127.0.0.1:7070" }
`;
