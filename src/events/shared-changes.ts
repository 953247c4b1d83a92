import { type ChangesOptions, changes } from './changes.ts';
import { inProcessNudges, type Nudges } from './nudges.ts';

interface Watch {
  latest: unknown;
  /** How many values there were; 0: none yet. */
  version: number;
  failure: { error: unknown } | undefined;
  watching: number;
  nudges: Nudges;
  stop(): void;
}

const watches = new WeakMap<Nudges, Map<string, Watch>>();

/**
 * As `changes`, but read once for all who watch the same: whoever joins gets the latest value first, and a client that is slow gets the
 * newest one and not each. `key` names everything that the values depend on.
 */
export function sharedChanges<T>(key: string, options: ChangesOptions<T>): AsyncIterableIterator<T> {
  let watch: Watch | undefined;
  let seen = 0;
  return changes<T>({
    topic: key,
    isLast: options.isLast,
    nudges: {
      publish() {},
      subscribe(topic, listener) {
        const joined = watchFor(key, options);
        watch = joined;
        joined.watching++;
        const unsubscribe = joined.nudges.subscribe(topic, listener);
        return () => {
          unsubscribe();
          joined.watching--;
          if (joined.watching === 0) joined.stop();
        };
      },
    },
    async read() {
      if (watch?.failure) throw watch.failure.error;
      if (watch === undefined || watch.version === seen) return undefined;
      seen = watch.version;
      return watch.latest as T;
    },
  });
}

function watchFor<T>(key: string, options: ChangesOptions<T>): Watch {
  const ofNudges = watches.get(options.nudges) ?? new Map<string, Watch>();
  watches.set(options.nudges, ofNudges);
  const known = ofNudges.get(key);
  if (known) return known;

  const source = changes(options);
  const forget = () => {
    if (ofNudges.get(key) === watch) ofNudges.delete(key);
  };
  const watch: Watch = {
    latest: undefined,
    version: 0,
    failure: undefined,
    watching: 0,
    nudges: inProcessNudges(),
    stop() {
      forget();
      void source.return?.();
    },
  };
  ofNudges.set(key, watch);
  void follow(source, watch, key).finally(forget);
  return watch;
}

async function follow(source: AsyncIterable<unknown>, watch: Watch, key: string): Promise<void> {
  try {
    for await (const value of source) {
      watch.latest = value;
      watch.version++;
      watch.nudges.publish(key);
    }
  } catch (error) {
    // Those who watch hear of it when they read.
    watch.failure = { error };
    watch.nudges.publish(key);
  }
}
