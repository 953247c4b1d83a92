import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse } from 'graphql';
import { parse as parseYaml } from 'yaml';

/*
 * `npm run codegen`: writes what codegen.yml describes, as the command line of GraphQL Code Generator would; with `--check`, it says whether
 * that is written already. The command line itself would bring more than 200 packages, most of which load schemas from elsewhere.
 */

interface Config {
  schema: string;
  /** One folder: `schema/operations/*.graphql`. */
  documents: string;
  generates: Record<string, { plugins: string[]; config: Record<string, unknown> }>;
}

const config: Config = parseYaml(readFileSync('codegen.yml', 'utf8'));
const sdl = readFileSync(config.schema, 'utf8');
const [folder, pattern] = [dirname(config.documents), basename(config.documents)];
const documents = readdirSync(folder)
  .filter((name) => name.endsWith(pattern.replace('*', '')))
  .map((name) => join(folder, name))
  .map((location) => ({ location, document: parse(readFileSync(location, 'utf8')) }));

for (const [filename, { plugins, config: options }] of Object.entries(config.generates)) {
  const pluginMap = Object.fromEntries(
    await Promise.all(plugins.map(async (name) => [name, await import(`@graphql-codegen/${name}`)] as const)),
  );
  const written = await codegen({
    filename,
    schema: parse(sdl),
    schemaAst: buildSchema(sdl),
    documents,
    config: options,
    plugins: plugins.map((name) => ({ [name]: {} })),
    pluginMap,
  });
  if (!process.argv.includes('--check')) writeFileSync(filename, written);
  else if (written !== readFileSync(filename, 'utf8')) {
    console.error(`${filename} does not match codegen.yml. Run npm run codegen.`);
    process.exitCode = 1;
  }
}
