import pg from 'pg';
import sqlite3 from 'sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { countOf } from '../support/actions.ts';
import { onPostgres, startHeadquarters } from '../support/headquarters.ts';
import { sourcesOf } from '../support/statements.ts';
import { ready, startServer } from './support.ts';

const available = { status: 200, body: { status: 'ready' } };
const unavailable = { status: 503, body: { status: 'unavailable', unavailable: ['headquarters'] } };

test('readiness names what fails, logs it once, and is back when it works again', async () => {
  let broken = true;
  const server = await startServer({
    limits: { probeKept: 0 },
    probes: {
      headquarters: async () => {
        if (broken) throw new Error('it is away');
      },
      elsewhere: async () => {},
    },
  });
  expect(await ready(server)).toEqual(unavailable);
  expect(await ready(server)).toEqual(unavailable);
  expect(server.log).toEqual([expect.objectContaining({ level: 40, name: 'headquarters', msg: 'not available' })]);
  broken = false;
  expect(await ready(server)).toEqual(available);
});

test('many who ask at once share one probe, and its answer is kept for a while', async () => {
  let probed = 0;
  let finish = () => {};
  const server = await startServer({
    limits: { probeKept: 60_000 },
    probes: {
      headquarters: () => {
        probed++;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    },
  });
  const answers = Array.from({ length: 20 }, () => ready(server));
  await vi.waitFor(() => expect(probed).toBe(1));
  finish();
  for (const answer of answers) expect(await answer).toEqual(available);
  expect(await ready(server)).toEqual(available);
  expect(probed).toBe(1);
});

test('a probe that does not answer in time is reported, not begun again while it waits, and given up in the end', async () => {
  let probed = 0;
  const server = await startServer({
    limits: { probe: 20, probeKept: 0, probeGivenUp: 300 },
    probes: {
      headquarters: async () => {
        if (++probed === 1) await new Promise(() => {});
      },
    },
  });
  expect(await ready(server)).toEqual(unavailable);
  expect(await ready(server)).toEqual(unavailable);
  expect(probed).toBe(1);
  await vi.waitFor(async () => expect(await ready(server)).toEqual(available));
  expect(probed).toBe(2);
});

test('headquarters whose database is locked by somebody else is not ready until it is released', async () => {
  const hq = await startHeadquarters({ limits: { probe: 300, probeKept: 0 } });
  expect(await ready(hq)).toEqual(available);
  const release = await lockHeadquarters(hq.config.databaseUrl);
  expect(await ready(hq)).toEqual(unavailable);
  await release();
  await vi.waitFor(async () => expect(await ready(hq)).toEqual(available), 10_000);
});

test.skipIf(onPostgres)('headquarters on a full disk is not ready until there is room', async () => {
  const hq = await startHeadquarters({ limits: { probeKept: 0 } });
  const { writer } = sourcesOf(hq.hq);
  const [{ max_page_count: most }] = await writer.query('pragma max_page_count');
  const [{ page_count: pages }] = await writer.query('pragma page_count');
  await writer.query(`pragma max_page_count = ${pages}`);
  expect(await ready(hq)).toEqual(unavailable);
  await writer.query(`pragma max_page_count = ${most}`);
  expect(await ready(hq)).toEqual(available);
});

test('asking for readiness leaves one row behind, however often it is done', async () => {
  const hq = await startHeadquarters({ limits: { probeKept: 0 } });
  for (let i = 0; i < 5; i++) expect(await ready(hq)).toEqual(available);
  expect(await countOf(hq.hq, 'heartbeat')).toBe(1);
});

/** Takes the lock that writing needs, on a connection of its own; answers what lets go of it. */
async function lockHeadquarters(url: string): Promise<() => Promise<unknown>> {
  if (onPostgres) {
    const { searchParams, href } = new URL(url);
    const client = new pg.Client({ connectionString: href.replace(/\?.*/, '') });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query(`begin; lock table ${searchParams.get('schema')}.heartbeat`);
    return () => client.query('rollback');
  }
  const database = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(url.slice('sqlite:'.length), (error) =>
      error ? reject(error) : resolve(opened),
    );
  });
  onTestFinished(() => new Promise<void>((resolve) => database.close(() => resolve())));
  const run = (statement: string) =>
    new Promise<void>((resolve, reject) => {
      database.exec(statement, (error) => (error ? reject(error) : resolve()));
    });
  await run('begin immediate');
  return () => run('rollback');
}
