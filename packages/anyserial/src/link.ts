// Subpath `anyserial/link`: the paths of emulated ports, for createVirtualPort() and for the hub, whose links
// outlive their ptys. Not for others: it may change in any version.

export {
  claimPortLink,
  type LinkChange,
  type LinkOptions,
  type LinkState,
  type PortLink,
} from "./virtual/port-link.ts";
