import { type GraphQLScalarType, isScalarType, Kind, parseValue } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { tamper, withChannels } from '../support/actions.ts';
import { aCustomer, createCustomerDocument } from '../support/headquarters.ts';

/** What each scalar accepts, with what is stored of it; what it refuses; and how its error begins. */
const scalars: Record<string, { accepted: [string, string][]; refused: unknown[]; rule: string }> = {
  UUID: {
    accepted: [
      ['7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11', '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11'],
      ['7F3C1A52-1B7C-4C1E-9D38-2F4C8A6F0B11', '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11'],
    ],
    refused: [
      '7f3c1a521b7c4c1e9d382f4c8a6f0b11',
      '{7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11}',
      '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11}',
      '7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b1g',
    ],
    rule: 'Write a UUID',
  },
  DateTime: {
    accepted: [
      ['2026-11-22T09:30:00Z', '2026-11-22T09:30:00.000Z'],
      ['2026-11-22T10:30:00.5+01:00', '2026-11-22T09:30:00.500Z'],
    ],
    refused: ['2026-11-22', '2026-11-22T09:30:00', '2026-02-30T09:30:00Z', 1_795_339_800_000],
    rule: 'Write a date and time',
  },
  LocalDate: {
    accepted: [['2028-02-29', '2028-02-29']],
    refused: ['2026-02-29', '2026-2-3', '2026-11-22T00:00:00Z', 20261122],
    rule: 'Write a date that exists',
  },
  Currency: {
    accepted: [
      ['USD', 'USD'],
      ['eur', 'EUR'],
    ],
    refused: ['XYZ', '$', 'US Dollar', ['USD']],
    rule: 'Write a currency',
  },
  CountryCode: {
    accepted: [
      ['US', 'US'],
      ['de', 'DE'],
    ],
    refused: ['QQ', 'USA', 'Germany', ''],
    rule: 'Write a country',
  },
  Locale: {
    accepted: [
      ['en', 'en'],
      ['zh-Hant-TW', 'zh-Hant-TW'],
    ],
    refused: ['en_US', 'english please', ['en']],
    rule: 'Write a language',
  },
  TimeZone: {
    accepted: [
      ['America/Chicago', 'America/Chicago'],
      ['Asia/Kolkata', 'Asia/Kolkata'],
      ['UTC', 'UTC'],
    ],
    refused: ['Houston', 'Mars/Olympus', ''],
    rule: 'Write a time zone',
  },
};

const scalar = (name: string): GraphQLScalarType => {
  const type = schema.getType(name);
  if (!isScalarType(type)) throw new Error(`${name} is no scalar`);
  return type;
};

test.each(Object.entries(scalars))('%s takes what is valid, in variables and in documents', (name, { accepted }) => {
  for (const [written, stored] of accepted) {
    expect(scalar(name).parseValue(written)).toBe(stored);
    expect(scalar(name).parseLiteral({ kind: Kind.STRING, value: written })).toBe(stored);
  }
});

test.each(Object.entries(scalars))('%s refuses anything else and says how to write it', (name, { refused, rule }) => {
  const failure = expect.objectContaining({
    message: expect.stringMatching(`^${rule}`),
    extensions: { code: 'BAD_USER_INPUT' },
  });
  for (const written of refused) {
    expect(() => scalar(name).parseValue(written), String(written)).toThrow(failure);
    expect(() => scalar(name).parseLiteral(parseValue(JSON.stringify(written))), String(written)).toThrow(failure);
  }
  expect(() => scalar(name).parseValue(null)).toThrow(failure);
});

test('every value that is refused is reported with its place', async () => {
  const hq = await withChannels(['houston']);
  const input = aCustomer({ language: 'en_US', currency: 'XYZ', addresses: [{ country: 'Germany' }] });
  const { errors } = await hq.ask(createCustomerDocument, { input });
  expect(Object.fromEntries(errors!.map(({ message, extensions }) => [extensions.path.join('.'), message]))).toEqual({
    'input.language': 'input.language: Write a language as a BCP 47 tag, such as en-US.',
    'input.currency': 'input.currency: Write a currency as an ISO 4217 code of three letters, such as USD.',
    'input.addresses.0.country':
      'input.addresses.0.country: Write a country as an ISO 3166-1 code of two letters, such as US.',
  });
});

test('what other software wrote is shown, valid or not', async () => {
  const hq = await withChannels(['houston']);
  const { createCustomer: created } = await hq.query(createCustomerDocument, { input: aCustomer() });
  await tamper(
    await hq.channels.databaseOf('houston'),
    `update customer set language = 'english', currency = 'GOLD', birth_date = '31.12.1990'`,
    `update customer_address set country = 'Germany'`,
  );
  const { node } = await hq.query(
    `query ($id: ID!) { node(id: $id) { ... on Customer { language currency birthDate addresses { country } } } }`,
    { id: created.id },
  );
  expect(node).toEqual({
    language: 'english',
    currency: 'GOLD',
    birthDate: '31.12.1990',
    addresses: [{ country: 'Germany' }],
  });
});
