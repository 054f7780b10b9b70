/** Numbers that only depend on a seed, which is printed: AGENTAINER_TEST_SEED gives the same again (mulberry32). */
export function seeded(what: string): (below: number) => number {
  let state = Number(process.env.AGENTAINER_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.info(`${what}: AGENTAINER_TEST_SEED=${state}`);
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
