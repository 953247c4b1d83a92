import { describe, expect, test } from 'vitest';
import { aClock, createCustomer, createCustomers, customer, run, withChannels } from '../support/actions.ts';
import type { Answer, Headquarters } from '../support/headquarters.ts';
import { statementsOf } from '../support/statements.ts';
import { appendTransaction, aTransaction } from '../support/transactions.ts';

const document = `query ($source: Source, $filter: CustomerFilter, $orderBy: CustomerOrder, $first: Int, $after: String, $last: Int, $before: String) {
  customers(source: $source, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { uuid accountId syncStatus addresses { uuid } channel { code } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const inHouston = { filter: { channel: 'houston' } };
const oldestFirst = { field: 'CREATED_AT', direction: 'ASC' };
const page = async (hq: Headquarters, variables: Record<string, unknown>) =>
  (await hq.query(document, { ...inHouston, ...variables })).customers;
const uuids = (connection: { edges: { node: { uuid: string } }[] }) => connection.edges.map(({ node }) => node.uuid);

/** All pages from one end to the other. */
async function walk(
  hq: Headquarters,
  variables: Record<string, unknown>,
  size: number,
  backwards = false,
): Promise<string[]> {
  const seen: string[][] = [];
  let cursor: string | null = null;
  for (;;) {
    const found: Answer = await page(hq, {
      ...variables,
      ...(backwards ? { last: size, before: cursor } : { first: size, after: cursor }),
    });
    seen.push(uuids(found));
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = found.pageInfo;
    if (!(backwards ? hasPreviousPage : hasNextPage)) break;
    cursor = backwards ? startCursor : endCursor;
  }
  return (backwards ? seen.toReversed() : seen).flat();
}

describe('pages', () => {
  test('forwards and backwards, in both orders and both sources, visit each customer exactly once', async () => {
    const hq = await withChannels(['houston', 'dallas']);
    const made: string[] = [];
    for (let count = 0; count < 11; count++) made.push(await createCustomer(hq));
    await createCustomer(hq, { channel: 'dallas' });
    await run(hq);
    for (const source of ['CHANNEL', 'HEADQUARTERS']) {
      for (const backwards of [false, true]) {
        expect(await walk(hq, { source, orderBy: oldestFirst }, 4, backwards)).toEqual(made);
        expect(await walk(hq, { source }, 4, backwards)).toEqual(made.toReversed());
      }
    }
  });

  test('customers that come while somebody reads are neither repeated nor do they hide others', async () => {
    const hq = await withChannels(['houston']);
    const made: string[] = [];
    for (let count = 0; count < 6; count++) made.push(await createCustomer(hq));
    const first = await page(hq, { first: 2 });
    await createCustomers(hq, 3);
    const second = await page(hq, { first: 2, after: first.pageInfo.endCursor });
    await createCustomers(hq, 3);
    const third = await page(hq, { first: 2, after: second.pageInfo.endCursor });
    expect([first, second, third].flatMap(uuids)).toEqual(made.toReversed());
  });

  test('a page says whether there is more on either side', async () => {
    const hq = await withChannels(['houston']);
    await createCustomers(hq, 3);
    const all = await page(hq, {});
    expect(all.pageInfo).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: all.edges[0].cursor,
      endCursor: all.edges[2].cursor,
    });
    const middle = await page(hq, { first: 1, after: all.edges[0].cursor });
    expect(middle.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    expect((await page(hq, { after: all.edges[2].cursor })).edges).toEqual([]);
    expect(uuids(await page(hq, { after: all.edges[0].cursor, before: all.edges[2].cursor }))).toEqual([
      all.edges[1].node.uuid,
    ]);
  });

  test('an empty channel has an empty page', async () => {
    const hq = await withChannels(['houston']);
    expect(await page(hq, {})).toMatchObject({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null },
    });
  });

  test('more than 100 at once, a wrong cursor and a channel that is not named are refused', async () => {
    const hq = await withChannels(['houston']);
    const refused = async (variables: Record<string, unknown>) =>
      (await hq.ask(document, { ...inHouston, ...variables })).errors?.[0]?.extensions;
    for (const variables of [{ first: 101 }, { first: -1 }, { last: 101 }]) {
      expect(await refused(variables)).toMatchObject({ code: 'INVALID_INPUT', path: [Object.keys(variables)[0]] });
    }
    for (const after of [
      'nonsense',
      '',
      Buffer.from('C1').toString('base64url'),
      Buffer.from('1').toString('base64url'),
      Buffer.from('1 or 1=1').toString('base64url'),
    ]) {
      expect(await refused({ after }), after).toMatchObject({ code: 'CURSOR_INVALID' });
    }
    expect(await refused({ source: 'CHANNEL', filter: null })).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['filter', 'channel'],
    });
    expect(await refused({ first: 2, last: 2 })).toMatchObject({ code: 'INVALID_INPUT', path: ['last'] });
    expect(await refused({ filter: { channel: 'nowhere' } })).toMatchObject({ code: 'CHANNEL_NOT_FOUND' });
  });

  test('every other list refuses a wrong cursor and a page that is too large', async () => {
    const hq = await withChannels(['houston']);
    for (const list of ['channels', 'customerOperations', 'jobRuns', 'uploadSessions', 'downloadSessions']) {
      const ask = async (args: string) =>
        (await hq.ask(`{ ${list}(${args}) { edges { cursor } } }`)).errors?.[0]?.extensions.code;
      expect(await ask('first: 101'), list).toBe('INVALID_INPUT');
      expect(await ask(`after: "${Buffer.from('\u0000').toString('base64url')}"`), list).toBe('CURSOR_INVALID');
      expect(await ask('first: 100'), list).toBe(undefined);
    }
  });

  test('the count is asked for only by those who want it', async () => {
    const hq = await withChannels(['houston']);
    await createCustomers(hq, 5);
    const count = '{ customers(filter: { channel: "houston" }, first: 2) { totalCount edges { cursor } } }';
    expect((await hq.query(count)).customers).toMatchObject({ totalCount: 5, edges: [{}, {}] });
  });

  test.each([
    'CHANNEL',
    'HEADQUARTERS',
  ])('a page of %s costs the same few statements whatever its size', async (source) => {
    const hq = await withChannels(['houston']);
    await createCustomers(hq, 40, { addresses: [{ country: 'US' }, { country: 'DE' }] });
    await run(hq);
    const statements = statementsOf(hq.hq, await hq.channels.databaseOf('houston'));
    const rich = `query ($source: Source!, $first: Int) { customers(source: $source, filter: { channel: "houston" }, first: $first) {
      totalCount edges { node { uuid syncStatus addresses { city } channel { code } timeline { stage at detail } } } } }`;
    const counts: number[] = [];
    for (const first of [1, 40]) {
      statements.length = 0;
      const { customers } = await hq.query(rich, { source, first });
      expect(customers.edges).toHaveLength(first);
      expect(customers.edges[0].node.timeline).toHaveLength(4);
      counts.push(statements.length);
    }
    expect(counts[1]).toBe(counts[0]);
    expect(counts[0]).toBeLessThanOrEqual(4);
  });

  test('addresses are read only where they are asked for, those of a page with the page', async () => {
    const hq = await withChannels(['houston']);
    const [uuid] = await createCustomers(hq, 3, { addresses: [{ city: 'Austin', country: 'US' }, { country: 'DE' }] });
    await appendTransaction(hq, 'houston', aTransaction('ONLINE_ORDER', { customerUuid: uuid! }));
    await run(hq, 'P_JOB');
    await run(hq, 'SYNCHRONIZE_ORDERS');
    const statements = statementsOf(hq.hq, await hq.channels.databaseOf('houston'));
    const read = async (document: string, variables = {}) => {
      statements.length = 0;
      const data = await hq.query(document, { uuid, ...variables });
      return { data, reading: statements.filter(({ text }) => text.includes('customer_address')).length };
    };
    const page = (fields: string, more = '') =>
      `{ customers(filter: { channel: "houston" }) { edges { node { ${fields} } } } } ${more}`;
    const without = [
      page('uuid displayName channel { code }'),
      `query ($yes: Boolean!) ${page('uuid addresses @include(if: $yes) { city }')}`,
      'query ($uuid: UUID!) { customer(by: { uuid: $uuid }) { displayName } }',
      '{ transactions(first: 5) { edges { node { customer { displayName } } } } }',
      '{ salesOrders(first: 5) { edges { node { customer { displayName } } } } }',
    ];
    for (const document of without)
      expect(await read(document, { yes: false }), document).toMatchObject({ reading: 0 });

    const asked = [
      page('...Place', 'fragment Place on Customer { places: addresses { city } }'),
      page('... on Node { id ... on Customer { places: addresses @skip(if: false) { city } } }'),
    ];
    for (const document of asked) {
      const { data, reading } = await read(document);
      expect(reading).toBe(1);
      expect(statements).toHaveLength(1);
      for (const { node } of data.customers.edges) expect(node.places).toEqual([{ city: 'Austin' }, { city: null }]);
    }
    const { data, reading } = await read(
      `query ($uuid: UUID!) { customer(by: { uuid: $uuid }) { addresses { city } }
         transactions(first: 5) { edges { node { customer { addresses { city } } } } } }`,
    );
    expect(data.customer.addresses).toHaveLength(2);
    expect(data.transactions.edges[0].node.customer.addresses).toHaveLength(2);
    expect(reading).toBe(2);
  });
});

describe('filters and orders', () => {
  const times = ['2026-11-20', '2026-11-21', '2026-11-22'].map((day) => `${day}T10:00:00.000Z`);

  /** Customers of houston, dallas, and houston, made on three days and synchronized in another order; the first was changed last. */
  async function threeDays() {
    const time = aClock(times[0]!);
    const hq = await withChannels(['houston', 'dallas'], { clock: time.clock });
    const made: string[] = [];
    for (const [index, at] of times.entries()) {
      time.set(at);
      made.push(await createCustomer(hq, { channel: index === 1 ? 'dallas' : 'houston' }));
    }
    const [first, second, third] = made as [string, string, string];
    time.set('2026-11-23T10:00:00.000Z');
    await hq.query(
      'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { ... on Customer { uuid } } }',
      {
        input: { channel: 'houston', customer: { uuid: first }, email: 'new@example.com' },
      },
    );
    await run(hq, 'CONVERSION', ['houston']);
    await run(hq);
    return { hq, first, second, third };
  }

  test.each([
    'ASC',
    'DESC',
  ])('customers of all channels are ordered by creation and by last change, %s', async (direction) => {
    const { hq, first, second, third } = await threeDays();
    const listed = async (field: string, backwards: boolean) =>
      walk(hq, { filter: null, orderBy: { field, direction } }, 2, backwards);
    const expected = { CREATED_AT: [first, second, third], UPDATED_AT: [second, third, first] };
    for (const [field, ascending] of Object.entries(expected)) {
      const ordered = direction === 'ASC' ? ascending : ascending.toReversed();
      for (const backwards of [false, true]) expect(await listed(field, backwards), field).toEqual(ordered);
    }
  });

  test('customers made at the same instant are visited exactly once', async () => {
    const hq = await withChannels(['houston'], { clock: aClock(times[0]!).clock });
    const made = await createCustomers(hq, 7);
    await run(hq);
    for (const source of ['CHANNEL', 'HEADQUARTERS'])
      for (const field of ['CREATED_AT', 'UPDATED_AT'])
        for (const backwards of [false, true])
          expect((await walk(hq, { source, orderBy: { field } }, 2, backwards)).toSorted()).toEqual(made.toSorted());
  });

  test('a period limits a list, at headquarters and in a channel', async () => {
    const { hq, first, second, third } = await threeDays();
    const listed = async (filter: Record<string, unknown>, more = {}) => uuids(await page(hq, { filter, ...more }));
    const [, day2, day3] = times;
    expect(await listed({ createdAt: { from: day2 } })).toEqual([third, second]);
    expect(await listed({ createdAt: { from: day2, before: day3 } })).toEqual([second]);
    expect(await listed({ updatedAt: { from: day3 } })).toEqual([first, third]);
    expect(await listed({ updatedAt: { before: day3 } })).toEqual([second]);
    for (const source of ['CHANNEL', 'HEADQUARTERS']) {
      expect(await listed({ channel: 'houston', createdAt: { before: day3 } }, { source })).toEqual([first]);
      expect(await listed({ channel: 'houston', updatedAt: { from: day2 } }, { source })).toEqual([first, third]);
    }
  });

  test('every part of a filter that cannot match is named', async () => {
    const hq = await withChannels(['houston']);
    const violations = async (filter: Record<string, unknown>) =>
      (await hq.ask(document, { filter })).errors?.[0]?.extensions.violations;
    const never = { from: times[1], before: times[0] };
    expect(await violations({ status: 'PENDING', search: 'x', createdAt: never, updatedAt: never })).toMatchObject(
      ['status', 'search', 'createdAt', 'updatedAt'].map((field) => ({ path: ['filter', field] })),
    );
  });
});

describe('search', () => {
  const searching = async (hq: Headquarters, text: string, source = 'CHANNEL') =>
    uuids(await page(hq, { filter: { channel: 'houston', search: text }, source, orderBy: oldestFirst }));

  test('finds by the beginning of names, e-mail, phone and account ID, whatever case, accents and punctuation', async () => {
    const hq = await withChannels(['houston', 'dallas']);
    const andres = await createCustomer(hq, {
      name: { first: 'Andrés', last: 'Ünal' },
      email: 'Andres.Unal@Example.com',
      phone: '+1 (555) 010-9',
    });
    const acme = await createCustomer(hq, {
      type: 'ORGANIZATION',
      name: null,
      organizationName: 'Acme Trading Ltd',
      email: null,
      phone: '0123.456-789',
    });
    const berg = await createCustomer(hq, {
      name: { first: 'Mary Ann', last: 'van der Berg' },
      email: 'mary@example.org',
    });
    await createCustomer(hq, { channel: 'dallas', name: { first: 'Andrés', last: 'Ünal' } });
    await run(hq);
    const { accountId } = await customer(hq, acme);

    const expected: [string, string[]][] = [
      ['andres', [andres]],
      ['ANDRÉS', [andres]],
      ['and', [andres]],
      ['ünal', [andres]],
      ['una', [andres]],
      ['andres unal', [andres]],
      ['unal andres', [andres]],
      ['andres berg', []],
      ['ndres', []],
      ['andres.unal@ex', [andres]],
      ['1 555 010', [andres]],
      ['+1555', [andres]],
      ['(0123) 456', [acme]],
      [accountId, [acme]],
      [accountId.toLowerCase(), [acme]],
      ['C000', [andres, acme, berg]],
      ['acme', [acme]],
      ['acme trading', [acme]],
      ['acme trading ltd', [acme]],
      ['van der berg', [berg]],
      ['mary ann van der berg', [berg]],
      ['mary van', [berg]],
      ['100%', []],
      [`o'brien`, []],
      ['_ndres', []],
      // Spaces of a name may be left out, and any of its words may be looked for.
      ['vanderberg', [berg]],
      ['berg mary', [berg]],
      ['trading', [acme]],
      ['456-789', [acme]],
    ];
    for (const source of ['CHANNEL', 'HEADQUARTERS']) {
      for (const [text, found] of expected) {
        if (source === 'HEADQUARTERS' && text.length < 4) continue;
        expect(await searching(hq, text, source), `"${text}" in ${source}`).toEqual(found);
      }
    }
  });

  test('finds people by what a cashier types', async () => {
    const hq = await withChannels(['houston']);
    const address = (city: string, postalCode: string, country: string) => ({ city, postalCode, country });
    const person = (first: string, last: string, more: object = {}) =>
      createCustomer(hq, { name: { first, last }, email: null, ...more });
    const brien = await person('Sinéad', "O'Brien-Smith", { phone: '+1 713 555 0142' });
    const weiss = await person('Jörg', 'Weiß', {
      phone: '0171 2345678',
      addresses: [address('Mönchengladbach', '41061', 'DE')],
    });
    const oslo = await person('Bjørn', 'Łukasiewicz', { addresses: [address('Łódź', 'SW1A 1AA', 'GB')] });
    const yamada = await person('太郎', '山田', { addresses: [address('東京都', '100-0001', 'JP')] });
    const wang = await person('小明', '王');
    const kim = await person('민준', '김');
    const acme = await createCustomer(hq, {
      type: 'ORGANIZATION',
      name: null,
      organizationName: 'Acme Trading',
      email: 'sales-team@acme-trading.example',
      phone: '+44 20 7946 0958 x123',
    });
    const tokyo = await createCustomer(hq, {
      type: 'ORGANIZATION',
      name: null,
      organizationName: '株式会社東京電力ホールディングス',
      email: null,
    });
    await run(hq);

    const expected: [string, string[]][] = [
      ['obrien', [brien]],
      ["o'brien", [brien]],
      ['O’Brien', [brien]],
      ['brien', [brien]],
      ['smith', [brien]],
      ['brien-smith', [brien]],
      ['smith sinead', [brien]],
      ['0142', [brien]],
      ['555 0142', [brien]],
      ['713-555-0142', [brien]],
      ['(713) 555-0142', [brien]],
      ['001 713 555 0142', [brien]],
      ['sinead 0142', [brien]],
      ['weiss', [weiss]],
      ['Weiß', [weiss]],
      ['jorg', [weiss]],
      ['joerg weiss', [weiss]],
      ['+49 171 2345678', [weiss]],
      ['2345678', [weiss]],
      ['41061', [weiss]],
      ['weiss monchengladbach', [weiss]],
      ['moench', [weiss]],
      ['bjorn', [oslo]],
      ['bjoern', [oslo]],
      ['lukasiewicz', [oslo]],
      ['łódź', [oslo]],
      ['sw1a 1aa', [oslo]],
      ['sw1a1aa', [oslo]],
      ['山田', [yamada]],
      ['山田太郎', [yamada]],
      ['太郎 山田', [yamada]],
      ['東京都', [yamada]],
      ['株式会社東京電力ホールディングス', [tokyo]],
      ['ホールディングス', [tokyo]],
      ['王小明', [wang]],
      ['小明', [wang]],
      ['김민준', [kim]],
      ['민준', [kim]],
      ['trading', [acme]],
      ['trading acme', [acme]],
      ['sales-team@acme', [acme]],
      ['team', [acme]],
      ['020 7946 0958', [acme]],
      ['0958', [acme]],
      ['trad smith', []],
    ];
    const wrong: Record<string, string[]> = {};
    for (const source of ['CHANNEL', 'HEADQUARTERS'])
      for (const [text, found] of expected) {
        const got = await searching(hq, text, source);
        if (got.join() !== found.join()) wrong[`${source} ${text}`] = got;
      }
    expect(wrong).toEqual({});
  });

  test('shows whole words before beginnings, and an account ID first', async () => {
    const hq = await withChannels(['houston']);
    const named = (last: string) => createCustomer(hq, { name: { first: 'Eve', last }, email: null });
    const old = await named('Berg');
    const longer = await named('Bergmann');
    const longest = await named('Bergmannsen');
    const recent = await named('Berg');
    await run(hq);
    for (const source of ['CHANNEL', 'HEADQUARTERS']) {
      const found = async (search: string, more: object = {}) =>
        uuids(await page(hq, { filter: { channel: 'houston', search }, source, ...more }));
      expect(await found('berg')).toEqual([recent, old, longest, longer]);
      expect(await found('bergmann')).toEqual([longer, longest]);
      expect(await walk(hq, { filter: { channel: 'houston', search: 'berg' }, source }, 1)).toEqual(
        await found('berg'),
      );
      expect(await found('berg', { orderBy: oldestFirst })).toEqual([old, longer, longest, recent]);
      expect(await found('C00000001')).toEqual([old]);
      expect(await found('c0000000')).toEqual([recent, longest, longer, old]);
    }
  });

  test('finds a customer by what it has now, in its channel and at headquarters', async () => {
    const hq = await withChannels(['houston']);
    const uuid = await createCustomer(hq, { name: { first: 'Ada', last: 'Byron' }, phone: '555 010 9000' });
    await run(hq);
    const { updateCustomer, addCustomerAddress } = await hq.query(
      `mutation ($customer: CustomerBy!) {
        updateCustomer(input: { customer: $customer, channel: "houston", name: { last: "Lovelace" }, phone: "555 010 7777" }) { __typename }
        addCustomerAddress(input: { customer: $customer, channel: "houston", address: { city: "Marlborough", country: "GB" } }) { __typename }
      }`,
      { customer: { uuid } },
    );
    expect([updateCustomer.__typename, addCustomerAddress.__typename]).toEqual(['Customer', 'Customer']);
    await run(hq);
    for (const source of ['CHANNEL', 'HEADQUARTERS']) {
      const found: Record<string, number> = {};
      for (const text of ['lovelace', 'byron', '7777', '9000', 'marlborough'])
        found[text] = (await searching(hq, text, source)).length;
      expect(found).toEqual({ lovelace: 1, byron: 0, 7777: 1, 9000: 0, marlborough: 1 });
    }
  });

  test('pages through what it found, and counts it', async () => {
    const hq = await withChannels(['houston']);
    const made = new Set(await createCustomers(hq, 7, { name: { first: 'Grace', last: 'Hopper' } }));
    await createCustomers(hq, 3);
    expect(new Set(await walk(hq, { filter: { channel: 'houston', search: 'grace hop' } }, 3))).toEqual(made);
    expect(
      (await hq.query('{ customers(filter: { channel: "houston", search: "hopper" }, first: 1) { totalCount } }'))
        .customers.totalCount,
    ).toBe(7);
  });

  test('pending customers are found in their channel before headquarters knows them', async () => {
    const hq = await withChannels(['houston']);
    const uuid = await createCustomer(hq);
    expect(await searching(hq, 'byron')).toEqual([uuid]);
    expect(await searching(hq, 'byron', 'HEADQUARTERS')).toEqual([]);
  });

  test('a search that is too short, too long or has too many words is refused', async () => {
    const hq = await withChannels(['houston']);
    const refused = async (variables: Record<string, unknown>) =>
      (await hq.ask(document, { ...inHouston, ...variables })).errors?.[0];
    for (const search of [
      'a',
      ' b ',
      'x'.repeat(201),
      'a b c d e f',
      'a-'.repeat(21),
      'ab\u0000c',
      '---',
      '"*"',
      '(!)',
    ]) {
      expect((await refused({ filter: { channel: 'houston', search } }))?.extensions, search).toMatchObject({
        code: 'INVALID_INPUT',
        path: ['filter', 'search'],
      });
    }
    expect((await refused({ filter: { search: 'ada' } }))?.message).toContain('at least 4 characters');
    expect(await refused({ filter: { search: '山田' } })).toBeUndefined();
  });
});
