import type { Surroundings } from './job.ts';

/** Logs when something that is tried every second starts to fail and when it works again, and nothing in between. */
export class Outage {
  private failing = false;

  constructor(
    private readonly log: Surroundings['log'],
    private readonly messages: { failing: string; over: string },
  ) {}

  failed(error: unknown): void {
    if (!this.failing) this.log.error({ err: error }, this.messages.failing);
    this.failing = true;
  }

  worked(): void {
    if (this.failing) this.log.info({}, this.messages.over);
    this.failing = false;
  }
}
