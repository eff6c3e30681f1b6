// A user's program: it must compile with every compiler, with @types/node old and new, and with or
// without the types of the DOM. It is compiled against the packages as built, and never run.

import { Readable, Writable } from "node:stream";
import { defineDevice } from "@anyserial/hub";
import { type BufferedReader, type Bytes, openSerialPort, type SerialPort } from "anyserial";
import { crc16xmodem, type FramedPort, framed, idleGap, lines, slip } from "anyserial/framing";
import { createVirtualPort } from "anyserial/pty";
import { openSerialPortSync } from "anyserial/sync";
import { serialPortPair } from "anyserial/testing";

declare function takesMemory(buffer: ArrayBuffer): void;

/** Received bytes go where a program wants to have them. */
export async function results(port: SerialPort, reader: BufferedReader): Promise<void> {
  const bytes: Bytes = await port.receive({ signal: AbortSignal.timeout(5) });
  new Blob([bytes, await port.reader.receiveExactly(1), reader.takeBuffered()]);
  await fetch("http://localhost/", { method: "POST", body: bytes });
  new Response(await reader.receiveExactly(1));
  new Response(await reader.receiveUntil("\n"));
  await crypto.subtle.digest("SHA-256", bytes);
  takesMemory(bytes.buffer as ArrayBuffer);
  for await (const chunk of port) new Response(chunk);
  for await (const event of port.receiveEvents()) {
    if (event.kind === "data") new Response(event.data);
  }
}

/** Web streams, Node's and the global ones. */
export async function streams(port: SerialPort): Promise<void> {
  const text: ReadableStream<string> = port.readable.pipeThrough(new TextDecoderStream());
  await text.cancel();
  const [one, other] = port.readable.tee();
  await one.pipeTo(port.writable);
  await other.cancel();
  const changed = port.readable.pipeThrough(new TransformStream<Uint8Array, Uint8Array>());
  await changed.pipeTo(port.writable);
  for await (const chunk of port.readable) new Blob([chunk]);
  new Response(port.readable as ReadableStream<Bytes>);
  Readable.fromWeb(port.readable).pipe(port.toDuplex());
  Writable.fromWeb(port.writable).end();
  const { value } = await port.readable.getReader({ mode: "byob" }).read(new Uint8Array(10));
  console.log(value?.byteLength);
  const writer = port.writable.getWriter();
  await writer.write(new TextEncoder().encode("x"));
  await writer.write(Buffer.from("x"));
}

/** Messages. */
export async function messages(port: SerialPort): Promise<void> {
  const instrument: FramedPort<string> = port.framed(lines({ ending: "crlf" }));
  const answer: string = await instrument.request("MEAS?", { retries: 1, retryAfterMs: 500 });
  const all: string[] = await instrument.requestAll("AT", { until: (line) => line === "OK" });
  console.log(answer.length + all.length);
  const packets = framed(port, slip({ checksum: "crc16ccitt" }));
  await packets.send(Buffer.from("x"));
  new Blob([await packets.receive(), crc16xmodem(Buffer.from("x"))]);
  for await (const packet of packets.messages({ onError: ({ code }) => console.log(code) })) {
    takesMemory(packet.buffer as ArrayBuffer);
    break;
  }
  for await (const text of port.readable.pipeThrough(lines().decodeStream())) console.log(text);
  port
    .toDuplex()
    .pipe(idleGap({ ms: 5 }).decodeTransform())
    .on("data", console.log);
}

/** The other entries. */
export async function entries(): Promise<void> {
  await using port = await openSerialPort("/dev/ttyUSB0", { baudRate: 9600 });
  await using device = await createVirtualPort();
  await using pair = await serialPortPair();
  using sync = openSerialPortSync(device.path);
  console.log(sync.framed(lines()).request("MEAS?", { timeoutMs: 5 }).length);
  new Response(await device.receive());
  new Response(sync.receive({ timeoutMs: 5 }));
  device.subscribe({ onData: (bytes) => void new Blob([bytes]) });
  device.subscribe({ onData: (bytes: Uint8Array) => void bytes });
  await pair.a.send(port.config.exclusive ? new Float64Array(1) : new DataView(new ArrayBuffer(1)));
  defineDevice({ onMessage: (message) => Buffer.from(message).toString() });
}
