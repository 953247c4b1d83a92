import { expect, test } from 'vitest';
import { draw, record } from '../../scripts/live-recording.ts';
import { startHeadquarters } from '../support/headquarters.ts';

test('a recording of the live moment shows every customer in the order of events', async () => {
  const hq = await startHeadquarters({ background: true });
  const recorded = await record(hq.url);

  expect(recorded.map(({ accountId }) => accountId)).toEqual([1, 2, 3, 4, 5].map((number) => `C0000000${number}`));
  for (const { uploaded, assigned, heard } of recorded) {
    expect(uploaded).toBeLessThanOrEqual(assigned);
    expect(assigned).toBeLessThanOrEqual(heard);
  }
});

const recorded = [
  { name: 'Ada Byron', accountId: 'C00000001', acknowledged: 20, uploaded: 60, assigned: 90, heard: 120 },
  { name: 'Grace Murray', accountId: 'C00000002', acknowledged: 140, uploaded: 170, assigned: 180, heard: 200 },
];

test('a customer is pending until its account ID arrives, ten times slower than it was', () => {
  const picture = draw(recorded);
  // 800 ms of lead, 10 times 200 ms, and 5 s of rest.
  expect(picture).toContain('dur="7800ms"');
  const times = (text: string) => new RegExp(`${text}<animate[^>]*keyTimes="([^"]*)"`).exec(picture)![1];
  const [created, arrived] = [(800 + 200) / 7_800, (800 + 1_200) / 7_800].map((share) => share.toFixed(4));
  expect(times('Pending sync')).toBe(`0;${created};${arrived}`);
  expect(times('C00000001')).toBe(`0;${arrived}`);
  expect(picture).toContain('>+100 ms<');
});

test('without animation, only "Pending sync" is hidden', () => {
  const hidden = draw(recorded).match(/<text opacity="0"[^>]*>[^<]*/g)!;
  expect(hidden).toHaveLength(2);
  expect(hidden.every((text) => text.endsWith('>Pending sync'))).toBe(true);
});
