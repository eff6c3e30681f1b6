// The file that `anyserial hub init` writes: it works as it is, and names what else there is.

/** A commented configuration. */
export const EXAMPLE_CONFIG: string = `# A virtual serial network. Try it:  anyserial hub hub.yaml
# Check it after a change:          anyserial hub check hub.yaml
# Every field with its default:     docs/hub.md of anyserial

networks:
  plant:
    # Who hears whom: bus (each all others), pair (null modem), star (one controller), tap.
    topology: bus
    # Where a message ends: raw, line, idle-gap, slip, cobs, length-prefix. With one of them messages
    # are passed on, and lost, as a whole.
    framing: line

    members:
      # An emulated port: the application opens this path, relative to this file or absolute.
      meter:
        port: ./ports/meter/ttyS0
        # A full queue: drop-newest, drop-oldest, disconnect, backpressure.
        overflow: drop-oldest
        queue: 128KiB

      logger:
        port: ./ports/logger/ttyS0
        # While nobody has the port open: discard, keep.
        whenAbsent: discard

      # Hears everything; what it writes goes nowhere.
      spy:
        port: ./ports/spy/ttyS0
        role: tap

      # A real port.
      # instrument: { serial: /dev/ttyUSB0, baudRate: 19200, parity: even }

      # A TCP peer: connects and reconnects, or serves one client at a time.
      # gateway: { tcp: { connect: "192.0.2.10:4001" } }
      # service: { tcp: { listen: "127.0.0.1:4001" } }

      # A program, and a device written in JavaScript.
      # script: { process: [./answer.sh] }
      # simulator: { device: ./simulator.js }

# Record all traffic, for Wireshark.
# capture: { file: plant.pcapng, maxSize: 64MiB, keep: 5 }

# Prometheus metrics and status on this machine.
# listen: { http: "127.0.0.1:7070" }
`;
