/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What an address is used for. */
export type AddressPurpose =
  /** A business address. */
  | 'BUSINESS'
  /** A delivery address. */
  | 'DELIVERY'
  /** A home address. */
  | 'HOME'
  /** An invoice address. */
  | 'INVOICE'
  /** Any other address. */
  | 'OTHER';

/** Limits a list of items to those that match every field. */
export type AttentionFilter = {
  /** Only items of the channel with this code, without those that concern headquarters as a whole. */
  channel?: string | null | undefined;
  /** Only items of these kinds. At most 100. */
  kinds?: Array<AttentionKind> | null | undefined;
};

/** What needs attention, most urgent first. */
export type AttentionKind =
  /** The database of a channel is unavailable to headquarters. */
  | 'CHANNEL_DATABASE_UNAVAILABLE'
  /** Headquarters has account IDs or corrections for a channel that have not been downloaded, the oldest for more than 15 minutes. */
  | 'CHANNEL_NOT_DOWNLOADED'
  /** A channel has operations that have not been uploaded, the oldest for more than 15 minutes. */
  | 'CHANNEL_NOT_UPLOADED'
  /** A customer operation was set aside, so the customer has no account ID or is missing a change. */
  | 'CUSTOMER_OPERATION_FAILED'
  /** A channel knows more than headquarters, which was restored from an older backup. No numbers are assigned. */
  | 'HEADQUARTERS_REWOUND'
  /** A job, alone or in a chain, failed for a channel and has not succeeded for that channel since. A failure for many channels in one run is one item. */
  | 'JOB_FAILED'
  /** A number sequence is running low or is exhausted. */
  | 'NUMBER_SEQUENCE_LOW'
  /** A sales order has been on hold since its transaction was corrected. */
  | 'SALES_ORDER_ON_HOLD'
  /** A shift of an earlier business date is not closed, so its financial statement is waiting. */
  | 'SHIFT_NOT_CLOSED'
  /** A statement failed to reach its next state. The next attempt resumes there. */
  | 'STATEMENT_FAILED'
  /** Validated sales or closed shifts of a channel have not been in a statement for more than a day. */
  | 'STATEMENT_MISSING'
  /** A statement was started or calculated more than a day ago and has not been posted. */
  | 'STATEMENT_NOT_POSTED'
  /** Somebody is editing an order or a sale, so jobs skip it. */
  | 'TRANSACTION_EDITING'
  /** An order or a sale was set aside. */
  | 'TRANSACTION_FAILED'
  /** An order or a sale has been waiting for its customer or address for more than 15 minutes. */
  | 'TRANSACTION_WAITING'
  /** Customer operations or orders of a channel have been waiting at headquarters for more than 15 minutes and no schedule will process them, or they or sales have been waiting for more than a day. */
  | 'WORK_WAITING';

/** Why something needs attention: an error that a job recorded, or what it waits for. */
export type AttentionReason =
  /** The delivery address of an order or sale has not been uploaded yet. */
  | 'ASYNC_ADDRESS_NOT_UPLOADED'
  /** The delivery address of an order or sale was set aside. Correct its failed operation. */
  | 'ASYNC_ADDRESS_SYNC_FAILED'
  /** The customer of an order or sale has not been uploaded yet. */
  | 'ASYNC_CUSTOMER_NOT_UPLOADED'
  /** The customer of an order or sale was set aside. Correct its failed operation. */
  | 'ASYNC_CUSTOMER_SYNC_FAILED'
  /** A channel database was restored or replaced. Adopt it to upload its log again. */
  | 'CHANNEL_DATABASE_REWOUND'
  /** The code belongs to a channel with different settings. */
  | 'CHANNEL_EXISTS'
  /** There is no channel with this code. */
  | 'CHANNEL_NOT_FOUND'
  /** What was counted in the tills differs by more than the channel allows. */
  | 'COUNTING_DIFFERENCE'
  /** The cursor does not belong to this list or feed. Start over without one. */
  | 'CURSOR_INVALID'
  /** Customer operations wait for a conversion. */
  | 'CUSTOMERS_WAIT'
  /** The channel has no such customer. */
  | 'CUSTOMER_NOT_FOUND'
  /** Headquarters refused a customer that a channel created synchronously. Correct its operation. */
  | 'CUSTOMER_REFUSED'
  /** The customer of a sale has no account ID yet. */
  | 'CUSTOMER_WITHOUT_ACCOUNT'
  /** A database does not answer right now. Try again. */
  | 'DATABASE_UNAVAILABLE'
  /** Another transaction already has the confirmation number. */
  | 'DUPLICATE_TRANSACTION'
  /** Somebody has not finished editing. */
  | 'EDITING'
  /** The token does not allow it. */
  | 'FORBIDDEN'
  /** Headquarters is missing while channel databases contain account IDs. The server does not start, so clients never see this code. */
  | 'HEADQUARTERS_MISSING'
  /** Headquarters was restored from a backup older than what its channels know, so it assigns no account IDs or other numbers. */
  | 'HEADQUARTERS_REWOUND'
  /** A channel database has not answered since the server started, and may know account IDs that headquarters has forgotten. */
  | 'HEADQUARTERS_UNPROVEN'
  /** An unexpected error. The headquarters log has the details. */
  | 'INTERNAL'
  /** The input breaks a rule. */
  | 'INVALID_INPUT'
  /** Nobody has counted and closed a shift. */
  | 'NOT_CLOSED'
  /** Nothing downloads account IDs to the channel. */
  | 'NOT_DOWNLOADED'
  /** There is no such record, or you may not see it. */
  | 'NOT_FOUND'
  /** A statement waits for the end of day. */
  | 'NOT_POSTED'
  /** Nothing uploads the channel. */
  | 'NOT_UPLOADED'
  /** A number sequence has no numbers left. Extend it, then run the job again. */
  | 'NUMBER_SEQUENCE_EXHAUSTED'
  /** Few numbers are left. */
  | 'NUMBER_SEQUENCE_LOW'
  /** Somebody asked for a review. */
  | 'ON_HOLD'
  /** Orders wait to be synchronized. */
  | 'ORDERS_WAIT'
  /** The process died twice while working on a run. Find out why, then retry the run. */
  | 'RUN_CRASHED'
  /** Sales wait for the end of day. */
  | 'SALES_WAIT'
  /** Closed shifts wait for the end of day. */
  | 'SHIFTS_WAIT'
  /** The debits and credits of a statement differ. */
  | 'STATEMENT_OUT_OF_BALANCE'
  /** The sales of a statement no longer have the totals that were calculated. */
  | 'STATEMENT_TOTALS_CHANGED'
  /** The result is too large to read at once. Request less. */
  | 'TOO_LARGE'
  /** The token is missing or invalid. */
  | 'UNAUTHENTICATED'
  /** The UUID belongs to a customer, order, sale, or shift with different data. */
  | 'UUID_CONFLICT'
  /** A sale breaks a validation rule. */
  | 'VALIDATION_ERROR'
  /** The state of the record does not allow it. */
  | 'WRONG_STATE';

/** The order to cancel. */
export type CancelOrderInput = {
  /** The code of the channel of the order. Required for operators, unless the order is identified by its `id`, which includes the channel. Default: the channel of the client. */
  channel?: string | null | undefined;
  /** The order. */
  transaction: TransactionBy;
};

/** How a channel sells. */
export type ChannelType =
  /** A call center. */
  | 'CALL_CENTER'
  /** An online store. */
  | 'ONLINE_STORE'
  /** A store with registers. */
  | 'RETAIL_STORE';

/** A shift and the amounts counted in its till. */
export type CountShiftInput = {
  /** The code of the channel of the shift. Required for operators, unless the shift is identified by its `id`. Default: the channel of the client. */
  channel?: string | null | undefined;
  /** The amounts counted. A new count of a tender replaces the previous one; other tenders keep theirs. All except cash may be negative: a card terminal may have paid back more than it took. At most 100. */
  counts?: Array<TenderAmountInput> | null | undefined;
  /** The shift, by its UUID or global ID. */
  shift: ShiftBy;
};

/** The channel to create. */
export type CreateChannelInput = {
  /** Name of the channel database, created on first use. Several channels may share one. Default: a database of its own. */
  channelDatabase?: string | null | undefined;
  /** Permanent code: a lowercase letter followed by at most 39 lowercase letters, digits, or hyphens. */
  code: string;
  /** Country the channel sells in, such as `US`. */
  country: string;
  /** Currency the channel sells in, such as `USD`. */
  currency: string;
  /** Code of the functionality profile, which says how the channel creates customers. Default: `default`. */
  functionalityProfile?: string | null | undefined;
  /** Whether new customers are converted immediately. Default: true. */
  liveConversion?: boolean | null | undefined;
  /** Display name. */
  name: string;
  /** Time zone of the channel’s business dates, such as `America/Chicago`. */
  timeZone: string;
  /** Store, online store, or call center. */
  type: ChannelType;
};

/** A new customer. */
export type CreateCustomerInput = {
  /** The addresses of the customer. At most 100. */
  addresses?: Array<CustomerAddressInput> | null | undefined;
  /** Date of birth of a person, from 1900 to today. An organization has none. */
  birthDate?: string | null | undefined;
  /** The code of the channel that creates the customer. */
  channel: string;
  /** Currency to invoice the customer in, such as `USD`. */
  currency?: string | null | undefined;
  /** Primary email address; at most 254 characters. May contain letters beyond ASCII (RFC 6531). */
  email?: string | null | undefined;
  /** Language to address the customer in, such as `en-US`. */
  language?: string | null | undefined;
  /** The name of a person. */
  name?: PersonNameInput | null | undefined;
  /** Name of an organization; at most 200 characters. A person has none. */
  organizationName?: string | null | undefined;
  /** Primary phone number; digits, spaces, and ( ) - . / + x #; at most 40 characters. */
  phone?: string | null | undefined;
  /** Whether the customer is a person or an organization. Default: PERSON. */
  type?: CustomerType | null | undefined;
  /** The permanent UUID, generated by the client. It is the idempotency key: sending it again with the same data returns the stored customer. Default: the server generates one, and sending the input again creates another customer. */
  uuid?: string | null | undefined;
};

/** The profile to create. */
export type CreateFunctionalityProfileInput = {
  /** Permanent code: a lowercase letter followed by at most 39 lowercase letters, digits, or hyphens. */
  code: string;
  /** How `createCustomer` works. True: asynchronously, without headquarters; the account ID follows. False: synchronously; the customer is stored in the channel just the same, is then converted immediately, even if live conversion is off, and `createCustomer` waits for the account ID. Default: true. */
  createCustomerInAsyncMode?: boolean | null | undefined;
  /** UUID of a customer that has an account ID. The customer that supplies the language and currency of new customers that are created without them, in either mode. Nothing personal is ever copied. Default: none. */
  defaultCustomerUuid?: string | null | undefined;
  /** Display name. */
  name: string;
  /** How many ms a synchronous creation waits for the account ID before it falls back to an asynchronous one; 100 to 4,000. Default: 2,000. */
  realTimeTimeoutMs?: number | null | undefined;
};

/** An order to create. */
export type CreateOrderInput = {
  /** The day on which it enters the books, from 2000 to today in the time zone of the channel. Default: the business date of the shift, or today without a shift. */
  businessDate?: string | null | undefined;
  /** The code of the channel that records it. */
  channel: string;
  /** Charges in addition to the products. At most 100. */
  charges?: Array<TransactionChargeInput> | null | undefined;
  /** The currency of all amounts. Default: the currency of the channel. */
  currency?: string | null | undefined;
  /** The UUID of the customer, who may be pending and need not be in this database. */
  customerUuid: string;
  /** The UUID of the customer’s address to deliver to. The address may be pending, and need not be in this database. */
  deliveryAddressUuid?: string | null | undefined;
  /** How the order was placed. Default: ONLINE_ORDER. */
  kind?: OrderKind | null | undefined;
  /** The products sold or returned, with at least one line that is not voided. At most 1,000. */
  lines: Array<TransactionLineInput>;
  /** The payments made so far: from nothing up to the total. At most 100. */
  payments?: Array<TransactionPaymentInput> | null | undefined;
  /** Whether unit prices and discounts include tax. If so, price × quantity − discount is the gross amount of a line; otherwise it is the net amount. Default: false. */
  pricesIncludeTax?: boolean | null | undefined;
  /** The register; at most 40 characters. Default: the register of the shift. */
  register?: string | null | undefined;
  /** The UUID of the shift that records it, an open shift of this channel. */
  shiftUuid?: string | null | undefined;
  /** The staff member who records it; at most 100 characters. */
  staff?: string | null | undefined;
  /** The amount due, as calculated by the client: net amounts of the lines + tax + charges. If the server calculates a different amount, nothing is recorded. */
  total: string;
  /** The permanent UUID, generated by the client. It is the idempotency key: sending it again with the same data returns the stored transaction. Default: the server generates one, and sending the input again records another transaction. */
  uuid?: string | null | undefined;
};

/** The schedule to create. */
export type CreateScheduleInput = {
  /** Codes of the channels to run it for. Omit it, or pass null, for all channels. At most 1,000. */
  channels?: Array<string> | null | undefined;
  /** Cron pattern of five parts, such as `*\/5 * * * *`, or of six parts that start with the second. */
  cron: string;
  /** Whether the schedule starts runs. */
  enabled?: boolean;
  /** The job or chain to run. */
  job: JobName;
  /** What to do about missed runs. */
  missedRuns?: MissedRuns;
  /** Time zone of the pattern, such as `America/Chicago`. */
  timeZone?: string;
};

/** How a customer was created. */
export type CreationMode =
  /** Without one, because the channel is in asynchronous mode, or because it was created with many others. */
  | 'ASYNCHRONOUS'
  /** Without one, although the channel is in synchronous mode; `fallbackReason` says why. The customer gets its account ID later, automatically. */
  | 'FALLBACK'
  /** With its account ID: the channel is in synchronous mode, and headquarters answered in time. */
  | 'SYNCHRONOUS';

/** A new address of a customer. */
export type CustomerAddressInput = {
  /** City or town; at most 100 characters. */
  city?: string | null | undefined;
  /** Country of the address, such as `US`. */
  country: string;
  /** Person, department, or building at the address, if not the customer; at most 200 characters. */
  name?: string | null | undefined;
  /** Postal code; at most 20 characters. */
  postalCode?: string | null | undefined;
  /** What the address is used for. Default: HOME for a person, BUSINESS for an organization. */
  purpose?: AddressPurpose | null | undefined;
  /** State, province, or county; at most 100 characters. */
  state?: string | null | undefined;
  /** Street and number; at most 250 characters. */
  street?: string | null | undefined;
  /** Second line of the street address; at most 250 characters. */
  street2?: string | null | undefined;
  /** The permanent UUID, generated by the client. Default: the server generates one. */
  uuid?: string | null | undefined;
};

/** Identifies a customer in one of three ways. */
export type CustomerBy =
  {   /** The account ID, such as `C00000042`. */
  accountId: string; id?: never; uuid?: never; }
  |  { accountId?: never;   /** The global ID, which includes the channel. */
  id: string | number; uuid?: never; }
  |  { accountId?: never; id?: never;   /** The permanent UUID. */
  uuid: string; };

/** Limits a list of customers to those that match every field. */
export type CustomerFilter = {
  /** Only customers of the channel with this code. Operators must set it if `source` is CHANNEL. */
  channel?: string | null | undefined;
  /** Only customers that their channel created in this period. */
  createdAt?: DateTimeRange | null | undefined;
  /** Words that must all match, in any order: each is the beginning of a word of a name, email address, city, or postal code, or a phone number (the last digits are enough), or, alone, the beginning of an account ID. Ignores case, accents, and punctuation. At least 2 characters in a channel’s own database, or 4 at headquarters, where a Chinese, Japanese, or Korean character counts as 2. Finds at most 10,000 customers, so a `totalCount` of 10,000 may mean more. */
  search?: string | null | undefined;
  /** Only customers with this status. Headquarters has only SYNCED customers; the others are in the channel’s own database. */
  status?: CustomerSyncStatus | null | undefined;
  /** Only customers that their channel last changed, or else created, in this period. */
  updatedAt?: DateTimeRange | null | undefined;
};

/** What the channel did. */
export type CustomerOperationKind =
  /** An address was added. */
  | 'ADD_ADDRESS'
  /** An order was canceled. Listed only if headquarters could not accept the cancellation. */
  | 'CANCEL_ORDER'
  /** A customer was created. */
  | 'CREATE_CUSTOMER'
  /** An address was deactivated. */
  | 'DEACTIVATE_ADDRESS'
  /** A shift was recorded. Listed only if headquarters could not accept it. */
  | 'RECORD_SHIFT'
  /** Written to the channel’s log by other software, and unknown to headquarters. */
  | 'UNKNOWN'
  /** An address was changed. */
  | 'UPDATE_ADDRESS'
  /** A customer was changed. */
  | 'UPDATE_CUSTOMER';

/** The state of an operation at headquarters. */
export type CustomerOperationState =
  /** Set aside with a reason until a person retries or corrects it. Other customers are not affected. */
  | 'FAILED'
  /** Received. The next conversion applies it, or tries it again after `nextTryAt`. */
  | 'PENDING'
  /** Applied at headquarters. */
  | 'SYNCED'
  /** Waiting because an earlier operation of the same customer has a problem. Continues automatically once that is resolved. */
  | 'WAITING';

/** The stages of a conversion from asynchronous to synchronous customer. */
export type CustomerStage =
  /** Headquarters assigned its account ID (Synchronize customers and channel requests). */
  | 'ACCOUNT_ID_ASSIGNED'
  /** The account ID reached the channel and its feed (1010). */
  | 'BACK_IN_CHANNEL'
  /** The channel created the customer. */
  | 'CREATED'
  /** Headquarters set it aside; `detail` gives the reason. */
  | 'FAILED'
  /** Headquarters received it (P-job). */
  | 'UPLOADED';

/** Whether a customer, created asynchronously, has its account ID. */
export type CustomerSyncStatus =
  /** Headquarters set its creation aside. The customer gets no account ID until a person acts. The timeline gives the reason. */
  | 'FAILED'
  /** The customer has no account ID yet and will get one automatically. */
  | 'PENDING'
  /** The customer has its account ID. */
  | 'SYNCED';

/** Whether a customer is a person or an organization. */
export type CustomerType =
  /** A company or another organization. */
  | 'ORGANIZATION'
  /** A person. */
  | 'PERSON';

/** A range of days. Omit one end for a range that is open on that side. */
export type DateRange = {
  /** The first day. */
  from?: string | null | undefined;
  /** The last day. */
  to?: string | null | undefined;
};

/** A period of time. Omit one end for a period that is open on that side. */
export type DateTimeRange = {
  /** The end of the period, which is not part of it. */
  before?: string | null | undefined;
  /** The first instant of the period. */
  from?: string | null | undefined;
};

/** Identifies a schedule. */
export type DeleteScheduleInput = {
  /** Its global ID. */
  id: string | number;
};

/** The kind of failure. Programs should rely on the code: messages are for people and may change. */
export type ErrorCode =
  /** The delivery address of an order or sale has not been uploaded yet. */
  | 'ASYNC_ADDRESS_NOT_UPLOADED'
  /** The delivery address of an order or sale was set aside. Correct its failed operation. */
  | 'ASYNC_ADDRESS_SYNC_FAILED'
  /** The customer of an order or sale has not been uploaded yet. */
  | 'ASYNC_CUSTOMER_NOT_UPLOADED'
  /** The customer of an order or sale was set aside. Correct its failed operation. */
  | 'ASYNC_CUSTOMER_SYNC_FAILED'
  /** A channel database was restored or replaced. Adopt it to upload its log again. */
  | 'CHANNEL_DATABASE_REWOUND'
  /** The code belongs to a channel with different settings. */
  | 'CHANNEL_EXISTS'
  /** There is no channel with this code. */
  | 'CHANNEL_NOT_FOUND'
  /** What was counted in the tills differs by more than the channel allows. */
  | 'COUNTING_DIFFERENCE'
  /** The cursor does not belong to this list or feed. Start over without one. */
  | 'CURSOR_INVALID'
  /** The channel has no such customer. */
  | 'CUSTOMER_NOT_FOUND'
  /** Headquarters refused a customer that a channel created synchronously. Correct its operation. */
  | 'CUSTOMER_REFUSED'
  /** The customer of a sale has no account ID yet. */
  | 'CUSTOMER_WITHOUT_ACCOUNT'
  /** A database does not answer right now. Try again. */
  | 'DATABASE_UNAVAILABLE'
  /** Another transaction already has the confirmation number. */
  | 'DUPLICATE_TRANSACTION'
  /** The token does not allow it. */
  | 'FORBIDDEN'
  /** Headquarters is missing while channel databases contain account IDs. The server does not start, so clients never see this code. */
  | 'HEADQUARTERS_MISSING'
  /** Headquarters was restored from a backup older than what its channels know, so it assigns no account IDs or other numbers. */
  | 'HEADQUARTERS_REWOUND'
  /** A channel database has not answered since the server started, and may know account IDs that headquarters has forgotten. */
  | 'HEADQUARTERS_UNPROVEN'
  /** An unexpected error. The headquarters log has the details. */
  | 'INTERNAL'
  /** The input breaks a rule. */
  | 'INVALID_INPUT'
  /** There is no such record, or you may not see it. */
  | 'NOT_FOUND'
  /** A number sequence has no numbers left. Extend it, then run the job again. */
  | 'NUMBER_SEQUENCE_EXHAUSTED'
  /** The process died twice while working on a run. Find out why, then retry the run. */
  | 'RUN_CRASHED'
  /** The debits and credits of a statement differ. */
  | 'STATEMENT_OUT_OF_BALANCE'
  /** The sales of a statement no longer have the totals that were calculated. */
  | 'STATEMENT_TOTALS_CHANGED'
  /** The result is too large to read at once. Request less. */
  | 'TOO_LARGE'
  /** The token is missing or invalid. */
  | 'UNAUTHENTICATED'
  /** The UUID belongs to a customer, order, sale, or shift with different data. */
  | 'UUID_CONFLICT'
  /** A sale breaks a validation rule. */
  | 'VALIDATION_ERROR'
  /** The state of the record does not allow it. */
  | 'WRONG_STATE';

/** Why a customer was not created synchronously. */
export type FallbackReason =
  /** The conversion of the channel failed, whatever the customer: headquarters has no account IDs left or must not assign any after a restore, or the channel database was restored. `attention` says what to do. */
  | 'CONVERSION_FAILED'
  /** Headquarters is in maintenance (`setMaintenance`), so nobody waited for it. */
  | 'MAINTENANCE'
  /** The account ID did not arrive within the `realTimeTimeoutMs` of the channel’s functionality profile. */
  | 'TIMEOUT'
  /** Headquarters does not answer, or this server is stopping. */
  | 'UNAVAILABLE';

/** Where a feed starts without a cursor. */
export type FeedStart =
  /** At its beginning: the first events repeat everything that has happened. */
  | 'BEGINNING'
  /** Now: the first event is the next thing that happens. A client that reconnects without a cursor misses what happened in between. */
  | 'NOW';

/** A job, or a chain of jobs. */
export type JobName =
  /** Groups validated sales and closed shifts into statements and calculates them. */
  | 'CALCULATE_STATEMENTS'
  /** P-job, then Synchronize customers and channel requests, then 1010. */
  | 'CONVERSION'
  /** 1010 Customers: delivers account IDs to the channels. */
  | 'DOWNLOAD_1010'
  /** P-job, customers, orders, validation, statement calculation and posting, and 1010, in this order, for every business date not yet posted. */
  | 'END_OF_DAY'
  /** Posts calculated statements: creates sales orders, invoices, and journals. */
  | 'POST_STATEMENTS'
  /** Uploads channels’ operations to headquarters, in the order of their replication counters. */
  | 'P_JOB'
  /** Synchronize customers and channel requests: assigns account IDs to uploaded customers. */
  | 'SYNCHRONIZE_CUSTOMERS'
  /** Synchronize orders: turns uploaded orders into sales orders, synchronizing their customers and addresses first. */
  | 'SYNCHRONIZE_ORDERS'
  /** Validate store transactions: checks uploaded sales, synchronizing their customers and addresses first. */
  | 'VALIDATE_TRANSACTIONS';

/** What a step is doing. */
export type JobPhase =
  /** Aggregating sales by customer. */
  | 'AGGREGATING'
  /** Applying customer operations, which gives new customers their account IDs. */
  | 'ASSIGNING_ACCOUNT_IDS'
  /** Adding up the assigned sales and shifts. */
  | 'CALCULATING'
  /** Checking that statements still have the totals that were calculated. */
  | 'CHECKING'
  /** Creating sales orders from aggregated sales. */
  | 'CREATING_AGGREGATED_ORDERS'
  /** Creating sales orders, with account IDs for their customers. */
  | 'CREATING_SALES_ORDERS'
  /** Nothing is left to do. */
  | 'DONE'
  /** Downloading account IDs and corrections to channel databases. */
  | 'DOWNLOADING'
  /** Proving that the books balance. */
  | 'FINISHING'
  /** Invoicing the sales orders and posting the revenue. */
  | 'INVOICING'
  /** Linking payments to the invoices that they settle. */
  | 'LINKING_VOUCHERS'
  /** Assigning sales and shifts to statements. */
  | 'MARKING'
  /** Posting discounts, so that revenue is at list price. */
  | 'POSTING_DISCOUNTS'
  /** Posting payments by gift card. */
  | 'POSTING_GIFT_CARDS'
  /** Posting charges and payment differences. */
  | 'POSTING_INCOME_AND_EXPENSES'
  /** Posting payments, which settle the invoices, and what was counted in tills. */
  | 'POSTING_PAYMENTS'
  /** Uploading operations to headquarters. */
  | 'UPLOADING'
  /** Checking sales, with account IDs for their customers. */
  | 'VALIDATING'
  /** Not started. */
  | 'WAITING';

/** Why a run was started. */
export type JobRunCause =
  /** A channel had new data (live conversion). */
  | 'LIVE'
  /** An operator requested it. */
  | 'OPERATOR'
  /** A schedule was due. */
  | 'SCHEDULE';

/** Limits a list of runs to those that match every field. */
export type JobRunFilter = {
  /** Only runs started for one of these reasons. At most 100. */
  causes?: Array<JobRunCause> | null | undefined;
  /** Only runs requested in this period. */
  createdAt?: DateTimeRange | null | undefined;
  /** Only runs of these jobs or chains. At most 100. */
  jobs?: Array<JobName> | null | undefined;
  /** Only runs in one of these states. At most 100. */
  states?: Array<JobRunState> | null | undefined;
};

/** Identifies a run. */
export type JobRunInput = {
  /** Its global ID. */
  id: string | number;
};

/** The state of a run. */
export type JobRunState =
  /** Canceled by an operator. What was committed stays, and the run can be retried. */
  | 'CANCELED'
  /** Ended with an error. What was committed stays, and the run can be retried. */
  | 'FAILED'
  /** Waiting for a worker, or for a retry. If channel databases were unavailable, `steps.failures` names them, and the retry covers only these. */
  | 'QUEUED'
  /** A worker is executing it. */
  | 'RUNNING'
  /** Done. Records that were set aside do not fail a run; see `progress.failed`. */
  | 'SUCCEEDED';

/** The state of a step. */
export type JobStepState =
  /** Canceled before it was done. */
  | 'CANCELED'
  /** Ended with failures; see `failures`. */
  | 'FAILED'
  /** In progress. */
  | 'RUNNING'
  /** Done. */
  | 'SUCCEEDED'
  /** Not started. */
  | 'WAITING';

/** An account of the general ledger that statements post to. */
export type LedgerAccount =
  /** Charges between invoice and income; a posted statement leaves a balance of zero. */
  | 'CHARGES_CLEARING'
  /** Income from charges such as freight, without tax. */
  | 'CHARGE_INCOME'
  /** What customers owe. Invoices debit it and payments credit it; a posted statement leaves a balance of zero. */
  | 'CUSTOMER_RECEIVABLE'
  /** Discounts granted on sales. */
  | 'DISCOUNTS'
  /** Outstanding gift card balances; a payment by gift card debits it. */
  | 'GIFT_CARD_LIABILITY'
  /** Differences between the amounts counted in registers and the amounts expected. */
  | 'OVER_SHORT'
  /** Sales at list price, without tax. */
  | 'REVENUE'
  /** Underpayments and overpayments within the allowed difference. */
  | 'ROUNDING_DIFFERENCE'
  /** Sales tax owed to the tax authorities. */
  | 'SALES_TAX'
  /** Card payments received. */
  | 'TENDER_CARD'
  /** Cash received. */
  | 'TENDER_CASH'
  /** Checks received. */
  | 'TENDER_CHECK'
  /** Amounts charged to customer accounts. */
  | 'TENDER_CUSTOMER_ACCOUNT'
  /** Online payments received. */
  | 'TENDER_ONLINE'
  /** Other payments received. */
  | 'TENDER_OTHER';

/** What to do about runs that were due while headquarters was down. */
export type MissedRuns =
  /** Run once when headquarters starts again, however many runs were missed. */
  | 'RUN_ONCE'
  /** Skip the missed runs and wait for the next scheduled time. */
  | 'SKIP';

/** A shift to open. */
export type OpenShiftInput = {
  /** The day on which the shift enters the books, from 2000 to today in the time zone of the channel. Default: today. */
  businessDate?: string | null | undefined;
  /** The code of the channel whose register it is. */
  channel: string;
  /** The currency of all amounts. Default: the currency of the channel. */
  currency?: string | null | undefined;
  /** Who opens the shift; at most 100 characters. */
  openedBy?: string | null | undefined;
  /** The register, which must be free; at most 40 characters. */
  register: string;
  /** The amounts in the till. Default: the till is empty. At most 100. */
  starting?: Array<TenderAmountInput> | null | undefined;
  /** The permanent UUID, generated by the client. It is the idempotency key: sending it again with the same data returns the shift in its current state. Default: the server generates one. */
  uuid?: string | null | undefined;
};

/** Limits a list of orders to those that match every field. */
export type OrderFilter = {
  /** Only orders that enter the books on these days. Operators must also set `channel`. */
  businessDate?: DateRange | null | undefined;
  /** Only orders of the channel with this code. */
  channel?: string | null | undefined;
  /** Only orders that were recorded in this period. */
  createdAt?: DateTimeRange | null | undefined;
  /** Only orders of the customer with this UUID. */
  customerUuid?: string | null | undefined;
  /** Only orders that were placed in one of these ways. At most 100. */
  kinds?: Array<OrderKind> | null | undefined;
  /** Only orders that the shift with this UUID recorded. */
  shiftUuid?: string | null | undefined;
  /** Only orders with one of these statuses. With source CHANNEL, only statuses that the channel itself decides: PENDING and CANCELED. With source HEADQUARTERS, all but PENDING. At most 100. */
  statuses?: Array<OrderStatus> | null | undefined;
};

/** How an order was placed. */
export type OrderKind =
  /** In a store or call center, for delivery or pickup. */
  | 'CUSTOMER_ORDER'
  /** In an online store. */
  | 'ONLINE_ORDER';

/** How far an order has come. */
export type OrderStatus =
  /** Its channel canceled it. */
  | 'CANCELED'
  /** An operator is correcting it. Jobs skip it. */
  | 'EDITING'
  /** Set aside; `error` gives the reason. It is retried automatically if `nextTryAt` is set, and needs a person otherwise. */
  | 'FAILED'
  /** Recorded in its channel, but not uploaded yet. Also shown while headquarters does not answer. */
  | 'PENDING'
  /** Headquarters has received it. The next run of Synchronize orders processes it. */
  | 'RECEIVED'
  /** It has its sales order. */
  | 'SYNCHRONIZED'
  /** An operator voided it, so it is never processed. */
  | 'VOIDED'
  /** Waiting for its customer or address to reach headquarters. Uses no retries and continues automatically. */
  | 'WAITING';

/** The parts of a person’s name. Like all text about customers, each part is one line with at least one visible character, no control characters, and no characters that override text direction. */
export type PersonNameInput = {
  /** Given name; at most 100 characters. A person needs a first or a last name. */
  first?: string | null | undefined;
  /** Family name; at most 100 characters. */
  last?: string | null | undefined;
  /** Middle name or initial; at most 100 characters. */
  middle?: string | null | undefined;
  /** Title, such as `Dr.`; at most 40 characters. */
  title?: string | null | undefined;
};

/** What a statement posts. For each posting type of a statement, debits equal credits, to the minor unit. */
export type PostingType =
  /** In a financial statement, amounts counted less amounts expected, by tender. */
  | 'DIFFERENCE'
  /** Discounts, so that revenue is at list price. */
  | 'DISCOUNTS'
  /** Payments of invoices by gift card. */
  | 'GIFT_CARDS'
  /** Charges, and differences between the amounts due and paid. */
  | 'INCOME_EXPENSE'
  /** Payments of invoices, by tender. */
  | 'PAYMENTS'
  /** Invoices: revenue, sales tax, and charges, and what customers owe for them. */
  | 'SALES';

/** What a job counts. */
export type ProgressUnit =
  /** Customers with an account ID or a correction that their channel does not have yet. */
  | 'CUSTOMERS'
  /** Operations from the logs of channel databases. */
  | 'OPERATIONS'
  /** Orders. */
  | 'ORDERS'
  /** Sales and returns at registers. */
  | 'SALES'
  /** Statements, however many sales or shifts each has. */
  | 'STATEMENTS';

/** A sale to record. A line with a negative quantity is a return. */
export type RecordSaleInput = {
  /** The day on which it enters the books, from 2000 to today in the time zone of the channel. Default: the business date of the shift, or today without a shift. */
  businessDate?: string | null | undefined;
  /** The code of the channel that records it. */
  channel: string;
  /** Charges in addition to the products. At most 100. */
  charges?: Array<TransactionChargeInput> | null | undefined;
  /** The currency of all amounts. Default: the currency of the channel. */
  currency?: string | null | undefined;
  /** The UUID of the customer, who may be pending and need not be in this database. Default: an anonymous sale. */
  customerUuid?: string | null | undefined;
  /** The UUID of the customer’s address to deliver to. The address may be pending, and need not be in this database. */
  deliveryAddressUuid?: string | null | undefined;
  /** The products sold or returned, with at least one line that is not voided. At most 1,000. */
  lines: Array<TransactionLineInput>;
  /** The payments, less what was paid back. They must add up to exactly the total. At most 100. */
  payments?: Array<TransactionPaymentInput> | null | undefined;
  /** Whether unit prices and discounts include tax. If so, price × quantity − discount is the gross amount of a line; otherwise it is the net amount. Default: false. */
  pricesIncludeTax?: boolean | null | undefined;
  /** The register; at most 40 characters. Default: the register of the shift. */
  register?: string | null | undefined;
  /** The UUID of the shift that records it, an open shift of this channel. */
  shiftUuid?: string | null | undefined;
  /** The staff member who records it; at most 100 characters. */
  staff?: string | null | undefined;
  /** The amount due, as calculated by the client: net amounts of the lines + tax + charges. If the server calculates a different amount, nothing is recorded. */
  total: string;
  /** The permanent UUID, generated by the client. It is the idempotency key: sending it again with the same data returns the stored transaction. Default: the server generates one, and sending the input again records another transaction. */
  uuid?: string | null | undefined;
};

/** A job, and the channels and business dates to run it for. */
export type RunJobInput = {
  /** The last business date whose sales and shifts are included. Default: today in each channel’s time zone. Only for CALCULATE_STATEMENTS, POST_STATEMENTS, END_OF_DAY. */
  businessDate?: string | null | undefined;
  /** Codes of the channels. Omit it, or pass null, for all channels. The P-job always uploads entire channel databases, including other channels that share one. At most 1,000. */
  channels?: Array<string> | null | undefined;
  /** The job or chain to run. */
  job: JobName;
};

/** Limits a list of sales to those that match every field. */
export type SaleFilter = {
  /** Only sales that enter the books on these days. Operators must also set `channel`. */
  businessDate?: DateRange | null | undefined;
  /** Only sales of the channel with this code. */
  channel?: string | null | undefined;
  /** Only sales that were recorded in this period. */
  createdAt?: DateTimeRange | null | undefined;
  /** Only sales of the customer with this UUID. */
  customerUuid?: string | null | undefined;
  /** Only sales that the shift with this UUID recorded. */
  shiftUuid?: string | null | undefined;
  /** Only sales with one of these statuses. With source CHANNEL, only statuses that the channel itself decides: PENDING. With source HEADQUARTERS, all but PENDING. At most 100. */
  statuses?: Array<SaleStatus> | null | undefined;
};

/** How far a sale has come. */
export type SaleStatus =
  /** An operator is correcting it. Jobs skip it. */
  | 'EDITING'
  /** Set aside; `error` gives the reason. It is retried automatically if `nextTryAt` is set, and needs a person otherwise. */
  | 'FAILED'
  /** Recorded in its channel, but not uploaded yet. Also shown while headquarters does not answer. */
  | 'PENDING'
  /** Its statement is posted. */
  | 'POSTED'
  /** Headquarters has received it. The next run of Validate store transactions checks it. */
  | 'RECEIVED'
  /** It has passed validation, so that a statement can take it. */
  | 'VALIDATED'
  /** An operator voided it, so it is never processed. */
  | 'VOIDED'
  /** Waiting for its customer or address to reach headquarters. Uses no retries and continues automatically. */
  | 'WAITING';

/** Limits a list of sales orders to those that match every field. */
export type SalesOrderFilter = {
  /** Only sales orders that enter the books on these days. Operators must also set `channel`. */
  businessDate?: DateRange | null | undefined;
  /** Only sales orders of the channel with this code. */
  channel?: string | null | undefined;
  /** Only sales orders that were created in this period. */
  createdAt?: DateTimeRange | null | undefined;
  /** Only sales orders of the customer with this UUID. */
  customerUuid?: string | null | undefined;
  /** True for only the sales orders on hold, false for only the others. */
  onHold?: boolean | null | undefined;
  /** Only sales orders created from orders, or only from sales. */
  origin?: SalesOrderOrigin | null | undefined;
  /** Only sales orders with one of these statuses. At most 100. */
  statuses?: Array<SalesOrderStatus> | null | undefined;
};

/** What a sales order was created from. */
export type SalesOrderOrigin =
  /** An online or customer order, by Synchronize orders. */
  | 'ORDER'
  /** Cash-and-carry sales to one customer on one day, by a statement. */
  | 'STATEMENT';

/** The status of a sales order. */
export type SalesOrderStatus =
  /** Canceled by its channel. */
  | 'CANCELED'
  /** Invoiced. A statement invoices what was sold at the till. */
  | 'INVOICED'
  /** To be fulfilled and invoiced. */
  | 'OPEN';

/** Switches maintenance. */
export type SetMaintenanceInput = {
  /** Whether headquarters is in maintenance. */
  on: boolean;
  /** What operators and clients should know about it, such as "until 6 p.m."; at most 200 characters. */
  reason?: string | null | undefined;
};

/** Identifies a shift in one of two ways. */
export type ShiftBy =
  {   /** The global ID, which includes the channel. */
  id: string | number; uuid?: never; }
  |  { id?: never;   /** The permanent UUID. It is looked up in the channel, which must be known. */
  uuid: string; };

/** A shift to change. */
export type ShiftInput = {
  /** The code of the channel of the shift. Required for operators, unless the shift is identified by its `id`. Default: the channel of the client. */
  channel?: string | null | undefined;
  /** The shift, by its UUID or global ID. */
  shift: ShiftBy;
};

/** How far a shift has come. */
export type ShiftState =
  /** The shift ended without a count. It can still be counted and closed, but not resumed. */
  | 'BLIND_CLOSED'
  /** The shift is counted and final. A financial statement includes it. */
  | 'CLOSED'
  /** The shift is selling. */
  | 'OPEN'
  /** The shift can be resumed. Its register is free for another shift. */
  | 'SUSPENDED';

/** The database that a list is read from. */
export type Source =
  /** The channel’s own database: everything that the channel recorded, whether headquarters has it or not. Works while headquarters is down. */
  | 'CHANNEL'
  /** Headquarters: what it has received and processed, from all channels. */
  | 'HEADQUARTERS';

/** What happened to a statement. */
export type StatementEventType =
  /** The sales were aggregated by customer and business date. */
  | 'AGGREGATED'
  /** An operator removed some of its sales (`deleteAggregatedTransaction`). */
  | 'AGGREGATED_TRANSACTION_DELETED'
  /** The amounts were added up. */
  | 'CALCULATED'
  /** The amounts were verified again, and the customers were found. */
  | 'CHECKED'
  /** The statement was given up: an operator cleared it, or it lost its last sale. */
  | 'CLEARED'
  /** Discounts were posted. */
  | 'DISCOUNTS_POSTED'
  /** The statement failed to reach its next state. `detail` says why. */
  | 'FAILED'
  /** Gift card payments were posted. */
  | 'GIFT_CARDS_POSTED'
  /** Charges and payment differences were posted. */
  | 'INCOME_EXPENSE_POSTED'
  /** The statement took its sales or shifts. */
  | 'MARKED'
  /** Payments, or counting differences, were posted. */
  | 'PAYMENTS_POSTED'
  /** The statement became final. */
  | 'POSTED'
  /** An operator had its sales aggregated again (`regenerateAggregatedTransactions`). */
  | 'REGENERATED'
  /** More sales or shifts of the same business date arrived before posting began, so the statement was started again. */
  | 'REOPENED'
  /** The sales orders were created. */
  | 'SALES_ORDERS_CREATED'
  /** The sales orders were invoiced. */
  | 'SALES_ORDERS_INVOICED'
  /** The statement was created for sales or shifts that were in no statement. */
  | 'STARTED'
  /** Payments were linked to invoices. */
  | 'VOUCHERS_LINKED';

/** Limits a list of statements to those that match every field. */
export type StatementFilter = {
  /** Only statements of these business dates. */
  businessDate?: DateRange | null | undefined;
  /** Only statements of the channel with this code. */
  channel?: string | null | undefined;
  /** Only statements that were started in this period. */
  createdAt?: DateTimeRange | null | undefined;
  /** True for only statements that an error stopped, false for only the others. */
  failed?: boolean | null | undefined;
  /** Only statements in one of these states. At most 100. */
  states?: Array<StatementState> | null | undefined;
  /** Only statements of this type. */
  type?: StatementType | null | undefined;
};

/** A statement’s progress: three calculation states and ten posting states. A statement that fails stays in the last state it reached, and the next attempt resumes there. */
export type StatementState =
  /** The sales are aggregated by customer and business date. Each group will be a sales order. */
  | 'AGGREGATED'
  /** The totals (or the counted and expected amounts) are known. */
  | 'CALCULATED'
  /** The totals are verified, and every customer named in a sale has an account ID. */
  | 'CHECKED'
  /** Cleared before anything was posted; its sales can join another statement. */
  | 'CLEARED'
  /** Discounts are posted (posting type DISCOUNTS). */
  | 'DISCOUNTS_POSTED'
  /** Gift card payments are posted (posting type GIFT_CARDS). */
  | 'GIFT_CARDS_POSTED'
  /** Charges and payment differences are posted (posting type INCOME_EXPENSE). */
  | 'INCOME_EXPENSE_POSTED'
  /** The sales (or shifts) are assigned to this statement; no other statement takes them. */
  | 'MARKED'
  /** Payments are posted (posting type PAYMENTS), or in a financial statement, counting differences (posting type DIFFERENCE). */
  | 'PAYMENTS_POSTED'
  /** Final: debits equal credits, and the sales are POSTED. */
  | 'POSTED'
  /** Each aggregated transaction has its sales order. */
  | 'SALES_ORDERS_CREATED'
  /** Each sales order has its invoice, which is posted (posting type SALES). */
  | 'SALES_ORDERS_INVOICED'
  /** The statement has been created and has its number. */
  | 'STARTED'
  /** Payments are linked to the invoices they settle. */
  | 'VOUCHERS_LINKED';

/** What a statement posts. */
export type StatementType =
  /** Closed shifts: the difference between the amounts counted and expected. */
  | 'FINANCIAL'
  /** Validated sales, at any time of the day (trickle feed). */
  | 'TRANSACTIONAL';

/** A means of payment. */
export type Tender =
  /** A debit or credit card. */
  | 'CARD'
  /** Notes and coins. */
  | 'CASH'
  /** A paper check. */
  | 'CHECK'
  /** On account: the customer pays by invoice. */
  | 'CUSTOMER_ACCOUNT'
  /** A gift card. Its balance is owed to the customer until it is spent. */
  | 'GIFT_CARD'
  /** A payment through an online service. */
  | 'ONLINE'
  /** Any other means of payment. */
  | 'OTHER';

/** How much there is of one means of payment. */
export type TenderAmountInput = {
  /** The amount, in the currency of the shift. */
  amount: string;
  /** The tender. Each tender may appear once. */
  tender: Tender;
};

/** Identifies an order or a sale in one of three ways. */
export type TransactionBy =
  {   /** The confirmation number. Case does not matter. */
  confirmationNumber: string; id?: never; uuid?: never; }
  |  { confirmationNumber?: never;   /** The global ID. */
  id: string | number; uuid?: never; }
  |  { confirmationNumber?: never; id?: never;   /** The permanent UUID. */
  uuid: string; };

/** A charge in addition to the products. */
export type TransactionChargeInput = {
  /** The amount of the charge, excluding tax. */
  amount: string;
  /** The kind of charge, such as `FREIGHT`: a letter, then letters, digits, _, and -; at most 40 characters. */
  code: string;
  /** The tax on the charge, with the sign of the amount. Default: 0. */
  tax?: string | null | undefined;
};

/** Limits a list of orders and sales to those that match every field. To select by status, list `orders` or `sales`. */
export type TransactionFilter = {
  /** Only orders and sales that enter the books on these days. Operators must also set `channel`. */
  businessDate?: DateRange | null | undefined;
  /** Only orders and sales of the channel with this code. */
  channel?: string | null | undefined;
  /** Only orders and sales that were recorded in this period. */
  createdAt?: DateTimeRange | null | undefined;
  /** Only orders and sales of the customer with this UUID. */
  customerUuid?: string | null | undefined;
  /** Only orders and sales that the shift with this UUID recorded. */
  shiftUuid?: string | null | undefined;
};

/** A product that is sold or returned. */
export type TransactionLineInput = {
  /** The discount on the whole line, with the sign of the quantity, at most price × quantity. Default: 0. */
  discount?: string | null | undefined;
  /** The name of the product; at most 200 characters. */
  name?: string | null | undefined;
  /** The quantity, with at most 3 decimals; must not be 0. In a sale, a negative quantity is a return. */
  quantity: string;
  /** The stock keeping unit of the product; at most 60 characters. */
  sku: string;
  /** The tax on the whole line, with the sign of the quantity. Default: 0. */
  tax?: string | null | undefined;
  /** The price of one unit, never negative. */
  unitPrice: string;
  /** Whether the line was voided at the till. It is kept but not counted. Default: false. */
  voided?: boolean | null | undefined;
};

/** A payment. */
export type TransactionPaymentInput = {
  /** The amount; negative if paid back. */
  amount: string;
  /** The means of payment. */
  tender: Tender;
};

/** A status of an order or a sale at headquarters: a value of OrderStatus or SaleStatus. */
export type TransactionStatus =
  /** Headquarters has received its cancellation. In its channel, the order is CANCELED from the moment it is canceled. */
  | 'CANCELED'
  /** An operator is correcting it. Jobs skip it. */
  | 'EDITING'
  /** Set aside; `error` gives the reason. */
  | 'FAILED'
  /** Its statement is posted. */
  | 'POSTED'
  /** Headquarters has received it. A transaction returns to this status whenever it is to be processed again: after a wait, for a retry, or because an operator corrected, retried, or revalidated it or removed it from a statement. */
  | 'RECEIVED'
  /** It has its sales order. */
  | 'SYNCHRONIZED'
  /** It has passed validation, so that a statement can take it. */
  | 'VALIDATED'
  /** An operator voided it, so it is never processed. */
  | 'VOIDED'
  /** Waiting for its customer or address to reach headquarters. Uses no retries and continues automatically. */
  | 'WAITING';

/** The settings to change; omitted fields keep their values. */
export type UpdateChannelInput = {
  /** Code of the channel to change. */
  code: string;
  /** Country the channel sells in, such as `US`. */
  country?: string | null | undefined;
  /** Currency the channel sells in, such as `USD`. */
  currency?: string | null | undefined;
  /** Code of the functionality profile. Changing to one that is synchronous also converts customers that are pending. */
  functionalityProfile?: string | null | undefined;
  /** Whether new customers are converted immediately. Switching it on also converts customers that are pending. */
  liveConversion?: boolean | null | undefined;
  /** Display name. */
  name?: string | null | undefined;
  /** Time zone of the channel’s business dates, such as `America/Chicago`. */
  timeZone?: string | null | undefined;
  /** Store, online store, or call center. */
  type?: ChannelType | null | undefined;
};

/** The settings to change; omitted fields keep their values. */
export type UpdateFunctionalityProfileInput = {
  /** Code of the profile to change. */
  code: string;
  /** How `createCustomer` works. True: asynchronously, without headquarters; the account ID follows. False: synchronously; the customer is stored in the channel just the same, is then converted immediately, even if live conversion is off, and `createCustomer` waits for the account ID. */
  createCustomerInAsyncMode?: boolean | null | undefined;
  /** UUID of a customer that has an account ID. The customer that supplies the language and currency of new customers that are created without them, in either mode. Nothing personal is ever copied. Null removes the default customer. */
  defaultCustomerUuid?: string | null | undefined;
  /** Display name. */
  name?: string | null | undefined;
  /** How many ms a synchronous creation waits for the account ID before it falls back to an asynchronous one; 100 to 4,000. */
  realTimeTimeoutMs?: number | null | undefined;
};

/** The changes to a schedule; omitted fields keep their values. */
export type UpdateScheduleInput = {
  /** Codes of the channels to run it for; null for all channels. At most 1,000. */
  channels?: Array<string> | null | undefined;
  /** Cron pattern of five parts, or of six parts that start with the second. */
  cron?: string | null | undefined;
  /** Whether the schedule starts runs. */
  enabled?: boolean | null | undefined;
  /** Global ID of the schedule. */
  id: string | number;
  /** What to do about missed runs. */
  missedRuns?: MissedRuns | null | undefined;
  /** Time zone of the pattern, such as `America/Chicago`. */
  timeZone?: string | null | undefined;
};

/** What a token allows. */
export type ViewerRole =
  /** The software of one channel, which sees and changes that channel. */
  | 'CHANNEL'
  /** An operator of headquarters, who sees and changes everything. */
  | 'OPERATOR';

/** The kind of rule that an input breaks. */
export type ViolationRule =
  /** The value contradicts another field or a record. */
  | 'CONSISTENCY'
  /** The value is not written as the field requires. */
  | 'FORMAT'
  /** A text or list is too short or too long. */
  | 'LENGTH'
  /** A number, amount, or date is too small or too large. */
  | 'RANGE'
  /** A value is missing. */
  | 'REQUIRED'
  /** The value appears twice, or belongs to another record. */
  | 'UNIQUE';

export type AttentionItemPartsFragment = { kind: AttentionKind, subject: string, name: string, since: string | null, reason: AttentionReason, message: string, toDo: string, channel: { code: string } | null };

export type AttentionQueryVariables = Exact<{
  filter?: AttentionFilter | null | undefined;
  first?: number | null | undefined;
}>;


export type AttentionQuery = { attention: { total: number, items: { nodes: Array<{ kind: AttentionKind, subject: string, name: string, since: string | null, reason: AttentionReason, message: string, toDo: string, channel: { code: string } | null }> } } | null };

export type WatchAttentionSubscriptionVariables = Exact<{
  filter?: AttentionFilter | null | undefined;
  first?: number | null | undefined;
}>;


export type WatchAttentionSubscription = { attention: { total: number, counts: Array<{ kind: AttentionKind, count: number }>, items: { nodes: Array<{ kind: AttentionKind, subject: string, name: string, since: string | null, reason: AttentionReason, message: string, toDo: string, channel: { code: string } | null }> } } };

export type CreateChannelMutationVariables = Exact<{
  input: CreateChannelInput;
}>;


export type CreateChannelMutation = { createChannel:
    | { __typename: 'Channel', id: string, code: string, name: string, liveConversion: boolean }
    | { __typename: 'ChannelExists', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
   | null };

export type UpdateChannelMutationVariables = Exact<{
  input: UpdateChannelInput;
}>;


export type UpdateChannelMutation = { updateChannel:
    | { __typename: 'Channel', id: string, code: string, liveConversion: boolean, functionalityProfile: { code: string } }
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
   | null };

export type ChannelsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ChannelsQuery = { channels: { edges: Array<{ node: { id: string, code: string, name: string, type: ChannelType, currency: string, timeZone: string, country: string, liveConversion: boolean, functionalityProfile: { code: string }, channelDatabase: { name: string, lastReceived: number, lastReceivedAt: string | null }, statistics: { pendingCustomers: number | null, failedOperations: number | null } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type ChannelCodesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ChannelCodesQuery = { channels: { edges: Array<{ node: { code: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type WatchedChannelFragment = { code: string, statistics: { pendingCustomers: number | null, oldestPendingSince: string | null, failedOperations: number | null, feedCursor: string | null } | null };

export type WatchChannelsQueryVariables = Exact<{ [key: string]: never; }>;


export type WatchChannelsQuery = { serverInfo: { version: string } | null, channels: { nodes: Array<{ code: string, statistics: { pendingCustomers: number | null, oldestPendingSince: string | null, failedOperations: number | null, feedCursor: string | null } | null }>, pageInfo: { hasNextPage: boolean } } | null };

export type WatchChannelQueryVariables = Exact<{
  code: string;
}>;


export type WatchChannelQuery = { serverInfo: { version: string } | null, channel: { code: string, statistics: { pendingCustomers: number | null, oldestPendingSince: string | null, failedOperations: number | null, feedCursor: string | null } | null } | null };

export type CreateCustomerMutationVariables = Exact<{
  input: CreateCustomerInput;
}>;


export type CreateCustomerMutation = { createCustomer:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Customer', id: string, uuid: string, accountId: string | null, accountLabel: string, syncStatus: CustomerSyncStatus, creationMode: CreationMode | null, fallbackReason: FallbackReason | null }
    | { __typename: 'CustomerRefused', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'UuidConflict', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type CustomerQueryVariables = Exact<{
  by: CustomerBy;
  channel?: string | null | undefined;
}>;


export type CustomerQuery = { customer: { id: string, uuid: string, displayName: string, accountId: string | null, accountLabel: string, syncStatus: CustomerSyncStatus, timeline: Array<{ stage: CustomerStage, at: string, detail: string | null }> } | null };

export type CustomerDetailsQueryVariables = Exact<{
  by: CustomerBy;
  channel?: string | null | undefined;
}>;


export type CustomerDetailsQuery = { customer: { id: string, uuid: string, type: CustomerType, displayName: string, accountId: string | null, accountLabel: string, syncStatus: CustomerSyncStatus, email: string | null, phone: string | null, createdAt: string, updatedAt: string, channel: { code: string, name: string }, timeline: Array<{ stage: CustomerStage, at: string, detail: string | null }>, operations: { edges: Array<{ node: { id: string, kind: CustomerOperationKind, state: CustomerOperationState, receivedAt: string, error: { errorCode: ErrorCode, message: string } | null } }> }, salesOrders: { edges: Array<{ node: { salesOrderId: string, origin: SalesOrderOrigin, status: SalesOrderStatus, businessDate: string, totals: { total: { amount: string, currency: string } }, invoice: { invoiceId: string } | null } }> } } | null };

export type CustomersQueryVariables = Exact<{
  source?: Source | null | undefined;
  filter?: CustomerFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type CustomersQuery = { customers: { totalCount: number | null, edges: Array<{ node: { id: string, uuid: string, displayName: string, email: string | null, accountLabel: string, syncStatus: CustomerSyncStatus, channel: { code: string } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type FailedOperationsQueryVariables = Exact<{
  channel?: string | null | undefined;
  first: number;
}>;


export type FailedOperationsQuery = { customerOperations: { edges: Array<{ node: { id: string, kind: CustomerOperationKind, state: CustomerOperationState, customerUuid: string, receivedAt: string, error: { errorCode: ErrorCode, message: string } | null } }> } | null };

export type NewestAccountIdsQueryVariables = Exact<{
  channel?: string | null | undefined;
  first: number;
}>;


export type NewestAccountIdsQuery = { customers: { nodes: Array<{ uuid: string, accountId: string | null, channel: { code: string }, timeline: Array<{ stage: CustomerStage, at: string }> }> } | null };

export type AccountIdsSyncedSubscriptionVariables = Exact<{
  channel: string;
  after?: string | null | undefined;
  from?: FeedStart;
}>;


export type AccountIdsSyncedSubscription = { accountIdsSynced: { firstSequence: number, sequence: number, cursor: string, customers: Array<{ sequence: number, uuid: string, accountId: string, syncedAt: string }> } };

type FailureParts_ChannelExists_Fragment = { __typename: 'ChannelExists', errorCode: ErrorCode, message: string, path: Array<string> | null };

type FailureParts_ChannelNotFound_Fragment = { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null };

type FailureParts_CustomerNotFound_Fragment = { __typename: 'CustomerNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null };

type FailureParts_CustomerRefused_Fragment = { __typename: 'CustomerRefused', errorCode: ErrorCode, message: string, path: Array<string> | null };

type FailureParts_Forbidden_Fragment = { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null };

type FailureParts_HeadquartersUnproven_Fragment = { __typename: 'HeadquartersUnproven', errorCode: ErrorCode, message: string, path: Array<string> | null };

type FailureParts_InvalidInput_Fragment = { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> };

type FailureParts_NotFound_Fragment = { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null };

type FailureParts_UuidConflict_Fragment = { __typename: 'UuidConflict', errorCode: ErrorCode, message: string, path: Array<string> | null };

type FailureParts_WrongState_Fragment = { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null };

export type FailurePartsFragment =
  | FailureParts_ChannelExists_Fragment
  | FailureParts_ChannelNotFound_Fragment
  | FailureParts_CustomerNotFound_Fragment
  | FailureParts_CustomerRefused_Fragment
  | FailureParts_Forbidden_Fragment
  | FailureParts_HeadquartersUnproven_Fragment
  | FailureParts_InvalidInput_Fragment
  | FailureParts_NotFound_Fragment
  | FailureParts_UuidConflict_Fragment
  | FailureParts_WrongState_Fragment
;

export type RunPartsFragment = { id: string, job: JobName, state: JobRunState, cause: JobRunCause, requestedBy: string, attempt: number, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { errorCode: ErrorCode, message: string } | null, steps: Array<{ job: JobName, state: JobStepState, startedAt: string | null, finishedAt: string | null, progress: { unit: ProgressUnit, phase: JobPhase, done: number, total: number, failed: number, waiting: number, ratePerSecond: number | null, eta: string | null }, failures: Array<{ channelDatabase: string | null, errorCode: ErrorCode, message: string }> }> };

export type RunJobMutationVariables = Exact<{
  input: RunJobInput;
}>;


export type RunJobMutation = { runJob:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'JobRun', id: string, job: JobName, state: JobRunState, cause: JobRunCause, requestedBy: string, attempt: number, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { errorCode: ErrorCode, message: string } | null, steps: Array<{ job: JobName, state: JobStepState, startedAt: string | null, finishedAt: string | null, progress: { unit: ProgressUnit, phase: JobPhase, done: number, total: number, failed: number, waiting: number, ratePerSecond: number | null, eta: string | null }, failures: Array<{ channelDatabase: string | null, errorCode: ErrorCode, message: string }> }> }
   | null };

export type CancelJobRunMutationVariables = Exact<{
  input: JobRunInput;
}>;


export type CancelJobRunMutation = { cancelJobRun:
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'JobRun', id: string, job: JobName, state: JobRunState, cause: JobRunCause, requestedBy: string, attempt: number, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { errorCode: ErrorCode, message: string } | null, steps: Array<{ job: JobName, state: JobStepState, startedAt: string | null, finishedAt: string | null, progress: { unit: ProgressUnit, phase: JobPhase, done: number, total: number, failed: number, waiting: number, ratePerSecond: number | null, eta: string | null }, failures: Array<{ channelDatabase: string | null, errorCode: ErrorCode, message: string }> }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type RetryJobRunMutationVariables = Exact<{
  input: JobRunInput;
}>;


export type RetryJobRunMutation = { retryJobRun:
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'JobRun', id: string, job: JobName, state: JobRunState, cause: JobRunCause, requestedBy: string, attempt: number, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { errorCode: ErrorCode, message: string } | null, steps: Array<{ job: JobName, state: JobStepState, startedAt: string | null, finishedAt: string | null, progress: { unit: ProgressUnit, phase: JobPhase, done: number, total: number, failed: number, waiting: number, ratePerSecond: number | null, eta: string | null }, failures: Array<{ channelDatabase: string | null, errorCode: ErrorCode, message: string }> }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type JobRunsQueryVariables = Exact<{
  filter?: JobRunFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type JobRunsQuery = { jobRuns: { edges: Array<{ node: { id: string, job: JobName, state: JobRunState, cause: JobRunCause, requestedBy: string, attempt: number, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { errorCode: ErrorCode, message: string } | null, steps: Array<{ job: JobName, state: JobStepState, startedAt: string | null, finishedAt: string | null, progress: { unit: ProgressUnit, phase: JobPhase, done: number, total: number, failed: number, waiting: number, ratePerSecond: number | null, eta: string | null }, failures: Array<{ channelDatabase: string | null, errorCode: ErrorCode, message: string }> }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type JobRunQueryVariables = Exact<{
  id: string | number;
}>;


export type JobRunQuery = { jobRun: { businessDate: string | null, id: string, job: JobName, state: JobRunState, cause: JobRunCause, requestedBy: string, attempt: number, createdAt: string, startedAt: string | null, finishedAt: string | null, channels: Array<{ code: string }> | null, error: { errorCode: ErrorCode, message: string } | null, steps: Array<{ job: JobName, state: JobStepState, startedAt: string | null, finishedAt: string | null, progress: { unit: ProgressUnit, phase: JobPhase, done: number, total: number, failed: number, waiting: number, ratePerSecond: number | null, eta: string | null }, failures: Array<{ channelDatabase: string | null, errorCode: ErrorCode, message: string }> }> } | null };

export type WatchJobRunSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type WatchJobRunSubscription = { jobRun: { id: string, job: JobName, state: JobRunState, cause: JobRunCause, requestedBy: string, attempt: number, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { errorCode: ErrorCode, message: string } | null, steps: Array<{ job: JobName, state: JobStepState, startedAt: string | null, finishedAt: string | null, progress: { unit: ProgressUnit, phase: JobPhase, done: number, total: number, failed: number, waiting: number, ratePerSecond: number | null, eta: string | null }, failures: Array<{ channelDatabase: string | null, errorCode: ErrorCode, message: string }> }> } };

export type JobActivitySubscriptionVariables = Exact<{ [key: string]: never; }>;


export type JobActivitySubscription = { jobActivity: { id: string, job: JobName, state: JobRunState, cause: JobRunCause, requestedBy: string, attempt: number, createdAt: string, startedAt: string | null, finishedAt: string | null, error: { errorCode: ErrorCode, message: string } | null, steps: Array<{ job: JobName, state: JobStepState, startedAt: string | null, finishedAt: string | null, progress: { unit: ProgressUnit, phase: JobPhase, done: number, total: number, failed: number, waiting: number, ratePerSecond: number | null, eta: string | null }, failures: Array<{ channelDatabase: string | null, errorCode: ErrorCode, message: string }> }> } };

export type SchedulePartsFragment = { id: string, job: JobName, cron: string, timeZone: string, enabled: boolean, missedRuns: MissedRuns, nextRunAt: string | null, lastRunAt: string | null, channels: Array<{ code: string }> | null, lastRun: { id: string, state: JobRunState } | null };

export type SchedulesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type SchedulesQuery = { schedules: { edges: Array<{ node: { id: string, job: JobName, cron: string, timeZone: string, enabled: boolean, missedRuns: MissedRuns, nextRunAt: string | null, lastRunAt: string | null, channels: Array<{ code: string }> | null, lastRun: { id: string, state: JobRunState } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CreateScheduleMutationVariables = Exact<{
  input: CreateScheduleInput;
}>;


export type CreateScheduleMutation = { createSchedule:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'Schedule', id: string, job: JobName, cron: string, timeZone: string, enabled: boolean, missedRuns: MissedRuns, nextRunAt: string | null, lastRunAt: string | null, channels: Array<{ code: string }> | null, lastRun: { id: string, state: JobRunState } | null }
   | null };

export type UpdateScheduleMutationVariables = Exact<{
  input: UpdateScheduleInput;
}>;


export type UpdateScheduleMutation = { updateSchedule:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Schedule', id: string, job: JobName, cron: string, timeZone: string, enabled: boolean, missedRuns: MissedRuns, nextRunAt: string | null, lastRunAt: string | null, channels: Array<{ code: string }> | null, lastRun: { id: string, state: JobRunState } | null }
   | null };

export type DeleteScheduleMutationVariables = Exact<{
  input: DeleteScheduleInput;
}>;


export type DeleteScheduleMutation = { deleteSchedule:
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Schedule', id: string, job: JobName, cron: string, timeZone: string, enabled: boolean, missedRuns: MissedRuns, nextRunAt: string | null, lastRunAt: string | null, channels: Array<{ code: string }> | null, lastRun: { id: string, state: JobRunState } | null }
   | null };

export type LiveChannelsQueryVariables = Exact<{ [key: string]: never; }>;


export type LiveChannelsQuery = { channels: { edges: Array<{ node: { code: string, name: string } }> } | null };

export type LiveRunsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveRunsSubscription = { jobActivity: { id: string, state: JobRunState } };

export type LivePartsFragment = { uuid: string, accountId: string | null, displayName: string, channel: { name: string }, timeline: Array<{ stage: CustomerStage, at: string }> };

export type LiveCustomersQueryVariables = Exact<{
  first: number;
}>;


export type LiveCustomersQuery = { customers: { nodes: Array<{ uuid: string, accountId: string | null, displayName: string, channel: { name: string }, timeline: Array<{ stage: CustomerStage, at: string }> }> } | null };

export type LiveAccountIdsSubscriptionVariables = Exact<{
  channel: string;
}>;


export type LiveAccountIdsSubscription = { accountIdsSynced: { customers: Array<{ customer: { uuid: string, accountId: string | null, displayName: string, channel: { name: string }, timeline: Array<{ stage: CustomerStage, at: string }> } | null }> } };

export type CreateFunctionalityProfileMutationVariables = Exact<{
  input: CreateFunctionalityProfileInput;
}>;


export type CreateFunctionalityProfileMutation = { createFunctionalityProfile:
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'FunctionalityProfile', id: string, code: string, createCustomerInAsyncMode: boolean }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
   | null };

export type UpdateFunctionalityProfileMutationVariables = Exact<{
  input: UpdateFunctionalityProfileInput;
}>;


export type UpdateFunctionalityProfileMutation = { updateFunctionalityProfile:
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'FunctionalityProfile', id: string, code: string, createCustomerInAsyncMode: boolean }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type FunctionalityProfilesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type FunctionalityProfilesQuery = { functionalityProfiles: { edges: Array<{ node: { id: string, code: string, name: string, createCustomerInAsyncMode: boolean, realTimeTimeoutMs: number, defaultCustomer: { id: string, accountId: string | null } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type SetMaintenanceMutationVariables = Exact<{
  input: SetMaintenanceInput;
}>;


export type SetMaintenanceMutation = { setMaintenance:
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'Maintenance', on: boolean, reason: string | null, since: string | null }
   | null };

export type StatementsQueryVariables = Exact<{
  filter?: StatementFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type StatementsQuery = { statements: { edges: Array<{ node:
        | { shiftCount: number, id: string, statementId: string, type: StatementType, state: StatementState, businessDate: string, expected: { amount: string, currency: string }, counted: { amount: string, currency: string }, difference: { amount: string, currency: string }, channel: { code: string }, error: { errorCode: ErrorCode, message: string } | null }
        | { transactionCount: number, id: string, statementId: string, type: StatementType, state: StatementState, businessDate: string, totals: { total: { amount: string, currency: string } }, channel: { code: string }, error: { errorCode: ErrorCode, message: string } | null }
       }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type StatementQueryVariables = Exact<{
  statementId: string;
}>;


export type StatementQuery = { statement:
    | { shiftCount: number, id: string, statementId: string, type: StatementType, state: StatementState, businessDate: string, createdAt: string, calculatedAt: string | null, postedAt: string | null, expected: { amount: string, currency: string }, counted: { amount: string, currency: string }, difference: { amount: string, currency: string }, tenderCounts: Array<{ register: string, tender: Tender, expected: { amount: string, currency: string }, counted: { amount: string, currency: string } | null, difference: { amount: string, currency: string } | null }>, channel: { code: string, name: string }, error: { errorCode: ErrorCode, message: string } | null, balances: Array<{ postingType: PostingType, account: LedgerAccount, debit: { amount: string, currency: string }, credit: { amount: string, currency: string } }>, events: { edges: Array<{ node: { event: StatementEventType, actor: string, at: string, detail: string | null } }> } }
    | { transactionCount: number, id: string, statementId: string, type: StatementType, state: StatementState, businessDate: string, createdAt: string, calculatedAt: string | null, postedAt: string | null, totals: { net: { amount: string, currency: string }, tax: { amount: string, currency: string }, total: { amount: string, currency: string }, paid: { amount: string, currency: string } }, channel: { code: string, name: string }, error: { errorCode: ErrorCode, message: string } | null, balances: Array<{ postingType: PostingType, account: LedgerAccount, debit: { amount: string, currency: string }, credit: { amount: string, currency: string } }>, events: { edges: Array<{ node: { event: StatementEventType, actor: string, at: string, detail: string | null } }> } }
   | null };

export type MoneyPartsFragment = { amount: string, currency: string };

export type CreateOrderMutationVariables = Exact<{
  input: CreateOrderInput;
}>;


export type CreateOrderMutation = { createOrder:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'Order', id: string, uuid: string, confirmationNumber: string, businessDate: string, totals: { total: { amount: string, currency: string } } }
    | { __typename: 'UuidConflict', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type RecordSaleMutationVariables = Exact<{
  input: RecordSaleInput;
}>;


export type RecordSaleMutation = { recordSale:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'Sale', id: string, uuid: string, confirmationNumber: string, businessDate: string, totals: { total: { amount: string, currency: string } } }
    | { __typename: 'UuidConflict', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type CancelOrderMutationVariables = Exact<{
  input: CancelOrderInput;
}>;


export type CancelOrderMutation = { cancelOrder:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Order', id: string, uuid: string, confirmationNumber: string, status: OrderStatus, canceledAt: string | null }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

type RecordedParts_Order_Fragment = { id: string, uuid: string, confirmationNumber: string, businessDate: string, totals: { total: { amount: string, currency: string } } };

type RecordedParts_Sale_Fragment = { id: string, uuid: string, confirmationNumber: string, businessDate: string, totals: { total: { amount: string, currency: string } } };

export type RecordedPartsFragment =
  | RecordedParts_Order_Fragment
  | RecordedParts_Sale_Fragment
;

export type TransactionsQueryVariables = Exact<{
  filter: TransactionFilter;
  first: number;
  after?: string | null | undefined;
}>;


export type TransactionsQuery = { transactions: { edges: Array<{ node:
        | { __typename: 'Order', kind: OrderKind, canceledAt: string | null, id: string, uuid: string, confirmationNumber: string, businessDate: string, totals: { total: { amount: string, currency: string } } }
        | { __typename: 'Sale', id: string, uuid: string, confirmationNumber: string, businessDate: string, totals: { total: { amount: string, currency: string } } }
       }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type OpenShiftMutationVariables = Exact<{
  input: OpenShiftInput;
}>;


export type OpenShiftMutation = { openShift:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'Shift', id: string, uuid: string, register: string, state: ShiftState, businessDate: string, closedAt: string | null, tenders: Array<{ tender: Tender, starting: { amount: string }, counted: { amount: string } | null }> }
    | { __typename: 'UuidConflict', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type SuspendShiftMutationVariables = Exact<{
  input: ShiftInput;
}>;


export type SuspendShiftMutation = { suspendShift:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Shift', id: string, uuid: string, register: string, state: ShiftState, businessDate: string, closedAt: string | null, tenders: Array<{ tender: Tender, starting: { amount: string }, counted: { amount: string } | null }> }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type ResumeShiftMutationVariables = Exact<{
  input: ShiftInput;
}>;


export type ResumeShiftMutation = { resumeShift:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Shift', id: string, uuid: string, register: string, state: ShiftState, businessDate: string, closedAt: string | null, tenders: Array<{ tender: Tender, starting: { amount: string }, counted: { amount: string } | null }> }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type BlindCloseShiftMutationVariables = Exact<{
  input: ShiftInput;
}>;


export type BlindCloseShiftMutation = { blindCloseShift:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Shift', id: string, uuid: string, register: string, state: ShiftState, businessDate: string, closedAt: string | null, tenders: Array<{ tender: Tender, starting: { amount: string }, counted: { amount: string } | null }> }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type DeclareTendersMutationVariables = Exact<{
  input: CountShiftInput;
}>;


export type DeclareTendersMutation = { declareTenders:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Shift', id: string, uuid: string, register: string, state: ShiftState, businessDate: string, closedAt: string | null, tenders: Array<{ tender: Tender, starting: { amount: string }, counted: { amount: string } | null }> }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type CloseShiftMutationVariables = Exact<{
  input: CountShiftInput;
}>;


export type CloseShiftMutation = { closeShift:
    | { __typename: 'ChannelNotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Forbidden', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInput', errorCode: ErrorCode, message: string, path: Array<string> | null, violations: Array<{ path: Array<string>, rule: ViolationRule, message: string }> }
    | { __typename: 'NotFound', errorCode: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'Shift', id: string, uuid: string, register: string, state: ShiftState, businessDate: string, closedAt: string | null, tenders: Array<{ tender: Tender, starting: { amount: string }, counted: { amount: string } | null }> }
    | { __typename: 'WrongState', errorCode: ErrorCode, message: string, path: Array<string> | null }
   | null };

export type ShiftPartsFragment = { id: string, uuid: string, register: string, state: ShiftState, businessDate: string, closedAt: string | null, tenders: Array<{ tender: Tender, starting: { amount: string }, counted: { amount: string } | null }> };

export type OrdersQueryVariables = Exact<{
  source?: Source | null | undefined;
  filter: OrderFilter;
  first: number;
  after?: string | null | undefined;
}>;


export type OrdersQuery = { orders: { edges: Array<{ node: { kind: OrderKind, status: OrderStatus, id: string, uuid: string, customerUuid: string | null, error: { errorCode: ErrorCode, message: string } | null, totals: { total: { amount: string, currency: string } }, salesOrder: { salesOrderId: string, accountId: string | null } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type SalesQueryVariables = Exact<{
  source?: Source | null | undefined;
  filter: SaleFilter;
  first: number;
  after?: string | null | undefined;
}>;


export type SalesQuery = { sales: { edges: Array<{ node: { status: SaleStatus, id: string, uuid: string, customerUuid: string | null, statement: { statementId: string, state: StatementState } | null, error: { errorCode: ErrorCode, message: string } | null, totals: { total: { amount: string, currency: string } }, salesOrder: { salesOrderId: string, accountId: string | null } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

type ReceivedParts_Order_Fragment = { id: string, uuid: string, customerUuid: string | null, error: { errorCode: ErrorCode, message: string } | null, totals: { total: { amount: string, currency: string } }, salesOrder: { salesOrderId: string, accountId: string | null } | null };

type ReceivedParts_Sale_Fragment = { id: string, uuid: string, customerUuid: string | null, error: { errorCode: ErrorCode, message: string } | null, totals: { total: { amount: string, currency: string } }, salesOrder: { salesOrderId: string, accountId: string | null } | null };

export type ReceivedPartsFragment =
  | ReceivedParts_Order_Fragment
  | ReceivedParts_Sale_Fragment
;

export type SalesOrdersQueryVariables = Exact<{
  filter: SalesOrderFilter;
  first: number;
  after?: string | null | undefined;
}>;


export type SalesOrdersQuery = { salesOrders: { edges: Array<{ node: { id: string, salesOrderId: string, origin: SalesOrderOrigin, status: SalesOrderStatus, accountId: string | null, businessDate: string, totals: { total: { amount: string, currency: string } }, invoice: { invoiceId: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type TransactionsSyncedSubscriptionVariables = Exact<{
  channel: string;
  after?: string | null | undefined;
}>;


export type TransactionsSyncedSubscription = { transactionsSynced: { firstSequence: number, sequence: number, cursor: string, transactions: Array<{ sequence: number, uuid: string, status: TransactionStatus, changedAt: string, error: { errorCode: ErrorCode, message: string } | null, salesOrder: { salesOrderId: string, invoice: { invoiceId: string } | null } | null, statement: { statementId: string } | null }> } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { role: ViewerRole, name: string } | null };

export const AttentionItemPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AttentionItemParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AttentionItem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"toDo"}}]}}]} as unknown as DocumentNode<AttentionItemPartsFragment, unknown>;
export const WatchedChannelFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WatchedChannel"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Channel"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"statistics"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pendingCustomers"}},{"kind":"Field","name":{"kind":"Name","value":"oldestPendingSince"}},{"kind":"Field","name":{"kind":"Name","value":"failedOperations"}},{"kind":"Field","name":{"kind":"Name","value":"feedCursor"}}]}}]}}]} as unknown as DocumentNode<WatchedChannelFragment, unknown>;
export const FailurePartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<FailurePartsFragment, unknown>;
export const RunPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}}]}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channelDatabase"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<RunPartsFragment, unknown>;
export const SchedulePartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScheduleParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Schedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"channels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cron"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"missedRuns"}},{"kind":"Field","name":{"kind":"Name","value":"nextRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRun"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]} as unknown as DocumentNode<SchedulePartsFragment, unknown>;
export const LivePartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LiveParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"timeline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stage"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]} as unknown as DocumentNode<LivePartsFragment, unknown>;
export const MoneyPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MoneyParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Money"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]} as unknown as DocumentNode<MoneyPartsFragment, unknown>;
export const RecordedPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordedParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RetailTransaction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"confirmationNumber"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}}]}}]} as unknown as DocumentNode<RecordedPartsFragment, unknown>;
export const ShiftPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ShiftParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Shift"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"register"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"closedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tenders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tender"}},{"kind":"Field","name":{"kind":"Name","value":"starting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}}]} as unknown as DocumentNode<ShiftPartsFragment, unknown>;
export const ReceivedPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReceivedParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RetailTransaction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"customerUuid"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"salesOrder"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"salesOrderId"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}}]}}]}}]} as unknown as DocumentNode<ReceivedPartsFragment, unknown>;
export const AttentionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Attention"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AttentionFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"attention"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AttentionItemParts"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AttentionItemParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AttentionItem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"toDo"}}]}}]} as unknown as DocumentNode<AttentionQuery, AttentionQueryVariables>;
export const WatchAttentionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchAttention"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AttentionFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"attention"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"counts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"items"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AttentionItemParts"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AttentionItemParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AttentionItem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"toDo"}}]}}]} as unknown as DocumentNode<WatchAttentionSubscription, WatchAttentionSubscriptionVariables>;
export const CreateChannelDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateChannel"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateChannelInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createChannel"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Channel"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"liveConversion"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CreateChannelMutation, CreateChannelMutationVariables>;
export const UpdateChannelDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateChannel"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateChannelInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateChannel"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Channel"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"liveConversion"}},{"kind":"Field","name":{"kind":"Name","value":"functionalityProfile"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<UpdateChannelMutation, UpdateChannelMutationVariables>;
export const ChannelsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Channels"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channels"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"country"}},{"kind":"Field","name":{"kind":"Name","value":"liveConversion"}},{"kind":"Field","name":{"kind":"Name","value":"functionalityProfile"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"channelDatabase"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"lastReceived"}},{"kind":"Field","name":{"kind":"Name","value":"lastReceivedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"statistics"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pendingCustomers"}},{"kind":"Field","name":{"kind":"Name","value":"failedOperations"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<ChannelsQuery, ChannelsQueryVariables>;
export const ChannelCodesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChannelCodes"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channels"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<ChannelCodesQuery, ChannelCodesQueryVariables>;
export const WatchChannelsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WatchChannels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"channels"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"90"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WatchedChannel"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WatchedChannel"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Channel"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"statistics"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pendingCustomers"}},{"kind":"Field","name":{"kind":"Name","value":"oldestPendingSince"}},{"kind":"Field","name":{"kind":"Name","value":"failedOperations"}},{"kind":"Field","name":{"kind":"Name","value":"feedCursor"}}]}}]}}]} as unknown as DocumentNode<WatchChannelsQuery, WatchChannelsQueryVariables>;
export const WatchChannelDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WatchChannel"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"code"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"code"},"value":{"kind":"Variable","name":{"kind":"Name","value":"code"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WatchedChannel"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WatchedChannel"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Channel"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"statistics"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pendingCustomers"}},{"kind":"Field","name":{"kind":"Name","value":"oldestPendingSince"}},{"kind":"Field","name":{"kind":"Name","value":"failedOperations"}},{"kind":"Field","name":{"kind":"Name","value":"feedCursor"}}]}}]}}]} as unknown as DocumentNode<WatchChannelQuery, WatchChannelQueryVariables>;
export const CreateCustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateCustomerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createCustomer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"accountLabel"}},{"kind":"Field","name":{"kind":"Name","value":"syncStatus"}},{"kind":"Field","name":{"kind":"Name","value":"creationMode"}},{"kind":"Field","name":{"kind":"Name","value":"fallbackReason"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CreateCustomerMutation, CreateCustomerMutationVariables>;
export const CustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Customer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerBy"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"channel"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}},{"kind":"Argument","name":{"kind":"Name","value":"channel"},"value":{"kind":"Variable","name":{"kind":"Name","value":"channel"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"accountLabel"}},{"kind":"Field","name":{"kind":"Name","value":"syncStatus"}},{"kind":"Field","name":{"kind":"Name","value":"timeline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stage"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}}]}}]}}]}}]} as unknown as DocumentNode<CustomerQuery, CustomerQueryVariables>;
export const CustomerDetailsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CustomerDetails"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"by"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerBy"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"channel"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"Variable","name":{"kind":"Name","value":"by"}}},{"kind":"Argument","name":{"kind":"Name","value":"channel"},"value":{"kind":"Variable","name":{"kind":"Name","value":"channel"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"accountLabel"}},{"kind":"Field","name":{"kind":"Name","value":"syncStatus"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"phone"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"timeline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stage"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}}]}},{"kind":"Field","name":{"kind":"Name","value":"operations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"receivedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"salesOrders"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"10"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"salesOrderId"}},{"kind":"Field","name":{"kind":"Name","value":"origin"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"invoice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invoiceId"}}]}}]}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MoneyParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Money"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]} as unknown as DocumentNode<CustomerDetailsQuery, CustomerDetailsQueryVariables>;
export const CustomersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Customers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"source"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Source"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"source"},"value":{"kind":"Variable","name":{"kind":"Name","value":"source"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"accountLabel"}},{"kind":"Field","name":{"kind":"Name","value":"syncStatus"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<CustomersQuery, CustomersQueryVariables>;
export const FailedOperationsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FailedOperations"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"channel"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerOperations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"states"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"FAILED"}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"channel"},"value":{"kind":"Variable","name":{"kind":"Name","value":"channel"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"customerUuid"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"receivedAt"}}]}}]}}]}}]}}]} as unknown as DocumentNode<FailedOperationsQuery, FailedOperationsQueryVariables>;
export const NewestAccountIdsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NewestAccountIds"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"channel"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"status"},"value":{"kind":"EnumValue","value":"SYNCED"}},{"kind":"ObjectField","name":{"kind":"Name","value":"channel"},"value":{"kind":"Variable","name":{"kind":"Name","value":"channel"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"timeline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stage"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]}}]}}]} as unknown as DocumentNode<NewestAccountIdsQuery, NewestAccountIdsQueryVariables>;
export const AccountIdsSyncedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"AccountIdsSynced"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"channel"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"FeedStart"}}},"defaultValue":{"kind":"EnumValue","value":"BEGINNING"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountIdsSynced"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"channel"},"value":{"kind":"Variable","name":{"kind":"Name","value":"channel"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstSequence"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"customers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"syncedAt"}}]}}]}}]}}]} as unknown as DocumentNode<AccountIdsSyncedSubscription, AccountIdsSyncedSubscriptionVariables>;
export const RunJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RunJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RunJobInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"runJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}}]}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channelDatabase"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<RunJobMutation, RunJobMutationVariables>;
export const CancelJobRunDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelJobRun"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JobRunInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelJobRun"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}}]}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channelDatabase"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CancelJobRunMutation, CancelJobRunMutationVariables>;
export const RetryJobRunDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RetryJobRun"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JobRunInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryJobRun"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}}]}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channelDatabase"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<RetryJobRunMutation, RetryJobRunMutationVariables>;
export const JobRunsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"JobRuns"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"JobRunFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobRuns"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunParts"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}}]}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channelDatabase"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<JobRunsQuery, JobRunsQueryVariables>;
export const JobRunDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"JobRun"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobRun"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunParts"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"channels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}}]}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channelDatabase"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<JobRunQuery, JobRunQueryVariables>;
export const WatchJobRunDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchJobRun"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobRun"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}}]}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channelDatabase"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<WatchJobRunSubscription, WatchJobRunSubscriptionVariables>;
export const JobActivityDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"JobActivity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobActivity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RunParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RunParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobRun"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"cause"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"done"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"eta"}}]}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channelDatabase"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<JobActivitySubscription, JobActivitySubscriptionVariables>;
export const SchedulesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Schedules"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"schedules"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScheduleParts"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScheduleParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Schedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"channels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cron"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"missedRuns"}},{"kind":"Field","name":{"kind":"Name","value":"nextRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRun"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]} as unknown as DocumentNode<SchedulesQuery, SchedulesQueryVariables>;
export const CreateScheduleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateSchedule"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateScheduleInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createSchedule"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScheduleParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScheduleParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Schedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"channels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cron"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"missedRuns"}},{"kind":"Field","name":{"kind":"Name","value":"nextRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRun"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CreateScheduleMutation, CreateScheduleMutationVariables>;
export const UpdateScheduleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateSchedule"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateScheduleInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateSchedule"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScheduleParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScheduleParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Schedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"channels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cron"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"missedRuns"}},{"kind":"Field","name":{"kind":"Name","value":"nextRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRun"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<UpdateScheduleMutation, UpdateScheduleMutationVariables>;
export const DeleteScheduleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteSchedule"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteScheduleInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteSchedule"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ScheduleParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ScheduleParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Schedule"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"job"}},{"kind":"Field","name":{"kind":"Name","value":"channels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cron"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"missedRuns"}},{"kind":"Field","name":{"kind":"Name","value":"nextRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRunAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRun"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<DeleteScheduleMutation, DeleteScheduleMutationVariables>;
export const LiveChannelsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LiveChannels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"channels"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]} as unknown as DocumentNode<LiveChannelsQuery, LiveChannelsQueryVariables>;
export const LiveRunsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"LiveRuns"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobActivity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]} as unknown as DocumentNode<LiveRunsSubscription, LiveRunsSubscriptionVariables>;
export const LiveCustomersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LiveCustomers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"status"},"value":{"kind":"EnumValue","value":"SYNCED"}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LiveParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LiveParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"timeline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stage"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]} as unknown as DocumentNode<LiveCustomersQuery, LiveCustomersQueryVariables>;
export const LiveAccountIdsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"LiveAccountIds"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"channel"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accountIdsSynced"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"channel"},"value":{"kind":"Variable","name":{"kind":"Name","value":"channel"}}},{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"EnumValue","value":"NOW"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LiveParts"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LiveParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"timeline"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stage"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]} as unknown as DocumentNode<LiveAccountIdsSubscription, LiveAccountIdsSubscriptionVariables>;
export const CreateFunctionalityProfileDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateFunctionalityProfile"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateFunctionalityProfileInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createFunctionalityProfile"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FunctionalityProfile"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"createCustomerInAsyncMode"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CreateFunctionalityProfileMutation, CreateFunctionalityProfileMutationVariables>;
export const UpdateFunctionalityProfileDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateFunctionalityProfile"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateFunctionalityProfileInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateFunctionalityProfile"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FunctionalityProfile"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"createCustomerInAsyncMode"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<UpdateFunctionalityProfileMutation, UpdateFunctionalityProfileMutationVariables>;
export const FunctionalityProfilesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FunctionalityProfiles"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"functionalityProfiles"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createCustomerInAsyncMode"}},{"kind":"Field","name":{"kind":"Name","value":"realTimeTimeoutMs"}},{"kind":"Field","name":{"kind":"Name","value":"defaultCustomer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<FunctionalityProfilesQuery, FunctionalityProfilesQueryVariables>;
export const SetMaintenanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetMaintenance"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetMaintenanceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setMaintenance"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Maintenance"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"on"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"since"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<SetMaintenanceMutation, SetMaintenanceMutationVariables>;
export const StatementsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Statements"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"StatementFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"statements"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"statementId"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TransactionalStatement"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"transactionCount"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FinancialStatement"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"shiftCount"}},{"kind":"Field","name":{"kind":"Name","value":"expected"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"difference"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MoneyParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Money"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]} as unknown as DocumentNode<StatementsQuery, StatementsQueryVariables>;
export const StatementDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Statement"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"statementId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"statement"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"by"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"statementId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"statementId"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"statementId"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"channel"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"calculatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"postedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TransactionalStatement"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"transactionCount"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"net"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tax"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"paid"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FinancialStatement"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"shiftCount"}},{"kind":"Field","name":{"kind":"Name","value":"expected"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"difference"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenderCounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"register"}},{"kind":"Field","name":{"kind":"Name","value":"tender"}},{"kind":"Field","name":{"kind":"Name","value":"expected"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"difference"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"balances"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"postingType"}},{"kind":"Field","name":{"kind":"Name","value":"account"}},{"kind":"Field","name":{"kind":"Name","value":"debit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"credit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MoneyParts"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"event"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}}]}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MoneyParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Money"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]} as unknown as DocumentNode<StatementQuery, StatementQueryVariables>;
export const CreateOrderDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateOrder"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateOrderInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createOrder"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordedParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordedParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RetailTransaction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"confirmationNumber"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CreateOrderMutation, CreateOrderMutationVariables>;
export const RecordSaleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecordSale"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordSaleInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordSale"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordedParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordedParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RetailTransaction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"confirmationNumber"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<RecordSaleMutation, RecordSaleMutationVariables>;
export const CancelOrderDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelOrder"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelOrderInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelOrder"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Order"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"confirmationNumber"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"canceledAt"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CancelOrderMutation, CancelOrderMutationVariables>;
export const TransactionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Transactions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TransactionFilter"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"transactions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"confirmationNumber"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Order"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"canceledAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<TransactionsQuery, TransactionsQueryVariables>;
export const OpenShiftDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"OpenShift"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"OpenShiftInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"openShift"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ShiftParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ShiftParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Shift"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"register"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"closedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tenders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tender"}},{"kind":"Field","name":{"kind":"Name","value":"starting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<OpenShiftMutation, OpenShiftMutationVariables>;
export const SuspendShiftDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SuspendShift"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ShiftInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"suspendShift"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ShiftParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ShiftParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Shift"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"register"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"closedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tenders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tender"}},{"kind":"Field","name":{"kind":"Name","value":"starting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<SuspendShiftMutation, SuspendShiftMutationVariables>;
export const ResumeShiftDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ResumeShift"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ShiftInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resumeShift"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ShiftParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ShiftParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Shift"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"register"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"closedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tenders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tender"}},{"kind":"Field","name":{"kind":"Name","value":"starting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<ResumeShiftMutation, ResumeShiftMutationVariables>;
export const BlindCloseShiftDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"BlindCloseShift"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ShiftInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"blindCloseShift"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ShiftParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ShiftParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Shift"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"register"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"closedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tenders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tender"}},{"kind":"Field","name":{"kind":"Name","value":"starting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<BlindCloseShiftMutation, BlindCloseShiftMutationVariables>;
export const DeclareTendersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeclareTenders"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CountShiftInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"declareTenders"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ShiftParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ShiftParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Shift"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"register"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"closedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tenders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tender"}},{"kind":"Field","name":{"kind":"Name","value":"starting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<DeclareTendersMutation, DeclareTendersMutationVariables>;
export const CloseShiftDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CloseShift"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CountShiftInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"closeShift"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"ShiftParts"}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"FailureParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ShiftParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Shift"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"register"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"closedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tenders"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tender"}},{"kind":"Field","name":{"kind":"Name","value":"starting"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"counted"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FailureParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Failure"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"violations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<CloseShiftMutation, CloseShiftMutationVariables>;
export const OrdersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Orders"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"source"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Source"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"OrderFilter"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"orders"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"source"},"value":{"kind":"Variable","name":{"kind":"Name","value":"source"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReceivedParts"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReceivedParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RetailTransaction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"customerUuid"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"salesOrder"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"salesOrderId"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}}]}}]}}]} as unknown as DocumentNode<OrdersQuery, OrdersQueryVariables>;
export const SalesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Sales"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"source"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Source"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SaleFilter"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sales"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"source"},"value":{"kind":"Variable","name":{"kind":"Name","value":"source"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReceivedParts"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"statement"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"statementId"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReceivedParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"RetailTransaction"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"customerUuid"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"salesOrder"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"salesOrderId"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}}]}}]}}]} as unknown as DocumentNode<SalesQuery, SalesQueryVariables>;
export const SalesOrdersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SalesOrders"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SalesOrderFilter"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"salesOrders"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"salesOrderId"}},{"kind":"Field","name":{"kind":"Name","value":"origin"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"accountId"}},{"kind":"Field","name":{"kind":"Name","value":"businessDate"}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"invoice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invoiceId"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<SalesOrdersQuery, SalesOrdersQueryVariables>;
export const TransactionsSyncedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"TransactionsSynced"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"channel"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"transactionsSynced"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"channel"},"value":{"kind":"Variable","name":{"kind":"Name","value":"channel"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstSequence"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"transactions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"salesOrder"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"salesOrderId"}},{"kind":"Field","name":{"kind":"Name","value":"invoice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invoiceId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"statement"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"statementId"}}]}}]}}]}}]}}]} as unknown as DocumentNode<TransactionsSyncedSubscription, TransactionsSyncedSubscriptionVariables>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;