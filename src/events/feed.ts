import { changes } from './changes.ts';
import type { Nudges } from './nudges.ts';

/** What a subscription field says about itself so that sockets can execute it once for many subscribers. */
// biome-ignore lint/suspicious/noExplicitAny: arguments, context and event are the schema's own; this layer passes them on.
export interface FeedSource<Context = any, Event = any> {
  /** Argument that tells where a subscriber begins; left out of the sharing key. */
  cursorArgument: string;
  /**
   * Checks the arguments and the viewer (throws a DomainError) and says which stream of rows is meant, which nudge
   * topic wakes it, and where the subscriber stands. Whatever `read` returns may depend on the stream and on what
   * the viewer may see, and on nothing else.
   */
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  open(args: Record<string, any>, context: Context): Promise<{ stream: string; topic: string; position: number }>;
  /** The next event after `position`: rows (position, to]. undefined when there are none. */
  read(stream: string, position: number, context: Context): Promise<{ event: Event; to: number } | undefined>;
}

/** A feed for one subscriber alone, for a field's `subscribe`: every event after the cursor, then as they come. */
export async function feedIterable<Context, Event>(
  source: FeedSource<Context, Event>,
  args: Record<string, unknown>,
  context: Context,
  nudges: Nudges,
): Promise<AsyncIterableIterator<Event>> {
  const { stream, topic, position } = await source.open(args, context);
  let at = position;
  return changes<Event>({
    nudges,
    topic,
    read: async () => {
      const page = await source.read(stream, at, context);
      if (page === undefined) return undefined;
      at = page.to;
      return page.event;
    },
  });
}
