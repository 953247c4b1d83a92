import { request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Answer } from './headquarters.ts';

export interface StreamEvent {
  /** `next` or `complete`. */
  event: string | undefined;
  id: string | undefined;
  data: Answer;
}

/** Subscribes as a browser's EventSource does: with GET, and with the last event ID when it reconnects. */
export function eventSource(
  hq: { url: string },
  query: string,
  { variables = {}, lastEventId }: { variables?: Record<string, unknown>; lastEventId?: string } = {},
) {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const sent = request(`${hq.url}/graphql?${parameters}`, {
    headers: { accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
  });
  sent.end();
  const events = parsed(sent);
  const cut = () => void sent.destroy();
  onTestFinished(cut);
  return {
    next: async (): Promise<StreamEvent> => (await events.next()).value as StreamEvent,
    /** Cuts the connection without a word to the server. */
    cut,
  };
}

async function* parsed(sent: ReturnType<typeof request>): AsyncGenerator<StreamEvent> {
  const response = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
  let text = '';
  for await (const chunk of response) {
    text += chunk.toString();
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      if (data !== undefined) yield { event: field('event'), id: field('id'), data: data && JSON.parse(data) };
    }
  }
}
