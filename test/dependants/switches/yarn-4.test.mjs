// Switching with yarn 4.
import { testSwitches } from "./switch.mjs";

testSwitches("yarn 4");
