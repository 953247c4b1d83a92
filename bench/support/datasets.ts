import type { Conversion } from '../clients/converter.ts';
import { inProcess } from './child.ts';
import type { Place } from './places.ts';
import { amount, seconds } from './report.ts';

export const CHANNELS = 10;

/** Pending customers in channels that have a database each; loaded once in a run, by two processes. Answers the name of the databases. */
export async function pending(
  place: Place,
  count: number,
  channels: number,
  say: (text: string) => void,
): Promise<string> {
  const name = `pending-${count}`;
  if (await place.exists(name)) return name;
  const begun = performance.now();
  await place.create(name);
  const settings = place.settings(name);
  await inProcess('converter', 'prepare', { settings, channels }, 60);
  const half = channels / 2;
  await Promise.all(
    [0, half].map((first) =>
      inProcess('converter', 'load', { settings, first, channels: half, each: count / channels }, 1_200),
    ),
  );
  say(`${place.database}: loaded ${amount(count)} pending customers in ${seconds(begun).toFixed(0)} s`);
  return name;
}

/** Converts what is there, in a process of its own, and then checks every customer in another. */
export async function converted(place: Place, name: string, count: number): Promise<Conversion> {
  const settings = place.settings(name);
  const result = await inProcess<Conversion>('converter', 'convert', { settings }, 1_200);
  await inProcess('converter', 'verify', { settings, count }, 300);
  return result;
}

/** Converted customers; made once in a run. */
export async function many(
  place: Place,
  count: number,
  channels: number,
  say: (text: string) => void,
): Promise<{ name: string; conversion?: Conversion }> {
  const name = `converted-${count}`;
  if (await place.exists(name)) return { name };
  await place.copy(await pending(place, count, channels, say), name);
  return { name, conversion: await converted(place, name, count) };
}
