// Entry `@anyserial/serialport/binding`: the binding alone, for `new SerialPortStream({ binding })`.

import { type AutoDetectTypes, autoDetect } from "@anyserial/bindings-cpp";

/** The binding of this system. */
export const AnyserialBinding: AutoDetectTypes = autoDetect();
