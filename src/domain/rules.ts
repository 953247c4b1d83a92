import { z } from 'zod';
import {
  type AddressFacts,
  addressPurposes,
  type CustomerFacts,
  customerTypes,
  type SearchableCustomer,
} from '../data/customer-facts.ts';
import type { OperationPayload } from '../data/operation-kinds.ts';
import { birthDays, outside } from './business-day.ts';
import { type Issue, issuesWith } from './issue.ts';

/*
 * One set of rules for a customer, applied twice: in the channel when the customer is entered, and at headquarters before it gets
 * an account ID, because a channel database may hold what other software wrote.
 */

/**
 * Text of one line that every database can store and every screen shows as what it is: no control characters or line separators, no
 * characters that turn the direction of what follows or hide a message, and something to see unless it is empty.
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
  // Half of a surrogate pair is no character, and PostgreSQL refuses it.
  if (/\p{Surrogate}/u.test(value)) return 'must be well-formed text';
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return 'must not contain control characters or line separators';
  if (directing.test(value)) return 'must not contain characters that override the direction of text';
  if (hiding.test(value)) return 'must not contain invisible characters that belong to no text';
  return visible.test(value) ? undefined : needsVisible;
}

/** Embeddings, overrides and isolates: a name with one of them reorders the line that it stands in. Marks (U+200E, U+200F) only say which way. */
const directing = /[\u202a-\u202e\u2066-\u2069]/;

/** Byte order mark, deprecated formats, annotations, noncharacters, and tags other than those behind a flag, which make 🏴󠁧󠁢󠁳󠁣󠁴󠁿 of it. */
const hiding =
  /[\ufeff\u206a-\u206f\ufff9-\ufffb\p{Noncharacter_Code_Point}]|(?<![\u{1f3f4}\u{e0020}-\u{e007f}])[\u{e0000}-\u{e007f}]/u;

/** Spaces, joiners, fillers, soft hyphens, lone marks, the empty braille pattern and the null notehead show nothing. */
const visible = /[^\p{Z}\p{Cc}\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u;
const needsVisible = 'must have a visible character';

const text = (longest: number) => plainText(longest).min(1, 'must not be empty').nullable();

/** RFC 6531 allows letters beyond ASCII before and after the @. */
const email = plainText(254)
  .regex(/^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]{2,}$/u, 'must be an e-mail address')
  .refine((value) => !/\p{Default_Ignorable_Code_Point}/u.test(value), 'must not contain invisible characters')
  .nullable();

const phone = plainText(40)
  .regex(/^\+?[\d\s().\-/x#]*$/i, 'must hold digits, spaces and ( ) - . / + x # only')
  .refine((value) => (value.match(/\d/g)?.length ?? 0) >= 3, 'must hold at least 3 digits')
  .nullable();

const known = (kind: 'currency' | 'timeZone') => new Set(Intl.supportedValuesOf(kind));
const currencies = known('currency');
const timeZones = known('timeZone');
const countries = knownCountries();

export const currencyCode = z
  .string()
  .refine((code) => currencies.has(code), 'must be an ISO 4217 currency code such as EUR');
export const countryCode = z
  .string()
  .refine((code) => countries.has(code), 'must be an ISO 3166-1 country code of two letters such as US');
export const timeZoneName = z
  .string()
  .refine((name) => timeZones.has(name) || name === 'UTC', 'must be an IANA time zone such as America/Chicago');

const language = z
  .string()
  .max(35, 'must not be longer than 35 characters')
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag such as en-US')
  .nullable();

/** A day of the calendar from 1800 to 2199. */
export const calendarDay = (example: string) =>
  z
    .string()
    .regex(/^(1[89]|20|21)\d\d-\d\d-\d\d$/, `must be a date such as ${example}`)
    .refine((day) => {
      const time = Date.parse(`${day}T00:00:00Z`);
      return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
    }, 'must be a day that exists');
const birthDate = calendarDay('1990-12-31').nullable();

export const uuidRule = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID');

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
} satisfies Rules<AddressFacts>);

/** What is known of a customer, by the names of its rules: whatever copies or compares customers goes through these. */
export const customerFacts = Object.keys(factRules.shape) as (keyof CustomerFacts)[];
export const addressFacts = Object.keys(addressRules.shape) as (keyof AddressFacts)[];

/** Every code of two letters that has a name, looked up once: asking Intl for each address costs more than all other rules. */
function knownCountries(): Set<string> {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return new Set(
    letters.flatMap((one) => letters.map((other) => one + other)).filter((code) => names.of(code) !== undefined),
  );
}

/** Addresses that a customer may have. */
export const MOST_ADDRESSES = 100;

/**
 * What is wrong with the fields of an operation that is entered, or was received, `at` this time. `known` is the customer that it changes, and then the rules across fields are those of
 * the customer after the change. Leave it out for an operation that creates a customer; null when the customer is not at hand: then
 * `contradictions` has to be asked when it is.
 */
export function issuesOf(payload: OperationPayload, at: string, known?: CustomerFacts | null): Issue[] {
  const found: Issue[] = [];
  // What other software wrote may be anything.
  const { customer, addresses, setAside: reason } = payload ?? {};
  if (typeof reason === 'string') return [{ path: [], rule: reason }];
  if (customer !== undefined && customer !== null) {
    found.push(...issuesWith(known === undefined ? factRules : changeRules, customer));
    const { birthDate: born } = customer;
    const wrong = typeof born === 'string' ? outside(born, birthDays(at)) : undefined;
    if (wrong !== undefined) found.push({ path: ['birthDate'], rule: wrong });
    if (found.length === 0 && known !== null) found.push(...contradictions({ ...known, ...customer }));
  }
  if (addresses && !Array.isArray(addresses)) found.push({ path: ['addresses'], rule: 'must be a list' });
  else if (addresses && addresses.length > MOST_ADDRESSES) found.push(tooManyAddresses);
  else
    for (const [index, address] of (addresses ?? []).entries())
      found.push(...issuesWith(addressRules, address, ['addresses', index]));
  if (!customer && !addresses?.length) found.push({ path: [], rule: 'the operation says nothing' });
  return found;
}

export const tooManyAddresses: Issue = { path: ['addresses'], rule: `must not be more than ${MOST_ADDRESSES}` };

/** What is wrong with a customer whose fields are each in order. */
export function contradictions(body: Partial<CustomerFacts>): Issue[] {
  const found: Issue[] = [];
  const wrong = (field: keyof CustomerFacts, rule: string) => found.push({ path: [field], rule });
  if (body.type === 'PERSON' && !body.firstName && !body.lastName)
    wrong('lastName', 'a person needs a first or last name');
  if (body.type === 'ORGANIZATION' && !body.organizationName)
    wrong('organizationName', 'an organization needs its name');
  if (body.type === 'PERSON' && body.organizationName) wrong('organizationName', 'is for organizations');
  if (body.type === 'ORGANIZATION' && body.birthDate) wrong('birthDate', 'is for persons');
  return found;
}

/** What an edit changed, with the search keys that follow from it; empty when it changed nothing. */
export function changesBetween(before: CustomerFacts, after: CustomerFacts): Partial<SearchableCustomer> {
  const old = { ...before, ...searchKeys(before) };
  const changed = Object.entries({ ...after, ...searchKeys(after) }).filter(
    ([field, value]) => value !== old[field as keyof SearchableCustomer],
  );
  return Object.fromEntries(changed);
}

/** What a customer is found by: "Andrés Ünal" by `andres` and by `unal`, "(555) 010-9" by `5550109`. */
export function searchKeys(body: CustomerFacts): Omit<SearchableCustomer, keyof CustomerFacts> {
  return {
    firstKey: body.firstName && folded(body.firstName),
    lastKey: (body.organizationName ?? body.lastName) && folded((body.organizationName ?? body.lastName)!),
    emailKey: body.email && folded(body.email),
    phoneKey: body.phone && (body.phone.replace(/\D/g, '') || null),
  };
}

export const folded = (value: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII needs no folding beyond lower case
  /^[\u0000-\u007f]*$/.test(value) ? value.toLowerCase() : value.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
