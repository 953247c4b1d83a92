/**
 * Lets work run side by side, except for work that has to run alone: it waits until the others have ended, and those that come later wait
 * for it.
 */
export class Turns {
  private readonly sharing = new Set<Promise<void>>();
  private alone: Promise<void> = Promise.resolve();

  async take<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
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
    try {
      return await work();
    } finally {
      this.sharing.delete(ended);
      end();
    }
  }
}
