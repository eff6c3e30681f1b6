// IOKit at the FFI seam: the declarations, the reads, and that everything created is released.

import { deepEqual, equal, throws } from "node:assert/strict";
import { endianness } from "node:os";
import { test } from "node:test";
import { openIoKit } from "../../../dist/darwin/iokit.js";
import { listPorts, SERIAL_CLASS } from "../../../dist/darwin/list.js";
import { FakeIoKit } from "../../helpers/fake-iokit.ts";
import {
  BLUETOOTH,
  FT232R,
  FT2232H,
  type IoNode,
  machine,
  node,
  OLD_MODEM,
  serialDriver,
} from "../../helpers/io-tree.ts";
import { SyntheticRegistry } from "../../helpers/synthetic-registry.ts";

const skip = endianness() === "BE" ? "io_object_t is little-endian on every Mac" : false;
const EVERYTHING = machine(FT232R, FT2232H, OLD_MODEM, BLUETOOTH);
const REFUSED = { name: "SerialError", code: "ERR_SERIAL_IOKIT" };

/** The service of a serial driver. */
function serviceOf(driver: IoNode): IoNode {
  return driver.children[0]?.children[0] as IoNode;
}

test("openIoKit() loads the two frameworks by their paths, and nothing before", () => {
  const fake = new FakeIoKit(EVERYTHING);
  deepEqual(fake.loaded, []);

  openIoKit(fake);

  deepEqual(fake.loaded, [
    "/System/Library/Frameworks/IOKit.framework/IOKit",
    "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation",
  ]);
});

test("openIoKit() says so when the frameworks do not load", () => {
  const fake = new FakeIoKit(EVERYTHING);
  const cause = new Error("no such image");
  fake.load = () => {
    throw cause;
  };

  throws(() => openIoKit(fake), { ...REFUSED, cause });
});

/** As in IOKitLib.h, CFBase.h, CFString.h, CFNumber.h and mach/message.h; none of them is variadic. */
const SIGNATURES = {
  IOServiceMatching: "pointer string",
  IOServiceGetMatchingServices: "int uint pointer bytes",
  IOIteratorNext: "uint uint",
  IOObjectRelease: "int uint",
  IORegistryEntryGetParentEntry: "int uint string bytes",
  IORegistryEntryGetChildIterator: "int uint string bytes",
  IOObjectConformsTo: "int uint string",
  IORegistryEntryCreateCFProperty: "pointer uint pointer pointer uint",
  IONotificationPortCreate: "pointer uint",
  IONotificationPortGetMachPort: "uint pointer",
  IONotificationPortDestroy: "void pointer",
  IOServiceAddMatchingNotification: "int pointer string pointer pointer pointer bytes",
  mach_msg: "int bytes int uint uint uint uint uint",
  mach_msg_destroy: "void bytes",
  CFStringCreateWithCString: "pointer pointer string uint",
  CFRelease: "void pointer",
  CFGetTypeID: "ulong pointer",
  CFStringGetTypeID: "ulong",
  CFNumberGetTypeID: "ulong",
  CFStringGetLength: "ssize pointer",
  CFStringGetCString: "uchar pointer bytes ssize uint",
  CFNumberGetValue: "uchar pointer ssize bytes",
};
test("openIoKit() declares each function as its header does", () => {
  const fake = new FakeIoKit(EVERYTHING);

  openIoKit(fake);

  deepEqual(Object.fromEntries(fake.bound), SIGNATURES);
});

test("listPorts() reads the same through IOKit, and releases all that it created", { skip }, () => {
  const fake = new FakeIoKit(EVERYTHING);

  const ports = listPorts(openIoKit(fake));

  deepEqual(ports, listPorts(new SyntheticRegistry(EVERYTHING)));
  equal(fake.alive, 0);
});

test("property() reads texts of any script, and nothing of other types", { skip }, () => {
  const properties = { text: "Pröbe 試験 🔌", big: 0xffff_ffff, less: -2, flag: true, data: [1] };
  const fake = new FakeIoKit(node("X", properties));
  const ioKit = openIoKit(fake);
  const [entry = 0] = ioKit.services("X");

  const read = (key: string): unknown => ioKit.property(entry, key);

  deepEqual([read("text"), read("big"), read("less")], ["Pröbe 試験 🔌", 0xffff_ffff, -2]);
  deepEqual([read("flag"), read("data"), read("none")], [undefined, undefined, undefined]);
  ioKit.release(entry);
  equal(fake.alive, 0);
});

test("property() takes no text that is longer than any device's", { skip }, () => {
  const fake = new FakeIoKit(node("X", { long: "x".repeat(5000), empty: "" }));
  const ioKit = openIoKit(fake);
  const [entry = 0] = ioKit.services("X");

  deepEqual([ioKit.property(entry, "long"), ioKit.property(entry, "empty")], [undefined, ""]);
});

/** Functions whose failure only makes a property unknown. */
for (const symbol of ["CFStringCreateWithCString", "CFStringGetCString", "CFNumberGetValue"]) {
  test(`property() is undefined and leaks nothing when ${symbol} fails`, { skip }, () => {
    const fake = new FakeIoKit(node("X", { text: "t", number: 1 }));
    const ioKit = openIoKit(fake);
    const [entry = 0] = ioKit.services("X");
    fake.failing.add(symbol);

    const read = [ioKit.property(entry, "text"), ioKit.property(entry, "number")];

    equal(read.includes(undefined), true);
    ioKit.release(entry);
    equal(fake.alive, 0);
  });
}

for (const symbol of ["IORegistryEntryGetParentEntry", "IORegistryEntryGetChildIterator"]) {
  test(`listPorts() lists what is known when ${symbol} fails`, { skip }, () => {
    const fake = new FakeIoKit(machine(FT232R));
    fake.failing.add(symbol);

    const ports = listPorts(openIoKit(fake));

    equal(ports[0]?.path, "/dev/cu.usbserial-A6008isP");
    equal(fake.alive, 0);
  });
}

for (const symbol of ["IOServiceMatching", "IOServiceGetMatchingServices"]) {
  test(`services() fails and leaks nothing when ${symbol} fails`, { skip }, () => {
    const fake = new FakeIoKit(EVERYTHING);
    fake.failing.add(symbol);

    throws(() => openIoKit(fake).services(SERIAL_CLASS), { ...REFUSED, syscall: symbol });

    equal(fake.alive, 0);
  });
}

test("notify() reports services that come and go after it, not those that are there", {
  skip,
}, () => {
  const fake = new FakeIoKit(EVERYTHING);
  const ioKit = openIoKit(fake);
  const came = serviceOf(serialDriver("d", "new"));
  const went = serviceOf(serialDriver("d", "old"));
  const notifications = ioKit.notify(SERIAL_CLASS);
  const before = fake.alive;

  deepEqual(notifications.take(), { arrived: [], gone: [] });
  fake.happens("IOServiceFirstMatch", came);
  fake.happens("IOServiceTerminate", went);
  const { arrived, gone } = notifications.take();

  const pathOf = (entry: number): unknown => ioKit.property(entry, "IOCalloutDevice");
  deepEqual(arrived.map(pathOf), ["/dev/cu.new"]);
  deepEqual(gone.map(pathOf), ["/dev/cu.old"]);
  for (const entry of [...arrived, ...gone]) ioKit.release(entry);
  equal(fake.alive, before);
  equal(fake.messagesDestroyed, 2);
  equal(notifications.machPort, 0x1203);
});

test("notify() is called again after each take: the iterators are read to their end", {
  skip,
}, () => {
  const fake = new FakeIoKit(EVERYTHING);
  const ioKit = openIoKit(fake);
  const notifications = ioKit.notify(SERIAL_CLASS);
  const counts: number[] = [];

  for (const suffix of ["a", "b", "c"]) {
    fake.happens("IOServiceFirstMatch", serviceOf(serialDriver("d", suffix)));
    fake.happens("IOServiceFirstMatch", serviceOf(serialDriver("d", `${suffix}2`)));
    counts.push(notifications.take().arrived.length);
  }

  deepEqual(counts, [2, 2, 2]);
  equal(fake.messagesDestroyed, 3); // one for a change while it was not armed
});

test("notify() goes on after a message that is too long: the kernel has dropped it", {
  skip,
}, () => {
  const fake = new FakeIoKit(EVERYTHING);
  const notifications = openIoKit(fake).notify(SERIAL_CLASS);
  fake.happens("IOServiceFirstMatch", serviceOf(serialDriver("d", "new")));
  fake.nextMessage = 0x1000_4004; // MACH_RCV_TOO_LARGE

  equal(notifications.take().arrived.length, 1);
});

test("notify() gives everything back when it is closed", { skip }, () => {
  const fake = new FakeIoKit(EVERYTHING);

  openIoKit(fake).notify(SERIAL_CLASS).close();

  equal(fake.alive, 0);
});

for (const symbol of [
  "IONotificationPortCreate",
  "IOServiceMatching",
  "IOServiceAddMatchingNotification IOServiceFirstMatch",
  "IOServiceAddMatchingNotification IOServiceTerminate",
]) {
  test(`notify() fails and leaks nothing when ${symbol} fails`, { skip }, () => {
    const fake = new FakeIoKit(EVERYTHING);
    fake.failing.add(symbol);

    throws(() => openIoKit(fake).notify(SERIAL_CLASS), REFUSED);

    equal(fake.alive, 0);
  });
}

test("notify() fails and leaks nothing when the mach port is dead", { skip }, () => {
  const fake = new FakeIoKit(machine());
  fake.nextMessage = 0x1000_4009; // MACH_RCV_PORT_DIED

  throws(() => openIoKit(fake).notify(SERIAL_CLASS), { ...REFUSED, syscall: "mach_msg" });

  equal(fake.alive, 0);
});
