// import-client.mjs [MODULE [PATH]]: imports a module, and opens a port with it.
const [module, path] = process.argv.slice(2);
if (module !== undefined) {
  const { openSerialPort } = await import(module);
  if (path !== undefined) await (await openSerialPort(path)).close();
}
