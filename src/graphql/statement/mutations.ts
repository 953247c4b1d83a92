import { type StatementSettings as SettingsRow, settingsOf } from '../../data/hq/statement-settings.ts';
import { transactionsWhere } from '../../data/hq/transaction.ts';
import { type RuleName, ruleRows, type ValidationRule, validationRules } from '../../data/hq/validation.ts';
import { minorUnits } from '../../domain/money.ts';
import {
  clearStatement,
  deleteCustomerOrder,
  regenerateAggregates,
  revalidateTransactions,
  setRule,
  updateStatementSettings,
} from '../../domain/statement.ts';
import { ChannelNotFound, InvalidInput, NotFound, WrongState } from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { channelField } from '../channel/channel.ts';
import { Customer } from '../customer/customer.ts';
import { hqCustomer } from '../customer/loaders.ts';
import { Money, money, moneyOrNull } from '../money.ts';
import { RetailTransaction } from '../order/transaction.ts';
import { ofChannel } from '../scopes.ts';
import { enumOf, idInput, operatorMutation } from '../vocabulary.ts';
import { Aggregate, Statement } from './parts.ts';

/*
 * What a person does about statements, and the settings that they follow.
 */

const RuleNameType = enumOf<RuleName>(
  'ValidationRuleName',
  'A rule that a sale must keep before a statement takes it.',
  {
    CUSTOMER_ACCOUNT: 'The customer that it names has an account ID.',
    BUSINESS_DATE:
      'Its business date is not after the day it was received, in the channel’s time zone, and not before 2000.',
    DISCOUNT_AMOUNT: 'Its discount is the sum of its lines’ discounts.',
    GROSS_AMOUNT: 'Its total is the sum of its lines with tax, and its charges.',
    NET_AMOUNT: 'Its net amount is the sum of its lines without tax.',
    NET_PLUS_TAX: 'Its total is net + tax + charges.',
    NUMBER_OF_ITEMS: 'Its quantity is the sum of its lines’ quantities.',
    PAYMENT_AMOUNT: 'What was paid is the sum of its payments.',
    UNDER_OVER_PAYMENT: 'What was paid is what was due, within the channel’s maximumPaymentDifference.',
    TRANSACTION_NOT_EMPTY: 'It has a line that is not voided.',
    TAX_INCLUDED_PRICING: 'Its lines follow its flag: prices with tax, or without.',
    LINE_AMOUNT: 'Each line is price × quantity − discount.',
    SIGN_CONTRADICTION: 'In each line the quantity and the amounts have the same sign.',
    NEGATIVE_PRICE: 'No price is negative.',
    SHIFT: 'The shift that it names is known, and of its channel.',
    DUPLICATE_TRANSACTION: 'No other channel database sent a transaction with its UUID before.',
  },
);

const Rule = builder.objectRef<ValidationRule>('ValidationRule').implement({
  description: 'A rule of validation, and whether it applies.',
  fields: (t) => ({
    name: t.expose('name', { type: RuleNameType, description: 'Which.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether sales are checked by it.' }),
  }),
});

const Settings = builder.objectRef<SettingsRow>('StatementSettings').implement({
  description: 'How the sales of a channel are checked and posted.',
  fields: (t) => ({
    channel: channelField(t, 'Of which channel.'),
    defaultCustomer: t.field({
      type: Customer,
      nullable: true,
      description: 'The customer of sales that name none; null: those are posted without an account.',
      resolve: ({ defaultCustomerUuid: uuid }, _args, context) =>
        uuid === null ? null : hqCustomer(context).load(uuid),
    }),
    maximumPaymentDifference: t.field({
      type: Money,
      description: 'How far what was paid may be from what was due, per sale.',
      resolve: (row, _args, { channels }) => money(row.maximumPaymentDifference, channels.get(row.channel).currency),
    }),
    maximumCountingDifference: t.field({
      type: Money,
      nullable: true,
      description: 'How far what was counted on a day may be from what was expected; null: any difference is posted.',
      resolve: (row, _args, { channels }) =>
        moneyOrNull(row.maximumCountingDifference, channels.get(row.channel).currency),
    }),
    aggregationLineLimit: t.exposeInt('aggregationLineLimit', {
      description: 'Lines of sales that are put together in one sales order at most. A sale is never split.',
    }),
    aggregateReturns: t.exposeBoolean('aggregateReturns', {
      description:
        'Whether the returns of a customer on a day share a sales order; false: each has one of its own. Returns are never put together with sales.',
    }),
    holdCode: t.exposeString('holdCode', {
      description: 'Put on the sales order of an order that was corrected, when it is to be held.',
    }),
  }),
});

builder.queryFields((t) => ({
  validationRules: t.field({
    type: [Rule],
    nullable: true,
    ...atMost(validationRules.length),
    description: 'The rules of validation, in the order in which they are checked.',
    authScopes: { operator: 'reading validation rules' },
    resolve: (_root, _args, { hq }) => hq.read(ruleRows),
  }),
  statementSettings: t.field({
    type: Settings,
    nullable: true,
    description: 'How the sales of a channel are checked and posted.',
    args: { channel: t.arg.string({ required: true, description: 'Of which channel.' }) },
    authScopes: ofChannel,
    resolve: async (_root, { channel }, { hq, channels }) => {
      channels.get(channel);
      return (await hq.read((db) => settingsOf(db, [channel]))).get(channel)!;
    },
  }),
}));

const StatementInput = idInput('StatementInput', Statement, 'Which statement.');

const DeleteOrderInput = builder.inputType('DeleteCustomerOrderInput', {
  description: 'Which aggregate.',
  fields: (t) => ({
    aggregatedTransaction: t.globalID({ for: [Aggregate], required: true, description: 'Its global ID.' }),
  }),
});

const RevalidateInput = builder.inputType('RevalidateTransactionsInput', {
  description: 'Which sales: those named, or those of a channel, or all.',
  fields: (t) => ({
    channel: t.string({ description: 'Those of this channel. Default: of all.' }),
    ids: t.globalIDList({
      for: [RetailTransaction],
      description: 'Only these, by their global IDs.',
    }),
  }),
});

const Revalidated = builder.objectRef<{ count: number }>('RevalidatedTransactions').implement({
  description: 'Sales that will be validated again.',
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many.' }) }),
});

const SetRuleInput = builder.inputType('SetValidationRuleInput', {
  description: 'Which rule, and whether it applies.',
  fields: (t) => ({
    name: t.field({ type: RuleNameType, required: true, description: 'Which.' }),
    enabled: t.boolean({ required: true, description: 'Whether sales are checked by it from the next validation on.' }),
  }),
});

const SettingsInput = builder.inputType('UpdateStatementSettingsInput', {
  description: 'What to change; what is left out stays. Amounts are in the channel’s currency.',
  fields: (t) => ({
    channel: t.string({ required: true, description: 'Of which channel.' }),
    defaultCustomerUuid: t.field({
      type: 'UUID',
      description: 'The customer of sales that name none, who must have an account ID; null: none.',
    }),
    maximumPaymentDifference: t.field({ type: 'Decimal', description: 'Per sale, 0 or more.' }),
    maximumCountingDifference: t.field({ type: 'Decimal', description: 'Per day, 0 or more; null: no limit.' }),
    aggregationLineLimit: t.int({ description: '1 to 10,000.' }),
    aggregateReturns: t.boolean({
      description:
        'Whether the returns of a customer on a day share a sales order. Returns are never put together with sales.',
    }),
    holdCode: t.string({ description: 'Capital letters, digits, _ and -; at most 40.' }),
  }),
});

operatorMutation('clearStatement', {
  type: Statement,
  input: StatementInput,
  description:
    'Gives up a statement that is not posted in any part: until it is CALCULATED. Its sales can be corrected, and the next calculation takes them. Later it is refused.',
  may: 'clearing statements',
  failures: [NotFound, WrongState],
  run: (tx, { id }, who) => clearStatement(tx, id.id, who),
});

operatorMutation('regenerateAggregates', {
  type: Statement,
  input: StatementInput,
  description:
    'Puts the sales of a statement together anew, by the present settings. Only until sales orders are made.',
  may: 'changing statements',
  failures: [NotFound, WrongState],
  run: (tx, { id }, who) => regenerateAggregates(tx, id.id, who),
});

operatorMutation('deleteCustomerOrder', {
  type: Statement,
  input: DeleteOrderInput,
  description:
    'Removes an aggregate and its sales order from a statement: its sales leave the statement, are validated again and join the next one. A statement that has no sales left is CLEARED. Only until it is invoiced.',
  may: 'changing statements',
  failures: [NotFound, WrongState],
  run: (tx, { aggregatedTransaction }, who) => deleteCustomerOrder(tx, aggregatedTransaction.id, who),
});

operatorMutation('revalidateTransactions', {
  type: Revalidated,
  input: RevalidateInput,
  inputDescription: 'Which ones.',
  description:
    'Lets sales be validated again that failed it, or passed it and are in no statement: after a rule or a setting was changed.',
  may: 'validating transactions',
  failures: [InvalidInput, ChannelNotFound],
  run: async (tx, { channel, ids }, who, { channels }) => {
    if (channel) channels.get(channel);
    if (!ids) return { count: await revalidateTransactions(tx, { channel: channel || null }, who) };
    const named = new Set(ids.map(({ id }) => id));
    const found = await transactionsWhere(tx, { uuid: [...named].map((id) => id.split('/')[1] ?? '') });
    const sequences = found.filter((row) => named.has(`${row.channel}/${row.uuid}`)).map(({ sequence }) => sequence);
    return { count: await revalidateTransactions(tx, { sequences }, who) };
  },
});

operatorMutation('setValidationRule', {
  type: [Rule],
  ...atMost(validationRules.length),
  input: SetRuleInput,
  description: 'Switches a rule of validation on or off. Answers all of them.',
  may: 'changing validation rules',
  run: async (tx, { name, enabled }, who) => {
    await setRule(tx, name, enabled, who);
    return ruleRows(tx);
  },
});

operatorMutation('updateStatementSettings', {
  type: Settings,
  input: SettingsInput,
  inputDescription: 'What to change.',
  description: 'Changes how the sales of a channel are checked and posted.',
  may: 'changing settings of statements',
  failures: [InvalidInput, ChannelNotFound],
  run: (tx, { channel, ...input }, who, { channels }) => {
    const { currency } = channels.get(channel);
    const amount = (name: 'maximumPaymentDifference' | 'maximumCountingDifference') => {
      const text = input[name];
      if (text === null || text === undefined) return text;
      const minor = minorUnits(text, currency);
      if (minor === undefined) throw new InvalidInput([name], `must be an amount in ${currency}`);
      return minor;
    };
    const change = {
      defaultCustomerUuid: input.defaultCustomerUuid,
      maximumPaymentDifference: amount('maximumPaymentDifference') ?? undefined,
      maximumCountingDifference: amount('maximumCountingDifference'),
      aggregationLineLimit: input.aggregationLineLimit ?? undefined,
      aggregateReturns: input.aggregateReturns ?? undefined,
      holdCode: input.holdCode ?? undefined,
    };
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    return updateStatementSettings(tx, channel, given, who);
  },
});
