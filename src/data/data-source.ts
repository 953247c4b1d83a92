import { DefaultNamingStrategy } from 'typeorm';
import { snakeCase } from './columns.ts';

/** Options of every DataSource. */
export const everywhere = {
  // Otherwise `findOneBy({ id: undefined })` returns the first row of the table.
  invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
  synchronize: false,
  logging: false,
  migrationsTransactionMode: 'each',
  namingStrategy: new (class extends DefaultNamingStrategy {
    override columnName(property: string, custom: string): string {
      return custom || snakeCase(property);
    }
  })(),
} as const;
