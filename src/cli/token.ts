import { type Command, InvalidArgumentError, Option } from 'commander';
import { decodeJwt } from 'jose';
import { tokenFor, type Viewer } from '../access/viewer.ts';
import { InvalidSettings, readConfig } from '../config.ts';
import { ChannelNotFound } from '../errors.ts';
import { examples, outputFor, printing, WrongUsage } from './command.ts';
import { time } from './format.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  operator?: string;
  channel?: string;
  validFor: string;
  json?: boolean;
}

/** `hq token`: issues an access token. Only the token goes to standard output, so that a script can capture it. */
export function token(program: Command, terminal: Terminal): void {
  const command = program
    .command('token')
    .description('issue an access token, signed with TOKEN_SECRET')
    .option('--operator <name>', 'name of the operator to issue it to')
    .addOption(new Option('--channel <code>', 'code of the channel to issue it to').conflicts('operator'))
    .option('--valid-for <time>', 'how long the token is valid, such as 12h or 30d', lifetime, '365d')
    .addHelpText('after', examples('hq token --operator ada', 'hq token --channel houston --valid-for 90d'));
  printing(command).action(async ({ operator, channel, validFor, json }: Options) => {
    const config = readConfig(terminal.env);
    const { tokenSecret } = config;
    if (tokenSecret === '')
      throw new InvalidSettings('TOKEN_SECRET is not set. Without it, the server requires no tokens.');
    const viewer = viewerOf(operator, channel);
    if (viewer.kind === 'channel') {
      const { channelExists } = await import('../app.ts');
      if (!(await channelExists(config, viewer.channel))) throw new ChannelNotFound(viewer.channel);
    }
    const issued = await tokenFor(tokenSecret, viewer, validFor);
    const expiresAt = new Date(decodeJwt(issued).exp! * 1_000).toISOString();
    outputFor(terminal, json).print({ token: issued, expiresAt }, () => issued);
    if (!json) outputFor({ ...terminal, stdout: terminal.stderr }).line(`Expires at ${time(expiresAt)}.`);
  });
}

function viewerOf(operator: string | undefined, channel: string | undefined): Viewer {
  if (channel) return { kind: 'channel', channel };
  if (operator) return { kind: 'operator', name: operator };
  throw new WrongUsage('Specify either --operator or --channel.');
}

function lifetime(text: string): string {
  if (!/^[1-9]\d{0,5}[smhdwy]$/.test(text))
    throw new InvalidArgumentError('Specify a number and a unit: s, m, h, d, w, or y.');
  return text;
}
