// A simulated ZiGate coordinator: it answers the commands with which a program starts its network.

const START = 0x01;
const ESCAPE = 0x02;
const END = 0x03;
const ESCAPED = 0x10;
const STATUS = 0x8000;
const RSSI = 0x80;
/** Bytes of a frame in front of its payload. */
const HEADER_BYTES = 5;

const ADDRESS = [0x00, 0x15, 0x8d, 0x00, 0x01, 0x02, 0x03, 0x04];
const PAN = [0xaa, 0xbb];
const EXTENDED_PAN = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];
const CHANNEL = 11;

/** The profile for home automation. */
const HOME = [0x01, 0x04];
/** A short address, by its kind: that of the coordinator. */
const SELF = [2, 0, 0];

/** A message of the network's own profile, with the number and the status of an answer. */
function fromItself(cluster, content) {
  const head = [0, 0, 0, cluster >> 8, cluster & 0xff, 0, 0, ...SELF, ...SELF];
  return [...head, 1, 0, 0, 0, ...content];
}

/** Answers beside the status, by the code of the command. */
const ANSWERS = new Map([
  [0x0009, [0x8009, [0, 0, ...ADDRESS, ...PAN, ...EXTENDED_PAN, CHANNEL]]], // state of the network
  [0x0010, [0x8010, [3, 0x21, 0x03, 0x22]]], // version 3.21
  [0x0011, [0x8006, [0]]], // restarted, with the network that it had
  [0x0024, [0x8024, [1, 0, 0, ...ADDRESS, CHANNEL]]], // formed a network
  [0x0043, [0x8002, fromItself(0x8004, [8, 1, ...HOME, 0, 5, 1, 0, 0])]], // describes the endpoint
  [0x0045, [0x8002, fromItself(0x8005, [1, 1])]], // endpoints: number 1
]);

/** Answers one command; for `makeDevice()`. */
export function zigate(bytes) {
  if (bytes[0] !== START) return { taken: 1 };
  const end = bytes.indexOf(END);
  if (end === -1) return undefined;
  const command = decode(bytes.subarray(1, end));
  const code = command.readUInt16BE(0);
  const answer = ANSWERS.get(code);
  const send = [frame(STATUS, [0, 1, code >> 8, code & 0xff])];
  if (answer !== undefined) send.push(frame(...answer));
  return { taken: end + 1, send: Buffer.concat(send) };
}

function frame(code, payload) {
  const length = payload.length + 1; // with the byte of the signal
  const head = [code >> 8, code & 0xff, length >> 8, length & 0xff];
  const body = [...payload, RSSI];
  const check = [...head, ...body].reduce((sum, byte) => sum ^ byte, 0);
  const escaped = [...head, check, ...body].flatMap((byte) =>
    byte < ESCAPED ? [ESCAPE, byte ^ ESCAPED] : [byte],
  );
  return Buffer.from([START, ...escaped, END]);
}

function decode(raw) {
  const bytes = [];
  for (let i = 0; i < raw.length; i++) bytes.push(raw[i] === ESCAPE ? raw[++i] ^ ESCAPED : raw[i]);
  if (bytes.length < HEADER_BYTES) throw new Error("a command of the program is cut");
  return Buffer.from(bytes);
}
