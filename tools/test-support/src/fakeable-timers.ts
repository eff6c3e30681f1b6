// Lets a test fake the timers of the library, which takes those of the runtime when it is loaded: import
// this file first. The library then takes the functions below, and they look up the timers at each call.

Object.defineProperty(process, Symbol.for("anyserial.timers.1"), {
  value: {
    setImmediate: (...args: Parameters<typeof setImmediate>) => setImmediate(...args),
    clearImmediate: (...args: Parameters<typeof clearImmediate>) => clearImmediate(...args),
    setTimeout: (...args: Parameters<typeof setTimeout>) => setTimeout(...args),
    clearTimeout: (...args: Parameters<typeof clearTimeout>) => clearTimeout(...args),
    setInterval: (...args: Parameters<typeof setInterval>) => setInterval(...args),
    clearInterval: (...args: Parameters<typeof clearInterval>) => clearInterval(...args),
    nextTick: (callback: () => void) => process.nextTick(callback),
  },
});
