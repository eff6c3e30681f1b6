import { bsdPtySuite } from "../helpers/bsd-pty-suite.ts";

bsdPtySuite("netbsd-x64");
