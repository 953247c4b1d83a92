import { AsyncResource } from 'node:async_hooks';

/** Ms until `look` is repeated at the latest: the clock may have been set meanwhile. */
const LONGEST_SLEEP = 10_000;

/**
 * Repeats `look` when it is woken and when the time has come that `look` returned, in ms; undefined: only when it is woken. Looks never
 * overlap, and each begins after the newest `wake`.
 */
export class Alarm {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  /** Leaves the async context of the request that woke it, because the request's deadline must not apply. */
  private readonly inBackground = AsyncResource.bind((work: () => Promise<void>) => work());

  constructor(private readonly look: () => Promise<number | undefined>) {}

  wake(): void {
    this.again = true;
    if (this.stopped) return;
    this.looking ??= this.inBackground(() => this.lookAll()).finally(() => {
      this.looking = undefined;
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private async lookAll(): Promise<void> {
    let sleep: number | undefined;
    while (this.again && !this.stopped) {
      this.again = false;
      sleep = await this.look();
    }
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => this.wake(), Math.min(Math.max(sleep ?? LONGEST_SLEEP, 0), LONGEST_SLEEP));
  }
}
