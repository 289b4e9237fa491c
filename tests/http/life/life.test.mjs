// Processes come and go: told to stop, replaced, orphaned, behind a real
// server.  The last test kills the server that DOORWARD_SITE/run/web.pid
// names; these tests run alone.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chownSync, readFileSync, readdirSync, renameSync, statSync,
    writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { AUTH, key, kill, signedIn } from '../api.mjs';
import { request, root } from '../wire.mjs';

const { DOORWARD_SERVER: server, DOORWARD_MODE: mode, DOORWARD_SITE: site,
    DOORWARD_SHORT: short, DOORWARD_SOCKET: socket,
    DOORWARD_PROGRAM: program } = process.env;
const shared = /^(htaccess|suexec)/.test(mode);
const cgi = /cgi$/.test(mode) && !/fcgi$/.test(mode);
// Started by spawn-fcgi: nobody's children.
const alone = server === 'nginx' || mode === 'proxy';
const file = shared ? join(site, 'htdocs', root, 'doorward.fcgi') :
    join(short, 'bin/doorward.fcgi');
const token = (await signedIn()).token;
const check = (options) => request('GET', `${AUTH}/access_token/validate`,
    [`X-Doorward-ApiKey: ${key}`, `Authorization: Bearer ${token}`], '',
    options);

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, look, seconds = 15) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
        const found = await look();
        if (found)
            return found;
        await sleep(50);
    }
    assert.fail(`waited in vain for ${what}`);
}

async function served(n = 1) {
    for (let i = 0; i < n; i++) {
        const a = await check();
        assert.equal(a.status, 200, a.text);
    }
}

// ---- processes ----

function processes() {
    return readdirSync('/proc').filter((n) => /^\d+$/.test(n)).map((n) => {
        try {
            const text = readFileSync(`/proc/${n}/stat`, 'latin1');
            const [, name, rest] = /\((.*)\) (.*)/.exec(text);
            const field = rest.split(' ');
            return { pid: Number(n), name, state: field[0],
                parent: Number(field[1]), start: field[19] };
        } catch {
            return undefined;
        }
    }).filter((p) => p && p.state !== 'Z');
}

function below(pid, all = processes()) {
    const own = all.filter((p) => p.parent === pid);
    return own.concat(own.flatMap((p) => below(p.pid, all)));
}

const noted = (name) => readFileSync(join(site, 'run', name), 'utf8')
    .trim().split(' ');

function ours(name) {
    const [pid, start] = noted(name);
    const found = processes().find((p) => p.pid === Number(pid) &&
        p.start === start);
    assert.ok(found, `${name} has ended`);
    return found;
}

// Every process of Doorward that belongs to this site.
function workers() {
    if (!alone)
        return below(ours('web.pid').pid).filter((p) =>
            p.name === 'doorward.fcgi');
    const all = processes();
    return readdirSync(join(site, 'run')).filter((n) =>
        n.startsWith('worker')).map((n) => noted(n)).map(([pid, start]) =>
        all.find((p) => p.pid === Number(pid) && p.start === start))
        .filter(Boolean);
}

const lives = (p) => processes().some((q) => q.pid === p.pid &&
    q.start === p.start);
const command = (p) => readFileSync(`/proc/${p.pid}/cmdline`, 'utf8')
    .split('\0');

// ---- a request that hangs in the database ----

function sql(name) {
    const p = spawn('mariadb', ['--no-defaults', '-S', socket, '-N', '-B',
        '--unbuffered', name], { stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    p.stdout.setEncoding('utf8').on('data', (d) => { out += d; });
    const ask = async (text) => {
        const n = out.length;
        p.stdin.write(`${text}; SELECT 'done';\n`);
        await until(text, () => out.slice(n).includes('done\n'));
        return out.slice(n);
    };
    return { ask, end: () => p.stdin.end() };
}

const database = /^\[database\][^[]*?^name *= *(.*)$/m.exec(
    readFileSync(join(site, 'etc/doorward.conf'), 'utf8'))[1];

// While the function runs, a check of the token waits for its row.
async function inFlight(act) {
    const lock = sql(database), look = sql(database);
    await lock.ask('LOCK TABLES dw_session WRITE');
    const answer = check({ wait_s: 25 });
    await until('a request in the database', async () =>
        /Waiting for table/.test(await look.ask('SELECT state FROM ' +
            'information_schema.processlist WHERE db = DATABASE()')));
    try {
        await act(answer);
    } finally {
        await lock.ask('UNLOCK TABLES');
        lock.end();
        look.end();
    }
    return answer;
}

// ---- the tests, in this order ----

test('a visitor who leaves harms nothing', async () => {
    await served(4);
    const before = workers();
    const a = await inFlight(async () => {
        // This one gives up while its request hangs, too.
        await check({ wait_s: 0.3 });
    });
    assert.equal(a.status, 200);
    await served(8);
    if (!cgi)
        for (const p of before)
            assert.ok(lives(p), 'a process died of it');
});

if (!alone) test('S-112: SIGTERM lets the request at hand be answered',
    async () => {
        await served(4);
        let told;
        const a = await inFlight(async () => {
            told = workers();
            assert.ok(told.length > 0);
            for (const signal of ['SIGTERM', 'SIGUSR1', 'SIGTERM'])
                for (const p of told.filter(lives))
                    kill(p.pid, signal);
            // The idle ones end; the one at work does not.
            await until('the idle ones to end', () =>
                told.filter(lives).length === 1);
            await sleep(500);
            assert.equal(told.filter(lives).length, 1);
        });
        assert.equal(a.status, 200, a.text);
        await until('the last one to end', () =>
            told.filter(lives).length === 0);
        await served(8);
    });

test('a graceful restart of the server loses no request', async () => {
    const before = workers();
    const a = await inFlight(async () => {
        process.kill(ours('web.pid').pid, server === 'nginx' ? 'SIGHUP' :
            'SIGUSR1');
        // mod_fcgid says so twice, a second apart.
        await sleep(/fcgi$/.test(mode) && server === 'apache' ? 2500 : 500);
    });
    assert.equal(a.status, 200, a.text);
    await until('the server', async () => (await check()).status === 200);
    await served(8);
    if (alone)
        for (const p of before)
            assert.ok(lives(p));
    else
        await until('the former processes to end', () =>
            before.every((p) => !lives(p)));
});

// The file names the program in its first line: it is tried at once as the
// replacement that an upgrade brings.
test('a file renamed over the program is what runs next', async () => {
    await served(4);
    const owner = statSync(dirname(file));
    writeFileSync(`${file}.new`, `#!${program}\n`, { mode: 0o755 });
    chownSync(`${file}.new`, owner.uid, owner.gid);
    renameSync(`${file}.new`, file);
    await served(8);
    const renewed = () => workers().some((p) => command(p)[1] === file ||
        command(p)[1] === 'doorward.fcgi');
    if (server === 'lighttpd' && !cgi) {
        process.kill(ours('web.pid').pid, 'SIGUSR1');
        await until('the server', async () => (await check()).status === 200);
    }
    if (cgi)
        await inFlight(() => assert.ok(renewed()));
    else if (alone) {
        // After limits.requests_per_process each starts itself anew.
        const before = workers();
        await until('every process to be renewed', async () => {
            await Promise.all([served(20), served(20), served(20),
                served(20)]);
            return workers().every((p) => command(p)[1] === file);
        }, 60);
        assert.ok(before.every(lives), 'the same processes');
    }
    else
        await until('a process of the new file', async () => {
            await served(2);
            return renewed();
        });
    await served(50);
});

if (!cgi) test('processes of a server that is killed end themselves',
    async () => {
        await served(8);
        const left = workers();
        assert.ok(left.length > 0);
        const web = ours('web.pid');
        const all = [web, ...below(web.pid)].filter((p) =>
            !left.some((l) => l.pid === p.pid));
        for (const p of all)
            kill(p.pid, 'SIGKILL');
        await until('the server to end', () => !all.some(lives));
        if (!alone) {
            await until('the orphans to end', () => !left.some(lives), 35);
            return;
        }
        // Those that have no manager serve the next server.
        await sleep(4500);
        for (const p of left)
            assert.ok(lives(p));
    });

if (alone) test('S-112: SIGTERM ends a process that stands alone', async () => {
    const told = workers();
    assert.equal(told.length, 4);
    for (const p of told)
        kill(p.pid, 'SIGTERM');
    await until('all to end', () => !told.some(lives));
});
