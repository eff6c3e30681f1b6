// The error of a system that makes no ptys.

import type { Backend } from "../backend/backend.ts";
import { UnsupportedPlatformError } from "../errors/errors.ts";

export function noPtys(backend: Backend): UnsupportedPlatformError {
  const { platform } = backend.platformCapabilities();
  return new UnsupportedPlatformError(`Cannot create a port: no ptys are made on ${platform}`, {
    code: "ERR_SERIAL_PLATFORM",
    operation: "create",
    hint: "use serialPortPair() of anyserial/testing, which needs no kernel; on Windows, the driver com0com makes pairs of COM ports",
  });
}
