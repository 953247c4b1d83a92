/** Where the channel databases with certain names are. */
export interface ChannelServer {
  /** A name, or a pattern in which `*` stands for any text. */
  names: string;
  /** The URL of each of these databases, in which `{database}` is replaced by its name. */
  url: string;
}

/** The server of a channel database: the first whose names include it. */
export const serverOf = (servers: readonly ChannelServer[], database: string): ChannelServer | undefined =>
  servers.find(({ names }) => new RegExp(`^${names.replaceAll('*', '.*')}$`).test(database));

/** The URL of a channel database, of which one of the servers must take the name. */
export const urlOf = (servers: readonly ChannelServer[], database: string): string =>
  serverOf(servers, database)!.url.replaceAll('{database}', database);
