import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import {
  GraphQLCountryCode,
  GraphQLCurrency,
  GraphQLDateTime,
  GraphQLLocalDate,
  GraphQLLocale,
  GraphQLTimeZone,
  GraphQLUUID,
} from 'graphql-scalars';
import { builder } from './builder.ts';

export const invalid = (rule: string) => new GraphQLError(rule, { extensions: { code: 'BAD_USER_INPUT' } });

interface Text<Parsed> {
  description: string;
  specifiedByURL: string;
  /** Says how to write a value. */
  rule: string;
  /** How many characters it has. Default: as many as the library takes. */
  length?: number;
  /** The one spelling that is stored, of what the library parsed. Default: as written. */
  stored?: (parsed: Parsed) => string;
}

/**
 * A scalar of graphql-scalars that is text here, too. The library decides what may be entered. Output is not checked, because a row that other
 * software wrote must be shown as it is.
 */
function textScalar<Parsed>(
  library: GraphQLScalarType<Parsed, unknown>,
  { rule, length, stored = String, ...about }: Text<Parsed>,
) {
  const parse = (value: unknown) => {
    // Some parsers of the library take anything that looks right as text, such as a list of one string.
    if (typeof value !== 'string' || value.length !== (length ?? value.length)) throw invalid(rule);
    try {
      return stored(library.parseValue(value));
    } catch {
      throw invalid(rule);
    }
  };
  return new GraphQLScalarType<string, string>({
    ...about,
    name: library.name,
    serialize: String,
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
  });
}

const uppercase = (code: string) => code.toUpperCase();

builder.addScalarType(
  'UUID',
  textScalar(GraphQLUUID, {
    description: 'A UUID in its usual form of 36 characters. Uppercase is accepted; lowercase is returned.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc9562',
    rule: 'Write a UUID with 36 characters, such as 7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11.',
    // The library also takes braces, and returns the second one if the first is missing.
    length: 36,
    stored: (uuid) => uuid.toLowerCase(),
  }),
);

builder.addScalarType(
  'DateTime',
  textScalar(GraphQLDateTime, {
    description: 'An instant in RFC 3339 format, returned in UTC with milliseconds: `2026-11-22T09:30:00.000Z`.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
    rule: 'Write a date and time in RFC 3339 format, such as 2026-11-22T09:30:00Z.',
    stored: (instant) => instant.toISOString(),
  }),
);

builder.addScalarType(
  'LocalDate',
  textScalar(GraphQLLocalDate, {
    description: 'A calendar date, without a time or time zone: `1990-12-31`.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
    rule: 'Write a date that exists, such as 1990-12-31.',
  }),
);

builder.addScalarType(
  'Currency',
  textScalar(GraphQLCurrency, {
    description: 'A currency by its ISO 4217 code: `USD`. Lowercase is accepted; uppercase is returned.',
    specifiedByURL: 'https://www.iso.org/iso-4217-currency-codes.html',
    rule: 'Write a currency as an ISO 4217 code of three letters, such as USD.',
    stored: uppercase,
  }),
);

builder.addScalarType(
  'CountryCode',
  textScalar(GraphQLCountryCode, {
    description: 'A country by its ISO 3166-1 alpha-2 code: `US`. Lowercase is accepted; uppercase is returned.',
    specifiedByURL: 'https://www.iso.org/iso-3166-country-codes.html',
    rule: 'Write a country as an ISO 3166-1 code of two letters, such as US.',
    stored: uppercase,
  }),
);

builder.addScalarType(
  'Locale',
  textScalar(GraphQLLocale, {
    description: 'A language, and where it is spoken, as a BCP 47 tag: `en-US`.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc5646',
    rule: 'Write a language as a BCP 47 tag, such as en-US.',
  }),
);

builder.addScalarType(
  'TimeZone',
  textScalar(GraphQLTimeZone, {
    description: 'A time zone by its name in the IANA database: `America/Chicago`.',
    specifiedByURL: 'https://www.iana.org/time-zones',
    rule: 'Write a time zone by its IANA name, such as America/Chicago.',
  }),
);

/** Not that of graphql-scalars, which returns a `bigint` or text beyond 53 bits: counters are JSON numbers here and can be compared and added as such. */
builder.addScalarType(
  'BigInt',
  new GraphQLScalarType<number, number>({
    name: 'BigInt',
    description: 'An integer of up to 53 bits, for counters and sequences that outgrow the 32 bits of Int.',
    parseValue: (value) => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value))
        throw invalid('Write an integer of up to 53 bits.');
      return value;
    },
    parseLiteral: (node) => {
      const value = node.kind === Kind.INT ? Number(node.value) : Number.NaN;
      if (!Number.isSafeInteger(value)) throw invalid('Write an integer of up to 53 bits.');
      return value;
    },
  }),
);
