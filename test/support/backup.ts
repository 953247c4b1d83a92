import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rowsOf, tamper } from './actions.ts';
import { type Answer, type Headquarters, onPostgres } from './headquarters.ts';

/** The tables of headquarters, those first that others refer to. */
async function tablesOf(hq: Headquarters): Promise<string[]> {
  const found = await rowsOf(
    hq.hq,
    `select table_name as name from information_schema.tables where table_schema = current_schema() and table_name not like 'kept_%' and table_name <> 'migrations'`,
  );
  const first = ['channel_database', 'functionality_profile'];
  return [...first, ...found.map(({ name }: Answer) => name as string).filter((name) => !first.includes(name))];
}

/** Backs up headquarters, and answers how to restore it: the server is started again on the older state. */
export async function backUp(
  hq: Headquarters,
): Promise<{ hq: Headquarters; restore: (later: Headquarters) => Promise<Headquarters> }> {
  if (onPostgres) {
    const tables = await tablesOf(hq);
    await tamper(hq.hq, ...tables.map((table) => `create table kept_${table} as select * from ${table}`));
    const restore = async (later: Headquarters) => {
      await tamper(
        later.hq,
        `truncate ${tables.join(', ')}`,
        ...tables.map((table) => `insert into ${table} select * from kept_${table}`),
      );
      return later.restart();
    };
    return { hq, restore };
  }
  const file = join(hq.config.dataDir, 'hq.db');
  await hq.stop();
  await copyFile(file, `${file}.kept`);
  const restore = async (later: Headquarters) => {
    await later.stop();
    await copyFile(`${file}.kept`, file);
    return later.restart();
  };
  return { hq: await hq.restart(), restore };
}
