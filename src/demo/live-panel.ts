import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  LiveAccountIdsDocument,
  LiveChannelsDocument,
  LiveCustomersDocument,
  LiveRunsDocument,
} from '../../schema/operations.ts';
import { textOf } from '../client/client.ts';

/** HTML for GraphiQL's page: account IDs as they reach their channels, below the editor that creates the customers. */
export function livePanel(): string {
  const client = join(createRequire(import.meta.url).resolve('graphql-ws'), '../../umd/graphql-ws.min.js');
  const documents = {
    channels: textOf(LiveChannelsDocument),
    runs: textOf(LiveRunsDocument),
    accountIds: textOf(LiveAccountIdsDocument),
    customers: textOf(LiveCustomersDocument),
  };
  return `<script>${readFileSync(client, 'utf8')}</script>
<script>const documents = ${JSON.stringify(documents)};</script>
${readFileSync(new URL('./live.html', import.meta.url), 'utf8')}`;
}
