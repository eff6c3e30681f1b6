// What a test began ends in the other order: the page before its hub, the hub before its folder.

const endings = new WeakMap();

/** Does something when a test ends, before all that was given earlier. */
export function atEnd(t, end) {
  const known = endings.get(t);
  if (known !== undefined) {
    known.push(end);
    return;
  }
  const ends = [end];
  endings.set(t, ends);
  t.after(async () => {
    const failures = [];
    for (const one of ends.reverse()) {
      try {
        await one();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  });
}
