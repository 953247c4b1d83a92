import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { mustUse, type Viewer } from '../access/viewer.ts';
import { Forbidden } from '../errors.ts';

/*
 * Each field declares its permissions in `authScopes`: for operators only, or for viewers who may use the channel in an argument. What depends
 * on a row is decided where the row is loaded (`visibleTo`). A field without `authScopes` costs nothing, because the plugin does not wrap it.
 */

export interface AuthScopes {
  /** Only operators; the value completes "This token does not allow …". */
  operator: string;
  /** Operators, and clients of this channel. Without a channel, the field returns only what the viewer may see. */
  channel: string | null | undefined;
  /** Those who may use each of these channels. */
  channels: readonly string[];
}

/** Throws Forbidden instead of returning false, so that clients learn what was not allowed. */
export const authScopes = ({ viewer }: { viewer: Viewer }) => ({
  operator: (what: string) => {
    if (viewer.kind !== 'operator') throw new Forbidden(what);
    return true;
  },
  channel: (channel: string | null | undefined) => {
    if (channel) mustUse(viewer, channel);
    return true;
  },
  channels: (channels: readonly string[]) => {
    for (const channel of new Set(channels)) mustUse(viewer, channel);
    return true;
  },
});

/** `authScopes` for a field with an argument `channel`. */
export const ofChannel = (_root: unknown, { channel }: { channel?: string | null | undefined }) => ({ channel });

/** `authScopes` for a list whose `filter` has a `channel`. */
export const ofFilter = (
  _root: unknown,
  { filter }: { filter?: { channel?: string | null | undefined } | null | undefined },
) => ({ channel: filter?.channel });

/** `authScopes` for a mutation whose input has a `channel`. */
export const ofInputChannel = (_root: unknown, { input: { channel } }: { input: { channel: string } }) => ({ channel });

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      scopes: ScopesPlugin<Types>;
    }
  }
}

/** Adds "Operators only." to the descriptions of fields that only operators may use. */
class ScopesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const scopes = config.pothosOptions.authScopes as Partial<AuthScopes> | undefined;
    if (scopes?.operator === undefined) return config;
    return { ...config, description: `${config.description} Operators only.` };
  }
}

SchemaBuilder.registerPlugin('scopes', ScopesPlugin);
