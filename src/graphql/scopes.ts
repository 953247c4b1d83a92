import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { mustUse, type Viewer } from '../access/viewer.ts';
import { Forbidden } from '../errors.ts';

/*
 * Permissions are data on a field, `authScopes`: it is for operators, or for those who may use the channel that an argument names. What
 * depends on a row is decided where the row is loaded (`visibleTo`). A field without `authScopes` costs nothing: the plugin wraps only others.
 */

export interface AuthScopes {
  /** Only operators; the value completes "This token does not allow …". */
  operator: string;
  /** Operators, and clients of this channel. Without a channel, the field answers only what the viewer may see. */
  channel: string | null | undefined;
}

/** Throws Forbidden instead of answering false, so that clients read what was not allowed. */
export const authScopes = ({ viewer }: { viewer: Viewer }) => ({
  operator: (what: string) => {
    if (viewer.kind !== 'operator') throw new Forbidden(what);
    return true;
  },
  channel: (channel: string | null | undefined) => {
    if (channel) mustUse(viewer, channel);
    return true;
  },
});

/** `authScopes` of a field with an argument `channel`. */
export const ofChannel = (_root: unknown, { channel }: { channel?: string | null | undefined }) => ({ channel });

/** `authScopes` of a mutation whose input names a channel. */
export const ofInputChannel = (_root: unknown, { input: { channel } }: { input: { channel: string } }) => ({ channel });

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      scopes: ScopesPlugin<Types>;
    }
  }
}

/** Adds "(operators)" to the first clause of the description of a field that is for operators. */
class ScopesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const scopes = config.pothosOptions.authScopes as Partial<AuthScopes> | undefined;
    if (scopes?.operator === undefined) return config;
    return { ...config, description: config.description?.replace(/(?=[.:](\s|$))/, ' (operators)') };
  }
}

SchemaBuilder.registerPlugin('scopes', ScopesPlugin);
