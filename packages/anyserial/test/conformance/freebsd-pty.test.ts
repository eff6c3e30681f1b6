import { bsdPtySuite } from "../helpers/bsd-pty-suite.ts";

bsdPtySuite("freebsd-x64");
