import { cluster } from './cluster.ts';
import { conversion } from './conversion.ts';
import { create } from './create.ts';
import { fanout } from './fanout.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { live } from './live.ts';
import { orders, statements } from './orders.ts';
import { pages } from './pages.ts';
import { reference } from './reference.ts';
import { searches } from './searches.ts';
import { sockets } from './sockets.ts';
import { startup } from './startup.ts';
import { storage } from './storage.ts';
import type { Suite } from './support/report.ts';
import { workers } from './workers.ts';

export const suites: Suite[] = [
  startup,
  reference,
  conversion,
  pages,
  searches,
  latency,
  create,
  fanout,
  live,
  cluster,
  idle,
  workers,
  sockets,
  storage,
  orders,
  statements,
];
