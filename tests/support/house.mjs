// A spoord with demo data on a throw-away PostgreSQL that the test may question: what is stored, and what was logged.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, greeting, startSpoord } from './spoord.mjs';

const call = promisify(execFile);
const script = fileURLToPath(new URL('postgres.sh', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const env = () => ({ ...process.env, BUILD: build });

// Every table of the schema with its size, but for what is counted on purpose: tries to sign in, sessions' ages.
const COUNTS = `SELECT string_agg(t || ' ' || (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM spoor.' || t, true, true, '')))[1],
    E'\\n' ORDER BY t) FROM (SELECT relname::text AS t FROM pg_class WHERE relnamespace = 'spoor'::regnamespace AND relkind = 'r'
    AND relname NOT IN ('sign_in_failure', 'session', 'ledger_entry', 'tile', 'checkpoint', 'sealing', 'notice')) x`;

/** { service, demo, sql(text) → text, counts() → text, stop() } */
export async function startHouse(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-house-'));
  chmodSync(folder, 0o755);
  const database = join(folder, 'db');
  const stopDatabase = () => call('sh', [script, 'stop', database], { cwd: root, env: env() });
  const { stdout } = await call('sh', [script, 'start', database], { cwd: root, env: env() });
  const sql = async (text, user = 'postgres') =>
    (await call('psql', ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-h', database, '-U', user, '-d', 'spoor', '-c', text], { maxBuffer: 1 << 26 })).stdout.trim();
  try {
    const service = await startSpoord({ env: { SPOOR_DATABASE: stdout.trim(), ...settings } });
    return {
      service, sql, database: stdout.trim(),
      demo: greeting(service.output()),
      counts: () => sql(COUNTS),
      async stop() {
        try {
          return await service.stop();
        } finally {
          await stopDatabase();
          rmSync(folder, { recursive: true, force: true });
        }
      },
    };
  } catch (error) {
    await stopDatabase();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
