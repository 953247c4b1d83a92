import { brandWithType, type OutputType, type SchemaTypes } from '@pothos/core';
import { type StatementSettings as SettingsRow, settingsOf } from '../../data/hq/statement-settings.ts';
import { ruleRows, type ValidationRule, validationRules } from '../../data/hq/validation.ts';
import { minorUnits } from '../../domain/money.ts';
import {
  clearStatement,
  deleteAggregatedTransaction,
  regenerateAggregatedTransactions,
  revalidateTransactions,
  setRule,
  updateStatementSettings,
} from '../../domain/statement.ts';
import { isSale } from '../../domain/transaction-status.ts';
import { ChannelNotFound, InvalidInput, mustBeValid, NotFound, type Violation, WrongState } from '../../errors.ts';
import { atMost } from '../arguments.ts';
import { builder } from '../builder.ts';
import { channelField } from '../channel/channel.ts';
import { customerOf } from '../customer/customer.ts';
import { Money, money, moneyOrNull } from '../money.ts';
import { allReceivedBy, TransactionBy } from '../order/by.ts';
import { ValidationRuleName } from '../order/validation.ts';
import { ofChannel } from '../scopes.ts';
import { idInput, operatorMutation } from '../vocabulary.ts';
import { Aggregate, FinancialStatement, TransactionalStatement, typeOf } from './parts.ts';

/*
 * What operators do with statements, and the settings for validation and posting.
 */

const Rule = builder.objectRef<ValidationRule>('ValidationRule').implement({
  description: 'A validation rule and whether it is on.',
  fields: (t) => ({
    name: t.expose('name', { type: ValidationRuleName, description: 'What the rule checks.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether sales are checked against this rule.' }),
  }),
});

const Settings = builder.objectRef<SettingsRow>('StatementSettings').implement({
  description: 'How a channel’s sales are checked and posted.',
  fields: (t) => ({
    channel: channelField(t, 'The channel the settings apply to.'),
    defaultCustomer: customerOf(
      t,
      'defaultCustomerUuid',
      'The customer for sales without one; null to post such sales without an account ID.',
    ),
    maximumPaymentDifference: t.field({
      type: Money,
      description: 'The largest allowed difference between the amounts paid and due, per sale.',
      resolve: async (row, _args, { channels }) =>
        money(row.maximumPaymentDifference, (await channels.lookUp(row.channel)).currency),
    }),
    maximumCountingDifference: t.field({
      type: Money,
      nullable: true,
      description:
        'The largest allowed difference between the amounts counted and expected, per day; null to post any difference.',
      resolve: async (row, _args, { channels }) =>
        moneyOrNull(row.maximumCountingDifference, (await channels.lookUp(row.channel)).currency),
    }),
    aggregationLineLimit: t.exposeInt('aggregationLineLimit', {
      description:
        'The most lines that sales aggregated into one sales order may have together. A sale is never split.',
    }),
    aggregateReturns: t.exposeBoolean('aggregateReturns', {
      description:
        'Whether a customer’s returns of one day share a sales order; if false, each return has its own. Returns are never aggregated with sales.',
    }),
    holdCode: t.exposeString('holdCode', {
      description: 'The hold code for the sales order of a corrected order that is to be put on hold.',
    }),
  }),
});

builder.queryFields((t) => ({
  validationRules: t.field({
    type: [Rule],
    nullable: true,
    ...atMost(validationRules.length),
    description: 'The validation rules, in the order in which they are checked.',
    authScopes: { operator: 'reading validation rules' },
    resolve: (_root, _args, { hq }) => hq.read(ruleRows),
  }),
  statementSettings: t.field({
    type: Settings,
    nullable: true,
    description: 'How a channel’s sales are checked and posted.',
    args: { channel: t.arg.string({ required: true, description: 'The channel’s code.' }) },
    authScopes: ofChannel,
    resolve: async (_root, { channel }, { hq, channels }) => {
      await channels.lookUp(channel);
      return (await hq.read((db) => settingsOf(db, [channel]))).get(channel)!;
    },
  }),
}));

const ClearInput = idInput(
  'ClearStatementInput',
  [TransactionalStatement, FinancialStatement],
  'The statement to clear.',
);

const RegenerateInput = idInput(
  'RegenerateAggregatedTransactionsInput',
  TransactionalStatement,
  'The statement whose sales to aggregate again.',
);

const DeleteInput = idInput('DeleteAggregatedTransactionInput', Aggregate, 'The aggregated transaction to delete.');

const RevalidateInput = builder.inputType('RevalidateTransactionsInput', {
  description: 'The sales to validate again: some, those of a channel, or all.',
  fields: (t) => ({
    channel: t.string({
      description: 'Only the sales of this channel. Default: all channels. Cannot be combined with `transactions`.',
    }),
    transactions: t.field({ type: [TransactionBy], description: 'Only these sales.' }),
  }),
});

const Revalidated = builder.objectRef<{ count: number }>('RevalidatedTransactions').implement({
  description: 'The sales that will be validated again.',
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many sales the next validation checks.' }) }),
});

const SetRuleInput = builder.inputType('SetValidationRuleInput', {
  description: 'Switches a validation rule.',
  fields: (t) => ({
    name: t.field({ type: ValidationRuleName, required: true, description: 'The rule to switch.' }),
    enabled: t.boolean({
      required: true,
      description: 'True to check sales against this rule, false to skip it, starting with the next validation.',
    }),
  }),
});

const SettingsInput = builder.inputType('UpdateStatementSettingsInput', {
  description: 'The settings to change; omitted fields keep their values. Amounts are in the channel’s currency.',
  fields: (t) => ({
    channel: t.string({ required: true, description: 'The channel’s code.' }),
    defaultCustomerUuid: t.field({
      type: 'UUID',
      description:
        'UUID of the customer for sales without one. The customer must have an account ID. Null removes the default customer.',
    }),
    maximumPaymentDifference: t.field({
      type: 'Decimal',
      description: 'The largest allowed difference between the amounts paid and due, per sale; 0 or more.',
    }),
    maximumCountingDifference: t.field({
      type: 'Decimal',
      description:
        'The largest allowed difference between the amounts counted and expected, per day; 0 or more. Null removes the limit.',
    }),
    aggregationLineLimit: t.int({
      description: 'The most lines that sales aggregated into one sales order may have together; 1 to 10,000.',
    }),
    aggregateReturns: t.boolean({
      description:
        'Whether a customer’s returns of one day share a sales order. Returns are never aggregated with sales.',
    }),
    holdCode: t.string({
      description:
        'The hold code for sales orders of corrected orders: capital letters, digits, `_`, and `-`; at most 40 characters.',
    }),
  }),
});

operatorMutation('clearStatement', {
  type: TransactionalStatement,
  orType: FinancialStatement,
  input: ClearInput,
  inputDescription: 'The statement to clear.',
  description:
    'Clears a statement that is STARTED, MARKED, or CALCULATED, so nothing of it has been posted. Its sales or shifts are released: sales can be corrected, and the next calculation takes them. Refused in any later state.',
  may: 'clearing statements',
  failures: [NotFound, WrongState],
  run: async (tx, { id }, who) => {
    const cleared = await clearStatement(tx, id, who);
    brandWithType(cleared, typeOf(cleared) as OutputType<SchemaTypes>);
    return cleared;
  },
});

operatorMutation('regenerateAggregatedTransactions', {
  type: TransactionalStatement,
  input: RegenerateInput,
  inputDescription: 'The statement whose sales to aggregate again.',
  description:
    'Re-aggregates the statement’s sales with the current settings. Possible while it is CHECKED or AGGREGATED, until its first sales order is created.',
  may: 'changing statements',
  failures: [NotFound, WrongState],
  run: (tx, { id }, who) => regenerateAggregatedTransactions(tx, id, who),
});

operatorMutation('deleteAggregatedTransaction', {
  type: TransactionalStatement,
  input: DeleteInput,
  inputDescription: 'The aggregated transaction to delete.',
  description:
    'Removes an aggregated transaction and its sales order from a statement. Its sales are validated again and join the next statement. A statement that loses its last sale is CLEARED. Possible only until the sales order is invoiced.',
  may: 'changing statements',
  failures: [NotFound, WrongState],
  run: (tx, { id }, who) => deleteAggregatedTransaction(tx, id, who),
});

operatorMutation('revalidateTransactions', {
  type: Revalidated,
  input: RevalidateInput,
  inputDescription: 'The sales to validate again.',
  description:
    'Schedules sales for validation again, typically after a rule or a setting has changed: sales that failed validation, and sales that passed but are not in a statement yet.',
  may: 'validating transactions',
  failures: [InvalidInput, ChannelNotFound],
  channels: ({ channel }) => [channel],
  run: async (tx, { channel, transactions }, who) => {
    if (!transactions) return { count: await revalidateTransactions(tx, { channel: channel || null }, who) };
    const found: Violation[] = [];
    if (channel) found.push({ path: ['channel'], message: 'cannot be combined with transactions' });
    const sequences = (await allReceivedBy(tx, transactions)).flatMap((candidates, index) => {
      const sales = candidates.filter(isSale);
      if (sales.length === 0) found.push({ path: ['transactions', index], message: 'is not a sale at headquarters' });
      return sales.map(({ sequence }) => sequence);
    });
    mustBeValid(found);
    return { count: await revalidateTransactions(tx, { sequences }, who) };
  },
});

operatorMutation('setValidationRule', {
  type: Rule,
  input: SetRuleInput,
  inputDescription: 'The rule to switch, and whether to turn it on or off.',
  description: 'Switches a validation rule on or off.',
  may: 'changing validation rules',
  run: async (tx, { name, enabled }, who) => {
    await setRule(tx, name, enabled, who);
    return { name, enabled };
  },
});

operatorMutation('updateStatementSettings', {
  type: Settings,
  input: SettingsInput,
  inputDescription: 'The channel and the settings to change.',
  description: 'Changes how a channel’s sales are checked and posted.',
  may: 'changing statement settings',
  failures: [InvalidInput, ChannelNotFound],
  channels: ({ channel }) => [channel],
  run: (tx, { channel, ...input }, who, { channels }) => {
    const { currency } = channels.get(channel);
    const found: Violation[] = [];
    const amount = (name: 'maximumPaymentDifference' | 'maximumCountingDifference') => {
      const text = input[name];
      if (text === null || text === undefined) return text;
      const minor = minorUnits(text, currency);
      if (minor === undefined)
        found.push({ path: [name], message: `must be an amount in ${currency}`, rule: 'FORMAT' });
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
    return updateStatementSettings(tx, channel, given, who, found);
  },
});
