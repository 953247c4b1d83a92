import { CustomerSearch } from '../customer-search.ts';
import { AggregatedTransaction } from './aggregate.ts';
import { AuditEntry } from './audit.ts';
import { Channel, ChannelDatabase } from './channel.ts';
import { Customer, CustomerAddress } from './customer.ts';
import { FunctionalityProfile } from './functionality-profile.ts';
import { Heartbeat } from './heartbeat.ts';
import { JobFailure } from './job-failure.ts';
import { JobPart } from './job-part.ts';
import { JobRun } from './job-run.ts';
import { Invoice, JournalEntry, Settlement } from './journal.ts';
import { Maintenance } from './maintenance.ts';
import { Head, NumberSequence } from './number-sequence.ts';
import { CustomerOperation } from './operation.ts';
import { ReservedAccountId } from './reserved-account-id.ts';
import { Rewinding } from './rewinding.ts';
import { SalesOrder, SalesOrderLine } from './sales-order.ts';
import { Schedule } from './schedule.ts';
import { ServerNode } from './server-node.ts';
import { DownloadSession, UploadSession } from './session.ts';
import { Shift, ShiftOperation, TenderCount } from './shift.ts';
import { Statement, StatementEvent } from './statement.ts';
import { StatementSettings } from './statement-settings.ts';
import { RetailTransaction } from './transaction.ts';
import { TransactionFeedEntry, TransactionFeedHead } from './transaction-feed.ts';
import { ValidationRule } from './validation.ts';

/** Every table of headquarters. */
export const hqEntities = [
  AggregatedTransaction,
  AuditEntry,
  Channel,
  ChannelDatabase,
  Customer,
  CustomerAddress,
  CustomerOperation,
  CustomerSearch,
  DownloadSession,
  FunctionalityProfile,
  Head,
  Heartbeat,
  Invoice,
  JobFailure,
  JobPart,
  JobRun,
  JournalEntry,
  Maintenance,
  NumberSequence,
  ReservedAccountId,
  RetailTransaction,
  Rewinding,
  SalesOrder,
  SalesOrderLine,
  Schedule,
  ServerNode,
  Settlement,
  Shift,
  ShiftOperation,
  Statement,
  StatementEvent,
  StatementSettings,
  TenderCount,
  TransactionFeedEntry,
  TransactionFeedHead,
  UploadSession,
  ValidationRule,
];
