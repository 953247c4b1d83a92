import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { encodeGlobalID } from '@pothos/plugin-relay';

/*
 * A Pothos plugin: the global ID of a record is a value. The relay plugin answers a promise for each, and graphql-js then waits for one at
 * every level above it, which is a fifth of what a page of records costs.
 */

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      globalIds: GlobalIdsPlugin<Types>;
    }
  }
}

class GlobalIdsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { name, pothosOptions } = this.builder.configStore.getTypeConfig(config.parentType);
    const { id } = pothosOptions as { id?: { resolve: (record: unknown) => string | number } };
    if (config.name !== 'id' || id === undefined) return config;
    return { ...config, resolve: (record) => encodeGlobalID(name, String(id.resolve(record))) };
  }
}

SchemaBuilder.registerPlugin('globalIds', GlobalIdsPlugin);
