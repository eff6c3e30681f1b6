// As much of an MQTT broker as one program needs that publishes: it takes each connection, subscription and message.
import { createServer } from "node:net";
import mqtt from "mqtt-packet";

/**
 * Starts one on loopback for one test; it is stopped at the test's end.
 *
 * @param t The test.
 * @returns Its address, and a function that waits for a message: it returns the payload.
 */
export async function startBroker(t) {
  const messages = [];
  const waiters = [];
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    const parser = mqtt.parser();
    const answer = (packet) => socket.write(mqtt.generate(packet));
    parser.on("packet", ({ cmd, messageId, payload, qos, subscriptions, topic }) => {
      if (cmd === "connect") answer({ cmd: "connack", returnCode: 0, sessionPresent: false });
      if (cmd === "pingreq") answer({ cmd: "pingresp" });
      if (cmd === "subscribe") {
        answer({ cmd: "suback", messageId, granted: subscriptions.map(() => 0) });
      }
      if (cmd !== "publish") return;
      if (qos === 1) answer({ cmd: "puback", messageId });
      messages.push({ topic, payload: payload.toString() });
      for (const wake of waiters.splice(0)) wake();
    });
    socket.on("data", (chunk) => parser.parse(chunk));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const published = async (topic, pattern) => {
    for (;;) {
      const found = messages.find((one) => one.topic === topic && pattern.test(one.payload));
      if (found !== undefined) return found.payload;
      await new Promise((resolve) => waiters.push(resolve));
    }
  };
  return { address: `mqtt://127.0.0.1:${server.address().port}`, published };
}
