import { CustomerSearch } from '../customer-search.ts';
import { ChannelCustomer, ChannelCustomerAddress } from './customer.ts';
import { FeedEntry, FeedHead } from './feed.ts';
import { Operation } from './operation.ts';
import { Self } from './self.ts';
import { ChannelShift } from './shift.ts';
import { ChannelTransaction } from './transaction.ts';

/** Every table of a channel database. */
export const channelEntities = [
  ChannelCustomer,
  ChannelCustomerAddress,
  ChannelShift,
  ChannelTransaction,
  CustomerSearch,
  FeedEntry,
  FeedHead,
  Operation,
  Self,
];
