import {
  ChannelsDocument,
  type ChannelType,
  CreateChannelDocument,
  UpdateChannelDocument,
} from '../../schema/operations.ts';
import { type Client, everyNode, orRefused } from '../client/client.ts';

export interface ChannelOptions {
  name: string;
  type: ChannelType;
  currency: string;
  timeZone: string;
  country: string;
  database?: string;
  live: boolean;
}

/** `hq channel add` */
export async function addChannel(client: Client, code: string, options: ChannelOptions): Promise<void> {
  const { name, type, currency, timeZone, country, database, live } = options;
  const input = {
    code,
    name,
    type,
    currency,
    timeZone,
    country,
    liveConversion: live,
    channelDatabase: database || null,
  };
  const channel = orRefused((await client.request(CreateChannelDocument, { input })).createChannel);
  console.log(`Channel ${channel.channelCode} is ready.`);
}

/** `hq channel live on|off` */
export async function setLive(client: Client, code: string, on: boolean): Promise<void> {
  const channel = orRefused(
    (await client.request(UpdateChannelDocument, { input: { code, liveConversion: on } })).updateChannel,
  );
  console.log(`Live conversion of ${channel.channelCode} is ${channel.liveConversion ? 'on' : 'off'}.`);
}

/** `hq channel list` */
export async function listChannels(client: Client): Promise<void> {
  for (const channel of await everyNode(client, ChannelsDocument, {}, ({ channels }) => channels)) {
    const { code, name, type, currency, country, timeZone, liveConversion, channelDatabase } = channel;
    const live = liveConversion ? 'live' : 'not live';
    console.log(
      `${code.padEnd(20)} ${name.padEnd(24)} ${type.padEnd(12)} ${currency} ${country} ${timeZone.padEnd(20)} ${live.padEnd(8)} database ${channelDatabase.name}, received ${channelDatabase.lastReceived}`,
    );
  }
}
