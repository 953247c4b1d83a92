import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { CreateChannelInput, CreateCustomerInput } from '../../schema/operations.ts';

/*
 * Adventure Works, Microsoft's sample data, as input for the demo and the benchmarks (demo/adventure-works/README.md has its notice).
 */

interface ChannelRecord {
  channelKey: string;
  name: string;
}

interface CustomerRecord {
  customerKey: string;
  title: string;
  firstName: string;
  lastName: string;
  birthDate: string;
  email: string;
  phone: string;
  street: string;
  street2: string;
  city: string;
  stateProvince: string;
  postalCode: string;
  country: string;
}

interface OrderRecord {
  orderDate: string;
  orderNumber: string;
  channelKey: string;
  customerKey: string;
  line: string;
  sku: string;
  quantity: string;
  unitPrice: string;
}

const settings: Record<string, Pick<CreateChannelInput, 'type' | 'currency' | 'timeZone' | 'country'>> = {
  Northwest: { type: 'RETAIL_STORE', currency: 'USD', timeZone: 'America/Los_Angeles', country: 'US' },
  Northeast: { type: 'RETAIL_STORE', currency: 'USD', timeZone: 'America/New_York', country: 'US' },
  Central: { type: 'RETAIL_STORE', currency: 'USD', timeZone: 'America/Chicago', country: 'US' },
  Southwest: { type: 'RETAIL_STORE', currency: 'USD', timeZone: 'America/Phoenix', country: 'US' },
  Southeast: { type: 'CALL_CENTER', currency: 'USD', timeZone: 'America/New_York', country: 'US' },
  Canada: { type: 'CALL_CENTER', currency: 'CAD', timeZone: 'America/Toronto', country: 'CA' },
  France: { type: 'ONLINE_STORE', currency: 'EUR', timeZone: 'Europe/Paris', country: 'FR' },
  Germany: { type: 'ONLINE_STORE', currency: 'EUR', timeZone: 'Europe/Berlin', country: 'DE' },
  Australia: { type: 'ONLINE_STORE', currency: 'AUD', timeZone: 'Australia/Sydney', country: 'AU' },
  'United Kingdom': { type: 'ONLINE_STORE', currency: 'GBP', timeZone: 'Europe/London', country: 'GB' },
};

const languages: Record<string, string> = {
  US: 'en-US',
  CA: 'en-CA',
  FR: 'fr-FR',
  DE: 'de-DE',
  AU: 'en-AU',
  GB: 'en-GB',
};

/** The territory of a customer who never ordered, by country or state. */
const territories: Record<string, string> = { CA: '6', FR: '7', DE: '8', AU: '9', GB: '10' };
const stateTerritories: Record<string, string> = {
  ...all('1', 'WA OR ID MT WY UT'),
  ...all('2', 'ME NH VT MA RI CT NY NJ PA DE MD OH'),
  ...all('4', 'CA NV AZ NM TX OK CO'),
  ...all('5', 'FL GA AL MS SC NC TN KY VA WV LA AR'),
};

function all(territory: string, states: string): Record<string, string> {
  return Object.fromEntries(states.split(' ').map((state) => [state, territory]));
}

/** Two folders above this source file, one above the build. */
const folder = ['../../demo/adventure-works/', '../demo/adventure-works/']
  .map((path) => new URL(path, import.meta.url))
  .find((candidate) => existsSync(new URL('channels.csv', candidate)))!;

function records<Row>(file: string): Row[] {
  return parse(readFileSync(new URL(file, folder)), { columns: true, skip_empty_lines: true }) as Row[];
}

interface AdventureWorks {
  channels: CreateChannelInput[];
  /** With the same UUIDs every time. */
  customers: CreateCustomerInput[];
  /** Ordered by day. */
  orders: WorksOrder[];
}

/** An Adventure Works order. All prices are in US dollars. */
export interface WorksOrder {
  /** UUID, the same every time. */
  uuid: string;
  channel: string;
  businessDate: string;
  customerUuid: string;
  addressUuid: string;
  lines: { sku: string; name: string | null; quantity: string; unitPrice: string }[];
  /** In cents. */
  total: number;
}

export const worksCurrency = 'USD';

/**
 * Adventure Works, or a copy of it with channels and UUIDs of its own: `name` begins the codes of the channels, and the same name makes the
 * same UUIDs.
 */
export function readAdventureWorks(name?: string): AdventureWorks {
  const ids = idsOf(name);
  const channelRecords = records<ChannelRecord>('channels.csv');
  const codes = new Map(
    channelRecords.map((record) => [
      record.channelKey,
      [...(name ? [name] : []), ...record.name.toLowerCase().split(' ')].join('-'),
    ]),
  );
  const lines = records<OrderRecord>('orders.csv');
  const firstOrder = new Map<string, string>();
  for (const { customerKey, channelKey } of lines) {
    if (!firstOrder.has(customerKey)) firstOrder.set(customerKey, channelKey);
  }
  const territoryOf = ({ customerKey, country, stateProvince }: CustomerRecord) =>
    firstOrder.get(customerKey) ??
    (country === 'US' ? (stateTerritories[stateProvince] ?? '3') : territories[country]!);
  return {
    channels: channelRecords.map((record) => ({
      code: codes.get(record.channelKey)!,
      name: name ? `${record.name} (${name})` : record.name,
      ...settings[record.name]!,
    })),
    orders: ordersOf(
      lines,
      codes,
      ids,
      new Map(records<{ sku: string; name: string }>('products.csv').map(({ sku, name }) => [sku, name])),
    ),
    customers: records<CustomerRecord>('customers.csv').map((record) => ({
      channel: codes.get(territoryOf(record))!,
      uuid: ids.customer(record.customerKey),
      type: 'PERSON',
      name: { title: record.title || null, first: record.firstName, last: record.lastName },
      email: record.email,
      phone: record.phone,
      birthDate: record.birthDate,
      language: languages[record.country] ?? null,
      addresses: [
        {
          uuid: ids.address(record.customerKey),
          street: record.street,
          street2: record.street2 || null,
          city: record.city,
          state: record.stateProvince,
          postalCode: record.postalCode,
          country: record.country,
        },
      ],
    })),
  };
}

function idsOf(name: string | undefined) {
  const uuid = (what: string) => namedUuid(name ? `${what} of ${name}` : what);
  return {
    customer: (key: string) => uuid(`customer ${key}`),
    address: (key: string) => uuid(`address of customer ${key}`),
    order: (number: string) => uuid(`order ${number}`),
  };
}

/** A UUID (version 8, RFC 9562) derived from a name. */
export function namedUuid(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function ordersOf(
  lines: OrderRecord[],
  codes: Map<string, string>,
  ids: ReturnType<typeof idsOf>,
  names: Map<string, string>,
): WorksOrder[] {
  const orders = new Map<string, WorksOrder>();
  for (const { orderNumber, orderDate, channelKey, customerKey, sku, quantity, unitPrice } of lines) {
    const order = orders.get(orderNumber) ?? {
      uuid: ids.order(orderNumber),
      channel: codes.get(channelKey)!,
      businessDate: orderDate,
      customerUuid: ids.customer(customerKey),
      addressUuid: ids.address(customerKey),
      lines: [],
      total: 0,
    };
    orders.set(orderNumber, order);
    order.lines.push({ sku, name: names.get(sku) ?? null, quantity, unitPrice });
    order.total += cents(unitPrice) * Number(quantity);
  }
  return [...orders.values()];
}

/** Reads `699.10` as 69910 by moving digits, without floating-point arithmetic. */
function cents(price: string): number {
  const [whole, fraction = ''] = price.split('.');
  return Number(`${whole}${fraction.padEnd(2, '0')}`);
}
