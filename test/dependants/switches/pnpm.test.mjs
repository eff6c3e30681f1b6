// Switching with pnpm.
import { testSwitches } from "./switch.mjs";

testSwitches("pnpm");
