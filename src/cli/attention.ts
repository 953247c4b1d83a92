import type { Command } from 'commander';
import { AttentionDocument, type AttentionItemPartsFragment } from '../../schema/operations.ts';
import { examples, type Output, remote, wholeNumber } from './command.ts';
import { count, duration } from './format.ts';
import type { Terminal } from './terminal.ts';

/** `hq attention`: lists what needs a person's attention, and what to do about it. */
export function attention(program: Command, terminal: Terminal): void {
  const command = program
    .command('attention')
    .description('list what needs a person, and what to do about it')
    .option('--channel <code>', 'only what concerns this channel')
    .option('--first <count>', 'number of items', wholeNumber, 20)
    .addHelpText('after', examples('hq attention', 'hq attention --channel houston --json'));
  remote(command, terminal, async (session, { channel, first }: { channel?: string; first: number }) => {
    const { attention: all } = await session.client.request(AttentionDocument, { filter: { channel }, first });
    const { total, items: page } = all!;
    const items = page.nodes;
    session.print({ total, items }, () => {
      if (total === 0) return 'Nothing needs attention.';
      const more = total - items.length;
      return [
        ...items.map((item) => describe(session, item)),
        ...(more > 0 ? [`… and ${count(more)} more: --first ${Math.min(total, 100)}`] : []),
      ].join('\n\n');
    });
  });
}

function describe({ style }: Output, item: AttentionItemPartsFragment): string {
  return [
    `${style(['bold', 'yellow'], item.kind)}  ${titleOf(item)}`,
    `  ${item.message} [${item.reason}]`,
    `  To do: ${item.toDo}`,
  ].join('\n');
}

/** What it concerns, and for how long: `Order ABCD-EFGH-JKMN in houston, for 2h 05m` */
export function titleOf({ name, channel, since }: AttentionItemPartsFragment): string {
  const place = channel && !name.endsWith(` ${channel.code}`) ? ` in ${channel.code}` : '';
  return `${name}${place}${since ? `, for ${duration(Date.now() - Date.parse(since))}` : ''}`;
}
