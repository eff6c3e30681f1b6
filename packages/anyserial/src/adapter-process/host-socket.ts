// The stream to a host that has a device: the kernel of this machine by a socket pair, or a TCP client.

import type { Socket } from "node:net";
import { nextTick } from "../process/timers.ts";
import type { DeviceModel } from "../usb/device-model.ts";
import { UrbConnection } from "../usbip/urb-connection.ts";

/** Answers that one host has not read; one that reads none is cut off. */
const MOST_UNSENT_BYTES = 16 * 1024 * 1024;

/** A host that is served. */
export interface HostStream {
  readonly isOpen: () => boolean;
  readonly end: () => void;
}

/**
 * Serves a device on a stream until it ends.
 *
 * @param socket The stream; bytes that it has read already are served as well.
 * @param model The device.
 * @param onEnd Called once, when the host is gone.
 */
export function serveHost(socket: Socket, model: DeviceModel, onEnd: () => void): HostStream {
  let isCorked = false;
  const write = (bytes: Uint8Array): void => {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      nextTick(() => {
        isCorked = false;
        socket.uncork();
      });
    }
    socket.write(bytes);
    if (socket.writableLength > MOST_UNSENT_BYTES) socket.destroy();
  };
  const connection = new UrbConnection(model, write);
  socket.on("data", (chunk: Buffer) => {
    try {
      connection.feed(chunk);
    } catch {
      socket.destroy(); // it does not speak the protocol
    }
  });
  socket.on("error", () => socket.destroy());
  socket.on("end", () => socket.destroy());
  socket.on("close", () => {
    connection.end();
    onEnd();
  });
  return { isOpen: () => !socket.destroyed, end: () => socket.destroy() };
}
