import { customersByUuid } from '../../data/customer-page.ts';
import { addAddress, createCustomers, prepareCustomer, updateCustomer } from '../../domain/customer.ts';
import { MOST_ADDRESSES } from '../../domain/rules.ts';
import { ChannelNotFound, CustomerExists, CustomerNotFound, InvalidInput } from '../../errors.ts';
import { atMost } from '../bounded.ts';
import { builder } from '../builder.ts';
import { ofInputChannel } from '../scopes.ts';
import { AddressPurpose, Customer, CustomerType } from './customer.ts';
import { inputFields } from './fields.ts';
import { foundIn } from './loaders.ts';

/*
 * What a channel does with its customers: it creates and changes them, in its own database.
 */

const NameInput = builder.inputType('PersonNameInput', {
  description:
    'The parts of a name. Each, like every text here, is one line with something to see, without control characters and without characters that override the direction of text.',
  fields: (t) => inputFields(t, 'name', 'enter'),
});

const AddressInput = builder.inputType('CustomerAddressInput', {
  description: 'An address.',
  fields: (t) => ({
    id: t.field({ type: 'UUID', description: 'Its permanent UUID, made by the client. Default: we make one.' }),
    purpose: t.field({
      type: AddressPurpose,
      description: 'What it is for. Default: HOME for a person, BUSINESS for an organization.',
    }),
    ...inputFields(t, 'address', 'enter'),
    country: t.string({ required: true, description: 'ISO 3166-1 alpha-2 code.' }),
  }),
});

const CreateCustomerInput = builder.inputType('CreateCustomerInput', {
  description: 'A new customer.',
  fields: (t) => ({
    channel: t.string({ required: true, description: 'Code of the channel that creates it.' }),
    id: t.field({
      type: 'UUID',
      description:
        'Its permanent UUID, made by the client: the idempotency key. Sent again with the same data it answers the stored customer. Default: we make one, and a repeat makes another customer.',
    }),
    type: t.field({ type: CustomerType, description: 'Default PERSON.' }),
    name: t.field({ type: NameInput, description: 'Name of a person.' }),
    ...inputFields(t, 'body', 'enter'),
    addresses: t.field({ type: [AddressInput], description: 'Its addresses.', ...atMost(MOST_ADDRESSES) }),
  }),
});

const UpdateCustomerInput = builder.inputType('UpdateCustomerInput', {
  description: 'What to change; a field that is left out stays, one that is null is emptied.',
  fields: (t) => ({
    channel: t.string({ required: true, description: 'Code of its channel.' }),
    uuid: t.field({ type: 'UUID', required: true, description: 'Which customer.' }),
    name: t.field({ type: NameInput, description: 'Parts of the name to change.' }),
    ...inputFields(t, 'body', 'enter'),
  }),
});

const AddCustomerAddressInput = builder.inputType('AddCustomerAddressInput', {
  description: 'An address for a customer.',
  fields: (t) => ({
    channel: t.string({ required: true, description: 'Code of its channel.' }),
    uuid: t.field({ type: 'UUID', required: true, description: 'Which customer.' }),
    address: t.field({
      type: AddressInput,
      required: true,
      description: 'The address. Its id is the idempotency key.',
    }),
  }),
});

builder.mutationFields((t) => ({
  createCustomer: t.field({
    type: Customer,
    description:
      'Creates a customer in a channel, asynchronously: it is stored in the channel’s own database when this answers, whatever headquarters is doing, and shows "Pending sync" until its account ID comes back.',
    errors: { types: [InvalidInput, ChannelNotFound, CustomerExists] },
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: CreateCustomerInput, required: true, description: 'The customer.' }) },
    resolve: async (_root, { input: { channel, ...input } }, { channels, now, notice }) => {
      const database = await channels.databaseOf(channel);
      const customer = prepareCustomer(channel, input, now());
      const result = await database.writeTogether(createCustomers, customer);
      if (result instanceof Error) throw result;
      if (!result.created)
        return foundIn(database, await database.read((db) => customersByUuid(db, [customer.uuid])))[0]!;
      notice(channel);
      const { uuid, body, addresses, at } = customer;
      return { id: 0, uuid, accountId: null, channel, ...body, createdAt: at, updatedAt: at, addresses, database };
    },
  }),
  updateCustomer: t.field({
    type: Customer,
    description:
      'Changes a customer in its channel, pending or not. Headquarters gets the change with the next P-job, in the order it was made.',
    errors: { types: [InvalidInput, ChannelNotFound, CustomerNotFound] },
    authScopes: ofInputChannel,
    args: { input: t.arg({ type: UpdateCustomerInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input: { channel, uuid, ...change } }, { channels, now, notice }) => {
      const database = await channels.databaseOf(channel);
      const row = await database.write(async (tx) => {
        await updateCustomer(tx, { channel, uuid, change, at: now() });
        return foundIn(database, await customersByUuid(tx, [uuid]))[0]!;
      });
      notice(channel);
      return row;
    },
  }),
  addCustomerAddress: t.field({
    type: Customer,
    description: `Adds an address to a customer, pending or not. A customer has at most ${MOST_ADDRESSES}.`,
    errors: { types: [InvalidInput, ChannelNotFound, CustomerNotFound] },
    authScopes: ofInputChannel,
    args: {
      input: t.arg({ type: AddCustomerAddressInput, required: true, description: 'The address and whose it is.' }),
    },
    resolve: async (_root, { input: { channel, uuid, address } }, { channels, now, notice }) => {
      const database = await channels.databaseOf(channel);
      const row = await database.write(async (tx) => {
        await addAddress(tx, { channel, uuid, address, at: now() });
        return foundIn(database, await customersByUuid(tx, [uuid]))[0]!;
      });
      notice(channel);
      return row;
    },
  }),
}));
