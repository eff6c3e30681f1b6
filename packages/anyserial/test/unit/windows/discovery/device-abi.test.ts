// Sizes, ids and numbers of SetupAPI and the registry, as the headers have them (<setupapi.h>, <cfgmgr32.h>,
// <devpkey.h>, <ntddser.h>, <winreg.h> of mingw-w64 and Wine).

import assert from "node:assert/strict";
import { test } from "node:test";
import * as abi from "../../../../dist/windows/discovery/device-abi.js";
import { canonicalPortPath } from "../../../../dist/windows/port-path.js";
import { decodeText, decodeTexts, encodeText } from "../../../../dist/windows/wide-text.js";

for (const [arch, info, data, detail] of [
  ["x64", 32, 32, 8],
  ["arm64", 32, 32, 8],
  ["ia32", 28, 28, 6],
] as const) {
  test(`the structs of SetupAPI on ${arch}`, () => {
    const found = abi.deviceAbi(arch);

    assert.deepEqual(found?.deviceInfo, {
      size: info,
      fields: { cbSize: { offset: 0, size: 4 }, DevInst: { offset: 20, size: 4 } },
    });
    assert.equal(found?.interfaceData.size, data);
    assert.equal(found?.interfaceDetailSize, detail);
  });
}

test("deviceAbi() knows no other CPU", () => {
  assert.equal(abi.deviceAbi("riscv64"), undefined);
});

test("guidBytes() packs the first three numbers backwards", () => {
  const bytes = Buffer.from(abi.guidBytes(abi.GUID_DEVINTERFACE_COMPORT)).toString("hex");

  assert.equal(bytes, "e0d1e0868980d0119ce408003e301f73");
});

test("the keys of properties are a GUID and a number", () => {
  const digits = (key: Uint8Array): string => Buffer.from(key).toString("hex");

  assert.equal(digits(abi.BUS_REPORTED_DESCRIPTION), "7e940b54408bbc45a8a26a0b894cbda204000000");
  assert.equal(digits(abi.LAST_ARRIVAL), "2663da83a69788409453a1923f573b2966000000");
});

test("the numbers of SetupAPI, the configuration manager and the registry", () => {
  assert.deepEqual(
    [abi.GUID_DEVCLASS_PORTS, abi.GUID_DEVCLASS_MODEM],
    ["{4D36E978-E325-11CE-BFC1-08002BE10318}", "{4D36E96D-E325-11CE-BFC1-08002BE10318}"],
  );
  assert.deepEqual(
    [abi.DIGCF_PRESENT, abi.DIGCF_ALLCLASSES, abi.DIGCF_DEVICEINTERFACE],
    [2, 4, 16],
  );
  assert.deepEqual(
    [abi.SPDRP_DEVICEDESC, abi.SPDRP_HARDWAREID, abi.SPDRP_SERVICE, abi.SPDRP_MFG],
    [0, 1, 4, 11],
  );
  assert.deepEqual([abi.SPDRP_FRIENDLYNAME, abi.SPDRP_LOCATION_PATHS], [12, 35]);
  assert.deepEqual([abi.DICS_FLAG_GLOBAL, abi.DIREG_DEV, abi.KEY_READ], [1, 1, 131_097]);
  assert.deepEqual([abi.CR_SUCCESS, abi.CR_NO_SUCH_DEVNODE, abi.DN_HAS_PROBLEM], [0, 13, 1024]);
  assert.deepEqual([abi.REG_SZ, abi.REG_DWORD], [1, 4]);
  assert.equal(abi.HKEY_LOCAL_MACHINE, 2_147_483_650);
  assert.deepEqual(
    [abi.REG_NOTIFY_CHANGE_NAME, abi.REG_NOTIFY_CHANGE_LAST_SET, abi.REG_NOTIFY_THREAD_AGNOSTIC],
    [1, 4, 268_435_456],
  );
});

test("decodeTexts() ends at the empty text, or where the bytes end", () => {
  assert.deepEqual(decodeTexts(Buffer.from("a\0ü\0\0rest", "utf16le")), ["a", "ü"]);
  assert.deepEqual(decodeTexts(Buffer.from("a\0b", "utf16le")), ["a", "b"]);
  assert.deepEqual(decodeTexts(Buffer.from([0x41, 0, 0x42])), ["A"]);
  assert.equal(decodeText(encodeText("COM3")), "COM3");
  assert.equal(decodeText(new Uint8Array(0)), "");
});

for (const [path, name] of [
  ["COM3", "COM3"],
  ["com3", "COM3"],
  ["Com12:", "COM12"],
  ["\\\\.\\com12", "COM12"],
  ["\\\\?\\COM12", "COM12"],
  ["//./COM12", "COM12"],
  ["cnca0", "CNCA0"],
  ["\\\\.\\CNCA0", "CNCA0"],
  ["\\\\?\\usb#vid_2341&pid_0043#1#{86e0d1e0}", "USB#VID_2341&PID_0043#1#{86E0D1E0}"],
] as const) {
  test(`canonicalPortPath() brings ${path} to ${name}`, () => {
    assert.equal(canonicalPortPath(path), name);
  });
}
