import type * as z from 'zod';
import { atPath, type Path, type Violation, type ViolationRule } from '../errors.ts';

/** The violations that a rule finds in the value at `place`. */
export const violationsIn = (rule: z.ZodType, value: unknown, place: Path = []): Violation[] =>
  (rule.safeParse(value).error?.issues ?? []).map((issue) => ({
    path: [...place, ...(issue.path as Path)],
    message: issue.message,
    rule: ruleOf(issue),
  }));

function ruleOf(issue: z.core.$ZodIssue): ViolationRule {
  if (issue.code === 'too_big' || issue.code === 'too_small')
    return issue.origin === 'string' || issue.origin === 'array' ? 'LENGTH' : 'RANGE';
  return issue.code === 'invalid_type' && /received (undefined|null)$/.test(issue.message) ? 'REQUIRED' : 'FORMAT';
}

/** The first violation as text. */
export const textOf = ([violation]: readonly Violation[]): string | undefined =>
  violation && atPath(violation.path, violation.message);
