// modem-manager: a daemon that opens every new port to see whether it is a modem.

import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

const RULES = "/etc/udev/rules.d/99-no-modemmanager.rules";

/** Checks whether ModemManager ignores the device. */
export function checkModemManager({ modemManager, info }: Facts): readonly Finding[] {
  if (modemManager === undefined || info?.vid === undefined) return [];
  const vid = hex(info.vid);
  const pid = hex(info.pid ?? 0);
  const evidence = [`ModemManager runs (pid ${modemManager.pid})`, `the device is ${vid}:${pid}`];
  if (modemManager.ignoresDevice === true) {
    const summary = "ModemManager runs, and a rule keeps it away from this device";
    return [{ id: "modem-manager", severity: "ok", summary, evidence, fix: [] }];
  }
  const rule = `SUBSYSTEM=="tty", ATTRS{idVendor}=="${vid}", ATTRS{idProduct}=="${pid}", ENV{ID_MM_DEVICE_IGNORE}="1"`;
  return [
    {
      id: "modem-manager",
      severity: "warning",
      summary: "ModemManager may open this port when it appears, and talk to it",
      evidence: [...evidence, "no udev rule makes it ignore this device"],
      hint: "install a udev rule that makes ModemManager ignore the device, or disable the service",
      fix: [
        { command: `echo '${rule}' | sudo tee ${RULES}` },
        { command: "sudo udevadm control --reload && sudo udevadm trigger" },
      ],
    },
  ];
}

function hex(id: number): string {
  return id.toString(16).padStart(4, "0");
}
