// Switching with yarn 4 with Plug'n'Play.
import { testSwitches } from "./switch.mjs";

testSwitches("yarn 4 with Plug'n'Play");
