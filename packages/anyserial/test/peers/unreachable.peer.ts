// Machines and networks that cannot be reached, from a machine that the test makes.

import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { COMMAND } from "../helpers/remote-peers.ts";
import { ADDRESSES, noNetwork, TestNetwork } from "../helpers/test-network.ts";

const skip = noNetwork();

for (const { of, address, code, message, hint } of [
  {
    of: "a machine that is not there",
    address: "10.77.0.9:2217",
    code: "EHOSTUNREACH",
    message: /there is no way to the machine/,
    hint: /check cable, network and address/,
  },
  {
    of: "a network without a route",
    address: "192.0.2.1:2217",
    code: "ENETUNREACH",
    message: /there is no way to its network/,
    hint: /check cable, network and address/,
  },
  {
    of: "a machine that does not answer",
    address: `${ADDRESSES.silent}:2217?timeout=500ms`,
    code: "ETIMEDOUT",
    message: /did not answer within 500 ms/,
    hint: /switched on; a firewall/,
  },
  {
    of: "a machine on which no server listens",
    address: `${ADDRESSES.server}:2217`,
    code: "ECONNREFUSED",
    message: /refuses the connection/,
    hint: /check that the server runs/,
  },
]) {
  for (const [command, verb] of [
    ["receive", "opening"],
    ["doctor", "examining"],
  ] as const) {
    test(`${verb} a port of ${of} fails with ${code} and a hint`, { skip }, async () => {
      using network = new TestNetwork();
      await using child = network.start("client", [
        process.execPath,
        ...[COMMAND, command, `rfc2217://${address}`, "--json"],
      ]);
      const { code: exit, stderr } = await child.ended();

      const { error } = JSON.parse(stderr);
      equal(exit, 3);
      equal(error.name, "PortNotFoundError");
      equal(error.code, code);
      match(error.message, message);
      match(error.hint, hint);
    });
  }
}
