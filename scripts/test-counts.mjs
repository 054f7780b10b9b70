#!/usr/bin/env node
/** Prints `N passed, N failed` from jest's JSON report. A file of tests that could not run counts as a failed one. */
import { readFileSync } from 'node:fs';

const [reportPath, exitCode] = process.argv.slice(2);

function readReport() {
  try {
    return JSON.parse(readFileSync(reportPath, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };
  }
}

const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = readReport();
const failed = numFailedTests + numRuntimeErrorTestSuites;
// Jest can fail without a test that does, as by a set-up that does not come about.
console.log(`${numPassedTests} passed, ${failed === 0 && exitCode !== '0' ? 1 : failed} failed`);
