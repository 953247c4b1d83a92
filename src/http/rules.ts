import type { ServerResponse } from 'node:http';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';
import { hasExpired, openByToken, type Tokens, until } from '../access/tokens.ts';
import { interruptible } from '../data/interruption.ts';
import { Unauthenticated } from '../errors.ts';
import { costOf } from './cost.ts';
import type { Limits } from './limits.ts';
import { resumed, withEventId } from './resume.ts';
import { variableErrors } from './variables.ts';

/** What the transports pass to these rules: who is calling. Resolvers see neither this nor the request. */
export interface Asked<Viewer> {
  viewer?: Viewer;
  /** Aborts when the operation's socket closes. An HTTP request has its own signal. */
  signal?: AbortSignal;
}

/**
 * Limits the size and depth of documents. It uses only hooks that both transports run; a plugin for HTTP requests could
 * be bypassed over WebSocket.
 */
export function documentLimits(limits: Limits): Plugin {
  const measured = new WeakMap<DocumentNode, number>();
  return {
    onParse({ params: { source }, setParseFn }) {
      if (source.toString().length > limits.documentLength) {
        throw refusal('GRAPHQL_PARSE_FAILED', `A document may have at most ${limits.documentLength} characters.`);
      }
      setParseFn((text, options) => parse(text, { ...options, maxTokens: limits.documentTokens }));
      return ({ result, replaceParseResult }) => {
        if (!(result instanceof Error)) return;
        replaceParseResult(refusal('GRAPHQL_PARSE_FAILED', result.message, result) as unknown as DocumentNode);
      };
    },
    onValidate({ params: { documentAST }, setResult }) {
      const depth = measured.get(documentAST) ?? depthOf(documentAST);
      measured.set(documentAST, depth);
      if (depth <= limits.documentDepth) return;
      setResult([
        refusal('GRAPHQL_VALIDATION_FAILED', `A document may nest at most ${limits.documentDepth} levels deep.`),
      ]);
    },
  };
}

/**
 * Executes operations with graphql-js, each with its own context. So does every event of a subscription: a context has
 * dataloaders, which would return outdated rows if it lived as long as the subscription. Database queries of an
 * operation are interrupted when its client disconnects or its time is up.
 */
export function execution<Viewer, Context extends object>(
  contextFor: (viewer: Viewer) => Context,
  limits: Limits,
  tokens: Tokens<Viewer>,
): Plugin {
  const streams = openByToken<Viewer, object>(tokens);
  const own = ({ contextValue, ...args }: ExecutionArgs): ExecutionArgs => {
    const { viewer } = contextValue as Asked<Viewer>;
    if (viewer === undefined) throw new Unauthenticated();
    return { ...args, contextValue: contextFor(viewer) };
  };
  const executeOwn = async (args: ExecutionArgs) => {
    const refused = tooExpensive(args, limits);
    if (refused) return { errors: [refused] };
    const { request, signal = request?.signal } = args.contextValue as Asked<Viewer> & { request?: Request };
    const result = await interruptible(signal, () => execute(own(args)), limits.operationTime);
    return ofAllowedSize(asRequestError(result, args), limits);
  };
  const subscribeOwn = async (args: ExecutionArgs) => {
    const refused = tooExpensive(args, limits);
    if (refused) return { errors: [refused] };
    const { viewer, request, res } = args.contextValue as Asked<Viewer> & { request?: Request; res?: ServerResponse };
    if (viewer !== undefined && res && (streams.of(viewer)?.size ?? 0) >= limits.tokenStreams)
      return { errors: [refusal('TOO_MANY_STREAMS', `A token may have at most ${limits.tokenStreams} streams open.`)] };
    const streamed = request
      ? { ...args, document: resumed(args.schema, args.document, request.headers.get('last-event-id')) }
      : args;
    const source = await createSourceEventStream(own(streamed));
    if (!isAsyncIterable(source)) return asRequestError(source, args);
    const events = mapAsyncIterator(source, async (event) =>
      withEventId(ofAllowedSize(await execute(own({ ...streamed, rootValue: event })), limits)),
    );
    // When a token expires, a socket is closed as a whole (sockets.ts).
    if (viewer === undefined || !res) return events;
    streams.add(viewer, res);
    res.once('close', () => streams.delete(viewer, res));
    const expired = new Unauthenticated('This token has expired.');
    return until<ExecutionResult>(events, () => hasExpired(tokens, viewer), limits.socketLookEvery, {
      errors: [new GraphQLError(expired.message, { originalError: expired })],
    });
  };
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(executeOwn),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribeOwn),
  };
}

/** The error for an operation whose response could be too large to build; undefined if the operation is allowed. */
export function tooExpensive(
  { schema, document, operationName, variableValues }: ExecutionArgs,
  limits: Limits,
): GraphQLError | undefined {
  const { fields, introspection } = costOf(schema, document, operationName, variableValues ?? {});
  if (fields > limits.operationCost) {
    const most = limits.operationCost.toLocaleString('en');
    return refusal(
      'OPERATION_TOO_EXPENSIVE',
      `This operation could return ${fields.toLocaleString('en')} values, but ${most} are allowed. Every list counts as full. Request smaller pages or fewer nested lists.`,
    );
  }
  if (introspection <= limits.introspections) return undefined;
  return refusal(
    'OPERATION_TOO_EXPENSIVE',
    `An operation may introspect the schema at most ${limits.introspections} times.`,
  );
}

/** The result, or an error if the result is too large to send. */
export function ofAllowedSize(result: ExecutionResult, limits: Limits): ExecutionResult {
  if (jsonSize(result, limits.responseSize) <= limits.responseSize) return result;
  const most = (limits.responseSize / 1e6).toLocaleString('en');
  return {
    errors: [
      refusal(
        'RESPONSE_TOO_LARGE',
        `The response is larger than ${most} MB. Request smaller pages. If this was a mutation, it has taken effect.`,
      ),
    ],
  };
}

/** Approximate size of a value as JSON, in bytes. Stops counting above `most`. */
function jsonSize(value: unknown, most: number): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 3;
  if (typeof value !== 'object' || value === null) return 6;
  let size = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      size += 1 + jsonSize(item, most - size);
      if (size > most) break;
    }
    return size;
  }
  // A result has no prototype, so there are no inherited properties to count.
  for (const key in value) {
    size += key.length + 4 + jsonSize((value as Record<string, unknown>)[key], most - size);
    if (size > most) break;
  }
  return size;
}

/** Errors before execution (in the variables or the operation name) are the client's fault: they get status 400 and a code. */
function asRequestError(result: ExecutionResult, args: ExecutionArgs): ExecutionResult {
  if ('data' in result || result.errors === undefined) return result;
  const errors = variableErrors(args);
  if (errors.length > 0) return { errors };
  return {
    errors: result.errors.map((error) =>
      error.originalError || error.path ? error : refusal('BAD_USER_INPUT', error.message, error),
    ),
  };
}

/**
 * `spec` tells yoga to send the error with status 200 to clients that accept only `application/json`, as GraphQL over
 * HTTP requires.
 */
function refusal(code: string, message: string, error?: Error): GraphQLError {
  const { nodes, source, positions } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    extensions: { code, http: { status: 400, spec: true } },
  });
}

/** The deepest nesting of fields. Introspection does not count, because graphql-js limits it with its own rule. */
function depthOf(document: DocumentNode): number {
  const fragments = new Map<string, number>();

  function depthOfSet(set: SelectionSetNode | undefined): number {
    let deepest = 0;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === 'Field') {
        if (selection.name.value.startsWith('__')) continue;
        deepest = Math.max(deepest, 1 + depthOfSet(selection.selectionSet));
      } else if (selection.kind === 'InlineFragment') {
        deepest = Math.max(deepest, depthOfSet(selection.selectionSet));
      } else {
        deepest = Math.max(deepest, depthOfFragment(selection.name.value));
      }
    }
    return deepest;
  }

  function depthOfFragment(name: string): number {
    const known = fragments.get(name);
    if (known !== undefined) return known;
    fragments.set(name, 0); // In case the fragment contains itself; validation will refuse it.
    const definition = document.definitions.find(
      (candidate) => candidate.kind === 'FragmentDefinition' && candidate.name.value === name,
    );
    const depth = definition?.kind === 'FragmentDefinition' ? depthOfSet(definition.selectionSet) : 0;
    fragments.set(name, depth);
    return depth;
  }

  return Math.max(
    0,
    ...document.definitions.map((definition) =>
      definition.kind === 'OperationDefinition' ? depthOfSet(definition.selectionSet) : 0,
    ),
  );
}
