// A user's program for a browser and for Node.js: the types of @types/w3c-web-serial, which declare
// navigator.serial, beside ours. It is compiled with the types of the DOM, and never run.

import * as ours from "anyserial/web-serial";

/** The serial of a browser where there is one, else ours: ours may stand for it. */
export function serialOf(): Serial {
  return typeof navigator === "object" && "serial" in navigator
    ? navigator.serial
    : ours.createSerial({ choose: {} });
}

/** A library that was written for a browser takes our port. */
export async function useLibrary(port: ours.SerialPort): Promise<void> {
  await libraryOf(port);
  const list: SerialPort[] = await ours.createSerial().getPorts();
  await Promise.all(list.map((each) => libraryOf(each)));
}

async function libraryOf(port: SerialPort): Promise<void> {
  await port.open({ baudRate: 9600, bufferSize: 4096 });
  const { readable, writable } = port;
  if (readable === null || writable === null) return;
  const text: ReadableStream<string> = readable.pipeThrough(
    new TransformStream<Uint8Array, string>(),
  );
  await text.pipeTo(new WritableStream<string>());
  const reader: ReadableStreamDefaultReader<Uint8Array> = readable.getReader();
  const byob: ReadableStreamBYOBReader = readable.getReader({ mode: "byob" });
  const writer: WritableStreamDefaultWriter<Uint8Array> = writable.getWriter();
  await Promise.all([reader.cancel(), byob.cancel(), writer.close(), port.close()]);
}

/** Their interfaces are met by ours, member by member. */
export const serial: Serial = ours.createSerial();
export const port = (own: ours.SerialPort): SerialPort => own;
export const readable = (own: ours.SerialPort): SerialPort["readable"] => own.readable;
export const writable = (own: ours.SerialPort): SerialPort["writable"] => own.writable;

/** Classes of either kind are for `instanceof`. */
export const isPort = (value: object): value is SerialPort =>
  value instanceof ours.SerialPort || value instanceof SerialPort;

/** Dictionaries go both ways. */
export const options: Both<SerialOptions, ours.SerialOptions> = true;
export const outputs: Both<SerialOutputSignals, ours.SerialOutputSignals> = true;
export const inputs: Both<SerialInputSignals, ours.SerialInputSignals> = true;
export const info: Both<SerialPortInfo, ours.SerialPortInfo> = true;
export const filter: Both<SerialPortFilter, ours.SerialPortFilter> = true;
export const request: Both<SerialPortRequestOptions, ours.SerialPortRequestOptions> = true;

type Both<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Listeners of either kind. */
export function listen(own: ours.SerialPort): void {
  const asTheirs: SerialPort = own;
  asTheirs.addEventListener("connect", function (event) {
    console.log(this, event.target);
  });
  asTheirs.ondisconnect = function (event) {
    console.log(this.connected, event.type);
  };
  own.addEventListener("disconnect", (event) => console.log(event.target));
  own.onconnect = function () {
    console.log(this.readable, this.getInfo());
  };
}
