// The file that `anyserial hub init --adapter` writes: ports that the kernel takes for hardware.

/** A commented configuration with emulated adapters. */
export const ADAPTER_EXAMPLE_CONFIG: string = `# Emulated USB adapters, joined by a null-modem cable. Linux only. Once, as root:  modprobe vhci-hcd
# Try it:                            sudo anyserial hub hub.yaml
# Every field with its default:      node_modules/anyserial/docs/hub-configuration.md
# Needs, and a table of the chips:   node_modules/anyserial/docs/adapters.md

networks:
  bench:
    topology: pair

    members:
      # The kernel's own driver makes the node of this one: /dev/ttyUSB0, or the next number. The link leads to it.
      # A program that looks for its adapter by the ids or the serial number finds it.
      application:
        port:
          # cdc-acm (fast), ft232r (all lines, and errors in their place), cp2102n, ch340, pl2303.
          adapter: ft232r
          serialNumber: A50285BI
          link: ./ports/application/ttyS0
          # Without root: one command runs as root, to plug it in.
          # helper: [sudo, -n]
          # RTS of the other member is CTS here, DTR is DSR and DCD. Other wires:
          # wires: { dcd: "on", ri: dtr }
        # Permission bits of the node, so that a program without root can open it.
        mode: "0666"
        # Parity and framing errors, as on a bad line.
        # bitErrorRate: 0.0001

      # The other end: another adapter, a pty, a real port, a TCP peer, a program, or a device in JavaScript.
      instrument:
        port: { adapter: cdc-acm, serialNumber: SIM-1, link: ./ports/instrument/ttyS1 }
        mode: "0666"

# Record all traffic and lines, for Wireshark.
# capture: { file: bench.pcapng }
`;
