#!/usr/bin/env node
import { reportFailure } from './failure.ts';
import { buildProgram } from './program.ts';

try {
  await buildProgram().parseAsync();
} catch (error) {
  reportFailure(error);
}
