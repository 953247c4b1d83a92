import { And, type EntityManager, type FindOptionsWhere, LessThan, MoreThan, type ObjectLiteral } from 'typeorm';

export interface EntityKeyset<Key> {
  after?: Key | undefined;
  before?: Key | undefined;
  limit: number;
  descending: boolean;
}

/** A page of a table that is read row by row, by its key: page 50,000 costs what page 1 costs. Both ends are exclusive. */
export function entityPage<Row extends ObjectLiteral, Key extends keyof Row & string>(
  db: EntityManager,
  entity: new () => Row,
  key: Key,
  where: FindOptionsWhere<Row>,
  { after, before, limit, descending }: EntityKeyset<Row[Key]>,
): Promise<Row[]> {
  const range =
    after !== undefined && before !== undefined
      ? And(MoreThan(after), LessThan(before))
      : after !== undefined
        ? MoreThan(after)
        : before !== undefined
          ? LessThan(before)
          : undefined;
  return db.find(entity, {
    where: { ...where, ...(range ? { [key]: range } : {}) } as FindOptionsWhere<Row>,
    order: { [key]: descending ? 'desc' : 'asc' } as never,
    take: limit,
  });
}
