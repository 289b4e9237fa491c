// The site's configuration, with a state folder of whoever runs this.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync }
    from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

export const own = mkdtempSync(join(tmpdir(), 'doorward-cgi-'));
export const conf = join(own, 'doorward.conf');
mkdirSync(join(own, 'state'), { mode: 0o700 });
writeFileSync(conf, readFileSync(join(process.env.DOORWARD_SITE,
    'etc/doorward.conf'), 'utf8').replace(/^(\[state\]\ndir = ).*/m,
    `$1${own}/state`), { mode: 0o600 });
after(() => rmSync(own, { recursive: true }));
