import * as z from 'zod';
import { type AddressFacts, addressPurposes, type CustomerFacts, customerTypes } from '../data/customer-facts.ts';
import type { OperationPayload } from '../data/operation-kinds.ts';
import type { Violation } from '../errors.ts';
import { birthDays, outside } from './business-day.ts';
import { violationsIn } from './violations.ts';

/*
 * One set of rules for customers, applied twice: in the channel when a customer is entered, and at headquarters before it gets an account ID,
 * because other software may write to a channel database.
 */

/**
 * One line of text that every database can store and every screen shows faithfully: no control characters or line separators, no characters that
 * override text direction or hide a message, and at least one visible character unless it is empty.
 */
export const plainText = (longest: number) =>
  z
    .string()
    .max(longest, `must not be longer than ${longest} characters`)
    .check(({ value, issues }) => {
      const message = brokenTextRule(value);
      if (message !== undefined) issues.push({ code: 'custom', message, input: value });
    });

function brokenTextRule(value: string): string | undefined {
  if (value === '') return undefined;
  if (/^[\x20-\x7e]*$/.test(value)) return value.trim() === '' ? needsVisible : undefined;
  // PostgreSQL refuses half of a surrogate pair.
  if (/\p{Surrogate}/u.test(value)) return 'must be well-formed text';
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return 'must not contain control characters or line separators';
  if (directing.test(value)) return 'must not contain characters that override the direction of text';
  if (hiding.test(value)) return 'must not contain invisible characters that hide text';
  return visible.test(value) ? undefined : needsVisible;
}

/** Embeddings, overrides, and isolates, which reorder the rest of the line. Marks (U+200E, U+200F) are allowed: they only indicate a direction. */
const directing = /[\u202a-\u202e\u2066-\u2069]/;

/** Byte order mark, deprecated formats, annotations, noncharacters, and tags, except those after a flag, as in 🏴󠁧󠁢󠁳󠁣󠁴󠁿. */
const hiding =
  /[\ufeff\u206a-\u206f\ufff9-\ufffb\p{Noncharacter_Code_Point}]|(?<![\u{1f3f4}\u{e0020}-\u{e007f}])[\u{e0000}-\u{e007f}]/u;

/** Spaces, joiners, fillers, soft hyphens, lone marks, the blank braille pattern, and the null notehead are invisible. */
const visible = /[^\p{Z}\p{Cc}\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u;
const needsVisible = 'must have a visible character';

/** What people call a record. */
export const displayName = plainText(100).refine((value) => value.trim() !== '', 'must not be empty');

/** What programs call a record. */
export const code = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a lowercase letter, then at most 39 lowercase letters, digits, or hyphens');

const text = (longest: number) => plainText(longest).min(1, 'must not be empty').nullable();

/** RFC 6531 allows letters beyond ASCII before and after the @. */
const email = plainText(254)
  .regex(/^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]{2,}$/u, 'must be an email address')
  .refine((value) => !/\p{Default_Ignorable_Code_Point}/u.test(value), 'must not contain invisible characters')
  .nullable();

const phone = plainText(40)
  .regex(/^\+?[\d\s().\-/x#]*$/i, 'must contain only digits, spaces, and ( ) - . / + x #')
  .refine((value) => (value.match(/\d/g)?.length ?? 0) >= 3, 'must contain at least 3 digits')
  .nullable();

const currencies = new Set(Intl.supportedValuesOf('currency'));
const countries = knownCountries();

export const currencyCode = z
  .string()
  .refine((code) => currencies.has(code), 'must be an ISO 4217 currency code such as EUR');
export const countryCode = z
  .string()
  .refine((code) => countries.has(code), 'must be a two-letter ISO 3166-1 country code such as US');
export const timeZoneName = z.string().refine(isTimeZone, 'must be an IANA time zone such as America/Chicago');

const language = z
  .string()
  .max(35, 'must not be longer than 35 characters')
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag such as en-US')
  .nullable();

/** A calendar date from 1800 to 2199. */
export const calendarDay = (example: string) =>
  z
    .string()
    .regex(/^(1[89]|20|21)\d\d-\d\d-\d\d$/, `must be a date such as ${example}`)
    .refine((day) => {
      const time = Date.parse(`${day}T00:00:00Z`);
      return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
    }, 'must be a date that exists');
const birthDate = calendarDay('1990-12-31').nullable();

export const uuidRule = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID');

const accountId = /^[0-9A-Z][0-9A-Z._/-]{0,39}$/;
/** An account ID, of a number sequence or of another system. */
export const accountIdRule = z
  .string('must be text')
  .regex(accountId, 'must have 1 to 40 digits, capital letters, and . _ / -');
/** Whether a text may be one, or its beginning, in any case. */
export const isLikeAccountId = (text: string): boolean => /\d/.test(text) && accountId.test(text.toUpperCase());

type Rules<Facts> = Record<keyof Facts, z.ZodType>;

const factRules = z.object({
  type: z.enum(customerTypes),
  title: text(40),
  firstName: text(100),
  middleName: text(100),
  lastName: text(100),
  organizationName: text(200),
  email,
  phone,
  language,
  currency: currencyCode.nullable(),
  birthDate,
} satisfies Rules<CustomerFacts>);
const changeRules = factRules.partial();

const addressRules = z.object({
  uuid: uuidRule,
  position: z.int().min(0),
  purpose: z.enum(addressPurposes),
  name: text(200),
  street: text(250),
  street2: text(250),
  city: text(100),
  state: text(100),
  postalCode: text(20),
  country: countryCode,
  deactivatedAt: z.iso.datetime('must be a time such as 2026-01-31T12:00:00.000Z').nullish(),
} satisfies Rules<AddressFacts>);

/** The columns of a customer that have rules. All code that copies or compares customers uses these. */
export const customerFacts = Object.keys(factRules.shape) as (keyof CustomerFacts)[];
export const addressFacts = Object.keys(addressRules.shape) as (keyof AddressFacts)[];

/** Every two-letter code that has a name, looked up once. Asking Intl for each address costs more than all other rules. */
function knownCountries(): Set<string> {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return new Set(
    letters.flatMap((first) => letters.map((second) => first + second)).filter((code) => names.of(code) !== undefined),
  );
}

/** Whether Intl knows the name. Its list of names lacks those that changed, such as Asia/Kolkata. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  return /^[A-Za-z]/.test(name);
}

/** The most addresses of a customer. */
export const MOST_ADDRESSES = 100;

/**
 * The rules that an operation breaks; `at` is when it was entered or received. `known` is the customer that it changes, so that rules across
 * fields apply to the customer after the change. Omit it for an operation that creates a customer. Pass null if the customer is not loaded yet, and
 * check `contradictions` once it is.
 */
export function violationsOf(payload: OperationPayload, at: string, known?: CustomerFacts | null): Violation[] {
  const found: Violation[] = [];
  // Other software may have written anything.
  const { customer, addresses, setAside: reason } = payload ?? {};
  if (typeof reason === 'string') return [{ path: [], message: reason }];
  if (customer !== undefined && customer !== null) {
    found.push(...violationsIn(known === undefined ? factRules : changeRules, customer));
    const { birthDate: born } = customer;
    const wrong = typeof born === 'string' ? outside(born, birthDays(at)) : undefined;
    if (wrong !== undefined) found.push({ path: ['birthDate'], message: wrong, rule: 'RANGE' });
    if (found.length === 0 && known !== null) found.push(...contradictions({ ...known, ...customer }));
  }
  if (addresses && !Array.isArray(addresses))
    found.push({ path: ['addresses'], message: 'must be a list', rule: 'FORMAT' });
  else if (addresses && addresses.length > MOST_ADDRESSES) found.push(tooManyAddresses);
  else
    for (const [index, address] of (addresses ?? []).entries()) {
      found.push(...violationsIn(addressRules, address, ['addresses', index]));
      if (addresses!.findIndex((other) => other?.uuid === address?.uuid) < index)
        found.push({ path: ['addresses', index, 'uuid'], message: 'must not appear twice', rule: 'UNIQUE' });
    }
  if (!customer && !addresses?.length) found.push({ path: [], message: 'the operation is empty', rule: 'REQUIRED' });
  return found;
}

export const tooManyAddresses: Violation = {
  path: ['addresses'],
  message: `must have at most ${MOST_ADDRESSES} items`,
  rule: 'LENGTH',
};

/** The violations of rules that span several fields of a customer. Each field must already be valid on its own. */
export function contradictions(body: Partial<CustomerFacts>): Violation[] {
  const found: Violation[] = [];
  const wrong = (field: keyof CustomerFacts, message: string) => found.push({ path: [field], message });
  if (body.type === 'PERSON' && !body.firstName && !body.lastName)
    wrong('lastName', 'a person needs a first or last name');
  if (body.type === 'ORGANIZATION' && !body.organizationName) wrong('organizationName', 'an organization needs a name');
  if (body.type === 'PERSON' && body.organizationName) wrong('organizationName', 'is only for organizations');
  if (body.type === 'ORGANIZATION' && body.birthDate) wrong('birthDate', 'is only for persons');
  return found;
}

/** The columns that an edit changed; empty if it changed nothing. */
export const changesBetween = (before: CustomerFacts, after: CustomerFacts): Partial<CustomerFacts> =>
  Object.fromEntries(Object.entries(after).filter(([field, value]) => value !== before[field as keyof CustomerFacts]));
