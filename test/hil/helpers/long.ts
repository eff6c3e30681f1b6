// Tests that take too long for every run.

/** Why a test is skipped; `false` where it is asked for. */
export function unlessLong(): string | false {
  return process.env["ANYSERIAL_TEST_LONG"] === "1"
    ? false
    : "takes minutes: ANYSERIAL_TEST_LONG=1 runs it";
}
