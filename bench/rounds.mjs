// Runs contenders in turns, so that whatever else the machine does hits all of them.

/**
 * Starts every contender beside a peer of its own, all of them idle until their turn.
 *
 * @param contenders Contenders; those that are left out are passed over.
 * @param startPeer Starts the program at the other end: `{ child, paths }`.
 * @returns Running pairs, in the same order.
 */
export async function startAll(contenders, startPeer) {
  const pairs = [];
  for (const contender of contenders.filter(({ skipped }) => !skipped)) {
    const peer = await startPeer();
    pairs.push({ id: contender.id, peer: peer.child, client: await contender.start(peer.paths) });
  }
  return pairs;
}

/** Kills them. */
export function stopAll(pairs) {
  for (const { client, peer } of pairs) {
    client.kill();
    peer.kill();
  }
}

/**
 * Gives every contender a turn in every round, in another order each time: an effect of one turn,
 * such as a warm cache or a clocked-up processor, then favors no particular other one.
 *
 * @param entries Things with an `id`.
 * @param count Number of rounds.
 * @param turn Runs one turn: `(entry, round)`.
 * @returns Results by id, one for each round.
 */
export async function runRounds(entries, count, turn) {
  const results = Object.fromEntries(entries.map(({ id }) => [id, []]));
  for (let round = 0; round < count; round++) {
    for (const entry of shuffled(entries)) results[entry.id].push(await turn(entry, round));
  }
  return results;
}

function shuffled(entries) {
  return entries
    .map((entry) => ({ entry, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ entry }) => entry);
}

/** One field of every round's result, by id. */
export function pick(results, field) {
  const fieldOf = (rounds) => rounds.map((result) => result[field]);
  return Object.fromEntries(Object.entries(results).map(([id, rounds]) => [id, fieldOf(rounds)]));
}
