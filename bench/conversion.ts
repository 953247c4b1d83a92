import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Conversion } from './clients/converter.ts';
import { bulkUpserts, rawUpserts, type Speed } from './reference.ts';
import { CHANNELS, converted, million, pending } from './support/datasets.ts';
import { amount, median, type Suite, times } from './support/report.ts';

/** What was measured one after the other, so that it met the same machine. */
interface Round {
  raw: Speed;
  bulk: Speed;
  conversion: Conversion;
  rate: number;
}

export const conversion: Suite = {
  name: 'conversion',
  title: `P-job, Synchronize customers, 1010: pending customers with one address each, in ${CHANNELS} channels, each with its own database`,
  most: 2_400,
  async run({ quick, shared, say }) {
    const count = quick ? 2_000 : 100_000;
    const channels = quick ? 2 : CHANNELS;
    const from = await pending(shared, count, channels, say);
    const rounds: Round[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      const raw = await rawUpserts(count / 5, 'all');
      const bulk = await bulkUpserts(count, 'all');
      const folder = join(shared, 'conversion');
      await cp(from, folder, { recursive: true });
      const conversion = await converted(folder, count);
      await rm(folder, { recursive: true });
      const rate = count / conversion.seconds;
      rounds.push({ raw, bulk, conversion, rate });
      say(
        `${amount(rate)} customers/s, ${amount((conversion.cpuSeconds / count) * 1e6)} µs of CPU each; ` +
          `beside it raw ${amount(raw.rate)} rows/s (${amount(raw.cpu)} µs), one statement ${amount(bulk.rate)} rows/s (${amount(bulk.cpu)} µs)`,
      );
    }
    const middle = (of: (round: Round) => number) => median(rounds.map(of));
    const [rate, raw, bulk] = [
      middle((round) => round.rate),
      middle((round) => round.raw.rate),
      middle((round) => round.bulk.rate),
    ];
    const small = middle((round) => round.conversion.peakMemory);

    const many = quick ? 4_000 : 1_000_000;
    const large = (await million(shared, many, channels, say)).conversion!;
    say(
      `${amount(many)}: ${amount(many / large.seconds)} customers/s, ${amount((large.cpuSeconds / many) * 1e6)} µs of CPU each`,
    );
    const memory = large.peakMemory / small;
    const megabytes = (bytes: number) => `${amount(bytes / 2 ** 20)} MB`;
    return [
      {
        what: `Conversion of ${amount(count)} customers, three jobs, every step stored twice`,
        measured: `${amount(rate)} customers/s`,
        reference: `${amount(bulk)} rows/s, the bulk statement alone`,
        ratio: times(middle((round) => round.rate / round.bulk.rate)),
        target: 'a sixth, and 10,000/s',
        met: middle((round) => round.rate / round.bulk.rate) >= 1 / 6 && rate >= 10_000,
      },
      {
        what: 'The same',
        measured: `${amount(rate)} customers/s`,
        reference: `${amount(raw)} rows/s, prepared upserts by \`sqlite3\``,
        ratio: times(middle((round) => round.rate / round.raw.rate)),
        target: '',
      },
      {
        what: `Conversion of ${amount(many)} customers`,
        measured: `${amount(many / large.seconds)} customers/s`,
        reference: `${amount(rate)} customers/s at ${amount(count)}`,
        ratio: times(many / large.seconds / rate),
        target: '',
      },
      {
        what: `Peak memory of converting ${amount(many)}`,
        measured: megabytes(large.peakMemory),
        reference: `${megabytes(small)} at ${amount(count)}`,
        ratio: times(memory),
        target: 'at most 1.5×',
        met: memory <= 1.5,
      },
    ];
  },
};
