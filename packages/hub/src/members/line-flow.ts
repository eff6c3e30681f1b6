// Flow control in the words of a configuration, and in those of RFC 2217. Pure.

import type { LineFlow } from "anyserial/serve";
import type { MemberSettings } from "../model/types.ts";

type FlowControl = NonNullable<MemberSettings["flowControl"]>;

/** In the words of a configuration, which has none for DTR and DSR. */
export function flowControlOf(flow: LineFlow): FlowControl | undefined {
  if (flow === "dtrDsr") return undefined;
  if (flow === "rtsCts") return "hardware";
  return flow === "xonXoff" ? "software" : "none";
}

/** In the words of RFC 2217. */
export function lineFlowOf(flow: FlowControl): LineFlow {
  if (flow === "hardware") return "rtsCts";
  return flow === "software" ? "xonXoff" : "none";
}
