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
    'A UUID (RFC 9562) in its usual form of 36 characters; upper case is accepted and answered as lower case.',
    (value) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : undefined),
    'A UUID has 36 characters, such as 7f3c1a52-1b7c-4c1e-9d38-2f4c8a6f0b11.',
  ),
);

builder.addScalarType(
  'DateTime',
  textScalar(
    'DateTime',
    'An instant in RFC 3339, answered in UTC with milliseconds: `2026-11-22T09:30:00.000Z`.',
    (value) =>
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value))
        ? new Date(value).toISOString()
        : undefined,
    'An instant is written in RFC 3339, such as 2026-11-22T09:30:00Z.',
  ),
);

builder.addScalarType(
  'Date',
  textScalar(
    'Date',
    'A day of the calendar, without a time or zone: `1990-12-31`.',
    (value) =>
      /^\d{4}-\d\d-\d\d$/.test(value) &&
      !Number.isNaN(Date.parse(value)) &&
      new Date(value).toISOString().startsWith(value)
        ? value
        : undefined,
    'A day is written as 1990-12-31 and must exist.',
  ),
);

builder.addScalarType(
  'CurrencyCode',
  textScalar(
    'CurrencyCode',
    'An ISO 4217 code, such as `USD`.',
    (value) => (/^[A-Z]{3}$/.test(value) ? value : undefined),
    'A currency code is written as "USD".',
  ),
);

builder.addScalarType(
  'BigInt',
  new GraphQLScalarType<number, number>({
    name: 'BigInt',
    description: 'A whole number of up to 53 bits: counters and sequences outgrow the 32 bits of Int.',
    serialize: (value) => Number(value),
    parseValue: (value) => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value))
        throw invalid('A whole number of up to 53 bits is expected.');
      return value;
    },
    parseLiteral: (node) => {
      const value = node.kind === Kind.INT ? Number(node.value) : Number.NaN;
      if (!Number.isSafeInteger(value)) throw invalid('A whole number of up to 53 bits is expected.');
      return value;
    },
  }),
);
