import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { builder } from './builder.ts';

export const invalid = (rule: string) => new GraphQLError(rule, { extensions: { code: 'BAD_USER_INPUT' } });

function textScalar(name: string, description: string, accept: (value: string) => string | undefined, rule: string) {
  const parse = (value: unknown) => {
    const accepted = typeof value === 'string' ? accept(value) : undefined;
    if (accepted === undefined) throw invalid(rule);
    return accepted;
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: (value) => String(value),
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
  });
}

builder.addScalarType(
  'UUID',
  textScalar(
    'UUID',
    'A UUID (RFC 9562) in its usual form of 36 characters. Uppercase is accepted; lowercase is returned.',
    (value) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : undefined),
    'Write a UUID with 36 characters, such as 7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11.',
  ),
);

builder.addScalarType(
  'DateTime',
  textScalar(
    'DateTime',
    'An instant in RFC 3339 format, returned in UTC with milliseconds: `2026-11-22T09:30:00.000Z`.',
    (value) =>
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value))
        ? new Date(value).toISOString()
        : undefined,
    'Write a date and time in RFC 3339 format, such as 2026-11-22T09:30:00Z.',
  ),
);

builder.addScalarType(
  'Date',
  textScalar(
    'Date',
    'A calendar date, without a time or time zone: `1990-12-31`.',
    (value) =>
      /^\d{4}-\d\d-\d\d$/.test(value) &&
      !Number.isNaN(Date.parse(value)) &&
      new Date(value).toISOString().startsWith(value)
        ? value
        : undefined,
    'Write a date that exists, such as 1990-12-31.',
  ),
);

builder.addScalarType(
  'CurrencyCode',
  textScalar(
    'CurrencyCode',
    'An ISO 4217 code, such as `USD`.',
    (value) => (/^[A-Z]{3}$/.test(value) ? value : undefined),
    'Write a currency code as three uppercase letters, such as "USD".',
  ),
);

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
