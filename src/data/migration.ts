import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf, type Words } from './dialect/dialect.ts';

/** One step of a database's history, for both dialects. `at` is the time in ms that orders the steps; never change a published one. */
export function migration(
  name: string,
  at: number,
  statements: (words: Words) => string[],
): new () => MigrationInterface {
  return class implements MigrationInterface {
    name = `${name}${at}`;

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements(dialectOf(runner.manager).words)) await runner.query(statement);
    }

    async down(): Promise<void> {
      throw new Error('Migrations only go forward: restore a backup instead.');
    }
  };
}
