// One port with many clients: a server, and a program that is the device and all clients.
import { Child } from "../child.mjs";
import { startAnyserial, startSer2net } from "./contenders.mjs";

/** Starts it; `id` is `ser2net` for that server. */
export async function startLoad(tools, { id, count }) {
  const load = new Child("remote-load.c", [tools.load]);
  const path = await load.nextLine();
  const server =
    id === "ser2net"
      ? await startSer2net(path, { protocol: "raw", connections: count + 1 })
      : await startAnyserial(path, ["--raw", "--clients", "shared"]);
  const { port, child } = server;
  await load.ask(`connect ${port} ${count}`);
  const kill = () => {
    load.kill();
    child.kill();
  };
  return { id, load, port, server: child, kill };
}
