import type pino from 'pino';
import type { Nudges } from '../events/nudges.ts';
import type { Limits } from './limits.ts';
import { mayPass } from './masking.ts';

/** The events of rows (from, to], executed and written as JSON once for everybody. */
export interface Page {
  from: number;
  to: number;
  json: string;
}

/** One subscriber of a hub. */
export interface Member {
  /** The last row that was sent to it. */
  position: number;
  /** Behind: catches up by itself. Live: gets what the hub sends to all. */
  state: 'behind' | 'live' | 'gone';
  /** True while so much waits for this member that nothing more may be sent. */
  clogged(): boolean;
  send(page: Page): void;
  /** Sends and waits until the operating system took it. */
  sendAndFlush(page: Page): Promise<void>;
  /** Ends the subscription with an error. */
  fail(error: unknown): void;
}

export interface FeedHub {
  join(member: Member): void;
  /** After this nothing is sent to the member. The last one to leave closes the hub. */
  leave(member: Member): void;
}

interface FeedHubOptions {
  nudges: Nudges;
  topic: string;
  /** Reads and executes the page after `position`; undefined when there are no rows. */
  load: (position: number, attempt: number) => Promise<Page | undefined>;
  onEmpty: () => void;
  limits: Limits;
  log: pino.Logger;
}

/**
 * Sends a feed to many subscribers and reads and executes each page once. Every member has its own exact position:
 * it catches up by itself and goes live when it has what the hub has sent, with no `await` between that comparison
 * and being added. A page reaches a live member only if it begins where the member stands; whoever stands elsewhere
 * goes back to catching up. So nothing is lost, repeated or reordered, whatever happens at the same time.
 */
export function feedHub({ nudges, topic, load, onEmpty, limits, log }: FeedHubOptions): FeedHub {
  const members = new Set<Member>();
  const live = new Set<Member>();
  /** Where the live members stand, a few that read ahead excepted. */
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

  /** Lets a member go live unless the hub is further than it. A member that is further than the hub skips pages. */
  function admit(member: Member): boolean {
    if (live.size > 0 && member.position < position) return false;
    if (live.size === 0) position = member.position;
    member.state = 'live';
    live.add(member);
    void pump();
    return true;
  }

  /** Sends pages to all live members until there are none; one run at a time. */
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
          // Meanwhile all may have left and others come, who stand elsewhere.
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
      // Writing to 5,000 sockets takes 100 ms: others get their turn in between.
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
 * Pages by the position they follow. Members who ask for the same page share one reading of it, for a second also
 * afterwards: thousands reconnect at the same position after a restart. Rows once seen do not change, but "nothing
 * yet" does, so a reading that began before a nudge is not shared with those who ask after it.
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

  /** A database that is away for a moment costs time and no subscriber. What a subscriber has to know is thrown. */
  async function loadRepeatedly(position: number): Promise<Page | undefined> {
    for (let attempt = 0; wanted(); attempt++) {
      try {
        return await load(position, attempt);
      } catch (error) {
        if (!mayPass(error)) throw error;
        const wait = Math.min(100 * 2 ** attempt, 5_000);
        log.warn({ err: error, attempt, wait }, 'a feed could not be read and is read again');
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
