import { expect } from 'vitest';

interface Entry {
  channel: string;
  sequence: number;
  transaction: number;
  status: string;
}

/**
 * What holds at every moment of headquarters: the feeds have no gap, each entry is a new status of its transaction, and the last one is the
 * status that it has. `rows` executes a statement at headquarters. Answers the number of entries.
 */
export async function expectFeedsToTellEveryStatus(rows: <Row>(statement: string) => Promise<Row[]>): Promise<number> {
  // One statement, because everything may go on meanwhile.
  const found = await rows<Entry & { head: number; now: string }>(
    `select t.channel, f.sequence, t.sequence as "transaction", f.status, h.sequence as head, t.status as now
     from retail_transaction t left join transaction_feed f on f.transaction_sequence = t.sequence
       left join transaction_feed_head h on h.channel = t.channel order by t.channel, f.sequence`,
  );
  // What another driver returns for big integers is text.
  const last = new Map<string, number>();
  const statuses = new Map<number, string>();
  for (const { channel, transaction, status, ...entry } of found) {
    const sequence = Number(entry.sequence);
    if (sequence !== (last.get(channel) ?? 0) + 1)
      expect.fail(`the feed of ${channel}: ${sequence} after ${last.get(channel) ?? 0}`);
    if (statuses.get(transaction) === status) expect.fail(`${sequence} of ${channel} tells ${status} again`);
    last.set(channel, sequence);
    statuses.set(transaction, status);
  }
  for (const { channel, transaction, head, now } of found) {
    if (last.get(channel) !== Number(head))
      expect.fail(`the feed of ${channel} ends at ${last.get(channel)}, not at ${head}`);
    if (statuses.get(transaction) !== now)
      expect.fail(`transaction ${transaction} is ${now}, and the feed says ${statuses.get(transaction)}`);
  }
  return found.length;
}
