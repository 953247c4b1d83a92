/** A transaction of a server, told apart by what it writes. */
export interface Transaction {
  /** `headquarters`, or the name of a channel database. */
  database: string;
  /** 1, 2, 3 … in this database since the server was told to watch. */
  number: number;
  what: What;
}

export type What =
  | 'new customers'
  | 'enqueue'
  | 'claim'
  | 'split'
  | 'end of a part'
  | 'end of all parts'
  | 'settle'
  | 'package of the P-job'
  | 'end of an upload session'
  | 'account IDs'
  | 'customer operations'
  | 'orders'
  | 'sales'
  | 'statements'
  | 'package of 1010'
  | 'progress of 1010'
  | 'end of a download session'
  | 'something else';

/** Where a server meets its fate: at the `number`th transaction of a database, or at the `number`th that does `what`. */
export interface Point {
  database: string;
  number: number;
  what?: What;
  /** Before its COMMIT, or after it and before whoever wrote hears of it. */
  moment: 'before' | 'after';
  /** SIGKILL unless it says otherwise. */
  signal?: 'SIGKILL' | 'SIGSTOP';
}

/** From the test to the server. */
export type Order =
  /** It reports every transaction from now on, and meets its fate at a point. */
  | { watch: { point?: Point } }
  /** Its clock is this many ms ahead of the real one. */
  | { clock: number }
  /** The COMMIT of so many transactions out of 1 fails, as on a full disk. */
  | { failingCommits: number };

/** From the server to the test. `reached`: it is at its point. */
export type Report =
  | { ready: { port: number; node: string } }
  | { obeyed: true }
  | { transaction: Transaction }
  | { reached: true };
