import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/graphql/schema.ts';

/** Writes the SDL that we serve. test/schema.test.ts compares it. */
await writeFile('schema/schema.graphql', `${printSchema(lexicographicSortSchema(schema))}\n`);
