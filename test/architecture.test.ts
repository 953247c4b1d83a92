import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** A file imports from the lines below its own: never upwards, never from a neighbour on its line. */
const levels = [
  ['cli'],
  ['demo'],
  ['client'],
  ['http', 'graphql', 'exchange'],
  ['jobs'],
  ['domain', 'queue'],
  ['data', 'events', 'access'],
];
/** What talks to a server over the network. */
const clients = ['cli', 'demo', 'client'];
/** Leaves that all may import, and the root that puts everything together. */
const leaves = ['errors.ts', 'log.ts'];
const root = 'app.ts';

const src = join(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const folderOf = (file: string) => file.split('/')[0]!;
const levelOf = (folder: string) => levels.findIndex((level) => level.includes(folder));
const importsOf = (file: string, imports: RegExp) =>
  [...readFileSync(join(src, file), 'utf8').matchAll(imports)].map(([, path]) =>
    relative(src, join(src, dirname(file), path!)),
  );

test.each(files.filter((file) => file.includes('/')))('%s imports downwards', (file) => {
  const folder = folderOf(file);
  expect(levelOf(folder), `${folder}/ has no level`).not.toBe(-1);

  const code = readFileSync(join(src, file), 'utf8');
  const imported = importsOf(file, /(?:from |import |import\()'(\.[^']+)'/g);
  const upwards = imported
    .filter((path) => path.includes('/') && !path.startsWith('..') && folderOf(path) !== folder)
    .filter((path) => levelOf(folderOf(path)) <= levelOf(folder));
  expect(upwards).toEqual([]);
  const roots = imported.filter((path) => !path.includes('/') && !leaves.includes(path));
  if (folder !== 'cli') expect(roots, 'app.ts and config.ts are for cli and the tests').toEqual([]);
  if (folder !== 'data')
    expect(code, 'SQL lives in data/; elsewhere only the types').not.toMatch(/import (?!type).* from 'typeorm'/);
  if (!clients.includes(folder))
    expect(
      imported.filter((path) => path.startsWith('../schema')),
      'the contract is for clients',
    ).toEqual([]);
});

test('the leaves import nothing of ours', () => {
  for (const leaf of leaves) expect(readFileSync(join(src, leaf), 'utf8')).not.toMatch(/from '\.\.?\//);
});

test('only the composition root knows all layers', () => {
  const code = readFileSync(join(src, root), 'utf8');
  expect(code).not.toMatch(/from '\.\/cli\//);
});

/** A file and all that is loaded with it. */
function loadedWith(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file) || !files.includes(file)) return loaded;
  loaded.add(file);
  for (const path of importsOf(file, /^(?:import (?!type )|export |} ).*from '(\.[^']+)'/gm)) loadedWith(path, loaded);
  return loaded;
}

test('what only some commands or databases need is loaded by them alone', () => {
  expect(loadedWith('cli/main.ts')).toContain('cli/job.ts');
  for (const file of ['app.ts', 'demo/demo.ts']) expect(loadedWith('cli/main.ts')).not.toContain(file);
  expect(loadedWith('app.ts')).toContain('data/open.ts');
  for (const file of ['cluster.ts', 'data/postgres-client.ts', 'queue/graphile.ts'])
    expect(loadedWith('app.ts')).not.toContain(file);
});

test('the drivers are named in the files that adapt them', () => {
  const naming = files.filter((file) => /from '(sqlite3|pg)'/.test(readFileSync(join(src, file), 'utf8')));
  expect(naming.sort()).toEqual([
    'data/bus.ts',
    'data/folder-lock.ts',
    'data/open.ts',
    'data/plain-pool.ts',
    'data/postgres-client.ts',
    'data/sqlite-driver.ts',
  ]);
});

test('the clock is read in one place', () => {
  const reading = files.filter(
    (file) =>
      !file.startsWith('cli/') &&
      !file.startsWith('http/') &&
      /Date\.now\(\)|new Date\(\)/.test(readFileSync(join(src, file), 'utf8')),
  );
  expect(reading).toEqual(['app.ts']);
});

test('no test sleeps', () => {
  const tests = readdirSync(join(src, '../test'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.test.ts'),
  );
  const sleeping = tests.filter(
    (file) =>
      file !== 'architecture.test.ts' && /setTimeout|sleep\(/.test(readFileSync(join(src, '../test', file), 'utf8')),
  );
  expect(sleeping).toEqual([]);
});
