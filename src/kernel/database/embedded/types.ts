/** What the parts of the embedded server tell each other. */
import type { FileOwner } from './files.ts';

export interface EmbeddedOptions {
  /** The `.guildhall` folder; made when missing. */
  readonly home: string;
  readonly log?: (message: string) => void;
  /** More settings for postgresql.conf; they count only when this call starts the server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A folder with `postgres`, `initdb` and `pg_ctl` to use and no other. */
  readonly binaries?: string;
  /** Where to look for a server instead of the usual places, best first; for packagers and tests. */
  readonly places?: readonly ServerPlace[];
}

export interface EmbeddedServer {
  /** Holds the password: never print it. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataFolder: string;
  /** The folder of the programs that run. */
  readonly serverFolder: string;
  readonly version: string;
  /** True when this call started it, false when it ran already. */
  readonly started: boolean;
  /** The unprivileged account it runs under; null when that is simply our own. */
  readonly account: string | null;
  /** True when the data lies outside `home`, because the account cannot work in there. */
  readonly relocated: boolean;
  /** One sentence for people: what is safe against what, and where the data lies. */
  readonly durability: string;
  /** This process needs it no longer; the last one out stops the server. Calling it again does nothing. */
  release(): Promise<void>;
}

export interface EmbeddedStatus {
  readonly running: boolean;
  readonly pid?: number;
  readonly port?: number;
  readonly dataFolder?: string;
  /** Processes that use it now. */
  readonly users: readonly number[];
}

export type Log = (message: string) => void;

/** An unprivileged account of this system. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The `.guildhall` folder. */
export interface Home {
  /** Its real path, so that every process derives the same names from it. */
  readonly folder: string;
  /** Set when we are root in somebody else's folder: what we write there is to be theirs. */
  readonly owner: FileOwner | null;
}

/** The place of one data folder and what belongs to it. */
export interface Cluster {
  readonly home: Home;
  /** Holds everything below; owned by whoever runs Guildhall, the account may only pass through. */
  readonly root: string;
  readonly dataFolder: string;
  readonly logFile: string;
  readonly account: Account | null;
  readonly relocated: boolean;
}

/** A place where a server may be: our npm package, or a folder of programs. */
export type ServerPlace =
  | { readonly kind: 'package'; readonly folder: string }
  | { readonly kind: 'folder'; readonly folder: string };

/** A server that was seen to run. */
export interface ServerPrograms {
  readonly folder: string;
  readonly version: string;
  readonly major: number;
}

/** A living postmaster on our data folder. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: string;
}
