/** The turn of a piece of work. */
export interface Turn {
  /** Lets others have it during `work`, and waits for another one afterward. */
  leaveFor<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Lets work run side by side, except for work that has to run alone: it waits until the others have ended, and those that come later wait
 * for it.
 */
export class Turns {
  private readonly sharing = new Set<Promise<void>>();
  private alone: Promise<void> = Promise.resolve();

  async take<T>(alone: boolean, work: (turn: Turn) => Promise<T>): Promise<T> {
    let end = await this.begin(alone);
    try {
      return await work({
        leaveFor: async (other) => {
          end();
          try {
            return await other();
          } finally {
            end = await this.begin(alone);
          }
        },
      });
    } finally {
      end();
    }
  }

  /** Returns how to end the turn. */
  private async begin(alone: boolean): Promise<() => void> {
    let resolve = () => {};
    const ended = new Promise<void>((settle) => {
      resolve = settle;
    });
    const before = this.alone;
    if (alone) {
      const others = [...this.sharing];
      this.alone = ended;
      await Promise.all([before, ...others]);
    } else {
      // Counted from now on, so that whoever comes later and has to be alone waits for it.
      this.sharing.add(ended);
      await before;
    }
    return () => {
      this.sharing.delete(ended);
      resolve();
    };
  }
}
