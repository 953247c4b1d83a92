import type { Command } from 'commander';
import {
  StatementDocument,
  type StatementQuery,
  StatementsDocument,
  type StatementsQuery,
} from '../../schema/operations.ts';
import { everyNode, Refused } from '../client/client.ts';
import { day, examples, type Output, remote, wholeNumber } from './command.ts';
import { money, time } from './format.ts';
import type { Terminal } from './terminal.ts';

/** `hq statement`: lists statements, or shows one with its balances and events. */
export function statement(program: Command, terminal: Terminal): void {
  const command = program
    .command('statement')
    .argument('[statement]', 'its number; without one, the newest statements are listed')
    .description('list statements, or show one with its balances and events')
    .option('--channel <code>', 'list only statements of this channel')
    .option('--business-date <day>', 'list only statements of this business date, such as 2026-01-31', day)
    .option('--failed', 'list only statements stopped by an error')
    .option('--first <count>', 'number of statements to list', wholeNumber, 20)
    .addHelpText(
      'after',
      examples('hq statement', 'hq statement --channel houston --failed', 'hq statement ST00000042'),
    );
  remote(
    command,
    terminal,
    async (
      session,
      {
        first,
        channel,
        businessDate,
        failed,
      }: { first: number; channel?: string; businessDate?: string; failed?: boolean },
      number: string | undefined,
    ) => {
      if (number !== undefined) {
        const statementId = number.toUpperCase();
        const { statement: found } = await session.client.request(StatementDocument, { statementId });
        if (!found) throw new Refused(`There is no statement "${number}". "hq statement" lists the newest.`);
        return session.print(found, () => details(session, found));
      }
      const filter = {
        channel,
        failed,
        businessDate: businessDate === undefined ? undefined : { from: businessDate, to: businessDate },
      };
      const found = await everyNode(
        session.client,
        StatementsDocument,
        { filter },
        ({ statements }) => statements,
        first,
      );
      session.print(found, () => (found.length === 0 ? 'There are no statements.' : list(session, found)));
    },
  );
}

type Listed = NonNullable<StatementsQuery['statements']>['edges'][number]['node'];

const list = ({ table, state }: Output, statements: Listed[]): string =>
  table(statements, [
    { header: 'STATEMENT', value: ({ statementId }) => statementId },
    { header: 'TYPE', value: ({ type }) => type },
    { header: 'CHANNEL', value: ({ channel }) => channel.code },
    { header: 'BUSINESS DATE', value: ({ businessDate }) => businessDate },
    { header: 'STATE', value: (statement) => state(statement.state) },
    {
      header: 'SALES/SHIFTS',
      value: (statement) => ('totals' in statement ? statement.transactionCount : statement.shiftCount),
      align: 'right',
    },
    {
      header: 'TOTAL',
      value: (statement) => ('totals' in statement ? money(statement.totals.total) : null),
      align: 'right',
    },
    {
      header: 'DIFFERENCE',
      value: (statement) => ('difference' in statement ? money(statement.difference) : null),
      align: 'right',
    },
    { header: 'REASON', value: reasonOf },
  ]);

const reasonOf = ({ error }: { error: { errorCode: string; message: string } | null }): string =>
  error ? `${error.message} [${error.errorCode}]` : '';

function details({ fields, table, state }: Output, statement: NonNullable<StatementQuery['statement']>): string {
  const { channel, balances, events } = statement;
  const parts = [
    fields({
      Statement: statement.statementId,
      Type: statement.type,
      Channel: `${channel.name} (${channel.code})`,
      'Business date': statement.businessDate,
      State: state(statement.state),
      Reason: reasonOf(statement),
      ...('totals' in statement
        ? {
            Sales: statement.transactionCount,
            Net: money(statement.totals.net),
            Tax: money(statement.totals.tax),
            Total: money(statement.totals.total),
            Paid: money(statement.totals.paid),
          }
        : {
            Shifts: statement.shiftCount,
            Expected: money(statement.expected),
            Counted: money(statement.counted),
            Difference: money(statement.difference),
          }),
      Created: time(statement.createdAt),
      Calculated: time(statement.calculatedAt),
      Posted: time(statement.postedAt),
    }),
  ];
  if ('tenderCounts' in statement && statement.tenderCounts.length > 0)
    parts.push(
      table(statement.tenderCounts, [
        { header: 'REGISTER', value: ({ register }) => register },
        { header: 'TENDER', value: ({ tender }) => tender },
        { header: 'EXPECTED', value: ({ expected }) => money(expected), align: 'right' },
        { header: 'COUNTED', value: ({ counted }) => counted && money(counted), align: 'right' },
        { header: 'DIFFERENCE', value: ({ difference }) => difference && money(difference), align: 'right' },
      ]),
    );
  if (balances.length > 0)
    parts.push(
      table(balances, [
        { header: 'POSTING TYPE', value: ({ postingType }) => postingType },
        { header: 'ACCOUNT', value: ({ account }) => account },
        { header: 'DEBIT', value: ({ debit }) => money(debit), align: 'right' },
        { header: 'CREDIT', value: ({ credit }) => money(credit), align: 'right' },
      ]),
    );
  parts.push(
    table(
      events.edges.map(({ node }) => node),
      [
        { header: 'EVENT', value: ({ event }) => event },
        { header: 'AT', value: ({ at }) => time(at) },
        { header: 'BY', value: ({ actor }) => actor },
        { header: 'DETAIL', value: ({ detail }) => detail },
      ],
    ),
  );
  return parts.join('\n\n');
}
