// Recorded facts of a healthy FTDI adapter on Debian; a test changes some of them.

import type { PortInfo, PortInspection } from "anyserial";
import type { Facts } from "../../dist/doctor/facts.js";

/** The adapter. */
export const FT232R: PortInfo = {
  path: "/dev/ttyUSB0",
  name: "ttyUSB0",
  description: "FT232R USB UART",
  hardwareId: "USB VID:PID=0403:6001 SER=A50285BI LOCATION=1-1.4",
  vid: 0x0403,
  pid: 0x6001,
  serialNumber: "A50285BI",
  manufacturer: "FTDI",
  product: "FT232R USB UART",
  location: "1-1.4",
  interface: undefined,
  driver: "ftdi_sio",
  stablePath: "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0",
};

/** A look at it. */
export const LOOK: PortInspection = {
  path: "/dev/ttyUSB0",
  isPseudoTerminal: false,
  settings: {
    baudRate: 9600,
    dataBits: 8,
    parity: "none",
    stopBits: 1,
    flowControl: { xonXoff: false, rtsCts: false, dtrDsr: false },
    hangupOnClose: true,
    rs485: null,
  },
  terminal: { canonical: false, echo: false, outputProcessing: false, minimumBytes: 1 },
  capabilities: {
    platform: "linux",
    backend: "linux",
    customBaudRate: "supported",
    markSpaceParity: "supported",
    onePointFiveStopBits: "unsupported",
    xonXoff: "supported",
    rtsCts: "supported",
    dtrDsr: "unsupported",
    modemLines: "supported",
    modemLineEvents: "supported",
    breakSignal: "unknown",
    exclusiveAccess: "supported",
    lowLatency: "unknown",
    rs485: "unsupported",
    inputWaiting: "supported",
    outputWaiting: "supported",
    lineErrorCounters: "supported",
    portDiscovery: "supported",
  },
  inputWaiting: 0,
  outputWaiting: 0,
  isWritable: true,
  modemLines: { cts: true, dsr: true, ri: false, dcd: false },
  controlLines: { rts: true, dtr: true },
  lineErrors: { framing: 3, parity: 0, overrun: 0, break: 0, bufferOverflow: 0 },
  exclusive: false,
  lowLatency: true,
};

/** Nothing is wrong. */
export const HEALTHY: Facts = {
  path: "/dev/ttyUSB0",
  koffi: undefined,
  system: {
    platform: "linux",
    kernel: "6.12.1",
    arch: "x64",
    runtime: "Node.js 20.20.2",
    distribution: "debian",
    isContainer: false,
    isWsl: false,
    hasSysfs: true,
  },
  user: { name: "ada", uid: 1000, groups: [1000, 20], memberOf: ["dialout"] },
  node: {
    kind: "device",
    target: "/dev/ttyUSB0",
    mode: 0o660,
    uid: 0,
    gid: 20,
    owner: "root",
    group: "dialout",
  },
  ports: [FT232R],
  siblings: [],
  danglingLinks: [],
  info: FT232R,
  holders: [],
  maker: undefined,
  inspections: [LOOK, LOOK],
  failure: undefined,
  rate: undefined,
  adapter: {
    driver: "ftdi_sio",
    latencyTimerMs: 1,
    latencyTimerFile: "/sys/class/tty/ttyUSB0/device/latency_timer",
    isLatencyTimerWritable: false,
    powerControl: "on",
    powerControlFile: "/sys/bus/usb/devices/1-1.4/power/control",
  },
  modemManager: undefined,
  kernelLog: [],
  openPorts: [],
  unboundAdapters: [],
  devices: [],
};

/** No device at the path. */
export const MISSING: Partial<Facts> = {
  node: {
    kind: "missing",
    target: undefined,
    mode: undefined,
    uid: undefined,
    gid: undefined,
    owner: undefined,
    group: undefined,
  },
  info: undefined,
  inspections: [],
  adapter: undefined,
};
