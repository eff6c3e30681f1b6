// Properties of the running system that a backend needs.

export interface RunsOn {
  /** Operating system as the runtime names it. */
  readonly platform: string;
  /** Name that the kernel gives itself, as uname(1) prints it. */
  readonly uname: string;
  /** CPU as the runtime names it. */
  readonly arch: string;
  /** Forced by the environment; by default the best that the runtime has. */
  readonly mechanism: "libuv" | "reactor" | undefined;
}
