import type { Fault } from './fault.js';
import { faultsOfDisks } from './faults-of-disks.js';
import { faultsOfProcesses } from './faults-of-processes.js';

export const faults: readonly Fault[] = [...faultsOfProcesses, ...faultsOfDisks];
