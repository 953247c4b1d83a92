import type { Conversion } from './clients/converter.ts';
import { bulkUpserts, rawUpserts, type Speed } from './reference.ts';
import { CHANNELS, converted, many, pending } from './support/datasets.ts';
import type { Place } from './support/places.ts';
import {
  amount,
  atLeast,
  atMost,
  costOf,
  median,
  micros,
  type Row,
  ratioAtLeast,
  ratioAtMost,
  type Suite,
  totalOf,
} from './support/report.ts';

/** What was measured one after the other, so that it met the same machine. */
interface Round {
  raw: Speed;
  bulk: Speed;
  sqlite: Conversion;
  postgres: Conversion | undefined;
}

export const conversion: Suite = {
  name: 'conversion',
  title: `P-job, Synchronize customers, 1010: pending customers with one address each, in ${CHANNELS} channels, each with its own database`,
  most: 3_600,
  async run({ quick, sqlite, postgres, say }) {
    const count = quick ? 1_000 : 100_000;
    const channels = quick ? 2 : CHANNELS;
    const once = async (place: Place) => {
      const name = 'conversion';
      await place.copy(await pending(place, count, channels, say), name);
      const conversion = await converted(place, name, count);
      await place.remove(name);
      return conversion;
    };
    const rounds: Round[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      const now = {
        raw: await rawUpserts(count / 5, 'all'),
        bulk: await bulkUpserts(count, 'all'),
        sqlite: await once(sqlite),
        postgres: postgres && (await once(postgres)),
      };
      rounds.push(now);
      const each = (conversion: Conversion | undefined) =>
        conversion &&
        `${amount(count / conversion.seconds)} customers/s, ${micros(totalOf(conversion.used) / count)} of CPU each`;
      say(
        `${each(now.sqlite)}; on PostgreSQL ${each(now.postgres) ?? 'skipped'}; ` +
          `beside it raw ${amount(now.raw.rate)} rows/s (${micros(now.raw.cpu)}), one statement ${amount(now.bulk.rate)} rows/s (${micros(now.bulk.cpu)})`,
      );
    }
    const middle = (of: (round: Round) => number) => median(rounds.map(of));
    const rate = middle((round) => count / round.sqlite.seconds);
    const cpu = costOf('customer', count, { node: middle((round) => round.sqlite.used.node) });
    const small = middle((round) => round.sqlite.peakMemory);
    const unit = 'customers/s';
    const what = `Conversion of ${amount(count)} customers, three jobs, ${channels} channels`;

    const most = quick ? 2_000 : 1_000_000;
    const large = (await many(sqlite, most, channels, say)).conversion!;
    const cpuOfMany = costOf('customer', most, large.used);
    const rows: Row[] = [
      {
        what,
        value: rate,
        unit,
        reference: { value: middle((round) => round.bulk.rate), what: 'stored once by the bulk statement' },
        ratio: middle((round) => count / round.sqlite.seconds / round.bulk.rate),
        target: atLeast(20_000),
        cpu,
      },
      {
        what: `${what}, beside \`sqlite3\` alone`,
        value: rate,
        unit,
        reference: { value: middle((round) => round.raw.rate), what: 'stored once by prepared upserts' },
        ratio: middle((round) => count / round.sqlite.seconds / round.raw.rate),
        cpu,
      },
      {
        what: `Conversion of ${amount(most)} customers`,
        value: most / large.seconds,
        unit,
        reference: { value: rate, what: `at ${amount(count)}` },
        target: ratioAtLeast(0.8),
        cpu: cpuOfMany,
      },
      {
        what: `Written to disk for each of ${amount(most)} customers`,
        value: large.written / most / 1_000,
        unit: 'KB',
        reference: { value: middle((round) => round.sqlite.written) / count / 1_000, what: `at ${amount(count)}` },
        target: atMost(13),
        cpu: cpuOfMany,
      },
      {
        what: `Peak memory of converting ${amount(most)}`,
        value: large.peakMemory / 2 ** 20,
        unit: 'MB',
        reference: { value: small / 2 ** 20, what: `at ${amount(count)}` },
        target: ratioAtMost(1.5),
        cpu: cpuOfMany,
      },
    ];
    if (!postgres) return rows;
    const there = (of: (conversion: Conversion) => number) => middle((round) => of(round.postgres!));
    const cpuThere = costOf('customer', count, {
      node: there(({ used }) => used.node),
      postgres: rounds.some((round) => round.postgres!.used.postgres === null)
        ? null
        : there(({ used }) => used.postgres!),
    });
    rows.push({
      what: `${what}, PostgreSQL`,
      value: there(({ seconds }) => count / seconds),
      unit,
      reference: { value: rate, what: 'SQLite' },
      ratio: middle((round) => round.sqlite.seconds / round.postgres!.seconds),
      cpu: cpuThere,
    });
    if (cpuThere.postgres !== null)
      rows.push({
        what: 'CPU of that for each customer, with that of PostgreSQL',
        value: totalOf(cpuThere),
        unit: 'µs',
        reference: { value: cpu.node, what: 'SQLite' },
        ratio: middle(({ sqlite, postgres }) => totalOf(postgres!.used) / sqlite.used.node),
        target: ratioAtMost(1.5),
        cpu: cpuThere,
      });
    return rows;
  },
};
