/** A process of its own that reads a number and writes the next one, again and again: see database.test.ts. */
import { headquarters, openDatabase } from '../../src/data/open.ts';
import { one, sql } from '../../src/data/sql.ts';

const [url, times] = process.argv.slice(2);
const database = await openDatabase(url!, { name: 'headquarters', kind: headquarters, readers: 1 });
process.send!('ready');
await new Promise((resolve) => process.once('message', resolve));
for (let count = 0; count < Number(times); count++) {
  await database.write(async (tx) => {
    const row = await one<{ value: number }>(tx, `select value from head where name = 'customer-version'`);
    await sql(tx, `update head set value = $1 where name = 'customer-version'`, [row!.value + 1]);
  });
}
await database.close();
process.disconnect();
