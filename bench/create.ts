import type { App } from '../src/app.ts';
import { type Child, startChild } from './support/child.ts';
import { measured } from './support/measure.ts';
import { type Place, withDatabases } from './support/places.ts';
import {
  amount,
  atLeast,
  both,
  type Cpu,
  costOf,
  median,
  micros,
  type Row,
  ratioAtLeast,
  type Suite,
} from './support/report.ts';
import { addChannels, withSystem } from './support/system.ts';

const CONNECTIONS = [1, 10, 50];

interface Done {
  rate: number;
  done: number;
}

export const create: Suite = {
  name: 'create',
  title: 'createCustomer and createCustomers over HTTP into one channel, client in another process',
  most: 400,
  async run({ quick, sqlite, postgres, say }) {
    const rows: Row[] = [];
    for (const place of [sqlite, postgres])
      if (place)
        rows.push(
          ...(await withDatabases(place, 'create', (settings) =>
            withSystem(settings, (app) => measure(app, place, quick, say)),
          )),
        );
    return rows;
  },
};

async function measure(app: App, place: Place, quick: boolean, say: (text: string) => void): Promise<Row[]> {
  const client = startChild('requests', 180);
  const most = quick ? 0.2 : 3;
  const rounds = quick ? 1 : 3;
  try {
    const [channel] = await addChannels(app, 1);
    const load = loadOn(app, client, most);
    await load('create', { channel, connections: 10 });
    const single = new Map<number, Measured[]>(CONNECTIONS.map((connections) => [connections, []]));
    const bulk: Measured[] = [];
    await load('createMany', { channel });
    for (let round = 0; round < rounds; round++) {
      for (const connections of CONNECTIONS)
        single.get(connections)!.push(await load('create', { channel, connections }));
      bulk.push(await load('createMany', { channel }));
    }
    const asks = [{ query: '{ __typename }' }];
    const floor = await load('closed', { asks, connections: 50 }, 'operation');
    say(
      `${place.database}: an operation that asks nothing, 50 connections: ${amount(floor.rate)}/s, ${micros(floor.cpu.node)}`,
    );
    const rateOf = (connections: number) => median(single.get(connections)!.map(({ rate }) => rate));
    const suffix = place.database === 'SQLite' ? '' : ', PostgreSQL';
    const row = (what: string, all: Measured[]): Pick<Row, 'what' | 'value' | 'unit' | 'cpu'> => ({
      what: `${what}${suffix}`,
      value: median(all.map(({ rate }) => rate)),
      unit: 'customers/s',
      cpu: middleOf(all),
    });
    return [
      row('createCustomer, 1 connection', single.get(1)!),
      {
        ...row('createCustomer, 10 connections', single.get(10)!),
        reference: { value: rateOf(1), what: 'with one' },
      },
      {
        ...row('createCustomer, 50 connections', single.get(50)!),
        reference: { value: rateOf(1), what: 'with one' },
        ...(place.database === 'SQLite' ? { target: both(atLeast(4_000), ratioAtLeast(5)) } : {}),
      },
      {
        ...row('createCustomers of 1,000, 2 connections', bulk),
        reference: { value: rateOf(50), what: 'createCustomer, 50 connections' },
        ...(place.database === 'SQLite' ? { target: atLeast(15_000) } : {}),
      },
    ];
  } finally {
    await client.stop();
  }
}

interface Measured {
  rate: number;
  cpu: Cpu;
}

/** Lets the client send for a while, new customers each time. */
function loadOn(app: App, client: Child, most: number) {
  let from = 0;
  return async (call: string, input: object, unit = 'customer'): Promise<Measured> => {
    const { result, used } = await measured(
      () => client.call<Done>(call, { url: app.url, most, from, ...input }),
      !app.hq.embedded,
    );
    from += result.done;
    return { rate: result.rate, cpu: costOf(unit, result.done, used) };
  };
}

/** The one in the middle, by the CPU of the process. */
const middleOf = (all: readonly Measured[]): Cpu =>
  all.map(({ cpu }) => cpu).toSorted((a, b) => a.node - b.node)[all.length >> 1]!;
