import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { nameOf, type Viewer } from '../access/viewer.ts';
import type { Channels } from '../data/channels.ts';
import { type CustomerRow, customerPage } from '../data/customers.ts';
import type { Database } from '../data/database.ts';
import { type AuditAction, audit, channelSubject } from '../data/hq/audit.ts';
import { LARGEST_ROW } from '../data/sizes.ts';
import { nameParts } from '../domain/customer.ts';
import { type Imported, importCustomers } from '../domain/import.ts';
import { addressFacts, customerFacts } from '../domain/rules.ts';
import { ChannelNotFound, DomainError, Forbidden, InvalidInput } from '../errors.ts';
import { batchesOfLines } from './lines.ts';

/*
 * Customers in and out as JSON Lines: one customer a line, with its account ID, in the form of the input of `createCustomer`. What was exported
 * can be imported.
 */

export interface ExchangeParts {
  hq: Database;
  channels: Channels;
  log: { warn(fields: object, message: string): void };
  now: () => string;
  /** Called for each channel that has something new. */
  notice: (channel: string) => void;
}

/** Lines that are stored together. */
const BATCH = 1_000;
/** Failures that a response lists. */
const MOST_FAILURES = 1_000;
/** Customers of an export that are read together. */
const PAGE = 500;
const TYPES = ['application/jsonl', 'application/x-ndjson'];

interface Failure {
  line: number;
  errorCode: string;
  message: string;
  violations?: readonly object[];
}

/** The response to an import: lines that were read, and what became of them. */
export interface ImportResult {
  lines: number;
  created: number;
  /** Imported before. */
  known: number;
  failed: number;
  /** The first 1,000. */
  failures: Failure[];
}

/**
 * `POST /import/customers?channel=houston`: the body is JSON Lines. Answers an ImportResult. An import that ends early because of a database has
 * stored the lines before; it is sent again as a whole.
 */
export const customerImport =
  (parts: ExchangeParts) =>
  async (request: IncomingMessage, response: ServerResponse, viewer: Viewer): Promise<void> => {
    const channel = await asked(parts, request, viewer, 'importing customers');
    // A page of another origin could send other types without asking first.
    const [type] = (request.headers['content-type'] ?? '').split(';', 1);
    if (!TYPES.includes(type!.trim()))
      throw new InvalidInput(['content-type'], `must be ${TYPES.join(' or ')}`, 'FORMAT');
    await noted(parts, viewer, 'IMPORT_CUSTOMERS', channel);
    const result: ImportResult = { lines: 0, created: 0, known: 0, failed: 0, failures: [] };
    // If a line is refused, the connection still has to carry the response.
    const body = request.iterator({ destroyOnReturn: false });
    for await (const lines of batchesOfLines(body, { most: BATCH, longest: LARGEST_ROW }))
      for (const imported of await importCustomers(parts, lines, channel)) add(result, imported);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(result)}\n`);
  };

function add(result: ImportResult, { line, outcome }: Imported): void {
  result.lines++;
  if (!(outcome instanceof DomainError)) {
    result[outcome ? 'created' : 'known']++;
    return;
  }
  result.failed++;
  if (result.failures.length === MOST_FAILURES) return;
  const { code: errorCode, message } = outcome;
  result.failures.push({
    line,
    errorCode,
    message,
    ...(outcome instanceof InvalidInput && { violations: outcome.violations }),
  });
}

/**
 * `GET /export/customers?channel=houston`: JSON Lines of the customers of a channel, pending ones too; without a channel, of those that headquarters
 * has. Customers that are created meanwhile may be missing. A response that was cut off is not complete, and ends with an error for its reader.
 */
export const customerExport =
  ({ hq, channels, ...parts }: ExchangeParts) =>
  async (request: IncomingMessage, response: ServerResponse, viewer: Viewer): Promise<void> => {
    const channel = await asked({ channels }, request, viewer, 'exporting customers');
    const database = channel === undefined ? hq : await channels.databaseOf(channel);
    await noted({ ...parts, hq }, viewer, 'EXPORT_CUSTOMERS', channel);
    const pageAfter = (after: number) =>
      database.read((db) =>
        customerPage(db, { channel }, { after, limit: PAGE, descending: false }, { addresses: true }),
      );
    // Read before anything is sent, so that an unavailable database is a failure like any other.
    const first = await pageAfter(0);
    async function* lines() {
      for (let page = first; page.length > 0; page = page.length < PAGE ? [] : await pageAfter(page.at(-1)!.id))
        yield page.map(lineOf).join('');
    }
    response.writeHead(200, { 'Content-Type': TYPES[0] });
    await pipeline(Readable.from(lines()), response);
  };

/** The channel in the query of a request by an operator. */
async function asked(
  { channels }: Pick<ExchangeParts, 'channels'>,
  { url = '' }: IncomingMessage,
  viewer: Viewer,
  what: string,
): Promise<string | undefined> {
  if (viewer.kind !== 'operator') throw new Forbidden(what);
  const query = new URLSearchParams(url.split('?')[1]);
  const unknown = [...query.keys()].find((name) => name !== 'channel');
  if (unknown !== undefined) throw new InvalidInput([unknown], 'is not a parameter', 'FORMAT');
  const channel = query.get('channel') ?? undefined;
  if (channel === undefined) return undefined;
  const [known] = await channels.find([channel]);
  if (!known) throw new ChannelNotFound(channel);
  return known.code;
}

/** Before anything is read or stored: the trail shows those that ended early too. */
const noted = (
  { hq, now }: Pick<ExchangeParts, 'hq' | 'now'>,
  viewer: Viewer,
  action: AuditAction,
  channel: string | undefined,
) => hq.write((tx) => audit(tx, { actor: nameOf(viewer), at: now() }, action, channelSubject(channel ?? null)));

function lineOf({ uuid, accountId, channel, createdAt, updatedAt, addresses, ...row }: CustomerRow): string {
  const parts = Object.entries(nameParts).map(([fact, part]) => [part, row[fact as keyof typeof nameParts]] as const);
  const facts = customerFacts.filter((fact) => !(fact in nameParts)).map((fact) => [fact, row[fact]] as const);
  const name = compact(parts);
  return `${JSON.stringify({
    channel,
    uuid,
    ...(accountId === null ? {} : { accountId }),
    ...(Object.keys(name).length > 0 && { name }),
    ...compact(facts),
    addresses: addresses!.map((address) =>
      compact(addressFacts.filter((fact) => fact !== 'position').map((fact) => [fact, address[fact]])),
    ),
    createdAt,
    updatedAt,
  })}\n`;
}

const compact = (entries: readonly (readonly [string, unknown])[]) =>
  Object.fromEntries(entries.filter(([, value]) => value !== null));
