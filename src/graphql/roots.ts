import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      roots: RootsPlugin<Types>;
    }
  }
}

/**
 * A Pothos plugin that makes queries and mutations nullable, so that an unexpected error in one of them takes none of its siblings down: a
 * mutation that ran always reports its result.
 */
class RootsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { parentType, type } = config;
    return parentType === 'Query' || parentType === 'Mutation'
      ? { ...config, type: { ...type, nullable: true } }
      : config;
  }
}

SchemaBuilder.registerPlugin('roots', RootsPlugin);
