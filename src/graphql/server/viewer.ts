import { nameOf, ownChannel, type Viewer as ViewerRow } from '../../access/viewer.ts';
import { builder } from '../builder.ts';
import { Channel } from '../channel/channel.ts';
import { enumOf } from '../vocabulary.ts';

const ViewerRole = enumOf('ViewerRole', 'What a token allows.', {
  OPERATOR: 'An operator of headquarters, who sees and changes everything.',
  CHANNEL: 'The software of one channel, which sees and changes that channel.',
});

const Viewer = builder.objectRef<ViewerRow>('Viewer').implement({
  description: 'Who your token says you are. A server that requires no tokens treats everyone as an operator.',
  fields: (t) => ({
    role: t.field({
      type: ViewerRole,
      description: 'Whether you are an operator or the client of a channel.',
      resolve: ({ kind }) => (kind === 'operator' ? 'OPERATOR' : 'CHANNEL'),
    }),
    name: t.string({
      description: 'The name of the operator, or the code of the channel. The audit trail records it as `actor`.',
      resolve: nameOf,
    }),
    channel: t.field({
      type: Channel,
      nullable: true,
      description: 'The channel that you are limited to. Null for operators, and if the channel does not exist.',
      resolve: async (viewer, _args, { channels }) => {
        const own = ownChannel(viewer);
        const [channel] = own === undefined ? [] : await channels.find([own]);
        return channel ?? null;
      },
    }),
    tokenExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When your token expires, which also ends your sockets and streams. Null if the server requires no tokens.',
      resolve: ({ token }) => (token ? new Date(token.expiresAt).toISOString() : null),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who you are: an operator or the client of a channel. Any valid token may ask.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
