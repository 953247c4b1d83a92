import { readFileSync } from 'node:fs';
import { findingsIn } from './schema-rules.ts';

/** `npm run lint:schema`: what schema/schema.graphql breaks of the rules in schema-rules.ts. */
const findings = findingsIn(readFileSync('schema/schema.graphql', 'utf8'));
for (const { rule, at, message } of findings) console.log(`${at}: ${message} (${rule})`);
console.log(findings.length === 0 ? 'The schema follows every rule.' : `${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
