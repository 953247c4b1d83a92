import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { plainText, violationsOf } from '../../src/domain/rules.ts';
import { shapeViolations } from '../../src/domain/transaction-rules.ts';
import { withChannels } from '../support/actions.ts';
import {
  type Answer,
  aChannel,
  aCustomer,
  createChannelDocument,
  createCustomerDocument,
} from '../support/headquarters.ts';

const refused: Record<string, [text: string, rule: RegExp]> = {
  'a control character': ['Ada\u0007', /control characters/],
  'a line break': ['Ada\nByron', /control characters/],
  'a C1 control': ['Ada\u0085', /control characters/],
  'the last C1 control': ['Ada\u009f', /control characters/],
  'a line separator': ['Ada\u2028Byron', /line separators/],
  'a paragraph separator': ['Ada\u2029Byron', /line separators/],
  'a right-to-left override': ['Ada\u202enoryB', /direction/],
  'an embedding': ['\u202aAda\u202c', /direction/],
  'an isolate': ['\u2066Ada\u2069', /direction/],
  'a byte order mark': ['A\ufeffda', /invisible/],
  'an annotation': ['A\ufff9d\ufffba', /invisible/],
  'a noncharacter': ['A\uffffda', /invisible/],
  'a message of tags': ['Ada\u{e0041}\u{e0042}', /invisible/],
  'half a surrogate pair': ['Ada\ud83d', /well-formed/],
  'nothing but spaces': ['  ', /visible/],
  'nothing but no-break spaces': ['\u00a0\u3000', /visible/],
  'nothing but a zero-width space': ['\u200b', /visible/],
  'nothing but joiners': ['\u200d\u200c\u2060', /visible/],
  'nothing but a soft hyphen': ['\u00ad', /visible/],
  'nothing but a Hangul filler': ['\u3164\uffa0\u115f', /visible/],
  'nothing but an empty braille pattern': ['\u2800', /visible/],
  'nothing but a mark': ['\u0301', /visible/],
  'nothing but a variation selector': ['\ufe0f', /visible/],
};

test.each(Object.entries(refused))('%s is refused in text', (_, [text, rule]) => {
  expect(
    plainText(100)
      .safeParse(text)
      .error?.issues.map(({ message }) => message),
  ).toEqual([expect.stringMatching(rule)]);
});

test.each([
  'Ada',
  'Andrés Ünal',
  "O'Neill-García",
  '李小龍',
  'می\u200cخواهم',
  'ക\u0d4d\u200dഷ',
  'שלום\u200f!',
  'กา\u200bแฟ',
  '👩‍👩‍👧‍👦 Family',
  '❤️',
  '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  'Zoe\u0308',
  '𠮷野家',
  '\u{1e4d0}',
])('%s is text', (text) => {
  expect(plainText(100).safeParse(text).error).toBe(undefined);
});

test('a long text that is refused at its end is refused at once', () => {
  const started = performance.now();
  for (const end of ['é', '\u202e', '\u0007', ' ']) plainText(100).safeParse(`${' '.repeat(500_000)}${end}`);
  expect(performance.now() - started).toBeLessThan(1_000);
});

test('every text that a client enters has the same rule', async () => {
  const hq = await withChannels(['houston']);
  const hidden = 'x\u202e';
  const line = { sku: 'A', quantity: '1', unitPrice: '1' };
  const sale = (more: object) => ({
    channel: 'houston',
    lines: [line],
    payments: [{ tender: 'CASH', amount: '1' }],
    total: '1',
    ...more,
  });
  const failing = '__typename ... on Failure { errorCode path }';
  const answers: [path: string, document: string, input: object][] = [
    ...['title', 'first', 'middle', 'last'].map((part): [string, string, object] => [
      `name.${part}`,
      createCustomerDocument,
      aCustomer({ name: { last: 'Byron', [part]: hidden } }),
    ]),
    ['email', createCustomerDocument, aCustomer({ email: 'a\u200bda@example.com' })],
    ['phone', createCustomerDocument, aCustomer({ phone: '555\u202e0142' })],
    ...['name', 'street', 'street2', 'city', 'state', 'postalCode'].map((field): [string, string, object] => [
      `addresses.0.${field}`,
      createCustomerDocument,
      aCustomer({ addresses: [{ country: 'US', [field]: hidden }] }),
    ]),
    [
      'organizationName',
      createCustomerDocument,
      aCustomer({ type: 'ORGANIZATION', name: null, organizationName: '\u2800' }),
    ],
    ['name', createChannelDocument, aChannel('austin', { name: '\u3164' })],
    [
      'register',
      `mutation ($input: RecordSaleInput!) { recordSale(input: $input) { ${failing} } }`,
      sale({ register: hidden }),
    ],
    [
      'staff',
      `mutation ($input: RecordSaleInput!) { recordSale(input: $input) { ${failing} } }`,
      sale({ staff: '\u200b' }),
    ],
    [
      'lines.0.sku',
      `mutation ($input: RecordSaleInput!) { recordSale(input: $input) { ${failing} } }`,
      sale({ lines: [{ ...line, sku: '\u00ad' }] }),
    ],
    [
      'lines.0.name',
      `mutation ($input: RecordSaleInput!) { recordSale(input: $input) { ${failing} } }`,
      sale({ lines: [{ ...line, name: hidden }] }),
    ],
    [
      'register',
      `mutation ($input: OpenShiftInput!) { openShift(input: $input) { ${failing} } }`,
      { channel: 'houston', register: '\u2060' },
    ],
    [
      'openedBy',
      `mutation ($input: OpenShiftInput!) { openShift(input: $input) { ${failing} } }`,
      { channel: 'houston', register: 'R1', openedBy: hidden },
    ],
    [
      'reason',
      `mutation ($input: VoidTransactionInput!) { voidTransaction(input: $input) { ${failing} } }`,
      { transaction: { uuid: randomUUID() }, reason: hidden },
    ],
  ];
  for (const [path, document, input] of answers) {
    const [answer] = Object.values(await hq.query<Answer>(document, { input })) as Answer[];
    expect(answer, path).toMatchObject({ __typename: 'InvalidInput', path: path.split('.') });
  }
});

test('headquarters has the same rule for what other software wrote', () => {
  const customer = { type: 'PERSON', lastName: '\u200b' };
  expect(violationsOf({ customer } as never, '2026-11-22T00:00:00.000Z')).toContainEqual({
    path: ['lastName'],
    message: 'must have a visible character',
    rule: 'FORMAT',
  });
  expect(shapeViolations({ reference: 'R\u202e1' })).toContainEqual({
    path: ['reference'],
    message: expect.stringContaining('direction'),
    rule: 'FORMAT',
  });
});
