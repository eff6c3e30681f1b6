// A line with breaks, modem lines and settings: the far end of a cable, whose near end is served on loopback.
import { SerialServer } from "anyserial/serve";
import { serialPortPair } from "anyserial/testing";

/**
 * Makes a line for one test; it is taken away at the test's end.
 *
 * @param t The test.
 * @returns The address to open, the near end whose settings the program makes, and the far end.
 */
export async function makeLine(t) {
  const pair = await serialPortPair();
  const server = await SerialServer.listen({ listen: { host: "127.0.0.1", port: 0 } });
  const serving = server.serve(pair.a).catch(() => undefined); // the port is closed at the end
  t.after(async () => {
    await pair.close();
    await serving;
    await server.close();
  });
  return { path: `rfc2217://127.0.0.1:${server.address.port}`, near: pair.a, far: pair.b };
}
