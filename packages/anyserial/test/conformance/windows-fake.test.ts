import { windowsSuite } from "../helpers/windows-suite.ts";

windowsSuite("windows", { isCancelLate: false });
