import { type GraphQLField, type GraphQLUnionType, getNamedType, isUnionType } from 'graphql';
import type { Answer } from './headquarters.ts';

const reason = '... on Failure { errorCode message path }';

/** Selects why a mutation failed, or, of one that creates many records, why each of them was refused. */
export function selectFailures({ type }: GraphQLField<unknown, unknown>): string {
  const union = getNamedType(type);
  const results = isUnionType(union) ? typeOfResults(union) : undefined;
  return results === undefined ? reason : `${reason} ... on ${results} { results { ${reason} } }`;
}

const typeOfResults = (union: GraphQLUnionType): string | undefined =>
  union.getTypes().find((member) => 'results' in member.getFields())?.name;

/** The failure of a mutation, or of the first record of one that creates many. */
export const failureIn = (answer: Answer): Answer => answer?.results?.[0] ?? answer;
