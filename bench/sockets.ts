import { setTimeout as delay } from 'node:timers/promises';
import { type Child, startChild } from './support/child.ts';
import { difference, usedBy } from './support/measure.ts';
import { type Settings, withDatabases } from './support/places.ts';
import { amount, atLeast, costOf, type Row, type Suite } from './support/report.ts';
import { channelCode } from './support/system.ts';

const CHANNELS = 10;
const RATE = 20;
/** Ms for which the second server is down. */
const DOWN = 1_000;
/** Seconds after which a process ends, whatever happens. */
const MOST = 400;

interface Heard {
  delivered: number;
  repeated: number;
  gaps: number;
  reconnected: number;
  refused: number;
  refusal: string;
  complete: boolean;
}

export const sockets: Suite = {
  name: 'sockets',
  title: `New account IDs to sockets at two servers, one of which is killed and restarted, a worker, PostgreSQL`,
  most: MOST,
  run: async ({ quick, postgres, say }) =>
    postgres ? withDatabases(postgres, 'sockets', (settings) => measure(settings, quick, say)) : [],
};

async function measure(settings: Settings, quick: boolean, say: (text: string) => void): Promise<Row[]> {
  const perServer = quick ? 50 : 2_500;
  const seconds = quick ? 2 : 15;
  const children: Child[] = [];
  const start = (file: string) => {
    const child = startChild(file, MOST);
    children.push(child);
    return child;
  };
  const node = async (role: 'api' | 'worker', port = '0') => {
    const child = start('node');
    return { child, url: await child.call<string>('start', { settings: { ...settings, PORT: port }, role }) };
  };
  try {
    const first = await node('api');
    let second = await node('api');
    const worker = await node('worker');
    const channels = Array.from({ length: CHANNELS }, (_, index) => channelCode(index));
    const tills = start('tills');
    await tills.call('addChannels', { url: first.url, channels });
    // Databases are created with the first customer.
    const load = { url: first.url, channels, rate: RATE };
    await tills.call('run', { ...load, seconds: CHANNELS / RATE });

    const empty = await second.child.call<number>('memory');
    const listeners = await Promise.all(
      [first, second].map(async ({ url }) => {
        const child = start('listeners');
        await child.call('open', { url: `${url.replace('http', 'ws')}/graphql`, number: perServer, channels });
        return child;
      }),
    );
    let created = CHANNELS;
    const heard = async () => {
      const each = created / CHANNELS;
      const all = await Promise.all(listeners.map((child) => child.call<Heard>('heard', { each, patience: 120_000 })));
      const sum = (name: Exclude<keyof Heard, 'complete' | 'refusal'>) =>
        all.reduce((total, part) => total + part[name], 0);
      return {
        ...{ delivered: sum('delivered'), repeated: sum('repeated'), gaps: sum('gaps') },
        ...{ refused: sum('refused'), refusals: all.map(({ refusal }) => refusal).join(' ') },
        ...{ reconnected: sum('reconnected'), complete: all.every(({ complete }) => complete) },
      };
    };
    await heard();
    const full = await second.child.call<number>('memory');
    const [listening, idle] = [await usedBy([second.child]), await usedBy([worker.child])];

    await tills.call('run', { ...load, seconds });
    created += RATE * seconds;
    const quiet = await heard();
    // The second server did nothing else.
    const delivered = difference(await usedBy([second.child]), listening);
    const worked = difference(await usedBy([worker.child]), idle);

    const half = tills.call('run', { ...load, seconds });
    await delay((seconds * 1_000) / 2);
    await second.child.stop();
    await delay(DOWN);
    second = await node('api', new URL(second.url).port);
    await half;
    created += RATE * seconds;
    const ended = await heard();

    const expected = ((2 * perServer) / CHANNELS) * created;
    const exact = ended.complete && ended.delivered === expected && ended.gaps === 0 && quiet.repeated === 0;
    const perDelivery = costOf('delivery', (perServer / CHANNELS) * RATE * seconds, delivered);
    const perCustomer = costOf('customer', RATE * seconds, worked);
    say(
      `${amount(2 * perServer)} sockets heard ${amount(ended.delivered)} of ${amount(expected)} account IDs once; ${amount(ended.reconnected)} reconnected, ${ended.gaps} gaps, ${ended.repeated} sent again after the cursor of a reconnection`,
    );
    say(`${amount(empty / 2 ** 20)} MB without sockets`);
    if (ended.refused > 0) say(`${amount(ended.refused)} subscriptions were refused and repeated: ${ended.refusals}`);
    return [
      {
        what: `Account IDs heard once by ${amount(2 * perServer)} sockets at two servers, one of which is killed and restarted`,
        value: exact ? ended.delivered : 0,
        unit: 'deliveries',
        target: atLeast(expected),
        cpu: perDelivery,
      },
      {
        what: `CPU of a server for each delivery to one of ${amount(perServer)} sockets, ${RATE} account IDs a second`,
        value: perDelivery.node,
        unit: 'µs',
        cpu: perDelivery,
      },
      {
        what: `Memory of a server for each of ${amount(perServer)} sockets`,
        value: (full - empty) / perServer / 1_024,
        unit: 'KB',
        cpu: perDelivery,
      },
      {
        what: `CPU of the worker for each customer, converted live at ${RATE} a second over ${CHANNELS} channels`,
        value: perCustomer.node / 1_000,
        unit: 'ms',
        cpu: perCustomer,
      },
    ];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}
