// `npm start`: makes the checkout runnable, then runs the demo in this process, so that signals,
// standard streams and the exit status are the demo's own.
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";

try {
  setUp();
} catch (error) {
  console.error(`setup: ${error.message}`);
  process.exit(1);
}

const main = new URL("../packages/cli/dist/main.js", import.meta.url);
process.argv = [process.execPath, fileURLToPath(main), "hub", "demo", ...process.argv.slice(2)];
await import(main);
