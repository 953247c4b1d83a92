import {
  buildASTSchema,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
  parse,
  visit,
} from 'graphql';
import { reachableFrom } from './schema-rules.ts';

export interface Compatibility {
  /** Changes that break a client of the last release without notice. */
  breaking: string[];
  /** Changes that a client may notice, such as a new enum value. */
  dangerous: string[];
}

/** Compares the SDL with that of the last release. What the release had deprecated may go. */
export function compatibility(released: string, sdl: string): Compatibility {
  const after = buildSchema(sdl);
  const described = (changes: { description: string }[]) => changes.map(({ description }) => description).toSorted();
  return {
    breaking: described(findBreakingChanges(withoutDeprecated(released), after)),
    dangerous: described(findDangerousChanges(buildSchema(released), after)),
  };
}

/** The schema without what is deprecated, and without types that nothing else leads to. */
function withoutDeprecated(sdl: string): GraphQLSchema {
  const deprecated = visit(parse(sdl), {
    enter: (node) =>
      'directives' in node && node.directives?.some(({ name }) => name.value === 'deprecated') ? null : undefined,
  });
  const reached = reachableFrom(buildASTSchema(deprecated, { assumeValid: true }));
  const kept = visit(deprecated, {
    enter: (node) =>
      /TypeDefinition$/.test(node.kind) && 'name' in node && !reached.has(node.name!.value) ? null : undefined,
  });
  return buildASTSchema(kept, { assumeValid: true });
}
