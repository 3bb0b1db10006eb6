/** Door of retention. */
export {
  addRetentionPolicy,
  changeRetentionPolicy,
  type RetentionAlarm,
  type RetentionChange,
  type RetentionKind,
  type RetentionPolicy,
  type RetentionStatus,
  retentionAlarms,
  retentionStatus,
} from './policies.ts';
export {
  makePartitions,
  type RetentionProgress,
  type RetentionResult,
  type RetentionRunOptions,
  runRetention,
} from './run.ts';
