// One value for all copies of this package that a process has loaded: a TypeScript runner, a bundler or
// two versions side by side make two. The name ends with a number that changes with the value's shape.

/**
 * Finds the value of a name, or makes it.
 *
 * @param name Name and number of the shape, as in `openPorts.1`.
 * @param create Makes the value where no copy has.
 * @returns The same value in every copy, until the process or its thread ends.
 */
export function processWide<T>(name: string, create: () => T): T {
  const key = Symbol.for(`anyserial.${name}`);
  const values = process as unknown as Record<symbol, T | undefined>; // every copy has this object
  const known = values[key];
  if (known !== undefined) return known;
  const value = create();
  Object.defineProperty(values, key, { value });
  return value;
}
