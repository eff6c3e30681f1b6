import { windowsSuite } from "../helpers/windows-suite.ts";

windowsSuite("windows with a driver that cancels late", { isCancelLate: true });
