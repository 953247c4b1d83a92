import type pino from 'pino';
import type { Nudges } from '../events/nudges.ts';
import type { Limits } from './limits.ts';
import { mayPass } from './masking.ts';

/** The events for rows (from, to], executed and serialized once for all subscribers. */
export interface Page {
  from: number;
  to: number;
  json: string;
}

/** One subscriber of a hub. */
export interface Member {
  /** The last row sent to it. */
  position: number;
  /** Behind: reads on its own to catch up. Live: gets what the hub broadcasts. */
  state: 'behind' | 'live' | 'gone';
  /** Whether so much is waiting to be sent that nothing more may be added. */
  clogged(): boolean;
  send(page: Page): void;
  /** Sends a page and resolves when the operating system has accepted it. */
  sendAndFlush(page: Page): Promise<void>;
  /** Ends the subscription with an error. */
  fail(error: unknown): void;
}

export interface FeedHub {
  join(member: Member): void;
  /** After this, nothing is sent to the member. The hub closes when the last member leaves. */
  leave(member: Member): void;
}

interface FeedHubOptions {
  nudges: Nudges;
  topic: string;
  /** Reads and executes the page after `position`; undefined if there are no rows. */
  load: (position: number, attempt: number) => Promise<Page | undefined>;
  onEmpty: () => void;
  limits: Limits;
  log: pino.Logger;
}

/**
 * Sends a feed to many subscribers, reading and executing each page once. Every member has its own exact position. It
 * catches up on its own and goes live once it has everything the hub has sent, with no `await` between that comparison
 * and being added. A live member gets a page only if the page starts at the member's position; otherwise, it goes back
 * to catching up. So nothing is lost, repeated, or reordered, whatever happens concurrently.
 */
export function feedHub({ nudges, topic, load, onEmpty, limits, log }: FeedHubOptions): FeedHub {
  const members = new Set<Member>();
  const live = new Set<Member>();
  /** The position of the live members, except for a few that have read ahead. */
  let position = 0;
  let dirty = false;
  let pumping = false;
  const { pageAfter, stale } = sharedPages({ load, wanted: () => members.size > 0, limits, log });

  const wake = () => {
    stale();
    dirty = true;
    void pump();
  };
  const unsubscribe = nudges.subscribe(topic, wake);
  const poll = setInterval(wake, limits.feedPoll).unref();

  function join(member: Member): void {
    members.add(member);
    void catchUp(member);
  }

  function leave(member: Member): void {
    if (member.state === 'gone') return;
    member.state = 'gone';
    live.delete(member);
    members.delete(member);
    if (members.size > 0) return;
    unsubscribe();
    clearInterval(poll);
    onEmpty();
  }

  async function catchUp(member: Member): Promise<void> {
    try {
      while (member.state === 'behind') {
        if (member.clogged()) {
          await pause(50);
          continue;
        }
        const page = await pageAfter(member.position);
        if (member.state !== 'behind') return;
        if (page !== undefined) {
          member.position = page.to;
          await member.sendAndFlush(page);
        } else if (!admit(member)) {
          await pause(20);
        }
      }
    } catch (error) {
      fail(member, error);
    }
  }

  /** Lets a member go live, unless the hub is ahead of it. A member that is ahead of the hub skips pages. */
  function admit(member: Member): boolean {
    if (live.size > 0 && member.position < position) return false;
    if (live.size === 0) position = member.position;
    member.state = 'live';
    live.add(member);
    void pump();
    return true;
  }

  /** Sends pages to all live members until there are no more. Only one call runs at a time. */
  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    try {
      while (dirty && live.size > 0) {
        dirty = false;
        let page: Page | undefined;
        do {
          const from = position;
          page = await pageAfter(from);
          // Meanwhile, all members may have left and others joined at a different position.
          if (page !== undefined && position === from) await broadcast(page);
        } while (page !== undefined && live.size > 0);
      }
    } catch (error) {
      for (const member of [...live]) fail(member, error);
    } finally {
      pumping = false;
    }
  }

  async function broadcast(page: Page): Promise<void> {
    position = page.to;
    let sent = 0;
    for (const member of [...live]) {
      deliver(member, page);
      sent++;
      // Writing to 5,000 sockets takes 100 ms, so other work gets a turn in between.
      if (sent % limits.feedSlice === 0) await new Promise(setImmediate);
    }
  }

  function deliver(member: Member, page: Page): void {
    if (member.state !== 'live' || member.position >= page.to) return;
    if (member.position === page.from && !member.clogged()) {
      member.position = page.to;
      member.send(page);
    } else {
      live.delete(member);
      member.state = 'behind';
      void catchUp(member);
    }
  }

  function fail(member: Member, error: unknown): void {
    if (member.state === 'gone') return;
    leave(member);
    member.fail(error);
  }

  return { join, leave };
}

/**
 * Pages by the position they follow. Members that need the same page share one read of it, which is also kept for a
 * second afterward, because thousands reconnect at the same position after a restart. Rows do not change once read,
 * but "nothing yet" does, so a read that started before a nudge is not shared with members that ask after it.
 */
function sharedPages({
  load,
  wanted,
  limits,
  log,
}: Pick<FeedHubOptions, 'load' | 'limits' | 'log'> & { wanted: () => boolean }) {
  const reading = new Map<number, Promise<Page | undefined>>();
  const recent = new Map<number, Page>();

  async function pageAfter(position: number): Promise<Page | undefined> {
    const known = recent.get(position) ?? reading.get(position);
    if (known !== undefined) return known;
    const started = loadRepeatedly(position);
    reading.set(position, started);
    try {
      const page = await started;
      if (page !== undefined) keep(page);
      return page;
    } finally {
      if (reading.get(position) === started) reading.delete(position);
    }
  }

  /** Retries while the database is unavailable, which costs time but no subscriptions. Throws errors that subscribers must see. */
  async function loadRepeatedly(position: number): Promise<Page | undefined> {
    for (let attempt = 0; wanted(); attempt++) {
      try {
        return await load(position, attempt);
      } catch (error) {
        if (!mayPass(error)) throw error;
        const wait = Math.min(100 * 2 ** attempt, 5_000);
        log.warn({ err: error, attempt, wait }, 'could not read a feed; will retry');
        await pause(wait);
      }
    }
    return undefined;
  }

  function keep(page: Page): void {
    recent.set(page.from, page);
    setTimeout(() => recent.delete(page.from), limits.feedKeep).unref();
    if (recent.size <= 64) return;
    const [oldest] = recent.keys();
    if (oldest !== undefined) recent.delete(oldest);
  }

  return { pageAfter, stale: () => reading.clear() };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
