import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
import './failures.ts';
import './channel.ts';
import './customer.ts';
import './operation.ts';
import './job.ts';
import './job-stream.ts';
import './session.ts';
import './schedule.ts';
import './number-sequence.ts';
import './feed.ts';
import './attention.ts';

export const schema: GraphQLSchema = builder.toSchema();
