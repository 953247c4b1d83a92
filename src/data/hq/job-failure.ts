import { Column, Entity, PrimaryColumn } from 'typeorm';

/*
 * Which job does not work for which channel: what a step of an ended run left behind, alone or in a chain, until the same job has done its
 * work for that channel, in whichever run.
 */

/** A job that does not work for a channel, with what its newest run reported. Written when a run ends; a success deletes it. */
@Entity('job_failure')
export class JobFailure {
  @PrimaryColumn({ type: 'text' }) job!: string;
  @PrimaryColumn({ type: 'text' }) channel!: string;
  @Column({ type: 'bigint' }) runId!: number;
  @Column({ type: 'text' }) since!: string;
  /** The step as a whole failed, not only for this channel's database. */
  @Column({ type: 'boolean' }) isWhole!: boolean;
  @Column({ type: 'text' }) code!: string;
  @Column({ type: 'text' }) message!: string;
}
