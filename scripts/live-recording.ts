import {
  AccountIdsSyncedDocument,
  CreateChannelDocument,
  CreateCustomerDocument,
  CustomerDocument,
} from '../schema/operations.ts';
import { clientOf, orRefused } from '../src/client/client.ts';

/** What happened to a customer, and when: ms since the first customer was sent. */
interface Recorded {
  name: string;
  accountId: string;
  /** The server acknowledged the customer. */
  acknowledged: number;
  uploaded: number;
  assigned: number;
  /** The store heard the account ID over its subscription. */
  heard: number;
}

const channel = 'houston';
const names = ['Ada Byron', 'Grace Murray', 'Mary Somerville', 'Alan Turing', 'Charles Babbage'];

/** Plays a store with live conversion: creates customers one after another, and waits for the account ID of each. */
export async function record(url: string): Promise<Recorded[]> {
  const store = clientOf(url);
  try {
    const houston = { name: 'Houston', type: 'RETAIL_STORE', currency: 'USD', country: 'US' } as const;
    const input = { ...houston, code: channel, timeZone: 'America/Chicago' };
    orRefused((await store.request(CreateChannelDocument, { input })).createChannel);
    const feed = store.subscribe(AccountIdsSyncedDocument, { channel })[Symbol.asyncIterator]();
    const recorded: Recorded[] = [];
    const start = Date.now();
    for (const name of names) {
      const [first, last] = name.split(' ');
      const { uuid } = orRefused(
        (await store.request(CreateCustomerDocument, { input: { channel, name: { first, last } } })).createCustomer,
      );
      const acknowledged = Date.now() - start;
      const [synced] = (await feed.next()).value!.accountIdsSynced.customers;
      const heard = Date.now() - start;
      const { timeline } = (await store.request(CustomerDocument, { by: { uuid }, channel })).customer!;
      const reached = (stage: string) => Date.parse(timeline.find((entry) => entry.stage === stage)!.at) - start;
      const uploaded = reached('UPLOADED');
      recorded.push({
        name,
        accountId: synced!.accountId,
        acknowledged,
        uploaded,
        assigned: reached('ACCOUNT_ID_ASSIGNED'),
        heard,
      });
    }
    await feed.return?.();
    return recorded;
  } finally {
    await store.close();
  }
}

/** How many times slower the recording plays. A conversion is too fast to watch. */
const SLOWER = 10;
/** Ms for which the recording begins empty, and rests at its end. */
const [LEAD, REST] = [800, 5_000];

const ROW = 40;
const TOP = 96;
const columns = { name: 24, acknowledged: 190, uploaded: 330, assigned: 450, heard: 600, label: 756 };

/** An animated SVG of a recording. Without animation, it shows how everything ended. */
export function draw(recorded: Recorded[]): string {
  const playing = LEAD + Math.max(...recorded.map(({ heard }) => heard)) * SLOWER;
  const duration = playing + REST;
  const share = (ms: number) => ((LEAD + ms * SLOWER) / duration).toFixed(4);
  const animate = (values: string, keyTimes: string, mode = 'discrete', attribute = 'opacity') =>
    `<animate attributeName="${attribute}" values="${values}" keyTimes="${keyTimes}" calcMode="${mode}" dur="${duration}ms" repeatCount="indefinite"/>`;
  const from = (ms: number) => animate('0;1', `0;${share(ms)}`);
  const between = (ms: number, end: number) => animate('0;1;0', `0;${share(ms)};${share(end)}`);
  const height = TOP + recorded.length * ROW + 44;

  const rows = recorded.map(({ name, accountId, acknowledged, uploaded, assigned, heard }, index) => {
    const y = TOP + index * ROW + 26;
    const cell = (x: number, text: string, animation: string, kind = '') =>
      `<text x="${x}" y="${y}"${kind && ` class="${kind}"`}>${text}${animation}</text>`;
    const after = (ms: number) => `+${ms - acknowledged} ms`;
    return [
      cell(columns.name, name, from(acknowledged)),
      cell(columns.acknowledged, 'created', from(acknowledged), 'quiet'),
      cell(columns.uploaded, after(uploaded), from(uploaded), 'quiet'),
      cell(columns.assigned, after(assigned), from(assigned), 'quiet'),
      cell(columns.heard, after(heard), from(heard), 'quiet'),
      cell(columns.label, 'Pending sync', between(acknowledged, heard), 'pending').replace(
        '<text',
        '<text opacity="0"',
      ),
      cell(columns.label, accountId, from(heard), 'id'),
    ].join('\n  ');
  });
  const heading = (x: number, text: string) => `<text x="${x}" y="${TOP - 10}" class="quiet">${text}</text>`;

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 ${height}" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="15" role="img" aria-labelledby="title">
  <title id="title">A store creates ${recorded.length} customers. Each is pending for a moment and then gets its account ID.</title>
  <style>
    .window { fill: #ffffff; stroke: #d0d7de; }
    .bar { fill: #eaeef2; }
    .played { fill: #bf3989; }
    text { fill: #1f2328; }
    .quiet { fill: #59636e; }
    .title { font-weight: 600; }
    .pending { fill: #9a6700; }
    .id { fill: #bf3989; font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      .window { fill: #151b23; stroke: #3d444d; }
      .bar { fill: #2a313c; }
      .played { fill: #f778ba; }
      text { fill: #f0f6fc; }
      .quiet { fill: #9198a1; }
      .pending { fill: #d29922; }
      .id { fill: #f778ba; }
    }
  </style>
  <rect class="window" x="0.5" y="0.5" width="919" height="${height - 1}" rx="12"/>
  <text x="${columns.name}" y="34" class="title">What the software of a store sees</text>
  <text x="896" y="34" class="quiet" text-anchor="end">a real run, ${SLOWER} times slower</text>
  <rect class="bar" x="${columns.name}" y="48" width="872" height="4" rx="2"/>
  <rect class="played" x="${columns.name}" y="48" width="872" height="4" rx="2">${animate('0;0;872;872', `0;${share(0)};${(playing / duration).toFixed(4)};1`, 'linear', 'width')}</rect>
  ${[
    heading(columns.name, 'customer'),
    heading(columns.acknowledged, 'createCustomer'),
    heading(columns.uploaded, 'P-job'),
    heading(columns.assigned, 'Synchronize'),
    heading(columns.heard, '1010, subscription'),
    heading(columns.label, 'account ID'),
  ].join('\n  ')}
  ${rows.join('\n  ')}
  <text x="${columns.name}" y="${height - 18}" class="quiet">Times are counted from the response to createCustomer. Nobody started a job: live conversion did.</text>
</svg>
`;
}
