// Entry `@anyserial/serialport`: the exports of `serialport`. CommonJS, as that is; `import` reads the names out of it.

export * from "@serialport/parser-byte-length";
export * from "@serialport/parser-cctalk";
export * from "@serialport/parser-delimiter";
export * from "@serialport/parser-inter-byte-timeout";
export * from "@serialport/parser-packet-length";
export * from "@serialport/parser-readline";
export * from "@serialport/parser-ready";
export * from "@serialport/parser-regex";
export * from "@serialport/parser-slip-encoder";
export * from "@serialport/parser-spacepacket";
export { SerialPort, type SerialPortOpenOptions } from "./serialport.cts";
export { SerialPortMock, type SerialPortMockOpenOptions } from "./serialport-mock.cts";
