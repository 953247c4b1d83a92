/** The token that a viewer came with, as far as it matters here: one key for each token, and when it ends, in ms since 1970. */
interface Token {
  key: string;
  expiresAt: number;
}

/** What is known of the tokens of viewers. Without a token, as on a server that asks for none, nothing expires or is limited. */
export interface Tokens<Viewer> {
  tokenOf: (viewer: Viewer) => Token | undefined;
  /** The time now, in ms since 1970. */
  now: () => number;
}

/** Whether a viewer's token has expired. */
export function hasExpired<Viewer>({ tokenOf, now }: Tokens<Viewer>, viewer: Viewer | undefined): boolean {
  const token = viewer === undefined ? undefined : tokenOf(viewer);
  return token !== undefined && token.expiresAt <= now();
}

/** Things that are open, by the token that they were opened with. */
export function openByToken<Viewer, Thing>({ tokenOf }: Pick<Tokens<Viewer>, 'tokenOf'>) {
  const open = new Map<string, Set<Thing>>();
  return {
    /** What is open with the same token; undefined without a token. */
    of: (viewer: Viewer): ReadonlySet<Thing> | undefined => {
      const token = tokenOf(viewer);
      return token && (open.get(token.key) ?? new Set());
    },
    add(viewer: Viewer, thing: Thing): void {
      const token = tokenOf(viewer);
      if (token) open.set(token.key, (open.get(token.key) ?? new Set()).add(thing));
    },
    delete(viewer: Viewer, thing: Thing): void {
      const token = tokenOf(viewer);
      const things = token && open.get(token.key);
      if (!things) return;
      things.delete(thing);
      if (things.size === 0) open.delete(token.key);
    },
  };
}

/** The values of a stream until `isOver`, which is looked at every `every` ms; then `last`, and the end. */
export function until<T>(
  source: AsyncIterable<T>,
  isOver: () => boolean,
  every: number,
  last: T,
): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let over = false;
  let end = () => {};
  const ended = new Promise<IteratorResult<T>>((resolve) => {
    end = () => resolve({ done: false, value: last });
  });
  const look = setInterval(() => {
    if (!isOver()) return;
    clearInterval(look);
    end();
  }, every).unref();

  async function stop(): Promise<IteratorResult<T>> {
    if (!over) {
      over = true;
      clearInterval(look);
      // Not awaited: a stream that waits for its next event may answer late.
      iterator.return?.().catch(() => {});
    }
    return { done: true, value: undefined };
  }

  return {
    async next() {
      if (over) return { done: true, value: undefined };
      const result = await Promise.race([ended, iterator.next()]);
      if (result.done || result.value === last) await stop();
      return result;
    },
    return: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
