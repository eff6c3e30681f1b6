// Switching with npm.
import { testSwitches } from "./switch.mjs";

testSwitches("npm");
