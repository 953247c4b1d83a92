import { existsSync, readFileSync } from 'node:fs';
import { compatibility } from './compatibility.ts';

/** `npm run schema:compare`: whether schema/schema.graphql breaks clients of the last release, whose SDL is schema/released.graphql. */
const file = 'schema/released.graphql';
if (!existsSync(file)) {
  console.log(`Nothing has been released yet: there is no ${file}, so any change is allowed.`);
} else {
  const { breaking, dangerous } = compatibility(
    readFileSync(file, 'utf8'),
    readFileSync('schema/schema.graphql', 'utf8'),
  );
  for (const change of dangerous) console.log(`Clients may notice: ${change}`);
  for (const change of breaking) console.log(`Breaks clients: ${change}`);
  console.log(`${breaking.length} breaking changes since the last release. docs/api.md says how to announce one.`);
  process.exitCode = breaking.length === 0 ? 0 : 1;
}
