import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { encodeGlobalID } from '@pothos/plugin-relay';

/*
 * A Pothos plugin that resolves the global ID of a record synchronously. The relay plugin returns a promise for each ID, so graphql-js awaits
 * one at every level above it, which takes a fifth of the time of a page of records.
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
