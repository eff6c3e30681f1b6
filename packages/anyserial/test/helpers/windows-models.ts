// Machines as Windows describes them: instance ids, properties and the devices above, after the shapes
// that drivers' documentation and bug reports show.

import { type FakeDevice, SPDRP } from "./fake-devices.ts";

/** Where a USB device is plugged in. */
function locations(...steps: string[]): string[] {
  const path = `PCIROOT(0)#PCI(1400)#USBROOT(0)${steps.map((step) => `#${step}`).join("")}`;
  return [path, `ACPI(_SB_)#ACPI(PCI0)${steps.map((step) => `#${step}`).join("")}`];
}

const HUB: FakeDevice = { id: "USB\\ROOT_HUB30\\4&1A2B3C4D&0&0", bus: "USB root hub" };
const COMPORT = "{86e0d1e0-8089-11d0-9ce4-08003e301f73}";

/** Path of a device's COM port interface. */
function interfaceOf(id: string): string {
  return `\\\\?\\${id.replaceAll("\\", "#")}#${COMPORT}`;
}

/** An Arduino Uno: one CDC-ACM function, the driver that Windows brings. */
export const ARDUINO: readonly FakeDevice[] = [
  HUB,
  {
    id: "USB\\VID_2341&PID_0043\\85736323838351F0E1C0",
    class: "ports",
    interface: interfaceOf("USB\\VID_2341&PID_0043\\85736323838351F0E1C0"),
    portName: "COM3",
    parent: HUB.id,
    bus: "Arduino Uno",
    properties: {
      [SPDRP.desc]: "USB Serial Device",
      [SPDRP.hardwareId]: ["USB\\VID_2341&PID_0043&REV_0001", "USB\\VID_2341&PID_0043"],
      [SPDRP.service]: "usbser",
      [SPDRP.mfg]: "Microsoft",
      [SPDRP.name]: "USB Serial Device (COM3)",
      [SPDRP.locations]: locations("USB(4)"),
    },
  },
];

/** An FT232R behind FTDI's bus driver. */
export const FT232R: readonly FakeDevice[] = [
  HUB,
  {
    id: "USB\\VID_0403&PID_6001\\A50285BI",
    parent: HUB.id,
    bus: "FT232R USB UART",
    properties: { [SPDRP.locations]: locations("USB(1)", "USB(4)") },
  },
  {
    id: "FTDIBUS\\VID_0403+PID_6001+A50285BIA\\0000",
    class: "ports",
    interface: interfaceOf("FTDIBUS\\VID_0403+PID_6001+A50285BIA\\0000"),
    portName: "COM12",
    latencyTimer: 16,
    parent: "USB\\VID_0403&PID_6001\\A50285BI",
    properties: {
      [SPDRP.desc]: "USB Serial Port",
      [SPDRP.service]: "FTSER2K",
      [SPDRP.mfg]: "FTDI",
      [SPDRP.name]: "USB Serial Port (COM12)",
    },
  },
];

/** An FT2232D without an EEPROM: no serial number, two channels. */
export const FT2232D: readonly FakeDevice[] = [
  HUB,
  { id: "USB\\VID_0403&PID_6010\\5&2E1A0C&0&2", parent: HUB.id, bus: "Dual RS232" },
  ...[0, 1].flatMap((channel): FakeDevice[] => [
    {
      id: `USB\\VID_0403&PID_6010&MI_0${channel}\\6&1F2E3D&0&000${channel}`,
      parent: "USB\\VID_0403&PID_6010\\5&2E1A0C&0&2",
      bus: "Dual RS232",
      properties: { [SPDRP.locations]: locations("USB(2)", `USBMI(${channel})`) },
    },
    {
      id: `FTDIBUS\\VID_0403+PID_6010+5&2E1A0C&0&2&${channel + 1}\\0000`,
      class: "ports",
      interface: interfaceOf(`FTDIBUS\\VID_0403+PID_6010+5&2E1A0C&0&2&${channel + 1}\\0000`),
      portName: `COM${9 + channel}`,
      parent: `USB\\VID_0403&PID_6010&MI_0${channel}\\6&1F2E3D&0&000${channel}`,
      properties: { [SPDRP.service]: "FTSER2K", [SPDRP.mfg]: "FTDI" },
    },
  ]),
];

/** A CP2105: a composite device with a serial number, two interfaces with names. */
export const CP2105: readonly FakeDevice[] = [
  HUB,
  {
    id: "USB\\VID_10C4&PID_EA70\\0087F1A2",
    parent: HUB.id,
    bus: "CP2105 Dual USB to UART Bridge Controller",
    properties: { [SPDRP.locations]: locations("USB(3)") },
  },
  ...["Enhanced Com Port", "Standard Com Port"].map(
    (name, index): FakeDevice => ({
      id: `USB\\VID_10C4&PID_EA70&MI_0${index}\\7&AB06D17&0&000${index}`,
      class: "ports",
      interface: interfaceOf(`USB\\VID_10C4&PID_EA70&MI_0${index}\\7&AB06D17&0&000${index}`),
      portName: `COM${5 + index}`,
      parent: "USB\\VID_10C4&PID_EA70\\0087F1A2",
      bus: name,
      properties: {
        [SPDRP.service]: "silabser",
        [SPDRP.mfg]: "Silicon Laboratories Inc.",
        [SPDRP.name]: `Silicon Labs Dual CP2105 USB to UART Bridge: ${name} (COM${5 + index})`,
        [SPDRP.locations]: locations("USB(3)", `USBMI(${index})`),
      },
    }),
  ),
];

/** A CH340 without a serial number; its driver registers no interface. */
export const CH340: readonly FakeDevice[] = [
  HUB,
  {
    id: "USB\\VID_1A86&PID_7523\\5&37F8C3A8&0&2",
    class: "ports",
    portName: "COM7",
    parent: HUB.id,
    bus: "USB2.0-Serial",
    properties: {
      [SPDRP.service]: "CH341SER_A64",
      [SPDRP.mfg]: "wch.cn",
      [SPDRP.name]: "USB-SERIAL CH340 (COM7)",
      [SPDRP.locations]: locations("USB(2)"),
    },
  },
];

/** An ESP32-S3: composite, with colons in its serial number. */
export const ESP32: readonly FakeDevice[] = [
  HUB,
  {
    id: "USB\\VID_303A&PID_1001\\24:0A:C4:12:34:56",
    parent: HUB.id,
    bus: "USB JTAG/serial debug unit",
    properties: { [SPDRP.locations]: locations("USB(1)", "USB(1)", "USB(4)") },
  },
  {
    id: "USB\\VID_303A&PID_1001&MI_00\\7&2C4F1B2&0&0000",
    class: "ports",
    interface: interfaceOf("USB\\VID_303A&PID_1001&MI_00\\7&2C4F1B2&0&0000"),
    portName: "COM21",
    parent: "USB\\VID_303A&PID_1001\\24:0A:C4:12:34:56",
    properties: {
      [SPDRP.service]: "usbser",
      [SPDRP.name]: "USB Serial Device (COM21)",
      [SPDRP.locations]: locations("USB(1)", "USB(1)", "USB(4)", "USBMI(0)"),
    },
  },
];

/** A multiport adapter whose driver has an enumerator of its own. */
export const MOXA: readonly FakeDevice[] = [
  HUB,
  {
    id: "USB\\VID_110A&PID_1410\\5&2F0A1B&0&6",
    parent: HUB.id,
    properties: { [SPDRP.locations]: locations("USB(6)") },
  },
  {
    id: "MXUPORT\\COM\\6&3A4B5C&0&0000",
    class: "ports",
    portName: "COM30",
    parent: "USB\\VID_110A&PID_1410\\5&2F0A1B&0&6",
    properties: { [SPDRP.mfg]: "MOXA Inc.", [SPDRP.name]: "MOXA USB Serial Port (COM30)" },
  },
];

/** The UART of the mainboard. */
export const MAINBOARD: readonly FakeDevice[] = [
  { id: "ACPI_HAL\\PNP0C08\\0" },
  {
    id: "ACPI\\PNP0501\\1",
    class: "ports",
    interface: interfaceOf("ACPI\\PNP0501\\1"),
    portName: "COM1",
    parent: "ACPI_HAL\\PNP0C08\\0",
    properties: {
      [SPDRP.hardwareId]: ["ACPI\\VEN_PNP&DEV_0501", "ACPI\\PNP0501", "*PNP0501"],
      [SPDRP.service]: "Serial",
      [SPDRP.mfg]: "(Standard port types)",
      [SPDRP.name]: "Communications Port (COM1)",
    },
  },
  { id: "ACPI\\PNP0400\\5", class: "ports", portName: "LPT1" },
];

/** Serial port profile over the Bluetooth adapter of the machine. */
export const BLUETOOTH: readonly FakeDevice[] = [
  HUB,
  { id: "USB\\VID_8087&PID_0A2B\\5&1F4B3A&0&7", parent: HUB.id },
  { id: "BTH\\MS_BTHBRB\\6&2A3B4C&0&1", parent: "USB\\VID_8087&PID_0A2B\\5&1F4B3A&0&7" },
  {
    id: "BTHENUM\\{00001101-0000-1000-8000-00805F9B34FB}_LOCALMFG&0002\\7&5D6E7F&0&001122334455_C00000000",
    class: "ports",
    interface: "\\\\?\\BTHENUM#spp",
    portName: "COM4",
    parent: "BTH\\MS_BTHBRB\\6&2A3B4C&0&1",
    properties: { [SPDRP.name]: "Standard Serial over Bluetooth link (COM4)" },
  },
];

/** A modem of the class of modems. */
export const MODEM: readonly FakeDevice[] = [
  HUB,
  {
    id: "USB\\VID_0572&PID_1329\\24680246",
    class: "modem",
    portName: "COM8",
    parent: HUB.id,
    properties: { [SPDRP.name]: "Conexant USB CX93010 ACF Modem" },
  },
];

/** A pair that a program makes, under names of its own. */
export const COM0COM: readonly FakeDevice[] = [
  {
    id: "COM0COM\\PORT\\CNCA0",
    class: "ports",
    portName: "CNCA0",
    properties: { [SPDRP.name]: "com0com - serial port emulator CNCA0 (CNCA0)" },
  },
];
