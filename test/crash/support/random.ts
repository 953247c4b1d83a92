/** Numbers that a seed decides, so that a failure can be tried again. */
export interface Random {
  seed: number;
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
  /** True in that share of cases. */
  chance(share: number): boolean;
  oneOf<Item>(items: readonly Item[]): Item;
}

/** The seed is printed; CRASH_SEED repeats a run's decisions. */
export function randomFor(what: string): Random {
  const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.info(`${what}: CRASH_SEED=${seed}`);
  let state = seed;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    seed,
    whole,
    chance: (share) => next() < share,
    oneOf: (items) => items[whole(0, items.length - 1)]!,
  };
}
