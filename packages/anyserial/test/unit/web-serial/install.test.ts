import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { createFakeSerialService } from "anyserial/testing";
import { createSerial, installWebSerial, Serial, SerialPort } from "anyserial/web-serial";

interface Scope {
  navigator?: { serial?: Serial; userAgent?: string };
  Serial?: unknown;
  SerialPort?: unknown;
}

test("installWebSerial() makes a navigator where there is none", () => {
  const scope: Scope = {};

  const serial = installWebSerial(scope);

  equal(scope.navigator?.serial, serial);
  equal(scope.Serial, Serial);
  equal(scope.SerialPort, SerialPort);
  ok(serial instanceof Serial);
  ok(serial instanceof EventTarget);
});

test("installWebSerial() leaves the rest of a navigator, and replaces an earlier call", () => {
  const scope: Scope = { navigator: { userAgent: "mine" } };

  const first = installWebSerial(scope);
  const second = installWebSerial(scope, createSerial());

  ok(first !== second);
  equal(scope.navigator?.serial, second);
  equal(scope.navigator?.userAgent, "mine");
});

test("installWebSerial() takes the options of createSerial()", async () => {
  const service = createFakeSerialService();
  await service.addPort({ vid: 1 });
  const scope: Scope = {};

  installWebSerial(scope, { service, choose: {} });

  ok((await scope.navigator?.serial?.requestPort()) instanceof SerialPort);
  throws(() => installWebSerial(scope, { chooser: {} } as never), { hint: /write choose/ });
  throws(() => installWebSerial(undefined as never), { hint: /globalThis/ });
});

test("Serial and SerialPort cannot be made by a program", () => {
  for (const made of [undefined, {}, null]) {
    throws(() => new Serial(made as never), TypeError);
    throws(() => new SerialPort(made as never), TypeError);
  }
});

test("the attributes of Serial and SerialPort are those of the interface", () => {
  const names = (Class: { readonly prototype: object }): Set<string> =>
    new Set(
      Object.getOwnPropertyNames(Class.prototype).filter(
        (name) => name !== "constructor" && !name.endsWith("EventListener"),
      ),
    );
  const expected = (...list: readonly string[]): Set<string> => new Set(list);

  deepEqual(
    names(Serial),
    expected("dispatchEvent", "getPorts", "onconnect", "ondisconnect", "requestPort"),
  );
  deepEqual(
    names(SerialPort),
    expected(
      "close",
      "connected",
      "dispatchEvent",
      "forget",
      "getInfo",
      "getSignals",
      "onconnect",
      "ondisconnect",
      "open",
      "readable",
      "setSignals",
      "writable",
    ),
  );
});
