// Switching with yarn 1.
import { testSwitches } from "./switch.mjs";

testSwitches("yarn 1");
